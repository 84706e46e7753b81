"""What is encoded: texels, and how their slices belong together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.spec import Kind, TextureSpec


@dataclass(frozen=True)
class Layout:
    """What a file should hold: the shape `(slices, height, width, channels)` and type of its texels, and their kind."""

    shape: tuple[int, int, int, int]
    dtype: str
    kind: Kind


@dataclass(frozen=True, eq=False)
class Picture:
    """Texels `[slice, height, width, channel]`: uint8 or uint16 (unsigned normalised), float16 or float32.

    1 to 4 channels. `2d` has one slice; the slices of an `array` are layers, those of a `volume` its depth.
    """

    texels: npt.NDArray[Any]
    kind: Kind = "2d"

    def __post_init__(self) -> None:
        if self.texels.ndim != 4 or not 1 <= self.texels.shape[3] <= 4 or 0 in self.texels.shape:
            raise ValueError(f"texels of shape {self.texels.shape} are no [slice, height, width, channel]")
        if self.texels.dtype not in (np.uint8, np.uint16, np.float16, np.float32):
            raise ValueError(f"texels of type {self.texels.dtype}")
        if self.kind == "2d" and len(self.texels) != 1:
            raise ValueError(f"{len(self.texels)} slices in two dimensions")

    @property
    def layout(self) -> Layout:
        return Layout(self.texels.shape, self.texels.dtype.name, self.kind)

    def equals(self, other: "Picture") -> bool:
        """Whether the two hold the same texels, bit for bit, in the same arrangement."""
        mine, theirs = self.texels, other.texels
        return (
            self.kind == other.kind
            and mine.dtype == theirs.dtype
            and mine.shape == theirs.shape
            and mine.tobytes() == theirs.tobytes()
        )


def layout_of(spec: TextureSpec) -> Layout:
    """The layout of a texture's texels as they are made."""
    width, height = spec.size[:2]
    return Layout((spec.slices, height, width, spec.channels), spec.storage, spec.kind)


def picture_of(texels: npt.NDArray[Any], spec: TextureSpec) -> Picture:
    """The picture of a texture's texels `[slice, height, width, channel]`, axes of length one dropped or not."""
    return Picture(texels.reshape(layout_of(spec).shape), spec.kind)


def texels_of(picture: Picture) -> npt.NDArray[Any]:
    """The inverse: a plain texture's slice axis, and a single channel's axis, are dropped."""
    texels = picture.texels if picture.kind != "2d" else picture.texels[0]
    return texels if texels.shape[-1] > 1 else texels[..., 0]
