"""NumPy's `.npy`, format version 1.0: little-endian, C order, for `numpy.load`.

The header is written here: numpy's own pads it differently from version to version.
"""

import re

import numpy as np

from bluenoise_assets.formats.image import TexelImage, to_bytes
from bluenoise_assets.formats.layout import Layout

MAGIC = b"\x93NUMPY\x01\x00"
ALIGNMENT = 64
"""Where the texels start, so that they can be mapped into memory."""

_HEADER = re.compile(
    rb"\x93NUMPY(?:\x01\x00..|[\x02\x03]\x00....)"
    rb"\{'descr': '(\|u1|[<>](?:u2|f[24]))', 'fortran_order': (False|True), "
    rb"'shape': \(([0-9]{1,9}(?:, ?[0-9]{1,9})*),?\),? ?\} *\n",
    re.DOTALL,
)
"""What numpy writes, and those who write for it. `numpy.load` takes memory for any shape before it looks further."""


def encode(image: TexelImage) -> bytes:
    """An array `[height, width]`, or `[height, width, channel]` of several channels; one axis more, the slices,
    in front for arrays and volumes, also for a single slice.
    """
    layout = image.layout
    dtype = image.texels.dtype
    descr = f"{'|' if dtype.itemsize == 1 else '<'}{dtype.kind}{dtype.itemsize}"
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {_axes(layout)}, }}"
    start = len(MAGIC) + 2
    length = -(-(start + len(text) + 1) // ALIGNMENT) * ALIGNMENT - start
    head = MAGIC + length.to_bytes(2, "little") + text.ljust(length - 1).encode("ascii") + b"\n"
    return head + to_bytes(image.texels)


def read(data: bytes, layout: Layout | None = None) -> TexelImage:
    """The image in an array of two to four axes, as `encode` has them.

    Without a layout a third axis of up to 4 is the channels, and slices in front are an array's. Raises `ValueError`
    for other files, and for other axes.
    """
    head = _HEADER.match(data)
    size_bytes = 2 if data[6:7] == b"\x01" else 4
    if head is None or 8 + size_bytes + int.from_bytes(data[8 : 8 + size_bytes], "little") != head.end():
        raise ValueError("this is not a .npy file of 8- or 16-bit integers, or 16- or 32-bit floats")
    dtype = np.dtype(head[1].decode("ascii"))
    shape = tuple(int(side) for side in head[3].split(b","))
    if layout is None:
        layout = _guess(shape, dtype.name)
    elif (shape, dtype.name) != (_axes(layout), layout.dtype):
        raise ValueError(f"this .npy file is {dtype} of shape {shape}, not {layout}")
    if len(data) - head.end() != layout.value_count * dtype.itemsize:
        raise ValueError("this .npy file has more or fewer texels than its header says")
    texels = np.frombuffer(data, dtype, offset=head.end()).reshape(shape, order="F" if head[2] == b"True" else "C")
    return TexelImage(texels.astype(layout.dtype, order="C").reshape(layout.shape), layout.kind)


def _axes(layout: Layout) -> tuple[int, ...]:
    return layout.shape[layout.kind == "2d" : 4 if layout.shape[3] > 1 else 3]


def _guess(shape: tuple[int, ...], dtype: str) -> Layout:
    if not 2 <= len(shape) <= 4:
        raise ValueError(f"this .npy file has {len(shape)} axes, not 2 to 4")
    has_channels = len(shape) == 4 or (len(shape) == 3 and shape[2] <= 4)
    height, width, channels = shape[-3:] if has_channels else (*shape[-2:], 1)
    slices = shape[0] if len(shape) == 3 + has_channels else None
    return Layout((slices or 1, height, width, channels), dtype, "2d" if slices is None else "array")
