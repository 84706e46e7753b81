"""A lock that git could not merge, or that is damaged: what of it still holds, since all in it can be derived."""

import re
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.builder.atomic_files import file_sha256
from bluenoise_assets.builder.lock import ANEW, LOCK_NAME, DamagedLockError, Entry, Lock, lock_bytes, parsed_lock
from bluenoise_assets.errors import BuildError, Problem

_MARKER = rb"(<{7}|\|{7}|={7}|>{7})(?: .*)?"
_MERGED = "git could not merge the lock, so both sides' entries are taken"


class FoundLock(NamedTuple):
    """A lock, and what is wrong with the one on disk, which the next build replaces; None: nothing."""

    entries: Lock
    problem: Problem | None = None


def found_lock(folder: Path) -> FoundLock:
    """An output folder's lock, or what can be made of one that is damaged: the two sides of a conflict, else nothing.

    Raises `ManifestError` for a lock that must not be replaced: one that cannot be read, or of a version of the future.
    """
    path = folder / LOCK_NAME
    data = lock_bytes(folder)
    try:
        return FoundLock({} if data is None else parsed_lock(path, data))
    except DamagedLockError as error:
        (problem,) = error.problems
        damage = FoundLock({}, problem)
    assert data is not None
    ours, theirs, line = _sides(data)
    if not line:
        return damage
    problem = Problem(str(path), line, 1, "lock", _MERGED, ANEW)
    return FoundLock(_joined(folder, _side(path, ours), _side(path, theirs)), problem)


def _sides(data: bytes) -> tuple[bytes, bytes, int]:
    """A text as each side of its conflicts has it, and the first marker's line; 0 if there is none."""
    ours: list[bytes] = []
    theirs: list[bytes] = []
    both: tuple[list[bytes], ...] = (ours, theirs)
    into = both
    first = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        marker = re.fullmatch(_MARKER, line.removesuffix(b"\r"))
        if marker is None:
            for side in into:
                side.append(line)
            continue
        first = first or number
        into = {b"<": (ours,), b"|": (), b"=": (theirs,), b">": both}[marker[1][:1]]  # "|": what both sides come from
    return b"\n".join(ours), b"\n".join(theirs), first


def _side(path: Path, data: bytes) -> Lock:
    try:
        return parsed_lock(path, data)
    except DamagedLockError:
        return {}


def _joined(folder: Path, ours: Lock, theirs: Lock) -> Lock:
    """The entries of both sides; where one stands alone or they differ, as the file on disk decides."""
    joined = {}
    for file in sorted({*ours, *theirs}):
        entries = [side[file] for side in (ours, theirs) if file in side]
        if len(entries) == 2 and entries[0] == entries[1]:
            joined[file] = entries[0]
        else:
            joined |= _decided(folder, file, entries)
    return joined


def _decided(folder: Path, file: str, entries: list[Entry]) -> Lock:
    """The entry of the file that is there; of one that is neither's the first, which then is stale."""
    try:
        on_disk = file_sha256(folder / file, behind_pointer=True)
    except BuildError:
        on_disk = ""
    if on_disk is None:
        return {}
    return {file: next((entry for entry in entries if entry.sha256 == on_disk), entries[0])}
