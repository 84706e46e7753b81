"""Textures over threads: which one a free thread takes next."""

import _thread
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from bluenoise_assets.errors import Cancelled

INTERRUPT_SECONDS = 0.5
"""How long Ctrl-C waits for workers to leave their chunk and finish a file."""

POLL_SECONDS = 0.1
"""How often to look whether somebody wants to cancel, or another process has made what this one waits for."""

Item = TypeVar("Item")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Schedule(Generic[Item]):
    """Runs items on `jobs` threads.

    `begin(item)` returns the number of parts that are left to do (none: the item is done), or None if it has to wait
    for another process; then it is begun again later. `work(item, part)` does a part. Parts of what was begun come
    before new items, and nothing in here ever waits for another process while it holds something: so any number of
    processes that share a cache make progress.
    """

    def __init__(self, jobs: int, begin: Callable[[Item], int | None], work: Callable[[Item, int], None]) -> None:
        self._jobs, self._begin, self._work = jobs, begin, work
        self._fresh: deque[Item] = deque()
        self._parts: deque[tuple[Item, int]] = deque()
        self._elsewhere: deque[Item] = deque()
        self._running: dict[Future[int | None], Item | None] = {}

    def run(self, items: Sequence[Item], cancelled: Callable[[], bool], abandon: Callable[[], None]) -> None:
        """Do all of them, or return soon after `cancelled()` turns true, when no thread is at work any more.

        `abandon` makes `cancelled` true for the workers: it is called on Ctrl-C and on errors.
        """
        self._fresh.extend(items)
        ended: SimpleQueue[BaseException | None] = SimpleQueue()

        def run_beside() -> None:
            try:
                self._run(cancelled, abandon)
            except BaseException as error:  # noqa: BLE001 - raised by who waits
                ended.put(error)
            else:
                ended.put(None)

        # Ctrl-C is raised in the main thread, wherever it is, and inside of locks it would leave them taken. So all
        # that takes locks is done by another thread, and this one waits where nothing is held: also while it starts it.
        try:
            _thread.start_new_thread(run_beside, ())
            error = _next(ended)
        except BaseException:
            abandon()
            with contextlib.suppress(Empty):
                ended.get(timeout=INTERRUPT_SECONDS)
            raise
        if error is not None:
            raise error

    def _run(self, cancelled: Callable[[], bool], abandon: Callable[[], None]) -> None:
        looked = 0.0
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="bluenoise") as pool:  # waits for its threads at the end
            try:
                while (self._fresh or self._parts or self._elsewhere or self._running) and not cancelled():
                    retry = time.monotonic() - looked >= POLL_SECONDS
                    looked = time.monotonic() if retry else looked
                    self._fill(pool, len(self._elsewhere) if retry else 0)
                    if self._running:
                        self._settle(wait(self._running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED).done)
                    else:
                        time.sleep(POLL_SECONDS / 4)
                self._settle(wait(self._running).done)  # the folder is not freed before its last writer is done
            except BaseException:
                abandon()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _fill(self, pool: ThreadPoolExecutor, retries: int) -> None:
        while len(self._running) < self._jobs:
            if self._parts:
                item, part = self._parts.popleft()
                self._running[pool.submit(self._work_on, item, part)] = None
            elif self._fresh:
                item = self._fresh.popleft()
                self._running[pool.submit(self._begin, item)] = item
            elif retries and self._elsewhere:
                retries -= 1
                item = self._elsewhere.popleft()
                self._running[pool.submit(self._begin, item)] = item
            else:
                return

    def _settle(self, done: set[Future[int | None]]) -> None:
        for future in done:
            begun = self._running.pop(future)
            with contextlib.suppress(Cancelled):
                parts = future.result()
                if begun is None:
                    continue
                if parts is None:
                    self._elsewhere.append(begun)
                else:
                    self._parts.extend((begun, part) for part in range(parts))

    def _work_on(self, item: Item, part: int) -> None:
        self._work(item, part)


def _next(ended: "SimpleQueue[Item]") -> Item:
    """What comes first; with time limits, so that Ctrl-C reaches the main thread on every system."""
    while True:
        with contextlib.suppress(Empty):
            return ended.get(timeout=POLL_SECONDS)
