"""Small PNG files for pages: few bits where there are few colours, and deflated.

Not `formats/png`'s: that one writes the same bytes with whatever zlib, and does not compress.
"""

import base64
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.png import SIGNATURE

GREY, RGB, PALETTE = 0, 2, 3
"""The colour types (PNG, clause 6.1)."""


def png_of(texels: npt.NDArray[Any]) -> bytes:
    """The smallest of the plain PNG files of texels, uint8 or bool `[height, width]`, or uint8 `[height, width, 3]`.

    Those of up to 16 greys have 1, 2 or 4 bits, and a palette where these do not stand for them by themselves.
    """
    texels = texels * np.uint8(255) if texels.dtype == bool else texels
    height, width = texels.shape[:2]
    if texels.ndim == 3:
        return _file(width, height, 8, RGB, texels.reshape(height, -1))
    greys, places = np.unique(texels, return_inverse=True)
    bits = next(bits for bits in (1, 2, 4, 8) if len(greys) <= 2**bits)
    if bits == 8:
        return _file(width, height, 8, GREY, texels)
    own = np.arange(2**bits) * (255 // (2**bits - 1))
    is_plain = np.isin(greys, own).all()
    stored = texels // (255 // (2**bits - 1)) if is_plain else places.reshape(height, width)
    digits = np.unpackbits(stored.astype(np.uint8)[..., None], axis=2)[..., -bits:].reshape(height, -1)
    rows = np.packbits(digits, axis=1)
    return _file(width, height, bits, GREY if is_plain else PALETTE, rows, b"" if is_plain else np.repeat(greys, 3))


def data_uri(png: bytes) -> str:
    """A PNG file as the address of a picture within a page."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _file(width: int, height: int, bits: int, color: int, rows: npt.NDArray[np.uint8], palette: Any = b"") -> bytes:
    """A PNG file of rows of bytes, none of them filtered: noise does not follow from its neighbours."""
    stream = np.zeros((height, 1 + rows.shape[1]), np.uint8)
    stream[:, 1:] = rows
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))]
    chunks += [(b"PLTE", bytes(palette))] if len(palette) else []
    chunks += [(b"IDAT", zlib.compress(stream.tobytes(), 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
