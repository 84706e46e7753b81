"""DDS files: read by Panda3D and Pillow, shown by nvddsinfo, and held against Microsoft's documentation."""

import hashlib
import io
import math
import re
import struct
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.tools import require, require_module

from bluenoise_assets.formats import dds
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import problem

SHAPES = [((1, 6, 10), "2d"), ((1, 1, 1), "2d"), ((1, 5, 7), "array"), ((3, 5, 7), "array"), ((4, 6, 10), "volume")]
CHANNELS = [1, 2, 4]
NAMES = {  # as dxgiformat.h lists them
    ("uint8", 1): (61, "R8_UNORM"),
    ("uint8", 2): (49, "R8G8_UNORM"),
    ("uint8", 4): (28, "R8G8B8A8_UNORM"),
    ("uint16", 1): (56, "R16_UNORM"),
    ("uint16", 2): (35, "R16G16_UNORM"),
    ("uint16", 4): (11, "R16G16B16A16_UNORM"),
    ("float16", 1): (54, "R16_FLOAT"),
    ("float16", 2): (34, "R16G16_FLOAT"),
    ("float16", 4): (10, "R16G16B16A16_FLOAT"),
    ("float32", 1): (41, "R32_FLOAT"),
    ("float32", 2): (16, "R32G32_FLOAT"),
    ("float32", 4): (2, "R32G32B32A32_FLOAT"),
}
DTYPES = ["uint8", "uint16", "float16", "float32"]
CASES = [
    ((*shape, channels), dtype, kind, False) for dtype in DTYPES for channels in CHANNELS for shape, kind in SHAPES
] + [((*shape, channels), "uint8", kind, True) for channels in CHANNELS for shape, kind in SHAPES if kind != "array"]
IDS = [
    f"{'legacy' if legacy else 'dx10'}-{dtype}-{kind}-{'x'.join(map(str, shape))}"
    for shape, dtype, kind, legacy in CASES
]
every_case = pytest.mark.parametrize(("shape", "dtype", "kind", "legacy"), CASES, ids=IDS)


def picture(shape, dtype="uint8", kind="2d", seed=0):
    """Any bits at all: also infinities and NaN."""
    data = hashlib.shake_256(bytes([seed])).digest(math.prod(shape) * np.dtype(dtype).itemsize)
    return TexelImage(np.frombuffer(data, dtype).reshape(shape), kind)


@st.composite
def pictures(draw):
    """Pictures, and whether they are written with the legacy header."""
    legacy = draw(st.booleans())
    kind = draw(st.sampled_from(["2d", "volume"] if legacy else ["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    channels = draw(st.sampled_from(CHANNELS))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), channels)
    return picture(shape, "uint8" if legacy else draw(st.sampled_from(DTYPES)), kind, draw(st.integers(0, 99))), legacy


def check_header(data, layout, *, legacy):
    """Each field against its rule in "DDS_HEADER", "DDS_PIXELFORMAT" and "DDS_HEADER_DXT10" on learn.microsoft.com."""
    slices, height, width, channels = layout.shape
    volume = layout.kind == "volume"
    bits = channels * {"uint8": 8, "uint16": 16, "float16": 16, "float32": 32}[layout.dtype]
    # A DWORD (magic number) containing the four character code value 'DDS ' (0x20534444)
    assert struct.unpack_from("<I", data, 0) == (0x20534444,)
    size, flags, header_height, header_width, pitch, depth, mipmaps = struct.unpack_from("<7I", data, 4)
    # dwSize: Size of structure. This member must be set to 124.
    assert size == 124
    # DDSD_CAPS 0x1, DDSD_HEIGHT 0x2, DDSD_WIDTH 0x4, DDSD_PIXELFORMAT 0x1000: Required in every .dds file.
    # DDSD_PITCH 0x8: Required when pitch is provided for an uncompressed texture.
    # DDSD_DEPTH 0x800000: Required in a depth texture.
    # DDSD_MIPMAPCOUNT 0x20000 is required in a mipmapped texture, DDSD_LINEARSIZE 0x80000 in a compressed one: not here.
    assert flags == (0x80100F if volume else 0x100F)
    # dwHeight, dwWidth: Surface height, width (in pixels).
    assert (header_height, header_width) == (height, width)
    # For other formats, compute the pitch as: ( width * bits-per-pixel + 7 ) / 8
    assert pitch == (width * bits + 7) // 8
    # dwDepth: Depth of a volume texture (in pixels), otherwise unused.
    assert depth == (slices if volume else 0)
    # dwMipMapCount: Number of mipmap levels, otherwise unused.
    assert mipmaps == 0
    # dwReserved1[11]: Unused.
    assert data[32:76] == bytes(44)
    pixel_size, pixel_flags, code, *masks = struct.unpack_from("<II4s5I", data, 76)
    # dwSize: Structure size; set to 32 (bytes).
    assert pixel_size == 32
    if not legacy:
        # DX10 header extension: set dwFlags to DDPF_FOURCC (0x4) and dwFourCC to DX10; the rest counts for RGB, YUV, ...
        assert (pixel_flags, code, masks) == (0x4, b"DX10", [0] * 5)
    elif channels == 1:
        # D3DFMT_L8: DDPF_LUMINANCE (0x20000), 8 bits, mask 0xff
        assert (pixel_flags, code, masks) == (0x20000, bytes(4), [8, 0xFF, 0, 0, 0])
    elif channels == 2:
        # D3DFMT_A8L8: DDPF_LUMINANCE with DDPF_ALPHAPIXELS (0x1), 16 bits, masks 0xff and, of alpha, 0xff00
        assert (pixel_flags, code, masks) == (0x20001, bytes(4), [16, 0xFF, 0, 0, 0xFF00])
    else:
        # D3DFMT_A8R8G8B8: DDPF_RGB (0x40) with DDPF_ALPHAPIXELS (0x1), 32 bits
        assert (pixel_flags, code, masks) == (0x41, bytes(4), [32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000])
    # DDSCAPS_TEXTURE 0x1000: Required. DDSCAPS_COMPLEX 0x8: for a mipmap, a cubic environment map, or mipmapped volume
    # texture: none here. DDSCAPS2_VOLUME 0x200000: Required for a volume texture. dwCaps3, dwCaps4, dwReserved2: unused.
    assert struct.unpack_from("<5I", data, 108) == (0x1000, 0x200000 if volume else 0, 0, 0, 0)
    start = 128
    if not legacy:
        start = 148
        number, dimension, misc, count, misc2 = struct.unpack_from("<5I", data, 128)
        # dxgiFormat: The surface pixel format (see DXGI_FORMAT).
        assert number == NAMES[layout.dtype, channels][0]
        # DDS_DIMENSION_TEXTURE2D = 3, DDS_DIMENSION_TEXTURE3D = 4
        assert dimension == (4 if volume else 3)
        # miscFlag: DDS_RESOURCE_MISC_TEXTURECUBE 0x4 is a 2D texture that is a cube-map texture: never
        assert misc == 0
        # arraySize: The number of elements in the array. For a 3D texture, you must set this number to 1.
        assert count == (slices if layout.kind == "array" else 1)
        # miscFlags2: DDS_ALPHA_MODE_CUSTOM 4, alpha channel content is being used as a 4th channel and is not intended to
        # represent transparency; DDS_ALPHA_MODE_UNKNOWN 0 where there is none
        assert misc2 == (4 if channels == 4 else 0)
    # One surface after the other, no padding: the pitch of each row is tightly packed
    assert len(data) - start == slices * height * pitch


@every_case
def test_the_header_is_as_documented(shape, dtype, kind, legacy):
    one = picture(shape, dtype, kind)
    check_header(dds.encode(one, legacy=legacy), one.layout, legacy=legacy)


@pytest.mark.parametrize(
    ("shape", "dtype", "kind", "legacy"),
    # Panda3D 1.10 asserts on R8 and R8G8 with the DX10 header.
    [case for case in CASES if case[3] or case[1] != "uint8" or case[0][3] == 4],
)
def test_panda3d_reads_the_same_texels(shape, dtype, kind, legacy, tmp_path):
    core = require_module("panda3d.core", "pip install panda3d")
    slices, height, width, channels = shape
    one = picture(shape, dtype, kind)
    (tmp_path / "x.dds").write_bytes(dds.encode(one, legacy=legacy))
    texture = core.Texture()
    assert texture.read(core.Filename.from_os_specific(str(tmp_path / "x.dds")))
    kinds = {"2d": core.Texture.TT_2d_texture, "array": core.Texture.TT_2d_texture_array}
    wanted = core.Texture.TT_3d_texture if kind == "volume" else kinds["array" if slices > 1 else "2d"]
    assert texture.get_texture_type() == wanted
    values = {
        "uint8": core.Texture.T_unsigned_byte,
        "uint16": core.Texture.T_unsigned_short,
        "float16": core.Texture.T_half_float,
        "float32": core.Texture.T_float,
    }
    assert texture.get_component_type() == values[dtype]
    assert texture.get_num_components() == channels
    assert (texture.get_z_size(), texture.get_y_size(), texture.get_x_size()) == (slices, height, width)
    assert texture.get_num_ram_mipmap_images() == 1
    read = np.frombuffer(bytes(texture.get_ram_image()), dtype).reshape(shape)
    read = read[::-1, ::-1] if kind == "volume" else read[:, ::-1]  # its y goes upwards, its z outwards
    read = read[..., [2, 1, 0, 3]] if channels == 4 else read  # and four channels are BGRA in its memory
    assert read.tobytes() == one.texels.tobytes()


@pytest.mark.parametrize(
    ("channels", "legacy", "mode"),
    [(4, False, "RGBA"), (4, True, "RGBA"), (1, True, "L"), (2, True, "LA")],
    ids=["dx10", "bgra", "l8", "a8l8"],
)
@pytest.mark.parametrize(("slices", "kind"), [(1, "2d"), (3, "volume"), (3, "array")])
def test_pillow_reads_the_first_slice(channels, legacy, mode, slices, kind):
    if legacy and kind == "array":
        kind = "volume"  # there is no such array
    one = picture((slices, 5, 7, channels), "uint8", kind)
    with Image.open(io.BytesIO(dds.encode(one, legacy=legacy))) as image:
        assert (image.format, image.mode, image.size) == ("DDS", mode, (7, 5))
        assert image.tobytes() == one.texels[0].tobytes()


@every_case
def test_nvddsinfo_shows_what_is_meant(shape, dtype, kind, legacy, tmp_path):
    tool = require("nvddsinfo", "apt-get install libnvtt-bin")
    one = picture(shape, dtype, kind)
    (tmp_path / "x.dds").write_bytes(dds.encode(one, legacy=legacy))
    shown = subprocess.run([tool, str(tmp_path / "x.dds")], capture_output=True, text=True, check=False)
    slices, height, width, channels = shape
    assert shown.returncode == 0, shown.stderr
    assert "invalid" not in f"{shown.stdout}{shown.stderr}".lower()
    field = {key.strip(): value.strip() for key, value in re.findall(r"^([^:\n]+):(.*)$", shown.stdout, re.MULTILINE)}
    assert (int(field["Height"]), int(field["Width"])) == (height, width)
    assert int(field["Depth"]) == (slices if kind == "volume" else 0)
    assert int(field["Pitch"]) == width * channels * np.dtype(dtype).itemsize
    words = set(shown.stdout.split())
    assert {"DDSD_CAPS", "DDSD_PIXELFORMAT", "DDSD_WIDTH", "DDSD_HEIGHT", "DDSD_PITCH", "DDSCAPS_TEXTURE"} <= words
    assert words.isdisjoint({"DDSD_MIPMAPCOUNT", "DDSD_LINEARSIZE", "DDSCAPS_COMPLEX", "DDSCAPS2_CUBEMAP"})
    assert ("DDSD_DEPTH" in words, "DDSCAPS2_VOLUME" in words) == (kind == "volume",) * 2
    if legacy:
        assert (
            int(field["Flags"], 16) == {1: 0x20000, 2: 0x20001, 4: 0x41}[channels]
        )  # the second ones: the pixel format's
        assert int(field["Bit count"]) == 8 * channels
        return
    number, name = NAMES[dtype, channels]
    assert field["FourCC"] == "'DX10'"
    assert field["DXGI Format"] == f"{number} ({name})"
    assert field["Resource dimension"] == ("4 (TEXTURE3D)" if kind == "volume" else "3 (TEXTURE2D)")
    assert int(field["Array size"]) == (slices if kind == "array" else 1)


@given(pictures())
def test_what_is_written_is_read_back(one):
    one, legacy = one
    data = dds.encode(one, legacy=legacy)
    assert dds.read(data, one.layout).equals(one)
    check_header(data, one.layout, legacy=legacy)


UNREAD = {
    "flags: which fields count, which writers are known to get wrong": range(8, 12),
    "pitch: rows are tightly packed": range(20, 24),
    "mipmaps: 1 is as good as none": [28],
    "unused": [*range(32, 76), *range(116, 128)],
    "caps": range(108, 112),
}
UNREAD_LEGACY = {"no code": range(84, 88)}
UNREAD_DX10 = {
    "the rest of a pixel format that is a code": [80, 81, 82, 83, *range(88, 108)],
    "alpha mode": range(144, 148),
}


@every_case
def test_each_byte_of_the_header_counts(shape, dtype, kind, legacy):
    """A header with any byte changed is refused, or another image's, or at a place that says nothing of the texels; and
    the documentation's rules above find every change.
    """
    one = picture(shape, dtype, kind)
    data = dds.encode(one, legacy=legacy)
    unread = {place for places in (UNREAD | (UNREAD_LEGACY if legacy else UNREAD_DX10)).values() for place in places}
    if legacy and shape[3] < 4:
        unread |= {*range(96, 104)} | (
            {80, *range(104, 108)} if shape[3] == 1 else set()
        )  # masks that luminance has not
    unread |= set(range(24, 28)) if kind != "volume" else set()  # depth
    for place in range(128 if legacy else 148):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(data)
            changed[place] ^= change
            try:
                same = dds.read(bytes(changed), one.layout).equals(one)
            except ValueError:
                same = False
            assert not same or place in unread, place
            with pytest.raises(AssertionError):
                check_header(bytes(changed), one.layout, legacy=legacy)


@given(pictures(), st.data())
def test_a_changed_texel_is_another_picture(one, data):
    one, legacy = one
    file = bytearray(dds.encode(one, legacy=legacy))
    file[data.draw(st.integers(128 if legacy else 148, len(file) - 1))] ^= data.draw(st.integers(1, 255))
    assert not dds.read(bytes(file), one.layout).equals(one)


@given(pictures(), st.data())
def test_a_file_too_short_or_too_long_is_refused(one, data):
    one, legacy = one
    file = dds.encode(one, legacy=legacy)
    for wrong in (file[: data.draw(st.integers(0, len(file) - 1))], file + data.draw(st.binary(min_size=1))):
        with pytest.raises(ValueError, match="DDS file"):
            dds.read(wrong, one.layout)


@given(st.binary(max_size=200), st.binary(max_size=20), pictures(), st.booleans())
def test_anything_else_is_refused(data, tail, one, keep):
    one, _ = one
    if keep:  # get past the magic number
        data = b"DDS " + data
    with pytest.raises(ValueError, match="DDS file"):
        dds.read(data + tail, one.layout)


def test_a_file_of_another_layout_is_refused():
    one = picture((4, 4, 4, 4), "uint8", "volume")
    data = dds.encode(one)
    for other in (
        Layout((4, 4, 4, 4), "uint8", "array"),
        Layout((4, 8, 2, 4), "uint8", "volume"),
        Layout((4, 4, 4, 2), "uint16", "volume"),
        Layout((4, 4, 4, 1), "float32", "volume"),
    ):
        with pytest.raises(ValueError, match="layout that was written"):
            dds.read(data, other)


@pytest.mark.parametrize(
    ("layout", "legacy", "text"),
    [
        (Layout((1, 4, 4, 3), "uint8", "2d"), False, "1, 2 or 4 channels, not 3: write png, .* or channels: 4"),
        (Layout((1, 4, 4, 3), "uint8", "2d"), True, "1, 2 or 4 channels, not 3: write png, .* or channels: 4"),
        (
            Layout((1, 4, 4, 1), "uint16", "2d"),
            True,
            "8 bits unorm, .* not 16 bits unorm: write png, .* dds_header: dx10",
        ),
        (
            Layout((1, 4, 4, 1), "float32", "2d"),
            True,
            "8 bits unorm, .* not 32 bits float: write ktx2, .* dds_header: dx10",
        ),
        (Layout((2, 4, 4, 1), "uint8", "array"), True, "a legacy dds holds .* not an array: "),
        (Layout((1, 1, 16385, 1), "uint8", "2d"), False, "a dds texture has at most 16384 texels on a side, not 16385"),
        (
            Layout((2, 16385, 1, 1), "uint8", "array"),
            False,
            "a dds array has at most 16384 texels on a side, not 16385",
        ),
        (Layout((1, 2049, 1, 1), "uint8", "volume"), False, "a dds volume has at most 2048 texels on a side, not 2049"),
        (Layout((2049, 1, 1, 1), "uint8", "volume"), False, "a dds volume has at most 2048 texels on a side, not 2049"),
        (Layout((2049, 1, 1, 1), "uint8", "array"), False, "a dds array has at most 2048 slices, not 2049"),
    ],
)
def test_what_the_format_does_not_hold_is_named_with_the_alternatives(layout, legacy, text):
    one = TexelImage(np.zeros(layout.shape, layout.dtype), layout.kind)
    with pytest.raises(ValueError, match=text):
        dds.encode(one, legacy=legacy)


@pytest.mark.parametrize(
    "layout",
    [
        Layout((1, 16384, 1, 1), "uint8", "2d"),
        Layout((2048, 1, 16384, 4), "float32", "array"),
        Layout((2048, 2048, 2048, 2), "uint16", "volume"),
    ],
)
def test_the_largest_that_direct3d_takes_are_no_problem(layout):
    assert problem("dds", layout) is None


def dds_of(size, pixel_format, texels, caps2=0, mipmaps=0):
    """A file as other programs write it: no pitch, no depth flag, few caps."""
    width, height, depth = size
    head = struct.pack("<4s7I44x", b"DDS ", 124, 0x1007, height, width, 0, depth, mipmaps)
    return head + struct.pack("<8I", 32, *pixel_format) + struct.pack("<5I", 0x1000, caps2, 0, 0, 0) + texels


@pytest.mark.parametrize(
    ("pixel_format", "stored", "wanted"),
    [
        # DDPF_RGB or DDPF_LUMINANCE and DDPF_ALPHAPIXELS; no code; bits; masks
        ((0x41, 0, 32, 0xFF, 0xFF00, 0xFF0000, 0xFF000000), b"\x01\x02\x03\x04", [1, 2, 3, 4]),  # A8B8G8R8
        ((0x41, 0, 32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000), b"\x01\x02\x03\x04", [3, 2, 1, 4]),  # A8R8G8B8
        ((0x40, 0, 32, 0xFF0000, 0xFF00, 0xFF, 0), b"\x01\x02\x03\x04", [3, 2, 1]),  # X8R8G8B8
        ((0x40, 0, 32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000), b"\x01\x02\x03\x04", [3, 2, 1]),  # alpha is not flagged
        ((0x40, 0, 24, 0xFF0000, 0xFF00, 0xFF, 0), b"\x01\x02\x03", [3, 2, 1]),  # R8G8B8
        ((0x40, 0, 32, 0xFFFF, 0xFFFF0000, 0, 0), b"\x01\x02\x03\x04", [0x201, 0x403]),  # G16R16
        ((0x20000, 0, 16, 0xFFFF, 0, 0, 0), b"\x01\x02", [0x201]),  # L16
        ((0x20000, 0, 8, 0xFF, 0xFF, 0xFF, 0), b"\x07", [7]),  # L8 with the masks of grey
        ((0x20001, 0, 16, 0xFF, 0, 0, 0xFF00), b"\x07\x08", [7, 8]),  # A8L8
        ((0x2, 0, 8, 0, 0, 0, 0xFF), b"\x07", [7]),  # A8
        ((0x4, 111, 0, 0, 0, 0, 0), b"\x00\x3c", [1.0]),  # R16F
        ((0x4, 116, 0, 0, 0, 0, 0), struct.pack("<4f", 1, 2, 3, 4), [1.0, 2.0, 3.0, 4.0]),  # A32B32G32R32F
        ((0x4, 36, 0, 0, 0, 0, 0), struct.pack("<4H", 1, 2, 3, 4), [1, 2, 3, 4]),  # A16B16G16R16
    ],
)
@pytest.mark.parametrize(("caps2", "kind"), [(0, "2d"), (0x200000, "volume")])
def test_files_of_other_programs_without_the_dx10_header(pixel_format, stored, wanted, caps2, kind):
    slices = 2 if caps2 else 1
    found = dds.read(dds_of((3, 1, 2 if caps2 else 7), pixel_format, 3 * slices * stored, caps2))
    assert (found.kind, found.texels.shape) == (kind, (slices, 1, 3, len(wanted)))
    assert found.texels.tolist() == [[[wanted] * 3]] * slices
    assert found.texels.flags.c_contiguous


@pytest.mark.parametrize(
    ("pixel_format", "caps2", "mipmaps"),
    [
        ((0x4, int.from_bytes(b"DXT1", "little"), 0, 0, 0, 0, 0), 0, 0),
        ((0x40, 0, 16, 0xF800, 0x7E0, 0x1F, 0), 0, 0),  # R5G6B5
        ((0x40, 0, 32, 0xFF0, 0, 0, 0), 0, 0),
        ((0x40, 0, 8, 0xFF00, 0, 0, 0), 0, 0),
        ((0x40, 0, 0, 0, 0, 0, 0), 0, 0),
        ((0x200, 0, 8, 0xFF, 0, 0, 0), 0, 0),  # YUV
        ((0x20000, 0, 8, 0xFF, 0, 0, 0), 0x200, 0),  # the sides of a cube
        ((0x20000, 0, 8, 0xFF, 0, 0, 0), 0, 2),
    ],
)
def test_what_is_no_plain_texture_is_refused(pixel_format, caps2, mipmaps):
    with pytest.raises(ValueError, match="DDS file"):
        dds.read(dds_of((4, 4, 1), pixel_format, bytes(64), caps2, mipmaps))


@pytest.mark.parametrize("kind", ["2d", "array", "volume"])
def test_a_file_says_itself_what_it_is(kind):
    for dtype in DTYPES:
        one = picture((1 if kind == "2d" else 3, 5, 7, 4), dtype, kind)
        assert dds.read(dds.encode(one)).equals(one)


def test_values_are_little_endian():
    one = TexelImage(np.array([0x0102, 0xFFFE], np.uint16).reshape(1, 1, 2, 1))
    assert dds.encode(one)[148:] == b"\x02\x01\xfe\xff"


@pytest.mark.parametrize(
    ("one", "legacy", "digest"),
    [
        (picture((1, 6, 10, 1), "uint8"), False, "59c1c8e65e59f97d5953e2aa492865d5efd4673bedd422bf8aa7af061450ae89"),
        (
            picture((3, 5, 7, 2), "float16", "array"),
            False,
            "4a0280c75025ca5cfc642dfb1bd5c855040a3b7adcbea82352eabf6a515950dd",
        ),
        (
            picture((4, 6, 10, 4), "uint16", "volume"),
            False,
            "8a3dc5147ddcfe86caf1d8d07c2e109dd52b5cf68822ae6b6c1d7f53a04ecb05",
        ),
        (picture((1, 6, 10, 4), "uint8"), True, "91286726084430c416915eac10edca30bedc6430ee123224a6b4fe900479d39c"),
    ],
)
def test_golden_bytes(one, legacy, digest):
    assert hashlib.sha256(dds.encode(one, legacy=legacy)).hexdigest() == digest
