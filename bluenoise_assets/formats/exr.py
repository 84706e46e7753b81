"""OpenEXR (file layout, version 2): scan lines of half or float, uncompressed, slices stacked from top to bottom.

Written here and not by the OpenEXR library, whose headers change with its version.
"""

import struct

import numpy as np

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import check

MAGIC = bytes([0x76, 0x2F, 0x31, 0x01])
VERSION, LONG_NAMES = 2, 0x400
PIXEL_TYPES = {"float16": 1, "float32": 2}
CHANNEL_NAMES = {1: "Y", 2: "RGB", 3: "RGB", 4: "RGBA"}
"""A lone channel is Y, and two are RGB with B = 0: three.js, Babylon and Godot refuse a lone R, and R with G alone."""


def encode(image: TexelImage) -> bytes:
    """The slices of an image as a strip. Raises `ValueError` for what the format does not hold."""
    head = _head(image.layout)
    slices, height, width, channels = image.texels.shape
    names = CHANNEL_NAMES[channels]
    lines = np.zeros(slices * height, _line(image.layout.dtype, len(names), width))
    lines["y"] = np.arange(len(lines))
    lines["size"] = lines.dtype["texels"].itemsize
    strip = image.texels.reshape(len(lines), width, channels)
    for place, name in enumerate(sorted(names)):
        if names.index(name) < channels:
            lines["texels"][:, place] = strip[:, :, names.index(name)]
    return head + lines.tobytes()


def read(data: bytes, layout: Layout | None = None) -> TexelImage:
    """The image in a file of uncompressed scan lines, whatever its channels are called: R, G, B, A in this order,
    others as they lie in the file.

    Raises `ValueError` for other files, for more than 4 channels or channels of several types, and for another layout.
    """
    if len(data) < 8 or not data.startswith(MAGIC) or int.from_bytes(data[4:8], "little") & ~LONG_NAMES != VERSION:
        raise ValueError("this is not an EXR file of scan lines")
    found, start = header(data)
    try:
        names, dtype = _channels(found["channels", "chlist"])
        left, top, right, bottom = struct.unpack("<4i", found["dataWindow", "box2i"])
        compression, order = found["compression", "compression"], found["lineOrder", "lineOrder"]
    except (KeyError, struct.error) as error:
        raise ValueError("this EXR file is damaged") from error
    width, rows = right - left + 1, bottom - top + 1
    if compression != b"\0" or order not in {b"\0", b"\1"}:
        raise ValueError("this EXR file is compressed")
    size = len(names) * width * np.dtype(dtype).itemsize
    if min(width, rows) < 1 or len(data) != start + rows * (16 + size):
        raise ValueError("this EXR file is cut off, or damaged")
    lines = np.frombuffer(data, _line(dtype, len(names), width), offset=start + 8 * rows)[:: -1 if order[0] else 1]
    if (lines["y"] != np.arange(top, bottom + 1)).any() or (lines["size"] != size).any():
        raise ValueError("this EXR file is damaged: its scan lines are not in order")
    places = [names.index(name) for name in "YRGBA" if name in names]
    texels = np.moveaxis(lines["texels"][:, places if len(places) == len(names) else slice(None)], 1, 2)
    return TexelImage(texels.astype(dtype, order="C")[None]).arranged(layout, strip=True)


def header(data: bytes) -> tuple[dict[tuple[str, str], bytes], int]:
    """The header's values by name and type, and where the table of offsets begins."""
    found, place = {}, 8
    while data[place : place + 1] != b"\0":
        *words, rest = data[place : place + 600].split(b"\0", 2)
        begin = place + sum(map(len, words)) + 6
        size = int.from_bytes(rest[:4], "little")
        if len(words) != 2 or begin + size > len(data):
            raise ValueError("this EXR file is cut off, or damaged")
        found[words[0].decode("latin-1"), words[1].decode("latin-1")] = data[begin : begin + size]
        place = begin + size
    return found, place + 1


def _channels(value: bytes) -> tuple[list[str], str]:
    """The names of a list of channels, and their type."""
    names, kinds = [], set()
    while value != b"\0":
        name, _, rest = value.partition(b"\0")
        kind, _, *sampling = struct.unpack_from("<4i", rest)
        names.append(name.decode("latin-1"))
        kinds.add(kind)
        value = rest[16:]
        if sampling != [1, 1] or len(names) > 4:
            raise ValueError("this EXR file has channels of fewer texels, or more than 4 channels")
    types = [dtype for dtype, kind in PIXEL_TYPES.items() if kinds == {kind}]
    if not types:
        raise ValueError("this EXR file has channels of integers, or of several types")
    return names, types[0]


def _line(dtype: str, channels: int, width: int) -> np.dtype[np.void]:
    """A chunk of the file: one scan line, channel after channel in the order of the alphabet."""
    values = np.dtype(dtype).newbyteorder("<")
    return np.dtype([("y", "<i4"), ("size", "<i4"), ("texels", values, (channels, width))])


def _head(layout: Layout) -> bytes:
    """All that stands before the first scan line: magic number, version, attributes, table of offsets."""
    check("exr", layout)
    slices, height, width, channels = layout.shape
    rows = slices * height
    # Type, perceptually linear (for B44 alone) and three reserved bytes, sampling in x and y.
    channel = struct.pack("<iiii", PIXEL_TYPES[layout.dtype], 0, 1, 1)
    names = sorted(CHANNEL_NAMES[channels])
    window = struct.pack("<iiii", 0, 0, width - 1, rows - 1)
    attributes = [
        ("channels", "chlist", b"".join(name.encode("ascii") + b"\0" + channel for name in names) + b"\0"),
        ("compression", "compression", b"\0"),  # none
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),  # increasing y
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ]
    header = b"".join(
        f"{name}\0{kind}\0".encode("ascii") + struct.pack("<i", len(value)) + value for name, kind, value in attributes
    )
    before = MAGIC + struct.pack("<I", 2) + header + b"\0"
    first = len(before) + 8 * rows
    offsets = first + np.arange(rows, dtype="<u8") * _line(layout.dtype, len(names), width).itemsize
    return before + offsets.astype("<u8").tobytes()
