"""Arrays to files, one module a format. Bytes depend on the texels alone, not on any library's version."""

from collections.abc import Callable
from dataclasses import dataclass

from bluenoise_assets.encode import png
from bluenoise_assets.values import Texels


@dataclass(frozen=True)
class Format:
    """How a format is written, and how it is read back to prove it."""

    encode: Callable[[Texels], bytes]
    decode: Callable[[bytes], Texels]


FORMATS = {"png": Format(png.encode, png.decode)}

__all__ = ["FORMATS", "Format"]
