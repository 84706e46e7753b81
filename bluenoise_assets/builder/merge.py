"""Joins the output folders that several machines built, each a share of the textures, into one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bluenoise_assets.builder.atomic_files import (
    TEXTURE_BYTES,
    file_sha256,
    read_regular,
    reason_of,
    remove_strays,
    sha256_of,
    write_atomic,
)
from bluenoise_assets.builder.checksums import renew_sums
from bluenoise_assets.builder.claims import can_be_output
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, Lock, lock_text, read_lock
from bluenoise_assets.builder.locks import build_lock
from bluenoise_assets.builder.salvage import found_lock
from bluenoise_assets.errors import BuildError, ManifestError, Problem


def merge(parts: Sequence[Path], output: Path) -> list[str]:
    """Copy the files that the parts' locks list into `output`, and their entries into its lock.

    Each file is checked against its lock. What `output` holds besides is kept, also import settings that are there.
    The locks name manifests relative to the folder that was built into; so `output` has to be that folder, as the
    manifests or `--output` say. Returns the files that changed. Raises `ManifestError`, before anything is written,
    with a problem for each part that has no lock, each file that is not what its lock says or no build writes, and
    each file that two parts have made differently; `BuildError` if something cannot be written.
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
        problems += _problems(part, lock, found)
        found = {file: (part, entry) for file, entry in lock.items()} | found
    if problems:
        raise ManifestError(problems)
    output = output.resolve()
    with build_lock(output):
        remove_strays(output, found)
        lock, _ = found_lock(output)  # what a damaged one does not say is built anew
        changed = [file for file, (part, entry) in sorted(found.items()) if _copy(part, output, file, entry)]
        merged: Lock = lock | {file: entry for file, (_, entry) in found.items()}
        write_atomic(output / LOCK_NAME, lock_text(merged).encode("ascii"), inside=output)
        renew_sums(output, merged)
    return changed


def _problems(part: Path, lock: Lock, found: dict[str, tuple[Path, Entry]]) -> Iterator[Problem]:
    """What is wrong with a part; `found` are the files of those before it."""
    for file, entry in lock.items():
        if not can_be_output(file, entry.kind):
            text, hint = f"{file} is no file that bluenoise-assets writes", "do not trust this part"
        elif file in found and found[file][1] != entry:
            text, hint = f"{file} was built differently in {found[file][0]}", "build all parts anew"
        elif file not in found and file_sha256(part / file) != entry.sha256:
            text, hint = f"{file} is missing or not what the lock says", "build the part anew"
            if file_sha256(part / file, behind_pointer=True) == entry.sha256:
                text, hint = f"{file} is a Git LFS pointer", "`git lfs pull` fetches the file"
        else:
            continue
        yield Problem(str(part / LOCK_NAME), 1, 1, "merge", text, hint)


def _copy(part: Path, output: Path, file: str, entry: Entry) -> bool:
    if entry.kind == "sidecar" and (output / file).exists():
        return False  # the engine's additions and the user's settings; the next build sets ours
    try:
        data = read_regular(part / file, TEXTURE_BYTES)
    except OSError as error:
        raise BuildError(f"{part / file}: cannot be read: {reason_of(error)}") from error
    if sha256_of(data) != entry.sha256:
        raise BuildError(f"{part / file}: it changed while it was merged")
    return write_atomic(output / file, data, inside=output)
