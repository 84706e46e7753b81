"""The cut-off, from 0.15 to 0.45: of values that are added, and of masks."""

import numpy as np
from support.value_noise import structure, value_error_db

from bluenoise_assets import GaussianDistribution, Spectrum, Sum, TextureSpec, generate_ranks
from bluenoise_assets.quality.measure import figures
from bluenoise_assets.quality.quantization import dequantize, texels_of_ranks
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import wrapped_gaussian_spectrum

from . import common

CUTOFFS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
BLURS = {"0.7": 0.7, "1": 1, "1.5": 1.5, "2": 2, "3": 3}
EYES = (35, 70, 140)
FILM = GaussianDistribution(0.16)


def kinds():
    """Keys of the textures by name, and the cut-off of each."""
    for cutoff in CUTOFFS:
        yield f"`spectrum: {cutoff}`", {"objective": Spectrum(cutoff=cutoff)}, cutoff
    yield "default mask", {}, 0.125
    yield "mask for the eye, 70", {"filter": {"eye": {"pixels_per_degree": 70}}}, 0.125


def grain(seeds, law=None):
    blurs = {name: common.gaussian(sigma) for name, sigma in BLURS.items()}
    blurs |= {f"eye {number}": common.eye(number) for number in EYES}
    rows = []
    for name, keys, cutoff in kinds():
        made = [common.texture(seed, distribution=law, **keys) for seed in range(seeds)]
        each = [[value_error_db(m.values, response) for m in made] for response in blurs.values()]
        shapes = np.array([structure(m.values, cutoff) for m in made])
        rows.append(
            [
                name,
                common.cell([low_frequency_db(m.values, cutoff) for m in made]),
                common.cell([low_frequency_db(m.values, 0.125) for m in made]),
                *map(common.cell, each),
                common.cell(shapes[:, 0]),
                common.cell(shapes[:, 1]),
                f"{np.median([m.cpu_seconds for m in made]):.2f} s",
            ]
        )
    common.table(["", "below it", "below 1/8", *blurs, "anisotropy", "peak", "CPU"], rows)


def dithering(seeds):
    rows = []
    more = [
        (
            f"both, `cutoff: {cutoff}`, `weight: {weight}`",
            {"objective": Sum(spectrum=Spectrum(cutoff=cutoff), weight=weight)},
            0,
        )
        for cutoff in (0.125, 0.25, 0.4)
        for weight in (0.01, 0.1, 1)
    ]
    for name, keys, _ in [*kinds(), *more]:
        found = []
        for seed in range(seeds):
            made = common.texture(seed, **keys)
            entry = figures(made.values, made.ranks, 0.125)
            tones = [entry.tone_low_frequency_db[tone] for tone in ("1/64", "1/2")]
            found.append([*entry.threshold_error_db.values(), *tones, entry.low_frequency_db])
        rows.append([name, *map(common.cell, zip(*found, strict=True))])
    heads = [f"Gaussian {sigma}" for sigma in (1, 1.5, 2)] + [f"eye {number}" for number in EYES]
    common.table(["", *heads, "tone 1/64", "tone 1/2", "low"], rows)


def stored(seeds):
    """8-bit textures of other sizes: what the files hold."""
    rows = []
    for size in ((10, 10), (20, 20), (64, 64), (128, 128), (256, 1)):
        responses = [wrapped_gaussian_spectrum(size[::-1], sigma) for sigma in (0.7, 1, 1.5, 2)]
        cells = []
        for keys in ({}, *({"objective": Spectrum(cutoff=cutoff)} for cutoff in (0.25, 0.35, 0.4, 0.45))):
            specs = [TextureSpec("t", size, seed=seed, **keys) for seed in range(seeds)]
            values = [dequantize(texels_of_ranks(generate_ranks(spec), spec)) for spec in specs]
            cells.append(common.means([[value_error_db(v, response) for response in responses] for v in values]))
        rows.append([f"{size[0]}x{size[1]}", *cells])
    common.table(["8 bits", "default mask", *(f"`spectrum: {cutoff}`" for cutoff in (0.25, 0.35, 0.4, 0.45))], rows)


def answer(seeds):
    print(
        "Grain, uniform law: power of the values below the cut-off and below 1/8, after Gaussians and the eye; structure"
    )
    grain(seeds)
    print("Film grain, a normal law of 0.16: the same")
    grain(seeds, FILM)
    print(
        "Dithering: error of thresholded patterns; power below 1/16 of the patterns of 1/64 and 1/2; values below 1/8"
    )
    dithering(seeds)
    print("Grain as stored in 8 bits, of other sizes, after Gaussians 0.7 / 1 / 1.5 / 2")
    stored(seeds)
