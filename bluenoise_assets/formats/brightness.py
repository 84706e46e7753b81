"""The brightness of a PNG picture, as integers that are the same on every machine.

PNG alone: what a JPEG decodes to depends on the library.
"""

import struct

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats import png

MAX_TEXELS = 2**24
"""A small file can hold a picture that fills the memory."""

LUMA = 2126, 7152, 722
"""Of red, green and blue (ITU-R BT.709-6, item 3.2), in units of 1/10000."""


def decode(data: bytes) -> npt.NDArray[np.int64]:
    """The brightness of each texel of a PNG file, int64 `[height, width]`, from 0.

    It is the stored value times 10000, for colours the sum of the stored values times `LUMA`; so a grey picture is as
    bright in grey as in RGB. No gamma curve is undone, alpha is ignored. Raises `ValueError` for what is no PNG
    picture, for one of more than 2^24 texels, and for interlaced 16-bit colour.
    """
    if data.startswith(png.SIGNATURE) and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        if width * height > MAX_TEXELS:
            raise ValueError(f"{width} x {height} texels are more than 2^24")
    texels = png.read(data).texels[0].astype(np.int64)
    if texels.shape[2] < 3:
        return np.asarray(texels[..., 0] * sum(LUMA))
    return np.asarray(texels[..., :3] @ np.array(LUMA, np.int64))
