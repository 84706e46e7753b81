"""One build at a time: kernel locks on files."""

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bluenoise_assets.builder.atomic_files import reason_of
from bluenoise_assets.errors import BuildError

BUILD_LOCK_NAME = ".bluenoise.build"

POLL_SECONDS = 0.02
MOST_LOST = 100
"""So often a folder that was just made can have gone again."""

UNSUPPORTED = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EBADF})
"""What locking answers on network drives that cannot lock."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """A kernel lock on a file, which dies with its holder: no killed process blocks another.

    The file is there only while it is held; Windows keeps it. Any thread may release what another one acquired. Two
    locks of one file exclude each other within a process, too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, seconds: float = 0) -> bool:
        """Try for so long; return whether it is held now.

        Raises `OSError` if the file cannot be opened, with one of `UNSUPPORTED` if the disk knows no locks.
        """
        end = time.monotonic() + seconds
        while not self._try():
            if time.monotonic() >= end:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _try(self) -> bool:
        descriptor = self._open()
        try:
            # A holder removes the file while it holds it: whoever has opened it before finds that its name is gone.
            if _lock(descriptor) and os.fstat(descriptor).st_nlink > 0:
                self._descriptor, descriptor = descriptor, -1
                return True
        except OSError as error:
            if error.errno != errno.EBADF:  # which is how NFS refuses to lock another user's file
                with contextlib.suppress(OSError):
                    self._path.unlink()
            raise
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return False

    def _open(self) -> int:
        """The file, made if need be. One that a killed build of another user has left is opened as it is."""
        flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | flags, 0o666)
        except PermissionError:
            if not os.path.lexists(self._path):
                raise
        try:
            return os.open(self._path, os.O_RDONLY | flags)
        except PermissionError as error:
            text = f"{self._path.name} is another user's; remove it if no build of theirs is running"
            raise PermissionError(error.errno, text) from error

    def release(self) -> None:
        """Let others have it; nothing happens if it is not held. Never fails: closing the file frees it anyway."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with contextlib.suppress(OSError):
            self._path.unlink()
        with contextlib.suppress(OSError):
            os.close(descriptor)


@contextlib.contextmanager
def build_lock(
    folder: Path,
    cancelled: Callable[[], bool] = lambda: False,
    waiting: Callable[[], None] = lambda: None,
    warn: Callable[[str], None] = lambda _text: None,
) -> Iterator[bool]:
    """Hold an output folder for this process; the system frees it when a holder dies.

    Calls `waiting` once if another build holds it. Yields True, or False if `cancelled()` turned true while waiting. A
    folder on a disk that knows no locks is held by nobody, which `warn` is told. Raises `BuildError` if the folder
    cannot be made or written to.
    """
    lock = FileLock(folder / BUILD_LOCK_NAME)
    try:
        held = _wait_for(lock, folder, cancelled, waiting)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise BuildError(f"{folder}: the output folder cannot be written: {reason_of(error)}") from error
        warn(f"{folder}: this disk knows no locks ({reason_of(error)}); let no other build write here meanwhile")
        held = True
    try:
        yield held
    finally:
        lock.release()


def _wait_for(lock: FileLock, folder: Path, cancelled: Callable[[], bool], waiting: Callable[[], None]) -> bool:
    told, lost = False, 0
    while not cancelled():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if lock.acquire(0.1 if told else 0):
                return True
        except (FileNotFoundError, FileExistsError):  # `clean`, which held it, has removed the folder
            lost += 1
            if _is_in_the_way(folder) or lost > MOST_LOST:  # or it can never be made, as below /proc
                raise
            continue
        if not told:
            waiting()
            told = True
    return False


def _is_in_the_way(folder: Path) -> bool:
    """Whether something is there that is no folder."""
    try:
        return not stat.S_ISDIR(folder.lstat().st_mode)
    except OSError:
        return False
