"""A texture's shader file, and the one with what all textures' files have in common.

The common text, `shaders/bluenoise_common.*` at the top, holds functions on values, which know of no texture; it is
written as it is. A texture's own text is filled in from the template `texture.*` in this folder: it loads the values
and includes the common text, or, if the texture asks for single files, follows it in one file. A Godot 3 shader is a
whole, with both in it: there are neither includes nor a preprocessor.

No two textures may get the same function, nor a texture one of the common ones, also in languages without overloading:
no function's name may end in `_` and that of one in the template.
"""

from functools import cache
from pathlib import Path
from typing import Any

from bluenoise_assets.engines.shaders import sources
from bluenoise_assets.engines.shaders.binding import Binding, Layout, Storage, binding_of, extent, law
from bluenoise_assets.engines.shaders.dialects import DIALECTS, LANGUAGES
from bluenoise_assets.engines.template import Words, read
from bluenoise_assets.engines.template import render as fill_in
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution, digest
from bluenoise_assets.spec.names import identifier
from bluenoise_assets.spec.sample_space import DIRECTIONS

BITS: dict[Storage, int] = {"uint8": 8, "uint16": 16, "float": 0}

LAYOUT_WORDS: dict[Layout, str] = {"strip": "a strip", "array": "an array", "volume": "a volume"}

REPEATED = {1: "xxxx", 2: "xyxy", 3: "xyzx", 4: "xyzw"}
"""Of a texel's channels, what a load gives: its own, and in the others those again."""


def content(language: str, spec: TextureSpec, binding: Binding | None = None) -> dict[str, Any]:
    """What a shader file depends on, as the lock records it."""
    binding = binding or binding_of(spec)
    plain = {
        "name": spec.name,
        "bits": spec.bits,
        "encoding": spec.encoding,
        "channels": spec.channels,
        "distribution": spec.distribution.tag(),
        "size": list(spec.size),
        "layers": spec.layers,
        "frames": spec.frames,
        "sample_space": spec.sample_space if spec.is_vector else None,
        "layout": binding.layout,
        "storage": binding.storage,
        "source": source_digest(language),
        "common": None if _is_shared(language, spec) else common_digest(language),
    }
    return {name: value for name, value in plain.items() if value is not None}


def render(language: str, spec: TextureSpec, binding: Binding | None = None) -> str:
    """The text of a texture's shader file in one of `LANGUAGES`: ASCII, LF line endings.

    Raises `ValueError` for another language, `BuildError` if the common text is missing.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no shader language {language!r}; there are {', '.join(LANGUAGES)}")
    words = _words(language, spec, binding or binding_of(spec))
    text = fill_in(_template(language), words)
    if language == "godot3":
        functions = "\n".join(map(_functions, (common_text(language), text)))
        return fill_in(_godot3(), {**words, "functions": functions})
    return text if _is_shared(language, spec) else f"{common_text(language)}\n{text}"


def common_name(language: str) -> str | None:
    """What the file of the common text is called, beside the textures' own; None where a file is a whole."""
    return None if language == "godot3" else f"bluenoise_common.{DIALECTS[language].suffix}"


@cache
def common_text(language: str) -> str:
    """The functions on values; ASCII, LF line endings. Raises `BuildError` if the text is missing."""
    return sources.text(_common_source(language))


def common_digest(language: str) -> str:
    """The SHA-256, in hex, that tells whether the common text has changed."""
    return _text_digest(common_text(language))


@cache
def _text_digest(text: str) -> str:
    return digest([text])


def source_paths(language: str) -> tuple[Path, ...]:
    """The files that a language's shaders are made of. Raises `BuildError` if one is missing."""
    own = (_template_path(language), _godot3_path()) if language == "godot3" else (_template_path(language),)
    return (sources.path(_common_source(language)), *own)


@cache
def source_digest(language: str) -> str:
    """The SHA-256, in hex, that tells whether what a texture's own text is filled in from has changed."""
    whole = [_godot3()] if language == "godot3" else []
    return digest([_template(language), *whole, *DIALECTS[language].types.values()])


def dithers(spec: TextureSpec) -> bool:
    """Whether a texture is to dither with: its values are scalars of a law that shaders make uniform."""
    return isinstance(spec.distribution, UniformDistribution | TriangularDistribution) and not spec.is_vector


def is_triangular(spec: TextureSpec) -> bool:
    """Whether its loaded values have a triangular law."""
    return isinstance(spec.distribution, TriangularDistribution) and not spec.is_vector


def dither_function(spec: TextureSpec) -> str:
    """The common function that dithers with noise of the texture's law."""
    return "bluenoise_dither_triangular" if is_triangular(spec) else "bluenoise_dither"


def as_uniform(spec: TextureSpec, value: str) -> str:
    """An expression that gives a texture's loaded values, as the uniform ones that the common functions take."""
    return f"{identifier(spec.name)}_uniform({value})" if is_triangular(spec) else value


def has_pole(spec: TextureSpec) -> bool:
    """Whether its samples are directions around +z, which a shader turns to a surface's normal."""
    return spec.sample_space in {"hemisphere", "cosine_hemisphere"}


def sample_as_rgb(spec: TextureSpec, sample: str) -> str:
    """What makes a vector of three, a colour, of an expression that is a sample: what stands in its parentheses."""
    shown = f"0.5 + 0.5 * {sample}" if spec.sample_space in DIRECTIONS else sample
    return {2: f"{shown}, 0.0", 3: shown, 4: f"{shown}.xyz"}.get(spec.channels, shown)


def _words(language: str, spec: TextureSpec, binding: Binding) -> Words:
    """What the templates may say of a texture."""
    name, bits = identifier(spec.name), BITS[binding.storage]
    before, after = _decoding(spec)
    return {
        "heading": _heading(spec, binding),
        "id": name,
        "caps": name.upper(),
        "shared": _is_shared(language, spec),
        "common": f"{'../' * spec.name.count('/')}{common_name(language)}",
        "type": DIALECTS[language].types[binding.layout],
        "strip": binding.layout == "strip",
        "array": binding.layout == "array",
        "godot3": language == "godot3",
        "width": spec.size[0],
        "height": spec.size[1],
        "slices": spec.slices,
        "integers": bits > 0,
        "top": 2**bits - 1,
        "levels": 2**bits,
        "channels": spec.channels,
        "own": "xyzw"[: spec.channels],
        "repeated": REPEATED[spec.channels],
        "frames": spec.frames is not None,
        "load": f"{name}_load_frame" if spec.frames else f"{name}_load",
        "which": ", frame" if spec.frames else "",
        "layered": spec.slices > 1,
        "dithers": dithers(spec),
        "dither": dither_function(spec),
        "triangular": is_triangular(spec),
        "as_uniform": as_uniform(spec, "value"),
        "vector": spec.is_vector,
        "before": before,
        "after": after,
        "shown": sample_as_rgb(spec, f"{name}_sample(value)"),
    }


def _is_shared(language: str, spec: TextureSpec) -> bool:
    """Whether the common text is in a file of its own."""
    return common_name(language) is not None and spec.shader_files == "shared"


def _decoding(spec: TextureSpec) -> tuple[str, str]:
    """What stands before and after a texel's components to make them the sample."""
    if spec.sample_space not in DIRECTIONS:
        return "", ""
    return ("normalize(", ")") if spec.encoding == "float" else ("normalize(2.0 * ", " - 1.0)")


def _heading(spec: TextureSpec, binding: Binding) -> str:
    numbers = f"{spec.bits}-bit floats" if spec.encoding == "float" else f"{spec.bits} bits"
    # !a: some compilers take nothing else, not even in a comment.
    return (
        f"// Texture {spec.name!a}: {extent(spec)}, {numbers}, {law(spec)}; "
        f"bound as {LAYOUT_WORDS[binding.layout]}.\n"
        "// Written by bluenoise-assets: change the manifest, not this file."
    )


def _functions(text: str) -> str:
    """A text without what stands before its functions, the introduction and the guard."""
    return text.split("\n\n", 2)[2].removesuffix("\n#endif\n")


def _template_path(language: str) -> Path:
    return Path(__file__).with_name(f"texture.{DIALECTS[language].source}")


def _template(language: str) -> str:
    return read(_template_path(language))


def _godot3_path() -> Path:
    return Path(__file__).with_name("godot3.shader")


def _godot3() -> str:
    return read(_godot3_path())


def _common_source(language: str) -> str:
    return f"bluenoise_common.{DIALECTS[language].source}"
