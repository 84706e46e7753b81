"""What runs on a dask worker: it makes a texture, or a part of one, puts it into the store, and gives it back.

Everything it needs comes with the request; no manifest and no other file of the client's is read. It ends soon after
nobody wants the result any more, whether that was said or the client, or the scheduler, has just vanished.
"""

import contextlib
import functools
import itertools
import os
import pickle
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from bluenoise_assets import __version__
from bluenoise_assets.builder.cache.entry import Content, entry_bytes
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.cache.user_folder import user_cache_folder
from bluenoise_assets.builder.executors.local import LocalExecutor
from bluenoise_assets.errors import BuildError, Cancelled, UsageError
from bluenoise_assets.quality import figures
from bluenoise_assets.spec import ALGORITHM

TOPIC = "bluenoise-assets"
"""Under which workers tell how far they are."""

TELL_SECONDS = 0.25
"""A task tells no more often of its share, as all goes through the scheduler."""

TRIM_EVERY = 64
"""A worker's own cache folder is held to its size after so many textures."""


class Request(TypedDict):
    """A work item that is asked for. All but `version` may change its meaning from one version to the next."""

    version: tuple[int, int, str]
    spec: bytes
    item: int | None
    """None: the whole texture, which is one work item."""
    folder: str | None
    """The cache's: "" stands for that of each worker's own user; None: there is no cache."""
    cache: dict[str, Any]
    """All else that `CacheSettings` say."""
    force: bool


def version() -> tuple[int, int, str]:
    """What has to be the same everywhere: the algorithm's, the figures' and the package's version."""
    return ALGORITHM, figures.VERSION, __version__


def serve(request: Request) -> dict[str, Any]:
    """Do what is asked for; the answer is plain data, and says by its first key what it is.

    `entry`: a texture as an entry of the cache, and `found`, whether it was there; `ranks`; `refused`: the version
    of a worker that has another one, and its `address`; `failed`, `memory`, `bug`, `cancelled`: why there is nothing.
    """
    from distributed import get_worker

    worker = get_worker()
    if tuple(request["version"]) != version():
        return {"refused": version(), "address": worker.address}
    key = str(worker.get_current_task())
    task = _Task(worker, key)
    try:
        return _serve(request, task)
    except Cancelled:
        return {"cancelled": True}
    except (BuildError, UsageError) as error:
        return {"failed": str(error)}
    except MemoryError:
        return {"memory": True}
    except Exception:  # noqa: BLE001 - shown by the client, as it would show its own
        return {"bug": traceback.format_exc()}


class _Task:
    """The dask task that this thread runs."""

    def __init__(self, worker: Any, key: str) -> None:
        self._worker, self._key, self._told = worker, key, ("", 0.0)
        self.memory_limit: int | None = worker.memory_manager.memory_limit

    def cancelled(self) -> bool:
        """Whether the scheduler has taken the task back, as it does when its client has gone, or has gone itself."""
        state = self._worker.state.tasks.get(self._key)
        closing = self._worker.status.name in {"closing", "closed", "failed"}
        return closing or state is None or state.state not in {"executing", "long-running"}

    def tell(self, stage: str, share: float, figure: float | None) -> None:
        now, (before, last) = time.monotonic(), self._told
        if stage != before or now - last >= TELL_SECONDS:
            self._told = stage, now
            self._say(stage=stage, share=float(share), figure=None if figure is None else float(figure))

    def warn(self, text: str) -> None:
        self._say(warning=text, worker=str(self._worker.name))

    def _say(self, **message: Any) -> None:
        self._worker.log_event(TOPIC, {"key": self._key, **message})


def _serve(request: Request, task: _Task) -> dict[str, Any]:
    spec = pickle.loads(request["spec"])  # noqa: S301 - from the client, whose code dask runs anyway
    executor = _executor(task.memory_limit, keeps_programs=request["folder"] is not None)
    if request["item"] is not None:
        ranks: list[Any] = []
        executor.optimize(spec, request["item"], task.tell, task.cancelled, ranks.append)
        return {"ranks": ranks[0]}
    settings = _settings(request, task.warn)
    cache = settings.open(task.warn)
    if cache is None:
        made: list[bytes] = []
        executor.make(spec, task.tell, task.cancelled, lambda content, _: made.append(entry_bytes(spec, content)))
        return {"entry": made[0], "found": False}
    with contextlib.closing(cache):
        if not request["force"]:
            found = cache.load(spec) or cache.fetch(spec, task.cancelled)
            if found is not None:
                return {"entry": entry_bytes(spec, found), "found": True}
        entries: list[bytes] = []

        def keep(content: Content, _reused: str | None) -> None:
            cache.store(spec, content)
            entries.append(entry_bytes(spec, content))

        executor.make(spec, task.tell, task.cancelled, keep)
        cache.finish(task.cancelled)
        if not request["folder"] and next(_stored) % TRIM_EVERY == 0:
            cache.trim()
    return {"entry": entries[0], "found": False}


def _settings(request: Request, warn: Callable[[str], None]) -> CacheSettings:
    """Where this worker keeps what it makes. It makes no folder for a client: that would be another one here."""
    if request["folder"] is None:
        return CacheSettings(None)
    folder = Path(request["folder"]) if request["folder"] else user_cache_folder()
    if request["folder"] and not Path(request["folder"]).is_dir():
        warn(f"{request['folder']}: there is no such folder on this machine; what it makes is cached for its own user")
        folder = user_cache_folder()
    settings = CacheSettings(folder, **request["cache"])
    try:
        settings.check()
    except UsageError as error:
        warn(str(error))
        return CacheSettings(folder)
    return settings


_stored = itertools.count(1)


@functools.cache
def _executor(memory: int | None, *, keeps_programs: bool) -> LocalExecutor:
    """One for the process: its threads share the memory."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # as the command line has it
    return LocalExecutor(1, user_cache_folder() if keeps_programs else None, memory)
