"""Texels as source code: a C and C++ header (C99, C++98 with <stdint.h>), and a C# class.

`name` is a texture's identifier (`bluenoise_assets.spec.names.identifier`): lower case, unique in its manifest.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import Layout, Picture
from bluenoise_assets.spec import MAX_SOURCE_VALUES

COMMENT = "Made by bluenoise-assets; changes are lost when it is built again. The texels are yours (CC0)."
VALUES = {
    "uint8": "the value is (stored + 0.5) / 256",
    "uint16": "the value is (stored + 0.5) / 65536",
    "float16": "the bits of half-precision numbers (IEEE 754)",
    "float32": "values as they are",
}
VALUES_IN_A_LINE = {"uint8": 16, "uint16": 12, "float16": 12, "float32": 6}


@dataclass(frozen=True)
class _Text:
    """What stands before and after the values, and how their lines are indented."""

    before: str
    indent: str
    after: str


def problem(layout: Layout) -> str | None:
    """Why a texture of this layout is no source code, with the alternatives; or None."""
    count = math.prod(layout.shape)
    if count > MAX_SOURCE_VALUES:
        return f"source code holds {MAX_SOURCE_VALUES} values, not {count}: write raw or npy, and load the file"
    return None


def encode_c(picture: Picture, name: str) -> bytes:
    """A header with `static const` texels `<name>_texels` and their dimensions `<NAME>_WIDTH`, ...

    ASCII, LF. Half floats are given by their bits, as uint16_t. Raises `ValueError` for what `problem` names, and for
    float32 texels that are not finite: there are no literals for them.
    """
    return _encode(picture, _c_text(picture.layout, name))


def decode_c(data: bytes, layout: Layout, name: str) -> Picture:
    """The picture in a header that `encode_c` wrote. Raises `ValueError` if it does not hold one of this layout."""
    return _decode(data, layout, _c_text(layout, name), lambda picture: encode_c(picture, name))


def encode_csharp(picture: Picture, name: str) -> bytes:
    """A static class `BluenoiseAssets.<Name>` with `Texels`, a byte[], ushort[] or float[], and their dimensions.

    As `encode_c`. `ui_dither_64` becomes `UiDither_64`: names that differ give classes that differ.
    """
    return _encode(picture, _csharp_text(picture.layout, name))


def decode_csharp(data: bytes, layout: Layout, name: str) -> Picture:
    """The inverse, as `decode_c`."""
    return _decode(data, layout, _csharp_text(layout, name), lambda picture: encode_csharp(picture, name))


def _c_text(layout: Layout, name: str) -> _Text:
    _check_name(name)
    slices, height, width, channels = layout.shape
    kind = {"uint8": "uint8_t", "uint16": "uint16_t", "float16": "uint16_t", "float32": "float"}[layout.dtype]
    macro = name.upper()
    before = f"""\
/* {COMMENT} */
#ifndef {macro}_TEXELS_H
#define {macro}_TEXELS_H

#include <stdint.h>

#define {macro}_WIDTH {width}
#define {macro}_HEIGHT {height}
#define {macro}_SLICES {slices}
#define {macro}_CHANNELS {channels}

/* [slice][y][x][channel], rows from top to bottom; {VALUES[layout.dtype]} */
static const {kind} {name}_texels[{math.prod(layout.shape)}] = {{
"""
    return _Text(before, "    ", f"}};\n\n#endif /* {macro}_TEXELS_H */\n")


def _csharp_text(layout: Layout, name: str) -> _Text:
    _check_name(name)
    slices, height, width, channels = layout.shape
    kind = {"uint8": "byte", "uint16": "ushort", "float16": "ushort", "float32": "float"}[layout.dtype]
    # A capital marks where a word began, and before a digit, which has none, the underscore stays.
    title = "".join(f"_{word}" if word[0].isdigit() else word.capitalize() for word in name.split("_"))
    if title in {"Width", "Height", "Slices", "Channels", "Texels"}:
        title += "_"  # a member may not be called as its class
    before = f"""\
// {COMMENT}
namespace BluenoiseAssets
{{
    public static class {title}
    {{
        public const int Width = {width};
        public const int Height = {height};
        public const int Slices = {slices};
        public const int Channels = {channels};

        // [slice][y][x][channel], rows from top to bottom; {VALUES[layout.dtype]}
        public static readonly {kind}[] Texels = new {kind}[]
        {{
"""
    return _Text(before, "            ", "        };\n    }\n}\n")


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f"'{name}' is no identifier")


def _encode(picture: Picture, text: _Text) -> bytes:
    unfit = problem(picture.layout)
    if unfit is not None:
        raise ValueError(unfit)
    if picture.texels.dtype == np.float32 and not np.isfinite(picture.texels).all():
        raise ValueError("source code holds finite values: write raw or npy")
    texels = np.ascontiguousarray(picture.texels).ravel()
    step = VALUES_IN_A_LINE[picture.layout.dtype]
    block = step * 2**12  # a string for each value takes much memory
    parts = []
    for first in range(0, len(texels), block):
        values = _literals(texels[first : first + block])
        lines = [f"{text.indent}{', '.join(values[start : start + step])}" for start in range(0, len(values), step)]
        parts.append(",\n".join(lines))
    return "".join([text.before, ",\n".join(parts), "\n", text.after]).encode("ascii")


def _literals(texels: npt.NDArray[Any]) -> list[str]:
    if texels.dtype == np.float32:
        return [_float_literal(value) for value in texels.tolist()]
    if texels.dtype == np.float16:
        return [f"0x{bits:04x}" for bits in texels.view(np.uint16).tolist()]
    return [str(value) for value in texels.tolist()]


def _float_literal(value: float) -> str:
    """Nine digits tell any two numbers of single precision apart."""
    digits = f"{value:.9g}"
    return f"{digits}f" if "." in digits or "e" in digits else f"{digits}.0f"


def _decode(data: bytes, layout: Layout, text: _Text, encode: Callable[[Picture], bytes]) -> Picture:
    before, after = text.before.encode("ascii"), text.after.encode("ascii")
    if not data.startswith(before) or not data.endswith(after):
        raise ValueError("this is not the source code that was written")
    body = data[len(before) : len(data) - len(after)].decode("ascii")
    count = body.count(",") + 1
    if count != math.prod(layout.shape):
        raise ValueError(f"this source code has {count} values, not {math.prod(layout.shape)}")
    dtype = np.dtype(layout.dtype)
    tokens = (token for line in body.split("\n") for token in line.split(",") if token)
    try:
        if dtype == np.float32:
            with np.errstate(over="ignore"):  # becomes infinite, which is refused
                texels = np.fromiter((float(token.strip().removesuffix("f")) for token in tokens), dtype, count)
        else:
            bits = np.dtype(f"u{dtype.itemsize}")
            texels = np.fromiter((int(token, 0) for token in tokens), bits, count).view(dtype)
    except OverflowError as error:
        raise ValueError(f"this source code has values that are no {layout.dtype}") from error
    picture = Picture(texels.reshape(layout.shape), layout.kind)
    if encode(picture) != data:  # one way to write it, and only that
        raise ValueError("this source code is not written as it should be")
    return picture
