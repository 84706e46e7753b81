"""Which noise for what: masks and value noise in toy scenes, after a viewer's or a denoiser's blur.

Run: python tests/bench/bench_scenes.py [--seeds N] [--places N] [--all [--refs DIR]]
Prints the tables of manifests/which-noise.md in Markdown; --all prints every noise, and other generators' square
textures whose sides divide the scenes', under every filter. The scenes are those of support/scenes.py: every pixel draws
one sample, or jitters its march, by the 8-bit texel that lies over it. Figures are in dB: the mean square of the
difference to the converged picture, after a filter, relative to what is to be expected of white noise in the same scene
(exactly, from the scene's variances); less is better. Means, before the logarithm, over seeds and over places at which
the tiled texture begins. Textures are 128x128, effort `good`.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import scenes
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import GaussianDistribution, Spectrum, Sum, TextureSpec, generate_ranks
from bluenoise_assets.builder.encoding import texels_of
from bluenoise_assets.formats import png
from bluenoise_assets.quality.quantization import channels_of_texels, quantiles, ranks_of
from bluenoise_assets.quality.sample_spaces import points
from bluenoise_assets.spec import PRESETS

SIDE = 128
FILTERS = {
    "none": ("box", 1),
    "box 3": ("box", 3),
    "box 5": ("box", 5),
    "Gaussian 1": ("gaussian", 1),
    "Gaussian 2": ("gaussian", 2),
    "Gaussian 3": ("gaussian", 3),
}
PAGE_FILTERS = ("box 3", "Gaussian 1", "Gaussian 2")
PRESET_FILTERS = ("box 5", "Gaussian 1", "Gaussian 3")
CUTOFFS = (0.125, 0.25, 0.4)
CLASSIC = (1.5, 1.9)
EYE = {"eye": {"pixels_per_degree": 70}}
GRAIN = GaussianDistribution(0.16)
DEFAULT_FILTER = TextureSpec("t", (SIDE, SIDE)).filter


@dataclass(frozen=True)
class Noise:
    """`made` gives ranks `[numbers, height, width]`, or values of two numbers in (0, 1), for a seed."""

    name: str
    made: Callable[[int], np.ndarray]


def texture(name, **keys):
    return Noise(name, cache(lambda seed: generate_ranks(TextureSpec("t", (SIDE, SIDE), seed=seed, **keys))))


def white(numbers):
    def made(seed):
        generator = np.random.default_rng(seed)
        return np.stack([generator.permutation(SIDE**2).reshape(SIDE, SIDE) for _ in range(numbers)])

    return Noise("white noise", cache(made))


def classic(sigma, numbers):
    name = f"void-and-cluster {sigma}" + ("" if numbers == 1 else ", two of them")
    return Noise(
        name,
        cache(
            lambda seed: np.stack([void_and_cluster((SIDE, SIDE), sigma, numbers * seed + i) for i in range(numbers)])
        ),
    )


def presets(keys):
    """The presets; the default, too, where it is none of them."""
    for preset, filters in PRESETS.items():
        name = f"**`{preset}`, the default**" if filters == DEFAULT_FILTER else f"`{preset}`"
        yield texture(name, filter=preset, **keys)
    if DEFAULT_FILTER not in PRESETS.values():
        yield texture("**the default**", **keys)


def one_number(options, distribution=None):
    """Noises of one number; ours made for a distribution where there is one."""
    keys = {} if distribution is None else {"distribution": distribution}
    yield white(1)
    for sigma in CLASSIC:
        yield classic(sigma, 1)
    yield from presets(keys)
    yield texture("eye, 70 pixels/degree", filter=EYE, **keys)
    for cutoff in CUTOFFS:
        yield texture(f"`spectrum: {cutoff}`", objective=Spectrum(cutoff=cutoff), **keys)
    yield texture("both, `weight: 0.1`", objective=Sum(spectrum=Spectrum(cutoff=0.125), weight=0.1), **keys)
    yield from references(options.refs, 1)


def two_numbers(options):
    yield white(2)
    for sigma in CLASSIC:
        yield classic(sigma, 2)
    yield texture("`channels: 2`", channels=2)
    yield texture("`channels: 2`, eye, 70 pixels/degree", channels=2, filter=EYE)
    for cutoff in CUTOFFS:
        yield texture(f"`channels: 2`, `spectrum: {cutoff}`", channels=2, objective=Spectrum(cutoff=cutoff))

    @cache
    def vectors(seed):
        spec = TextureSpec("t", (SIDE, SIDE), seed=seed, sample_space="vec2")
        return np.moveaxis(points("vec2", spec.texel_count)[generate_ranks(spec)[0]], -1, 0)

    yield Noise("**`sample_space: vec2`**", vectors)
    yield from references(options.refs, 2)


def references(folder, numbers):
    """Other generators' square textures that have as many channels or more, and different ones."""
    for path in sorted(folder.rglob("*.png")) if folder else ():
        texels = texels_of(png.read(path.read_bytes()))
        channels = channels_of_texels(texels, 1 if texels.ndim == 2 else texels.shape[2])[:numbers]
        height, width = channels[0].shape
        same = len(channels) == 2 and np.array_equal(*channels)
        if height == width and scenes.HEIGHT % height == 0 and len(channels) == numbers and not same:
            ranks = np.stack([ranks_of(channel) for channel in channels])
            yield Noise(path.relative_to(folder).as_posix(), lambda _seed, ranks=ranks: ranks)


def values_of(noise, seed):
    """What a shader reads from its 8-bit texels, in (0, 1): `[numbers, side, side]`."""
    made = noise.made(seed)
    share = made if made.dtype.kind == "f" else (made + 0.5) / made[0].size
    return (np.floor(share * scenes.VALUES) + 0.5) / scenes.VALUES


def laid(values, place):
    """Tiled over a scene from a place on."""
    side = values.shape[-1]
    rows, columns = (np.arange(length) + start for length, start in zip(scenes.SHAPE, place, strict=True))
    return values[:, rows[:, None] % side, columns % side]


def figures(scene, noise, options):
    """Errors in dB under each filter."""
    target = scenes.converged(scene)
    total = dict.fromkeys(FILTERS, 0.0)
    for seed in range(options.seeds):
        values = values_of(noise, seed)
        places = np.random.default_rng(seed).integers(SIDE, size=(options.places, 2))
        for place in places:
            numbers = laid(values, place)
            error = scene.drawn(numbers if scene.numbers > 1 else numbers[0]) - target.mean
            for name, parts in FILTERS.items():
                total[name] += scenes.error_power(error, scenes.transfer(*parts)) / (options.seeds * options.places)
    return {
        name: 10 * np.log10(power / scenes.white_power(target.variance, scenes.transfer(*FILTERS[name])))
        for name, power in total.items()
    }


def film(number):
    """Grain with a normal law: its 256 values at equal steps of probability."""
    table = quantiles(GRAIN, scenes.VALUES)
    return scenes.shade() + table[np.floor(number * scenes.VALUES).astype(int)] - 0.5


FILM = scenes.Scene("film grain", "the same with a normal law, `distribution: {gaussian: 0.16}`", film)


def table(found, wanted, filters):
    """Scenes below each other, the noises that are wanted side by side, the figures under the filters in each cell."""
    columns = [name for name in dict.fromkeys(name for _, name in found) if wanted(name)]
    print(f"| {' / '.join(filters)} | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for scene in dict.fromkeys(scene for scene, _ in found):
        cells = [" / ".join(f"{found[scene, name][part]:.1f}" for part in filters) for name in columns]
        print(f"| {scene.name} | " + " | ".join(cells) + " |")
    print(flush=True)


def compared(name):
    """In the page's first and last table."""
    return "the default" in name or "1.5" in name or "0.25" in name or "0.4" in name or name in PAGE_OF_TWO


def of_presets(name):
    return any(f"`{preset}`" in name for preset in PRESETS) or "the default" in name or name.startswith("eye")


PAGE_OF_TWO = ("`channels: 2`", "**`sample_space: vec2`**")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path, metavar="DIR")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--places", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()

    def measured(chosen, noises):
        shown = [noise for noise in noises if options.all or compared(noise.name) or of_presets(noise.name)]
        return {(scene, noise.name): figures(scene, noise, options) for scene in chosen for noise in shown}

    one = measured(scenes.ONE_NUMBER, one_number(options)) | measured([FILM], one_number(options, GRAIN))
    two = measured(scenes.TWO_NUMBERS, two_numbers(options))
    if options.all:
        for found in (one, two):
            for name in FILTERS:
                table(found, lambda _name: True, [name])
    else:
        table(one, compared, PAGE_FILTERS)
        table(one, of_presets, PRESET_FILTERS)
        table(two, compared, PAGE_FILTERS)


if __name__ == "__main__":
    main()
