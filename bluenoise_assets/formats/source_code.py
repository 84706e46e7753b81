"""Texels as source code: a C and C++ header (C99, C++98 with <stdint.h>), and a C# class.

`name` is a texture's identifier (`bluenoise_assets.spec.names.identifier`): lower case, unique in its manifest.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout, direction_note
from bluenoise_assets.formats.registry import check

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


def encode_c(image: TexelImage, name: str, *, directions: bool = False) -> bytes:
    """A header with `static const` texels `<name>_texels` and their dimensions `<NAME>_WIDTH`, ...

    ASCII, LF. Half floats are given by their bits, as uint16_t. Raises `ValueError` for too many values, and for
    float32 texels that are not finite: there are no literals for them. `directions` says that texels are unit vectors.
    """
    return _encode("h", image, _c_text(image.layout, name, _meaning(image.layout, directions)))


def encode_csharp(image: TexelImage, name: str, *, directions: bool = False) -> bytes:
    """A static class `BluenoiseAssets.<Name>` with `Texels`, a byte[], ushort[] or float[], and their dimensions.

    As `encode_c`. `ui_dither_64` becomes `UiDither_64`: names that differ give classes that differ.
    """
    return _encode("cs", image, _csharp_text(image.layout, name, _meaning(image.layout, directions)))


def read(data: bytes, layout: Layout | None) -> TexelImage:
    """The image in the one list of numbers of anybody's source, whose layout it does not say.

    Raises `ValueError` for other text, and where there is no layout.
    """
    if layout is None:
        raise ValueError("source code does not say what its texels are: give their layout")
    lists = re.findall(rb"\{([\s0-9a-fA-FxX.,+-]*)\}", data)
    if len(lists) != 1:
        raise ValueError("this is no source code with one list of numbers")
    dtype = np.dtype(layout.dtype)
    tokens = (token for line in lists[0].decode("ascii").split("\n") for token in line.split(",") if token.strip())
    try:
        if dtype == np.float32:
            with np.errstate(over="ignore"):  # becomes infinite, which is refused
                texels = np.fromiter((float(token.strip().removesuffix("f")) for token in tokens), dtype)
        else:
            texels = np.fromiter((int(token, 0) for token in tokens), f"u{dtype.itemsize}").view(dtype)
    except OverflowError as error:
        raise ValueError(f"this source code has values that are no {layout.dtype}") from error
    if dtype == np.float32 and not np.isfinite(texels).all():
        raise ValueError("this source code has values that are not finite")
    if len(texels) != layout.value_count:
        raise ValueError(f"this source code has {len(texels)} values, not {layout.value_count}")
    return TexelImage(texels.reshape(layout.shape), layout.kind)


def _meaning(layout: Layout, directions: bool) -> str:
    return VALUES[layout.dtype] + (direction_note(layout.dtype) if directions else "")


def _c_text(layout: Layout, name: str, meaning: str) -> _Text:
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

/* [slice][y][x][channel], rows from top to bottom; {meaning} */
static const {kind} {name}_texels[{layout.value_count}] = {{
"""
    return _Text(before, "    ", f"}};\n\n#endif /* {macro}_TEXELS_H */\n")


def _csharp_text(layout: Layout, name: str, meaning: str) -> _Text:
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

        // [slice][y][x][channel], rows from top to bottom; {meaning}
        public static readonly {kind}[] Texels = new {kind}[]
        {{
"""
    return _Text(before, "            ", "        };\n    }\n}\n")


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f"'{name}' is no identifier")


def _encode(form: Literal["h", "cs"], image: TexelImage, text: _Text) -> bytes:
    check(form, image.layout)
    if image.texels.dtype == np.float32 and not np.isfinite(image.texels).all():
        raise ValueError("source code holds finite values: write raw or npy")
    texels = np.ascontiguousarray(image.texels).ravel()
    step = VALUES_IN_A_LINE[image.layout.dtype]
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
