"""PNG files: read by decoders that we did not write, and byte for byte the same whatever zlib is installed."""

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import imageio.v3 as imageio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.tools import require_module

from bluenoise_assets.builder.encoding import texels_of
from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage

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


def encoded(image):
    """The file of `[height, width]` or `[height, width, channel]`."""
    return png.encode(TexelImage(image.reshape(1, *image.shape[:2], -1)))


def decoded(data):
    return texels_of(png.read(data))


def wanted(image):
    """What a reader sees: two channels come as RGB with blue 0."""
    if image.ndim == 3 and image.shape[2] == 2:
        return np.concatenate([image, np.zeros_like(image[..., :1])], axis=2)
    return image


@pytest.mark.parametrize(("shape", "channels", "bits"), CASES)
def test_pypng_reads_the_same_texels(shape, channels, bits):
    reader = require_module("png", "pip install pypng")
    image = texels(shape, channels, bits)
    width, height, rows, info = reader.Reader(bytes=encoded(image)).read()
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
        assert np.array_equal(imageio.imread(io.BytesIO(encoded(image)), extension=".png"), wanted(image))


@pytest.mark.parametrize(("shape", "channels", "bits"), CASES)
def test_what_is_read_back_is_what_was_written(shape, channels, bits):
    image = texels(shape, channels, bits)
    read = decoded(encoded(image))
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
    assert encoded(np.array([[7, 200]], np.uint8)) == expected


def test_no_compressor_is_asked(monkeypatch):
    """Its output changes with the zlib in use; checksums do not."""

    def forbidden(*_args, **_options):
        raise AssertionError("this depends on the version of zlib")

    for name in ("compress", "compressobj"):
        monkeypatch.setattr(zlib, name, forbidden)
    assert len(encoded(texels((64, 64), 4, 16))) == 8 + 25 + 12 + 12 + 2 + 5 + 64 * (1 + 64 * 8) + 4


def test_large_files_have_several_chunks(monkeypatch):
    reader = require_module("png", "pip install pypng")
    monkeypatch.setattr(png, "IDAT_BLOCKS", 2)
    image = texels((200, 300), 4, 16)
    data = encoded(image)
    assert data.count(b"IDAT") == -(-200 * (1 + 300 * 8) // (2 * 65535)) == 4
    assert np.array_equal(np.vstack(list(reader.Reader(bytes=data).read()[2])).reshape(image.shape), image)
    assert np.array_equal(decoded(data), image)


def test_pillows_limit_of_texels_is_not_ours(monkeypatch):
    """It is meant against files that ask for more memory than they are worth: these are held back by their length."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    image = texels((64, 64), 1, 8)
    data = encoded(image)
    assert np.array_equal(decoded(data), image)
    assert Image.MAX_IMAGE_PIXELS == 100
    for bits, color_type in ((8, 0), (16, 0), (8, 2), (16, 6), (8, 3), (1, 0)):
        header = struct.pack(">IIBBBBB", 20_000, 20_000, bits, color_type, 0, 0, 0)
        large = data[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + data[33:]
        with pytest.raises(ValueError, match="are too few for 20000 x 20000 texels"):
            decoded(large)


def test_reading_in_threads_leaves_pillows_limit_as_it_is():
    """Each thread used to turn it off, and to put back what it had found: the next one's "off"."""
    before = Image.MAX_IMAGE_PIXELS
    data = encoded(texels((256, 256), 1, 8))
    found = set()

    def read(_):
        found.add(Image.MAX_IMAGE_PIXELS)
        decoded(data)
        found.add(Image.MAX_IMAGE_PIXELS)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(200)))
    assert found == {before}
    assert before == Image.MAX_IMAGE_PIXELS


def test_pillow_reads_the_rest_within_its_own_limit(monkeypatch):
    data = by_pillow(Image.fromarray(texels((64, 64), 1, 8)).convert("P"))
    decoded(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match="cannot be read"):
        decoded(data)


def by_pillow(image, **options):
    stream = io.BytesIO()
    image.save(stream, "png", **options)
    return stream.getvalue()


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize(("channels", "bits"), [(1, 8), (2, 8), (3, 8), (4, 8), (1, 16)])
@pytest.mark.parametrize("smooth", [False, True])
def test_files_of_other_programs_are_read(channels, bits, level, smooth):
    """Compressed, and with whatever filters they choose."""
    image = texels((37, 50), channels, bits)
    image = np.sort(image, axis=1) if smooth else image
    assert np.array_equal(decoded(by_pillow(Image.fromarray(image), compress_level=level)), image)


@pytest.mark.parametrize(("interlace", "bits"), [(False, 1), (False, 2), (False, 4), (True, 8), (True, 16)])
def test_low_bits_and_interlaced_files_are_read(interlace, bits):
    writer = require_module("png", "pip install pypng").Writer(
        50, 37, greyscale=True, bitdepth=bits, interlace=interlace
    )
    image = texels((37, 50), 1, 16) >> (16 - bits)
    stream = io.BytesIO()
    writer.write(stream, image.tolist())
    scale = 255 // (2**bits - 1) if bits < 8 else 1
    assert np.array_equal(decoded(stream.getvalue()), image * scale)


def test_the_colours_of_a_palette_are_read():
    image = Image.fromarray(texels((37, 50), 3, 8)).quantize(256)
    assert np.array_equal(decoded(by_pillow(image)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("place", [26, 27])
def test_methods_that_do_not_exist_are_refused(place):
    data = bytearray(encoded(texels((3, 5), 3, 16)))
    data[place] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(ValueError, match="no such compression or filter method"):
        decoded(bytes(data))


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
    assert np.array_equal(decoded(data), image)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from([(1, 8), (1, 16), (3, 16), (4, 8)]))
def test_a_damaged_file_is_never_read_as_other_texels(position, flip, kind):
    image = texels((3, 5), *kind)
    data = bytearray(encoded(image))
    data[position % len(data)] ^= flip
    try:
        read = decoded(bytes(data))
    except ValueError:
        return
    assert np.array_equal(read, image)  # the byte did not matter


@settings(deadline=None)
@given(st.integers(0, 200))
def test_a_file_that_was_cut_off_is_refused(length):
    data = encoded(texels((3, 5), 3, 16))
    with pytest.raises(ValueError, match="PNG"):
        decoded(data[: min(length, len(data) - 20)])


@pytest.mark.parametrize("image", [np.zeros((2, 2), np.float32), np.zeros((2, 2, 5), np.uint8), np.zeros((2, 2))])
def test_what_is_no_texture_is_refused(image):
    with pytest.raises(ValueError, match=r"png holds unorm, not float|texels of"):
        encoded(image)


def chunks(*parts):
    return png.SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def header(width=3, height=2, bits=8, color_type=0, *rest):
    return b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color_type, *(rest or (0, 0, 0)))


ROWS = (b"IDAT", zlib.compress(bytes(8)))
END = (b"IEND", b"")


@pytest.mark.parametrize(
    "parts",
    [
        [header(color_type=3), ROWS, END],  # a palette without PLTE
        [(b"IHDR", header()[1][:12]), ROWS, END],
        [(b"IHDR", header()[1] + b"\0"), ROWS, END],
        [(b"IHDR", b""), ROWS, END],
        [(b"IHDR", header()[1] * 4), ROWS, END],
        [ROWS, END],
        [header(), END],
        [header(), ROWS],
        [header(), (b"IDAT", b"")],
        [header(), (b"IDAT", zlib.compress(bytes(7))), END],
        [header(), (b"IDAT", zlib.compress(bytes(9))), END],
        [header(), (b"IDAT", zlib.compress(bytes(8))[:-1]), END],
        [header(), (b"IDAT", b"\xff" * 20), END],
        [header(), (b"IDAT", zlib.compress(bytes([9, 0, 0, 0] * 2))), END],  # a filter that does not exist
        [header(bits=16, color_type=2), (b"IDAT", zlib.compress(bytes([9] + [0] * 18) * 2)), END],
        [header(0, 2), ROWS, END],
        [header(3, 0), ROWS, END],
        [header(bits=3), ROWS, END],
        [header(bits=4, color_type=2), ROWS, END],
        [header(color_type=5), ROWS, END],
        [header(color_type=7), ROWS, END],
        [header(3, 2, 8, 0, 0, 0, 9), ROWS, END],
        [header(bits=16, color_type=6), ROWS, END],
        [header(3, 2, 16, 6, 0, 0, 1), ROWS, END],
        [header(bits=16, color_type=3), ROWS, END],
        [header(bits=1), (b"tRNS", b"\0"), ROWS, END],
        [header(bits=1), (b"iCCP", b"\0"), (b"gAMA", b""), (b"pHYs", b""), (b"cHRM", b"\0"), ROWS, END],
    ],
)
def test_whatever_is_no_png_is_a_value_error(parts):
    with pytest.raises(ValueError, match="PNG"):
        png.read(chunks(*parts))
    with pytest.raises(ValueError, match="PNG"):
        png.read(chunks(*parts)[:-3])


SEEDS = [
    chunks(header(), ROWS, END),
    chunks(header(bits=1), ROWS, END),
    chunks(header(color_type=3), (b"PLTE", bytes(12)), (b"tRNS", b"\0\1"), ROWS, END),
    chunks(header(3, 2, 8, 0, 0, 0, 1), ROWS, END),
    chunks(header(bits=16, color_type=6), (b"IDAT", zlib.compress(bytes(50))), END),
]


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(SEEDS), st.data())
def test_a_mutated_file_raises_nothing_but_a_value_error(seed, draw):
    """Bytes changed, chunks dropped, doubled, cut or renamed, with right checksums or without."""
    place, parts = 8, []
    while place < len(seed):
        (length,) = struct.unpack_from(">I", seed, place)
        parts.append((seed[place + 4 : place + 8], bytearray(seed[place + 8 : place + 8 + length])))
        place += 12 + length
    for _ in range(draw.draw(st.integers(1, 3))):
        number = draw.draw(st.integers(0, len(parts) - 1))
        kind, body = parts[number]
        what = draw.draw(st.sampled_from(["byte", "cut", "more", "drop", "double", "rename"]))
        if what == "byte" and body:
            body[draw.draw(st.integers(0, len(body) - 1))] = draw.draw(st.integers(0, 255))
        elif what == "cut":
            del body[draw.draw(st.integers(0, len(body))) :]
        elif what == "more":
            body += draw.draw(st.binary(max_size=9))
        elif what == "drop" and len(parts) > 1:
            del parts[number]
        elif what == "double":
            parts.insert(number, (kind, bytearray(body)))
        elif what == "rename":
            parts[number] = draw.draw(st.sampled_from([b"IDAT", b"PLTE", b"tRNS", b"IEND", b"fdAT", b"iCCP"])), body
    damaged = chunks(*((kind, bytes(body)) for kind, body in parts))
    if draw.draw(st.booleans()):
        damaged = damaged[: draw.draw(st.integers(0, len(damaged)))] + draw.draw(st.binary(max_size=5))
    try:
        found = png.read(damaged)
    except ValueError:
        return
    assert found.kind == "2d"
