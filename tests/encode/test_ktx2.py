"""KTX2 files: read by ktx-parse, and held against the rules of the Khronos specifications."""

import base64
import hashlib
import itertools
import json
import math
import re
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools import missing, require

from bluenoise_assets.encode import ktx2
from bluenoise_assets.encode.picture import Layout, Picture

KTX_PARSE = "ktx-parse@2.0.0"
SHAPES = [
    ((1, 6, 10), "2d"),
    ((1, 1, 1), "2d"),
    ((1, 5, 7), "array"),
    ((3, 5, 7), "array"),
    ((1, 3, 5), "volume"),
    ((4, 6, 10), "volume"),
]
CHANNELS = [1, 2, 4]
NAMES = {  # as vulkan_core.h lists them
    ("uint8", 1): (9, "R8_UNORM"),
    ("uint8", 2): (16, "R8G8_UNORM"),
    ("uint8", 4): (37, "R8G8B8A8_UNORM"),
    ("uint16", 1): (70, "R16_UNORM"),
    ("uint16", 2): (77, "R16G16_UNORM"),
    ("uint16", 4): (91, "R16G16B16A16_UNORM"),
    ("float16", 1): (76, "R16_SFLOAT"),
    ("float16", 2): (83, "R16G16_SFLOAT"),
    ("float16", 4): (97, "R16G16B16A16_SFLOAT"),
    ("float32", 1): (100, "R32_SFLOAT"),
    ("float32", 2): (103, "R32G32_SFLOAT"),
    ("float32", 4): (109, "R32G32B32A32_SFLOAT"),
}
BITS = {"uint8": 8, "uint16": 16, "float16": 16, "float32": 32}
CASES = [((*shape, channels), dtype, kind) for dtype in BITS for channels in CHANNELS for shape, kind in SHAPES]
IDS = [f"{dtype}-{kind}-{'x'.join(map(str, shape))}" for shape, dtype, kind in CASES]
every_case = pytest.mark.parametrize(("shape", "dtype", "kind"), CASES, ids=IDS)


def picture(shape, dtype="uint8", kind="2d", seed=0):
    """Any bits at all: also infinities and NaN."""
    data = hashlib.shake_256(bytes([seed])).digest(math.prod(shape) * np.dtype(dtype).itemsize)
    return Picture(np.frombuffer(data, dtype).reshape(shape), kind)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.sampled_from(CHANNELS)))
    return picture(shape, draw(st.sampled_from(sorted(BITS))), kind, draw(st.integers(0, 99)))


def start_of_texels(data):
    return struct.unpack_from("<Q", data, 80)[0]


def check_header(data, layout):
    """Each field against its rule in the "KTX File Format Specification" 2.0 and, for the descriptor, the
    "Khronos Data Format Specification" 1.4. A file that follows them has no other bytes before its texels.
    """
    slices, height, width, channels = layout.shape
    bits = BITS[layout.dtype]
    texel_size = channels * bits // 8
    # The file identifier ... consists of 12 bytes, as follows
    assert data[:12] == bytes([0xAB, 0x4B, 0x54, 0x58, 0x20, 0x32, 0x30, 0xBB, 0x0D, 0x0A, 0x1A, 0x0A])
    vk_format, type_size, *sizes, layers, faces, levels, scheme = struct.unpack_from("<9I", data, 12)
    # vkFormat specifies the image format using Vulkan VkFormat enum values.
    assert vk_format == NAMES[layout.dtype, channels][0]
    # typeSize: For unpacked formats ... it must equal the number of bytes needed for a single component
    assert type_size == bits // 8
    # pixelWidth, pixelHeight, pixelDepth: The size of the texture image for level 0, in pixels.
    # Texture Type: 2D and 2D Array have pixelDepth 0, 3D > 0.
    assert sizes == [width, height, slices if layout.kind == "volume" else 0]
    # If the texture is not an array texture, layerCount must equal 0.
    assert layers == (slices if layout.kind == "array" else 0)
    # For non cubemaps this must be 1.
    assert faces == 1
    # levelCount = 1 means that a file contains only the base level and the texture isn't meant to have other levels.
    assert levels == 1
    # A value of 0 indicates no supercompression.
    assert scheme == 0
    dfd_start, dfd_size, kvd_start, kvd_size, sgd_start, sgd_size = struct.unpack_from("<4I2Q", data, 48)
    # File structure: the descriptor follows the Level Index, of max(1, levelCount) entries of 24 bytes.
    assert dfd_start == 80 + 24
    # dfdByteLength must equal dfdTotalSize. With one block: 4 bytes, and descriptorBlockSize below.
    assert dfd_size == 4 + 24 + 16 * channels
    assert struct.unpack_from("<I", data, dfd_start) == (dfd_size,)
    # If dfdTotalSize != kvdByteOffset - dfdByteOffset the file is invalid.
    assert dfd_size == kvd_start - dfd_start
    # sgdByteLength: For supercompression schemes for which no reference is provided ... the value must be 0.
    # sgdByteOffset: The value must be 0 when sgdByteLength = 0.
    assert (sgd_start, sgd_size) == (0, 0)

    start, length, uncompressed = struct.unpack_from("<3Q", data, 80)
    # byteLength is the number of bytes of pixel data, this includes all layers, all z slices, all faces, all rows and
    # all pixels. Rows of uncompressed texture images must be tightly packed.
    assert length == slices * height * width * texel_size
    # When supercompressionScheme == 0, byteLength must have the same value as this.
    assert uncompressed == length
    # uncompressedByteLength % (faceCount * max(1, layerCount)) == 0
    assert uncompressed % (faces * max(1, layers)) == 0
    # align( lcm(texel_block_size, 4) ) mipPadding: the minimum number of 0-filled bytes of padding
    assert start % math.lcm(texel_size, 4) == 0
    assert 0 <= start - (kvd_start + kvd_size) < math.lcm(texel_size, 4)
    assert not any(data[kvd_start + kvd_size : start])
    # The total size of the image data from levels[num_levels - 1].byteOffset until the end of the file is
    # levels[0].byteLength (of one level).
    assert len(data) == start + length

    check_descriptor(data[dfd_start + 4 : kvd_start], layout)
    check_pairs(data[kvd_start : kvd_start + kvd_size], layout)


def check_descriptor(block, layout):
    """The rules of the Khronos Data Format Specification, "Khronos Basic Data Format Descriptor Block"."""
    channels, bits = layout.shape[3], BITS[layout.dtype]
    word, version, size = struct.unpack_from("<IHH", block)
    # vendorId, the low 17 bits: KHR_DF_VENDORID_KHRONOS (0);
    # descriptorType, the high 15: KHR_DF_KHR_DESCRIPTORTYPE_BASICFORMAT (0)
    assert word == 0
    # versionNumber: 2 is KHR_DF_VERSIONNUMBER_1_3, which 1.4 keeps
    assert version == 2
    # descriptorBlockSize: 24 bytes, and 16 for each sample; mandated to be a multiple of 4
    assert size == len(block) == 24 + 16 * channels
    model, primaries, transfer, flags = block[8:12]
    # The colorModel must be KHR_DF_MODEL_RGBSDA (1), ... or the matching block compressed color model
    assert model == 1
    # KHR_DF_PRIMARIES_BT709 / KHR_DF_PRIMARIES_SRGB (1) is recommended for standard dynamic range, standard gamut
    assert primaries == 1
    # If vkFormat is not one of the *_SRGB formats and an sRGB variant of that format exists, transferFunction should
    # not be KHR_DF_TRANSFER_SRGB (2). KHR_DF_TRANSFER_LINEAR is 1.
    assert transfer == 1
    # KHR_DF_FLAG_ALPHA_PREMULTIPLIED (= 1) if the RGB components have been multiplied by their alpha, otherwise 0
    assert flags == 0
    # texelBlockDimension0 to 3: one fewer than the size of the block in that dimension
    assert block[12:16] == bytes(4)
    # bytesPlane0: the number of bytes which a plane contributes to the texel block; further planes: 0
    assert block[16:24] == bytes([channels * bits // 8, 0, 0, 0, 0, 0, 0, 0])
    for place in range(channels):
        offset, length, channel, position, lower, upper = struct.unpack_from("<HBBIII", block, 24 + 16 * place)
        # bitOffset: the first bit of the sample; R, G, B, A follow each other in memory by the definition of VkFormat
        assert offset == place * bits
        # bitLength: one fewer than the number of bits
        assert length == bits - 1
        # channelType: KHR_DF_CHANNEL_RGBSDA_RED 0, GREEN 1, BLUE 2, ALPHA 15 in the low four bits; the qualifiers
        # LINEAR 0x10 (for alpha, where transferFunction is not linear), EXPONENT 0x20, SIGNED 0x40, FLOAT 0x80
        floats = layout.dtype in ("float16", "float32")
        assert channel == [0, 1, 2, 15][place] | (0xC0 if floats else 0)
        # samplePosition0 to 3: 0 for formats without subsampling
        assert position == 0
        # sampleLower, sampleUpper: what stands for 0.0 (-1.0 if signed) and 1.0; for floats (up to 32 bits) as
        # single-precision numbers, IEEE 754: -1.0 is 0xBF800000, 1.0 is 0x3F800000
        assert (lower, upper) == ((0xBF800000, 0x3F800000) if floats else (0, (1 << bits) - 1))


def check_pairs(data, layout):
    """The rules of "Key/Value Data"."""
    pairs = []
    while data:
        # keyAndValueByteLength: ... this includes the size of the key, the required NUL byte and all bytes of the value
        assert len(data) >= 4
        (size,) = struct.unpack_from("<I", data)
        padded = -(-size // 4) * 4
        # The sum of ceil(keyAndValueByteLength[i] / 4) * 4 + n * 4 = kvdByteLength. Any file that does not meet the
        # above condition is invalid.
        assert 2 <= size <= padded <= len(data) - 4
        key, nul, value = data[4 : 4 + size].partition(b"\0")
        # The key must be terminated by a NUL character.
        assert nul
        pairs.append((key, value))
        # valuePadding: contains between 0 and 3 bytes of value 0x00
        assert not any(data[4 + size : 4 + padded])
        data = data[4 + padded :]
    # Key/value data must be written to the file sorted by the Unicode code points of the keys. Keys must not appear
    # more than once.
    assert all(one < other for (one, _), (other, _) in itertools.pairwise(pairs))
    assert dict(pairs) == {
        # 2D: /^[rl][du]$/, 3D: /^[rl][du][oi]$/, NUL-terminated. d: T values increasing downwards, i: R values
        # increasing in towards the screen. An array is as its elements.
        b"KTXorientation": b"rdi\0" if layout.kind == "volume" else b"rd\0",
        # KTXwriter: The value is a NUL-terminated UTF-8 string
        b"KTXwriter": b"bluenoise-assets\0",
    }


@pytest.fixture(scope="session")
def ktx_parse(tmp_path_factory):
    """A function: what ktx-parse reads of each file, by name."""
    node = require("node", "apt-get install nodejs")
    npm = require("npm", "apt-get install npm")
    folder = tmp_path_factory.mktemp("ktx-parse")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    installed = subprocess.run(
        [npm, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", KTX_PARSE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode != 0:
        missing(KTX_PARSE, f"npm install {KTX_PARSE} (it said: {installed.stderr.strip()[-300:]})")
    shutil.copy(Path(__file__).with_name("read_ktx.mjs"), folder)

    def read(files):
        files_folder = tmp_path_factory.mktemp("ktx2")
        for name, data in files.items():
            (files_folder / name).write_bytes(data)
        done = subprocess.run([node, "read_ktx.mjs", str(files_folder)], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return read


@pytest.fixture(scope="module")
def read_cases(ktx_parse):
    """What ktx-parse reads of every case: one process for all."""
    return ktx_parse({name: ktx2.encode(picture(*case)) for name, case in zip(IDS, CASES, strict=True)})


@every_case
def test_the_header_is_as_specified(shape, dtype, kind):
    one = picture(shape, dtype, kind)
    check_header(ktx2.encode(one), one.layout)


@every_case
def test_ktx_parse_reads_the_same_texels(shape, dtype, kind, read_cases):
    slices, height, width, channels = shape
    read = read_cases[IDS[CASES.index((shape, dtype, kind))]]
    assert "error" not in read
    (level,) = read["levels"]
    texels = picture(shape, dtype, kind).texels
    assert base64.b64decode(level["levelData"]) == texels.astype(texels.dtype.newbyteorder("<")).tobytes()
    assert level["uncompressedByteLength"] == texels.nbytes
    assert (read["vkFormat"], read["vkFormatName"]) == NAMES[dtype, channels]
    assert read["typeSize"] == BITS[dtype] // 8
    assert (read["pixelWidth"], read["pixelHeight"]) == (width, height)
    assert read["pixelDepth"] == (slices if kind == "volume" else 0)
    assert read["layerCount"] == (slices if kind == "array" else 0)
    assert (read["faceCount"], read["levelCount"], read["supercompressionScheme"]) == (1, 1, 0)
    assert read["globalData"] is None
    orientation = "rdi" if kind == "volume" else "rd"
    assert read["keyValue"] == {"KTXorientation": orientation, "KTXwriter": "bluenoise-assets"}
    (descriptor,) = read["dataFormatDescriptor"]
    samples = descriptor.pop("samples")
    assert descriptor == {
        "vendorId": 0,
        "descriptorType": 0,
        "versionNumber": 2,
        "colorModel": 1,
        "colorPrimaries": 1,
        "transferFunction": 1,
        "flags": 0,
        "texelBlockDimension": [0, 0, 0, 0],
        "bytesPlane": [channels * BITS[dtype] // 8, 0, 0, 0, 0, 0, 0, 0],
    }
    bits = BITS[dtype]
    floats = dtype.startswith("float")
    assert (
        samples
        == [
            {
                "bitOffset": place * bits,
                "bitLength": bits - 1,
                "channelType": channel + (0xC0 if floats else 0),
                "samplePosition": [0, 0, 0, 0],
                "sampleLower": -0x40800000 if floats else 0,  # the bits of -1.0 as a signed number
                "sampleUpper": 0x3F800000 if floats else 2**bits - 1,
            }
            for place, channel in enumerate([0, 1, 2, 15][:channels])
        ]
    )


def mutations(data, end):
    for place in range(end):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(data)
            changed[place] ^= change
            yield place, change, bytes(changed)


@every_case
def test_each_byte_of_the_header_counts(shape, dtype, kind):
    """A header with any byte changed is refused, and the specification's rules above find it without `decode`."""
    one = picture(shape, dtype, kind)
    data = ktx2.encode(one)
    for _, _, changed in mutations(data, start_of_texels(data)):
        with pytest.raises(ValueError, match="KTX2 file"):
            ktx2.decode(changed, one.layout)
        with pytest.raises(AssertionError):
            check_header(changed, one.layout)


@pytest.mark.parametrize(
    ("shape", "dtype", "kind"),
    [((1, 5, 7, 1), "uint8", "2d"), ((3, 5, 7, 2), "float16", "array"), ((4, 3, 5, 4), "float32", "volume")],
)
def test_ktx_parse_sees_each_byte_that_it_reads(shape, dtype, kind, ktx_parse):
    """It reads something else, or fails, when any byte is changed but those that it skips, which only we check."""
    one = picture(shape, dtype, kind)
    data = ktx2.encode(one)
    start = start_of_texels(data)
    files = {f"{place}-{change}": changed for place, change, changed in mutations(data, start)}
    found = ktx_parse(files | {"whole": data})
    whole = found.pop("whole")
    assert "error" not in whole
    assert len(found) == 3 * start
    unseen = {int(name.partition("-")[0]) for name, read in found.items() if read == whole}
    kvd_start, kvd_size = struct.unpack_from("<2I", data, 56)
    first = struct.unpack_from("<I", data, kvd_start)[0]
    second = kvd_start + 4 + -(-first // 4) * 4
    last = struct.unpack_from("<I", data, second)[0]
    assert unseen <= {
        *range(52, 56),  # dfdByteLength: larger than it is, it only bounds
        *range(64, 72),  # sgdByteOffset, where sgdByteLength is 0
        *range(104, 108),  # dfdTotalSize
        *range(kvd_start + 4 + first, second),  # valuePadding
        *range(second + 4 + last, kvd_start + kvd_size),
        *range(kvd_start + kvd_size, start),  # mipPadding
    }


@given(pictures())
def test_what_is_written_is_read_back(one):
    data = ktx2.encode(one)
    assert ktx2.decode(data, one.layout).equals(one)
    check_header(data, one.layout)


@given(pictures(), st.data())
def test_a_changed_texel_is_another_picture(one, data):
    file = bytearray(ktx2.encode(one))
    file[data.draw(st.integers(start_of_texels(file), len(file) - 1))] ^= data.draw(st.integers(1, 255))
    assert not ktx2.decode(bytes(file), one.layout).equals(one)


@given(pictures(), st.data())
def test_a_file_too_short_or_too_long_is_refused(one, data):
    file = ktx2.encode(one)
    for wrong in (file[: data.draw(st.integers(0, len(file) - 1))], file + data.draw(st.binary(min_size=1))):
        with pytest.raises(ValueError, match="KTX2 file"):
            ktx2.decode(wrong, one.layout)


@given(st.binary(max_size=300), pictures(), st.integers(0, 300))
def test_anything_else_is_refused(data, one, kept):
    file = ktx2.encode(one)
    wrong = file[: min(kept, len(file) - 1)] + data  # get past some of the header
    if wrong != file:
        try:
            read = ktx2.decode(wrong, one.layout)
        except ValueError as error:
            assert "KTX2 file" in str(error)
        else:
            assert ktx2.encode(read) == wrong


def test_a_file_of_another_layout_is_refused():
    one = picture((4, 4, 4, 4), "uint8", "volume")
    data = ktx2.encode(one)
    for other in (
        Layout((4, 4, 4, 4), "uint8", "array"),
        Layout((4, 8, 2, 4), "uint8", "volume"),
        Layout((4, 4, 4, 2), "uint16", "volume"),
        Layout((4, 4, 4, 1), "float32", "volume"),
    ):
        with pytest.raises(ValueError, match="header"):
            ktx2.decode(data, other)
    flat = picture((1, 4, 4, 4))
    for kind in ("array", "volume"):  # one slice is told apart in each direction
        with pytest.raises(ValueError, match="header"):
            ktx2.decode(ktx2.encode(flat), Layout(flat.layout.shape, "uint8", kind))


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize(("slices", "kind"), [(1, "2d"), (2, "array"), (2, "volume")])
def test_three_channels_are_refused_with_the_alternatives(dtype, slices, kind):
    one = Picture(np.zeros((slices, 4, 4, 3), dtype), kind)
    text = "1, 2 or 4 channels, not 3, .*: use 4, or write png, npy or raw"
    assert re.search(text, ktx2.problem(one.layout))
    with pytest.raises(ValueError, match=text):
        ktx2.encode(one)
    with pytest.raises(ValueError, match=text):
        ktx2.decode(b"", one.layout)


@every_case
def test_everything_else_is_no_problem(shape, dtype, kind):
    assert ktx2.problem(Layout(shape, dtype, kind)) is None


def test_values_are_little_endian():
    big = np.array([0x0102, 0xFFFE], ">u2").reshape(1, 1, 2, 1)
    data = ktx2.encode(Picture(big.astype(np.uint16)))
    assert data[start_of_texels(data) :] == b"\x02\x01\xfe\xff"


def test_strided_texels_are_written_in_their_order():
    """Views, as other code hands them on: not in C order in memory."""
    one = picture((2, 3, 5, 4), "uint16", "volume")
    view = Picture(np.asfortranarray(one.texels), "volume")
    assert ktx2.encode(view) == ktx2.encode(one)


@pytest.mark.parametrize(
    ("one", "digest"),
    [
        (picture((1, 6, 10, 1), "uint8"), "f65cd4484bccca03841dab8ade97b2ec30be9919a404f2d8b64e7951838b8cc7"),
        (picture((3, 5, 7, 2), "float16", "array"), "fb0413948d31e02c6db747e4c35538782622912d402daff524dec91a7c0ffed3"),
        (
            picture((4, 6, 10, 4), "uint16", "volume"),
            "93bab707b097e380d6eced751c4078b808ec1f2d6b0d1dbf5133850081f68430",
        ),
        (picture((1, 5, 7, 4), "float32"), "7552892e1a0d6fb346738b4da10a225b9e32c2ced0a467d869a0b06f344f8665"),
    ],
)
def test_golden_bytes(one, digest):
    assert hashlib.sha256(ktx2.encode(one)).hexdigest() == digest
