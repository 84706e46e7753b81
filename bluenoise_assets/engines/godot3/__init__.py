"""Godot 3 (3.2.3 was tried, with GLES3): strips as for Godot 4, with another importer's options.

It reads EXR files as half floats, cutting off what these do not hold, and as 0 below 2^-14. An EXR file in layers can
only be imported uncompressed: what its lossless mode writes it cannot read.
"""

from bluenoise_assets.engines.engine import Asset, Engine
from bluenoise_assets.engines.godot import holding, import_file
from bluenoise_assets.engines.shaders import own_layout
from bluenoise_assets.engines.template import beside

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


ENGINE = Engine(
    title="Godot 3",
    holding=holding,
    layout=own_layout,
    shaders=("godot3",),
    snippet_suffix=".md",
    template=beside(__file__, "snippet.md"),
    words=lambda _asset: {},
    sidecar=import_file.sidecar(_settings),
)
