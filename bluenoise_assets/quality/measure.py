"""What a texture is worth, in numbers. White noise is 0 dB throughout; lower is better.

Everything here takes one channel's values or ranks, `[height, width]`, any real dtype, and is numpy alone.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.frequencies import below_cutoff, half_spectrum_multiplicity, radial_frequency
from bluenoise_assets.quality.kernels import combined, wrapped_spectrum
from bluenoise_assets.quality.quantization import Texels, channels_of_texels, dequantize, quantiles, ranks_of
from bluenoise_assets.spec import Filter, Spectrum, Sum, TextureSpec

Values = npt.NDArray[Any]

MASK_CUTOFF = 1 / 8
"""Below this many cycles per texel a pattern's noise is visible as clumps."""

THRESHOLDS = 64
MANY_TEXELS = 2**21
"""Above this many texels a quarter of the thresholds is measured: the patterns' power is an average already."""

MEASURED_SIGMAS = (1.0, 1.5, 2.0)


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


def histogram_deviation(values: Values, expected: Values) -> float:
    """The largest distance of a sorted value from the quantile that belongs there. 0 if the histogram is exact."""
    return float(np.max(np.abs(np.sort(values, axis=None) - np.sort(expected, axis=None))))


def seam_ratio(values: Values, axis: int) -> float | None:
    """How much rougher the step across the tile's edge is than steps inside: ratio of mean squared differences.

    About 1 for a texture that tiles, whatever its noise. None where a side has fewer than three texels.
    """
    if values.shape[axis] < 3:
        return None
    moved = np.moveaxis(np.asarray(values, np.float64), axis, 0)
    inside = float(np.mean(np.diff(moved, axis=0) ** 2))
    across = float(np.mean((moved[0] - moved[-1]) ** 2))
    return across / inside if inside > 0 else None


def measure(texels: Texels, cutoff: float = MASK_CUTOFF) -> list[Figures]:
    """The figures of each channel of a texture, ours or not: texels `[height, width(, channel)]`.

    Ranks are taken from the texels, ties in reading order.
    """
    channels = channels_of_texels(texels, 1 if texels.ndim == 2 else texels.shape[-1])
    return [figures(dequantize(channel), ranks_of(channel), cutoff) for channel in channels]


def measure_built(spec: TextureSpec, ranks: npt.NDArray[np.int32], texels: Texels) -> list[Figures]:
    """The figures of each channel of a texture just made, from its exact ranks `[channel, (layer,) *shape]`.

    Those of an array are the means over its layers, in dB.
    With the threshold objective, `error_db` is the error of the thresholded patterns under the texture's own filter.
    With the spectrum objective, `low_frequency_db` is below its cut-off, of the values before they are quantised, and
    `stored_low_frequency_db` the same of the values that a shader reads.
    """
    exact = quantiles(spec.distribution, spec.texel_count)
    objective = spec.objective.spectrum if isinstance(spec.objective, Sum) else spec.objective
    cutoff = objective.cutoff if isinstance(objective, Spectrum) else MASK_CUTOFF

    def measured(mask: Values, mask_texels: Texels) -> Figures:
        entry = figures(exact[mask], mask, cutoff, spec.filter)
        stored = low_frequency_db(dequantize(mask_texels), cutoff) if isinstance(objective, Spectrum) else None
        return replace(entry, stored_low_frequency_db=_rounded(stored))

    channels = zip(ranks, channels_of_texels(texels, spec.channels), strict=True)
    if spec.layers is None:
        return [measured(mask, mask_texels) for mask, mask_texels in channels]
    return [_mean([measured(*layer) for layer in zip(*channel, strict=True)]) for channel in channels]


def _mean(entries: Sequence[Figures]) -> Figures:
    """The means of figures, one by one; all entries have the same."""

    def mean(values: Sequence[Any]) -> Any:
        if isinstance(values[0], Mapping):
            return {name: mean([value[name] for value in values]) for name in values[0]}
        return None if values[0] is None else round(math.fsum(values) / len(values), 2)

    return Figures(**{one.name: mean([getattr(entry, one.name) for entry in entries]) for one in fields(Figures)})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def figures(values: Values, ranks: Values, cutoff: float, filters: Filter | None = None) -> Figures:
    """The figures of one channel; those that are not defined for a texture of its size are absent.

    `low_frequency_db` is below `cutoff`, `anisotropy_db` of the rings from there to 1/2 cycle per texel; `error_db` is
    under `filters`.
    """
    frequency, power, anisotropy = radial_spectrum(values)
    rings = (frequency >= cutoff) & (frequency <= 0.5) & (power > 0)
    low = _rounded(low_frequency_db(values, cutoff))
    isotropy = _rounded(float(anisotropy[rings].mean())) if rings.any() else None
    if ranks.size < 2:
        return Figures(low, isotropy)
    patterns, shape = pattern_power(ranks), ranks.shape

    def error_db(response: Values) -> float:
        return round(filtered_error_db(patterns, shape, response), 2)

    return Figures(
        low_frequency_db=low,
        anisotropy_db=isotropy,
        threshold_error_db={
            f"{sigma:g}": error_db(wrapped_gaussian_spectrum(shape, sigma)) for sigma in MEASURED_SIGMAS
        },
        error_db=None if filters is None else error_db(wrapped_filter_spectrum(filters, shape)),
    )
