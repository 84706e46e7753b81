"""Output folders while nothing happens: whether somebody has taken something away."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from bluenoise_assets.builder.lock import read_lock
from bluenoise_assets.errors import ManifestError


class Outputs:
    """The folders with built files. A look at them takes one question to the system for each, whatever they hold.

    Files that come and go change their folder's time; what is written into a file does not, and waits for the look
    every 30 seconds. No events are asked for: every build would be one.
    """

    def __init__(self) -> None:
        self._marks: dict[Path, tuple[int, int] | None] = {}

    def remember(self, outputs: Iterable[Path]) -> None:
        """Take these output folders, and those below them with files of their locks, as they are now."""
        folders: set[Path] = set()
        for output in outputs:
            folders.add(output)
            with contextlib.suppress(ManifestError):
                folders |= {(output / file).parent for file in read_lock(output)}
        self._marks = {folder: _mark(folder) for folder in folders}

    def intact(self) -> bool:
        """Whether nothing has come or gone since."""
        return all(_mark(folder) == mark for folder, mark in self._marks.items())


def _mark(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
