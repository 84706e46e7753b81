"""What texels are, without any: their types and shape, and how a file holds a texture. Needs no numpy."""

import math
from typing import Any, Literal, NamedTuple, cast, get_args

FormatName = Literal["png", "dds", "ktx2", "exr", "raw", "h", "cs", "npy"]
"""Formats as manifests call them; each is its files' suffix, too."""

Variant = Literal["legacy"]
"""Another way of writing a format: DDS with its old header."""

Storage = Literal["uint8", "uint16", "float16", "float32"]
"""The type of a texel's channels, as numpy calls it."""

Kind = Literal["2d", "array", "volume"]

STORAGES: dict[tuple[str, int], Storage] = {  # by encoding and bits
    ("unorm", 8): "uint8",
    ("unorm", 16): "uint16",
    ("float", 16): "float16",
    ("float", 32): "float32",
}


class Layout(NamedTuple):
    """The shape `(slices, height, width, channels)` and type of texels, and how their slices belong together."""

    shape: tuple[int, int, int, int]
    dtype: str
    kind: Kind

    @property
    def encoding(self) -> str:
        return "float" if self.dtype.startswith("float") else "unorm"

    @property
    def item_bytes(self) -> int:
        return {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}[self.dtype]

    @property
    def value_count(self) -> int:
        return math.prod(self.shape)


def direction_note(dtype: str) -> str:
    """What a description adds where texels are directions: components are -1 to 1, integers stand for 0 to 1."""
    if dtype.startswith("float"):
        return "; a component of a direction"
    return "; twice that, less 1, is a component of a direction, to be normalised"


class StorageLayout(NamedTuple):
    """How a file stores a texture.

    `kind` is the file's: a strip, slices stacked from top to bottom, is `2d` in whatever format, and PNG and EXR hold
    nothing else. `channels` may be more than the texture's; what is filled up is 0, and 1 in alpha. A texture of
    unsigned integers that is stored as float32 is the values that shaders decode, (stored + 1/2) / 2^bits.
    """

    format: FormatName
    storage: Storage
    channels: int
    kind: Kind

    def __str__(self) -> str:
        """As the lock records it, without the format, which is the file's suffix: `uint8 x 4, volume`."""
        return f"{self.storage} x {self.channels}, {self.kind}"

    @classmethod
    def parse(cls, form: str, text: str) -> "StorageLayout":
        """The inverse. Raises `ValueError` for other text."""
        storage, _, rest = text.partition(" x ")
        channels, _, kind = rest.partition(", ")
        found = cls(cast("Any", form), cast("Any", storage), int(channels), cast("Any", kind))
        known = form in get_args(FormatName) and storage in get_args(Storage) and kind in get_args(Kind)
        if not known or not 1 <= found.channels <= 4:
            raise ValueError(f"{text!r} stores no texture")
        return found

    def applied(self, layout: Layout) -> Layout:
        """The layout that a texture of this one has in the file."""
        slices, height, width, _ = layout.shape
        shape = (1, slices * height, width) if self.kind == "2d" else (slices, height, width)
        return Layout((*shape, self.channels), self.storage, self.kind)
