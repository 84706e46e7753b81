"""Manifests, lock and disk to actions, each with its reasons. Reads, never writes."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bluenoise_assets.builder.atomic_files import file_sha256, sha256_of
from bluenoise_assets.builder.lock import Entry, Lock, read_lock
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.outputs import Output, output_files, outputs
from bluenoise_assets.errors import BuildError, ManifestError, Problem
from bluenoise_assets.manifest import Manifest, load_manifest
from bluenoise_assets.spec import ALGORITHM, TextureSpec, digest, key_of
from bluenoise_assets.spec.names import folded

NEW = "not built yet"
MISSING = "the file is missing"
EDITED = "the file was changed since it was built"


Selection = frozenset[tuple[Path, str]]
"""Some of the textures of some manifests: a manifest's path and a texture's name."""


def is_selected(manifest: Manifest, spec: TextureSpec, only: Selection | None) -> bool:
    """Whether a texture belongs to a selection; None is all."""
    return only is None or (manifest.path, spec.name) in only


@dataclass(frozen=True)
class FilePlan:
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

    `rename_only` if the image on disk is right and only the lock names another manifest; `twin` is an intact file in
    the output folder that already has this content, under another name.
    """

    manifest: Manifest
    spec: TextureSpec
    files: tuple[FilePlan, ...]
    rename_only: bool = False
    twin: str | None = None

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
    """What there is to do in one output folder. `orphans` are files that no manifest defines any more."""

    output: Path
    textures: tuple[TexturePlan, ...]
    orphans: tuple[str, ...]
    lock: Lock = field(repr=False)

    @property
    def stale(self) -> tuple[TexturePlan, ...]:
        return tuple(texture for texture in self.textures if texture.is_stale)


def make_plan(manifests: Sequence[Manifest], output: Path | None = None, only: Selection | None = None) -> list[Plan]:
    """One plan for each output folder; `output` replaces the manifests' own, `only` leaves other textures alone.

    Raises `ManifestError` if two manifests define one file, or a lock cannot be read.
    """
    by_folder: dict[Path, list[Manifest]] = {}
    for manifest in manifests:
        by_folder.setdefault((output or manifest.output).resolve(), []).append(manifest)
    return [_plan_folder(folder, group, only) for folder, group in by_folder.items()]


def manifest_reference(manifest: Manifest, output: Path) -> str:
    """A manifest's path as the lock names it: relative to the output folder, with slashes.

    A link keeps its own name: what it leads to may change from day to day.
    """
    absolute = manifest.path.parent.resolve() / manifest.path.name
    try:
        return Path(os.path.relpath(absolute, output)).as_posix()
    except ValueError:  # another drive
        return absolute.as_posix()


def names_of_manifests(folder: Path, manifests: Sequence[Manifest], lock: Lock) -> dict[str, str]:
    """The names by which the lock knows these manifests, and the reference of each: links give a file several names."""
    names = {manifest_reference(manifest, folder): manifest_reference(manifest, folder) for manifest in manifests}
    real = {os.path.realpath(manifest.path): manifest_reference(manifest, folder) for manifest in manifests}
    for name in {entry.manifest for entry in lock.values()} - names.keys():
        reference = real.get(os.path.realpath(folder / name))
        if reference is not None:
            names[name] = reference
    return names


def text_content(output: Output, spec: TextureSpec) -> dict[str, Any]:
    """What a file that is not made of texels depends on, as the lock records it."""
    if output.kind == "shader":
        return shaders.content(output.what, spec, output.binding)
    text = text_of(output, spec, None)
    return {"engine": output.what, "text": sha256_of(text.encode("utf-8"))}


def text_of(output: Output, spec: TextureSpec, old: str | None) -> str:
    """The text of a shader, a snippet, or import settings; `old` are those that are there.

    Raises `ValueError` for old settings that cannot be read, `BuildError` if a shader's source is missing.
    """
    if output.kind == "shader":
        return shaders.render(output.what, spec, output.binding)
    engine = engine_of(output.what)
    assert output.asset is not None
    if output.kind == "snippet":
        return engine.snippet(output.asset)
    assert engine.sidecar is not None
    return engine.sidecar.patch(output.asset, old)


def _plan_folder(folder: Path, manifests: list[Manifest], only: Selection | None) -> Plan:
    lock = read_lock(folder)
    _check_claims(folder, manifests, lock)
    hashes = {file: _found(folder / file) for file in lock}
    references = [manifest_reference(manifest, folder) for manifest in manifests]
    names = names_of_manifests(folder, manifests, lock)
    twins = {
        entry.key: file
        for file, entry in sorted(lock.items(), reverse=True)
        if entry.kind == "texture" and hashes[file] == entry.sha256
    }
    textures = tuple(
        _plan_texture(folder, manifest, spec, reference, names, lock, hashes, twins)
        for manifest, reference in zip(manifests, references, strict=True)
        for spec in manifest.textures
        if is_selected(manifest, spec, only)
    )
    defined = {
        file for manifest in manifests for spec in manifest.textures for file in output_files(spec, manifest.shaders)
    }
    orphans = tuple(
        file
        for file, entry in sorted(lock.items())
        if file not in defined and (entry.manifest in names or not (folder / entry.manifest).exists())
    )
    return Plan(folder, textures, orphans, lock)


def _plan_texture(
    folder: Path,
    manifest: Manifest,
    spec: TextureSpec,
    reference: str,
    names: dict[str, str],
    lock: Lock,
    hashes: dict[str, str | None],
    twins: dict[str, str],
) -> TexturePlan:
    content = spec.content()
    key = key_of(content)
    files = []
    for output in outputs(spec, manifest.shaders):
        entry, on_disk = lock.get(output.file), hashes.get(output.file)
        if output.is_image:
            reasons = [*_reasons(entry, key, content, on_disk, reference, names), *_held_otherwise(entry, output)]
        elif output.kind == "sidecar":
            reasons = list(_settings_reasons(folder, output, spec, entry, on_disk, reference, names))
        else:
            wanted = text_content(output, spec)
            reasons = list(_reasons(entry, digest(wanted), wanted, on_disk, reference, names))
        files.append(FilePlan(output, tuple(reasons), on_disk))
    rename_only = all(
        (entry := lock.get(file.file)) is not None
        and entry.key == key
        and file.on_disk == entry.sha256
        and not list(_held_otherwise(entry, file.output))
        for file in files
        if file.output.is_image
    )
    return TexturePlan(manifest, spec, tuple(files), rename_only=rename_only, twin=twins.get(key))


def _held_otherwise(entry: Entry | None, output: Output) -> Iterator[str]:
    """Why a file of the right texels is not what the engine gets today."""
    if entry is not None and entry.held != output.held:
        yield f"held as: {entry.held or 'made'} -> {output.held or 'made'}"


def _settings_reasons(
    folder: Path,
    output: Output,
    spec: TextureSpec,
    entry: Entry | None,
    on_disk: str | None,
    reference: str,
    names: dict[str, str],
) -> Iterator[str]:
    """Import settings are stale where one of ours is wrong: engines and users write the same file."""
    if entry is None:
        yield NEW
        return
    as_written = replace(entry, sha256=on_disk or entry.sha256)
    yield from _reasons(as_written, entry.key, entry.spec, on_disk, reference, names)
    is_right = entry.sha256 == on_disk and entry.key == digest(text_content(output, spec))
    if is_right or on_disk is None or " " in on_disk:
        return
    sidecar = engine_of(output.what).sidecar
    assert sidecar is not None
    assert output.asset is not None
    try:
        text = (folder / output.file).read_bytes().decode("utf-8")
        yield from sidecar.differences(output.asset, text)
    except (OSError, ValueError) as error:
        yield f"the import settings cannot be read: {error}"


def _found(path: Path) -> str | None:
    """A file's hash; None if there is none; else why it cannot be read, which is no hash."""
    try:
        return file_sha256(path)
    except BuildError as error:
        return str(error).removeprefix(f"{path}: ")


def _reasons(
    entry: Entry | None,
    key: str,
    content: dict[str, Any],
    on_disk: str | None,
    reference: str,
    names: dict[str, str],
) -> Iterator[str]:
    if entry is None:
        yield NEW
        return
    if entry.key != key:
        if entry.algorithm is not None and entry.algorithm != ALGORITHM:
            yield f"algorithm: {entry.algorithm} -> {ALGORITHM}"
        yield from differences(entry.spec, content)
    if names.get(entry.manifest) != reference:
        yield f"manifest: {entry.manifest} -> {reference}"
    if on_disk is None:
        yield MISSING
    elif " " in on_disk:
        yield f"the file {on_disk}"
    elif on_disk != entry.sha256:
        yield EDITED


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """The values that differ between two plain JSON values, as `objective.spectrum.cutoff: 0.25 -> 0.2`."""
    if isinstance(old, dict) and isinstance(new, dict) and (not path or set(old) == set(new)):
        for name in sorted({*old, *new}):
            inside = f"{path}.{name}" if path else name
            if name not in old:
                yield f"{inside}: now {show(new[name])}"
            elif name not in new:
                yield f"{inside}: was {show(old[name])}"
            else:
                yield from differences(old[name], new[name], inside)
    elif old != new:
        yield f"{path}: {show(old)} -> {show(new)}"


def show(value: Any) -> str:
    """A plain JSON value, short, much as a manifest spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inside = ", ".join(f"{name}: {show(item)}" for name, item in value.items())
        return f"{{{inside}}}" if inside else "{}"
    if isinstance(value, list):
        items = [show(item) for item in value[:8]] + (["..."] if len(value) > 8 else [])
        return f"[{', '.join(items)}]"
    text = str(value)
    return text[:12] if len(text) == 64 else text  # a hash


def _check_claims(folder: Path, manifests: list[Manifest], lock: Lock) -> None:
    """No file may have two manifests: neither two of these, nor one of these and one that built it before."""
    problems: list[Problem] = []
    owners: dict[str, tuple[Manifest, str]] = {}
    names = names_of_manifests(folder, manifests, lock)
    others: dict[str, set[str]] = {}
    for manifest in manifests:
        for spec in manifest.textures:
            for file in output_files(spec, manifest.shaders):
                owner = owners.setdefault(folded(file), (manifest, spec.name))
                if owner[0] is not manifest:
                    text = f"the file {file} is also written by {owner[0].path}"
                    problems.append(manifest.problem(spec.name, text, "rename a texture, or change `output`"))
                    break
                entry = lock.get(file)
                if entry is None or entry.manifest in names:
                    continue
                if entry.manifest not in others:
                    others[entry.manifest] = _files_of_other(folder / entry.manifest, folder)
                if file in others[entry.manifest]:
                    text = f"the file {file} in {folder} belongs to {entry.manifest}"
                    problems.append(manifest.problem(spec.name, text, "rename a texture, or change `output`"))
                    break
    if problems:
        raise ManifestError(sorted(problems))


def _files_of_other(path: Path, folder: Path) -> set[str]:
    """What a manifest that is not being built defines in this folder; nothing if it is gone or broken."""
    try:
        manifest = load_manifest(path)
    except ManifestError:
        return set()
    if manifest.output != folder:
        return set()
    return {file for spec in manifest.textures for file in output_files(spec, manifest.shaders)}
