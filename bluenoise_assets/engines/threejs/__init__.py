"""three.js: KTX2 through its loader, and an ES module that loads and binds it. Import settings are code there.

Tried with r187 in Chromium: 16-bit unsigned formats are refused (but RGBA), and an array loads as its layer 0 without a
word, so that both are held as something else. EXR is not used: its loader gives halves unless told otherwise, and turns
the rows over, so that a strip's slices would come from the last to the first.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine, load_function, without_3_channels, without_16_bits
from bluenoise_assets.engines.shaders import Layout, is_triangular, law
from bluenoise_assets.engines.shaders import dithers as is_dithering
from bluenoise_assets.engines.template import Words
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import TextureSpec

COMMON = Path(__file__).with_name("bluenoise_common.js")

SAMPLERS: dict[Layout, str] = {"strip": "sampler2D", "volume": "sampler3D"}


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """Bytes as they are, 16-bit integers as the floats they stand for, arrays as volumes."""
    storage = without_16_bits(spec)
    return StorageLayout("ktx2", storage, without_3_channels(spec), "2d" if spec.kind == "2d" else "volume")


def layout(spec: TextureSpec) -> Layout:
    """A volume also for an array."""
    return "strip" if spec.kind == "2d" else "volume"


def _words(asset: Asset) -> Words:
    spec = asset.spec
    volume, dithers = layout(spec) == "volume", is_dithering(spec)
    channels = "1 channel" if spec.channels == 1 else f"{spec.channels} channels"
    return {
        "name": ascii(spec.name),
        "what": f"{' x '.join(map(str, spec.size))} texels, {channels}, {law(spec)}",
        "and_dither": ", { dither, ditherNode, ditherPass }" if dithers else "",
        "url": _url(asset.stem),
        "file_url": _url(asset.file.rpartition("/")[2]),
        "width": spec.size[0],
        "channels": spec.channels,
        "bits": 8 if asset.storage_layout.storage == "uint8" else 0,
        "with_triangular_law": "true" if is_triangular(spec) else "false",
        "array": f"{spec.slices} {'frames' if spec.frames else 'layers'}" if spec.kind == "array" else "",
        "floats": spec.encoding == "unorm" and asset.storage_layout.storage == "float32",
        "volume": volume,
        "sampler": SAMPLERS[layout(spec)],
        "load": load_function(spec, volume),
        "first_slice": ", frame" if spec.frames else ", 0" if volume else "",
    }


def _url(file: str) -> str:
    """A file's name in an address, also with a space or a # in it."""
    from urllib.parse import quote

    return quote(file, safe="")


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=layout,
    shaders=("glsl",),
    template=Path(__file__).with_name("snippet.js"),
    words=_words,
    common=COMMON,
)
