"""What the answers have in common: descents that are looked at on their way, figures of values, tables in Markdown.

All figures are in dB of white noise, 0; lower is better. `64x64`, values of exact ranks, unless a question says otherwise.
"""

import time
from typing import NamedTuple

import numpy as np

from bluenoise_assets import TextureSpec, UniformDistribution, generate_ranks
from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.spectrum import descent, losses
from bluenoise_assets.quality.quantization import dequantize, quantiles, ranks_of, texels_of_ranks
from bluenoise_assets.quality.threshold_error import eye_spectrum, wrapped_gaussian_spectrum

SIDE = 64
WEIGHTS = (10, 1, 100)
"""The package's: of the power below the cut-off, of uniformity, of the histogram."""


class Texture(NamedTuple):
    """`values` before they are quantised, `stored` as a shader reads them."""

    values: np.ndarray
    ranks: np.ndarray
    stored: np.ndarray
    cpu_seconds: float


def texture(seed, side=SIDE, distribution=None, bits=16, **keys):
    """A texture of one channel as the package makes it."""
    distribution = distribution or UniformDistribution()
    spec = TextureSpec("t", (side, side), seed=seed, bits=bits, distribution=distribution, **keys)
    began = time.process_time()
    ranks = generate_ranks(spec)
    seconds = time.process_time() - began
    stored = dequantize(texels_of_ranks(ranks, spec))
    return Texture(quantiles(distribution, side * side)[ranks[0]], ranks[0], stored, seconds)


def white(seed, side=SIDE):
    return np.random.default_rng(seed).permutation(side * side).reshape(side, side).astype(np.int32)


def descended(
    checkpoints,
    seed,
    method="adam",
    rate=0.003,
    momentum=0.9,
    randomize=True,
    weights=WEIGHTS,
    cutoff=0.25,
    distribution=None,
    side=SIDE,
):
    """The descent alone, from white noise: at each checkpoint the values of exact ranks; and CPU seconds a step."""
    values = quantiles(distribution or UniformDistribution(), side * side).astype(np.float32)
    params = descent.Params(
        values,
        np.float32(values.var()),
        losses.tables((side, side), cutoff),
        losses.Weights(*map(np.float32, weights)),
        np.bool_(randomize),
        np.uint32(seed + 1),
        np.float32(rate),
        np.float32(momentum),
    )
    state = descent.init(values[white(seed, side)])
    compiled.call(descent.step, (method,), state, params, np.int32(1))  # compiles
    began, done, found = time.process_time(), 0, []
    for steps in checkpoints:
        state = compiled.call(descent.step, (method,), state, params, np.int32(steps - done))
        done = steps
        x = np.asarray(state.x)
        found.append(values[ranks_of(np.nan_to_num(x))])
    return found, (time.process_time() - began) / done


def gaussian(sigma, side=SIDE):
    return wrapped_gaussian_spectrum((side, side), sigma)


def eye(pixels_per_degree, side=SIDE):
    return eye_spectrum((side, side), pixels_per_degree)


def cell(found, digits=1):
    """Mean and standard deviation over the seeds; of one seed the figure alone."""
    found = np.round(np.asarray(found, float), 9) + 0.0  # no -0.0
    if found.size == 1:
        return f"{found.mean():.{digits}f}"
    return f"{found.mean():.{digits}f} ± {found.std(ddof=1):.{digits}f}"


def means(found, digits=1):
    """Several figures in one cell, means only."""
    return " / ".join(f"{np.mean(column):.{digits}f}" for column in zip(*found, strict=True))


def table(head, rows):
    print(f"| {' | '.join(head)} |")
    print("|---" * len(head) + "|")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print(flush=True)
