"""Zstandard frames: read by the library that we did not write, in every size that changes how they are written."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tools import require_module

from bluenoise_assets.formats import zstd

SIZES = [0, 1, 2, 3, 5, 6, 7, 255, 256, 1023, 1024, 1025, 65791, 65792, 131073, 270001]
RANDOM = np.random.default_rng(0)


def floats(size):
    return ((RANDOM.integers(0, 2**16, size) + 0.5) / 2**16).astype("<f4").tobytes()[:size]


def padded(size):
    texels = RANDOM.integers(0, 256, (size, 4), dtype=np.uint8)
    texels[:, 3] = 255
    return texels.tobytes()[:size]


def lengths_up_to_11(size):
    """A code that is cut at the longest word that the format takes."""
    return RANDOM.choice(40, size, p=0.5 ** np.append(np.arange(1, 40), 39)).astype(np.uint8).tobytes()


CONTENTS = {
    "noise": lambda size: RANDOM.integers(0, 256, size, dtype=np.uint8).tobytes(),
    "one value": lambda size: bytes([7]) * size,
    "two values": lambda size: RANDOM.choice([0, 255], size, p=[0.1, 0.9]).astype(np.uint8).tobytes(),
    "few values": lambda size: RANDOM.choice([0, 9, 10, 31], size).astype(np.uint8).tobytes(),
    "half": lambda size: RANDOM.integers(0, 128, size, dtype=np.uint8).tobytes(),
    "129 values": lambda size: (
        np.where(RANDOM.random(size) < 0.9, RANDOM.integers(0, 4, size), RANDOM.integers(0, 129, size))
        .astype(np.uint8)
        .tobytes()
    ),
    "long words": lengths_up_to_11,
    "floats": floats,
    "padded": padded,
    "noise, then one value": lambda size: (
        RANDOM.integers(0, 256, size // 2, dtype=np.uint8).tobytes() + bytes(size - size // 2)
    ),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("content", CONTENTS)
def test_the_library_reads_the_same_bytes(content, size):
    library = require_module("zstandard", "pip install zstandard")
    data = CONTENTS[content](size)
    frame = zstd.encode(data)
    assert library.get_frame_parameters(frame).content_size == size
    assert library.ZstdDecompressor().decompress(frame, allow_extra_data=False) == data
    assert zstd.decode(frame, size) == data
    # A block's header and what is stored.
    assert len(frame) <= size + 13 + 3 * (size // 2**17 + 1)


@pytest.mark.parametrize("content", ["two values", "129 values", "half", "long words", "floats", "padded"])
def test_the_size_is_near_the_entropy(content):
    data = CONTENTS[content](300_000)
    counts = np.bincount(np.frombuffer(data, np.uint8))
    shares = counts[counts > 0] / len(data)
    entropy = -(shares * np.log2(shares)).sum() / 8 * len(data)
    words = max(entropy, len(data) / 8)  # no word is shorter than a bit
    assert len(zstd.encode(data)) < 1.03 * words + 300


def skewed():
    return st.lists(st.sampled_from([*[0] * 20, *[1] * 9, *[200] * 4, *range(0, 256, 3)]), max_size=3000).map(bytes)


@settings(deadline=None, max_examples=200)
@given(
    st.one_of(skewed(), st.binary(max_size=2000), st.tuples(skewed(), st.integers(1, 60)).map(lambda x: x[0] * x[1]))
)
def test_any_bytes(data):
    library = require_module("zstandard", "pip install zstandard")
    frame = zstd.encode(data)
    assert library.ZstdDecompressor().decompress(frame) == data
    assert zstd.decode(frame, len(data)) == data


@settings(deadline=None, max_examples=300)
@given(skewed(), st.data())
def test_a_damaged_frame_is_refused(data, draw):
    frame = bytearray(zstd.encode(data))
    place = draw.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= draw.draw(st.integers(1, 255))
    try:
        assert zstd.decode(bytes(frame), len(data)) != data
    except ValueError:
        return


@settings(deadline=None, max_examples=200)
@given(skewed(), st.integers(0, 5000), st.binary(max_size=20))
def test_a_frame_that_was_cut_off_or_grew_is_refused(data, cut, tail):
    frame = zstd.encode(data)
    wrong = frame[: cut % len(frame)] + tail
    if wrong != frame:
        try:
            assert zstd.decode(wrong, len(data)) != data  # a tail may make it another frame
        except ValueError:
            return


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 300), st.binary(max_size=300))
def test_anything_else_is_refused(size, data):
    hostile = zstd.encode(bytes(size))[:5] + data
    try:
        assert zstd.encode(zstd.decode(hostile, size)) == hostile
    except ValueError:
        return


def test_golden_bytes():
    """If this fails, files of users change: that must be wanted."""
    block = hashlib.shake_256(b"golden").digest(200_000)
    for data, digest in (
        (block, "e9f6ae50f97af4fda20e8c120da58ff87db0dbade85f2f582e836dae3ee23eaa"),
        (
            bytes(value & value >> 3 for value in block),
            "bcccbd45819e8cc0001125c38c0d649c9f3d432b268a2091c13c56276123e624",
        ),
        (
            bytes(min(value.bit_length(), value) for value in block[:5000]),
            "9659cb8366ace43f31c6a920745a087fddeb757d36b4362a692df27fe2133319",
        ),
    ):
        assert hashlib.sha256(zstd.encode(data)).hexdigest() == digest


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_the_shares_of_weights_fill_the_table(counts):
    counts[0] += 1
    counts[-1] += 1
    shares = zstd._shares(counts)
    assert sum(shares) == 64
    assert [share > 0 for share in shares] == [count > 0 for count in counts]
