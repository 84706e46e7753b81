"""What the tests of the descent start from."""

import numpy as np
from support.references import spectra

from bluenoise_assets.noise.spectrum import descent, losses

DEFAULTS = {"low_frequency": 10, "uniformity": 1, "histogram": 100}


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def params(shape, cutoff=0.25, randomize=True, seed=1, **weights):
    count = int(np.prod(shape))
    quantiles = ((np.arange(count) + 0.5) / count).astype(np.float32)
    weight = losses.Weights(*(np.float32(weights.get(name, value)) for name, value in DEFAULTS.items()))
    return descent.Params(
        quantiles,
        np.float32(quantiles.var()),
        losses.tables(shape, cutoff),
        weight,
        np.bool_(randomize),
        np.uint32(seed),
        np.float32(0.003),
        np.float32(0.9),
    )


def decibels(ranks, cutoff=0.25):
    """Mean power below the cut-off of exact ranks, by numpy's FFT."""
    x = ranks - ranks.mean()
    power = np.abs(np.fft.fft2(x)) ** 2 / (x**2).sum()
    return 10 * np.log10(power[spectra.is_below(ranks.shape, cutoff)].mean())
