"""The lock file: what was built into an output folder, from what, with which hash and which quality.

One `bluenoise.lock.json` in each output folder, sorted and without timestamps, so that it can be committed and git
can merge it.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.quality.figures import Figures

LOCK_NAME = "bluenoise.lock.json"
LOCK_VERSION = 1


@dataclass(frozen=True)
class Entry:
    """One output file.

    `manifest` is relative to the output folder, with slashes. `spec` is what the content depends on and `key` its
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


Lock = dict[str, Entry]
"""Entries by output file, relative to the output folder, with slashes."""

_CONFLICT_MARKERS = ("<<<<<<< ", ">>>>>>> ")

_FIELDS = {field.name: field for field in fields(Entry)}


def read_lock(folder: Path) -> Lock:
    """The lock of an output folder; empty if there is none.

    Raises `ManifestError` with one problem for a lock that cannot be read: git's conflict markers, damage, a version
    of the future.
    """
    path = folder / LOCK_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _error(path, 1, 1, f"the lock cannot be read: {why}", "delete it to build anew") from None
    if any(marker in text for marker in _CONFLICT_MARKERS):  # a lock can have 100,000 lines
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith(_CONFLICT_MARKERS):
                hint = "take either side, or delete the lock, and build"
                raise _error(path, number, 1, "the lock has merge conflict markers", hint)
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
        raise _error(path, *at, "the lock is no valid JSON", "delete it to build anew") from None
    if isinstance(plain, dict) and isinstance(plain.get("lock"), int) and plain["lock"] > LOCK_VERSION:
        raise _error(path, 1, 1, f"the lock has version {plain['lock']}", "a newer bluenoise-assets wrote it")
    try:
        return {file: _entry(file, entry) for file, entry in plain["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _error(path, 1, 1, "the lock is damaged", "delete it to build anew") from None


def _error(path: Path, line: int, column: int, text: str, hint: str) -> ManifestError:
    return ManifestError([Problem(str(path), line, column, "lock", text, hint)])


def _entry(file: str, plain: dict[str, Any]) -> Entry:
    parts = file.split("/")
    if not file or "\\" in file or ":" in file or any(part in {"", ".", ".."} for part in parts):
        raise ValueError(file)  # a lock must never point out of its folder
    quality = plain.get("quality")
    if quality is not None:
        plain = plain | {"quality": tuple(map(Figures.from_json, quality))}
    entry = Entry(**plain)
    texts = (entry.manifest, entry.texture, entry.kind, entry.key, entry.sha256)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.spec, dict):
        raise TypeError(file)
    return entry


def lock_text(lock: Lock) -> str:
    """The lock as sorted JSON, a line for each field of an entry."""
    lines = ["{", f'"lock": {LOCK_VERSION},', '"files": {']
    for position, (file, entry) in enumerate(sorted(lock.items())):
        values = {name: getattr(entry, name) for name in sorted(_FIELDS)}
        given = {name: value for name, value in values.items() if value != _FIELDS[name].default}
        if entry.quality is not None:
            given["quality"] = [channel.as_json() for channel in entry.quality]
        lines.append(f" {json.dumps(file)}: {{")
        for index, (name, value) in enumerate(given.items()):
            comma = "," if index < len(given) - 1 else ""
            lines.append(f"  {json.dumps(name)}: {json.dumps(value, sort_keys=True)}{comma}")
        lines.append(" }," if position < len(lock) - 1 else " }")
    return "\n".join([*lines, "}", "}", ""])
