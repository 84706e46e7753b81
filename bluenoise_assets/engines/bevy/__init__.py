"""Bevy: KTX2, an `AssetMeta` in a `.meta` file beside it, WGSL as `.wesl` and as `.wgsl`.

From Bevy's sources (no Bevy runs here), for 0.15 to 0.20: the loader and the fields of its settings have kept their
names since 0.15; `array_layout` and `texture_format` came later, may be left out, and must not be set for our files.
Without the `.meta`, Bevy takes images for sRGB: it converts R8 and RG8 when it loads them, and RGBA8 when it is read.
Bevy never writes to a `.meta`, so ours is written whole, the same for every texture.

Since 0.20 shaders are WESL, of which WGSL is a part. A `.wesl` file imports from `.wesl` files only: the loader looks
for no other suffix (bevy_shader's `shader.rs`), and a `.wgsl` file is registered under no module's path (its
`shader_cache.rs`). Up to 0.19 naga_oil imports from `.wgsl` files; hence both.

A KTX2 file of one row becomes a 1D texture in Bevy, which no 2D binding takes; hence a PNG for a line of bytes, and a
strip for an array of lines.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import (
    Asset,
    Engine,
    Sidecar,
    load_function,
    without_3_channels,
    without_16_bits,
)
from bluenoise_assets.engines.shaders import Layout
from bluenoise_assets.engines.template import Words, read
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import TextureSpec

NO_MODULES = {"as", "import", "package", "private", "public", "self", "super"}
"""Identifiers that WESL takes for no part of a module's path (wesl-rs 0.6)."""

META = read(Path(__file__).with_name("texture.meta"))

_DIMENSIONS: dict[Layout, tuple[str, str]] = {
    "strip": ("2d", "texture_2d<f32>"),
    "array": ("2d_array", "texture_2d_array<f32>"),
    "volume": ("3d", "texture_3d<f32>"),
}


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """KTX2 as the texture is; 16-bit integers as the floats they stand for, since wgpu has R16Unorm as a feature only.

    3 channels as 4, and in two dimensions what has one slice, or one row in a slice.
    """
    storage = without_16_bits(spec)
    if _rows(spec) == 1 and storage == "uint8":
        return StorageLayout("png", storage, spec.channels, "2d")
    channels = without_3_channels(spec)
    return StorageLayout("ktx2", storage, channels, "2d" if layout(spec) == "strip" else spec.kind)


def layout(spec: TextureSpec) -> Layout:
    """The kind of texture that Bevy makes of the file."""
    if spec.slices == 1 or (spec.kind == "array" and spec.size[1] == 1):
        return "strip"
    return "array" if spec.kind == "array" else "volume"


def _rows(spec: TextureSpec) -> int:
    """Of a strip in the file."""
    return spec.size[1] * spec.slices


def _differences(_asset: Asset, text: str) -> list[str]:
    return [] if text == META else ["the settings are not those that were written"]


def _words(asset: Asset) -> Words:
    spec = asset.spec
    own_path = f"bluenoise/{asset.file.removesuffix(f'.{asset.storage_layout.format}')}"
    common_path = f"{own_path.removesuffix(spec.name)}bluenoise_common" if spec.shader_files == "shared" else own_path
    dimension, texture = _DIMENSIONS[layout(spec)]
    return {
        "dimension": dimension,
        "texture": texture,
        "line": _rows(spec) == 1 and asset.storage_layout.format == "ktx2",
        "load": load_function(spec, spec.slices > 1),
        "frame": ", i32(globals.frame_count)" if spec.slices > 1 else "",
        "own_path": own_path,
        "common_path": common_path,
        "module": f"package::{own_path.replace('/', '::')}",
        "common_module": f"package::{common_path.replace('/', '::')}",
        "importable": all(part.isidentifier() and part not in NO_MODULES for part in own_path.split("/")),
    }


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=layout,
    shaders=("wgsl", "wesl"),
    template=Path(__file__).with_name("snippet.md"),
    words=_words,
    sidecar=Sidecar(suffix=".meta", patch=lambda _asset, _old: META, differences=_differences),
)
