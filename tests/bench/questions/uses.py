"""Where the Fourier loss on values is right, and where the threshold objective is; and the way from one to the other."""

from functools import cache

import bench_scenes
import jax
import jax.numpy as jnp
import numpy as np
from bench_frames import nearest_share
from support import scenes
from support.value_noise import value_error_db

from bluenoise_assets import Spectrum, Sum
from bluenoise_assets.noise.spectrum.ranking import targets_of
from bluenoise_assets.noise.spectrum.updates import adam
from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.measure import figures
from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.quality.tones import tone_low_frequency_db

from . import common

SCENES = {
    "dither to 1 bit": scenes.Scene("", "", scenes.dithered(2)),
    "dither to 2 bits": scenes.Scene("", "", scenes.dithered(4)),
    "dither to 8 bits": scenes.Scene("", "", scenes.dithered(256)),
    "grain, added": scenes.Scene("", "", scenes.grained),
    "film grain (Gaussian law)": bench_scenes.FILM,
} | {
    scene.name: scene
    for scene in scenes.ONE_NUMBER
    if scene.name in {"fog, 8 steps", "soft shadow", "ambient occlusion"}
}
BLURS = ("Gaussian 1", "Gaussian 2")


def noises(law):
    keys = {} if law is None else {"distribution": law}
    return [
        bench_scenes.white(1),
        bench_scenes.classic(1.5, 1),
        bench_scenes.texture("the default mask", **keys),
        bench_scenes.texture("`spectrum: 0.25`", objective=Spectrum(), **keys),
        bench_scenes.texture("`spectrum: 0.4`", objective=Spectrum(cutoff=0.4), **keys),
        bench_scenes.texture(
            "both, 0.4, `weight: 0.1`", objective=Sum(spectrum=Spectrum(cutoff=0.4), weight=0.1), **keys
        ),
    ]


class Options:
    places = 2

    def __init__(self, seeds):
        self.seeds = seeds


def by_use(seeds):
    print(
        "128x128: toy scenes, error after Gaussians of 1 and 2 texels; stippling: power below 1/16 of the patterns of 1/64,"
    )
    print("1/32 and 1/16 and the mean distance to the nearest point at 1/64, of the largest possible")
    plain = noises(None)
    rows = []
    for name, scene in SCENES.items():
        chosen = noises(bench_scenes.GRAIN) if scene is bench_scenes.FILM else plain
        found = [bench_scenes.figures(scene, noise, Options(seeds)) for noise in chosen]
        rows.append([name, *(" / ".join(f"{each[blur]:.1f}" for blur in BLURS) for each in found)])
    stippled = []
    for noise in plain:
        masks = [noise.made(seed)[0] for seed in range(seeds)]
        tones = common.means([[*tone_low_frequency_db(mask).values()][:3] for mask in masks])
        stippled.append(f"{tones}; {np.mean([nearest_share(mask) for mask in masks]):.2f}")
    rows.append(["stippling", *stippled])
    common.table(["", *(noise.name for noise in plain)], rows)


# The thresholds' error is a cosine series: 2 / (pi k)^2 times the power of cos(pi k u) behind the filter, over all k. The
# Fourier loss on values looks at u itself, which is nearly the first term.

SIGMA = 1.5
STEPS = 3000
TERMS = (1, 2, 4, 8, 16, 32)


@cache
def program(terms):
    def loss(x, targets, response):
        waves = x[None] - 0.5 if terms == 0 else jnp.cos(jnp.pi * jnp.arange(1, terms + 1)[:, None, None] * x)
        scale = jnp.ones(1) if terms == 0 else 2 / (jnp.pi * jnp.arange(1, terms + 1)) ** 2
        power = jnp.abs(jnp.fft.rfft2(waves)) ** 2 / x.size
        return 12 * 10 * jnp.sum(scale[:, None, None] * power * response) + 12 * 100 * jnp.mean((x - targets) ** 2)

    @jax.jit
    def run(x, quantiles, response):
        def step(i, carry):
            x, targets, moments = carry
            targets = jax.lax.cond(i % 8 == 0, lambda x: targets_of(x, quantiles), lambda _: targets, x)
            direction, moments = adam(jax.grad(loss)(x, targets, response), moments, i, jnp.float32(0.9))
            rate = 0.003 * jnp.minimum(1.0, 2 * (1 - i / STEPS))
            return x - rate * direction, targets, moments

        return jax.lax.fori_loop(0, STEPS, step, (x, x, (jnp.zeros_like(x), jnp.zeros_like(x))))[0]

    return run


def from_values_to_thresholds(seeds):
    print(
        f"From the one to the other: the Fourier loss under a Gaussian of {SIGMA} on the values, and on cos(pi k u) for k up to so"
    )
    print(
        f"many; {STEPS} steps of Adam: error of patterns after Gaussians 1 / 1.5 / 2, of values after 1.5, power of the pattern of 1/64"
    )
    response = common.gaussian(SIGMA)
    response = half_spectrum_multiplicity((common.SIDE, common.SIDE)) * response / response.mean() / response.size
    response[0, 0] = 0
    quantiles = np.float32((np.arange(common.SIDE**2) + 0.5) / common.SIDE**2)
    made = {
        terms: [
            ranks_of(np.asarray(program(terms)(quantiles[common.white(seed)], quantiles, np.float32(response))))
            for seed in range(seeds)
        ]
        for terms in (0, *TERMS)
    }
    made["gaussian"] = [common.texture(seed, filter={"gaussian": SIGMA}, effort="best").ranks for seed in range(seeds)]
    names = {0: "the values", "gaussian": "`filter: {gaussian: 1.5}`, best", 1: "cos(pi u)"}
    rows = []
    for terms, masks in made.items():
        found = [figures(mask, mask, 0.125) for mask in masks]
        rows.append(
            [
                names.get(terms, f"{terms} cosines"),
                common.means([[*entry.threshold_error_db.values()][:3] for entry in found]),
                common.cell([value_error_db(mask, common.gaussian(SIGMA)) for mask in masks]),
                common.cell([entry.tone_low_frequency_db["1/64"] for entry in found]),
            ]
        )
    common.table(["the loss on", "patterns", "values", "tone 1/64"], rows)


def answer(seeds):
    by_use(seeds)
    from_values_to_thresholds(seeds)
