"""DirectDraw surfaces (Microsoft, "DDS Programming Guide"): a header and the texels, no mipmaps, no compression.

The header carries the DX10 extension, for which a format is a number and arrays exist. `legacy` writes the older one,
for readers that know no other: raylib and Godot 3 for four channels of 8 bits, Panda3D for one and two.
"""

import math
import struct

import numpy as np

from bluenoise_assets.formats.image import Layout, Picture
from bluenoise_assets.spec import MAX_LAYERS, MAX_SIDE, MAX_VOLUME_SIDE

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

MAX_EXTENT = {"2d": MAX_SIDE, "array": MAX_SIDE, "volume": MAX_VOLUME_SIDE}
"""The most that Direct3D 11 and 12 take (D3D12_REQ_*): their loaders refuse a larger file."""

DDSD_CAPS, DDSD_HEIGHT, DDSD_WIDTH, DDSD_PITCH = 0x1, 0x2, 0x4, 0x8
DDSD_PIXELFORMAT, DDSD_DEPTH = 0x1000, 0x800000
DDPF_FOURCC = 0x4
DDSCAPS_TEXTURE = 0x1000
DDSCAPS2_VOLUME = 0x200000
DIMENSION_TEXTURE2D, DIMENSION_TEXTURE3D = 3, 4
ALPHA_MODE_UNKNOWN, ALPHA_MODE_CUSTOM = 0, 4


def problem(layout: Layout, *, legacy: bool = False) -> str | None:
    """Why no DDS file holds texels of this layout, with the alternatives; or None."""
    slices, height, width, channels = layout.shape
    if legacy:
        if layout.dtype != "uint8" or channels not in LEGACY_FORMATS:
            return (
                f"legacy dds holds 1, 2 or 4 channels of uint8, not {channels} of {layout.dtype}: "
                "use those, or write dds with the DX10 header"
            )
        if layout.kind == "array":
            return "legacy dds holds no array: write dds with the DX10 header, or a volume"
    if channels == 3:
        return "dds holds 1, 2 or 4 channels, not 3: use 4 channels, or write png, npy or raw"
    extent = MAX_EXTENT[layout.kind]
    if max(width, height) > extent or slices > MAX_LAYERS:
        return (
            f"Direct3D takes at most {extent} x {extent} texels and {MAX_LAYERS} slices of this kind, "
            f"not {width} x {height} and {slices}: make it smaller, or write npy or raw"
        )
    return None


def encode(picture: Picture, *, legacy: bool = False) -> bytes:
    """The file. An array of one slice is written as a 2d texture is: the format does not tell them apart.

    Raises `ValueError` for what `problem` names.
    """
    head = _head(picture.layout, legacy=legacy)
    texels = picture.texels
    if legacy:
        texels = texels[..., LEGACY_ORDER[texels.shape[3]]]
    return head + texels.astype(texels.dtype.newbyteorder("<"), copy=False).tobytes()


def decode(data: bytes, layout: Layout, *, legacy: bool = False) -> Picture:
    """The picture in a file that `encode` wrote. Raises `ValueError` if it does not hold one of this layout."""
    if not data.startswith(b"DDS "):
        raise ValueError("this is not a DDS file")
    head = _head(layout, legacy=legacy)
    if not data.startswith(head):
        raise ValueError("the header of this DDS file is not the one that was written")
    dtype = np.dtype(layout.dtype).newbyteorder("<")
    wanted = len(head) + math.prod(layout.shape) * dtype.itemsize
    if len(data) != wanted:
        raise ValueError(f"this DDS file has {len(data)} bytes, not {wanted}")
    texels = np.frombuffer(data, dtype, offset=len(head)).reshape(layout.shape)
    if legacy:
        texels = texels[..., LEGACY_ORDER[layout.shape[3]]]
    return Picture(texels.astype(layout.dtype, order="C"), layout.kind)


def _head(layout: Layout, *, legacy: bool) -> bytes:
    """All that stands before the texels: magic number, DDS_HEADER and, if not legacy, DDS_HEADER_DXT10."""
    unfit = problem(layout, legacy=legacy)
    if unfit is not None:
        raise ValueError(unfit)
    slices, height, width, channels = layout.shape
    volume = layout.kind == "volume"
    flags = DDSD_CAPS | DDSD_HEIGHT | DDSD_WIDTH | DDSD_PITCH | DDSD_PIXELFORMAT | (DDSD_DEPTH if volume else 0)
    pitch = width * channels * np.dtype(layout.dtype).itemsize
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
