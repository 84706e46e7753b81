"""Whose a file is: which manifest's, and whether it can be ours at all."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import get_args

from bluenoise_assets.builder.lock import Lock
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.outputs import DESCRIPTION, Output
from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.formats.layout import FormatName
from bluenoise_assets.manifest import Manifest, load_manifest
from bluenoise_assets.spec import EngineName, TextureSpec
from bluenoise_assets.spec.names import folded

Wanted = tuple[Manifest, TextureSpec, Sequence[Output]]
"""A texture of a manifest, with its files in one output folder."""

Loader = Callable[[Path], Manifest]
"""Reads a manifest; raises `ManifestError`."""


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
        try:
            reference = real.get(os.path.realpath(folder / name))
        except ValueError:  # a name that this file system cannot store
            continue
        if reference is not None:
            names[name] = reference
    return names


def check_claims(
    folder: Path, wanted: Sequence[Wanted], names: Mapping[str, str], lock: Lock, load: Loader = load_manifest
) -> None:
    """No file may have two manifests: neither two of these, nor one of these and one that built it before.

    `wanted` are the textures with their files in the folder, `names` the lock's names of their manifests. Libraries
    belong to all. `load` reads the other manifests that the lock names. Raises `ManifestError`.
    """
    problems: list[Problem] = []
    owners: dict[str, tuple[Manifest, str]] = {}
    others: dict[str, set[str]] = {}
    for manifest, spec, outputs in wanted:
        for file in _own_files(outputs):
            owner = owners.setdefault(folded(file), (manifest, spec.name))
            if owner[0] is not manifest:
                text = f"the file {file} is also written by {owner[0].path}"
                problems.append(manifest.problem(spec.name, text, "rename a texture, or change `output`"))
                break
            entry = lock.get(file)
            if entry is None or entry.manifest in names:
                continue
            if entry.manifest not in others:
                others[entry.manifest] = _files_of_other(folder / entry.manifest, folder, load)
            if file in others[entry.manifest]:
                text = f"the file {file} in {folder} belongs to {entry.manifest}"
                problems.append(manifest.problem(spec.name, text, "rename a texture, or change `output`"))
                break
    if problems:
        raise ManifestError(sorted(problems))


def _files_of_other(path: Path, folder: Path, load: Loader) -> set[str]:
    """What a manifest that is not being built defines in this folder; nothing if it is gone or broken."""
    try:
        manifest = load(path)
    except ManifestError:
        return set()
    return {file for spec in manifest.textures for file in _own_files(manifest.outputs_in(folder, spec))}


def _own_files(outputs: Sequence[Output]) -> list[str]:
    return [output.file for output in outputs if output.kind != "library"]


def can_be_output(file: str, kind: str) -> bool:
    """Whether a file has a name that this program gives to files of that kind; a lock can list any."""
    return file.rpartition("/")[2].endswith(_suffixes(kind))


@cache
def _suffixes(kind: str) -> tuple[str, ...]:
    engines = [engine_of(name) for name in get_args(EngineName)]
    suffixes: dict[str, list[str]] = {
        "texture": [f".{name}" for name in get_args(FormatName)],
        "description": [f".raw.{DESCRIPTION}"],
        "shader": [f".{suffix}" for suffix in shaders.SUFFIXES.values()],
        "sidecar": [engine.sidecar.suffix for engine in engines if engine.sidecar is not None],
        "snippet": [engine.snippet_suffix for engine in engines],
        "library": [
            *(name for name in map(shaders.common_name, shaders.LANGUAGES) if name is not None),
            *(engine.common.name for engine in engines if engine.common is not None),
        ],
    }
    return tuple(suffixes.get(kind, ()))
