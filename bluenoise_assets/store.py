"""Files on disk: written whole or not at all, and by one build at a time."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bluenoise_assets.errors import BuildError

TEMPORARY_PREFIX = ".bluenoise-tmp-"
BUILD_LOCK_NAME = ".bluenoise.build"


def user_cache_folder() -> Path | None:
    """The platform's folder for this user's caches, for this program; None where there is no home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if os.environ.get("XDG_CACHE_HOME"):
        base = Path(os.environ["XDG_CACHE_HOME"])
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = home / ".cache"
    return base / "bluenoise-assets"


def reason_of(error: OSError) -> str:
    """An operating system's error in a few words."""
    return error.strerror or str(error)


def sha256_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str | None:
    """The SHA-256, in hex, of a file's bytes; None if there is no such file. Raises `BuildError` if unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {reason_of(error)}") from error


def write_atomic(path: Path, data: bytes, verify: Callable[[bytes], None] | None = None) -> bool:
    """Write a file so that at every moment it is either the old one or the new one, also after a power cut.

    The bytes go to a temporary file in the same folder, are read back from it and given to `verify`, which raises
    `BuildError` if they are not what was meant; then it replaces the file. Returns False, and touches nothing, if the
    file already has these bytes. Raises `BuildError` if it cannot be written.
    """
    try:
        with contextlib.suppress(OSError):
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{sha256_of(path.name.encode())[:12]}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            back = temporary.read_bytes()
            if back != data:
                raise BuildError(f"{path}: reading the file back gave other bytes")
            if verify is not None:
                verify(back)
            temporary.replace(path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise BuildError(f"{path}: cannot be written: {reason_of(error)}") from error
    return True


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where the system can (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_strays(folders: Iterable[Path]) -> None:
    """Remove the temporary files that killed builds left. Call it only while holding the build lock."""
    for folder in folders:
        with contextlib.suppress(OSError):
            for stray in folder.glob(f"{TEMPORARY_PREFIX}*"):
                with contextlib.suppress(OSError):
                    stray.unlink()


@contextlib.contextmanager
def build_lock(folder: Path, cancelled: Callable[[], bool], waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold an output folder for this process; the system frees it when a holder dies.

    Calls `waiting` once if another build holds it. Yields True, or False if `cancelled()` turned true while waiting.
    Raises `BuildError` if the folder cannot be made or written to.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / BUILD_LOCK_NAME)
        held = False
        told = False
        while not held and not cancelled():
            try:
                lock.acquire(timeout=0.1 if told else 0, poll_interval=0.02)
                held = True
            except Timeout:
                if not told:
                    waiting()
                    told = True
    except OSError as error:
        raise BuildError(f"{folder}: the output folder cannot be written: {reason_of(error)}") from error
    try:
        yield held
    finally:
        if held:
            lock.release()
