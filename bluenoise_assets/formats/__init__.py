"""Arrays to files, one module a format. Bytes depend on the texels alone, not on any library's version."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.formats import dds, exr, ktx2, npy, png, raw, source_code
from bluenoise_assets.formats.image import Layout, Picture, layout_of, picture_of, texels_of
from bluenoise_assets.formats.storage import freed, held, held_layout
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier


@dataclass(frozen=True)
class Format:
    """How a format is written, and how it is read back: to prove it, and to make other formats of it.

    `decode` raises `ValueError` for what is no such file, or does not have the layout.
    """

    encode: Callable[[Picture], bytes]
    decode: Callable[[bytes, Layout], Picture]


_FORMATS = {
    "png": Format(png.encode_picture, png.decode_picture),
    "dds": Format(dds.encode, dds.decode),
    "ktx2": Format(ktx2.encode, ktx2.decode),
    "exr": Format(exr.encode, exr.decode),
    "raw": Format(raw.encode, raw.decode),
    "npy": Format(npy.encode, npy.decode),
}


def format_of(output: Output, spec: TextureSpec) -> Format:
    """The format of one of a texture's files. Source code holds the texture's name."""
    name, word = output.what, identifier(spec.name)
    if name == "h":
        return Format(partial(source_code.encode_c, name=word), partial(source_code.decode_c, name=word))
    if name == "cs":
        return Format(partial(source_code.encode_csharp, name=word), partial(source_code.decode_csharp, name=word))
    if output.variant == "legacy":
        return Format(partial(dds.encode, legacy=True), partial(dds.decode, legacy=True))
    if output.variant == "zstd":
        compressed = partial(ktx2.encode, supercompression="zstd")
        return Format(compressed, partial(ktx2.decode, supercompression="zstd"))
    return _FORMATS[name]


def encode(output: Output, spec: TextureSpec, picture: Picture) -> bytes:
    """The bytes of one of a texture's files; those of a description, too, which depend on its texels' hash."""
    shown = picture if output.holding is None else held(picture, output.holding)
    if output.kind == "description":
        return raw.describe(shown, output.described)
    return format_of(output, spec).encode(shown)


def decode(output: Output, spec: TextureSpec, data: bytes) -> Picture:
    """The texture's picture in one of its files. Raises `ValueError` if it is not there."""
    layout = layout_of(spec)
    form = format_of(output, spec)
    if output.holding is None:
        return form.decode(data, layout)
    return freed(form.decode(data, held_layout(layout, output.holding)), layout, output.holding)


__all__ = ["Format", "Layout", "Picture", "decode", "encode", "format_of", "layout_of", "picture_of", "texels_of"]
