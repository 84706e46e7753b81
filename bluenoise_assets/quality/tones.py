"""Patterns of single tones: whether few points, or few holes, lie evenly. White noise is 0 dB; lower is better.

A mask's own spectrum does not tell: errors of one threshold cancel with those of others.
"""

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.frequencies import ROUNDING
from bluenoise_assets.quality.spectra import Values, decibels

MEASURED_TONES = tuple(map(Fraction, ("1/64", "1/32", "1/16", "1/2", "15/16", "31/32", "63/64")))

TONE_CUTOFF = 1 / 16
"""Cycles per texel; an even pattern of density t has no power below about sqrt(t), which is 1/8 for 1/64."""


def points_below(tone: Fraction, count: int) -> int:
    """How many of `count` ranks are lit at `tone`: those with u = (rank + 1/2) / count < tone."""
    numerator, denominator = tone.as_integer_ratio()
    return max(0, -((denominator - 2 * numerator * count) // (2 * denominator)))


def tone_low_frequency_db(
    ranks: Values, tones: tuple[Fraction, ...] = MEASURED_TONES, cutoff: float = TONE_CUTOFF
) -> dict[Fraction, float]:
    """Mean power of the pattern `u < tone`, for each tone, at frequencies above 0 and below `cutoff` cycles per texel.

    u = (rank + 1/2) / N, of ranks that are a permutation of 0..N-1. In dB of white noise of the same density, whose
    power is N p (1 - p), p being the share of texels that are lit. A tone of which every texel is lit, or none, is
    absent; all are where no frequency of this size lies there.
    """
    axes = [_low_frequencies(side, cutoff) for side in ranks.shape]
    axes[-1] = axes[-1][axes[-1] >= 0]
    radius = np.sqrt(sum(np.square(each) for each in np.meshgrid(*axes, indexing="ij", sparse=True)))
    times = np.where((radius > 0) & (radius < cutoff - ROUNDING), np.where(axes[-1] > 0, 2, 1), 0)
    found = {}
    for tone in tones:
        lit = points_below(tone, ranks.size)
        if times.any() and 0 < lit < ranks.size:
            spectrum = _low_spectrum(ranks < lit, [len(axis) for axis in axes])
            power = float((times * np.abs(spectrum) ** 2).sum()) / int(times.sum())
            found[tone] = decibels(power * ranks.size / (lit * (ranks.size - lit)))
    return found


def _low_frequencies(side: int, cutoff: float) -> npt.NDArray[np.float64]:
    """Those of one axis nearer to zero than `cutoff`, in `numpy.fft.fftfreq`'s order."""
    frequencies = np.fft.fftfreq(side)
    return np.asarray(frequencies[np.abs(frequencies) < cutoff])


def _low_spectrum(pattern: npt.NDArray[np.bool_], kept: list[int]) -> npt.NDArray[np.complex128]:
    """A pattern's DFT at the lowest `kept` frequencies of each axis, of the last from zero on."""
    spectrum = np.asarray(np.fft.rfft(pattern.astype(np.float32))[..., : kept[-1]], np.complex128)
    for axis in range(pattern.ndim - 1):
        side, above = pattern.shape[axis], kept[axis] // 2
        lowest = np.r_[: kept[axis] - above, side - above : side]
        spectrum = np.take(np.fft.fft(spectrum, axis=axis), lowest, axis)
    return spectrum
