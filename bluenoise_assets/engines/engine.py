"""What an engine is to us: how it wants a texture's file, and the text files that go with it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.engines.shaders import (
    Layout,
    as_uniform,
    dither_function,
    dithers,
    extent,
    has_pole,
    is_triangular,
    law,
    sample_as_rgb,
)
from bluenoise_assets.engines.template import Words, read, render
from bluenoise_assets.formats.layout import Storage, StorageLayout
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier
from bluenoise_assets.spec.sample_space import DIRECTIONS


def without_3_channels(spec: TextureSpec) -> int:
    """A texture's channels where it goes to a GPU as it is in the file: few have formats of three."""
    return 4 if spec.channels == 3 else spec.channels


def without_16_bits(spec: TextureSpec) -> Storage:
    """A texture's storage for an engine that takes no 16-bit integers: those as the 32-bit floats they stand for."""
    return "float32" if spec.storage == "uint16" else spec.storage


def load_function(spec: TextureSpec, sliced: bool) -> str:
    """The function of its shader that loads what a snippet shows: of a frame, of a slice, or of the only one."""
    which = "_frame" if spec.frames else "_slice" if sliced else ""
    return f"{identifier(spec.name)}_load{which}"


class Asset(NamedTuple):
    """A texture's file for an engine. `file` is relative to the output folder, with slashes: `unity/ui/dither.png`."""

    spec: TextureSpec
    storage_layout: StorageLayout
    file: str

    @property
    def stem(self) -> str:
        """The last part of the texture's name: `dither`. The shader and the snippet are called so, too."""
        return self.spec.name.rpartition("/")[2]


class Sidecar(NamedTuple):
    """Import settings in a file beside the texture's, which the engine and its users may write, too.

    `patch(asset, old)` is the text with our settings: a new one if `old` is None, else the old text with our keys set
    right and what is not ours, above all every id, kept. Patching twice changes nothing. `differences(asset, text)` are
    the settings that are not as they should be, as `filterMode: 1, not 0`; none exactly where `patch` would change
    nothing. Both raise `ValueError`, with a short text, for what is no such file.
    """

    suffix: str
    """What follows the whole name of the texture's file: `.meta`."""
    patch: Callable[[Asset, str | None], str]
    differences: Callable[[Asset, str], list[str]]


class Engine(NamedTuple):
    """What is written for an engine, into the folder of its name.

    `storage_layout(spec)` says how its file holds a texture, `layout(spec)` how shaders read it, in the languages
    `shaders` of `engines.shaders`. `template` is the snippet's, which has its suffix, and `words(asset)` are
    those of its words that only this engine knows. `common` is a file that the snippets of all textures share, copied
    as it is.
    """

    storage_layout: Callable[[TextureSpec], StorageLayout]
    layout: Callable[[TextureSpec], Layout]
    shaders: tuple[str, ...]
    template: Path
    words: Callable[[Asset], Words] = lambda _asset: {}
    sidecar: Sidecar | None = None
    common: Path | None = None

    @property
    def snippet_suffix(self) -> str:
        """With its dot: `.md`."""
        return self.template.suffix

    def snippet(self, asset: Asset) -> str:
        """The text that binds the texture; LF line endings."""
        return render(read(self.template), {**_words(asset), **self.words(asset)})


def _words(asset: Asset) -> Words:
    """What every snippet may say of its texture."""
    spec, name = asset.spec, identifier(asset.spec.name)
    sample = "direction" if spec.sample_space in DIRECTIONS else "place"  # `sample` and `point` are reserved
    return {
        "name": spec.name,
        "id": name,
        "stem": asset.stem,
        "path": asset.file,
        "folder": asset.file.rpartition("/")[0],
        "file": asset.file.rpartition("/")[2],
        "what": f"{extent(spec)}, {law(spec)}",
        "height": spec.size[1],
        "slices": spec.slices,
        "layered": spec.kind != "2d",
        "several": spec.slices > 1,
        "layers": spec.layers or "",
        "frames": spec.frames or "",
        "vector": spec.is_vector,
        "components": spec.channels,
        "sample": sample,
        "rgb": sample_as_rgb(spec, sample),
        "hemisphere": has_pole(spec),
        "dithers": dithers(spec),
        "dither": dither_function(spec),
        "as_uniform": as_uniform(spec, "value"),
        "triangular": is_triangular(spec),
        "shared": spec.shader_files == "shared",
        "up": "../" * spec.name.count("/"),
    }
