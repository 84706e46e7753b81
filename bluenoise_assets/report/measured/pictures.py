"""Pictures of common formats, read by Pillow where it keeps every bit, and what a PNG says of its colours."""

import io
import struct
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured.numbers import stored
from bluenoise_assets.report.measured.texture_file import Decoded, FileFacts, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError

SRGB_TRANSFERS = {1: True, 8: False, 13: True}
"""Of ITU-T H.273, as PNG's chunk cICP has them: BT.709 and sRGB, linear."""
LINEAR_GAMMA = 100000
PNG_LINE = "convert it to a PNG, which keeps 16 bits"

JPEG_IN_TIFF = {6, 7, 34892}
BITS_TAG, COMPRESSION_TAG, EXTRA_SAMPLES_TAG = 258, 259, 338
MODES = {"1", "L", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "I", "I;16", "I;16B", "I;16L", "F"}
"""Pillow's pictures whose numbers are the file's."""


def read_png(data: bytes) -> Decoded:
    """A PNG file, all bits kept."""
    if len(data) < 33:
        raise UnreadableFileError("this PNG file is cut off")
    width, height, bits = struct.unpack_from(">IIB", data, 16)
    check_size(width, height, 1)
    image = png.read(data)
    notes = [] if bits >= 8 else [f"stored with {bits} bits"]
    if any(kind == b"acTL" for kind, _ in _png_chunks(data)):
        notes.append("an animation, of which the first picture is read")
    return Decoded(image, FileFacts("png", is_srgb=_png_is_srgb(data)), tuple(notes))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks before the texels."""
    place = len(png.SIGNATURE)
    while place + 8 <= len(data) and data[place + 4 : place + 8] != b"IDAT":
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def _png_is_srgb(data: bytes) -> bool | None:
    """What the chunk of the highest precedence says (PNG, third edition, 4.3): cICP, iCCP, sRGB, gAMA."""
    chunks = dict(_png_chunks(data))
    if len(chunks.get(b"cICP", b"")) == 4 and chunks[b"cICP"][1] in SRGB_TRANSFERS:
        return SRGB_TRANSFERS[chunks[b"cICP"][1]]
    if b"iCCP" in chunks:
        return b"linear" not in chunks[b"iCCP"].partition(b"\0")[0].lower()
    if b"sRGB" in chunks:
        return True
    if len(chunks.get(b"gAMA", b"")) == 4:
        return bool(int.from_bytes(chunks[b"gAMA"], "big") != LINEAR_GAMMA)
    return None


def read_picture(data: bytes, name: str) -> Decoded:
    """A JPEG, BMP, GIF, TIFF, WebP or TGA file, by Pillow's `name` for it; several pictures are an array."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures: ours is the smaller limit
            with Image.open(io.BytesIO(data), formats=[name]) as picture:
                count = getattr(picture, "n_frames", 1)
                check_size(*picture.size, count)
                facts = _facts(picture, data, name)
                slices = []
                for number in range(count):
                    picture.seek(number)
                    slices.append(_texels(picture))
    except UnreadableFileError:
        raise
    except Image.DecompressionBombError:
        raise UnreadableFileError(f"this {name} file says that it has more texels than are measured") from None
    except Exception as error:
        raise UnreadableFileError(f"this {name} file is damaged, or cannot be read: {error}") from error
    if len({one.shape for one in slices}) > 1:
        raise UnreadableFileError(f"the pictures in this {name} file are of several sizes")
    texels, notes = stored(np.stack(slices))
    return Decoded(TexelImage(texels, "array" if count > 1 else "2d"), facts, notes)


def _texels(picture: Any) -> npt.NDArray[Any]:
    """One picture's, `[height, width, channel]`."""
    if picture.format == "TIFF" and len(picture.getbands()) > 1 and max(picture.tag_v2.get(BITS_TAG, (8,))) > 8:
        raise UnreadableFileError("TIFF files of several channels of more than 8 bits are not read", PNG_LINE)
    mode = picture.mode
    if mode in {"P", "PA"}:
        picture = picture.convert("RGBA" if mode == "PA" or "transparency" in picture.info else "RGB")
    elif mode not in MODES:
        raise UnreadableFileError(f"{picture.format} files of the kind {mode} are not read", PNG_LINE)
    texels = np.asarray(picture)
    return texels.reshape(*texels.shape[:2], -1)


def _facts(picture: Any, data: bytes, name: str) -> FileFacts:
    compression, is_premultiplied = None, None
    if name == "JPEG" or (name == "WEBP" and _is_lossy_webp(data)):
        compression = name.replace("WEBP", "WebP")
    if name == "TIFF":
        compression = "JPEG" if picture.tag_v2.get(COMPRESSION_TAG) in JPEG_IN_TIFF else None
        extra = picture.tag_v2.get(EXTRA_SAMPLES_TAG)
        is_premultiplied = None if not extra else {1: True, 2: False}.get(extra[0])
    is_srgb = True if picture.info.get("icc_profile") else None
    return FileFacts(name.lower(), is_srgb, compression, is_premultiplied)


def _is_lossy_webp(data: bytes) -> bool:
    """Whether its first picture is VP8, not VP8L (RFC 9649)."""
    place = 12
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if kind in {b"VP8 ", b"VP8L"}:
            return kind == b"VP8 "
        place += 8 + (16 if kind == b"ANMF" else size + size % 2)  # an animation's picture lies behind its own head
    return False
