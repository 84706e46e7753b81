"""`.npy` files: numpy itself reads them, and their bytes do not depend on its version."""

import ast
import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise_assets.formats import npy
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout

TYPES = [np.uint8, np.uint16, np.float16, np.float32]
LAYOUTS = [
    ((1, 5, 7, 1), "2d", (5, 7)),
    ((1, 5, 7, 2), "2d", (5, 7, 2)),
    ((1, 1, 1, 1), "2d", (1, 1)),
    ((1, 64, 64, 4), "2d", (64, 64, 4)),
    ((3, 5, 7, 1), "array", (3, 5, 7)),
    ((1, 5, 7, 1), "array", (1, 5, 7)),
    ((3, 5, 7, 3), "volume", (3, 5, 7, 3)),
    ((1, 5, 7, 2), "volume", (1, 5, 7, 2)),
]


def picture(shape, dtype=np.uint16, kind="2d", seed=0):
    """Any bits at all: also infinities and NaN."""
    data = hashlib.shake_256(bytes([seed])).digest(int(np.prod(shape)) * np.dtype(dtype).itemsize)
    return TexelImage(np.frombuffer(data, dtype).reshape(shape), kind)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    slices = 1 if kind == "2d" else draw(st.integers(1, 4))
    shape = (slices, draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 4)))
    return picture(shape, draw(st.sampled_from(TYPES)), kind, draw(st.integers(0, 99)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("shape", "kind", "loaded"), LAYOUTS)
def test_numpy_loads_the_same_texels(shape, kind, loaded, dtype):
    one = picture(shape, dtype, kind)
    array = np.load(io.BytesIO(npy.encode(one)), allow_pickle=False)
    assert (array.shape, array.dtype) == (loaded, one.texels.dtype)
    assert array.tobytes() == one.texels.tobytes()
    assert array.flags.c_contiguous


def test_numpy_maps_a_file_into_memory(tmp_path):
    one = picture((3, 5, 7, 2), np.float32, "volume")
    (tmp_path / "x.npy").write_bytes(npy.encode(one))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert mapped.tobytes() == one.texels.tobytes()
    assert mapped.offset % 64 == 0


def test_the_bytes_of_a_small_file_by_hand():
    """Two texels, 1 and 515, after numpy's description of the format."""
    text = b"{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), }"
    expected = b"\x93NUMPY" + bytes([1, 0]) + bytes([118, 0]) + text + b" " * (117 - len(text)) + b"\n"
    assert npy.encode(TexelImage(np.array([1, 515], np.uint16).reshape(1, 1, 2, 1))) == expected + bytes([1, 0, 3, 2])


@pytest.mark.parametrize("side", [1, 9, 10, 99, 100, 999, 1000, 9999])
@pytest.mark.parametrize("kind", ["2d", "array"])
def test_the_texels_are_aligned_whatever_the_length_of_the_header(side, kind):
    data = npy.encode(picture((1, side, 1, 3), np.uint8, kind))
    length = int.from_bytes(data[8:10], "little")
    assert (10 + length) % 64 == 0
    assert data[10 + length - 1 : 10 + length] == b"\n"
    header = ast.literal_eval(data[10 : 10 + length].decode("ascii"))
    assert header["shape"][-3:] == (side, 1, 3)


def test_other_orders_in_memory_give_the_same_bytes():
    one = picture((2, 5, 7, 3), np.uint16, "volume")
    assert npy.encode(TexelImage(np.asfortranarray(one.texels), "volume")) == npy.encode(one)


def test_the_bytes_are_golden():
    """If this fails, files of users change: that must be wanted."""
    digest = hashlib.sha256()
    for shape, kind, _ in LAYOUTS:
        for dtype in TYPES:
            digest.update(npy.encode(picture(shape, dtype, kind)))
    assert digest.hexdigest() == "d9464f6a8e4c3235c59ec79f0cc07cd96d15d2b58aa167056a8c630ca504bc60"


@settings(deadline=None, max_examples=150)
@given(pictures())
def test_what_is_read_back_is_what_was_written(one):
    read = npy.read(npy.encode(one), one.layout)
    assert read.equals(one)
    assert read.texels.flags.writeable


@settings(deadline=None, max_examples=150)
@given(pictures(), st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_file_is_never_read_as_the_same_texels(one, position, flip):
    data = bytearray(npy.encode(one))
    data[position % len(data)] ^= flip
    try:
        assert not npy.read(bytes(data), one.layout).equals(one)
    except ValueError:
        assert position % len(data) < len(data) - one.texels.nbytes


@settings(deadline=None, max_examples=150)
@given(pictures(), st.integers(1, 10_000), st.binary(max_size=9))
def test_a_file_of_another_length_is_refused(one, cut, more):
    data = npy.encode(one)
    for wrong in (data[: -(cut % len(data)) or -1], data + more + b"\0"):
        with pytest.raises(ValueError, match="npy"):
            npy.read(wrong, one.layout)


@given(st.binary(max_size=300), pictures())
def test_what_is_no_such_file_is_refused(data, one):
    for hostile in (data, npy.MAGIC + data, npy.MAGIC + b"\x20\x00{'descr': '<u2', 'shape': (9**9,)}" + data):
        with pytest.raises(ValueError, match="npy"):
            npy.read(hostile, one.layout)


@pytest.mark.parametrize(
    "layout",
    [
        Layout((1, 7, 5, 1), "uint16", "2d"),
        Layout((1, 5, 7, 1), "float16", "2d"),
        Layout((1, 5, 7, 1), "uint16", "volume"),
        Layout((1, 5, 7, 2), "uint16", "2d"),
    ],
)
def test_a_file_of_another_layout_is_refused(layout):
    with pytest.raises(ValueError, match="not Layout"):
        npy.read(npy.encode(picture((1, 5, 7, 1))), layout)
