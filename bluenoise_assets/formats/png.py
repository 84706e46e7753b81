"""PNG (W3C Recommendation, third edition), 8 and 16 bits, 1 to 4 channels.

Written here and not by imageio: its encoder's bytes change with the version of Pillow and with the zlib in use, and
it knows no 16-bit colour. Noise does not compress, so the data lies in stored deflate blocks (RFC 1951, 3.2.4), which
can be written in one way only. Read here wherever that is simple: Pillow, under imageio, refuses large textures by a
limit that only all threads of a process can change together, and cuts 16-bit colour to 8 bits.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import check

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOR_TYPES = {1: 0, 3: 2, 4: 6}
SAMPLES_OF_COLOR_TYPE = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # 3: places in a palette
NONE, SUB, UP, AVERAGE, PAETH = range(5)
"""The filters of rows."""
STORED_BLOCK_BYTES = 65535
IDAT_BLOCKS = 2**14
"""Stored blocks in a chunk: about 1 GiB, since a chunk ends at 2 GiB."""
MAX_DEFLATE_RATIO = 1032
"""No deflate stream grows more than this when it is read."""


def encode(image: TexelImage) -> bytes:
    """The slices of an image as a strip, stacked from top to bottom. Raises `ValueError` for what PNG does not hold.

    Two channels become RGB with blue 0: noise in an alpha channel would be rewritten by importers.
    """
    check("png", image.layout)
    _, _, width, channels = image.texels.shape
    strip = image.texels.reshape(-1, width, channels)
    if channels == 2:
        strip = np.concatenate([strip, np.zeros_like(strip[..., :1])], axis=2)
    height, bits = len(strip), 8 * strip.dtype.itemsize
    values = strip.reshape(height, -1)
    filtered = np.zeros((height, 1 + values.nbytes // height), np.uint8)  # filter type 0 before each row
    filtered[:, 1:].view(">u2" if bits == 16 else "u1")[...] = values
    header = struct.pack(">IIBBBBB", width, height, bits, COLOR_TYPES[strip.shape[2]], 0, 0, 0)
    parts = [SIGNATURE, *_chunk(b"IHDR", [header])]
    for piece in _stored_zlib(filtered.ravel().data):
        parts += _chunk(b"IDAT", piece)
    return b"".join([*parts, *_chunk(b"IEND", [])])


def read(data: bytes, layout: Layout | None = None) -> TexelImage:
    """The image in a PNG file, all bits kept; a palette's colours, and 1 to 4 bits as 8.

    Raises `ValueError` for what is not a PNG that can be read without loss, and for another layout.
    """
    chunks = list(_chunks(data))  # checks every checksum
    (first, header), (last, _) = chunks[0], chunks[-1]
    if (first, len(header), last) != (b"IHDR", 13, b"IEND"):
        raise ValueError("this PNG file is damaged, or cut off")
    width, height, bits, color_type, *methods, interlace = struct.unpack(">IIBBBBB", header)
    if any(methods):
        raise ValueError("this PNG file is damaged: there is no such compression or filter method")
    channels = SAMPLES_OF_COLOR_TYPE.get(color_type, 1)
    row_bytes = -(-width * bits * channels // 8)
    if not 0 < height * (1 + row_bytes) <= MAX_DEFLATE_RATIO * len(data):
        raise ValueError(f"this PNG file is damaged: {len(data)} bytes are too few for {width} x {height} texels")
    deep_color = bits == 16 and color_type != 0
    if interlace or bits not in {8, 16} or color_type not in {0, 2, 4, 6}:
        if deep_color:
            raise ValueError("interlaced 16-bit colour PNG files cannot be read")
        return _by_pillow(data, bits).arranged(layout, strip=True)
    stream = b"".join(body for kind, body in chunks if kind == b"IDAT")
    rows = _inflated(stream, height * (1 + row_bytes)).reshape(height, -1)
    if not deep_color and rows[:, 0].max() > UP:  # quicker there by far
        return _by_pillow(data, bits).arranged(layout, strip=True)
    texels = _unfiltered(rows, channels * bits // 8).view(">u2" if bits == 16 else "u1")
    texels = texels.astype(f"uint{bits}").reshape(1, height, width, channels)
    return TexelImage(texels).arranged(layout, strip=True)


def _by_pillow(data: bytes, bits: int) -> TexelImage:
    import imageio.v3 as imageio

    try:
        image = np.asarray(imageio.imread(io.BytesIO(data), plugin="pillow", extension=".png"))
    except Exception as error:
        raise ValueError(f"this PNG file is damaged, or cannot be read: {error}") from error
    image = image * np.uint8(255) if image.dtype == bool else image.astype(np.uint16 if bits == 16 else np.uint8)
    return TexelImage(image.reshape(1, *image.shape[:2], -1))


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


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The kind and content of each chunk; at least one."""
    if not data.startswith(SIGNATURE):
        raise ValueError("this is not a PNG file")
    position, view = len(SIGNATURE), memoryview(data)
    while position == len(SIGNATURE) or position < len(data):
        if position + 12 > len(data):
            raise ValueError("this PNG file is cut off")
        (length,) = struct.unpack_from(">I", data, position)
        kind, end = data[position + 4 : position + 8], position + 8 + length
        if data[end : end + 4] != struct.pack(">I", zlib.crc32(view[position + 4 : end])):
            raise ValueError(f"this PNG file is damaged: the checksum of {kind!r} is wrong")
        yield kind, view[position + 8 : end]
        position = end + 4


def _inflated(stream: bytes, size: int) -> npt.NDArray[np.uint8]:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(stream, size + 1)
    except zlib.error as error:
        raise ValueError(f"this PNG file is damaged: {error}") from error
    if len(data) != size or not inflater.eof:
        raise ValueError("this PNG file is damaged: its data has the wrong length")
    return np.frombuffer(data, np.uint8)


def _unfiltered(rows: npt.NDArray[np.uint8], pixel: int) -> npt.NDArray[np.uint8]:
    """The bytes of rows that begin with the number of their filter (PNG, clause 9); `pixel` is a pixel's bytes."""
    if not rows[:, 0].any():
        return np.ascontiguousarray(rows[:, 1:])
    image = np.zeros((len(rows) + 1, rows.shape[1] - 1 + pixel), np.uint8)  # zeros above and to the left
    for raw, above, row in zip(rows, image, image[1:], strict=False):
        _unfilter(int(raw[0]), raw[1:], above, row, pixel)
    return np.ascontiguousarray(image[1:, pixel:])


def _unfilter(kind: int, raw: npt.NDArray[Any], above: npt.NDArray[Any], row: npt.NDArray[Any], pixel: int) -> None:
    """Undo one row's filter into `row`, which like `above` starts with a pixel of zeros."""
    if kind in (NONE, UP):
        row[pixel:] = raw if kind == NONE else raw + above[pixel:]
    elif kind == SUB:
        row[pixel:] = np.add.accumulate(raw.reshape(-1, pixel), axis=0, dtype=np.uint8).ravel()
    elif kind in (AVERAGE, PAETH):
        for i, byte in enumerate(raw.tolist()):
            left, up, corner = int(row[i]), int(above[i + pixel]), int(above[i])
            if kind == AVERAGE:
                guess = (left + up) // 2
            else:
                distances = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
                guess = (left, up, corner)[distances.index(min(distances))]
            row[i + pixel] = (byte + guess) & 0xFF
    else:
        raise ValueError(f"this PNG file is damaged: there is no filter {kind}")
