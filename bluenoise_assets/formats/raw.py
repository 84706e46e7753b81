"""Plain texels in a `.raw` file, and a `.json` file that says how to read them: for code that uploads them itself.

The description is a file of its own, since a texture's texels are what a graphics API takes without a copy.
"""

import hashlib
import json
import math

import numpy as np

from bluenoise_assets.formats.image import Layout, Picture

LAYOUT = (
    "no header; little-endian; rows from top to bottom, slices one after the other: the value of a channel is number "
    "((slice * height + y) * width + x) * channels + channel"
)
VALUES = {
    "uint8": "(stored + 0.5) / 256",
    "uint16": "(stored + 0.5) / 65536",
    "float16": "as stored, IEEE 754 binary16",
    "float32": "as stored, IEEE 754 binary32",
}


def encode(picture: Picture) -> bytes:
    """The texels alone, little-endian, `[slice, height, width, channel]` in C order."""
    return picture.texels.astype(picture.texels.dtype.newbyteorder("<"), copy=False).tobytes()


def decode(data: bytes, layout: Layout) -> Picture:
    """The picture in such texels. Raises `ValueError` if they are not as many as the layout says."""
    dtype = np.dtype(layout.dtype).newbyteorder("<")
    wanted = math.prod(layout.shape) * dtype.itemsize
    if len(data) != wanted:
        raise ValueError(f"these texels have {len(data)} bytes, not {wanted}")
    return Picture(np.frombuffer(data, dtype).reshape(layout.shape).astype(layout.dtype), layout.kind)


def describe(picture: Picture, file: str) -> bytes:
    """The description of the texels in `file`, a name relative to the description: JSON, sorted keys, ASCII, LF.

    `layers` counts an array's slices and `depth` a volume's; the other one is 1.
    """
    data = encode(picture)
    slices, height, width, channels = picture.layout.shape
    description = {
        "bytes": len(data),
        "channels": channels,
        "depth": slices if picture.kind == "volume" else 1,
        "file": file,
        "height": height,
        "kind": picture.kind,
        "layers": slices if picture.kind == "array" else 1,
        "layout": LAYOUT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "type": picture.layout.dtype,
        "value": VALUES[picture.layout.dtype],
        "width": width,
    }
    return f"{json.dumps(description, indent=2, sort_keys=True)}\n".encode("ascii")


def decode_described(data: bytes, description: bytes, file: str, layout: Layout) -> Picture:
    """The picture in the texels `data` of `file`, if `description` is what `describe` writes of them.

    Raises `ValueError` if it is not, or if the texels are not as many as the layout says.
    """
    picture = decode(data, layout)
    if description != describe(picture, file):
        raise ValueError("this is not the description of these texels")
    return picture
