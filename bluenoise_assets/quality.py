"""What a texture is worth, in numbers. White noise is 0 dB throughout; lower is better.

Everything here takes one channel's values or ranks, `[height, width]`, any real dtype, and is numpy alone.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.filters import combined, wrapped_spectrum
from bluenoise_assets.frequencies import below_cutoff, half_spectrum_multiplicity, radial_frequency
from bluenoise_assets.spec import Filter, Spectrum, Sum, TextureSpec
from bluenoise_assets.values import Texels, channels_of_texels, decoded, quantiles, ranks_of

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


def measure(texels: Texels, cutoff: float = MASK_CUTOFF) -> list[dict[str, Any]]:
    """The figures of each channel of a texture, ours or not: texels `[height, width(, channel)]`.

    Ranks are taken from the texels, ties in reading order. See `figures` for what the keys mean.
    """
    channels = channels_of_texels(texels, 1 if texels.ndim == 2 else texels.shape[-1])
    return [figures(decoded(channel), ranks_of(channel), cutoff) for channel in channels]


def measure_built(spec: TextureSpec, ranks: npt.NDArray[np.int32], texels: Texels) -> list[dict[str, Any]]:
    """The figures of each channel of a texture just made, from its exact ranks `[channel, (layer,) *shape]`.

    Those of an array are the means over its layers, in dB.
    With the threshold objective, `error_db` is the error of the thresholded patterns under the texture's own filter.
    With the spectrum objective, `low_frequency_db` is below its cut-off, of the values before they are quantised, and
    `stored_low_frequency_db` the same of the values that a shader reads.
    """
    exact = quantiles(spec.distribution, spec.texel_count)
    objective = spec.objective.spectrum if isinstance(spec.objective, Sum) else spec.objective
    cutoff = objective.cutoff if isinstance(objective, Spectrum) else MASK_CUTOFF

    def measured(mask: Values, mask_texels: Texels) -> dict[str, Any]:
        entry = figures(exact[mask], mask, cutoff, spec.filter)
        stored = low_frequency_db(decoded(mask_texels), cutoff) if isinstance(objective, Spectrum) else None
        return entry if stored is None else entry | {"stored_low_frequency_db": round(stored, 2)}

    channels = zip(ranks, channels_of_texels(texels, spec.channels), strict=True)
    if spec.layers is None:
        return [measured(mask, mask_texels) for mask, mask_texels in channels]
    return [_mean([measured(*layer) for layer in zip(*channel, strict=True)]) for channel in channels]


def _mean(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The means of figures, one by one; all entries have the same."""
    return {
        name: _mean([entry[name] for entry in entries])
        if isinstance(value, dict)
        else round(math.fsum(entry[name] for entry in entries) / len(entries), 2)
        for name, value in entries[0].items()
    }


def figures(values: Values, ranks: Values, cutoff: float, filters: Filter | None = None) -> dict[str, Any]:
    """The figures of one channel, rounded to 0.01; a figure that is not defined for a texture is absent.

    `low_frequency_db`: of the values, below `cutoff`. `anisotropy_db`: the mean over the rings from `cutoff` to
    1/2 cycle per texel. `threshold_error_db`: by sigma in texels. `error_db`: the same under `filters`.
    """
    entry: dict[str, Any] = {}
    low = low_frequency_db(values, cutoff)
    if low is not None:
        entry["low_frequency_db"] = round(low, 2)
    frequency, power, anisotropy = radial_spectrum(values)
    rings = (frequency >= cutoff) & (frequency <= 0.5) & (power > 0)
    if rings.any():
        entry["anisotropy_db"] = round(float(anisotropy[rings].mean()), 2)
    if ranks.size < 2:
        return entry
    patterns, shape = pattern_power(ranks), ranks.shape
    entry["threshold_error_db"] = {
        f"{sigma:g}": round(filtered_error_db(patterns, shape, wrapped_gaussian_spectrum(shape, sigma)), 2)
        for sigma in MEASURED_SIGMAS
    }
    if filters is not None:
        entry["error_db"] = round(filtered_error_db(patterns, shape, wrapped_filter_spectrum(filters, shape)), 2)
    return entry
