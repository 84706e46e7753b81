"""DirectDraw surfaces (Microsoft, "DDS Programming Guide"): a header and the texels, no mipmaps, no compression.

The header carries the DX10 extension, for which a format is a number and arrays exist. `legacy` writes the older one,
for readers that know no other: raylib and Godot 3 for four channels of 8 bits, Panda3D for one and two.
"""

import struct

import numpy as np

from bluenoise_assets.formats.image import TexelImage, from_bytes, to_bytes
from bluenoise_assets.formats.layout import Kind, Layout
from bluenoise_assets.formats.registry import check

DXGI_FORMATS = {
    ("uint8", 1): 61,  # R8_UNORM
    ("uint8", 2): 49,  # R8G8_UNORM
    ("uint8", 4): 28,  # R8G8B8A8_UNORM, not _SRGB: noise is no colour
    ("uint16", 1): 56,  # R16_UNORM
    ("uint16", 2): 35,  # R16G16_UNORM
    ("uint16", 4): 11,  # R16G16B16A16_UNORM
    ("float16", 1): 54,  # R16_FLOAT
    ("float16", 2): 34,  # R16G16_FLOAT
    ("float16", 4): 10,  # R16G16B16A16_FLOAT
    ("float32", 1): 41,  # R32_FLOAT
    ("float32", 2): 16,  # R32G32_FLOAT
    ("float32", 4): 2,  # R32G32B32A32_FLOAT
}
LEGACY_FORMATS = {
    # DDPF_LUMINANCE; L8
    1: (0x20000, 8, 0xFF, 0, 0, 0),
    # DDPF_LUMINANCE | DDPF_ALPHAPIXELS; A8L8: a shader finds the second channel in alpha
    2: (0x20001, 16, 0xFF, 0, 0, 0xFF00),
    # DDPF_RGB | DDPF_ALPHAPIXELS; A8R8G8B8, bytes in the order BGRA: the other order has readers that swap red and blue
    4: (0x41, 32, 0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000),
}
"""By channels of 8 bits: a pixel format's flags, bits per texel, and masks of red, green, blue and alpha."""
LEGACY_ORDER = {1: [0], 2: [0, 1], 4: [2, 1, 0, 3]}
"""Which channel stands at each place of a texel; each its own inverse."""

DXGI_NUMBERS = {number: form for form, number in DXGI_FORMATS.items()}
D3D_NUMBERS = {  # D3DFORMAT, in place of a four-character code: what other programs write without the DX10 header
    36: ("uint16", 4),
    111: ("float16", 1),
    112: ("float16", 2),
    113: ("float16", 4),
    114: ("float32", 1),
    115: ("float32", 2),
    116: ("float32", 4),
}

DDSD_CAPS, DDSD_HEIGHT, DDSD_WIDTH, DDSD_PITCH = 0x1, 0x2, 0x4, 0x8
DDSD_PIXELFORMAT, DDSD_DEPTH = 0x1000, 0x800000
DDPF_ALPHAPIXELS, DDPF_ALPHA, DDPF_FOURCC, DDPF_RGB, DDPF_LUMINANCE = 0x1, 0x2, 0x4, 0x40, 0x20000
DDSCAPS_TEXTURE = 0x1000
DDSCAPS2_VOLUME = 0x200000
DIMENSION_TEXTURE2D, DIMENSION_TEXTURE3D = 3, 4
ALPHA_MODE_UNKNOWN, ALPHA_MODE_CUSTOM = 0, 4


def encode(image: TexelImage, *, legacy: bool = False) -> bytes:
    """The file. An array of one slice is written as a 2d texture is: the format does not tell them apart.

    Raises `ValueError` for what the format does not hold.
    """
    head = _head(image.layout, legacy=legacy)
    return head + to_bytes(image.texels[..., LEGACY_ORDER[image.texels.shape[3]]] if legacy else image.texels)


def read(data: bytes, layout: Layout | None = None) -> TexelImage:
    """The image in a file without compression and mipmaps, whatever its header; luminance and alpha are two channels.

    Raises `ValueError` for other files, and for another layout.
    """
    if len(data) < 128 or data[:4] != b"DDS ":
        raise ValueError("this is not a DDS file")
    size, _, height, width, _, depth, mipmaps = struct.unpack_from("<7I", data, 4)
    pixel_size, flags, code, bits, *masks = struct.unpack_from("<8I", data, 76)
    caps, start = struct.unpack_from("<I", data, 112)[0], 128
    if (size, pixel_size) != (124, 32) or mipmaps > 1 or caps not in {0, DDSCAPS2_VOLUME}:
        raise ValueError("this DDS file is damaged, or has mipmaps or the sides of a cube")
    kind: Kind = "volume" if caps else "2d"
    slices = depth if kind == "volume" else 1
    if not flags & DDPF_FOURCC:
        dtype, stored, order = _by_masks(flags, bits, masks)
    elif code != int.from_bytes(b"DX10", "little"):
        dtype, stored = _known(D3D_NUMBERS, code)
        order = list(range(stored))
    else:
        if len(data) < 148:
            raise ValueError("this DDS file is cut off")
        number, dimension, misc, count, _ = struct.unpack_from("<5I", data, 128)
        dtype, stored = _known(DXGI_NUMBERS, number)
        order, start = list(range(stored)), 148
        if dimension != (DIMENSION_TEXTURE3D if kind == "volume" else DIMENSION_TEXTURE2D) or misc:
            raise ValueError("this DDS file is no plain texture, array or volume")
        if kind == "2d" and count != 1:
            kind, slices = "array", count
        elif count != 1:
            raise ValueError("this DDS file is an array of volumes")
    image = from_bytes(data, Layout((slices, height, width, stored), dtype, kind), "DDS file", start)
    if order != list(range(stored)):
        image = TexelImage(np.take(image.texels, order, axis=-1), kind)
    return image.arranged(layout, strip=kind == "2d")


def _known(numbers: dict[int, tuple[str, int]], number: int) -> tuple[str, int]:
    if number not in numbers:
        raise ValueError(f"this DDS file's format, number {number}, is not one of plain numbers, or cannot be read")
    return numbers[number]


def _by_masks(flags: int, bits: int, masks: list[int]) -> tuple[str, int, list[int]]:
    """What the masks of red, green, blue and alpha say: type, channels that are stored, and where each of ours is."""
    places_of = {DDPF_ALPHA: (3,), DDPF_LUMINANCE: (0,), DDPF_RGB: (0, 1, 2)}.get(flags & ~DDPF_ALPHAPIXELS, ())
    used = [masks[i] for i in (*places_of, *[3] * (flags & DDPF_ALPHAPIXELS)) if masks[i]]
    size = used[0].bit_count() if used else 0
    places = [(mask & -mask).bit_length() - 1 for mask in used]
    whole = [((1 << size) - 1) << place for place in places]
    if size not in (8, 16) or used != whole or bits % size or max(places) >= bits or any(at % size for at in places):
        raise ValueError("the masks of this DDS file are not those of channels of 8 or 16 bits")
    return f"uint{size}", bits // size, [place // size for place in places]


def _head(layout: Layout, *, legacy: bool) -> bytes:
    """All that stands before the texels: magic number, DDS_HEADER and, if not legacy, DDS_HEADER_DXT10."""
    check("dds", layout, "legacy" if legacy else None)
    slices, height, width, channels = layout.shape
    volume = layout.kind == "volume"
    flags = DDSD_CAPS | DDSD_HEIGHT | DDSD_WIDTH | DDSD_PITCH | DDSD_PIXELFORMAT | (DDSD_DEPTH if volume else 0)
    pitch = width * channels * layout.item_bytes
    depth = slices if volume else 0
    if legacy:
        kind, *masks = LEGACY_FORMATS[channels]
        pixel_format = struct.pack("<II4s5I", 32, kind, b"", *masks)
    else:
        pixel_format = struct.pack("<II4s5I", 32, DDPF_FOURCC, b"DX10", *[0] * 5)
    head = b"DDS " + struct.pack("<7I44x", 124, flags, height, width, pitch, depth, 0) + pixel_format
    # No DDSCAPS_COMPLEX: that is for mipmaps and cube maps, and DirectXTex sets it for no array either.
    head += struct.pack("<5I", DDSCAPS_TEXTURE, DDSCAPS2_VOLUME if volume else 0, 0, 0, 0)
    if legacy:
        return head
    dimension = DIMENSION_TEXTURE3D if volume else DIMENSION_TEXTURE2D
    # A fourth channel is noise, no transparency, and nothing may multiply the others by it.
    alpha = ALPHA_MODE_CUSTOM if channels == 4 else ALPHA_MODE_UNKNOWN
    number = DXGI_FORMATS[layout.dtype, channels]
    return head + struct.pack("<5I", number, dimension, 0, slices if layout.kind == "array" else 1, alpha)
