"""Errors of thresholded patterns behind a filter, relative to white noise's: 0 dB is white, lower is better."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity, radial_frequency
from bluenoise_assets.quality.kernels import SENSITIVITY, combined, wrapped_spectrum
from bluenoise_assets.quality.spectra import Values, decibels
from bluenoise_assets.quality.tones import points_below
from bluenoise_assets.spec import Filter

THRESHOLDS = 64
MANY_TEXELS = 2**21
"""Above this many texels a quarter of the thresholds is measured: the patterns' power is an average already."""

MEASURED_SIGMAS = (1.0, 1.5, 2.0)
MEASURED_EYES = (35, 70, 140)
"""Pixels per degree."""


def wrapped_gaussian_spectrum(shape: tuple[int, ...], sigma: float) -> npt.NDArray[np.float64]:
    """|DFT|^2, in `rfftn`'s layout, of a Gaussian of `sigma` texels, wrapped around a tile, of sum 1."""
    kernel = np.ones((1,) * len(shape))
    for axis, side in enumerate(shape):
        reach = math.ceil(8 * sigma)
        offsets = np.arange(-reach, reach + 1)
        line = np.bincount(offsets % side, np.exp(-(offsets**2) / (2 * sigma**2)), side)
        kernel = kernel * (line / line.sum()).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return np.asarray(np.abs(np.fft.rfftn(kernel)) ** 2)


def eye_spectrum(shape: tuple[int, ...], pixels_per_degree: float, luminance: float = 100) -> npt.NDArray[np.float64]:
    """|G|^2, in `rfftn`'s layout, of the eye's contrast sensitivity: exp(-2 f p / (0.525 ln L + 3.91)).

    f is radial, in cycles per texel, p `pixels_per_degree`, L the `luminance` in cd/m2 (Nasanen, "Visibility of
    halftone dot textures", IEEE Transactions on Systems, Man, and Cybernetics 14(6), 1984). Exact at every frequency
    of the tile, where `kernels` has an `EyeFilter` of finite extent.
    """
    slope, offset = map(float, SENSITIVITY)
    radius = radial_frequency(shape)[..., : shape[-1] // 2 + 1]
    return np.asarray(np.exp(-2 * pixels_per_degree / (slope * math.log(luminance) + offset) * radius))


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
        below = ranks < points_below(Fraction(2 * k + 1, 2 * thresholds), count)
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


def sum_pattern_power(masks: Sequence[Values], weights: Sequence[float] | None = None) -> npt.NDArray[np.float64]:
    """`pattern_power` of sum w_i (pattern_i - threshold), all masks thresholded alike, over sum w_i^2.

    So independent masks of white noise have the power of one. `masks` are ranks of one shape; the weights are 1 unless
    given. They are `LUMINANCE` for what is seen of a dithered colour's brightness.
    """
    shape, count = masks[0].shape, masks[0].size
    weights = [1.0] * len(masks) if weights is None else weights
    total = np.zeros((*shape[:-1], shape[-1] // 2 + 1))
    for k in range(THRESHOLDS):
        lit = points_below(Fraction(2 * k + 1, 2 * THRESHOLDS), count)
        pattern = sum(weight * (mask < lit) for weight, mask in zip(weights, masks, strict=True))
        total += np.abs(np.fft.rfftn(pattern)) ** 2
    total[(0,) * len(shape)] = 0
    return np.asarray(total / THRESHOLDS / math.fsum(weight**2 for weight in weights))


def sum_error_db(
    masks: Sequence[Values], sigmas: tuple[float, ...] = MEASURED_SIGMAS, weights: Sequence[float] | None = None
) -> dict[float, float]:
    """The error after a Gaussian of the weighted sum of several masks' patterns, relative to independent white masks.

    See `sum_pattern_power`.
    """
    shape, power = masks[0].shape, sum_pattern_power(masks, weights)
    return {sigma: filtered_error_db(power, shape, wrapped_gaussian_spectrum(shape, sigma)) for sigma in sigmas}
