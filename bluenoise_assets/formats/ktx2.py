"""KTX 2.0 (Khronos, "KTX File Format Specification"): one mip level, uncompressed: a header and the texels."""

import math
import struct

from bluenoise_assets.formats.image import TexelImage, from_bytes, to_bytes
from bluenoise_assets.formats.layout import Kind, Layout
from bluenoise_assets.formats.registry import check

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
FORMAT_NUMBERS = {number: form for form, number in VK_FORMATS.items()}
WRITER = "bluenoise-assets"
"""Without a version: the bytes stay as they are when it changes."""

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


def encode(image: TexelImage) -> bytes:
    """The file: 2d, 2d array (also of one layer) or 3d. Raises `ValueError` for what the format does not hold."""
    return _head(image.layout) + to_bytes(image.texels)  # the head first: it raises before the texels take time


def read(data: bytes, layout: Layout | None = None) -> TexelImage:
    """The image in a file without supercompression; of several mip levels the first.

    Raises `ValueError` for other files, and for another layout.
    """
    if len(data) < HEADER_SIZE + LEVEL_INDEX_SIZE or not data.startswith(IDENTIFIER):
        raise ValueError("this is not a KTX2 file")
    number, _, width, height, depth, layers, faces, _, scheme = struct.unpack_from("<9I", data, len(IDENTIFIER))
    start, length, _ = struct.unpack_from("<3Q", data, HEADER_SIZE)
    if number not in FORMAT_NUMBERS or scheme or faces != 1 or (depth and layers):
        raise ValueError("this KTX2 file is no plain texture of 1, 2 or 4 channels, array or volume, or is compressed")
    if start < HEADER_SIZE + LEVEL_INDEX_SIZE or len(data) != start + length:  # the first level lies last
        raise ValueError("this KTX2 file is cut off, or damaged")
    dtype, channels = FORMAT_NUMBERS[number]
    kind: Kind = "volume" if depth else "array" if layers else "2d"
    found = Layout((depth or layers or 1, height, width, channels), dtype, kind)
    return from_bytes(data, found, "KTX2 file", start).arranged(layout)


def _head(layout: Layout) -> bytes:
    """All that stands before the texels: header, indices, data format descriptor, key/value data, padding."""
    check("ktx2", layout)
    slices, height, width, channels = layout.shape
    type_size = layout.item_bytes
    texel_size = channels * type_size
    descriptor = _data_format_descriptor(layout)
    pairs = _key_value_data(layout)
    descriptor_start = HEADER_SIZE + LEVEL_INDEX_SIZE
    pairs_start = descriptor_start + len(descriptor)
    end = pairs_start + len(pairs)
    start = end + -end % math.lcm(texel_size, 4)
    length = layout.value_count * type_size
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
        0,  # no supercompression
        descriptor_start,
        len(descriptor),
        pairs_start,
        len(pairs),
        0,  # and no global data of one
        0,
    )
    level = struct.pack("<3Q", start, length, length)
    return (IDENTIFIER + header + level + descriptor + pairs).ljust(start, b"\0")


def _data_format_descriptor(layout: Layout) -> bytes:
    """One basic descriptor block with a sample for each channel, and the size of it all in front."""
    channels = layout.shape[3]
    bits = 8 * layout.item_bytes
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
