"""Godot 3 (3.2.3 was tried, with GLES3): strips as for Godot 4, with another importer's options.

It reads EXR files as half floats, cutting off what these do not hold, and as 0 below 2^-14. An EXR file in layers can
only be imported uncompressed: what its lossless mode writes it cannot read.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine
from bluenoise_assets.engines.godot import import_file, import_settings, neutral_settings, storage_layout, value_at
from bluenoise_assets.engines.shaders import own_layout
from bluenoise_assets.formats.layout import Kind

IMPORTERS: dict[Kind, tuple[str, str]] = {
    "2d": ("texture", "StreamTexture"),
    "array": ("texture_array", "TextureArray"),
    "volume": ("texture_3d", "Texture3D"),
}
"""The importer of each kind of texture, and the type of resource it makes."""

LOSSLESS, LAYERS_UNCOMPRESSED, NO_NORMAL_MAP = "0", "2", "2"
REPEAT, NEVER_SRGB = "1", "0"
ALWAYS = {
    "compress/mode": LOSSLESS,
    "flags/repeat": REPEAT,
    "flags/filter": "false",
    "flags/mipmaps": "false",
    "flags/srgb": NEVER_SRGB,
}
FLAT = {
    "compress/normal_map": NO_NORMAL_MAP,
    "process/fix_alpha_border": "false",
    "process/premult_alpha": "false",
    "process/HDR_as_SRGB": "false",
    "process/invert_color": "false",
    "size_limit": "0",
    "detect_3d": "false",
}
"""What only a 2D texture has."""
NEUTRAL = {"process/normal_map_invert_y": "false"}
"""What changes the texels of a 2D texture where it is set; 3.2 does not know it."""


def _settings(asset: Asset) -> import_file.Settings:
    uncompressed = asset.spec.kind != "2d" and asset.storage_layout.format == "exr"
    mode = {"compress/mode": LAYERS_UNCOMPRESSED} if uncompressed else {}
    return import_settings(asset, IMPORTERS, ALWAYS | mode, FLAT)


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=own_layout,
    shaders=("godot3",),
    template=Path(__file__).with_name("snippet.md"),
    words=lambda asset: {"value": value_at(asset.spec)},
    sidecar=import_file.sidecar(_settings, lambda asset: neutral_settings(asset, NEUTRAL)),
)
