"""KTX2 files: read by ktx-parse, and held against the rules of the Khronos specifications."""

import base64
import hashlib
import itertools
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets.formats import ktx2
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import problem

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
    return TexelImage(np.frombuffer(data, dtype).reshape(shape), kind)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.sampled_from(CHANNELS)))
    return picture(shape, draw(st.sampled_from(sorted(BITS))), kind, draw(st.integers(0, 99)))


def start_of_texels(data):
    return struct.unpack_from("<Q", data, 80)[0]


def check_header(data, layout):
    """Each field against its rule in the "KTX File Format Specification" 2.0 (document revisions 4 and 5) and, for the
    descriptor, the "Khronos Data Format Specification" 1.4: both quoted, "..." for what is left out and parentheses for
    what is added. A file that follows them has no other bytes before its texels.
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
    assert uncompressed == slices * height * width * texel_size
    # When supercompressionScheme == 0, byteLength must have the same value as this.
    assert length == uncompressed
    # uncompressedByteLength % (faceCount * max(1, layerCount)) == 0
    assert uncompressed % (faces * max(1, layers)) == 0
    # align( lcm(texel_block_size, 4) ) mipPadding: the minimum number of 0-filled bytes of padding
    # required_alignment = lcm(texel_block_size, 4) (supercompressionScheme = 0)
    alignment = math.lcm(texel_size, 4)
    assert start % alignment == 0
    assert 0 <= start - (kvd_start + kvd_size) < alignment
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
    # The versionNumber relating to the Basic Data Format Descriptor Block as described in this specification is 2.
    assert version == 2
    # The memory requirements for this format are 24 bytes of shared data plus 16 bytes per sample. (KTX:
    # descriptor_block_size is mandated to be a multiple of 4.)
    assert size == len(block) == 24 + 16 * channels
    model, primaries, transfer, flags = block[8:12]
    # (KTX:) The colorModel must be KHR_DF_MODEL_RGBSDA (1), KHR_DF_MODEL_YUVSDA or the matching block compressed color
    # model ...
    assert model == 1
    # (KTX:) KHR_DF_PRIMARIES_BT709 / KHR_DF_PRIMARIES_SRGB (1) is recommended for standard dynamic range, standard gamut
    # images.
    assert primaries == 1
    # (KTX:) If vkFormat is not one of the *_SRGB{,_*} formats and an sRGB variant of that format exists, transferFunction should
    # not be KHR_DF_TRANSFER_SRGB (2). KHR_DF_TRANSFER_LINEAR is 1.
    assert transfer == 1
    # (KTX:) KHR_DF_FLAG_ALPHA_PREMULTIPLIED (= 1) can be set in the flags field if the images' RGB components have been
    # multiplied by their alpha components, otherwise it must be 0.
    assert flags == 0
    # The value held in each of these fields is one fewer than the size of the block in that dimension
    assert block[12:16] == bytes(4)
    # ... an unsigned 8-bit integer which represents the number of bytes which a plane contributes to the format. ...
    # planes which are not present should be given the bytesPlane value of 0.
    assert block[16:24] == bytes([channels * bits // 8, 0, 0, 0, 0, 0, 0, 0])
    for place in range(channels):
        offset, length, channel, position, lower, upper = struct.unpack_from("<HBBIII", block, 24 + 16 * place)
        # ... the offset of the least significant bit of this sample from the least significant bit of the least
        # significant byte of the concatenated bit stream (R, G, B, A: by the definition of the VkFormat)
        assert offset == place * bits
        # ... and stores the number of bits contributed minus 1
        assert length == bits - 1
        # The bottom four bits of the channelType indicates which channel is being described by this sample (RED 0,
        # GREEN 1, BLUE 2; alpha is always encoded as channel ID 15). (The top four: LINEAR 0x10, EXPONENT 0x20, SIGNED
        # 0x40, FLOAT 0x80.) (KTX: If transferFunction is not KHR_DF_TRANSFER_LINEAR or ..., KHR_DF_SAMPLE_DATATYPE_LINEAR
        # must be set in the qualifiers field of the alpha sample.)
        # Unless a genuine unsigned format is intended, KHR_DF_SAMPLE_DATATYPE_SIGNED should also be set (with FLOAT).
        floats = layout.dtype in ("float16", "float32")
        assert channel == [0, 1, 2, 15][place] | (0xC0 if floats else 0)
        # a samplePosition of "0" ... represents "0.0"
        assert position == 0
        # For unsigned formats, sampleLower typically represents the value which should be interpreted as zero ... For
        # signed formats, sampleLower typically represents "-1". sampleUpper typically represents the value which should
        # be interpreted as "1.0". If the channel encoding is a floating point value, the sampleLower and sampleUpper
        # values are also described in floating point. (-1.0 is 0xBF800000 and 1.0 is 0x3F800000, in 32 bits for halves
        # also.)
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
    read = read_cases[IDS[CASES.index((shape, dtype, kind))]]
    assert "error" not in read
    (level,) = read["levels"]
    texels = picture(shape, dtype, kind).texels
    slices, height, width, channels = texels.shape
    assert base64.b64decode(level["levelData"]) == texels.astype(texels.dtype.newbyteorder("<")).tobytes()
    assert level["uncompressedByteLength"] == texels.nbytes
    assert level["byteLength"] == texels.nbytes
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
    """A header with any byte changed is refused, or another image's, or at a place that says nothing of the texels; and
    the specification's rules above find every change.
    """
    one = picture(shape, dtype, kind)
    data = ktx2.encode(one)
    unread = {
        *range(16, 20),  # typeSize: known from the format
        *range(40, 44),  # levelCount: the first level is the last in the file
        *range(48, 80),  # where descriptor, key/value data and global data lie
        *range(96, 104),  # uncompressedByteLength
        *range(104, start_of_texels(data)),  # these data themselves
    }
    for place, _, changed in mutations(data, start_of_texels(data)):
        try:
            same = ktx2.read(changed, one.layout).equals(one)
        except ValueError:
            same = False
        assert not same or place in unread, place
        with pytest.raises(AssertionError):
            check_header(changed, one.layout)


@given(pictures())
def test_what_is_written_is_read_back(one):
    data = ktx2.encode(one)
    assert ktx2.read(data, one.layout).equals(one)
    assert ktx2.read(data).equals(one)
    check_header(data, one.layout)


def ktx2_of(head, levels, rest=b"", scheme=0):
    """A file as other programs write it: without descriptor and key/value data, but with what they like instead."""
    start = 80 + 24 * len(levels)
    index, place = b"", start + len(rest) + sum(map(len, levels))
    for level in levels:
        place -= len(level)
        index += struct.pack("<3Q", place, len(level), len(level))
    header = struct.pack("<9I4I2Q", *head, 1, len(levels), scheme, start, len(rest), 0, 0, 0, 0)
    return ktx2.IDENTIFIER + header + index + rest + b"".join(reversed(levels))


def test_files_of_other_programs_are_read():
    texels = struct.pack("<8H", *range(8))
    image = ktx2.read(ktx2_of((77, 2, 2, 2, 0, 0), [texels, b"\xff" * 4], b"anything at all"))
    assert image.kind == "2d"  # of several mip levels the first
    assert image.texels.tolist() == [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]]
    volume = ktx2.read(ktx2_of((9, 1, 3, 1, 2, 0), [bytes(range(6))]))
    assert volume.equals(TexelImage(np.arange(6, dtype=np.uint8).reshape(2, 1, 3, 1), "volume"))


@pytest.mark.parametrize(
    ("head", "scheme"),
    [
        ((9, 1, 4, 4, 0, 0), 2),  # Zstandard
        ((131, 1, 4, 4, 0, 0), 0),  # BC1
        ((43, 1, 2, 2, 0, 0), 0),  # R8G8B8A8_SRGB: these are no values
        ((9, 1, 4, 2, 2, 2), 0),  # an array of volumes
        ((9, 1, 16, 0, 0, 0), 0),  # one dimension
    ],
)
def test_what_is_no_plain_texture_is_refused(head, scheme):
    with pytest.raises(ValueError, match="KTX2 file"):
        ktx2.read(ktx2_of(head, [bytes(16)], scheme=scheme))


@given(pictures(), st.data())
def test_a_changed_texel_is_another_picture(one, data):
    file = bytearray(ktx2.encode(one))
    file[data.draw(st.integers(start_of_texels(file), len(file) - 1))] ^= data.draw(st.integers(1, 255))
    assert not ktx2.read(bytes(file), one.layout).equals(one)


@given(pictures(), st.data())
def test_a_file_too_short_or_too_long_is_refused(one, data):
    file = ktx2.encode(one)
    for wrong in (file[: data.draw(st.integers(0, len(file) - 1))], file + data.draw(st.binary(min_size=1))):
        with pytest.raises(ValueError, match="KTX2 file"):
            ktx2.read(wrong, one.layout)


@given(st.binary(max_size=300), pictures(), st.integers(0, 300))
def test_anything_else_is_refused(data, one, kept):
    file = ktx2.encode(one)
    wrong = file[: min(kept, len(file) - 1)] + data  # get past some of the header
    try:
        read = ktx2.read(wrong, one.layout)
    except ValueError as error:
        assert "KTX2 file" in str(error)
    else:
        assert ktx2.encode(read)[start_of_texels(file) :] == wrong[start_of_texels(file) :]


def test_a_file_of_another_layout_is_refused():
    one = picture((4, 4, 4, 4), "uint8", "volume")
    data = ktx2.encode(one)
    for other in (
        Layout((4, 4, 4, 4), "uint8", "array"),
        Layout((4, 8, 2, 4), "uint8", "volume"),
        Layout((4, 4, 4, 2), "uint16", "volume"),
        Layout((4, 4, 4, 1), "float32", "volume"),
    ):
        with pytest.raises(ValueError, match="layout that was written"):
            ktx2.read(data, other)
    for kind, other in itertools.permutations(
        ["2d", "array", "volume"], 2
    ):  # one slice is told apart in each direction
        flat = picture((1, 4, 4, 4), kind=kind)
        assert ktx2.read(ktx2.encode(flat)).kind == kind
        with pytest.raises(ValueError, match="layout that was written"):
            ktx2.read(ktx2.encode(flat), Layout(flat.layout.shape, "uint8", other))


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize(("slices", "kind"), [(1, "2d"), (2, "array"), (2, "volume")])
def test_three_channels_are_refused_with_the_alternatives(dtype, slices, kind):
    one = TexelImage(np.zeros((slices, 4, 4, 3), dtype), kind)
    with pytest.raises(
        ValueError, match=r"ktx2 holds 1, 2 or 4 channels, not 3: write .*raw, h, cs or npy, or channels: 4"
    ):
        ktx2.encode(one)


@every_case
def test_everything_else_is_no_problem(shape, dtype, kind):
    assert problem("ktx2", Layout(shape, dtype, kind)) is None


def test_values_are_little_endian():
    big = np.array([0x0102, 0xFFFE], ">u2").reshape(1, 1, 2, 1)
    data = ktx2.encode(TexelImage(big.astype(np.uint16)))
    assert data[start_of_texels(data) :] == b"\x02\x01\xfe\xff"


def test_strided_texels_are_written_in_their_order():
    """Views, as other code hands them on: not in C order in memory."""
    one = picture((2, 3, 5, 4), "uint16", "volume")
    view = TexelImage(np.asfortranarray(one.texels), "volume")
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
