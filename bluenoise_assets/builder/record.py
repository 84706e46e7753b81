"""The lock of a folder that is being built: every finished file, written down soon."""

import threading
import time
from pathlib import Path

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.builder.checksums import renew_sums
from bluenoise_assets.builder.lock import LOCK_BYTES, LOCK_NAME, Entry, Lock, lock_text
from bluenoise_assets.errors import BuildError

LOCK_SECONDS = 0.5
"""At most about this much finished work is not yet in the lock when a build is killed."""

LOCK_SHARE = 0.1
"""Of the time at most so much goes into writing a lock: one of 10,000 textures takes a second."""


class Record:
    """Entries by file, for any thread. `is_damaged` if the lock on disk is not what `lock` would be there."""

    def __init__(self, output: Path, lock: Lock, *, is_damaged: bool = False) -> None:
        self._output, self._lock = output, dict(lock)
        self._text = "" if is_damaged else lock_text(lock)
        self._next = time.monotonic() + LOCK_SECONDS
        self._guard = threading.Lock()

    def __getitem__(self, file: str) -> Entry:
        return self._lock[file]

    def __setitem__(self, file: str, entry: Entry) -> None:
        with self._guard:
            self._lock[file] = entry
            if time.monotonic() >= self._next:
                self._write()

    def close(self) -> None:
        """Write what is not yet written, and bring the folder's checksums up to date."""
        with self._guard:
            self._write()
            renew_sums(self._output, self._lock)

    def _write(self) -> None:
        began = time.monotonic()
        text = lock_text(self._lock)
        if text != self._text:
            if len(text) > LOCK_BYTES:  # nobody could read it again
                what = f"its lock of {len(self._lock)} files would be larger than {LOCK_BYTES >> 20} MiB"
                raise BuildError(f"{self._output}: {what}; give some textures an output folder of their own")
            write_atomic(self._output / LOCK_NAME, text.encode("ascii"), inside=self._output)
            self._text = text
        now = time.monotonic()
        self._next = now + max(LOCK_SECONDS, (now - began) / LOCK_SHARE)
