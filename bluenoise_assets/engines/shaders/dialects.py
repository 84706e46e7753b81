"""What differs between the shader languages beside their texts: the files' suffixes, the textures' types."""

from typing import NamedTuple

from bluenoise_assets.engines.shaders.binding import Layout


class Dialect(NamedTuple):
    """`source` is what the texts are called: the template `texture.<source>`, and `bluenoise_common.<source>`."""

    source: str
    suffix: str
    types: dict[Layout, str]


GLSL_TYPES: dict[Layout, str] = {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
HLSL_TYPES: dict[Layout, str] = {
    "strip": "Texture2D<float4>",
    "array": "Texture2DArray<float4>",
    "volume": "Texture3D<float4>",
}
WGSL_TYPES: dict[Layout, str] = {
    "strip": "texture_2d<f32>",
    "array": "texture_2d_array<f32>",
    "volume": "texture_3d<f32>",
}

DIALECTS = {
    "hlsl": Dialect("hlsl", "hlsl", HLSL_TYPES),
    "glsl": Dialect("glsl", "glsl", GLSL_TYPES),
    "wgsl": Dialect("wgsl", "wgsl", WGSL_TYPES),
    "godot": Dialect("gdshaderinc", "gdshaderinc", GLSL_TYPES),
    "godot3": Dialect("gdshaderinc", "shader", GLSL_TYPES),
    "ush": Dialect("hlsl", "ush", HLSL_TYPES),
    "wesl": Dialect("wgsl", "wesl", WGSL_TYPES),  # WGSL, by the only suffix that Bevy's WESL imports from
}

LANGUAGES = tuple(DIALECTS)

SUFFIXES = {language: dialect.suffix for language, dialect in DIALECTS.items()}
"""What a language's files end in, without the dot."""
