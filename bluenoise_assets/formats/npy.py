"""NumPy's `.npy`, format version 1.0: little-endian, C order, for `numpy.load`.

The header is written here: numpy's own pads it differently from version to version.
"""

import math

import numpy as np

from bluenoise_assets.formats.image import Layout, Picture

MAGIC = b"\x93NUMPY\x01\x00"
ALIGNMENT = 64
"""Where the texels start, so that they can be mapped into memory."""


def encode(picture: Picture) -> bytes:
    """An array `[height, width]`, or `[height, width, channel]` of several channels; one axis more, the slices,
    in front for arrays and volumes, also for a single slice.
    """
    texels = picture.texels
    return _header(picture.layout) + texels.astype(texels.dtype.newbyteorder("<")).tobytes()


def decode(data: bytes, layout: Layout) -> Picture:
    """The picture in a file that `encode` wrote. Raises `ValueError` if it does not hold one of this layout."""
    if not data.startswith(MAGIC):
        raise ValueError("this is not a .npy file of version 1.0")
    header = _header(layout)
    if not data.startswith(header):
        raise ValueError("the header of this .npy file is not the one that was written")
    dtype = np.dtype(layout.dtype).newbyteorder("<")
    wanted = len(header) + math.prod(layout.shape) * dtype.itemsize
    if len(data) != wanted:
        raise ValueError(f"this .npy file has {len(data)} bytes, not {wanted}")
    texels = np.frombuffer(data, dtype, offset=len(header)).reshape(layout.shape)
    return Picture(texels.astype(layout.dtype), layout.kind)


def _header(layout: Layout) -> bytes:
    dtype = np.dtype(layout.dtype)
    descr = f"{'|' if dtype.itemsize == 1 else '<'}{dtype.kind}{dtype.itemsize}"
    shape = layout.shape[layout.kind == "2d" : 4 if layout.shape[3] > 1 else 3]
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    start = len(MAGIC) + 2
    length = -(-(start + len(text) + 1) // ALIGNMENT) * ALIGNMENT - start
    return MAGIC + length.to_bytes(2, "little") + text.ljust(length - 1).encode("ascii") + b"\n"
