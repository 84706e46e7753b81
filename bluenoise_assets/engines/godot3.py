"""Godot 3 (3.2.3 was tried, with GLES3): strips as for Godot 4, with another importer's options.

It reads EXR files as half floats, cutting off what these do not hold, and as 0 below 2^-14. An EXR file in layers can
only be imported uncompressed: what its lossless mode writes it cannot read.
"""

from bluenoise_assets.engines import godot, import_file
from bluenoise_assets.engines.engine import Asset, Engine
from bluenoise_assets.engines.shaders import own_layout

IMPORTERS = {
    "2d": ("texture", "StreamTexture"),
    "array": ("texture_array", "TextureArray"),
    "volume": ("texture_3d", "Texture3D"),
}
"""The importer of each kind of texture, and the type of resource it makes."""

LOSSLESS, LAYERS_UNCOMPRESSED, NO_NORMAL_MAP = "0", "2", "2"
REPEAT, NEVER_SRGB = "1", "0"


def _settings(asset: Asset) -> import_file.Settings:
    importer, kind = IMPORTERS[asset.spec.kind]
    params = {
        "compress/mode": LOSSLESS,
        "flags/repeat": REPEAT,
        "flags/filter": "false",
        "flags/mipmaps": "false",
        "flags/srgb": NEVER_SRGB,
    }
    if asset.spec.kind == "2d":
        params |= {
            "compress/normal_map": NO_NORMAL_MAP,
            "process/fix_alpha_border": "false",
            "process/premult_alpha": "false",
            "process/HDR_as_SRGB": "false",
            "process/invert_color": "false",
            "size_limit": "0",
            "detect_3d": "false",
        }
    else:
        params |= {"slices/horizontal": "1", "slices/vertical": str(asset.spec.slices)}
        if asset.holding.format == "exr":
            params["compress/mode"] = LAYERS_UNCOMPRESSED
    remap = {("remap", "importer"): f'"{importer}"', ("remap", "type"): f'"{kind}"'}
    return remap | {("params", key): value for key, value in params.items()}


SNIPPET = """\
# {title} in Godot 3

{what}.
Written by bluenoise-assets: change the manifest, not this file.

Godot 3 has no include files: `{stem}.shader` is a whole shader, for 2D nodes. For one of your own copy its functions.
A script beside these files, of a node that is to be drawn with it:

```gdscript
extends CanvasItem


func _ready():
	material = ShaderMaterial.new()
	material.shader = preload("{stem}.shader")
	material.set_shader_param("noise", preload("{file}"))


# Another pattern each frame, for a picture that is blended with the frames before it.
func _process(_delta):
	material.set_shader_param("frame", Engine.get_idle_frames())
```
"""


def _snippet(asset: Asset) -> str:
    return SNIPPET.format_map(godot.words(asset))


ENGINE = Engine(
    title="Godot 3",
    holding=godot.holding,
    layout=own_layout,
    shaders=("godot3",),
    snippet_suffix=".md",
    snippet=_snippet,
    sidecar=import_file.sidecar(_settings),
)
