"""KTX 2.0 (Khronos, "KTX File Format Specification"): one mip level: a header and the texels.

The texels may be supercompressed with Zstandard, which readers undo before they hand them to a GPU. That makes smaller
what fills up only (a fourth channel, 16 bits held as 32), and nothing of 8-bit noise: uncompressed is the default.
"""

import math
import struct
from typing import Literal

import numpy as np

from bluenoise_assets.formats import zstd
from bluenoise_assets.formats.image import Layout, Picture

Supercompression = Literal["zstd"]

IDENTIFIER = b"\xabKTX 20\xbb\r\n\x1a\n"
VK_FORMATS = {
    ("uint8", 1): 9,  # R8_UNORM
    ("uint8", 2): 16,  # R8G8_UNORM
    ("uint8", 4): 37,  # R8G8B8A8_UNORM, not _SRGB: noise is no colour
    ("uint16", 1): 70,  # R16_UNORM
    ("uint16", 2): 77,  # R16G16_UNORM
    ("uint16", 4): 91,  # R16G16B16A16_UNORM
    ("float16", 1): 76,  # R16_SFLOAT
    ("float16", 2): 83,  # R16G16_SFLOAT
    ("float16", 4): 97,  # R16G16B16A16_SFLOAT
    ("float32", 1): 100,  # R32_SFLOAT
    ("float32", 2): 103,  # R32G32_SFLOAT
    ("float32", 4): 109,  # R32G32B32A32_SFLOAT
}
WRITER = "bluenoise-assets"
"""Without a version: the bytes stay as they are when it changes."""

SCHEMES: dict[Supercompression | None, int] = {None: 0, "zstd": 2}
HEADER_SIZE = 80
LEVEL_INDEX_SIZE = 24  # of one level

# Khronos Data Format Specification, basic descriptor block
DESCRIPTOR_VERSION = 2
MODEL_RGBSDA = 1
PRIMARIES_BT709 = 1
TRANSFER_LINEAR = 1
ALPHA_STRAIGHT = 0
CHANNEL_IDS = (0, 1, 2, 15)  # red, green, blue, alpha
SAMPLE_SIGNED, SAMPLE_FLOAT = 0x40, 0x80


def problem(layout: Layout) -> str | None:
    """Why no KTX2 file is written of texels of this layout, with the alternatives; or None."""
    if layout.shape[3] == 3:  # the format has it, but no GPU must take it in Vulkan, and WebGPU knows no such texture
        return "ktx2 is written with 1, 2 or 4 channels, not 3, which few GPUs take: use 4, or write png, npy or raw"
    return None


def encode(picture: Picture, *, supercompression: Supercompression | None = None) -> bytes:
    """The file: 2d, 2d array (also of one layer) or 3d. Raises `ValueError` for what `problem` names."""
    texels = picture.texels
    head = _head(picture.layout, supercompression, 0)  # raises before the texels take time
    level = texels.astype(texels.dtype.newbyteorder("<"), copy=False).tobytes()
    if supercompression:
        level = zstd.encode(level)
        head = _head(picture.layout, supercompression, len(level))
    return head + level


def decode(data: bytes, layout: Layout, *, supercompression: Supercompression | None = None) -> Picture:
    """The picture in a file that `encode` wrote. Raises `ValueError` if it does not hold one of this layout."""
    dtype = np.dtype(layout.dtype).newbyteorder("<")
    size = math.prod(layout.shape) * dtype.itemsize
    head = _head(layout, supercompression, 0)
    if not data.startswith(IDENTIFIER):
        raise ValueError("this is not a KTX2 file")
    if supercompression and len(data) > len(head):
        head = _head(layout, supercompression, len(data) - len(head))
    if not data.startswith(head):
        raise ValueError("the header of this KTX2 file is not the one that was written")
    if supercompression:
        level = np.frombuffer(zstd.decode(data[len(head) :], size), dtype)
    else:
        if len(data) != len(head) + size:
            raise ValueError(f"this KTX2 file has {len(data)} bytes, not {len(head) + size}")
        level = np.frombuffer(data, dtype, offset=len(head))
    return Picture(level.reshape(layout.shape).astype(layout.dtype), layout.kind)


def _head(layout: Layout, supercompression: Supercompression | None, compressed: int) -> bytes:
    """All that stands before the texels: header, indices, data format descriptor, key/value data, padding.

    `compressed`: to how many bytes a supercompression has made them.
    """
    unfit = problem(layout)
    if unfit is not None:
        raise ValueError(unfit)
    slices, height, width, channels = layout.shape
    type_size = np.dtype(layout.dtype).itemsize
    texel_size = channels * type_size
    descriptor = _data_format_descriptor(layout)
    pairs = _key_value_data(layout)
    descriptor_start = HEADER_SIZE + LEVEL_INDEX_SIZE
    pairs_start = descriptor_start + len(descriptor)
    end = pairs_start + len(pairs)
    start = end if supercompression else end + -end % math.lcm(texel_size, 4)
    length = math.prod(layout.shape) * type_size
    header = struct.pack(
        "<9I4I2Q",
        VK_FORMATS[layout.dtype, channels],
        type_size,
        width,
        height,
        slices if layout.kind == "volume" else 0,  # depth
        slices if layout.kind == "array" else 0,  # layers
        1,  # face
        1,  # level; 0 would ask loaders to make mipmaps
        SCHEMES[supercompression],
        descriptor_start,
        len(descriptor),
        pairs_start,
        len(pairs),
        0,  # no global data of a supercompression
        0,
    )
    level = struct.pack("<3Q", start, compressed if supercompression else length, length)
    return (IDENTIFIER + header + level + descriptor + pairs).ljust(start, b"\0")


def _data_format_descriptor(layout: Layout) -> bytes:
    """One basic descriptor block with a sample for each channel, and the size of it all in front."""
    channels = layout.shape[3]
    bits = 8 * np.dtype(layout.dtype).itemsize
    block_size = 24 + 16 * channels
    block = struct.pack("<IHH", 0, DESCRIPTOR_VERSION, block_size)  # 0: by Khronos, and of the basic format
    block += bytes([MODEL_RGBSDA, PRIMARIES_BT709, TRANSFER_LINEAR, ALPHA_STRAIGHT])
    block += bytes(4)  # a texel block is one texel: sizes less one
    block += bytes([channels * bits // 8, *[0] * 7])  # bytes of plane 0, and no other planes
    if layout.dtype.startswith("float"):
        # 1.0 and -1.0 in single precision, for halves also
        qualifiers, limits = SAMPLE_SIGNED | SAMPLE_FLOAT, struct.pack("<ff", -1, 1)
    else:
        qualifiers, limits = 0, struct.pack("<II", 0, 2**bits - 1)
    for place in range(channels):
        channel = CHANNEL_IDS[place] | qualifiers
        block += struct.pack("<HBB4x", place * bits, bits - 1, channel) + limits
    return struct.pack("<I", 4 + block_size) + block


def _key_value_data(layout: Layout) -> bytes:
    """Orientation: rows go down and, in volumes, slices away from the viewer."""
    pairs = {"KTXorientation": "rdi" if layout.kind == "volume" else "rd", "KTXwriter": WRITER}
    data = b""
    for key, value in sorted(pairs.items()):
        pair = f"{key}\0{value}\0".encode()
        data += struct.pack("<I", len(pair)) + pair + bytes(-len(pair) % 4)
    return data
