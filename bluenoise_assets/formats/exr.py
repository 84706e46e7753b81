"""OpenEXR (file layout, version 2): scan lines of half or float, uncompressed, slices stacked from top to bottom.

Written here and not by the OpenEXR library, whose headers change with its version.
"""

import struct

import numpy as np

from bluenoise_assets.formats.image import Layout, Picture

MAGIC = bytes([0x76, 0x2F, 0x31, 0x01])
PIXEL_TYPES = {"float16": 1, "float32": 2}
CHANNEL_NAMES = {1: "Y", 2: "RGB", 3: "RGB", 4: "RGBA"}
"""A lone channel is Y, and two are RGB with B = 0: three.js, Babylon and Godot refuse a lone R, and R with G alone."""


def problem(layout: Layout) -> str | None:
    """Why no EXR file holds texels of this layout, with the alternatives; or None."""
    if layout.dtype not in PIXEL_TYPES:
        return f"exr holds float16 or float32, not {layout.dtype}: use encoding: float, or write png, npy or raw"
    return None


def encode(picture: Picture) -> bytes:
    """The slices of a picture as a strip. Raises `ValueError` for what `problem` names."""
    head = _head(picture.layout)
    slices, height, width, channels = picture.texels.shape
    names = CHANNEL_NAMES[channels]
    lines = np.zeros(slices * height, _line(picture.layout))
    lines["y"] = np.arange(len(lines))
    lines["size"] = lines.dtype["texels"].itemsize
    strip = picture.texels.reshape(len(lines), width, channels)
    for place, name in enumerate(sorted(names)):
        if names.index(name) < channels:
            lines["texels"][:, place] = strip[:, :, names.index(name)]
    return head + lines.tobytes()


def decode(data: bytes, layout: Layout) -> Picture:
    """The picture in a file that `encode` wrote. Raises `ValueError` if it does not hold one of this layout."""
    if not data.startswith(MAGIC):
        raise ValueError("this is not an EXR file")
    slices, height, _, channels = layout.shape
    line, count = _line(layout), slices * height
    head = _head(layout)
    if not data.startswith(head):
        raise ValueError("the header of this EXR file is not the one that was written")
    if len(data) != len(head) + count * line.itemsize:
        raise ValueError(f"this EXR file has {len(data)} bytes, not {len(head) + count * line.itemsize}")
    lines = np.frombuffer(data, line, offset=len(head))
    if (lines["y"] != np.arange(count)).any() or (lines["size"] != line["texels"].itemsize).any():
        raise ValueError("this EXR file is damaged: its scan lines are not in order")
    names = CHANNEL_NAMES[channels]
    texels = lines["texels"]
    if channels == 2 and texels[:, sorted(names).index("B")].view(_bits(layout)).any():
        raise ValueError("the channel that fills up two channels is not 0")
    places = [sorted(names).index(name) for name in names[:channels]]
    strip = np.moveaxis(texels[:, places], 1, 2)
    return Picture(strip.astype(layout.dtype, order="C").reshape(layout.shape), layout.kind)


def _line(layout: Layout) -> np.dtype[np.void]:
    """A chunk of the file: one scan line, channel after channel in the order of the alphabet."""
    _, _, width, channels = layout.shape
    values = np.dtype(layout.dtype).newbyteorder("<")
    return np.dtype([("y", "<i4"), ("size", "<i4"), ("texels", values, (len(CHANNEL_NAMES[channels]), width))])


def _bits(layout: Layout) -> str:
    return f"<u{np.dtype(layout.dtype).itemsize}"


def _head(layout: Layout) -> bytes:
    """All that stands before the first scan line: magic number, version, attributes, table of offsets."""
    unfit = problem(layout)
    if unfit is not None:
        raise ValueError(unfit)
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
    offsets = first + np.arange(rows, dtype="<u8") * _line(layout).itemsize
    return before + offsets.astype("<u8").tobytes()
