"""Pictures that hold several slices: strips, and what the slices of an array are."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured.texture_file import MAX_SLICE_TEXELS, TextureFile, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError

SlicedAs = Literal["one", "frames", "layers", "volume"]


@dataclass(frozen=True)
class Slicing:
    """What a user says of files: they hold `one` picture each, or `count` frames, layers, or slices of a volume."""

    kind: SlicedAs
    count: int = 1


def sliced(file: TextureFile, slicing: Slicing | None) -> TextureFile:
    """A file with its slices told apart; None: as its shape suggests, with a note that says so.

    A picture whose height is a multiple of its width, or the other way round, is a strip of squares. Slices are
    frames, unless a format says that they are a volume's. Raises `UnreadableFileError` for what cannot be cut so.
    """
    texels, kind = file.image.texels, file.image.kind
    height, width = texels.shape[1:3]
    notes = file.notes
    if kind == "2d":
        if slicing is None:
            count = max(height // width if height % width == 0 else 1, width // height if width % height == 0 else 1)
        else:
            count = slicing.count
        if count > 1:
            texels = _cut(texels[0], count)
    elif slicing is not None and slicing.count != len(texels):
        words = {"one": "one picture"}.get(slicing.kind, f"{slicing.count} {slicing.kind}")
        raise UnreadableFileError(f"it has {len(texels)} slices, and so cannot be {words}")
    if slicing is None and len(texels) > 1 and kind != "volume":
        count = len(texels)
        if kind == "2d":
            note = (
                f"{width} x {height} texels are taken for {count} frames (--one, --layers or --volume: for what else)"
            )
        else:
            note = f"its {count} slices are taken for frames (--layers {count}: they do not follow in time)"
        notes = (*notes, note)
    slices, height, width = texels.shape[:3]
    if slices == 1:
        kind = "2d"
    elif slicing is not None:
        kind = "volume" if slicing.kind == "volume" else "array"
    elif kind == "2d":
        kind = "array"
    check_size(width, height, slices, kind)
    if width * height > MAX_SLICE_TEXELS:
        raise UnreadableFileError(f"{width} x {height} texels are more than 2^24, too many to measure")
    is_frames = kind == "array" and (slicing is None or slicing.kind == "frames")
    image = TexelImage(np.ascontiguousarray(texels), kind)
    return replace(file, image=image, frames=is_frames, notes=notes)


def _cut(strip: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.generic]:
    """A strip `[height, width, channel]` as `[slice, height, width, channel]`: from top to bottom, or left to right.

    Squares are preferred where both would do.
    """
    height, width, channels = strip.shape
    down, across = height % count == 0, width % count == 0
    if down and (height // count == width or not (across and width // count == height)):
        return strip.reshape(count, height // count, width, channels)
    if across:
        return strip.reshape(height, count, width // count, channels).swapaxes(0, 1)
    raise UnreadableFileError(f"{width} x {height} texels cannot be cut into {count} slices")
