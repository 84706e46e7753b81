"""Joins the output folders that several machines built, each a share of the textures, into one."""

from collections.abc import Sequence
from pathlib import Path

from bluenoise_assets.builder.atomic_files import (
    build_lock,
    check_inside,
    reason_of,
    remove_strays,
    sha256_of,
    write_atomic,
)
from bluenoise_assets.builder.checksums import renew_sums
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, Lock, lock_text, read_lock
from bluenoise_assets.errors import BuildError, ManifestError, Problem


def merge(parts: Sequence[Path], output: Path) -> list[str]:
    """Copy the files that the parts' locks list into `output`, and their entries into its lock.

    Each file is checked against its lock. What `output` holds besides is kept, also import settings that are there.
    The locks name manifests relative to the folder that was built into; so `output` has to be that folder, as the
    manifests or `--output` say. Returns the files that changed. Raises `ManifestError`, before anything is written,
    with a problem for each part that has no lock, each file that is not what its lock says, and each file that two
    parts have made differently; `BuildError` if something cannot be written.
    """
    problems: list[Problem] = []
    found: dict[str, tuple[Path, Entry]] = {}
    for part in parts:
        try:
            lock = read_lock(part)
        except ManifestError as error:
            problems += error.problems
            continue
        if not (part / LOCK_NAME).is_file():
            hint = "build with --shard and --output, and name that folder"
            problems.append(Problem(str(part), 1, 1, "merge", f"there is no {LOCK_NAME} in this folder", hint))
        for file, entry in lock.items():
            if file in found and found[file][1] != entry:
                text = f"{file} was built differently in {found[file][0]}"
                problems.append(Problem(str(part / LOCK_NAME), 1, 1, "merge", text, "build all parts anew"))
            elif file not in found and _read(part / file, entry) is None:
                text = f"{file} is missing or not what the lock says"
                problems.append(Problem(str(part / LOCK_NAME), 1, 1, "merge", text, "build the part anew"))
            found.setdefault(file, (part, entry))
    if problems:
        raise ManifestError(problems)
    output = output.resolve()
    with build_lock(output, lambda: False, lambda: None):
        remove_strays(output, found)
        lock = read_lock(output)
        changed = [file for file, (part, entry) in sorted(found.items()) if _copy(part, output, file, entry)]
        merged: Lock = lock | {file: entry for file, (_, entry) in found.items()}
        text = lock_text(merged)
        write_atomic(output / LOCK_NAME, text.encode("ascii"))
        renew_sums(output, merged, text)
    return changed


def _copy(part: Path, output: Path, file: str, entry: Entry) -> bool:
    check_inside(output, file)
    if entry.kind == "sidecar" and (output / file).exists():
        return False  # the engine's additions and the user's settings; the next build sets ours
    data = _read(part / file, entry)
    if data is None:
        raise BuildError(f"{part / file}: it changed while it was merged")
    return write_atomic(output / file, data)


def _read(path: Path, entry: Entry) -> bytes | None:
    """The bytes of a file, if they are what its entry says."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {reason_of(error)}") from error
    return data if sha256_of(data) == entry.sha256 else None
