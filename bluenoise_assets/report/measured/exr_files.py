"""EXR files of any program: ours by ourselves, compressed ones by OpenEXR's own library, an optional extra."""

import io
import struct
from importlib import import_module
from typing import Any

import numpy as np

from bluenoise_assets.formats import exr
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured.numbers import stored
from bluenoise_assets.report.measured.surfaces import EXTRA
from bluenoise_assets.report.measured.texture_file import Decoded, FileFacts, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError

COMPRESSIONS = ("none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB")
LOSSY = {"PXR24", "B44", "B44A", "DWAA", "DWAB"}
DEEP, PARTS = 0x800, 0x1000


def read_exr(data: bytes) -> Decoded:
    """An EXR file of one part: its channels R, G, B, A in this order, or Y, or up to four of any names."""
    version = int.from_bytes(data[4:8], "little")
    if version & (DEEP | PARTS):
        raise UnreadableFileError("EXR files of several parts, or deep ones, are not read")
    try:
        found, _ = exr.header(data)
        left, top, right, bottom = struct.unpack("<4i", found["dataWindow", "box2i"])
        (number,) = found["compression", "compression"]
    except (KeyError, ValueError, struct.error):
        raise UnreadableFileError("this EXR file is damaged, or cut off") from None
    check_size(right - left + 1, bottom - top + 1, 1)
    compression = COMPRESSIONS[number] if number < len(COMPRESSIONS) else f"compression {number}"
    facts = FileFacts("exr", compression=compression if compression in LOSSY else None)
    try:
        image = exr.read(data)
    except ValueError as error:
        words = f"this EXR file is compressed ({compression})" if number else str(error)
    else:
        return Decoded(image, facts)
    try:
        library = import_module("OpenEXR")
    except ImportError:
        raise UnreadableFileError(words, EXTRA) from None
    return _by_library(library, data, facts)


def _by_library(library: Any, data: bytes, facts: FileFacts) -> Decoded:
    try:
        with library.File(io.BytesIO(data), separate_channels=True) as file:
            channels = {name: np.array(channel.pixels) for name, channel in file.channels().items()}
    except Exception as error:
        raise UnreadableFileError(f"this EXR file cannot be read: {str(error).splitlines()[0]}") from error
    names = [name for name in "YRGBA" if name in channels]
    if len(names) != len(channels):
        names = list(channels)
    if not 1 <= len(names) <= 4 or len({channels[name].shape for name in names}) != 1:
        raise UnreadableFileError(f"this EXR file has {len(names)} channels of {len(set(names))} sizes, not 1 to 4")
    texels, notes = stored(np.stack([channels[name] for name in names], axis=-1)[None])
    return Decoded(TexelImage(texels), facts, notes)
