"""How an engine's file holds a texture: nothing is lost, and only what was made so is taken back."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.formats.storage import convert, restore

STORED_AS = {
    "uint8": ["uint8", "float32"],
    "uint16": ["uint16", "float32"],
    "float16": ["float16", "float32"],
    "float32": ["float32"],
}


def picture(shape, dtype, kind, seed=0):
    count = math.prod(shape)
    data = hashlib.shake_256(bytes([seed])).digest(2 * count)
    levels = np.frombuffer(data, np.uint16).reshape(shape)
    if dtype.startswith("float"):
        return TexelImage(((levels + 0.5) / 65536).astype(dtype), kind)
    return TexelImage(levels.astype(dtype), kind)


@st.composite
def cases(draw):
    kind = draw(st.sampled_from(["2d", "array", "volume"]))
    channels = draw(st.integers(1, 4))
    shape = (1 if kind == "2d" else draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 5)), channels)
    dtype = draw(st.sampled_from(sorted(STORED_AS)))
    stored = draw(st.sampled_from(STORED_AS[dtype]))
    kinds = {"2d": ["2d"], "array": ["2d", "array", "volume"], "volume": ["2d", "volume"]}[kind]
    storage = StorageLayout("ktx2", stored, draw(st.integers(channels, 4)), draw(st.sampled_from(kinds)))
    return picture(shape, dtype, kind, draw(st.integers(0, 99))), storage


@given(cases())
def test_what_is_held_comes_back(case):
    made, storage = case
    shown = convert(made, storage)
    assert shown.layout == storage.applied(made.layout)
    assert restore(shown, made.layout, storage).equals(made)
    assert StorageLayout.parse("ktx2", str(storage)) == storage


@given(cases(), st.integers(0, 2**20), st.sampled_from([0, 1, 255]))
def test_what_was_not_held_so_is_refused_or_another_texture(case, place, value):
    made, storage = case
    shown = convert(made, storage)
    data = bytearray(shown.texels.tobytes())
    data[place % len(data)] = value
    other = TexelImage(np.frombuffer(bytes(data), shown.texels.dtype).reshape(shown.texels.shape), shown.kind)
    try:
        found = restore(other, made.layout, storage)
    except ValueError:
        return
    assert convert(found, storage).equals(other)


def test_every_16_bit_level_is_held_exactly_as_the_value_that_shaders_decode():
    levels = TexelImage(np.arange(65536, dtype=np.uint16).reshape(1, 256, 256, 1))
    shown = convert(levels, StorageLayout("exr", "float32", 1, "2d")).texels
    assert np.array_equal(shown.ravel().astype(np.float64), (np.arange(65536) + 0.5) / 65536)


def test_what_is_filled_up_is_0_and_1_in_alpha():
    made = picture((1, 2, 3, 2), "uint8", "2d")
    shown = convert(made, StorageLayout("ktx2", "uint8", 4, "2d")).texels
    assert np.array_equal(shown[..., :2], made.texels)
    assert (shown[..., 2] == 0).all()
    assert (shown[..., 3] == 255).all()
    assert (
        convert(picture((1, 2, 3, 3), "float32", "2d"), StorageLayout("ktx2", "float32", 4, "2d")).texels[..., 3] == 1
    ).all()


def test_slices_are_stacked_from_top_to_bottom():
    made = picture((3, 2, 5, 1), "uint8", "volume")
    shown = convert(made, StorageLayout("png", "uint8", 1, "2d"))
    assert shown.kind == "2d"
    for z in range(3):
        assert np.array_equal(shown.texels[0, 2 * z : 2 * z + 2], made.texels[z])


@pytest.mark.parametrize(
    ("dtype", "storage"),
    [
        ("uint8", StorageLayout("ktx2", "uint16", 1, "2d")),
        ("float32", StorageLayout("ktx2", "float16", 1, "2d")),
        ("uint16", StorageLayout("ktx2", "float16", 1, "2d")),
    ],
)
def test_what_would_lose_bits_is_refused(dtype, storage):
    with pytest.raises(ValueError, match="without loss"):
        convert(picture((1, 2, 2, 1), dtype, "2d"), storage)
    with pytest.raises(ValueError, match="do not fit"):
        convert(picture((1, 2, 2, 2), "uint8", "2d"), StorageLayout("png", "uint8", 1, "2d"))


@pytest.mark.parametrize("text", ["", "uint8", "uint8 x 5, 2d", "uint8 x one, 2d", "uint9 x 1, 2d", "uint8 x 1, 4d"])
def test_a_storage_that_is_none(text):
    with pytest.raises(ValueError):
        StorageLayout.parse("png", text)
