"""Bevy: KTX2, an `AssetMeta` in a `.meta` file beside it, WGSL.

From Bevy's sources (no Bevy runs here), for 0.15 to 0.19: the loader and the fields of its settings have kept their
names since 0.15; `array_layout` and `texture_format` came later, may be left out, and must not be set for our files.
Without the `.meta`, Bevy takes images for sRGB: it converts R8 and RG8 when it loads them, and RGBA8 when it is read.

A KTX2 file of one row becomes a 1D texture in Bevy, which no 2D binding takes; hence a PNG for a line of bytes, and a
strip for an array of lines.
"""

import re
from dataclasses import dataclass

from bluenoise_assets.engines import ron
from bluenoise_assets.engines.engine import Asset, Engine, Holding, Sidecar, without_3_channels, without_16_bits
from bluenoise_assets.engines.shaders import Layout, extent
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier

LOADER = '"bevy_image::image_loader::ImageLoader"'
VERSION = '"1.0"'
SAMPLER = {
    "label": "None",
    "address_mode_u": "Repeat",
    "address_mode_v": "Repeat",
    "address_mode_w": "Repeat",
    "mag_filter": "Nearest",
    "min_filter": "Nearest",
    "mipmap_filter": "Nearest",
    "lod_min_clamp": "0.0",
    "lod_max_clamp": "32.0",
    "compare": "None",
    "anisotropy_clamp": "1",
    "border_color": "None",
}
FREE = {"label", "lod_min_clamp", "lod_max_clamp", "border_color"}
"""Settings of a sampler that may be anything."""
OPTIONAL = {"label", "compare", "border_color"}
"""Settings that need not be there: Rust's `Option`."""
USAGE = '("MAIN_WORLD | RENDER_WORLD")'
UNSET = ("array_layout", "texture_format")
"""Settings that change how texels are understood: `None`, or left out."""


@dataclass(frozen=True)
class _Change:
    """A setting that is not as it should be: `what` is wrong, and the whole text with it set right."""

    what: str
    text: str


def holding(spec: TextureSpec) -> Holding:
    """KTX2 as the texture is; 16-bit integers as the floats they stand for, since wgpu has R16Unorm as a feature only.

    3 channels as 4, and in two dimensions what has one slice, or one row in a slice.
    """
    storage = without_16_bits(spec)
    if _rows(spec) == 1 and storage == "uint8":
        return Holding("png", storage, spec.channels, "2d")
    channels = without_3_channels(spec)
    return Holding("ktx2", storage, channels, "2d" if layout(spec) == "strip" else spec.kind)


def layout(spec: TextureSpec) -> Layout:
    """The kind of texture that Bevy makes of the file."""
    if spec.slices == 1 or (spec.kind == "array" and spec.size[1] == 1):
        return "strip"
    return "array" if spec.kind == "array" else "volume"


def _rows(spec: TextureSpec) -> int:
    """Of a strip in the file."""
    return spec.size[1] * spec.slices


def patch(asset: Asset, old: str | None) -> str:
    """The `.meta` with our settings."""
    text = _asset_meta("\n") if old is None else old
    while changes := _changes(asset, text):
        text = changes[0].text
    return text


def differences(asset: Asset, text: str) -> list[str]:
    """Settings that are not as they should be."""
    return [change.what for change in _changes(asset, text)]


def _changes(asset: Asset, text: str) -> list[_Change]:
    """What is to be changed, each as if it were the only change. Raises `ValueError` for what is no `AssetMeta`."""
    root = ron.parse(text)
    whole = root.field("asset")
    if not root.is_struct or whole is None:
        raise ValueError("this is no .meta file of Bevy's: it has no field 'asset'")
    version = root.field("meta_format_version")
    if version is not None and _words(text, version.value) != VERSION:
        raise ValueError(f"meta_format_version is {_words(text, version.value)}, not {VERSION}")
    changes = []
    if version is None:
        changes.append(_wrong(text, root, "meta_format_version", "meta_format_version", VERSION))
    action = whole.value
    if action.name != "Load" or not action.is_struct:
        return [*changes, _wrong(text, root, "asset", "asset", _load(*_place(text, action)), "Load")]
    loader = action.field("loader")
    if loader is None or _words(text, loader.value) != LOADER:
        changes.append(_wrong(text, action, "asset.loader", "loader", LOADER))
    settings = action.field("settings")
    if settings is None or not settings.value.is_struct:
        new = _settings(*_place(text, action if settings is None else settings.value, inside=settings is None))
        return [*changes, _wrong(text, action, "asset.settings", "settings", new, "ImageLoaderSettings")]
    return changes + _settings_changes(asset, text, settings.value)


def _settings_changes(asset: Asset, text: str, settings: ron.Value) -> list[_Change]:
    changes = []
    path = "asset.settings"
    form = settings.field("format")
    explicit = f"Format({asset.holding.format.capitalize()})"
    if form is None or _words(text, form.value) not in {"FromExtension", explicit}:
        changes.append(_wrong(text, settings, f"{path}.format", "format", "FromExtension"))
    srgb = settings.field("is_srgb")
    if srgb is None or _words(text, srgb.value) != "false":
        changes.append(_wrong(text, settings, f"{path}.is_srgb", "is_srgb", "false"))
    sampler = settings.field("sampler")
    descriptor = None if sampler is None else _descriptor(sampler.value)
    if descriptor is None:
        new = _sampler(*_place(text, settings if sampler is None else sampler.value, inside=sampler is None))
        changes.append(_wrong(text, settings, f"{path}.sampler", "sampler", new, "Descriptor"))
    else:
        for name, wanted in SAMPLER.items():
            part = descriptor.field(name)
            wrong = name not in OPTIONAL if part is None else name not in FREE and _words(text, part.value) != wanted
            if wrong:
                changes.append(_wrong(text, descriptor, f"{path}.sampler.{name}", name, wanted))
    if settings.field("asset_usage") is None:
        changes.append(_wrong(text, settings, f"{path}.asset_usage", "asset_usage", USAGE))
    for name in UNSET:
        part = settings.field(name)
        if part is not None and _words(text, part.value) != "None":
            changes.append(_wrong(text, settings, f"{path}.{name}", name, "None"))
    return changes


def _descriptor(sampler: ron.Value) -> ron.Value | None:
    """The struct in `Descriptor((...))`; with the extension unwrap_variant_newtypes it is that itself."""
    if sampler.name != "Descriptor" or sampler.parts is None:
        return None
    if len(sampler.parts) == 1 and not sampler.parts[0].name:
        inner = sampler.parts[0].value
        return inner if inner.is_struct else None
    return sampler if sampler.parts and sampler.is_struct else None


def _wrong(text: str, struct: ron.Value, path: str, name: str, new: str, shown: str = "") -> _Change:
    part = struct.field(name)
    found = "missing" if part is None else _words(text, part.value)
    short = found if len(found) <= 60 else f"{found[:57]}..."
    return _Change(f"{path}: {short}, not {shown or new}", _set(text, struct, name, new))


def _set(text: str, struct: ron.Value, name: str, new: str) -> str:
    part = struct.field(name)
    return ron.insert(text, struct, name, new) if part is None else ron.replace(text, part.value, new)


def _words(text: str, value: ron.Value) -> str:
    """A value without spaces and comments, but for those in strings."""
    found = re.findall(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|\s+|.', text[value.start : value.end], re.DOTALL)
    return "".join(piece for piece in found if piece.strip() and piece[:2] not in {"//", "/*"})


def _place(text: str, value: ron.Value, *, inside: bool = False) -> tuple[str, str]:
    """The line break and the indent for a value of several lines in the place of another, or of a field inside one."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if inside and value.parts:
        return newline, ron.indent_of(text, value.parts[-1].start)
    return newline, ron.indent_of(text, value.start)


def _struct(name: str, fields: dict[str, str], newline: str, indent: str) -> str:
    lines = [f"{name}(", *(f"{indent}    {key}: {value}," for key, value in fields.items()), f"{indent})"]
    return newline.join(lines)


def _sampler(newline: str, indent: str) -> str:
    return f"Descriptor({_struct('', SAMPLER, newline, indent)})"


def _settings(newline: str, indent: str) -> str:
    fields = {
        "format": "FromExtension",
        "is_srgb": "false",
        "sampler": _sampler(newline, f"{indent}    "),
        "asset_usage": USAGE,
    }
    return _struct("", fields, newline, indent)


def _load(newline: str, indent: str) -> str:
    fields = {"loader": LOADER, "settings": _settings(newline, f"{indent}    ")}
    return _struct("Load", fields, newline, indent)


def _asset_meta(newline: str) -> str:
    """A new file, as Bevy writes it."""
    fields = {"meta_format_version": VERSION, "asset": _load(newline, "    ")}
    return _struct("", fields, newline, "") + newline


PAGE = """\
# `@STEM@` in Bevy

Written by bluenoise-assets: change the manifest, not this file.

`@FILE@` is @WHAT@.
Keep `@FILE@.meta` beside it: it says that these are data, not sRGB colours, and neither filtered nor compressed.
Written for Bevy 0.17 to 0.19, with the manifest's `output: assets/bluenoise`:

```rust
use bevy::{prelude::*, reflect::TypePath, render::render_resource::AsBindGroup, shader::ShaderRef};

#[derive(Asset, TypePath, AsBindGroup, Clone)]
struct DitheredMaterial {
    #[texture(0, sample_type = "float", filterable = false, dimension = "@DIMENSION@")]
    noise: Handle<Image>,
}

impl Material for DitheredMaterial {
    fn fragment_shader() -> ShaderRef {
        "shaders/dithered.wgsl".into()
    }
}

// In main: app.add_plugins(MaterialPlugin::<DitheredMaterial>::default());
// In a system: materials.add(DitheredMaterial { noise: asset_server.load("bluenoise/@PATH@") });
```

In Bevy 0.15 and 0.16 `ShaderRef` is in `bevy::render::render_resource`, and the shader's group is `@group(2)`.
@LINE@
`assets/shaders/dithered.wgsl`; `#import` takes the functions from the file beside the texture:

```wgsl
#import bevy_pbr::forward_io::VertexOutput
@IMPORT_GLOBALS@#import "bluenoise/bevy/@NAME@.wgsl"::@ID@@LOAD@
@IMPORT_DITHER@
@group(#{MATERIAL_BIND_GROUP}) @binding(0) var noise: @TEXTURE@;
@SRGB@
@fragment
fn fragment(mesh: VertexOutput) -> @location(0) vec4<f32> {
    let value = @ID@@LOAD@(noise, vec2<i32>(mesh.position.xy)@FRAME@);
@USE@}
```
"""

_SRGB = """
fn stored_of(color: vec3<f32>) -> vec3<f32> {
    return select(1.055 * pow(color, vec3(1.0 / 2.4)) - 0.055, 12.92 * color, color <= vec3(0.0031308));
}

fn color_of(stored: vec3<f32>) -> vec3<f32> {
    return select(pow((stored + 0.055) / 1.055, vec3(2.4)), stored / 12.92, stored <= vec3(0.04045));
}
"""
_USE_DITHER = """\
    let color = vec3<f32>(mesh.uv.x);
    // The target is sRGB: dither what it stores, and return the colour that it stores so.
    let stored = @ID@@DITHER@(stored_of(color), 256, value);
    return vec4<f32>(color_of(stored), 1.0);
"""
_USE_VALUE = """\
    return vec4<f32>(value.rrr, 1.0);
"""
_LINE = """
Bevy makes a 1D texture of a KTX2 file of one row. Make it 2D when it has loaded, before a material has it:

```rust
let image = images.get_mut(&noise).unwrap();  // images: ResMut<Assets<Image>>
image.texture_descriptor.dimension = bevy::render::render_resource::TextureDimension::D2;
```
"""
_DIMENSIONS: dict[Layout, tuple[str, str]] = {
    "strip": ("2d", "texture_2d<f32>"),
    "array": ("2d_array", "texture_2d_array<f32>"),
    "volume": ("3d", "texture_3d<f32>"),
}


def snippet(asset: Asset) -> str:
    """A page: a material in Rust, and its shader."""
    spec = asset.spec
    dimension, texture = _DIMENSIONS[layout(spec)]
    dithers = isinstance(spec.distribution, UniformDistribution | TriangularDistribution)
    slices = spec.slices > 1
    identity = identifier(spec.name)
    dither = "_dither_triangular" if isinstance(spec.distribution, TriangularDistribution) else "_dither"
    words = {
        "STEM": asset.stem,
        "NAME": spec.name,
        "FILE": asset.file.rpartition("/")[2],
        "PATH": asset.file,
        "WHAT": f"{extent(spec)}, {spec.distribution.tag()}",
        "DIMENSION": dimension,
        "TEXTURE": texture,
        "LINE": _LINE if _rows(spec) == 1 and asset.holding.format == "ktx2" else "",
        "IMPORT_GLOBALS": "#import bevy_pbr::mesh_view_bindings::globals\n" if slices else "",
        "IMPORT_DITHER": f'#import "bluenoise/bevy/{spec.name}.wgsl"::{identity}{dither}\n' if dithers else "",
        "SRGB": _SRGB if dithers else "",
        "ID": identity,
        "LOAD": "_load_slice" if slices else "_load",
        "FRAME": ", i32(globals.frame_count)" if slices else "",
        "USE": (_USE_DITHER if dithers else _USE_VALUE).replace("@ID@@DITHER@", f"{identity}{dither}"),
    }
    return re.sub("@([A-Z_]+)@", lambda match: words[match[1]], PAGE)


ENGINE = Engine(
    title="Bevy",
    holding=holding,
    layout=layout,
    shaders=("wgsl",),
    snippet_suffix=".md",
    snippet=snippet,
    sidecar=Sidecar(suffix=".meta", patch=patch, differences=differences),
)
