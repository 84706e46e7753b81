"""`Report`: what is known of textures, as plain data, before it becomes a page or JSON."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bluenoise_assets.errors import Problem
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.report.page.views import Views
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier

State = Literal["fresh", "stale", "changed", "missing"]
"""Of a file, or the worst of a texture's: as the manifest asks for, or not; changed by hand; not there."""

STATES: tuple[State, ...] = ("fresh", "stale", "changed", "missing")


@dataclass(frozen=True)
class FileReport:
    """One output file, by its path from the report's folder, with slashes.

    `kind` is an `outputs.Kind`. `sha256` and `bytes_on_disk` are of what is on disk, None where that is nothing, or
    cannot be read. `bytes_on_gpu` is what a texture takes there, without mipmaps; None of other files.
    """

    file: str
    kind: str
    state: State
    reasons: tuple[str, ...]
    sha256: str | None
    bytes_on_disk: int | None
    bytes_on_gpu: int | None


@dataclass(frozen=True)
class Snapshot:
    """What a later report needs to show a texture as it was: `tile` is a PNG file as a data URI."""

    texels: str
    tile: str
    figures: tuple[Figures, ...]


@dataclass(frozen=True)
class TextureReport:
    """One texture: what the manifest asks for, what is on disk, and how that looks.

    `id` is unique within a report and the same in the next one. `figures` has an entry for each channel, none where
    they are not known, and `texels` the hash of the texels; both are of what is on disk. `failures` says which figures
    miss a bar. `views` is None where there is nothing to be shown, and `unseen` says why. `snippets` are texts by the
    engine's name. `before` is what it was in the last report that was another.
    """

    id: str
    name: str
    manifest: Path
    place: str
    line: int
    spec: TextureSpec
    state: State
    reasons: tuple[str, ...]
    failures: tuple[str, ...]
    figures: tuple[Figures, ...]
    texels: str | None
    files: tuple[FileReport, ...]
    snippets: tuple[tuple[str, str], ...]
    views: Views | None
    unseen: str
    before: Snapshot | None = None

    @property
    def bytes_on_disk(self) -> int:
        """Of its own files, without what textures share."""
        return sum(file.bytes_on_disk or 0 for file in self.files if file.kind != "library")

    @property
    def bytes_on_gpu(self) -> int | None:
        """Of the first of its files that a GPU takes: a game loads one of them."""
        return next((file.bytes_on_gpu for file in self.files if file.bytes_on_gpu is not None), None)

    @property
    def snapshot(self) -> Snapshot | None:
        """What the next report needs of it."""
        if self.texels is None or self.views is None:
            return None
        return Snapshot(self.texels, self.views.small_tile.uri, self.figures)


@dataclass(frozen=True)
class Report:
    """The textures of some manifests, in their order. `folder` is where the report lies: files are named from there.

    `problems` are those of locks.
    """

    folder: Path
    textures: tuple[TextureReport, ...]
    problems: tuple[Problem, ...] = ()

    def count(self) -> Counter[State]:
        return Counter(texture.state for texture in self.textures)

    @property
    def bytes_on_disk(self) -> int:
        """Of all files, each once."""
        sizes = {file.file: file.bytes_on_disk or 0 for texture in self.textures for file in texture.files}
        return sum(sizes.values())

    @property
    def failing(self) -> Sequence[TextureReport]:
        return [texture for texture in self.textures if texture.failures]

    @property
    def changed(self) -> Sequence[TextureReport]:
        """Those that are otherwise than in the last report that was another."""
        return [texture for texture in self.textures if texture.before is not None]


def element_id(name: str, manifest: str = "") -> str:
    """The id of a texture's part of the page. `manifest` tells textures of one name apart: its path from the report."""
    tail = hashlib.sha256(f"{manifest}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{identifier(name)}-{tail}"
