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

_temporaries: set[Path] = set()
"""What this process is writing now."""


def user_cache_folder() -> Path | None:
    """The platform's folder for this user's caches, for this program; None where there is no home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "bluenoise-assets"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "bluenoise-assets"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "bluenoise-assets"


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


def write_atomic(
    path: Path, data: bytes, verify: Callable[[bytes], None] | None = None, *, durable: bool = True
) -> bool:
    """Write a file so that at every moment it is either the old one or the new one, also after a power cut.

    (After a power cut only if `durable`, which waits for the disk.)

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
        _temporaries.add(temporary)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                if durable:
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
            _temporaries.discard(temporary)
        if durable:
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


def remove_own_temporaries() -> None:
    """Remove what this process was about to write; for one that ends without waiting for its threads."""
    for temporary in list(_temporaries):
        with contextlib.suppress(OSError):
            temporary.unlink()


def is_inside(folder: Path, file: str) -> bool:
    """Whether a file's folder lies below `folder`, not behind a symbolic link that leads out of it."""
    parent = (folder / file).parent
    return parent == folder or parent.resolve().is_relative_to(folder)


def check_inside(folder: Path, file: str) -> None:
    """Raise `BuildError` if a file's folder is reached through a symbolic link that leads out of `folder`."""
    parent = (folder / file).parent
    if not is_inside(folder, file):
        raise BuildError(f"{parent}: a symbolic link leads out of the output folder; remove the link, or set `output`")


def remove_strays(output: Path, files: Iterable[str]) -> None:
    """Remove the temporary files that killed builds left in an output folder, and beside files that belong there.

    Call it only while holding the build lock.
    """
    for folder in {output, *((output / file).parent for file in files if is_inside(output, file))}:
        with contextlib.suppress(OSError):
            for stray in folder.glob(f"{TEMPORARY_PREFIX}*"):
                with contextlib.suppress(OSError):
                    stray.unlink()


class FileLock:
    """A kernel lock on a file, which dies with its holder: no killed process blocks another.

    The file is there only while it is held. Any thread may release what another one acquired. Two locks of one file
    exclude each other within a process, too.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock as KernelLock

        self._lock = KernelLock(path, thread_local=False)

    def acquire(self, seconds: float = 0) -> bool:
        """Try for so long; return whether it is held now. Raises `OSError` if the file cannot be written."""
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=seconds, poll_interval=0.02)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let others have it; nothing happens if it is not held."""
        if not self._lock.is_locked:
            return
        # Removed while it is held, as the last thing: whoever has it open already finds that its name is gone, and
        # opens it anew (filelock does; its version is pinned for that). Windows keeps the file.
        with contextlib.suppress(OSError):
            Path(self._lock.lock_file).unlink()
        self._lock.release()


@contextlib.contextmanager
def build_lock(folder: Path, cancelled: Callable[[], bool], waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold an output folder for this process; the system frees it when a holder dies.

    Calls `waiting` once if another build holds it. Yields True, or False if `cancelled()` turned true while waiting.
    Raises `BuildError` if the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / BUILD_LOCK_NAME)
        held = False
        told = False
        while not held and not cancelled():
            held = lock.acquire(0.1 if told else 0)
            if not held and not told:
                waiting()
                told = True
    except OSError as error:
        raise BuildError(f"{folder}: the output folder cannot be written: {reason_of(error)}") from error
    try:
        yield held
    finally:
        if held:
            lock.release()
