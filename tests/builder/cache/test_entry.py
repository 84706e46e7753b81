"""An entry gives back what was stored for a content, and nothing for any other."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise_assets import TextureSpec
from bluenoise_assets.builder.cache.entry import (
    Content,
    OlderEntryError,
    content_of_entry,
    entry_bytes,
    entry_limit,
)
from bluenoise_assets.quality import figures
from bluenoise_assets.quality.figures import Figures

SPEC = TextureSpec("t", (8, 4), channels=2)


def texels_of(spec):
    """Random ones, of the shape that a texture has."""
    shape = (*(() if spec.layers is None else (spec.layers,)), *spec.shape, *((spec.channels,) * (spec.channels > 1)))
    return np.random.default_rng(0).integers(0, 250, shape).astype(spec.storage)


def content_of(spec):
    return Content(texels_of(spec), (Figures(error_db=-9.5),) * spec.channels)


def altered(fields):
    """An entry with a right checksum and other fields in its head; None removes one."""
    line, _, texels = entry_bytes(SPEC, content_of(SPEC))[32:].partition(b"\n")
    head = {name: value for name, value in (json.loads(line) | fields).items() if value is not None}
    body = json.dumps(head).encode() + b"\n" + texels
    return hashlib.sha256(body).digest() + body


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=3).map(tuple),
    st.integers(1, 4),
    st.sampled_from([("unorm", 8), ("unorm", 16), ("float", 16), ("float", 32)]),
    st.lists(
        st.builds(Figures, st.none() | st.floats(-99, 99), error_db=st.none() | st.floats(-99, 99)),
        min_size=4,
        max_size=4,
    ),
)
def test_what_is_stored_comes_back(size, channels, storage, quality):
    layers = {"layers": 3} if len(size) == 2 and channels == 2 else {}
    spec = TextureSpec("t", size, channels=channels, encoding=storage[0], bits=storage[1], **layers)
    made = Content(texels_of(spec), tuple(quality[:channels]))
    data = entry_bytes(spec, made)
    found = content_of_entry(spec, data)
    assert found.texels.dtype == made.texels.dtype
    assert np.array_equal(found.texels, made.texels)
    assert found.quality == made.quality
    assert len(data) <= entry_limit(spec)


def test_a_texture_is_what_it_is_made_of_not_its_name():
    other = TextureSpec("u", (8, 4), channels=2, formats=("dds",))
    assert np.array_equal(content_of_entry(other, entry_bytes(SPEC, content_of(SPEC))).texels, texels_of(SPEC))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"key": "0" * 64}, "its key differs"),
        ({"spec": SPEC.content() | {"seed": 1}}, "its spec differs"),
        ({"algorithm": 99}, "its algorithm differs"),
        ({"shape": [4, 4, 4]}, "its shape differs"),
        ({"shape": [-1]}, "its shape differs"),
        ({"dtype": "uint16"}, "its dtype differs"),
        ({"dtype": ["uint8"]}, "its dtype differs"),
        ({"quality": [{}]}, "its figures are not those"),
        ({"quality": {"a": 1, "b": 2}}, "its figures are not those"),
        ({"quality": [{}, "good"]}, "figures are a JSON object"),
        ({"quality": [{}, {"error_db": "low"}]}, "figures are a JSON object of numbers"),
    ],
    ids=str,
)
def test_a_right_checksum_is_not_enough(fields, wrong):
    """Each of these once gave another texture, or ended the program as a bug in it."""
    with pytest.raises(ValueError, match=wrong):
        content_of_entry(SPEC, altered(fields))


def test_too_few_texels_too_many_and_no_head():
    good = entry_bytes(SPEC, content_of(SPEC))
    bodies = [good[32:-1], good[32:] + b"\0", b"", b"[]\n", b"[" * 100_000, b"{}\xff\n"]
    for body in bodies:
        with pytest.raises(ValueError):
            content_of_entry(SPEC, hashlib.sha256(body).digest() + body)


@pytest.mark.parametrize("fields", [{"key": None}, {"figures": figures.VERSION + 1}, {"figures": None}], ids=str)
def test_an_older_entry_is_told_from_a_damaged_one(fields):
    with pytest.raises(OlderEntryError):
        content_of_entry(SPEC, altered(fields))
