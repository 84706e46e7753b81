"""What is written and read: texels, and how their slices belong together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.layout import Kind, Layout


@dataclass(frozen=True, eq=False)
class TexelImage:
    """Texels `[slice, height, width, channel]`: uint8 or uint16 (unsigned normalised), float16 or float32.

    1 to 4 channels. `2d` has one slice; the slices of an `array` are layers or frames, those of a `volume` its depth.
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

    def equals(self, other: "TexelImage") -> bool:
        """Whether the two hold the same texels, bit for bit, in the same arrangement."""
        return self.layout == other.layout and self.texels.tobytes() == other.texels.tobytes()

    def arranged(self, layout: Layout | None, *, strip: bool = False) -> "TexelImage":
        """What was read from a file, as its writer had it; None: as it is.

        In a format that knows nothing else, a `strip` becomes its slices. Two channels lose the third, 0, that some
        formats fill them up with. Raises `ValueError` for texels that do not have the layout.
        """
        if layout is None:
            return self
        slices, height, width, channels = layout.shape
        filled = 3 if channels == 2 and self.texels.shape[3] == 3 else channels
        wanted = Layout((slices, height, width, filled), layout.dtype, layout.kind)
        if strip:
            wanted = Layout((1, slices * height, width, filled), layout.dtype, "2d")
        if self.layout != wanted:
            raise ValueError(f"{self.layout} is not the layout that was written, {layout}")
        if np.ascontiguousarray(self.texels[..., channels:]).view(np.uint8).any():
            raise ValueError("the channel that fills up two channels is not 0")
        texels = np.ascontiguousarray(self.texels[..., :channels]).reshape(layout.shape)
        return TexelImage(texels, layout.kind)


def from_bytes(data: bytes, layout: Layout, what: str, start: int = 0) -> TexelImage:
    """The image whose texels, little-endian, in C order, end a file. Raises `ValueError` if they are not."""
    wanted, found = layout.value_count * layout.item_bytes, len(data) - start
    if found != wanted or not wanted:
        raise ValueError(f"this {what} has {found} bytes of texels, not {wanted}")
    texels = np.frombuffer(data, np.dtype(layout.dtype).newbyteorder("<"), offset=start).reshape(layout.shape)
    return TexelImage(texels.astype(layout.dtype), layout.kind)


def to_bytes(texels: npt.NDArray[Any]) -> bytes:
    """Texels, little-endian, in C order."""
    return texels.astype(texels.dtype.newbyteorder("<"), copy=False).tobytes()
