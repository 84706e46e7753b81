"""Pictures as integers: what every kind of PNG means, and what is refused before it fills the memory."""

import io
import struct
import zlib

import numpy as np
import png as pypng
import pytest
from PIL import Image

from bluenoise_assets.formats import brightness
from bluenoise_assets.formats.brightness import decode

VALUES = np.arange(12).reshape(3, 4)


def written(rows, **options):
    """A PNG by an independent writer, from rows `[height, width * channels]`."""
    file = io.BytesIO()
    height, width = len(rows), len(rows[0])
    channels = {True: 1, False: 3}[options.get("greyscale", True)] + options.get("alpha", False)
    pypng.Writer(width // channels, height, **options).write(file, np.asarray(rows).tolist())
    return file.getvalue()


def interleaved(*channels):
    return np.stack(channels, axis=-1).reshape(len(channels[0]), -1)


@pytest.mark.parametrize("bitdepth", [8, 16])
def test_grey_is_its_value_and_alpha_is_ignored(bitdepth):
    values = VALUES * (20 if bitdepth == 8 else 5000)
    grey = decode(written(values, bitdepth=bitdepth))
    assert grey.dtype == np.int64
    np.testing.assert_array_equal(grey, 10_000 * values)
    both = written(interleaved(values, values[::-1]), bitdepth=bitdepth, alpha=True)
    np.testing.assert_array_equal(decode(both), grey)


@pytest.mark.parametrize("bitdepth", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_colour_is_luma_of_rec_709_in_integers(bitdepth, alpha):
    red, green, blue = VALUES * 10, VALUES[::-1] * 20, VALUES[:, ::-1] * 3
    parts = (red, green, blue, VALUES) if alpha else (red, green, blue)
    data = written(interleaved(*parts), bitdepth=bitdepth, greyscale=False, alpha=alpha)
    np.testing.assert_array_equal(decode(data), 2126 * red + 7152 * green + 722 * blue)
    same = written(interleaved(red, red, red), bitdepth=bitdepth, greyscale=False)
    np.testing.assert_array_equal(decode(same), decode(written(red, bitdepth=bitdepth)))


def test_a_palette_is_its_colours():
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 10, 20, 30])
    image.putpixel((1, 0), 1)
    file = io.BytesIO()
    image.save(file, "png")
    np.testing.assert_array_equal(decode(file.getvalue()), [[0, 21260 + 7152 * 20 + 722 * 30]])


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "this is not a PNG file"),
        (b"\xff\xd8\xff\xe0 JFIF", "this is not a PNG file"),
        (written(VALUES)[:40], "this PNG file is cut off"),
        (written(VALUES)[:-1] + b"x", "this PNG file is damaged"),
    ],
)
def test_what_is_no_picture(data, text):
    with pytest.raises(ValueError, match=text):
        decode(data)


def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(brightness.png, "read", None)
    side = 2**15
    body = zlib.compress(bytes(2**20))
    data = brightness.png.SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    with pytest.raises(ValueError, match=r"32768 x 32768 texels are more than 2\^24"):
        decode(data + chunk(b"IDAT", body) + chunk(b"IEND", b""))
