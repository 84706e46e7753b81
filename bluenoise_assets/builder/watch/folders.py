"""Which folders are watched, and by what: the system's events, or a look again and again (polling)."""

import contextlib
import errno
import logging
import os
import stat
import threading
from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

from bluenoise_assets.builder.watch.links import links
from bluenoise_assets.manifest import SUFFIXES
from bluenoise_assets.spec.names import folded

POLL_SECONDS = 1.0
LEAST_POLL_SECONDS, MOST_POLL_SECONDS = 0.01, 3600.0
STOP_SECONDS = 0.3
LIMITS = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}
"""What the errors of inotify mean."""

CHANGES = {"created", "modified", "moved", "deleted", "closed", "attrib"}
"""Not `opened` and `closed_no_write`: our own reading would start a build, and so on for ever."""

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # or its warnings come between our lines


def poll_seconds(text: str) -> float | None:
    """The seconds between two looks at the folders, as the user writes them; None, for `0`, leaves it to events.

    Raises `ValueError` with a text for the user.
    """
    with contextlib.suppress(ValueError):
        seconds = float(text)
        if seconds == 0:
            return None
        if LEAST_POLL_SECONDS <= seconds <= MOST_POLL_SECONDS:
            return seconds
    limits = f"from {LEAST_POLL_SECONDS:g} to {MOST_POLL_SECONDS:g}"
    raise ValueError(f"{text!r} is not a number of seconds {limits}, or 0 for no polling")


class _Handler(FileSystemEventHandler):
    def __init__(self, folder: Path, folders: "Folders") -> None:
        self.folder, self.folders = folder, folders

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in CHANGES:
            names = (os.path.basename(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path)  # noqa: PTH119
            if any(self.folders.concern(self.folder, name) for name in names):
                self.folders.changed.set()


class Folders:
    """The folders of files of interest; sets `changed` when something happened to one of those files.

    Single files are never watched, since an editor's save may put another file in their place.
    """

    def __init__(self, changed: threading.Event, poll: float | None, warn: Callable[[str], None]) -> None:
        self.changed, self.poll, self.warn = changed, poll, warn
        self._observer: Any = None
        self._names: dict[Path, set[str]] = {}
        self._whole: set[Path] = set()
        self._watched: dict[Path, tuple[Any, Any]] = {}

    def start(self) -> None:
        """Begin, still with no folder."""
        try:
            self._observe(PollingObserver(timeout=self.poll) if self.poll else Observer())
        except OSError as error:
            self._fall_back(error)

    def stop(self) -> None:
        """End, within a moment: a thread that hangs in a lost network drive is left behind."""
        observer, self._observer = self._observer, None
        self._watched = {}
        if observer is not None:
            ending = threading.Thread(target=_end, args=(observer,), daemon=True)
            ending.start()
            ending.join(STOP_SECONDS)

    def watch(self, files: Collection[Path], whole: Collection[Path]) -> bool:
        """Watch these files, and these folders for manifests, in place of those before.

        Neither need exist. Returns whether anything is watched now that was not before: what happened to it until
        now went unseen.
        """
        wanted: defaultdict[Path, set[str]] = defaultdict(set)
        folders: set[Path] = set()
        for paths, is_whole in ((files, False), (whole, True)):
            for path in paths:
                real, names = links(path)
                if is_whole:
                    folders.add(real)
                else:
                    names.add(real)
                for entry in names:
                    wanted[entry.parent].add(folded(entry.name))
        grown = not folders <= self._whole or any(names - self._names.get(at, set()) for at, names in wanted.items())
        self._names, self._whole = dict(wanted), folders
        return self._schedule() or grown

    def intact(self) -> bool:
        """Whether the folders are those that are watched: not deleted, made, or made again since."""
        return all(self._is_watched(folder) for folder in self._folders())

    def concern(self, folder: Path, name: str) -> bool:
        """Whether a change of this name in this folder may matter."""
        if folded(name) in self._names.get(folder, ()):
            return True
        is_manifest = not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        return is_manifest and folder in self._whole

    def _folders(self) -> set[Path]:
        return self._whole | self._names.keys()

    def _is_watched(self, folder: Path) -> bool:
        identity, watch = self._watched.get(folder, (None, None))
        if identity != _identity(folder):
            return False
        # a new folder may have the number of the one before it, whose watch has ended
        return identity is None or any(e.watch == watch and e.is_alive() for e in self._observer.emitters)

    def _schedule(self) -> bool:
        """Watch the folders that exist, and no others; return whether there is one more."""
        more = False
        for folder in self._watched.keys() - self._folders():
            self._unwatch(folder)
        for folder in self._folders():
            if self._is_watched(folder):
                continue
            self._unwatch(folder)
            identity = _identity(folder)
            if identity is None:
                continue
            try:
                watch = self._observer.schedule(_Handler(folder, self), str(folder))
            except OSError as error:
                if error.errno in LIMITS and self.poll is None:
                    self._fall_back(error)
                    self._schedule()
                    return True
                continue  # it has just gone, or cannot be watched; it is tried again
            self._watched[folder] = (identity, watch)
            more = True
        return more

    def _unwatch(self, folder: Path) -> None:
        _, watch = self._watched.pop(folder, (None, None))
        if watch is not None:
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(watch)

    def _observe(self, observer: Any) -> None:
        observer.start()
        self._observer = observer

    def _fall_back(self, error: OSError) -> None:
        self.stop()
        self.poll = POLL_SECONDS
        why, limit = error.strerror or str(error), LIMITS.get(error.errno or 0)
        hint = f"; the sysctl {limit} raises the limit" if limit else ""
        self.warn(
            f"the system's file events cannot be used ({why}{hint}); looking at the folders once a second instead"
        )
        self._observe(PollingObserver(timeout=self.poll))


def _end(observer: Any) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        observer.stop()
        observer.join()


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one in its place; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
