"""Unreal Engine 5.1 and later: PNG and EXR strips; the settings come from an editor script, see integrations/unreal.

Materials read every texture as one 2D texture: slices are stacked in it from top to bottom, as in the engine's own blue
noise. Of a volume the script makes a volume texture, too, for materials that sample it themselves.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine, load_function
from bluenoise_assets.engines.shaders import Layout, as_uniform
from bluenoise_assets.engines.template import Words
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import TextureSpec


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """PNG where Unreal keeps what is in it, else EXR.

    Of 16-bit integers it keeps one channel only. In a PNG with alpha it rewrites the colour where alpha is 0.
    """
    if spec.encoding == "float":
        return StorageLayout("exr", spec.storage, spec.channels, "2d")
    if spec.channels == 4 or (spec.bits == 16 and spec.channels > 1):
        return StorageLayout("exr", "float32", spec.channels, "2d")
    return StorageLayout("png", spec.storage, spec.channels, "2d")


def _layout(_spec: TextureSpec) -> Layout:
    return "strip"


def _words(asset: Asset) -> Words:
    spec = asset.spec
    frame = ", int(View.FrameNumber)" if spec.slices > 1 else ""
    return {
        "load": as_uniform(spec, f"{load_function(spec, spec.slices > 1)}(Noise, Pixel{frame})"),
        "volume": f" `{asset.stem}_Volume` is the same as a volume texture." if spec.kind == "volume" else "",
    }


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=_layout,
    shaders=("ush",),
    template=Path(__file__).with_name("snippet.md"),
    words=_words,
)
