"""Godot 4: PNG and EXR strips that it imports as a texture, an array or a volume. Filter and repeat are shader hints.

It reads half floats below 2^-14 as 0.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine, load_function, without_16_bits
from bluenoise_assets.engines.godot import import_file
from bluenoise_assets.engines.shaders import as_uniform, dithers, own_layout
from bluenoise_assets.engines.template import Words
from bluenoise_assets.formats.layout import Kind, StorageLayout
from bluenoise_assets.spec import TextureSpec

IMPORTERS: dict[Kind, tuple[str, str]] = {
    "2d": ("texture", "CompressedTexture2D"),
    "array": ("2d_array_texture", "CompressedTexture2DArray"),
    "volume": ("3d_texture", "CompressedTexture3D"),
}
"""The importer of each kind of texture, and the type of resource it makes."""

LOSSLESS, UNCOMPRESSED, NO_NORMAL_MAP = "0", "3", "2"
ALWAYS = {"compress/mode": LOSSLESS, "mipmaps/generate": "false"}
FLAT = {
    "compress/normal_map": NO_NORMAL_MAP,
    "process/fix_alpha_border": "false",
    "process/premult_alpha": "false",
    "process/hdr_as_srgb": "false",
    "process/size_limit": "0",
    "detect_3d/compress_to": "0",
}
"""What only a 2D texture has."""
NEUTRAL = {
    "process/channel_remap/red": "0",
    "process/channel_remap/green": "1",
    "process/channel_remap/blue": "2",
    "process/channel_remap/alpha": "3",
    "process/normal_map_invert_y": "false",
}
"""What changes the texels of a 2D texture where it is set; older versions do not know it."""

SAMPLERS = {"2d": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
RESOURCES = {"2d": "Texture2D", "array": "Texture2DArray", "volume": "Texture3D"}


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """Strips. Godot cuts a PNG of 16 bits to 8, so that these are held as the floats they stand for."""
    if spec.encoding == "unorm" and spec.bits == 8:
        return StorageLayout("png", "uint8", spec.channels, "2d")
    return StorageLayout("exr", without_16_bits(spec), spec.channels, "2d")


def import_settings(
    asset: Asset, importers: dict[Kind, tuple[str, str]], always: dict[str, str], flat: dict[str, str]
) -> import_file.Settings:
    """What an import file says of a texture: its importer's options, and into how many slices it is cut."""
    importer, kind = importers[asset.spec.kind]
    sliced = {"slices/horizontal": "1", "slices/vertical": str(asset.spec.slices)}
    params = always | (flat if asset.spec.kind == "2d" else sliced)
    remap = {("remap", "importer"): f'"{importer}"', ("remap", "type"): f'"{kind}"'}
    return remap | {("params", key): value for key, value in params.items()}


def neutral_settings(asset: Asset, neutral: dict[str, str]) -> import_file.Settings:
    """What an import file of a 2D texture may also say of its texels; the importers of slices have no such options."""
    return {("params", key): value for key, value in neutral.items()} if asset.spec.kind == "2d" else {}


def _settings(asset: Asset) -> import_file.Settings:
    """Floats in slices are not compressed: as "lossless" ones Godot 4.0 to 4.3 cuts them to 8 bits (godot#97827)."""
    layered_floats = asset.spec.kind != "2d" and asset.storage_layout.format == "exr"
    mode = {"compress/mode": UNCOMPRESSED} if layered_floats else {}
    return import_settings(asset, IMPORTERS, ALWAYS | mode, FLAT)


def value_at(spec: TextureSpec) -> str:
    """What a fragment reads of the texture: uniform values if it dithers with them, else the values as they are."""
    load, place = load_function(spec, spec.kind != "2d"), "noise, ivec2(FRAGCOORD.xy)"
    value = f"{load}({place})" if spec.kind == "2d" else f"{load}({place}, frame)"
    value = as_uniform(spec, value)
    return f"bluenoise_animate({value}, frame)" if dithers(spec) and spec.kind == "2d" else value


def _words(asset: Asset) -> Words:
    """How a snippet's shaders bind the texture and read it."""
    spec = asset.spec
    return {
        "sampler": SAMPLERS[spec.kind],
        "resource": RESOURCES[spec.kind],
        "value": value_at(spec),
        "still": spec.is_vector and spec.kind == "2d",
    }


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=own_layout,  # the importer takes a strip apart
    shaders=("godot",),
    template=Path(__file__).with_name("snippet.md"),
    words=_words,
    sidecar=import_file.sidecar(_settings, lambda asset: neutral_settings(asset, NEUTRAL)),
)
