"""More dimensions, with another metric in time: Fourier losses of 2D and 3D, alone and with terms along time.

A prototype of its own: values `[frame, height, width]` descend (Adam, the histogram's targets refreshed every 8 steps, as
in `noise/spectrum`) on the sum of a loss in space, one in time and that of the histogram.
"""

import time
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from bluenoise_assets import TextureSpec, generate_ranks
from bluenoise_assets.noise.spectrum.updates import adam
from bluenoise_assets.quality import temporal
from bluenoise_assets.quality.frequencies import below_cutoff, half_spectrum_multiplicity
from bluenoise_assets.quality.quantization import ranks_of

from . import common

FRAMES = 32
SHAPE = (FRAMES, common.SIDE, common.SIDE)
CUTOFF = 0.4
ALPHA = 0.1
STEPS = 1000
REFRESH = 8
RATE = 0.003
HISTOGRAM = 100.0
GOLDEN = (5**0.5 - 1) / 2


def average_response():
    """What an exponential moving average leaves of the power of each frequency in time, `[frame, 1, 1]`."""
    wave = 2 * np.pi * np.fft.fftfreq(FRAMES)
    return (ALPHA**2 / (1 + (1 - ALPHA) ** 2 - 2 * (1 - ALPHA) * np.cos(wave)))[:, None, None]


def mean_weights(weights):
    """Weights of a half spectrum that sum to 1, none at frequency zero in space: each frame's mean is given."""
    weights = np.broadcast_to(weights, (FRAMES, common.SIDE, common.SIDE // 2 + 1)) * half_spectrum_multiplicity(SHAPE)
    weights = weights.copy()
    weights[:, 0, 0] = 0
    return np.float32(weights / weights.sum())


@cache
def tables():
    half = common.SIDE // 2 + 1
    frame = below_cutoff(SHAPE[1:], CUTOFF)[None, :, :half]
    return {
        "in 2D": mean_weights(frame),
        "in 3D": mean_weights(below_cutoff(SHAPE, CUTOFF)[..., :half]),
        "along time": mean_weights(average_response()),
        "of both": mean_weights(average_response() * common.gaussian(1)),
    }


def pairs_in_time(x):
    """How alike a pixel's values are: 1 - sum K |x_s - x_t| over the pairs, K = (1 - alpha)^|dt|, wrapped."""
    offsets = np.arange(1, FRAMES)
    kernel = (1 - ALPHA) ** np.minimum(offsets, FRAMES - offsets)
    kernel = kernel / kernel.sum()
    return 1 - 3 * sum(
        float(k) * jnp.mean(jnp.abs(x - jnp.roll(x, int(o), 0))) for o, k in zip(offsets, kernel, strict=True)
    )


PROTOTYPES = {
    # of the losses, by their weights
    "Fourier, 2D, each frame": {"in 2D": 10.0},
    "Fourier, 3D, one ball": {"in 3D": 10.0},
    "Fourier, 2D + along time": {"in 2D": 10.0, "along time": 3.0},
    "Fourier, 2D + along time + of both": {"in 2D": 10.0, "along time": 3.0, "of both": 10.0},
    "Fourier, 2D + pairs in time": {"in 2D": 10.0, "pairs": 10.0},
}


@cache
def program(names):
    def loss(x, targets, chosen, weights):
        power = jnp.abs(jnp.fft.rfftn(x - 0.5)) ** 2 / (x.size / 12)
        total = HISTOGRAM * 12 * jnp.mean((x - targets) ** 2)
        for name, table, weight in zip(names, chosen, weights, strict=True):
            total += weight * (pairs_in_time(x) if name == "pairs" else jnp.sum(power * table))
        return total

    def targets_of(x):
        flat = x.reshape(FRAMES, -1)
        ranks = jnp.argsort(jnp.argsort(flat, axis=1), axis=1)
        return ((ranks + 0.5) / flat.shape[1]).astype(jnp.float32).reshape(x.shape)

    @jax.jit
    def run(x, chosen, weights):
        def step(i, carry):
            x, targets, moments = carry
            targets = jax.lax.cond(i % REFRESH == 0, targets_of, lambda _: targets, x)
            direction, moments = adam(jax.grad(loss)(x, targets, chosen, weights), moments, i, jnp.float32(0.9))
            return x - RATE * direction, targets, moments

        return jax.lax.fori_loop(0, STEPS, step, (x, x, (jnp.zeros_like(x), jnp.zeros_like(x))))[0]

    return run


def prototype(losses, seed):
    """Ranks of each frame."""
    start = np.stack([common.white(FRAMES * seed + frame) for frame in range(FRAMES)])
    chosen = [tables().get(name, np.float32(0)) for name in losses]
    x = program(tuple(losses))(np.float32((start + 0.5) / common.SIDE**2), chosen, np.float32([*losses.values()]))
    return np.stack([ranks_of(frame) for frame in np.asarray(x)])


def made(**keys):
    return lambda seed: generate_ranks(TextureSpec("t", SHAPE[1:], seed=seed, **keys)).reshape(SHAPE)


def golden(seed):
    values = (made_mask(seed) + 0.5) / common.SIDE**2
    return np.stack([ranks_of((values + frame * GOLDEN) % 1) for frame in range(FRAMES)])


def made_mask(seed):
    return generate_ranks(TextureSpec("t", SHAPE[1:], seed=seed))[0]


def value_errors(ranks):
    """Of the values themselves, in dB: a frame after a Gaussian of 1, a pixel after the average, both."""
    power = np.abs(np.fft.rfftn((ranks + 0.5) / common.SIDE**2 - 0.5)) ** 2 / (ranks.size / 12)
    weights = [common.gaussian(1), average_response(), average_response() * common.gaussian(1)]
    return [10 * np.log10((mean_weights(weight) * power).sum()) for weight in weights]


def answer(seeds):
    sets = {
        "white noise": lambda seed: np.stack([common.white(FRAMES * seed + frame) for frame in range(FRAMES)]),
        "independent masks (`layers`)": made(layers=FRAMES),
        "one mask + golden ratio": golden,
        **{name: lambda seed, losses=losses: prototype(losses, seed) for name, losses in PROTOTYPES.items()},
        "`frames: 32`, fast": made(frames=FRAMES, effort="fast"),
        "`frames: 32`, good": made(frames=FRAMES),
    }
    print(
        f"{common.SIDE}x{common.SIDE}, {FRAMES} frames, cut-off {CUTOFF}, {STEPS} steps: patterns, RMS: a frame after a Gaussian of 1"
    )
    print("(H1), the moving average of 0.1 (EMA), both (ST), steady; and values in dB, the same three")
    rows = []
    for name, ranks_of_seed in sets.items():
        patterns, values, seconds = [], [], []
        for seed in range(seeds):
            began = time.process_time()
            ranks = np.int32(ranks_of_seed(seed))
            seconds.append(time.process_time() - began)
            found = temporal.pattern_rms(ranks)
            patterns.append([found["H1"], found["steady EMA"], found["steady ST"]])
            values.append(value_errors(ranks))
        cells = [common.cell(column, 4) for column in zip(*patterns, strict=True)]
        cells += [common.cell(column) for column in zip(*values, strict=True)]
        rows.append([name, *cells, f"{min(seconds):.1f} s"])
    common.table(["", "H1", "EMA", "ST", "values, H1", "values, EMA", "values, ST", "CPU"], rows)
