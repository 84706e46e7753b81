"""The lock file: what was built into an output folder, from what, with which hash and which quality.

One `bluenoise.lock.json` in each output folder, sorted and without timestamps, so that it can be committed and git
can merge it. Whoever commits it is not trusted: what is read here is a file below the folder, of the types it should
have, and neither hidden nor endless.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn, get_args, get_type_hints

from bluenoise_assets.builder.atomic_files import pointer_oid, read_regular, reason_of
from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.quality.figures import Figures

LOCK_NAME = "bluenoise.lock.json"
LOCK_VERSION = 1

LOCK_BYTES = 2**28
"""The largest lock that is read, or written: some 200,000 files."""

LEVELS = 32
"""How deep a spec may be nested."""

PART_BYTES = 255
MOST_CHARACTERS = 4096


@dataclass(frozen=True)
class Entry:
    """One output file.

    `manifest` is relative to the output folder, with slashes; it and `texture` are empty of a library, which textures
    share, and which their shaders and snippets name in `spec`. `engine` is the one whose texture this is, where that is
    not to be seen from the file's folder. `spec` is what the content depends on and `key` its
    hash (for a texture with the algorithm's version); a shader's `spec` holds its constants and its source's hash.
    `sha256` is of the file, as it was written: a sidecar is changed by its engine. `texels` is the hash of the
    texels as they were made, in C order, little-endian; `held` says how an engine's file holds them. `figures` is the
    version of the definitions that `quality` was measured by.
    """

    manifest: str
    texture: str
    kind: str  # an `outputs.Kind`
    key: str
    spec: dict[str, Any]
    sha256: str
    algorithm: int | None = None
    texels: str | None = None
    quality: tuple[Figures, ...] | None = None
    held: str | None = None
    figures: int = 1
    engine: str | None = None


Lock = dict[str, Entry]
"""Entries by output file, relative to the output folder, with slashes."""

_PART = r"(?!\.)[^/\\:\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255}"
_FILE = rf"{_PART}(?:/{_PART})*"
_NO_TEXT = r"[\ud800-\udc7f\udd00-\udfff]"
"""A manifest's path may hold what Python puts for bytes that are no UTF-8."""

_FIELDS = {field.name: field for field in fields(Entry)}
_REQUIRED = frozenset({"manifest", "texture", "kind", "key", "spec", "sha256"})
_TYPES = {
    name: (get_args(hint) or (hint,)) for name, hint in get_type_hints(Entry).items() if name not in {"spec", "quality"}
}
_NEWER = "a newer bluenoise-assets wrote it; use that one, or delete the lock to build anew"

ANEW = "`bluenoise-assets build` writes it anew"


class DamagedLockError(ManifestError):
    """A lock that says nothing of use. What it said follows from the manifests and the disk, so none is lost."""


def read_lock(folder: Path) -> Lock:
    """The lock of an output folder; empty if there is none. Raises as `lock_bytes` and `parsed_lock` do."""
    data = lock_bytes(folder)
    return {} if data is None else parsed_lock(folder / LOCK_NAME, data)


def lock_bytes(folder: Path) -> bytes | None:
    """A folder's lock as it is on disk; None if there is none.

    Raises `ManifestError` with one problem if it cannot be read, or is elsewhere: that is no reason to replace it.
    """
    path = folder / LOCK_NAME
    try:
        data = read_regular(path, LOCK_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ManifestError(
            [_problem(path, f"the lock cannot be read: {reason_of(error)}", "make it readable, or remove it")]
        ) from error
    if pointer_oid(data) is not None:
        hint = "`git lfs pull` fetches it; better, keep it out of Git LFS"
        raise ManifestError([_problem(path, "the lock is a Git LFS pointer", hint)])
    return data


def parsed_lock(path: Path, data: bytes) -> Lock:
    """A lock's bytes; `path` is for the message.

    Raises, with one problem each, `ManifestError` for a version of the future, which holds what this one cannot know;
    and `DamagedLockError` for anything else.
    """
    try:
        plain = json.loads(data.decode("utf-8"))
    except json.JSONDecodeError as error:
        _refuse(path, "the lock is no valid JSON", error.lineno, error.colno)
    except UnicodeDecodeError:
        _refuse(path, "the lock is not UTF-8")
    except (ValueError, RecursionError):
        _refuse(path, "the lock is no valid JSON")
    version = plain.get("lock") if isinstance(plain, dict) else None
    if type(version) is not int or version < 1:
        _refuse(path, "the lock is damaged")
    if version > LOCK_VERSION:
        raise ManifestError([_problem(path, f"the lock has version {str(version)[:20]}", _NEWER)])
    files = plain.get("files")
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        _refuse(path, "the lock is damaged")
    unknown = {*plain, *(name for entry in files.values() for name in entry)} - {"lock", "files", *_FIELDS}
    if unknown:
        raise ManifestError([_problem(path, f"the lock has the unknown field {min(unknown)[:40]!r}", _NEWER)])
    return {file: _entry(path, file, entry) for file, entry in files.items()}


def unused_libraries(lock: Lock, kept: Collection[str]) -> set[str]:
    """The libraries that none of the files asks for that are `kept`."""
    used = {lock[file].spec.get("library") for file in kept}
    return {file for file, entry in lock.items() if entry.kind == "library" and file not in used}


def _problem(path: Path, text: str, hint: str) -> Problem:
    return Problem(str(path), 1, 1, "lock", text, hint)


def _refuse(path: Path, text: str, line: int = 1, column: int = 1) -> NoReturn:
    raise DamagedLockError([Problem(str(path), line, column, "lock", text, ANEW)])


def _entry(path: Path, file: str, plain: dict[str, Any]) -> Entry:
    for wrong in _wrong_in(file, plain):
        _refuse(path, f"the lock is damaged: {_short(file)}: {wrong}")
    if plain.get("quality") is not None:
        try:
            plain = plain | {"quality": tuple(map(Figures.from_json, plain["quality"]))}
        except (ValueError, TypeError):
            _refuse(path, f"the lock is damaged: {_short(file)}: its quality is no list of figures")
    return Entry(**plain)


def _wrong_in(file: str, plain: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an entry; a lock must never point out of its folder, nor at what is hidden there."""
    if not _is_file(file) or len(file) > MOST_CHARACTERS or not (file.isascii() or _has_short_parts(file)):
        is_hidden = any(part.startswith(".") and part.strip(".") for part in file.split("/"))
        yield "bluenoise-assets never writes a hidden file" if is_hidden else "this is no file of its folder"
    if not plain.keys() >= _REQUIRED:
        yield f"it has no {min(_REQUIRED - plain.keys())}"
        return
    for name, value in plain.items():
        if name in _TYPES and (type(value) not in _TYPES[name] or (type(value) is str and _is_bad(value))):
            yield f"its {name} is not what it should be"
    if not isinstance(plain["spec"], dict) or not _is_flat(plain["spec"], LEVELS):
        yield "its spec is not what it should be"


def _is_file(file: str) -> bool:
    if re.fullmatch("[a-z0-9_]{1,100}[.][a-z0-9]{1,10}", file):  # quick to compile
        return True
    return re.fullmatch(_FILE, file) is not None


def _is_bad(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or "\0" in text or not (text.isascii() or not re.search(_NO_TEXT, text))


def _has_short_parts(file: str) -> bool:
    return all(len(part.encode("utf-8", "replace")) <= PART_BYTES for part in file.split("/"))


def _is_flat(value: dict[str, Any] | list[Any], levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value
    deeper = [inner for inner in inside if isinstance(inner, (dict, list))]
    return levels > 0 and all(_is_flat(inner, levels - 1) for inner in deeper)


def _short(file: str) -> str:
    return repr(file if len(file) <= 80 else f"{file[:77]}...")


def lock_text(lock: Lock) -> str:
    """The lock as sorted JSON, a line for each field of an entry."""
    text = json.JSONEncoder(sort_keys=True).encode
    names = sorted(_FIELDS)
    lines = ["{", f'"lock": {LOCK_VERSION},', '"files": {']
    for position, (file, entry) in enumerate(sorted(lock.items())):
        values = {name: getattr(entry, name) for name in names}
        given = {name: value for name, value in values.items() if value != _FIELDS[name].default}
        if entry.quality is not None:
            given["quality"] = [channel.as_json() for channel in entry.quality]
        lines.append(f" {text(file)}: {{")
        for index, (name, value) in enumerate(given.items()):
            comma = "," if index < len(given) - 1 else ""
            lines.append(f'  "{name}": {text(value)}{comma}')
        lines.append(" }," if position < len(lock) - 1 else " }")
    return "\n".join([*lines, "}", "}", ""])
