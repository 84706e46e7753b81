"""Godot 4: PNG and EXR strips that it imports as a texture, an array or a volume. Filter and repeat are shader hints.

It reads half floats below 2^-14 as 0.
"""

from bluenoise_assets.engines import import_file
from bluenoise_assets.engines.engine import Asset, Engine, Holding, without_16_bits
from bluenoise_assets.engines.shaders import extent, own_layout
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier

IMPORTERS = {
    "2d": ("texture", "CompressedTexture2D"),
    "array": ("2d_array_texture", "CompressedTexture2DArray"),
    "volume": ("3d_texture", "CompressedTexture3D"),
}
"""The importer of each kind of texture, and the type of resource it makes."""

LOSSLESS, NO_NORMAL_MAP = "0", "2"

SAMPLERS = {"2d": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
RESOURCES = {"2d": "Texture2D", "array": "Texture2DArray", "volume": "Texture3D"}


def holding(spec: TextureSpec) -> Holding:
    """Strips. Godot cuts a PNG of 16 bits to 8, so that these are held as the floats they stand for."""
    if spec.encoding == "unorm" and spec.bits == 8:
        return Holding("png", "uint8", spec.channels, "2d")
    return Holding("exr", without_16_bits(spec), spec.channels, "2d")


def _settings(asset: Asset) -> import_file.Settings:
    importer, kind = IMPORTERS[asset.spec.kind]
    params = {"compress/mode": LOSSLESS, "mipmaps/generate": "false"}
    if asset.spec.kind == "2d":
        params |= {
            "compress/normal_map": NO_NORMAL_MAP,
            "process/fix_alpha_border": "false",
            "process/premult_alpha": "false",
            "process/hdr_as_srgb": "false",
            "process/size_limit": "0",
            "detect_3d/compress_to": "0",
        }
    else:
        params |= {"slices/horizontal": "1", "slices/vertical": str(asset.spec.slices)}
    remap = {("remap", "importer"): f'"{importer}"', ("remap", "type"): f'"{kind}"'}
    return remap | {("params", key): value for key, value in params.items()}


SNIPPET = """\
# {title} in Godot 4

{what}.
Written by bluenoise-assets: change the manifest, not this file.

Godot imports the texture as it is when it next scans the project. A shader beside these files; elsewhere write the
include file's whole path, `res://...`:

```gdshader
shader_type canvas_item;

#include "{stem}.gdshaderinc"

uniform {sampler} noise : filter_nearest, repeat_enable; // not source_color: this is data
uniform int frame;

void fragment() {{
	vec4 value = {value};
	{use}
}}
```

A script beside them, of a node with this shader in its material:

```gdscript
extends CanvasItem

const NOISE: {resource} = preload("{file}")


func _ready() -> void:
	(material as ShaderMaterial).set_shader_parameter("noise", NOISE)


# Another pattern each frame, for a picture that is blended with the frames before it.
func _process(_delta: float) -> void:
	(material as ShaderMaterial).set_shader_parameter("frame", Engine.get_process_frames())
```
"""


def words(asset: Asset) -> dict[str, str]:
    """What a snippet says of the texture, and how its shader reads it and uses it."""
    spec, name = asset.spec, identifier(asset.spec.name)
    dithers = isinstance(spec.distribution, UniformDistribution | TriangularDistribution)
    place = "noise, ivec2(FRAGCOORD.xy)"
    if spec.kind != "2d":
        value = f"{name}_load_slice({place}, frame)"
    else:
        value = f"{name}_animate({name}_load({place}), frame)" if dithers else f"{name}_load({place})"
    dither = f"{name}_dither_triangular" if isinstance(spec.distribution, TriangularDistribution) else f"{name}_dither"
    return {
        "title": spec.name,
        "what": f"{extent(spec)}, {spec.distribution.tag()}",
        "stem": asset.stem,
        "file": asset.file.rpartition("/")[2],
        "sampler": SAMPLERS[spec.kind],
        "resource": RESOURCES[spec.kind],
        "value": value,
        "use": f"COLOR.rgb = {dither}(COLOR.rgb, 256, value);" if dithers else "COLOR.rgb = value.rgb;",
    }


def _snippet(asset: Asset) -> str:
    return SNIPPET.format_map(words(asset))


ENGINE = Engine(
    title="Godot 4",
    holding=holding,
    layout=own_layout,  # the importer takes a strip apart
    shaders=("godot",),
    snippet_suffix=".md",
    snippet=_snippet,
    sidecar=import_file.sidecar(_settings),
)
