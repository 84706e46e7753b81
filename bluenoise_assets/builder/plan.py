"""Manifests, lock and disk to what is stale. Reads, never writes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.builder.atomic_files import POINTER, TEXT_BYTES, file_sha256, pointer_oid, read_regular, reason_of
from bluenoise_assets.builder.claims import check_claims, manifest_reference, names_of_manifests
from bluenoise_assets.builder.gates import failures
from bluenoise_assets.builder.lock import Lock, unused_libraries
from bluenoise_assets.builder.reasons import FORCED, NEW, OF_ALL, Origin, reasons, reasons_around, reasons_of_texels
from bluenoise_assets.builder.salvage import found_lock
from bluenoise_assets.builder.texts import settings_differences, text_content
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.errors import BuildError, Problem
from bluenoise_assets.manifest import Manifest
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.spec import TextureSpec, digest, key_of

Place = tuple[Path, str]
"""A manifest's path and the name of one of its textures."""

Selection = frozenset[Place]
"""Some of the textures of some manifests."""


def is_selected(manifest: Manifest, spec: TextureSpec, only: Selection | None) -> bool:
    """Whether a texture belongs to a selection; None is all."""
    return only is None or (manifest.path, spec.name) in only


class FilePlan(NamedTuple):
    """One output file, and why it is stale; no reasons: it is fresh. `on_disk` is the hash of what is there."""

    output: Output
    reasons: tuple[str, ...]
    on_disk: str | None = None

    @property
    def file(self) -> str:
        """Relative to the output folder, with slashes."""
        return self.output.file


@dataclass(frozen=True)
class TexturePlan:
    """One texture and its files, those that are made of its texels first.

    `rename_only` if the image on disk is right and only the lock names another manifest; `reusable_file` is an intact
    file in the output folder that already has this content, under another name. `quality` are the figures of what is
    asked for, if the lock has them.
    """

    manifest: Manifest
    spec: TextureSpec
    files: tuple[FilePlan, ...]
    rename_only: bool = False
    reusable_file: str | None = None
    quality: tuple[Figures, ...] | None = None

    @property
    def place(self) -> Place:
        """Which texture it is, whatever the output folder."""
        return self.manifest.path, self.spec.name

    @property
    def failures(self) -> tuple[str, ...]:
        """The figures that miss a bar of `require`, in sentences: so it cannot be built, nor pass as fresh."""
        return failures(self.spec, self.quality)

    @property
    def images(self) -> tuple[FilePlan, ...]:
        return tuple(file for file in self.files if file.output.is_image)

    @property
    def texts(self) -> tuple[FilePlan, ...]:
        """Shaders, import settings, snippets."""
        return tuple(file for file in self.files if not file.output.is_image)

    @property
    def is_stale(self) -> bool:
        return any(file.reasons for file in self.files)

    @property
    def image_is_stale(self) -> bool:
        return any(file.reasons for file in self.images)


@dataclass(frozen=True)
class Plan:
    """What there is to do in one output folder. `orphans` are files that no manifest defines any more.

    `reusable_files` are the intact textures of the folder, by the keys of what they hold. `manifests`, `only` and
    `force` are what was asked for. `lock_problem` is what is wrong with the lock on disk: `lock` is what could be made
    of it.
    """

    output: Path
    textures: tuple[TexturePlan, ...]
    orphans: tuple[str, ...]
    lock: Lock = field(repr=False)
    manifests: tuple[Manifest, ...] = field(repr=False)
    only: Selection | None = field(repr=False)
    reusable_files: Mapping[str, str] = field(repr=False)
    lock_problem: Problem | None = None
    force: bool = False

    @property
    def stale(self) -> tuple[TexturePlan, ...]:
        return tuple(texture for texture in self.textures if texture.is_stale)

    @property
    def to_do(self) -> tuple[TexturePlan, ...]:
        """The stale ones, but for those that are known to be under a bar."""
        return tuple(texture for texture in self.stale if not texture.failures)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of its textures."""
        return tuple(file.file for texture in self.textures for file in texture.files)

    def again(self) -> "Plan":
        """The same from the disk as it is now: what was read before the build lock was held may have changed."""
        return _plan_folder(self.output, self.manifests, self.only, force=self.force)


def make_plan(
    manifests: Sequence[Manifest], output: Path | None = None, only: Selection | None = None, *, force: bool = False
) -> list[Plan]:
    """One plan for each output folder; `output` replaces the manifests' own, `only` leaves other textures alone.

    A texture is in the plan of each folder that gets files of it. With `force` all are to be made anew, whatever is
    there. Raises `ManifestError` if two manifests define one file, or a lock must not be replaced (`found_lock`).
    """
    by_folder: dict[Path, list[Manifest]] = {}
    for manifest in manifests:
        placed = manifest.within(output).resolved
        for folder in placed.all_folders:
            by_folder.setdefault(folder, []).append(placed)
    return [_plan_folder(folder, tuple(group), only, force=force) for folder, group in by_folder.items()]


def _plan_folder(folder: Path, manifests: tuple[Manifest, ...], only: Selection | None, *, force: bool) -> Plan:
    lock, lock_problem = found_lock(folder)
    names = names_of_manifests(folder, manifests, lock)
    wanted = [(one, spec, one.outputs_in(folder, spec)) for one in manifests for spec in one.textures]
    check_claims(folder, wanted, names, lock)
    disk = _Disk(folder, lock, force=force)
    references = {manifest.path: manifest_reference(manifest, folder) for manifest in manifests}
    textures = tuple(
        disk.texture(manifest, spec, outputs, Origin(references[manifest.path], names))
        for manifest, spec, outputs in wanted
        if outputs and is_selected(manifest, spec, only)
    )
    defined = {output.file for _, _, outputs in wanted for output in outputs}
    others = {entry.manifest for entry in lock.values()} - names.keys()
    gone = {name for name in others if not os.path.exists(folder / name)}  # noqa: PTH110 - Path.exists raises
    orphans = {
        file
        for file, entry in lock.items()
        if file not in defined and (entry.manifest in names or entry.manifest in gone)
    }
    orphans |= unused_libraries(lock, {file for file in lock if file not in orphans}) - defined
    return Plan(folder, textures, tuple(sorted(orphans)), lock, manifests, only, disk.reusable, lock_problem, force)


class _Disk:
    """An output folder as it is: its lock, and the hashes of the files in it."""

    def __init__(self, folder: Path, lock: Lock, *, force: bool) -> None:
        self.folder, self.lock, self.force = folder, lock, force
        self.hashes = {file: _hash_of(folder / file) for file in lock}
        self.reusable = {
            entry.key: file
            for file, entry in sorted(lock.items(), reverse=True)
            if not force and entry.kind == "texture" and self.hashes[file] == entry.sha256
        }

    def texture(self, manifest: Manifest, spec: TextureSpec, outputs: Sequence[Output], origin: Origin) -> TexturePlan:
        content = spec.content()
        key = key_of(content)
        files = []
        required = spec.masks if spec.require is not None else 0
        quality = None
        rename_only = not self.force
        for output in outputs:
            entry, on_disk = self.lock.get(output.file), self.hashes.get(output.file)
            if output.is_image:
                otherwise = list(reasons_of_texels(entry, output.stored_as, required))
                why = [*reasons(entry, key, content, on_disk, origin), *otherwise]
                why += [FORCED] if self.force and not why else []
                same = entry is not None and entry.key == key and on_disk == entry.sha256
                rename_only &= same and not otherwise
                quality = quality or (entry.quality if entry is not None else None)
            elif output.kind == "sidecar":
                why = list(self._settings_reasons(output, spec, origin))
            else:
                wanted = text_content(output, spec)
                whose = OF_ALL if output.kind == "library" else origin
                why = list(reasons(entry, digest(wanted), wanted, on_disk, whose))
            files.append(FilePlan(output, tuple(why), on_disk))
        known = quality if rename_only else None
        return TexturePlan(manifest, spec, tuple(files), rename_only, self.reusable.get(key), known)

    def _settings_reasons(self, output: Output, spec: TextureSpec, origin: Origin) -> Iterator[str]:
        """Import settings are stale where one of ours is wrong: engines and users write the same file."""
        entry, on_disk = self.lock.get(output.file), self.hashes.get(output.file)
        if entry is None:
            yield NEW
            return
        yield from reasons_around(replace(entry, sha256=on_disk or entry.sha256), on_disk, origin)
        is_right = entry.sha256 == on_disk and entry.key == digest(text_content(output, spec))
        if is_right or on_disk is None or " " in on_disk:
            return
        try:
            data = read_regular(self.folder / output.file, TEXT_BYTES)
            if pointer_oid(data) is not None:
                raise ValueError(POINTER)  # noqa: TRY301 - told as what else cannot be read
            yield from settings_differences(output, data.decode("utf-8"))
        except OSError as error:
            yield f"the import settings cannot be read: {reason_of(error)}"
        except ValueError as error:
            yield f"the import settings cannot be read: {error}"


def _hash_of(path: Path) -> str | None:
    """A file's hash, also of one in whose place is its Git LFS pointer; None if there is none; else why it cannot be
    read, which is no hash.
    """
    try:
        return file_sha256(path, behind_pointer=True)
    except BuildError as error:
        return str(error).removeprefix(f"{path}: ")
