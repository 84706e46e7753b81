"""PNG (W3C Recommendation, third edition), 8 and 16 bits, 1 to 4 channels.

Written here and not by imageio: its encoder's bytes change with the version of Pillow and with the zlib in use, and
it knows no 16-bit colour. Noise does not compress, so the data lies in stored deflate blocks (RFC 1951, 3.2.4), which
can be written in one way only. Files are read back through imageio wherever it reads all bits.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import imageio.v3 as imageio
import numpy as np

from bluenoise_assets.formats.image import Layout, Picture
from bluenoise_assets.quality.quantization import Texels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOR_TYPES = {1: 0, 3: 2, 4: 6}
SAMPLES_OF_COLOR_TYPE = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # 3: places in a palette
STORED_BLOCK_BYTES = 65535
IDAT_BLOCKS = 2**14
"""Stored blocks in a chunk: about 1 GiB, since a chunk ends at 2 GiB."""
MAX_DEFLATE_RATIO = 1032
"""No deflate stream grows more than this when it is read."""


def encode(texels: Texels) -> bytes:
    """A PNG file of texels `[height, width]` or `[height, width, channel]`, uint8 or uint16.

    Two channels become RGB with blue 0: noise in an alpha channel would be rewritten by importers.
    """
    if texels.dtype not in (np.uint8, np.uint16) or texels.ndim not in (2, 3):
        raise ValueError(f"a PNG has uint8 or uint16 texels in 2 or 3 axes, not {texels.dtype} in {texels.ndim}")
    image = texels.reshape(*texels.shape[:2], -1)
    height, width, channels = image.shape
    if channels == 2:
        image = np.concatenate([image, np.zeros_like(image[..., :1])], axis=2)
        channels = 3
    if channels not in COLOR_TYPES:
        raise ValueError(f"a PNG has 1 to 4 channels, not {channels}")
    bits = 8 * image.dtype.itemsize
    values = image.reshape(height, -1)
    filtered = np.zeros((height, 1 + values.nbytes // height), np.uint8)  # filter type 0 before each row
    filtered[:, 1:].view(">u2" if bits == 16 else "u1")[...] = values
    header = struct.pack(">IIBBBBB", width, height, bits, COLOR_TYPES[channels], 0, 0, 0)
    parts = [SIGNATURE, *_chunk(b"IHDR", [header])]
    for piece in _stored_zlib(filtered.ravel().data):
        parts += _chunk(b"IDAT", piece)
    return b"".join([*parts, *_chunk(b"IEND", [])])


def decode(data: bytes) -> Texels:
    """The texels of a PNG file, `[height, width]` or `[height, width, channel]`, all bits kept.

    imageio reads it where it keeps all bits; 16-bit colour, which it would cut to 8, is read here. Raises
    `ValueError` for what is not a PNG that this module can read without loss.
    """
    if data[:8] != SIGNATURE or data[12:16] != b"IHDR" or len(data) < 33:
        raise ValueError("this is not a PNG file")
    width, height, bits, color_type, *methods, interlace = struct.unpack(">IIBBBBB", data[16:29])
    chunks = list(_chunks(data))  # checks every checksum
    if any(methods):
        raise ValueError("this PNG file is damaged: there is no such compression or filter method")
    if height * (1 + width * bits * SAMPLES_OF_COLOR_TYPE.get(color_type, 1) // 8) > MAX_DEFLATE_RATIO * len(data):
        raise ValueError(f"this PNG file is damaged: {len(data)} bytes are too few for {width} x {height} texels")
    if bits == 16 and color_type != 0:
        if interlace or color_type not in SAMPLES_OF_COLOR_TYPE:
            raise ValueError("interlaced 16-bit colour PNG files cannot be read")
        return _decode_16_bit_color(chunks)
    try:
        with _large_images():
            image = np.asarray(imageio.imread(io.BytesIO(data), plugin="pillow", extension=".png"))
    except (OSError, SyntaxError) as error:
        raise ValueError(f"this PNG file is damaged: {error}") from error
    return image.astype(np.uint16) if bits == 16 else image.astype(np.uint8)


def encode_picture(picture: Picture) -> bytes:
    """The slices of a picture as a strip, stacked from top to bottom."""
    _, _, width, channels = picture.texels.shape
    strip = picture.texels.reshape(-1, width, channels)
    return encode(strip[..., 0] if channels == 1 else strip)


def decode_picture(data: bytes, layout: Layout) -> Picture:
    """The picture in a strip. Raises `ValueError` if the file does not hold one of this layout."""
    slices, height, width, channels = layout.shape
    image = decode(data)
    image = image.reshape(*image.shape[:2], -1)
    if image.dtype != layout.dtype or image.shape != (slices * height, width, 3 if channels == 2 else channels):
        raise ValueError(f"{image.dtype} texels of shape {image.shape} are not those that were written")
    if image[..., channels:].any():
        raise ValueError("the channel that fills up two channels is not 0")
    return Picture(np.ascontiguousarray(image[..., :channels]).reshape(layout.shape), layout.kind)


@contextmanager
def _large_images() -> Iterator[None]:
    """Pillow warns of images over 2**26.4 texels, and reads none over twice that: both are textures here."""
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _stored_zlib(data: memoryview) -> Iterator[list[bytes | memoryview]]:
    """A zlib stream (RFC 1950) of stored blocks, in pieces of the length of a chunk."""
    piece: list[bytes | memoryview] = [b"\x78\x01"]
    for number, start in enumerate(range(0, len(data), STORED_BLOCK_BYTES), 1):
        block = data[start : start + STORED_BLOCK_BYTES]
        last = start + STORED_BLOCK_BYTES >= len(data)
        piece += [struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block]
        if last:
            piece.append(struct.pack(">I", zlib.adler32(data)))
        if last or number % IDAT_BLOCKS == 0:
            yield piece
            piece = []


def _chunk(kind: bytes, parts: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    checksum = zlib.crc32(kind)
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return [struct.pack(">I", sum(map(len, parts))), kind, *parts, struct.pack(">I", checksum)]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position < len(data):
        if position + 12 > len(data):
            raise ValueError("this PNG file is cut off")
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        checksum = data[position + 8 + length : position + 12 + length]
        if checksum != struct.pack(">I", zlib.crc32(kind + body)):
            raise ValueError(f"this PNG file is damaged: the checksum of {kind!r} is wrong")
        yield kind, body
        position += 12 + length


def _decode_16_bit_color(chunks: list[tuple[bytes, bytes]]) -> Texels:
    header = chunks[0][1]
    stream = b"".join(body for kind, body in chunks if kind == b"IDAT")
    width, height, _, color_type, *_ = struct.unpack(">IIBBBBB", header)
    channels = SAMPLES_OF_COLOR_TYPE[color_type]
    pixel, row_bytes = 2 * channels, 2 * channels * width
    try:
        raw = np.frombuffer(zlib.decompress(stream), np.uint8)
    except zlib.error as error:
        raise ValueError(f"this PNG file is damaged: {error}") from error
    if raw.size != height * (row_bytes + 1):
        raise ValueError("this PNG file is damaged: its data has the wrong length")
    rows = raw.reshape(height, row_bytes + 1)
    image = np.zeros((height + 1, row_bytes + pixel), np.uint8)  # a row above and a pixel to the left of zeros
    for y in range(height):
        _unfilter(int(rows[y, 0]), rows[y, 1:], image[y], image[y + 1], pixel)
    texels = image[1:, pixel:].copy().view(">u2").astype(np.uint16)
    return texels.reshape(height, width, channels)


def _unfilter(kind: int, raw: Texels, above: Texels, row: Texels, pixel: int) -> None:
    """Undo one row's filter (PNG, clause 9) into `row`, which like `above` starts with a pixel of zeros."""
    if kind == 0:
        row[pixel:] = raw
        return
    if kind == 2:
        row[pixel:] = raw + above[pixel:]
        return
    if kind not in (1, 3, 4):
        raise ValueError(f"this PNG file is damaged: there is no filter {kind}")
    for i, byte in enumerate(raw.tolist()):
        left, up, corner = int(row[i]), int(above[i + pixel]), int(above[i])
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            distances = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
            guess = (left, up, corner)[distances.index(min(distances))]
        row[i + pixel] = (byte + guess) & 0xFF
