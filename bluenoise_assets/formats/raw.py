"""Plain texels in a `.raw` file, and a `.json` file that says how to read them: for code that uploads them itself.

The description is a file of its own, since a texture's texels are what a graphics API takes without a copy.
"""

import hashlib
import json

from bluenoise_assets.formats.image import TexelImage, from_bytes, to_bytes
from bluenoise_assets.formats.layout import Layout, direction_note

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


def encode(image: TexelImage) -> bytes:
    """The texels alone, little-endian, `[slice, height, width, channel]` in C order."""
    return to_bytes(image.texels)


def read(data: bytes, layout: Layout | None) -> TexelImage:
    """The image in such texels. Raises `ValueError` if they are not as many as the layout says, or there is none."""
    if layout is None:
        raise ValueError("raw texels do not say what they are: give their layout")
    return from_bytes(data, layout, "raw file")


def describe(image: TexelImage, file: str, *, frames: bool = False, directions: bool = False) -> bytes:
    """The description of the texels in `file`, a name relative to the description: JSON, sorted keys, ASCII, LF.

    `layers` counts an array's slices and `depth` a volume's; the other one is 1. With `frames`, where an array's slices
    follow each other in time, their number has that name in place of `layers`. `directions` says that texels are unit
    vectors.
    """
    data = encode(image)
    slices, height, width, channels = image.layout.shape
    description = {
        "bytes": len(data),
        "channels": channels,
        "depth": slices if image.kind == "volume" else 1,
        "file": file,
        "height": height,
        "kind": image.kind,
        "frames" if frames else "layers": slices if image.kind == "array" else 1,
        "layout": LAYOUT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "type": image.layout.dtype,
        "value": VALUES[image.layout.dtype] + (direction_note(image.layout.dtype) if directions else ""),
        "width": width,
    }
    return f"{json.dumps(description, indent=2, sort_keys=True)}\n".encode("ascii")
