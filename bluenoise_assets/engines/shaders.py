"""One shader file for each texture, from the sources in shaders/.

A source is a valid sample as it stands: a strip of one slice, 64 x 64 texels, 4 channels of 8 bits, uniform. What a
texture's own file differs in is written so that it can be replaced without understanding the language, and without a
preprocessor, which WGSL and Godot 3 lack:

- **The constants**: each stands in a line of its own, as `#define BLUENOISE_WIDTH 64`.
- **The binding**: the type of a strip's texture, as `sampler2D`, which becomes the array's or the volume's wherever it
  occurs, and the one line that fetches a texel.
- **Sections** that not every texture has, code and comments, each after a line `// ---- with a uniform or triangular
  law ----` or `// ---- with such a law and two channels or more ----`, the last before `// ---- end ----`. These lines
  themselves are dropped.
- **The prefix**: `bluenoise_` and `BLUENOISE_` stand for the texture's identifier, so that one shader can include the
  files of several textures; prose says "blue noise" or "bluenoise-assets", which are left alone. No two textures may
  get the same function, also in languages without overloading: no function's name may end in `_` and another's.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bluenoise_assets.engines import resources
from bluenoise_assets.formats.layout import Storage as TexelStorage
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution, digest
from bluenoise_assets.spec.names import identifier

Layout = Literal["strip", "array", "volume"]
"""A 2D texture with the slices from top to bottom, a 2D array texture, a 3D texture."""

Storage = Literal["uint8", "uint16", "float"]
"""Unsigned normalised integers, or floating point numbers that are the values as they are."""


@dataclass(frozen=True)
class Binding:
    """How a shader sees a texture: the type it is bound as, and what its channels are stored as."""

    layout: Layout
    storage: Storage


@dataclass(frozen=True)
class Dialect:
    """What differs between the languages: a source, and what is filled in for the layouts.

    `fetched` is the fetch that stands in the source, a strip's.
    """

    source: str
    suffix: str
    types: dict[Layout, str]
    fetched: str
    fetches: dict[Layout, str]


GLSL_TYPES: dict[Layout, str] = {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}

GLSL_STRIP = "texelFetch(tex, ivec2(place.x, place.y + BLUENOISE_HEIGHT * slice), 0)"
GLSL_LAYERED = "texelFetch(tex, ivec3(place, slice), 0)"
GODOT_STRIP = "texelFetch(tex_, ivec2(place_.x, place_.y + BLUENOISE_HEIGHT * slice_), 0)"
GODOT_LAYERED = "texelFetch(tex_, ivec3(place_, slice_), 0)"

# Godot 3 keeps 8-bit RGB textures as sRGB that samplers leave alone, but texelFetch decodes (seen in 3.2.3).
GODOT3_PLACES: dict[Layout, str] = {
    "strip": "(vec2(ivec2(place_.x, place_.y + BLUENOISE_HEIGHT * slice_)) + 0.5)"
    " / vec2(ivec2(BLUENOISE_WIDTH, BLUENOISE_HEIGHT * BLUENOISE_SLICES))",
    "array": "vec3((vec2(place_) + 0.5) / vec2(ivec2(BLUENOISE_WIDTH, BLUENOISE_HEIGHT)), float(slice_))",
    "volume": "(vec3(ivec3(place_, slice_)) + 0.5) / vec3(ivec3(BLUENOISE_WIDTH, BLUENOISE_HEIGHT, BLUENOISE_SLICES))",
}

HLSL_TYPES: dict[Layout, str] = {
    "strip": "Texture2D<float4>",
    "array": "Texture2DArray<float4>",
    "volume": "Texture3D<float4>",
}
HLSL_STRIP = "tex.Load(int3(place.x, place.y + BLUENOISE_HEIGHT * slice, 0))"
HLSL_LAYERED = "tex.Load(int4(place, slice, 0))"

WGSL_TYPES: dict[Layout, str] = {
    "strip": "texture_2d<f32>",
    "array": "texture_2d_array<f32>",
    "volume": "texture_3d<f32>",
}
WGSL_STRIP = "textureLoad(tex, vec2<i32>(place.x, place.y + BLUENOISE_HEIGHT * slice), 0)"
WGSL_ARRAY = "textureLoad(tex, place, slice, 0)"
WGSL_VOLUME = "textureLoad(tex, vec3<i32>(place, slice), 0)"


def _dialect(name: str, suffix: str, types: dict[Layout, str], strip: str, array: str, volume: str = "") -> Dialect:
    fetches: dict[Layout, str] = {"strip": strip, "array": array, "volume": volume or array}
    return Dialect(f"bluenoise.{name}", suffix, types, strip, fetches)


DIALECTS = {
    "hlsl": _dialect("hlsl", "hlsl", HLSL_TYPES, HLSL_STRIP, HLSL_LAYERED),
    "glsl": _dialect("glsl", "glsl", GLSL_TYPES, GLSL_STRIP, GLSL_LAYERED),
    "wgsl": _dialect("wgsl", "wgsl", WGSL_TYPES, WGSL_STRIP, WGSL_ARRAY, WGSL_VOLUME),
    "godot": _dialect("gdshaderinc", "gdshaderinc", GLSL_TYPES, GODOT_STRIP, GODOT_LAYERED),
    "godot3": Dialect(
        "bluenoise.gdshaderinc",
        "shader",
        GLSL_TYPES,
        GODOT_STRIP,
        {layout: f"textureLod(tex_, {place}, 0.0)" for layout, place in GODOT3_PLACES.items()},
    ),
    "ush": _dialect("hlsl", "ush", HLSL_TYPES, HLSL_STRIP, HLSL_LAYERED),
}

LANGUAGES = tuple(DIALECTS)

SUFFIXES = {language: dialect.suffix for language, dialect in DIALECTS.items()}
"""What a language's files end in, without the dot."""

DISTRIBUTIONS = {UniformDistribution: 0, TriangularDistribution: 1}
OTHER_DISTRIBUTION = 2

STORED_BITS: dict[Storage, int] = {"uint8": 8, "uint16": 16, "float": 0}

LAYOUT_WORDS: dict[Layout, str] = {"strip": "a strip", "array": "an array", "volume": "a volume"}

KNOWN_LAW, PLANE = "a uniform or triangular law", "such a law and two channels or more"
"""The sections that some textures do not have."""

# A Godot 3 shader is a whole: there are neither includes nor a preprocessor.
GODOT3 = """\
// A material for 2D nodes that EFFECT. Godot 3.2 or later, with the GLES3 renderer.
// The texture, imported without filter and without mipmaps, is the shader parameter `noise`; an animation counts up
// `frame`.
shader_type canvas_item;

uniform sampler2D noise;
uniform int frame;

FUNCTIONS
void fragment() {
\tvec4 color = texture(TEXTURE, UV);
\tvec4 value = VALUE;
\tCOLOR = vec4(RESULT, color.a);
}
"""


def binding_of(spec: TextureSpec) -> Binding:
    """How a texture's own files, those of its `formats`, are bound: as a strip, unless all are arrays or volumes."""
    layered = spec.formats and set(spec.formats) <= {"dds", "ktx2"}
    return Binding(own_layout(spec) if layered else "strip", storage_of(spec.storage))


def own_layout(spec: TextureSpec) -> Layout:
    """How a texture is bound where arrays and volumes are textures of their own kind."""
    return "strip" if spec.kind == "2d" else spec.kind


def storage_of(held: TexelStorage) -> Storage:
    """What shaders are told of the type of a texel's channels."""
    return held if held in ("uint8", "uint16") else "float"


def extent(spec: TextureSpec) -> str:
    """For people: `8 layers of 64 x 64 texels, 1 channel`."""
    layers = f"{spec.layers} layers of " if spec.layers else ""
    channels = "1 channel" if spec.channels == 1 else f"{spec.channels} channels"
    return f"{layers}{' x '.join(map(str, spec.size))} texels, {channels}"


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
        "layout": binding.layout,
        "storage": binding.storage,
        "source": source_digest(language),
    }
    return {name: value for name, value in plain.items() if value is not None}


def render(language: str, spec: TextureSpec, binding: Binding | None = None) -> str:
    """The text of a texture's shader file in one of `LANGUAGES`: ASCII, LF line endings.

    Raises `ValueError` for another language, `BuildError` if the shader's source is missing.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no shader language {language!r}; there are {', '.join(LANGUAGES)}")
    binding = binding or binding_of(spec)
    dialect = DIALECTS[language]
    law = DISTRIBUTIONS.get(type(spec.distribution), OTHER_DISTRIBUTION)
    constants = {
        "WIDTH": spec.size[0],
        "HEIGHT": spec.size[1],
        "SLICES": spec.slices,
        "CHANNELS": spec.channels,
        "BITS": STORED_BITS[binding.storage],
        "DISTRIBUTION": law,
    }
    known = law != OTHER_DISTRIBUTION
    body = _sections(_source(language), {KNOWN_LAW: known, PLANE: known and spec.channels >= 2})
    if language == "godot3":
        body = _godot3(body, known, layered=spec.slices > 1)
    body = re.sub(
        r"(?m)^((?:#define|const int|const) BLUENOISE_([A-Z]+)(?:: [iu]32)?(?: =)?) \d+",
        lambda match: f"{match[1]} {constants[match[2]]}",
        body,
    )
    body = body.replace(dialect.fetched, dialect.fetches[binding.layout])
    body = re.sub(rf"\b{re.escape(dialect.types['strip'])}(?!\w)", dialect.types[binding.layout], body)
    prefix = identifier(spec.name)
    prefixes = {"bluenoise_": f"{prefix}_", "BLUENOISE_": f"{prefix.upper()}_"}
    body = re.sub(r"\b(?:bluenoise_|BLUENOISE_)", lambda match: prefixes[match[0]], body)
    stem = spec.name.rpartition("/")[2]
    if stem.isascii() and stem.isprintable():
        body = body.replace(dialect.source, f"{stem}.{dialect.suffix}")
    return f"{_heading(spec, binding)}//\n{body}"


def _godot3(source: str, known: bool, layered: bool) -> str:
    """A shader around the functions, which follow the source's own introduction and guard."""
    functions = re.sub(r"(?m)\A(?://.*\n|\n|#.*\n)+|^#.*\n", "", source)
    words = {
        "FUNCTIONS": functions.rstrip() + "\n",
        "EFFECT": "dithers what it draws to 256 levels" if known else "shows the texture itself",
        "VALUE": "bluenoise_load_slice(noise, ivec2(FRAGCOORD.xy), frame)",
        "RESULT": "bluenoise_dither(color.rgb, 256, value)" if known else "value.rgb",
    }
    if known and not layered:
        words["VALUE"] = "bluenoise_animate(bluenoise_load(noise, ivec2(FRAGCOORD.xy)), frame)"
    return re.sub("|".join(words), lambda match: words[match[0]], GODOT3)


def _heading(spec: TextureSpec, binding: Binding) -> str:
    numbers = f"{spec.bits}-bit floats" if spec.encoding == "float" else f"{spec.bits} bits"
    # !a: some compilers take nothing else, not even in a comment.
    return (
        f"// Texture {spec.name!a}: {extent(spec)}, {numbers}, {spec.distribution.tag()}; "
        f"bound as {LAYOUT_WORDS[binding.layout]}.\n"
        "// Written by bluenoise-assets: change the manifest, not this file.\n"
    )


def _sections(source: str, present: dict[str, bool]) -> str:
    """The source without its markers and without the sections that are not present."""
    first, *others = re.split(r"(?m)^// ---- (with .+|end) ----\n", source)
    kept = [first]
    for marker, text in zip(others[::2], others[1::2], strict=True):
        if marker == "end" or present[marker.removeprefix("with ")]:
            kept.append(text)
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).rstrip() + "\n"


@cache
def source_digest(language: str) -> str:
    """The SHA-256, in hex, that tells whether a language's source, or what is filled in here, has changed."""
    dialect = DIALECTS[language]
    frames = [_godot3("", known, layered) for known in (False, True) for layered in (False, True)]
    whole = frames if language == "godot3" else []
    return digest([_source(language), *dialect.types.values(), *dialect.fetches.values(), *whole])


def source_path(language: str) -> Path:
    """The file of a language's source."""
    return resources.path(f"shaders/{DIALECTS[language].source}")


@cache
def _source(language: str) -> str:
    return resources.text(f"shaders/{DIALECTS[language].source}")
