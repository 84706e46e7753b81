"""What a texture is worth, in numbers. White noise is 0 dB throughout; lower is better. numpy alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.layout import Kind
from bluenoise_assets.quality import temporal
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.half_spaces import FEW_HALF_SPACES, vector_rms
from bluenoise_assets.quality.quantization import (
    Texels,
    channels_of_texels,
    dequantize,
    quantiles,
    ranks_of,
    samples_of_texels,
)
from bluenoise_assets.quality.spectra import MASK_CUTOFF, Values, low_frequency_db, radial_spectrum
from bluenoise_assets.quality.threshold_error import (
    MEASURED_EYES,
    MEASURED_SIGMAS,
    eye_spectrum,
    filtered_error_db,
    pattern_power,
    wrapped_filter_spectrum,
    wrapped_gaussian_spectrum,
)
from bluenoise_assets.quality.tones import tone_low_frequency_db
from bluenoise_assets.spec import Filter, TextureSpec, space_of

MAX_CHANNELS = 4

MEASURED_FRAMES = 16
"""Of frames so many, the first, are measured one by one."""

RMS_DIGITS = 5  # of figures that are not in dB


def measure(
    texels: npt.ArrayLike, kind: Kind = "2d", *, frames: bool = False, cutoff: float = MASK_CUTOFF
) -> list[Figures]:
    """The figures of each channel of a texture, ours or not.

    `texels` are numbers, stored integers or values: `[height, width]` or, with up to four channels,
    `[height, width, channel]`; of an array or a volume, which has to be said (`kind`), `[slice, height, width]` or
    `[slice, height, width, channel]`. Those of an array are the means over its layers, in dB. With `frames` the slices
    of an array are scalars that follow each other in time, and loop: they have `pattern_rms`, and the means are over
    the first 16. Ranks are taken from the texels, ties in reading order. Raises `ValueError` for any other shape, and
    for what is not a finite number.
    """
    try:
        whole = np.asarray(texels)
    except ValueError:
        raise ValueError("the rows of the texels have different lengths") from None
    axes = 2 if kind == "2d" else 3
    if kind not in get_args(Kind):
        raise ValueError(f"kind: expected 2d, array or volume, found {kind!r}")
    if frames and kind != "array":
        raise ValueError(f"frames: expected the slices of an array (kind='array'), found kind={kind!r}")
    if whole.dtype.kind not in "biuf" or not np.isfinite(whole).all():
        raise ValueError("the texels are not finite numbers")
    channels = 1 if whole.ndim == axes else whole.shape[-1] if whole.ndim == axes + 1 else 0
    if not whole.size or not 1 <= channels <= MAX_CHANNELS:
        hint = "; of an array or a volume, say kind='array' or kind='volume'" if kind == "2d" and whole.ndim > 2 else ""
        named = "[height, width]" if kind == "2d" else "[slice, height, width]"
        raise ValueError(f"texels of shape {whole.shape} are not {named}, alone or with 1 to 4 channels{hint}")

    def measured(slices: Values) -> Figures:
        return figures(dequantize(slices), ranks_of(slices), cutoff)

    each = channels_of_texels(whole, 1 if whole.ndim == axes else channels)
    if frames:
        return [_with_frames(map(measured, one), np.stack([ranks_of(frame) for frame in one])) for one in each]
    return [_mean([measured(layer) for layer in one]) if kind == "array" else measured(one) for one in each]


def measure_built(spec: TextureSpec, ranks: npt.NDArray[np.int32], texels: Texels) -> list[Figures]:
    """The figures of each channel of a texture just made, from its exact ranks `[channel, (slice,) *shape]`.

    Those of an array are the means over its layers, in dB; of frames over the first 16, with `pattern_rms` of all.
    Vectors have one entry: `low_frequency_db`, the mean over the components, and `pattern_rms`, of a single slice H1.
    With the threshold objective, `error_db` is the error of the thresholded patterns under the texture's own filter.
    With the spectrum objective, `low_frequency_db` is below its cut-off, of the values before they are quantised, and
    `stored_low_frequency_db` the same of the values that a shader reads.
    """
    if spec.is_vector:
        return [_of_vectors(spec, ranks[0], texels)]
    exact = quantiles(spec.distribution, spec.texel_count)
    cutoff = spec.objective.values_cutoff

    filters = None if spec.filter is None else space_of(spec.filter)

    def measured(mask: Values, mask_texels: Texels) -> Figures:
        entry = figures(exact[mask], mask, cutoff or MASK_CUTOFF, filters)
        stored = None if cutoff is None else low_frequency_db(dequantize(mask_texels), cutoff)
        return replace(entry, stored_low_frequency_db=_rounded(stored))

    channels = zip(ranks, channels_of_texels(texels, spec.channels), strict=True)
    if spec.array_length is None:
        return [measured(mask, mask_texels) for mask, mask_texels in channels]
    if spec.frames is None:
        return [_mean([measured(*layer) for layer in zip(*channel, strict=True)]) for channel in channels]
    return [_with_frames(map(measured, *channel), channel[0]) for channel in channels]


def _with_frames(single: Iterable[Figures], ranks: npt.NDArray[np.int32]) -> Figures:
    """The means over the first of single frames' figures, with those of all of them, ranks `[frame, *shape]`."""
    entry = _mean(list(islice(single, MEASURED_FRAMES)))
    return replace(entry, pattern_rms=_rounded_rms(temporal.pattern_rms(ranks))) if ranks[0].size > 1 else entry


def _of_vectors(spec: TextureSpec, indices: npt.NDArray[np.int32], texels: Texels) -> Figures:
    """The figures of vectors whose slices hold the same points, by their places among them, `[(slice,) *shape]`."""
    slices = texels.reshape(spec.slices, *spec.shape, spec.channels)
    indices = indices.reshape(spec.slices, *spec.shape)
    first = samples_of_texels(slices[0], spec).reshape(-1, spec.channels)
    points = np.empty_like(first)
    points[indices[0].ravel()] = first
    low = [
        Figures(_rounded(low_frequency_db(component, MASK_CUTOFF)))
        for one in slices[:MEASURED_FRAMES]
        for component in channels_of_texels(one, spec.channels)
    ]
    loops = [indices] if spec.frames is not None else list(indices[:MEASURED_FRAMES, None])
    errors = [
        Figures(pattern_rms=_rounded_rms(vector_rms(points, loop, spec.sample_space, FEW_HALF_SPACES)))
        for loop in loops
    ]
    return replace(_mean(low), pattern_rms=_mean(errors).pattern_rms)


def _rounded_rms(errors: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, RMS_DIGITS) for name, value in errors.items()}


def _mean(entries: Sequence[Figures]) -> Figures:
    """The means of figures of textures of one size, one by one, over those that have them."""

    def mean(values: Sequence[Any], digits: int) -> Any:
        if isinstance(values[0], Mapping):
            return {name: mean([value[name] for value in values], digits) for name in values[0]}
        known = [value for value in values if value is not None]
        return round(math.fsum(known) / len(known), digits) if known else None

    def means(name: str) -> Any:
        return mean([getattr(entry, name) for entry in entries], RMS_DIGITS if name == "pattern_rms" else 2)

    return Figures(**{one.name: means(one.name) for one in fields(Figures)})


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
        }
        | {f"eye {number}": error_db(eye_spectrum(shape, number)) for number in MEASURED_EYES},
        tone_low_frequency_db={str(tone): round(value, 2) for tone, value in tone_low_frequency_db(ranks).items()},
        error_db=None if filters is None else error_db(wrapped_filter_spectrum(filters, shape)),
    )
