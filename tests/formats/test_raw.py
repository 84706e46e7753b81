"""Raw texels and their description: read here by nothing but `struct` and the words of the description."""

import hashlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise_assets.formats import raw
from bluenoise_assets.formats.image import TexelImage

TYPES = [np.uint8, np.uint16, np.float16, np.float32]
LAYOUTS = [
    ((1, 5, 7, 1), "2d"),
    ((1, 5, 7, 2), "2d"),
    ((1, 64, 64, 4), "2d"),
    ((3, 5, 7, 1), "array"),
    ((1, 5, 7, 1), "array"),
    ((3, 5, 7, 3), "volume"),
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
@pytest.mark.parametrize(("shape", "kind"), LAYOUTS)
def test_a_reader_needs_the_description_alone(shape, kind, dtype, tmp_path):
    one = picture(shape, dtype, kind)
    (tmp_path / "x.raw").write_bytes(raw.encode(one))
    (tmp_path / "x.json").write_bytes(raw.describe(one, "x.raw"))
    told = json.loads((tmp_path / "x.json").read_text(encoding="ascii"))
    data = (tmp_path / told["file"]).read_bytes()
    assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (told["kind"], told["layers"] * told["depth"]) == (kind, shape[0])
    assert told["layers" if kind == "volume" else "depth"] == 1
    assert told["layout"].startswith("no header; little-endian")
    code, size = {"uint8": ("B", 1), "uint16": ("H", 2), "float16": ("e", 2), "float32": ("f", 4)}[told["type"]]
    formula = told["layout"].split("number ")[1]
    for place in np.ndindex(shape):
        names = dict(zip(("slice", "y", "x", "channel"), place, strict=True))
        number = eval(formula, {}, {**told, **names})
        (value,) = struct.unpack_from(f"<{code}", data, number * size)
        assert np.array(value, dtype) == one.texels[place] or np.isnan(one.texels[place])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_value_of_a_stored_number_lies_in_the_middle_of_its_step(dtype):
    told = json.loads(raw.describe(picture((1, 2, 2, 1), dtype), "x.raw"))
    levels = 256 if dtype == np.uint8 else 65536
    assert eval(told["value"], {}, {"stored": 0}) == 0.5 / levels
    assert eval(told["value"], {}, {"stored": levels - 1}) == 1 - 0.5 / levels


def test_a_small_description_word_by_word():
    one = TexelImage(np.array([1, 515], np.uint16).reshape(2, 1, 1, 1), "volume")
    assert raw.encode(one) == bytes([1, 0, 3, 2])
    assert raw.describe(one, "ui/é.raw").decode("ascii").splitlines() == [
        "{",
        '  "bytes": 4,',
        '  "channels": 1,',
        '  "depth": 2,',
        '  "file": "ui/\\u00e9.raw",',
        '  "height": 1,',
        '  "kind": "volume",',
        '  "layers": 1,',
        f'  "layout": "{raw.LAYOUT}",',
        f'  "sha256": "{hashlib.sha256(bytes([1, 0, 3, 2])).hexdigest()}",',
        '  "type": "uint16",',
        '  "value": "(stored + 0.5) / 65536",',
        '  "width": 1',
        "}",
    ]


def test_the_bytes_are_golden():
    """If this fails, files of users change: that must be wanted."""
    digest = hashlib.sha256()
    for shape, kind in LAYOUTS:
        for dtype in TYPES:
            one = picture(shape, dtype, kind)
            digest.update(raw.encode(one) + raw.describe(one, "x.raw"))
    assert digest.hexdigest() == "50fc010c4db978a8a36e77d0916694b44839a461fce3dee1a6f913665c123b33"


@settings(deadline=None, max_examples=150)
@given(pictures())
def test_what_is_read_back_is_what_was_written(one):
    data = raw.encode(one)
    assert raw.read(data, one.layout).equals(one)


@settings(deadline=None, max_examples=150)
@given(pictures(), st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_another_image(one, position, flip):
    data = bytearray(raw.encode(one))
    data[position % len(data)] ^= flip
    assert not raw.read(bytes(data), one.layout).equals(one)


@settings(deadline=None, max_examples=50)
@given(pictures(), st.integers(1, 10_000))
def test_texels_of_another_length_are_refused(one, cut):
    data = raw.encode(one)
    for wrong in (data[: -(cut % len(data)) or -1], data + b"\0", b""):
        with pytest.raises(ValueError, match="bytes of texels, not"):
            raw.read(wrong, one.layout)


def test_texels_alone_are_not_read():
    with pytest.raises(ValueError, match="give their layout"):
        raw.read(bytes(12), None)
