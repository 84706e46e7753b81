"""The figures of a texture file, whoever made it: those of `quality`, and what only files need asking."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality import temporal
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.half_spaces import FEW_HALF_SPACES, HALF_SPACES, vector_rms
from bluenoise_assets.quality.measure import RMS_DIGITS, measure
from bluenoise_assets.quality.quantization import dequantize, ranks_of
from bluenoise_assets.quality.spectra import decibels, low_frequency_db
from bluenoise_assets.report.measured.histogram import Histogram, histogram
from bluenoise_assets.report.measured.structure import correlations, peak_db, seam_db
from bluenoise_assets.report.measured.texture_file import TextureFile
from bluenoise_assets.spec.input_file import UnreadableFileError
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS, SampleSpace

MEASURED_SLICES = 16
MEASURED_TEXELS = 2**22
"""Of slices so many, the first, are measured one by one, and of large ones so few that they have so many texels."""
CORRELATED_SLICES = 64
ALL_HALF_SPACES_TEXELS = 2**20
"""Vectors of more texels than this are measured by `FEW_HALF_SPACES`."""

NAMES = "RGBA"
UNIT_LENGTH = 0.03
"""Vectors whose lengths are all so near to 1 are directions."""
MEAN_HEIGHT = 7 / 12
"""Between that of a hemisphere, 1/2, and of a cosine-weighted one, 2/3."""


@dataclass(frozen=True)
class ChannelFigures:
    """The figures of one channel, means over its first slices.

    `figures` are `quality`'s; their `low_frequency_db` is of the values that a shader reads, from the mean power of the
    slices, and `rank_low_frequency_db` the same of ranks, ties in reading order. `peak_db` and `seam_db` are
    `structure`'s.
    """

    name: str
    histogram: Histogram
    figures: Figures
    rank_low_frequency_db: float | None
    peak_db: float | None
    seam_db: float | None

    def as_json(self) -> dict[str, Any]:
        plain = {"rank_low_frequency_db": self.rank_low_frequency_db, "peak_db": self.peak_db, "seam_db": self.seam_db}
        known = {name: value for name, value in plain.items() if value is not None}
        return {"channel": self.name, "histogram": self.histogram.as_json()} | self.figures.as_json() | known


@dataclass(frozen=True)
class VectorFigures:
    """Errors of the patterns that half-spaces make of vectors (`quality.half_spaces`), and which space was taken.

    `is_assumed`: nobody said which.
    """

    space: SampleSpace
    pattern_rms: dict[str, float]
    is_assumed: bool


@dataclass(frozen=True)
class Measured:
    """What a texture is worth.

    `channels` are those that hold something: of flat ones, and of copies of others, `notes` tell.
    `channel_correlation` is Pearson's, texel by texel, of each pair of channels, as `RG`; `slice_correlation` that of
    the two most alike, or most opposite, of the first 64 slices of the first channel.
    """

    channels: tuple[ChannelFigures, ...]
    vectors: VectorFigures | None
    channel_correlation: dict[str, float]
    slice_correlation: float | None
    notes: tuple[str, ...]


def measured(file: TextureFile, space: SampleSpace | None = None) -> Measured:
    """Measure a file: each channel as scalars and, if there are several, as vectors of a sample space.

    None: directions where all vectors have length 1, vec2 of two channels. `scalar` says that there are no vectors.
    Raises `UnreadableFileError` for texels without the space's components.
    """
    image = file.image
    kept, notes = _channels_of(image.texels)
    if not kept:
        return Measured((), None, {}, None, tuple(notes))
    channels = tuple(_channel(image, place, frames=file.frames) for place in kept)
    vectors = None if space == "scalar" else _vectors(file, kept, space)
    if vectors is not None and vectors.is_assumed:
        what = "measured" if vectors.space in DIRECTIONS else "also measured"
        notes.append(f"its {len(kept)} channels are {what} as {vectors.space} (--sample-space says what they are)")
    if image.kind == "volume":
        notes.append("a volume's errors are those after filters in three dimensions; the named noise has two")
    return Measured(
        channels, vectors, _channel_correlation(image, kept), _slice_correlation(image, kept[0]), tuple(notes)
    )


def _channels_of(texels: npt.NDArray[Any]) -> tuple[list[int], list[str]]:
    """The channels that hold something of their own, and what there is to say of the others."""
    kept: list[int] = []
    notes = []
    for place in range(texels.shape[3]):
        channel = texels[..., place]
        copied = next((NAMES[other] for other in kept if np.array_equal(channel, texels[..., other])), None)
        if (channel == channel.flat[0]).all():
            notes.append(f"{NAMES[place]} is {channel.flat[0]:g} throughout")
        elif copied:
            notes.append(f"{NAMES[place]} is a copy of {copied}")
        else:
            kept.append(place)
    return kept, notes


def _channel(image: TexelImage, place: int, *, frames: bool) -> ChannelFigures:
    texels = image.texels[..., place]
    if image.kind == "volume":
        parts = texels[None]
    else:
        parts = texels[: max(1, min(MEASURED_SLICES, MEASURED_TEXELS // texels[0].size))]
    values = dequantize(parts)
    ranks = np.stack([ranks_of(part) for part in parts])
    kind = "2d" if image.kind == "2d" else image.kind
    found = measure(texels if image.kind == "volume" else parts if kind == "array" else parts[0], kind)[0]
    errors = {}
    if image.kind != "volume" and texels[0].size > 1:
        first = ranks[: temporal.SINGLE_FRAMES]
        patterns = temporal.threshold_patterns(first, temporal.SINGLE_THRESHOLDS)
        errors = {"H1": temporal.single_rms(patterns, len(first), texels[0].shape)}
        if frames:
            every = np.stack([ranks_of(part) for part in texels])
            batched = temporal.threshold_patterns(every, temporal.THRESHOLDS)
            errors |= temporal.accumulated_rms(batched, len(every), texels[0].shape)
    return ChannelFigures(
        NAMES[place],
        histogram(parts, values),
        replace(
            found,
            low_frequency_db=_mean_power([low_frequency_db(part) for part in values]),
            pattern_rms=_rounded(errors),
        ),
        _mean_power([low_frequency_db(part) for part in ranks]),
        _mean_power([peak_db(part) for part in values]),
        _mean_power([seam_db(part) for part in values]),
    )


def _mean_power(each: Sequence[float | None]) -> float | None:
    """The mean of powers in dB, over those that there are, in dB."""
    powers = [10 ** (value / 10) for value in each if value is not None]
    return round(decibels(math.fsum(powers) / len(powers)), 2) if powers else None


def _rounded(errors: dict[str, float]) -> dict[str, float]:
    return {name: round(value, RMS_DIGITS) for name, value in errors.items()}


def _vectors(file: TextureFile, kept: list[int], space: SampleSpace | None) -> VectorFigures | None:
    """The figures of the first channels as vectors of a space; None where none is given, and none suggests itself."""
    image = file.image
    found = space or (_guessed_space(image, kept) if image.kind != "volume" else None)
    if found is None:
        return None
    count = COMPONENTS[found]
    if image.texels.shape[3] < count or image.kind == "volume":
        what = "a volume" if image.kind == "volume" else f"of {image.texels.shape[3]} channels"
        raise UnreadableFileError(f"{found} takes slices of {count} channels, and this is {what}")
    vectors = _decoded(image.texels[..., :count], is_direction=found in DIRECTIONS)
    loops = [vectors] if file.frames else list(vectors[:MEASURED_SLICES, None])
    errors = [_vector_rms(loop, found) for loop in loops]
    means = {name: math.fsum(each[name] for each in errors) / len(errors) for name in errors[0]}
    return VectorFigures(found, _rounded(means), space is None)


def _vector_rms(vectors: npt.NDArray[np.float64], space: SampleSpace) -> dict[str, float]:
    """The errors of frames `[frame, height, width, component]`, each texel a point of its own."""
    count = vectors[..., 0].size
    if count // len(vectors) < 2:
        return {}
    indices = np.arange(count, dtype=np.int32).reshape(vectors.shape[:3])
    half_spaces = HALF_SPACES if count <= ALL_HALF_SPACES_TEXELS else FEW_HALF_SPACES
    return vector_rms(vectors.reshape(count, -1), indices, space, half_spaces)


def _decoded(texels: npt.NDArray[Any], *, is_direction: bool) -> npt.NDArray[np.float64]:
    """What a shader makes of texels: integers of directions stand for -1 to 1, and directions are normalised."""
    values = dequantize(texels)
    if not is_direction:
        return values
    values = values if texels.dtype.kind == "f" else 2 * values - 1
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-9))


def _guessed_space(image: TexelImage, kept: list[int]) -> SampleSpace | None:
    """Directions, if all vectors have length 1: of hemispheres the mean height tells which; else vec2 of two."""
    if kept not in ([0, 1], [0, 1, 2]):
        return None
    values = dequantize(image.texels[..., kept])
    values = values if image.texels.dtype.kind == "f" else 2 * values - 1
    are_directions = bool((np.abs(np.linalg.norm(values, axis=-1) - 1) < UNIT_LENGTH).all())
    if len(kept) == 2:
        return "circle" if are_directions else "vec2"
    if not are_directions:
        return None
    if values[..., 2].min() < -UNIT_LENGTH:
        return "sphere"
    return "hemisphere" if values[..., 2].mean() < MEAN_HEIGHT else "cosine_hemisphere"


def _channel_correlation(image: TexelImage, kept: list[int]) -> dict[str, float]:
    pairs = correlations(image.texels[..., kept].reshape(-1, len(kept)).T.astype(np.float32))
    places = range(len(kept))
    return {
        NAMES[kept[a]] + NAMES[kept[b]]: round(float(pairs[a, b]), 4) + 0.0 for a in places for b in places if a < b
    }


def _slice_correlation(image: TexelImage, place: int) -> float | None:
    if image.kind != "array" or len(image.texels) < 2:
        return None
    first = image.texels[:CORRELATED_SLICES, ..., place]
    pairs = correlations(first.reshape(len(first), -1).astype(np.float32))
    others = pairs[~np.eye(len(first), dtype=bool)]
    return round(float(others[np.abs(others).argmax()]), 4) + 0.0
