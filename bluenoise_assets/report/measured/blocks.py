"""Textures compressed in blocks of 4x4 texels, BC1 to BC7, decoded by Pillow."""

import io
import struct

import numpy as np
import numpy.typing as npt

from bluenoise_assets.spec.input_file import UnreadableFileError

DECODED = {"BC1": (71, 8, 4), "BC2": (74, 16, 4), "BC3": (77, 16, 4), "BC4": (80, 8, 1), "BC5": (83, 16, 2)} | {
    "BC7": (98, 16, 4)
}
"""By name: the number of its DXGI_FORMAT, bytes of a block, channels. Of BC6H Pillow keeps 8 bits of 16."""
HINT = "decode it, to PNG or EXR, and measure that"


def block_bytes(name: str) -> int:
    """Raises `UnreadableFileError` for blocks that are not decoded."""
    if name not in DECODED:
        raise UnreadableFileError(f"it is compressed with {name}, which is not read", HINT)
    return DECODED[name][1]


def level_bytes(name: str, width: int, height: int, depth: int = 1) -> int:
    """Of one mip level, whole blocks."""
    return -(-width // 4) * -(-height // 4) * depth * block_bytes(name)


def decoded_blocks(name: str, width: int, height: int, data: bytes) -> npt.NDArray[np.uint8]:
    """Slices of blocks, one after the other, as uint8 `[slice, height, width, channel]`.

    Raises `UnreadableFileError` for too few bytes.
    """
    from PIL import Image

    size = level_bytes(name, width, height)
    if not data or len(data) % size:
        raise UnreadableFileError(f"it has {len(data)} bytes of blocks, not a multiple of {size}: it is cut off")
    number, _, channels = DECODED[name]
    pixel_format = struct.pack("<II4s5I", 32, 4, b"DX10", *[0] * 5)
    head = b"DDS " + struct.pack("<7I44x", 124, 0x1007, height, width, 0, 0, 0) + pixel_format
    head += struct.pack("<5I", 0x1000, 0, 0, 0, 0) + struct.pack("<5I", number, 3, 0, 1, 0)
    slices = []
    for start in range(0, len(data), size):
        try:
            with Image.open(io.BytesIO(head + data[start : start + size]), formats=["DDS"]) as picture:
                texels = np.asarray(picture).reshape(height, width, -1)
        except Exception as error:
            raise UnreadableFileError(f"its {name} blocks cannot be decoded: {error}") from error
        slices.append(texels[..., :channels])
    return np.stack(slices)
