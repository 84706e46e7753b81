"""EXR files: read by the OpenEXR library and shown by its exrinfo."""

import contextlib
import hashlib
import math
import struct
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tools import require, require_module

from bluenoise_assets.formats import exr
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout

TYPES = [np.float16, np.float32]
LAYOUTS = [
    ((1, 1, 1, 1), "2d"),
    ((1, 5, 7, 1), "2d"),
    ((1, 64, 100, 2), "2d"),
    ((1, 1, 333, 3), "2d"),
    ((1, 64, 64, 4), "2d"),
    ((3, 5, 7, 1), "array"),
    ((1, 5, 7, 2), "array"),
    ((4, 8, 6, 2), "volume"),
    ((3, 5, 7, 4), "volume"),
]


def picture(shape, dtype=np.float16, kind="2d", seed=0):
    """Any bits at all: also infinities and NaN."""
    data = hashlib.shake_256(bytes([seed])).digest(math.prod(shape) * np.dtype(dtype).itemsize)
    return TexelImage(np.frombuffer(data, dtype).reshape(shape), kind)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 4)))
    return picture(shape, draw(st.sampled_from(TYPES)), kind, draw(st.integers(0, 99)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("shape", "kind"), LAYOUTS)
def test_openexr_reads_the_same_texels(shape, kind, dtype, tmp_path):
    reader = require_module("OpenEXR", "pip install OpenEXR")
    one = picture(shape, dtype, kind)
    (tmp_path / "x.exr").write_bytes(exr.encode(one))
    slices, height, width, channels = shape
    with reader.File(str(tmp_path / "x.exr"), separate_channels=True) as file:
        header = dict(file.header())  # file empties its own
        read = {name: channel.pixels for name, channel in file.channels().items()}
    assert set(read) == {1: {"Y"}, 2: set("RGB"), 3: set("RGB"), 4: set("RGBA")}[channels]
    strip = one.texels.reshape(slices * height, width, channels)
    for number, name in enumerate("Y" if channels == 1 else "RGBA"[: max(channels, 3)]):
        wanted = strip[..., number] if number < channels else np.zeros(strip.shape[:2], dtype)
        assert read[name].dtype == dtype
        assert read[name].shape == wanted.shape
        assert read[name].tobytes() == wanted.tobytes()
    assert header["compression"] == reader.NO_COMPRESSION
    assert header["lineOrder"] == reader.INCREASING_Y
    assert header["type"] == reader.scanlineimage
    for window in ("dataWindow", "displayWindow"):
        assert [list(corner) for corner in header[window]] == [[0, 0], [width - 1, slices * height - 1]]
    assert (header["pixelAspectRatio"], header["screenWindowWidth"]) == (1, 1)
    assert list(header["screenWindowCenter"]) == [0, 0]


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What exrinfo shows of every combination, line by line: one process for all."""
    tool = require("exrinfo", "apt-get install openexr")
    folder = tmp_path_factory.mktemp("exr")
    files = []
    for number, (shape, kind) in enumerate(LAYOUTS):
        for dtype in TYPES:
            files.append(folder / f"{number}-{np.dtype(dtype).name}.exr")
            files[-1].write_bytes(exr.encode(picture(shape, dtype, kind)))
    done = subprocess.run([tool, "--strict", "--verbose", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    parts = done.stdout.split("File '")[1:]
    return {file.stem: [line.strip() for line in part.splitlines()] for file, part in zip(files, parts, strict=True)}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_exrinfo_shows_what_is_meant_and_nothing_else(number, dtype, shown):
    (slices, height, width, channels), _ = LAYOUTS[number]
    lines = shown[f"{number}-{np.dtype(dtype).name}"]
    kind = "half" if dtype == np.float16 else "float"
    names = {1: "Y", 2: "BGR", 3: "BGR", 4: "ABGR"}[channels]
    window = f"box2i [ 0, 0 - {width - 1} {slices * height - 1} ] {width} x {slices * height}"
    assert lines[0].endswith("ver 2 flags shortnames")
    assert lines[1:] == [
        "parts: 1",
        "part 1: <single>",
        f"channels: chlist {len(names)} channels",
        *(f"'{name}': {kind} samp 1 1" for name in names),
        "compression: compression 'none' (0x00)",
        f"dataWindow: {window}",
        f"displayWindow: {window}",
        "lineOrder: lineOrder 0 (increasing)",
        "pixelAspectRatio: float 1",
        "screenWindowCenter: v2f [ 0, 0 ]",
        "screenWindowWidth: float 1",
    ]


def test_the_bytes_of_a_small_file_by_hand():
    """1 x 2 texels, 1.0 and -2.0 in half precision, after the OpenEXR file layout."""

    def attribute(name, kind, value):
        return name + b"\0" + kind + b"\0" + bytes([len(value), 0, 0, 0]) + value

    one = b"\x00\x00\x80\x3f"
    window = bytes(8) + bytes([0, 0, 0, 0, 1, 0, 0, 0])
    expected = b"\x76\x2f\x31\x01" + b"\x02\x00\x00\x00"
    expected += attribute(b"channels", b"chlist", b"Y\0" + bytes([1, 0, 0, 0] + [0] * 4 + [1, 0, 0, 0] * 2) + b"\0")
    expected += attribute(b"compression", b"compression", b"\0")
    expected += attribute(b"dataWindow", b"box2i", window)
    expected += attribute(b"displayWindow", b"box2i", window)
    expected += attribute(b"lineOrder", b"lineOrder", b"\0")
    expected += attribute(b"pixelAspectRatio", b"float", one)
    expected += attribute(b"screenWindowCenter", b"v2f", bytes(8))
    expected += attribute(b"screenWindowWidth", b"float", one) + b"\0"
    first = len(expected) + 16
    expected += struct.pack("<QQ", first, first + 10)
    expected += bytes([0, 0, 0, 0, 2, 0, 0, 0, 0x00, 0x3C]) + bytes([1, 0, 0, 0, 2, 0, 0, 0, 0x00, 0xC0])
    assert exr.encode(TexelImage(np.array([1, -2], np.float16).reshape(1, 2, 1, 1))) == expected


def test_channels_lie_in_the_order_of_the_alphabet():
    one = TexelImage(np.array([1, 2, 3, 4], np.float16).reshape(1, 1, 1, 4))
    assert exr.encode(one).endswith(np.array([4, 3, 2, 1], "<f2").tobytes())  # A, B, G, R


def test_slices_lie_from_top_to_bottom():
    one = TexelImage(np.arange(6, dtype=np.float32).reshape(3, 2, 1, 1), "volume")
    assert exr.read(exr.encode(one), Layout((1, 6, 1, 1), "float32", "2d")).texels.ravel().tolist() == [*range(6)]


def test_the_bytes_are_golden():
    """If this fails, files of users change: that must be wanted."""
    digest = hashlib.sha256()
    for shape, kind in LAYOUTS:
        for dtype in TYPES:
            digest.update(exr.encode(picture(shape, dtype, kind)))
    assert digest.hexdigest() == "976eb50c13d27284ad2609025536b3d6b0b5af13ea884f8039119bab659c3f8d"


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_integers_are_refused_with_the_alternatives(dtype):
    with pytest.raises(ValueError, match=r"exr holds float, not unorm: write png, dds, .* or encoding: float"):
        exr.encode(TexelImage(np.zeros((1, 2, 2, 1), dtype)))


@settings(deadline=None, max_examples=150)
@given(pictures())
def test_what_is_read_back_is_what_was_written(one):
    read = exr.read(exr.encode(one), one.layout)
    assert read.equals(one)
    assert read.texels.flags.c_contiguous
    assert read.texels.flags.writeable


def value_of(data, name):
    """The places of an attribute's value."""
    start = data.index(name + b"\0")
    start = data.index(b"\0", data.index(b"\0", start) + 1) + 1
    return range(start + 4, start + 4 + int.from_bytes(data[start : start + 4], "little"))


def places_that_count(data, layout):
    """Of all that says what the texels are; the rest is for viewers, or can be done without."""
    slices, height, width, channels = layout.shape
    rows, item = slices * height, np.dtype(layout.dtype).itemsize
    start = data.index(b"screenWindowWidth") + 33 + 8 * rows
    line = 8 + width * item * (3 if channels == 2 else channels)
    list_of_channels = value_of(data, b"channels")
    kinds = [place + i for place in list_of_channels[2::18] for i in (*range(4), *range(8, 16))]
    heads = [start + line * row + place for row in range(rows) for place in range(8)]
    words = [value_of(data, name) for name in (b"compression", b"dataWindow", b"lineOrder")]
    return [*range(8), *kinds, *(place for places in words for place in places), *heads]


@settings(deadline=None, max_examples=200)
@given(pictures(), st.data(), st.integers(1, 255))
def test_a_damaged_file_is_never_read_as_the_same_texels(one, draw, flip):
    data = bytearray(exr.encode(one))
    first = data.index(b"screenWindowWidth") + 33 + 8 * one.texels.shape[0] * one.texels.shape[1]
    counts = st.sampled_from(places_that_count(data, one.layout)) | st.integers(first, len(data) - 1)
    data[draw.draw(counts)] ^= flip
    with contextlib.suppress(ValueError):
        assert not exr.read(bytes(data), one.layout).equals(one)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_every_byte_that_says_what_the_texels_are_counts(channels):
    one = picture((1, 2, 1, channels))
    data = exr.encode(one)
    for place in places_that_count(data, one.layout):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= change
            if (place, change) != (5, 0x04):  # long names are as good
                with pytest.raises(ValueError, match=r"EXR|layout"):
                    exr.read(bytes(damaged), one.layout)


def written_by_openexr(path, channels, **header):
    module = require_module("OpenEXR", "pip install OpenEXR")
    header = {"compression": module.NO_COMPRESSION, "type": module.scanlineimage} | header
    with module.File(header, {name: plane.copy() for name, plane in channels.items()}) as file:  # it empties them
        file.write(str(path))
    return path.read_bytes()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    ("names", "order"),
    [("R", "R"), ("RG", "RG"), ("RGBA", "RGBA"), ("BGR", "RGB"), ("YA", "YA"), (["v.y", "v.x"], ["v.x", "v.y"])],
)
def test_files_of_the_openexr_library_are_read(names, order, dtype, tmp_path):
    planes = {name: picture((1, 5, 7, 1), dtype, seed=number).texels[0, ..., 0] for number, name in enumerate(names)}
    data = written_by_openexr(tmp_path / "x.exr", planes)
    found = exr.read(data)
    assert found.kind == "2d"
    assert found.texels.tobytes() == np.stack([planes[name] for name in order], axis=-1).tobytes()


def test_what_lies_elsewhere_and_upside_down_is_read(tmp_path):
    module = require_module("OpenEXR", "pip install OpenEXR")
    plane = picture((1, 5, 7, 1)).texels[0, ..., 0]
    data = written_by_openexr(tmp_path / "x.exr", {"Y": plane}, lineOrder=module.DECREASING_Y)
    assert exr.read(data).texels.tobytes() == plane.tobytes()
    window = [place for place in value_of(data, b"dataWindow") if place % 4 == value_of(data, b"dataWindow")[0] % 4]
    moved = bytearray(exr.encode(picture((1, 5, 7, 1))))
    start = value_of(moved, b"dataWindow")[0]
    moved[start : start + 16] = struct.pack("<4i", -3, -2, 3, 2)
    first = moved.index(b"screenWindowWidth") + 33 + 8 * 5
    for row in range(5):
        struct.pack_into("<i", moved, first + row * 22, row - 2)
    assert len(window) == 4
    assert exr.read(bytes(moved)).texels.tobytes() == plane.tobytes()


def test_what_cannot_be_read_without_loss_is_refused(tmp_path):
    module = require_module("OpenEXR", "pip install OpenEXR")
    half = np.ones((4, 4), np.float16)
    for channels, header in (
        ({"Y": half}, {"compression": module.ZIP_COMPRESSION}),
        ({"Y": half}, {"type": module.tiledimage, "tiles": module.TileDescription()}),
        ({"R": half, "G": half.astype(np.float32)}, {}),
        ({"Y": half.astype(np.uint32)}, {}),
        (dict.fromkeys("RGBAZ", half), {}),
    ):
        with pytest.raises(ValueError, match="EXR"):
            exr.read(written_by_openexr(tmp_path / "x.exr", channels, **header))


@settings(deadline=None, max_examples=100)
@given(pictures(), st.integers(1, 10_000))
def test_a_file_that_was_cut_off_or_grew_is_refused(one, cut):
    data = exr.encode(one)
    for wrong in (data[: -(cut % len(data)) or -1], data + b"\0", data + data, b""):
        with pytest.raises(ValueError, match="EXR"):
            exr.read(wrong, one.layout)


@given(st.binary(max_size=300), pictures())
def test_what_is_no_such_file_is_refused(data, one):
    for hostile in (data, exr.MAGIC + data):
        with pytest.raises(ValueError, match="EXR"):
            exr.read(hostile, one.layout)


@pytest.mark.parametrize(
    "layout",
    [
        Layout((1, 7, 5, 2), "float16", "2d"),
        Layout((1, 5, 7, 2), "float32", "2d"),
        Layout((1, 5, 7, 4), "float16", "2d"),
    ],
)
def test_a_file_of_another_layout_is_refused(layout):
    with pytest.raises(ValueError, match="layout that was written"):
        exr.read(exr.encode(picture((1, 5, 7, 2))), layout)


def test_three_channels_are_not_read_as_two():
    one = picture((1, 5, 7, 3))
    with pytest.raises(ValueError, match="fills up two channels"):
        exr.read(exr.encode(one), Layout((1, 5, 7, 2), "float16", "2d"))
