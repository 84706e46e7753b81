"""A store beside a build: asked ahead of it and written behind it by threads that nobody has to wait for."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bluenoise_assets.builder.atomic_files import read_regular
from bluenoise_assets.builder.cache.remote.patience import RENEWED_SECONDS, Patience
from bluenoise_assets.builder.cache.remote.store import KINDS, Store, StoreError
from bluenoise_assets.errors import Cancelled

MOST_THREADS = 16
MOST_UPLOADS = 8
"""Of the threads as many may write, so that looking up goes on."""

AHEAD_BYTES = 64 * 2**20
"""What may lie in memory of objects that the build has not come to. A larger one is fetched when it is asked for."""

MOST_FAILURES = 3
"""After so many failures in a row a store is left alone."""

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Wanted:
    """An object that a build is going to ask for: the bytes that it may have, and those that it should have at most."""

    name: str
    limit: int
    size: int


@dataclass(eq=False)
class _Lookup:
    wanted: Wanted
    begun: bool = False
    held: int = 0
    data: bytes | None = None
    done: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class _Upload:
    name: str
    path: Path
    limit: int
    look_first: bool


class _Process:
    """What the builds of a process have in common of a remote: its connections, and the patience with it."""

    def __init__(self, url: str, *, write: bool) -> None:
        self.store = Store(url, write=write)
        self.patience = Patience()
        self.changed = threading.Condition()
        self.busy = 0
        """Operations that have not ended, also of earlier builds."""


_processes: dict[tuple[str, bool], _Process] = {}


class Remote:
    """The objects that a build asks a store for, and gives it if it may `write`. It never fails, and waits for
    `seconds` in all: `warn` is told once of each kind of trouble. `close` it at the end.

    What is asked for, or expected, is looked up by threads, in the order in which it was expected; what the build
    waits for comes first.
    """

    def __init__(self, url: str, warn: Callable[[str], None], seconds: float, *, write: bool) -> None:
        self.url, self._warn, self._seconds = url, warn, seconds
        self._process = _processes.setdefault((url, write), _Process(url, write=write))
        self._patience = self._process.patience
        self._patience.begin(seconds)
        self._changed = self._process.changed
        self._writes = write
        self._off = not self._patience.left()
        self._loaded = False
        self._loading = threading.Lock()
        self._troubles: Counter[str] = Counter()
        self._failures = self._threads = self._idle = self._uploading = self._held = 0
        self._lookups: dict[str, _Lookup] = {}
        self._urgent: deque[_Lookup] = deque()
        self._ahead: deque[_Lookup] = deque()
        self._uploads: deque[_Upload] = deque()

    def expect(self, wanted: Iterable[Wanted]) -> None:
        """Look these up while the build is at something else."""
        fresh = {one.name: _Lookup(one) for one in wanted if one.name not in self._lookups}
        if not fresh or not self._load():
            return
        with self._changed:
            self._lookups |= fresh
            self._ahead.extend(fresh.values())
            self._start(len(fresh))

    def take(self, wanted: Wanted, cancelled: Callable[[], bool]) -> bytes | None:
        """The bytes of an object; None if there is none, or none in time. Raises `Cancelled`."""
        if not self._load():
            return None
        with self._changed:
            lookup = self._lookups.setdefault(wanted.name, _Lookup(wanted))
            if not lookup.begun:
                self._urgent.append(lookup)
                self._start(1)
        if not lookup.done.is_set():
            with self._patience.waiting():
                while not self._off and not lookup.done.wait(min(POLL_SECONDS, self._patience.left())):
                    if cancelled():
                        raise Cancelled
                    self._check_patience()
        return self._forget(wanted.name)

    def drop(self, name: str) -> None:
        """The build has found elsewhere what it was going to ask for."""
        self._forget(name)

    def put(self, name: str, path: Path, limit: int, *, look_first: bool = False) -> None:
        """Write a file's bytes as an object, later; with `look_first` only if there is none."""
        if not self._writes or not self._load():
            return
        with self._changed:
            self._uploads.append(_Upload(name, path, limit, look_first))
            self._start(1)

    def finish(self, cancelled: Callable[[], bool]) -> None:
        """Wait for what is being written."""
        with self._patience.waiting():
            while not self._off and not cancelled():
                with self._changed:
                    left = len(self._uploads) + self._uploading
                    if not left or not self._writes:
                        return
                    self._changed.wait(min(POLL_SECONDS, self._patience.left()))
                self._check_patience(f"; {left} {'texture' if left == 1 else 'textures'} may not have been written")

    def close(self) -> None:
        """Let go of what nobody has come to; threads that hang are left alone. Tell what failed now and then."""
        with self._changed:
            troubles, self._troubles = self._troubles, Counter()
            if self._off:
                troubles.clear()
            self._off = True
            self._drop_all()
        for why, count in troubles.items():
            times = "once" if count == 1 else f"{count} times"
            self._warn(f"{self.url}: the remote cache {why} ({times})")

    def damaged(self, name: str, why: str) -> None:
        """Tell that an object is not what it should be."""
        if not self._off:
            self._warn(f"{self.url}/{name}: this remote entry was damaged ({why}); the texture is made anew")

    def _load(self) -> bool:
        """Import what the store needs, in a thread of the build: two that import at once may wait for each other."""
        with self._loading:
            if not self._loaded and not self._off:
                self._loaded = True
                try:
                    self._process.store.load()
                except Exception:  # noqa: BLE001 - what is installed may be broken in any way
                    self._give_up("needs something that cannot be loaded")
        return not self._off

    def _check_patience(self, more: str = "") -> None:
        if not self._patience.left():
            self._give_up(f"has made the build wait for {self._seconds:g} s in all{more}")

    def _give_up(self, why: str) -> None:
        """Leave the store alone from now on, with one warning."""
        with self._changed:
            if self._off:
                return
            self._off = True
            self._patience.end()
            self._drop_all()
        alone = f"this build leaves it alone from now on, a watch for {RENEWED_SECONDS / 60:g} minutes"
        self._warn(f"{self.url}: the remote cache {why}; {alone}")

    def _drop_all(self) -> None:
        """Forget all that is to be done. Called while `_changed` is held."""
        for lookup in self._lookups.values():
            lookup.done.set()
        for queue in (self._ahead, self._urgent, self._uploads):
            queue.clear()
        self._lookups.clear()
        self._held = 0
        self._changed.notify_all()

    def _forget(self, name: str) -> bytes | None:
        with self._changed:
            lookup = self._lookups.pop(name, None)
            if lookup is None:
                return None
            lookup.begun = True  # or will not be
            self._free(lookup)
            return lookup.data

    def _free(self, lookup: _Lookup) -> None:
        """Make room for more ahead. Called while `_changed` is held."""
        self._held -= lookup.held
        lookup.held = 0
        self._changed.notify_all()

    def _start(self, jobs: int) -> None:
        """Have threads for more to do. Called while `_changed` is held."""
        room = MOST_THREADS - max(self._threads, self._process.busy)
        for _ in range(min(jobs - self._idle, room)):
            self._threads += 1
            threading.Thread(target=self._run, name="bluenoise-remote", daemon=True).start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                if isinstance(job, _Lookup):
                    job.data = self._process.store.read(job.wanted.name, job.wanted.limit)
                else:
                    self._upload(job)
            except StoreError as error:
                if isinstance(job, _Lookup) and error.kind == "damaged":
                    self.damaged(job.wanted.name, "the store's checksum of it is wrong")
                else:
                    self._failed(error.kind, "read" if isinstance(job, _Lookup) else "written")
            else:
                self._failures = 0
            finally:
                self._end(job)

    def _upload(self, job: _Upload) -> None:
        try:
            data = read_regular(job.path, job.limit)
        except (OSError, MemoryError):  # the local cache could not keep it, or has it no more
            return
        if not (job.look_first and self._process.store.read(job.name, 0) is not None):
            self._process.store.write(job.name, data)

    def _next(self) -> _Lookup | _Upload | None:
        """What to do now; None at the end."""
        with self._changed:
            self._idle += 1
            try:
                while not self._off:
                    if job := self._due():
                        self._process.busy += 1
                        return job
                    self._changed.wait()
            finally:
                self._idle -= 1
            self._threads -= 1
            return None

    def _due(self) -> _Lookup | _Upload | None:
        for queue in (self._urgent, self._ahead):
            while queue and queue[0].begun:
                queue.popleft()
        if self._urgent:
            lookup = self._urgent.popleft()
        elif self._uploads and self._uploading < MOST_UPLOADS:
            self._uploading += 1
            return self._uploads.popleft()
        elif self._ahead and self._held + self._ahead[0].wanted.size <= AHEAD_BYTES:
            lookup = self._ahead.popleft()
        else:
            return None
        lookup.begun = True
        lookup.held = lookup.wanted.size
        self._held += lookup.held
        return lookup

    def _end(self, job: _Lookup | _Upload) -> None:
        with self._changed:
            self._process.busy -= 1
            if isinstance(job, _Upload):
                self._uploading -= 1
            elif job.data is None:
                self._free(job)
            if isinstance(job, _Lookup):
                job.done.set()
            self._changed.notify_all()

    def _failed(self, kind: str, verb: str) -> None:
        """Note what went wrong; leave alone what will not go better."""
        why = f"cannot be {verb}: {KINDS[kind]}"
        with self._changed:
            self._failures += 1
            self._troubles[why] += 1
            if verb == "written" and kind in {"forbidden", "full"}:
                self._writes = False
                self._uploads.clear()
            give_up = self._failures >= MOST_FAILURES and kind not in {"forbidden", "full"}
        if give_up:
            self._give_up(why)
