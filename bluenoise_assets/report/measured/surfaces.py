"""DDS and KTX2 files of any program: what their headers say, the first of several mip levels, and blocks."""

import math
import struct
import zlib
from importlib import import_module

import numpy as np

from bluenoise_assets.formats import dds, ktx2
from bluenoise_assets.formats.image import TexelImage, from_bytes
from bluenoise_assets.formats.layout import Kind, Layout
from bluenoise_assets.report.measured.blocks import HINT, decoded_blocks, level_bytes
from bluenoise_assets.report.measured.texture_file import Decoded, FileFacts, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError

EXTRA = "python -m pip install 'bluenoise-assets[measure]' brings what reads it"

# Microsoft, DXGI_FORMAT
DXGI_BLOCKS = {70: "BC1", 73: "BC2", 76: "BC3", 79: "BC4", 82: "BC5", 94: "BC6H", 97: "BC7"}
"""By the first number of each, which is typeless; two more follow: unorm, and sRGB or signed."""
DXGI_SRGB = {29: 28, 72: 71, 75: 74, 78: 77, 91: 87, 93: 88, 99: 98}
"""Formats that say sRGB, and those with the same texels that do not."""
DXGI_SIGNED = {81, 84}
DXGI_BGRA = {87, 88}
FOUR_CC = {
    b"DXT1": "BC1",
    b"DXT2": "BC2",
    b"DXT3": "BC2",
    b"DXT4": "BC3",
    b"DXT5": "BC3",
    b"ATI1": "BC4",
    b"BC4U": "BC4",
    b"ATI2": "BC5",
    b"BC5U": "BC5",
}
PREMULTIPLIED_CODES = {b"DXT2", b"DXT4"}
ALPHA_MODES = {1: False, 2: True}
"""Of DDS_HEADER_DXT10: straight, premultiplied."""
CUBE = 0x200

# Vulkan, VkFormat
VK_BLOCKS = {131: "BC1", 133: "BC1", 135: "BC2", 137: "BC3", 139: "BC4", 141: "BC5", 143: "BC6H", 145: "BC7"} | {
    **dict.fromkeys(range(147, 153), "ETC2"),
    **dict.fromkeys(range(153, 157), "EAC"),
    **dict.fromkeys(range(157, 185), "ASTC"),
}
VK_SRGB = {15: 9, 22: 16, 29: 23, 43: 37, 50: 44, 132: 131, 134: 133, 136: 135, 138: 137, 146: 145}
VK_SIGNED = {140, 142}
VK_BGRA = 44
VK_FORMATS = ktx2.FORMAT_NUMBERS | {
    VK_BGRA: ("uint8", 4),
    23: ("uint8", 3),
    84: ("uint16", 3),
    90: ("float16", 3),
    106: ("float32", 3),
}
ZSTANDARD, ZLIB = 2, 3
KTX_HINT = f"{HINT}; `ktx extract` does"
DESCRIPTOR_PLACE = 48
MODEL_UASTC = 166
TRANSFERS = {1: False, 2: True}
"""Of the data format descriptor: linear, sRGB."""
PREMULTIPLIED_FLAG = 1


def read_dds(data: bytes) -> Decoded:
    """A DDS file: what `formats.dds` reads, and mip levels, sRGB and blocks."""
    if len(data) < 128 + 20 * (data[84:88] == b"DX10"):
        raise UnreadableFileError("this DDS file is cut off")
    height, width, _, depth, mips = struct.unpack_from("<5I", data, 12)
    code, (caps,) = data[84:88], struct.unpack_from("<I", data, 112)
    is_volume, has_head, levels = bool(caps & dds.DDSCAPS2_VOLUME), code == b"DX10", max(1, mips)
    number, _, misc, count, alpha = struct.unpack_from("<5I", data, 128) if has_head else (0, 0, 0, 1, 0)
    count = max(1, count)  # Pillow writes 0
    if caps & CUBE or misc:
        raise UnreadableFileError("this DDS file has the sides of a cube, and no texture of noise has")
    slices = depth if is_volume else count
    check_size(width, height, slices, "volume" if is_volume else "2d")
    plain = DXGI_SRGB.get(number, number)
    name = next((name for first, name in DXGI_BLOCKS.items() if first <= plain < first + 3), None) or FOUR_CC.get(code)
    if number in DXGI_SIGNED:
        name = f"signed {name}"
    is_premultiplied = True if code in PREMULTIPLIED_CODES else ALPHA_MODES.get(alpha & 7)
    is_srgb = number in DXGI_SRGB if has_head else None
    facts = FileFacts("dds", is_srgb, name, is_premultiplied, levels)
    start, kind = 148 if has_head else 128, _kind(is_volume=is_volume, slices=None if count == 1 else count)
    bits = _dds_texel_bits(plain, data)

    def size(level: int) -> int:
        sides = max(1, width >> level), max(1, height >> level)
        deep = max(1, depth >> level) if is_volume else 1
        return level_bytes(name, *sides, deep) if name else math.prod(sides) * deep * bits // 8

    if levels > 32:
        raise UnreadableFileError(f"this DDS file says that it has {levels} mip levels: it is damaged")
    stride, first = sum(map(size, range(levels))), size(0)
    chains = 1 if is_volume else count
    body = b"".join(data[start + i * stride : start + i * stride + first] for i in range(chains))
    if name:
        return Decoded(TexelImage(decoded_blocks(name, width, height, _whole(body, first * chains)), kind), facts)
    head = bytearray(data[:start])
    struct.pack_into("<I", head, 28, 1)
    if has_head:
        struct.pack_into("<I", head, 128, 28 if plain in DXGI_BGRA else plain)
        struct.pack_into("<I", head, 140, count)
    image = dds.read(bytes(head) + (body if levels > 1 else data[start:]))
    if plain in DXGI_BGRA:
        image = TexelImage(image.texels[..., [2, 1, 0, 3]], image.kind)
    return Decoded(image, facts)


def _dds_texel_bits(number: int, data: bytes) -> int:
    """Of a texel of a format that is not of blocks; 0 where it is not known, which `formats.dds` tells."""
    (code, bits) = struct.unpack_from("<II", data, 84)
    form = dds.DXGI_NUMBERS.get(28 if number in DXGI_BGRA else number) or dds.D3D_NUMBERS.get(code)
    return form[1] * 8 * np.dtype(form[0]).itemsize if form else 0 if code else bits


def read_ktx2(data: bytes) -> Decoded:
    """A KTX2 file: plain numbers and BC1 to BC7, supercompressed by zlib, and by Zstandard where that is installed."""
    if len(data) < ktx2.HEADER_SIZE + ktx2.LEVEL_INDEX_SIZE:
        raise UnreadableFileError("this KTX2 file is cut off")
    number, _, width, height, depth, layers, faces, levels, scheme, place, _ = struct.unpack_from("<11I", data, 12)
    start, length, plain_length = struct.unpack_from("<3Q", data, ktx2.HEADER_SIZE)
    if faces != 1 or (depth and layers):
        raise UnreadableFileError("this KTX2 file has the sides of a cube, or is an array of volumes")
    kind = _kind(is_volume=depth > 0, slices=layers or None)
    slices = depth or layers or 1
    check_size(width, max(1, height), slices, kind)
    model, _, transfer, flags = data[place + 12 : place + 16].ljust(4, b"\0")
    plain = VK_SRGB.get(number, number)
    name = VK_BLOCKS.get(plain, VK_BLOCKS.get(plain - 1) if plain in VK_SIGNED else None)
    if number == 0:
        name = "Basis Universal's UASTC" if model == MODEL_UASTC else "Basis Universal's ETC1S"
    is_srgb = True if number in VK_SRGB else TRANSFERS.get(transfer)
    premultiplied = bool(flags & PREMULTIPLIED_FLAG) if place else None
    facts = FileFacts("ktx2", is_srgb, name, premultiplied, max(1, levels))
    if name and (plain in VK_SIGNED or name not in {"BC1", "BC2", "BC3", "BC4", "BC5", "BC7"}):
        raise UnreadableFileError(f"it is compressed with {name}, which is not read", KTX_HINT)
    if name is None and plain not in VK_FORMATS:
        raise UnreadableFileError(f"this KTX2 file's format, VkFormat {number}, is not one that is read", KTX_HINT)
    dtype, channels = VK_FORMATS.get(plain, ("uint8", 4))
    layout = Layout((slices, max(1, height), width, channels), dtype, kind)
    size = slices * level_bytes(name, width, max(1, height)) if name else layout.value_count * layout.item_bytes
    if plain_length not in {0, size}:
        raise UnreadableFileError("this KTX2 file is damaged: its first level is not of its size")
    body = _whole(_inflated(data[start : start + length], scheme, size), size)
    if name:
        return Decoded(TexelImage(decoded_blocks(name, width, max(1, height), body), kind), facts)
    image = from_bytes(body, layout, "KTX2 file")
    return Decoded(TexelImage(image.texels[..., [2, 1, 0, 3]], kind) if plain == VK_BGRA else image, facts)


def _inflated(data: bytes, scheme: int, size: int) -> bytes:
    """A level without its supercompression, at most a byte more than `size`."""
    try:
        if scheme == ZLIB:
            return zlib.decompressobj().decompress(data, size + 1)
        if scheme == ZSTANDARD:
            reader = import_module("zstandard").ZstdDecompressor().stream_reader(data)
            return bytes(reader.read(size + 1))
    except ModuleNotFoundError:
        raise UnreadableFileError("this KTX2 file is compressed by Zstandard", EXTRA) from None
    except Exception as error:
        raise UnreadableFileError(f"this KTX2 file is damaged: {error}") from error
    if scheme:
        raise UnreadableFileError("this KTX2 file is compressed by Basis Universal, which is not read", KTX_HINT)
    return data


def _kind(*, is_volume: bool, slices: int | None) -> Kind:
    return "volume" if is_volume else "2d" if slices is None else "array"


def _whole(body: bytes, size: int) -> bytes:
    if len(body) != size:
        raise UnreadableFileError(f"it has {len(body)} bytes of texels, not {size}: it is cut off, or damaged")
    return body
