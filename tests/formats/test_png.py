"""PNG files: read by decoders that we did not write, and byte for byte the same whatever zlib is installed."""

import io
import struct
import zlib

import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.tools import require_module

from bluenoise_assets.formats import png

CASES = [
    (shape, channels, bits)
    for shape in [(1, 1), (3, 5), (64, 64), (37, 100), (1, 333)]
    for channels in (1, 2, 3, 4)
    for bits in (8, 16)
]


def texels(shape, channels, bits):
    rng = np.random.default_rng(shape[0] + channels)
    full = shape if channels == 1 else (*shape, channels)
    return rng.integers(0, 2**bits, full).astype(np.uint8 if bits == 8 else np.uint16)


def wanted(image):
    """What a reader sees: two channels come as RGB with blue 0."""
    if image.ndim == 3 and image.shape[2] == 2:
        return np.concatenate([image, np.zeros_like(image[..., :1])], axis=2)
    return image


@pytest.mark.parametrize(("shape", "channels", "bits"), CASES)
def test_pypng_reads_the_same_texels(shape, channels, bits):
    reader = require_module("png", "pip install pypng")
    image = texels(shape, channels, bits)
    width, height, rows, info = reader.Reader(bytes=png.encode(image)).read()
    read = np.array([list(row) for row in rows]).reshape(height, width, -1)
    assert (info["bitdepth"], info["planes"], info["alpha"]) == (
        bits,
        {1: 1, 2: 3, 3: 3, 4: 4}[channels],
        channels == 4,
    )
    assert np.array_equal(read.squeeze(-1) if channels == 1 else read, wanted(image))


@pytest.mark.parametrize(("shape", "channels", "bits"), CASES)
def test_imageio_reads_the_same_texels_where_it_keeps_all_bits(shape, channels, bits):
    image = texels(shape, channels, bits)
    if bits == 8 or channels == 1:
        assert np.array_equal(imageio.imread(io.BytesIO(png.encode(image)), extension=".png"), wanted(image))


@pytest.mark.parametrize(("shape", "channels", "bits"), CASES)
def test_what_is_read_back_is_what_was_written(shape, channels, bits):
    image = texels(shape, channels, bits)
    read = png.decode(png.encode(image))
    assert read.dtype == image.dtype
    assert np.array_equal(read, wanted(image))


def test_the_bytes_of_a_small_file_by_hand():
    """2 x 1 grey texels, 7 and 200, after the PNG and deflate specifications; CRC and Adler sums by their definitions."""
    row = bytes([0, 7, 200])
    a, b = 1, 0
    for byte in row:
        a, b = (a + byte) % 65521, (b + a + byte) % 65521
    body = b"\x78\x01" + b"\x01" + b"\x03\x00" + b"\xfc\xff" + row + struct.pack(">HH", b, a)
    expected = b"\x89PNG\r\n\x1a\n"
    for kind, data in (
        (b"IHDR", bytes([0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
        (b"IDAT", body),
        (b"IEND", b""),
    ):
        crc = 0xFFFFFFFF
        for byte in kind + data:
            crc ^= byte
            for _ in range(8):
                crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        expected += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc ^ 0xFFFFFFFF)
    assert png.encode(np.array([[7, 200]], np.uint8)) == expected


def test_no_compressor_is_asked(monkeypatch):
    """Its output changes with the zlib in use; checksums do not."""

    def forbidden(*_args, **_options):
        raise AssertionError("this depends on the version of zlib")

    for name in ("compress", "compressobj"):
        monkeypatch.setattr(zlib, name, forbidden)
    assert len(png.encode(texels((64, 64), 4, 16))) == 8 + 25 + 12 + 12 + 2 + 5 + 64 * (1 + 64 * 8) + 4


def test_large_files_have_several_chunks(monkeypatch):
    reader = require_module("png", "pip install pypng")
    monkeypatch.setattr(png, "IDAT_BLOCKS", 2)
    image = texels((200, 300), 4, 16)
    data = png.encode(image)
    assert data.count(b"IDAT") == -(-200 * (1 + 300 * 8) // (2 * 65535)) == 4
    assert np.array_equal(np.vstack(list(reader.Reader(bytes=data).read()[2])).reshape(image.shape), image)
    assert np.array_equal(png.decode(data), image)


def test_pillows_limit_of_texels_is_not_ours(monkeypatch):
    """It is meant against files that ask for more memory than they are worth: these are held back by their length."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    image = texels((64, 64), 1, 8)
    data = png.encode(image)
    assert np.array_equal(png.decode(data), image)
    assert Image.MAX_IMAGE_PIXELS == 100
    for bits, color_type in ((8, 0), (16, 0), (8, 2), (16, 6), (8, 3), (1, 0)):
        header = struct.pack(">IIBBBBB", 20_000, 20_000, bits, color_type, 0, 0, 0)
        large = data[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + data[33:]
        with pytest.raises(ValueError, match="are too few for 20000 x 20000 texels"):
            png.decode(large)


@pytest.mark.parametrize("place", [26, 27])
def test_methods_that_do_not_exist_are_refused(place):
    data = bytearray(png.encode(texels((3, 5), 3, 16)))
    data[place] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(ValueError, match="no such compression or filter method"):
        png.decode(bytes(data))


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_16_bit_colour_of_other_writers_with_every_filter(channels):
    """`decode` reads files that we did not write: grey with alpha, RGB, RGBA, filters 0 to 4."""
    image = texels((10, 7), channels, 16)
    pixel, rows, above = 2 * channels, [], [0] * (14 * channels)
    for y, line in enumerate(image.astype(">u2").reshape(10, -1).view(np.uint8).tolist()):
        kind, out = y % 5, []
        for i, byte in enumerate(line):
            left = line[i - pixel] if i >= pixel else 0
            corner = above[i - pixel] if i >= pixel else 0
            p = left + above[i] - corner
            paeth = min((left, above[i], corner), key=lambda value: abs(p - value))
            out.append((byte - [0, left, above[i], (left + above[i]) // 2, paeth][kind]) % 256)
        rows.append(bytes([kind, *out]))
        above = line
    header = struct.pack(">IIBBBBB", 7, 10, 16, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    data = png.SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    assert np.array_equal(png.decode(data), image)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from([(1, 8), (1, 16), (3, 16), (4, 8)]))
def test_a_damaged_file_is_never_read_as_other_texels(position, flip, kind):
    image = texels((3, 5), *kind)
    data = bytearray(png.encode(image))
    data[position % len(data)] ^= flip
    try:
        read = png.decode(bytes(data))
    except ValueError:
        return
    assert np.array_equal(read, image)  # the byte did not matter


@settings(deadline=None)
@given(st.integers(0, 200))
def test_a_file_that_was_cut_off_is_refused(length):
    data = png.encode(texels((3, 5), 3, 16))
    with pytest.raises(ValueError, match="PNG"):
        png.decode(data[: min(length, len(data) - 20)])


@pytest.mark.parametrize("image", [np.zeros((2, 2)), np.zeros((2, 2, 5), np.uint8), np.zeros(4, np.uint8)])
def test_what_is_no_texture_is_refused(image):
    with pytest.raises(ValueError, match="a PNG has"):
        png.encode(image)
