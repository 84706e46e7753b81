"""Errors of thresholded patterns behind a filter, relative to white noise's: 0 dB is white, lower is better."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.kernels import combined, wrapped_spectrum
from bluenoise_assets.quality.spectra import Values, decibels
from bluenoise_assets.spec import Filter

THRESHOLDS = 64
MANY_TEXELS = 2**21
"""Above this many texels a quarter of the thresholds is measured: the patterns' power is an average already."""

MEASURED_SIGMAS = (1.0, 1.5, 2.0)


def wrapped_gaussian_spectrum(shape: tuple[int, ...], sigma: float) -> npt.NDArray[np.float64]:
    """|DFT|^2, in `rfftn`'s layout, of a Gaussian of `sigma` texels, wrapped around a tile, of sum 1."""
    kernel = np.ones((1,) * len(shape))
    for axis, side in enumerate(shape):
        reach = math.ceil(8 * sigma)
        offsets = np.arange(-reach, reach + 1)
        line = np.bincount(offsets % side, np.exp(-(offsets**2) / (2 * sigma**2)), side)
        kernel = kernel * (line / line.sum()).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return np.asarray(np.abs(np.fft.rfftn(kernel)) ** 2)


def wrapped_filter_spectrum(filters: Filter, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The weighted sum of the filters' |DFT|^2, in `rfftn`'s layout, wrapped around a tile, each of mean square 1."""
    return wrapped_spectrum(combined([(part.filter, part.weight) for part in filters], len(shape)), shape)


def pattern_power(ranks: Values) -> npt.NDArray[np.float64]:
    """The mean over the thresholds of the power of the patterns `u < threshold`, in `rfftn`'s layout, zero at 0.

    u = (rank + 1/2) / N; the thresholds are (k + 1/2)/64, or (k + 1/2)/16 above `MANY_TEXELS` texels.
    """
    shape, count = ranks.shape, ranks.size
    thresholds = THRESHOLDS if count <= MANY_TEXELS else THRESHOLDS // 4
    total = np.zeros((*shape[:-1], shape[-1] // 2 + 1))
    for k in range(thresholds):
        below = 2 * (k + 0.5) * count > (2 * ranks.astype(np.int64) + 1) * thresholds
        spectrum = np.fft.rfftn(below.astype(np.float32) - np.float32((k + 0.5) / thresholds))
        total += spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
    total[(0,) * len(shape)] = 0  # the variance leaves the mean out
    return total / thresholds


def filtered_error_db(power: npt.NDArray[np.float64], shape: tuple[int, ...], response: Values) -> float:
    """The error of patterns with this half spectrum (see `pattern_power`) after a filter, relative to white noise's.

    `response` is the filter's squared spectrum, in the layout of `power`.
    """
    times = half_spectrum_multiplicity(shape)
    count = math.prod(shape)
    error = float((power * times * response).sum()) / count**2
    white = float((times * response).sum()) / count / 6
    return decibels(error / white)


def threshold_error_db(ranks: Values, sigmas: tuple[float, ...] = MEASURED_SIGMAS) -> dict[float, float]:
    """The error of the thresholded patterns after a Gaussian, for each sigma in texels, relative to white noise's.

    The mean over the thresholds (see `pattern_power`) of the variance of the filtered pattern; white noise's is (1/6)
    times the sum of the squared filter. Empty for a single texel.
    """
    if ranks.size < 2:
        return {}
    power, shape = pattern_power(ranks), ranks.shape
    return {sigma: filtered_error_db(power, shape, wrapped_gaussian_spectrum(shape, sigma)) for sigma in sigmas}


def sum_error_db(masks: Sequence[Values], sigmas: tuple[float, ...] = MEASURED_SIGMAS) -> dict[float, float]:
    """The same for the sum of several masks' patterns, the luminance of a dithered colour, relative to white masks.

    `masks` are ranks of one shape, all thresholded alike, in two dimensions.
    """
    shape = masks[0].shape
    power = np.zeros((*shape[:-1], shape[-1] // 2 + 1))
    for index in range(THRESHOLDS):
        pattern = sum((2 * mask.astype(np.int64) + 1) * THRESHOLDS < (2 * index + 1) * mask.size for mask in masks)
        power += np.abs(np.fft.rfftn(pattern - np.mean(pattern))) ** 2 / THRESHOLDS / len(masks)
    return {sigma: filtered_error_db(power, shape, wrapped_gaussian_spectrum(shape, sigma)) for sigma in sigmas}
