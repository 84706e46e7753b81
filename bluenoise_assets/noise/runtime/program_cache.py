"""Compiled programs on disk, in a folder of the user's: a later process need not compile them again.

Programs are code: only what this user wrote, and nobody else can write, is ever read. An entry that cannot be read or
written costs a compilation, and nobody can do anything about it.
"""

import contextlib
import hashlib
import os
import stat
import threading
import time
from pathlib import Path

LIMIT_BYTES = 1 << 27
"""What was not used for the longest time goes when there is more; a program has 20 to 400 kB."""

STRAY_SECONDS = 3600.0
"""A temporary file as old as this was left by a killed process."""

_DIGEST_BYTES = 32
_folder: Path | None = None


def use_program_cache(folder: Path | None) -> None:
    """Keep programs below a folder from now on, or nowhere. They are code: it must not be a shared one."""
    global _folder  # noqa: PLW0603 - one for the process, as the programs are
    _folder = folder and folder / "programs"


def in_use() -> bool:
    """Whether programs are kept at all."""
    return _folder is not None


def read(place: str, name: str) -> bytes | None:
    """What was written under a name in a place, a subfolder; None if there is nothing good."""
    if _folder is None:
        return None
    file = _folder / place / name
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if not _is_private(file.parent.stat()):
            return None
        with os.fdopen(os.open(file, flags), "rb") as opened:
            found = os.fstat(opened.fileno())
            if not stat.S_ISREG(found.st_mode) or not _is_private(found) or found.st_size > LIMIT_BYTES:
                return None
            content = opened.read()
    except OSError:
        return None
    data = content[_DIGEST_BYTES:]
    if _digest(place, name, data) != content[:_DIGEST_BYTES]:
        return None
    with contextlib.suppress(OSError):
        os.utime(file)  # used just now
    return data


def write(place: str, name: str, data: bytes) -> None:
    """Keep data under a name, whole or not at all."""
    if _folder is None:
        return
    file = _folder / place / name
    temporary = file.with_name(f".{name}.{os.getpid()}.{threading.get_ident()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(file.parent.stat()):
            file.parent.chmod(0o700)  # raises if it is another user's
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as opened:
                opened.write(_digest(place, name, data) + data)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        _trim(_folder)


def _digest(place: str, name: str, data: bytes) -> bytes:
    return hashlib.sha256(f"{place}/{name}\0".encode() + data).digest()


def _is_private(found: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and no other user can write it."""
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's cache folder is the user's own
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _trim(folder: Path) -> None:
    """Remove what killed processes left, and what was used least recently as long as there is too much."""
    now, kept = time.time(), []
    for file in folder.glob("*/*"):
        with contextlib.suppress(OSError):
            found = file.lstat()
            if not file.name.startswith("."):
                kept.append((found.st_mtime, found.st_size, file))
            elif now - found.st_mtime > STRAY_SECONDS:
                file.unlink()
    total = sum(size for _, size, _ in kept)
    for _, size, file in sorted(kept):
        if total <= LIMIT_BYTES:
            return
        with contextlib.suppress(OSError):
            file.unlink()
            total -= size
