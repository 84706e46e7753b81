"""From paths to manifests: which files a folder stands for, and reading them with all that they include."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.errors import ManifestError, Problem, capped
from bluenoise_assets.manifest.decode import Decoder
from bluenoise_assets.manifest.expand import expand
from bluenoise_assets.manifest.include import Reader, Sources
from bluenoise_assets.manifest.input_files import InputFiles, manifests_in
from bluenoise_assets.manifest.manifest import Manifest
from bluenoise_assets.manifest.variables import Given
from bluenoise_assets.spec.interpreter import suggestion


class Loaded(NamedTuple):
    """Several manifests as read: the good ones, and the problems of all others, each once, of very many the first.

    `inputs` are the files that were read or looked for, in reading order, each path once: also those of broken
    manifests, and includes and pictures that do not exist yet. `folders` are those that were listed,
    also for the patterns of includes.
    """

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    inputs: tuple[Path, ...]
    folders: tuple[Path, ...] = ()


def find_manifests(paths: list[Path]) -> list[Path]:
    """The manifests that files and folders stand for; a folder means its *.yaml and *.yml, not below.

    Raises `ManifestError` for a folder that cannot be read or holds no manifest.
    """
    manifests, _, problems = _find(paths)
    if problems:
        raise ManifestError(problems)
    return manifests


def read_paths(paths: Sequence[Path], variables: Given | None = None) -> Loaded:
    """Read what files and folders stand for, as `find_manifests` has it; `problems` has those of finding, too."""
    manifests, folders, problems = _find(paths)
    loaded = read_manifests(manifests, variables)
    named = (path for path in paths if path not in folders)
    inputs = tuple(dict.fromkeys([*named, *loaded.inputs]))
    listed = tuple(dict.fromkeys([*folders, *loaded.folders]))
    return Loaded(loaded.manifests, (*problems, *loaded.problems), inputs, listed)


def _find(paths: Sequence[Path]) -> tuple[list[Path], list[Path], list[Problem]]:
    """The manifests, each once, the folders that were listed, and what was wrong."""
    found: dict[str, Path] = {}
    folders = []
    problems = []
    for path in paths:
        inside = [path]
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
            folders.append(path)
            try:
                inside = manifests_in(path)
            except OSError as error:
                text = f"the folder cannot be read: {error.strerror}"
                problems.append(Problem(str(path), 1, 1, "manifest", text))
                continue
            if not inside:
                hint = "`bluenoise-assets init` writes a first one"
                text = "the folder holds no manifest (*.yaml, *.yml)"
                problems.append(Problem(str(path), 1, 1, "manifest", text, hint))
        for entry in inside:
            found.setdefault(os.path.realpath(entry), entry)
    return list(found.values()), folders, problems


def load_manifest(path: Path | str, variables: Given | None = None) -> Manifest:
    """Read a manifest; `variables` replace the values that it, or a file that it includes, declares for them.

    Raises `ManifestError` with every problem of it and of the files that it includes.
    """
    loaded = read_manifests([Path(path)], variables)
    if loaded.problems:
        raise ManifestError(loaded.problems)
    return loaded.manifests[0]


def read_manifests(paths: Sequence[Path], variables: Given | None = None) -> Loaded:
    """Read several manifests. What they include is read once, and its problems are told once.

    Of `variables` each manifest takes those that it declares; one that none declares is a problem.
    """
    sources, files = Sources(), InputFiles()
    manifests: list[Manifest] = []
    problems: dict[tuple[str, int, int, str], Problem] = {}
    inputs: dict[Path, None] = {}
    folders: dict[Path, None] = {}
    declared: dict[str, None] = {}
    lost = not paths
    for path in paths:
        reader = Reader(sources, Decoder(files), variables)
        reader.read(path)
        manifest = expand(reader) if reader.files else None
        wrong = sorted(reader.decoder.problems)
        if manifest is not None and not wrong:
            manifests.append(manifest)
        for problem in wrong:
            place = os.path.realpath(problem.file), problem.line, problem.column, problem.text
            problems.setdefault(place, problem)
        inputs.update(dict.fromkeys(reader.all_inputs))
        folders |= reader.folders
        declared |= reader.variables.declared
        lost |= reader.decoder.lost or manifest is None
    for name in variables or ():
        if name not in declared and not lost:  # what could not be read may declare it
            hint = suggestion(name, declared) or f"declare it: `variables: {{{name}: ...}}`"
            unknown = Problem(str(paths[0]), 1, 1, "variables", f"there is no variable '{name}'", hint)
            problems[unknown.file, 1, 1, unknown.text] = unknown
    return Loaded(tuple(manifests), tuple(capped([*problems.values()])), tuple(inputs), tuple(folders))
