"""Arrays to files, one module a format. Bytes depend on the texels alone, not on any library's version."""

from collections.abc import Callable
from dataclasses import dataclass

from bluenoise_assets.encode import dds, ktx2, npy, png
from bluenoise_assets.encode.picture import Layout, Picture, layout_of, picture_of, texels_of


@dataclass(frozen=True)
class Format:
    """How a format is written, and how it is read back: to prove it, and to make other formats of it.

    `decode` raises `ValueError` for what is no such file, or does not have the layout.
    """

    encode: Callable[[Picture], bytes]
    decode: Callable[[bytes, Layout], Picture]


FORMATS = {
    "png": Format(png.encode_picture, png.decode_picture),
    "dds": Format(dds.encode, dds.decode),
    "ktx2": Format(ktx2.encode, ktx2.decode),
    "npy": Format(npy.encode, npy.decode),
}
"""By the suffix of their files."""

__all__ = ["FORMATS", "Format", "Layout", "Picture", "layout_of", "picture_of", "texels_of"]
