"""Power spectra of values, relative to white noise's: 0 dB is white, lower is better. In any number of dimensions."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.frequencies import below_cutoff, radial_frequency

Values = npt.NDArray[Any]
"""One channel's values or ranks, `[*shape]`, any real dtype."""

MASK_CUTOFF = 1 / 8
"""Below this many cycles per texel a pattern's noise is visible as clumps."""


def decibels(ratio: float) -> float:
    """10 log10 of a ratio of powers; -300 for zero."""
    return 10 * math.log10(max(ratio, 1e-30))


def power_spectrum(values: Values) -> npt.NDArray[np.float64]:
    """|DFT|^2 about the mean, in `fftn`'s layout, float64; the mean over all but zero frequency is about 1."""
    centred = np.asarray(values, np.float64) - np.mean(values, dtype=np.float64)
    energy = float(np.sum(centred**2))
    return np.asarray(np.abs(np.fft.fftn(centred)) ** 2 / (energy or 1.0))


def low_frequency_db(values: Values, cutoff: float = MASK_CUTOFF) -> float | None:
    """Mean power at frequencies above 0 and below `cutoff` (cycles per texel), relative to white noise's.

    None where no frequency of this size lies there, and for a flat texture.
    """
    low = below_cutoff(values.shape, cutoff)
    if not low.any() or np.ptp(values) == 0:
        return None
    return decibels(float(power_spectrum(values)[low].mean()))


def radial_spectrum(values: Values) -> tuple[Values, Values, Values]:
    """Ulichney's radially averaged power spectrum and anisotropy (Digital Halftoning, 1987, section 4.2).

    Returns, for each annulus one step of 1/N wide that holds two frequencies or more, its mean frequency in cycles
    per texel, its mean power, and its anisotropy in dB: the variance of the power over its squared mean. White noise
    has about 0 dB; smooth rings have less.
    """
    power = power_spectrum(values).ravel()
    radius = radial_frequency(values.shape).ravel()
    ring = np.rint(radius * max(values.shape)).astype(np.int64)
    count = np.bincount(ring)
    mean = np.bincount(ring, power) / np.maximum(count, 1)
    frequency = np.bincount(ring, radius) / np.maximum(count, 1)
    variance = np.bincount(ring, (power - mean[ring]) ** 2) / np.maximum(count - 1, 1)
    kept = (count >= 2) & (np.arange(len(count)) > 0)
    anisotropy = 10 * np.log10(np.maximum(variance, 1e-30) / np.maximum(mean, 1e-15) ** 2)
    return frequency[kept], mean[kept], anisotropy[kept]
