"""Unity 2022 and 6: PNG and EXR strips, which its importer cuts into slices, with `.meta` files.

Unity stores a texture's rows from bottom to top, so a shader sees each slice upside down: noise of the same quality.
The slices keep their order: the cell at the top of the strip is slice 0.
"""

from pathlib import Path

from bluenoise_assets.engines.engine import Asset, Engine, Sidecar, load_function
from bluenoise_assets.engines.shaders import as_uniform, own_layout
from bluenoise_assets.engines.template import Words
from bluenoise_assets.engines.unity.meta import differences, patch
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier


def storage_layout(spec: TextureSpec) -> StorageLayout:
    """PNG keeps 16 bits in Unity, in several channels too; floats are in EXR."""
    return StorageLayout("png" if spec.encoding == "unorm" else "exr", spec.storage, spec.channels, "2d")


_TYPES = {"strip": "Texture2D", "array": "Texture2DArray", "volume": "Texture3D"}


def _words(asset: Asset) -> Words:
    name, layout = identifier(asset.spec.name), own_layout(asset.spec)
    load, frame = load_function(asset.spec, layout != "strip"), "" if layout == "strip" else f", _{name}_frame"
    return {
        "type": _TYPES[layout],
        "class": "".join(part.capitalize() for part in name.split("_")) + "Binding",
        "load": as_uniform(asset.spec, f"{load}(_{name}_texture, pixel{frame})"),
    }


ENGINE = Engine(
    storage_layout=storage_layout,
    layout=own_layout,
    shaders=("hlsl",),
    template=Path(__file__).with_name("snippet.md"),
    words=_words,
    sidecar=Sidecar(suffix=".meta", patch=patch, differences=differences),
)
