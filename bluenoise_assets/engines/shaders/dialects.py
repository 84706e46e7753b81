"""What differs between the shader languages: their sources, their suffixes, their types, how a texel is fetched."""

from typing import NamedTuple

from bluenoise_assets.engines.shaders.binding import Layout


class Dialect(NamedTuple):
    """What differs between the languages: a source, and what is filled in for the layouts.

    `fetched` is the fetch that stands in the source, a strip's; `sample` declares what gives a sample of 4 components.
    """

    source: str
    suffix: str
    types: dict[Layout, str]
    fetched: str
    fetches: dict[Layout, str]
    sample: str


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


GLSL_SAMPLE = "vec4 bluenoise_sample("
HLSL_SAMPLE = "float4 bluenoise_sample("
WGSL_SAMPLE = "fn bluenoise_sample(value: vec4<f32>) -> vec4"


def _dialect(
    name: str, suffix: str, types: dict[Layout, str], strip: str, array: str, sample: str, volume: str = ""
) -> Dialect:
    fetches: dict[Layout, str] = {"strip": strip, "array": array, "volume": volume or array}
    return Dialect(f"bluenoise.{name}", suffix, types, strip, fetches, sample)


DIALECTS = {
    "hlsl": _dialect("hlsl", "hlsl", HLSL_TYPES, HLSL_STRIP, HLSL_LAYERED, HLSL_SAMPLE),
    "glsl": _dialect("glsl", "glsl", GLSL_TYPES, GLSL_STRIP, GLSL_LAYERED, GLSL_SAMPLE),
    "wgsl": _dialect("wgsl", "wgsl", WGSL_TYPES, WGSL_STRIP, WGSL_ARRAY, WGSL_SAMPLE, WGSL_VOLUME),
    "godot": _dialect("gdshaderinc", "gdshaderinc", GLSL_TYPES, GODOT_STRIP, GODOT_LAYERED, GLSL_SAMPLE),
    "godot3": Dialect(
        "bluenoise.gdshaderinc",
        "shader",
        GLSL_TYPES,
        GODOT_STRIP,
        {layout: f"textureLod(tex_, {place}, 0.0)" for layout, place in GODOT3_PLACES.items()},
        GLSL_SAMPLE,
    ),
    "ush": _dialect("hlsl", "ush", HLSL_TYPES, HLSL_STRIP, HLSL_LAYERED, HLSL_SAMPLE),
}

LANGUAGES = tuple(DIALECTS)

SUFFIXES = {language: dialect.suffix for language, dialect in DIALECTS.items()}
"""What a language's files end in, without the dot."""
