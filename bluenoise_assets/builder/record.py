"""The lock of a folder that is being built: every finished file, written down soon."""

import threading
import time
from pathlib import Path

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.builder.checksums import renew_sums
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, Lock, lock_text

LOCK_SECONDS = 0.5
"""At most about this much finished work is not yet in the lock when a build is killed."""


class Record:
    """Entries by file, for any thread. `is_damaged` if the lock on disk is not what `lock` would be there."""

    def __init__(self, output: Path, lock: Lock, *, is_damaged: bool = False) -> None:
        self._output, self._lock = output, dict(lock)
        self._text = "" if is_damaged else lock_text(lock)
        self._written = time.monotonic()
        self._guard = threading.Lock()

    def __getitem__(self, file: str) -> Entry:
        return self._lock[file]

    def __setitem__(self, file: str, entry: Entry) -> None:
        with self._guard:
            self._lock[file] = entry
            if time.monotonic() - self._written >= LOCK_SECONDS:
                self._write()

    def close(self) -> None:
        """Write what is not yet written, and bring the folder's checksums up to date."""
        with self._guard:
            self._write()
            renew_sums(self._output, self._lock)

    def _write(self) -> None:
        text = lock_text(self._lock)
        if text != self._text:
            write_atomic(self._output / LOCK_NAME, text.encode("ascii"), inside=self._output)
            self._text = text
        self._written = time.monotonic()
