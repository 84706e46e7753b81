"""How long a build has waited for a remote, and may yet."""

import contextlib
import threading
import time
from collections.abc import Iterator

RENEWED_SECONDS = 600.0
"""After so long a process that builds again and again, a watch, has its patience back."""


class Patience:
    """Counts the time in which any thread waits, which is the most that it can have delayed the build.

    A process has one for each remote. Once it has run out the remote is left alone, also by the next builds of the
    process: a watch is delayed no more than `seconds` in each `RENEWED_SECONDS`.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting = 0
        self._since = self._spent = self._limit = 0.0
        self._begun = -RENEWED_SECONDS

    def begin(self, seconds: float) -> None:
        """A build begins, that may wait so long."""
        now = time.monotonic()
        with self._guard:
            self._limit = seconds
            if now - self._begun >= RENEWED_SECONDS and not self._waiting:
                self._begun, self._spent = now, 0.0

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While a thread waits."""
        with self._guard:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting += 1
        try:
            yield
        finally:
            with self._guard:
                self._waiting -= 1
                if not self._waiting:
                    self._spent += time.monotonic() - self._since

    def left(self) -> float:
        """The seconds that are left."""
        with self._guard:
            now = time.monotonic() - self._since if self._waiting else 0.0
            return max(0.0, self._limit - self._spent - now)

    def end(self) -> None:
        """It is of no use to go on."""
        with self._guard:
            self._spent = self._limit = max(self._limit, self._spent)
