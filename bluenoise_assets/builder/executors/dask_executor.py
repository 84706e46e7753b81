"""Textures are made by the workers of a dask cluster; each calling thread waits for one of them."""

import dataclasses
import hashlib
import pickle
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bluenoise_assets.builder.cache.entry import content_of_entry
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.cache.user_folder import user_cache_folder
from bluenoise_assets.builder.executors import ExecutorError, Made, Tell
from bluenoise_assets.builder.executors.dask_cluster import DaskCluster, Mailbox, Session
from bluenoise_assets.builder.executors.dask_fleet import MODULE, SERVE
from bluenoise_assets.builder.executors.dask_worker import Request, version
from bluenoise_assets.builder.memory import BYTES_PER_KEPT_TEXEL, PROCESS_BYTES, Budget, available_bytes, check_bytes
from bluenoise_assets.builder.shard import cost
from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

POLL_SECONDS = 0.05
RESULT_SECONDS = 600.0
"""So long a result may be on its way."""

MOST_ATTEMPTS = 10
"""So often a work item is asked for whose scheduler, or whose worker's version, was lost or wrong."""


class DaskExecutor:
    """One build's. A texture of one work item is one task, which gives back the texture; else each work item is one.

    A task's name is what it makes: builds that ask for the same at the same time get it made once.
    """

    elsewhere = True

    def __init__(
        self,
        cluster: DaskCluster,
        cache: CacheSettings,
        warn: Callable[[str], None],
        cancelled: Callable[[], bool],
        *,
        force: bool,
    ) -> None:
        self._cluster, self._cache, self._warn, self._force = cluster, cache, warn, force
        self._cancelled = cancelled
        self._memory = Budget(max(1, available_bytes() - PROCESS_BYTES))
        self._guard = threading.Lock()
        self._warned: set[str] = set()

    @property
    def jobs(self) -> int:
        return self._cluster.jobs(self._warn, self._cancelled)

    def check(self, spec: TextureSpec) -> None:
        """Of this machine; what workers have is known when they are asked."""
        check_bytes(_kept_bytes(spec) + PROCESS_BYTES, available_bytes(), "this machine")

    def make(self, spec: TextureSpec, tell: Tell, cancelled: Callable[[], bool], then: Made) -> None:
        def take(answer: dict[str, Any]) -> None:
            try:
                content = content_of_entry(spec, answer["entry"])
            except ValueError as error:
                raise BuildError(f"what the dask worker sent is not this texture: {error}") from error
            then(content, "cache" if answer["found"] else None)

        self._ask(spec, None, tell, cancelled, take)

    def optimize(
        self,
        spec: TextureSpec,
        item: int,
        tell: Tell,
        cancelled: Callable[[], bool],
        then: "Callable[[npt.NDArray[np.int32]], None]",
    ) -> None:
        self._ask(spec, item, tell, cancelled, lambda answer: then(answer["ranks"]))

    def _ask(
        self,
        spec: TextureSpec,
        item: int | None,
        tell: Tell,
        cancelled: Callable[[], bool],
        take: Callable[[dict[str, Any]], None],
    ) -> None:
        """Have a work item made, and `take` it; again if the scheduler is lost, or the worker is of no use."""
        request = self._request(spec, item)
        key = _name(spec, request)
        for _ in range(MOST_ATTEMPTS):
            session = self._cluster.session(self._warn, cancelled)
            future = self._submit(session, spec, key, request)
            try:
                if future is None or not self._wait(session, future, key, tell, cancelled):
                    continue
                with self._memory.reserved(_kept_bytes(spec), cancelled):
                    answer = _answer(session, future)
                    future.release()
                    if answer is None:
                        continue
                    tell("starting", 0.0, None)  # nothing was told of what was found
                    take(answer)
                    return
            finally:
                session.mailboxes.pop(key, None)
                if future is not None:
                    future.release()
        raise ExecutorError(f"the dask workers, or their scheduler, were lost {MOST_ATTEMPTS} times")

    def _request(self, spec: TextureSpec, item: int | None) -> Request:
        """`item` is None for a texture that is one work item."""
        others = {one.name: getattr(self._cache, one.name) for one in dataclasses.fields(self._cache)}
        folder = others.pop("folder")
        return Request(
            version=version(),
            spec=pickle.dumps(spec),
            item=item,
            folder=None if folder is None else "" if folder == user_cache_folder() else str(folder.absolute()),
            cache=others,
            force=self._force,
        )

    def _submit(self, session: Session, spec: TextureSpec, key: str, request: Request) -> Any:
        """The future; None if the connection is lost."""
        places = session.fleet.places(spec)
        session.mailboxes[key] = Mailbox()
        try:
            future = session.client.submit(
                eval, SERVE, {"module": MODULE, "request": request}, key=key, priority=cost(spec), **places
            )
        except Exception:
            if session.lost:
                return None
            raise
        future.places = () if places.get("allow_other_workers") else places.get("workers", ())
        return future

    def _wait(self, session: Session, future: Any, key: str, tell: Tell, cancelled: Callable[[], bool]) -> bool:
        """Wait until a work item is done, and pass on what is told of it; False if it has to be asked for again."""
        mailbox = session.mailboxes[key]
        while True:
            pending = future.status == "pending"
            mailbox.wake.clear()
            while mailbox.messages:
                self._pass_on(mailbox.messages.popleft(), tell)
            if session.lost:
                return False
            if not pending:
                return True
            if cancelled():
                raise Cancelled
            session.fleet.check()
            if future.places and not session.fleet.is_useful(future.places):
                return False
            mailbox.wake.wait(POLL_SECONDS)

    def _pass_on(self, message: dict[str, Any], tell: Tell) -> None:
        text = message.get("warning")
        if text is None:
            tell(message["stage"], message["share"], message["figure"])
            return
        with self._guard:
            first = text not in self._warned
            self._warned.add(text)
        if first:
            self._warn(f"dask worker {message['worker']}: {text}")


def _answer(session: Session, future: Any) -> dict[str, Any] | None:
    """What a task gave; None if it has to be asked for again. Raises what locally would be raised."""
    from distributed import CancelledError, KilledWorker

    try:
        answer: dict[str, Any] = future.result(timeout=RESULT_SECONDS)
    except (CancelledError, TimeoutError):
        return None
    except KilledWorker as error:
        times = error.allowed_failures + 1
        raise BuildError(f"{times} dask workers ended while they made it; they may lack the memory") from error
    except ImportError:
        session.fleet.look()  # a worker that has just come, and is of no use
        return None
    except Exception as error:
        if session.lost:
            return None
        raise ExecutorError(f"the dask cluster cannot run a task: {type(error).__name__}: {error}") from error
    if "bug" in answer:
        raise RuntimeError(f"on a dask worker:\n{answer['bug']}")
    if "memory" in answer:
        raise MemoryError
    if "failed" in answer:
        raise BuildError(answer["failed"])
    if "refused" in answer:
        session.fleet.look()
        return None
    return None if "cancelled" in answer else answer


def _name(spec: TextureSpec, request: Request) -> str:
    """A task's: the same for all who ask for the same of the same versions."""
    what = (spec.key(), request["item"], request["version"], request["force"])
    return f"bluenoise-{hashlib.sha256(repr(what).encode()).hexdigest()[:32]}"


def _kept_bytes(spec: TextureSpec) -> int:
    """What a texture takes here, from when it comes until it is written."""
    return spec.texel_count * (spec.array_length or 1) * spec.channels * BYTES_PER_KEPT_TEXEL
