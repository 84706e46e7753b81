"""What an engine is to us: how it wants a texture's file, and the text files that go with it."""

from collections.abc import Callable
from dataclasses import dataclass

from bluenoise_assets.engines.shaders import Layout
from bluenoise_assets.formats.layout import Storage, StorageLayout
from bluenoise_assets.spec import TextureSpec

Holding = StorageLayout


def without_3_channels(spec: TextureSpec) -> int:
    """A texture's channels where it goes to a GPU as it is in the file: few have formats of three."""
    return 4 if spec.channels == 3 else spec.channels


def without_16_bits(spec: TextureSpec) -> Storage:
    """A texture's storage for an engine that takes no 16-bit integers: those as the 32-bit floats they stand for."""
    return "float32" if spec.storage == "uint16" else spec.storage


@dataclass(frozen=True)
class Asset:
    """A texture's file for an engine. `file` is relative to the output folder, with slashes: `unity/ui/dither.png`."""

    spec: TextureSpec
    holding: Holding
    file: str

    @property
    def stem(self) -> str:
        """The last part of the texture's name: `dither`. The shader and the snippet are called so, too."""
        return self.spec.name.rpartition("/")[2]


@dataclass(frozen=True)
class Sidecar:
    """Import settings in a file beside the texture's, which the engine and its users write, too.

    `patch(asset, old)` is the text with our settings: a new one if `old` is None, else the old text with our keys set
    right and everything else, and every id, kept. Patching twice changes nothing. `differences(asset, text)` are the
    settings that are not as they should be, as `filterMode: 1, not 0`; none exactly where `patch` would change
    nothing. Both raise `ValueError`, with a short text, for what is no such file.
    """

    suffix: str
    """What follows the whole name of the texture's file: `.meta`."""
    patch: Callable[[Asset, str | None], str]
    differences: Callable[[Asset, str], list[str]]


@dataclass(frozen=True)
class Engine:
    """What is written for an engine, into the folder of its name.

    `layout(spec)` says how shaders read the texture. `snippet(asset)` is text (LF line endings) that binds the texture,
    in a file `<texture's name><snippet_suffix>`.
    `shaders` are languages of `bluenoise_assets.engines.shaders`.
    """

    title: str
    holding: Callable[[TextureSpec], Holding]
    layout: Callable[[TextureSpec], Layout]
    shaders: tuple[str, ...]
    snippet_suffix: str
    snippet: Callable[[Asset], str]
    sidecar: Sidecar | None = None
