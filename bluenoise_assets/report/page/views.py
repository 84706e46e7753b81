"""How a texture looks: its texels to small pictures, and to the numbers that graphs are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.quantization import dequantize, ranks_of, samples_of_texels
from bluenoise_assets.quality.spectra import power_spectrum, radial_spectrum
from bluenoise_assets.quality.tones import points_below
from bluenoise_assets.report.page.time import Convergence, convergence
from bluenoise_assets.report.pictures import as_srgb, data_uri, dithered, gradient, photograph, png_of
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.sample_space import DIRECTIONS

Texels = npt.NDArray[Any]

MOST_SIDE = 256
"""Of larger textures a part is shown: texels must stay texels."""

MOST_TILED = 128
"""Of larger tiles that much is shown around the corner where they meet; and so many pixels has a spectrum at most."""

SMALL_SIDE = 64
"""Of what is kept to be compared with in a later report."""

MOST_TEXELS = 2**22
"""Of larger slices nothing is shown but texels."""

SPECTRUM_TEXELS = 2**20
"""The spectrum is the mean over so many slices that they have so many texels, and over one at least."""

TONES = (Fraction(1, 64), Fraction(1, 8), Fraction(1, 2))
BINS = 64
POINTS = 128
"""At most so many are drawn of a line in a graph."""

GRADIENT_HEIGHT = 32
MOST_ANIMATED = 64
ANIMATED_SIZE = 128, 32
SAMPLES = 32
"""The samples of so many texels in a square are drawn."""
NEIGHBOURS = 4


@dataclass(frozen=True)
class Picture:
    """A PNG file as a data URI, and its sides in texels."""

    uri: str
    width: int
    height: int


Line = tuple[tuple[float, float], ...]
"""The points of a line in a graph."""


@dataclass(frozen=True)
class Views:
    """Pictures and lines of a texture; an empty one is not defined for it.

    `tile` is a slice's texels, `tiling` 2x2 tiles, or, of large ones, where four meet. `spectrum` is the power, zero
    frequency in the middle. `radial` and `anisotropy` are in dB over cycles per texel, `histogram` is each channel's,
    in shares of what equal ones would be. `patterns` are those of `TONES`, `dithered` a gradient over a photograph, in
    1 and 2 bits. `animation` is a strip of frames of a gradient in 1 bit. `samples` are vectors' first components, of
    a square of `SAMPLES` texels in reading order.
    """

    tile: Picture
    alpha: Picture | None
    small_tile: Picture
    tiling: Picture
    is_part: bool
    is_whole_tiling: bool
    spectrum: Picture | None = None
    radial: Line = ()
    anisotropy: Line = ()
    histogram: tuple[tuple[float, ...], ...] = ()
    patterns: tuple[Picture, ...] = ()
    dithered: tuple[Picture, ...] = ()
    animation: Picture | None = None
    animated: int = 0
    convergence: Convergence | None = None
    samples: tuple[tuple[float, ...], ...] = ()


def views_of(texels: Texels, spec: TextureSpec) -> Views:
    """How texels `[slice, height, width, channel]` look, as made."""
    first = texels[0]
    bytes_ = _as_bytes(first, spec)
    height, width = first.shape[:2]
    cut = bytes_[:MOST_SIDE, :MOST_SIDE]
    tile = picture_of(_visible(cut))
    alpha = picture_of(cut[..., 3]) if cut.shape[2] == 4 else None
    small = picture_of(_visible(bytes_[:SMALL_SIDE, :SMALL_SIDE]))
    tiling = picture_of(_tiling(_visible(bytes_)))
    is_part, is_whole_tiling = max(width, height) > MOST_SIDE, max(width, height) <= MOST_TILED
    whole_slice = texels if spec.kind == "volume" else first
    if whole_slice[..., 0].size > MOST_TEXELS:
        return Views(tile, alpha, small, tiling, is_part, is_whole_tiling)
    spectrum, radial, anisotropy = _spectra(texels, spec)
    ranks = _ranks(whole_slice, spec)
    shown = ranks[0] if spec.kind == "volume" else ranks
    patterns = [
        picture_of((shown < points_below(tone, ranks.size))[:MOST_SIDE, :MOST_SIDE])
        for tone in TONES
        if 0 < points_below(tone, ranks.size) < ranks.size
    ]
    square = first[:SAMPLES, :SAMPLES].reshape(-1, spec.channels)
    masks = () if spec.is_vector or ranks.size < 2 else dithered_pictures(_ranks(first, spec))
    over_time = spec.frames is not None and shown.size > 1
    frames = [_ranks(frame, spec) for frame in texels[:MOST_ANIMATED]] if over_time else []
    animated = frames if over_time and not spec.is_vector else []
    return Views(
        tile,
        alpha,
        small,
        tiling,
        is_part,
        is_whole_tiling,
        spectrum,
        radial,
        anisotropy,
        histogram=tuple(_histogram(texels[..., channel], spec) for channel in range(texels.shape[3])),
        patterns=tuple(patterns),
        dithered=masks,
        animation=_animation(animated) if animated else None,
        animated=len(animated),
        convergence=convergence(np.stack(frames), golden=not spec.is_vector) if frames else None,
        samples=_samples(square, spec) if spec.is_vector else (),
    )


def picture_of(texels: Texels) -> Picture:
    """Texels, uint8 or bool, as they are."""
    return Picture(data_uri(png_of(texels)), texels.shape[1], texels.shape[0])


def dithered_pictures(ranks: Texels) -> tuple[Picture, ...]:
    """A gradient over a photograph, dithered by a mask to 1 and to 2 bits."""
    return tuple(picture_of(as_srgb(dithered(scene(), ranks, levels))) for levels in (2, 4))


def scene() -> npt.NDArray[np.float64]:
    """A gradient over a photograph, in linear light."""
    return np.vstack([gradient(photograph().shape[1], GRADIENT_HEIGHT), photograph()])


def spectrum_picture(power: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Power `[height, width]`, zero frequency in the middle: 0 is black, twice white noise's mean power white.

    Of large ones each pixel is the mean over some frequencies.
    """
    centred = np.fft.fftshift(power)
    steps = [-(-side // MOST_TILED) for side in centred.shape]
    for axis, step in enumerate(steps):
        kept = np.take(centred, range(centred.shape[axis] // step * step), axis)
        split = (*kept.shape[:axis], -1, step, *kept.shape[axis + 1 :])
        centred = kept.reshape(split).mean(axis + 1)
    return np.asarray(np.rint(255 * np.clip(centred / 2, 0, 1)), np.uint8)


def radial_lines(values: Sequence[Texels]) -> tuple[Line, Line]:
    """The mean power of rings, in dB of white noise's, and their anisotropy in dB, means over pictures of one shape.

    A row has no rings, and so no anisotropy.
    """
    spectra = [radial_spectrum(each) for each in values]
    frequency = spectra[0][0]
    power = np.mean([found[1] for found in spectra], axis=0)
    anisotropy = np.mean([found[2] for found in spectra], axis=0)
    decibels = 10 * np.log10(np.maximum(power, 1e-30))
    has_rings = sum(side > 1 for side in values[0].shape) > 1
    return _line(frequency, decibels), _line(frequency, anisotropy) if has_rings else ()


def _line(x: Texels, y: Texels) -> Line:
    step = -(-len(x) // POINTS) or 1
    groups = [slice(start, start + step) for start in range(0, len(x), step)]
    return tuple((round(float(x[group].mean()), 4), round(float(y[group].mean()), 2)) for group in groups)


def _spectra(texels: Texels, spec: TextureSpec) -> tuple[Picture | None, Line, Line]:
    values = dequantize(texels)
    if spec.kind == "volume":
        shown = [values[..., channel] for channel in range(values.shape[3])]
    else:
        some = values[: max(1, SPECTRUM_TEXELS // values[0].size)]
        shown = [one[..., channel] for one in some for channel in range(values.shape[3])]
    shown = [one for one in shown if np.ptp(one) > 0]
    if not shown:
        return None, (), ()
    power = np.mean([power_spectrum(one) for one in shown], axis=0)
    plane = power[0] if spec.kind == "volume" else power
    return picture_of(spectrum_picture(plane)), *radial_lines(shown)


def _ranks(texels: Texels, spec: TextureSpec) -> npt.NDArray[np.int32]:
    """The ranks of the first channel, or of vectors' first component."""
    return ranks_of(samples_of_texels(texels, spec)[..., 0] if spec.is_vector else texels[..., 0])


def _as_bytes(texels: Texels, spec: TextureSpec) -> npt.NDArray[np.uint8]:
    """Texels as a screen takes them: 8 bits as they are, of others the upper ones."""
    if texels.dtype == np.uint8:
        return texels
    values = dequantize(texels)
    if texels.dtype.kind == "f" and spec.sample_space in DIRECTIONS:
        values = (values + 1) / 2
    return np.asarray(np.clip(np.floor(values * 256), 0, 255), np.uint8)


def _visible(texels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """One channel as grey, two as red and green, more as red, green and blue."""
    channels = texels.shape[2]
    if channels == 1:
        return texels[..., 0]
    return np.concatenate([texels, np.zeros_like(texels[..., :1])], axis=2) if channels == 2 else texels[..., :3]


def _tiling(texels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """2x2 tiles, or the texels around the corner where they meet."""
    for axis in (0, 1):
        side = texels.shape[axis]
        reach = side if side <= MOST_TILED else MOST_TILED // 2
        texels = np.take(texels, range(side - reach, side + reach), axis, mode="wrap")
    return texels


def _histogram(values: Texels, spec: TextureSpec) -> tuple[float, ...]:
    shown = dequantize(values)
    if values.dtype.kind == "f" and spec.sample_space in DIRECTIONS:
        shown = (shown + 1) / 2
    counts = np.bincount(np.clip((shown * BINS).astype(np.int64), 0, BINS - 1).ravel(), minlength=BINS)
    return tuple(round(float(count) * BINS / shown.size, 3) for count in counts)


def _samples(texels: Texels, spec: TextureSpec) -> tuple[tuple[float, ...], ...]:
    """What shaders make of texels `[texel, channel]` of vectors."""
    return tuple(tuple(sample) for sample in np.round(samples_of_texels(texels, spec), 3).tolist())


def _animation(frames: Sequence[Texels]) -> Picture:
    """A gradient in 1 bit by each frame, stacked."""
    shades = gradient(*ANIMATED_SIZE)
    return picture_of(np.vstack([dithered(shades, ranks, 2) > 0.5 for ranks in frames]))
