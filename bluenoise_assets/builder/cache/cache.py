"""Textures that were made before, by what they depend on: going back to an earlier manifest optimises nothing.

A folder of the user's, shared by projects and branches. An entry is one file, named by the key of a texture's content
(`TextureSpec.key`), which it repeats inside. It is checked on every read, so a torn or damaged entry counts as absent,
and so does one under another's name. Formats are not part of it: they are encoded anew. Behind it there may be a remote
cache, which holds the same entries, by the same keys, for other users and machines.
"""

import contextlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX, read_regular, reason_of, write_atomic
from bluenoise_assets.builder.cache.entry import (
    MOST_HEAD_BYTES,
    Content,
    OlderEntryError,
    content_of_entry,
    entry_bytes,
    entry_limit,
)
from bluenoise_assets.builder.locks import UNSUPPORTED, FileLock
from bluenoise_assets.errors import BuildError, UsageError
from bluenoise_assets.quality import figures
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    from bluenoise_assets.builder.cache.remote.remote import Remote, Wanted

LIMIT_VARIABLE = "BLUENOISE_CACHE_LIMIT"
DEFAULT_LIMIT = 2 * 2**30
LOW_WATER = 0.9
"""Evicting goes on to this share of the limit, so that not every build has to."""

STRAY_SECONDS = 3600.0
"""A temporary file as old as this was left by a killed build, and so was a lock that nobody holds."""

LOCKS = "locks"

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT]?)(?:i?B)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def parse_size(text: str) -> int:
    """Bytes from `500M`, `2 GiB`, `1048576`. Raises `ValueError` with a text for the user."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a size like 500M or 2G")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def size_limit() -> int:
    """The bytes that the cache may hold: BLUENOISE_CACHE_LIMIT, or 2 GiB. Raises `UsageError` if that is no size."""
    text = os.environ.get(LIMIT_VARIABLE, "")
    try:
        return parse_size(text) if text.strip() else DEFAULT_LIMIT
    except ValueError as error:
        raise UsageError(f"{LIMIT_VARIABLE}: {error}") from None


class Cache:
    """The entries below a folder. Whatever goes wrong here is told to `warn`, once, and never stops a build.

    With a `remote`, `expect` what will be needed, `fetch` what `load` has not found, `finish` and `close` at the end.
    """

    def __init__(
        self, folder: Path, warn: Callable[[str], None], limit: int | None = None, remote: "Remote | None" = None
    ) -> None:
        self.folder = folder / "textures"
        self._locks = self.folder / LOCKS
        self._limit = size_limit() if limit is None else limit
        self._warn = warn
        self._guard = threading.Lock()
        self._warned = False
        self._stored = False
        self._fetched = 0
        self._remote = remote

    def load(self, spec: TextureSpec) -> Content | None:
        """The entry of a texture's content; None if there is none. A damaged one is dropped with a warning."""
        key = spec.key()
        path = self._path(key)
        try:
            data = read_regular(path, entry_limit(spec))
            found = content_of_entry(spec, data)
        except (OSError, OlderEntryError):
            return None
        except ValueError as error:
            self._warn(f"{path}: this cache entry was damaged ({error}); it is dropped, and the texture made anew")
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):  # a cache that may only be read
            os.utime(path)  # used just now; times of access are turned off on most disks
        if self._remote is not None:
            self._remote.drop(_name(key))
            self._remote.put(_name(key), path, entry_limit(spec), look_first=True)
        return found

    def expect(self, specs: Iterable[TextureSpec]) -> None:
        """Have the remote look for what is not in the folder, ahead of `fetch`."""
        if self._remote is not None:
            keys = [(spec, spec.key()) for spec in specs]
            self._remote.expect([_wanted(spec, key) for spec, key in keys if not self._path(key).exists()])

    def fetch(self, spec: TextureSpec, cancelled: Callable[[], bool] = lambda: False) -> Content | None:
        """The remote's entry of a texture's content, which the folder then has, too; None if there is none in time.

        Raises `Cancelled`.
        """
        if self._remote is None:
            return None
        key = spec.key()
        data = self._remote.take(_wanted(spec, key), cancelled)
        if data is None:
            return None
        try:
            if len(data) > entry_limit(spec):
                raise ValueError("it is larger than such an entry can be")  # noqa: TRY301 - one way for all damage
            found = content_of_entry(spec, data)
        except OlderEntryError:
            return None
        except ValueError as error:
            self._remote.damaged(_name(key), str(error))
            return None
        self._write(key, data)
        self._fetched += len(data)
        if self._fetched > self._limit * (1 - LOW_WATER):
            self.trim()
        return found

    def store(self, spec: TextureSpec, made: Content, *, look_first: bool = False) -> None:
        """Add an entry, or replace it; in the remote, too, if that is written, and, with `look_first`, lacks it."""
        key = spec.key()
        self._write(key, entry_bytes(spec, made))
        if self._remote is not None:
            self._remote.put(_name(key), self._path(key), entry_limit(spec), look_first=look_first)

    def finish(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Wait until the remote has what it was given, as long as it may take."""
        if self._remote is not None:
            self._remote.finish(cancelled)

    def close(self) -> None:
        """Let go of the remote."""
        if self._remote is not None:
            self._remote.close()

    def _write(self, key: str, entry: bytes) -> None:
        try:
            write_atomic(self._path(key), entry, durable=False)
            self._stored = True
        except BuildError as error:
            self._complain(str(error))

    def claim(self, key: str) -> FileLock | None:
        """The right to make a texture, to be released by its holder; None while another process is at it."""
        lock = FileLock(self._locks / key)
        try:
            self._locks.mkdir(mode=0o700, parents=True, exist_ok=True)
            return lock if lock.acquire() else None
        except OSError as error:  # then two builds may make it twice, which is better than not at all
            if error.errno not in UNSUPPORTED:
                self._complain(f"{self.folder}: cannot be written: {reason_of(error)}")
            return lock

    def trim(self) -> None:
        """After a build that stored something: evict what was used least recently until the size is in bounds."""
        if not self._stored:
            return
        self._stored = False
        self._fetched = 0
        entries = sorted(_entries(self.folder), key=lambda entry: entry[1])
        total = sum(size for _, _, size in entries)
        if total <= self._limit:
            return
        for path, _, size in entries:
            if total <= self._limit * LOW_WATER:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    def _complain(self, text: str) -> None:
        with self._guard:
            first, self._warned = not self._warned, True
        if first:
            self._warn(f"the cache is of no use now: {text}")

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def _name(key: str) -> str:
    """The name of a texture's object in a remote; versions whose figures differ live side by side."""
    return f"textures-{figures.VERSION}/{key[:2]}/{key}"


def _wanted(spec: TextureSpec, key: str) -> "Wanted":
    from bluenoise_assets.builder.cache.remote.remote import Wanted

    limit = entry_limit(spec)
    return Wanted(_name(key), limit, limit - MOST_HEAD_BYTES)


def survey(folder: Path) -> tuple[int, int, int]:
    """How many textures a cache holds, their bytes, and the bytes of compiled programs."""
    entries = list(_entries(folder / "textures"))
    programs = sum(size for _, size in _files(folder / "programs"))
    return len(entries), sum(size for _, _, size in entries), programs


def clear(folder: Path) -> None:
    """Remove all that is cached. A build that runs meanwhile makes what it misses. Raises `BuildError`."""
    for name in ("textures", "programs", "noop"):
        doomed = folder / f".removed-{os.getpid()}-{name}"
        try:
            (folder / name).replace(doomed)  # out of the way of builds first: they go on in a new folder
            shutil.rmtree(doomed)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise BuildError(f"{folder / name}: cannot be removed: {reason_of(error)}") from error


def _entries(folder: Path) -> Iterator[tuple[Path, float, int]]:
    """Path, time of the last use and bytes of each entry; removes what killed builds have left."""
    for path, size in _files(folder):
        with contextlib.suppress(OSError):
            used = path.stat().st_mtime
            is_old = time.time() - used > STRAY_SECONDS
            if path.parent.name == LOCKS:
                lock = FileLock(path)
                if is_old and lock.acquire():
                    lock.release()  # which removes it
            elif not path.name.startswith(TEMPORARY_PREFIX):
                yield path, used, size
            elif is_old:
                path.unlink()


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where, name)
            with contextlib.suppress(OSError):
                yield path, path.stat().st_size
