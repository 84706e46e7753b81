"""The workers of a dask cluster: which are of use, and where a work item may be made."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bluenoise_assets.builder.executors import ExecutorError
from bluenoise_assets.builder.executors.dask_worker import version
from bluenoise_assets.builder.memory import PROCESS_BYTES, check_bytes, work_item_bytes
from bluenoise_assets.noise import item_slices
from bluenoise_assets.spec import TextureSpec

PATIENCE_SECONDS = 120.0
"""So long a build waits for a scheduler that has gone, or for the first worker."""

GRACE_SECONDS = 10.0
"""So long it waits for others if all that are there are of no use."""

ANSWER_SECONDS = 5.0
"""So long new workers are waited for when they are asked for their version."""

MOST_ASKED = 64
"""So many are asked at once."""

LARGE_TEXELS = 1 << 16
"""Work items with as many go to workers with a GPU, if those have said so."""

MODULE = "bluenoise_assets.builder.executors.dask_worker"

VERSION_OF = "__import__('importlib').import_module(module).version()"
SERVE = "__import__('importlib').import_module(module).serve(request)"
"""For `eval` on a worker. A function of ours would have to be importable in the scheduler, too, which needs only dask,
and could not say that it is missing."""


@dataclass(frozen=True)
class Worker:
    """`memory` is its limit in bytes (0: none), `resources` what it was started with: `GPU`, `memory`."""

    address: str
    name: str
    threads: int
    memory: int
    resources: Mapping[str, float]


class Fleet:
    """The workers of one scheduler, looked at again and again: others may join at any time.

    If there are none but those that were refused, others are waited for as long as `grace` says, in seconds.
    """

    def __init__(self, client: Any, scheduler: str, warn: Callable[[str], None], grace: float = GRACE_SECONDS) -> None:
        self._client, self._scheduler, self._warn, self._grace = client, scheduler, warn, grace
        self._told = False
        self._looking = threading.Lock()
        self._useful: dict[str, Worker] = {}
        self._refused: dict[str, str] = {}
        self._asked: set[str] = set()
        self._answers: deque[tuple[str, Any]] = deque()
        self._there = time.monotonic()

    def look(self) -> None:
        """See which workers there are, and ask new ones for their version; those that are slow to answer are later."""
        with self._looking:
            found = self._client.scheduler_info(n_workers=-1)["workers"]
            asked = [
                threading.Thread(target=self._ask, args=(address,), name="bluenoise-version", daemon=True)
                for address in [address for address in found if address not in self._asked][:MOST_ASKED]
            ]
            for thread in asked:
                thread.start()
            end = time.monotonic() + ANSWER_SECONDS
            for thread in asked:
                thread.join(max(0.0, end - time.monotonic()))
            self._useful = {address: one for address, one in self._useful.items() if address in found}
            self._refused = {address: why for address, why in self._refused.items() if address in found}
            self._asked &= found.keys()
            self._judge(found)
            if self._useful:
                self._there = time.monotonic()

    def _ask(self, address: str) -> None:
        """In a thread of its own: a worker that hangs must not hold up the others."""
        self._asked.add(address)
        answer: Any = None
        with contextlib.suppress(Exception):  # it has gone, or the scheduler has
            told = self._client.run(eval, VERSION_OF, {"module": MODULE}, workers=[address], on_error="return")
            answer = told.get(address)
        self._answers.append((address, answer))

    def _judge(self, found: Mapping[str, Any]) -> None:
        refused = {}
        while self._answers:
            address, answer = self._answers.popleft()
            if address not in found:
                continue
            data = found[address]
            memory, resources = data["memory_limit"] or 0, data.get("resources") or {}
            worker = Worker(address, str(data["name"]), data["nthreads"], memory, resources)
            if isinstance(answer, tuple) and answer == version():
                self._useful[address] = worker
            elif isinstance(answer, tuple | ImportError):
                refused[worker.name] = self._refused[address] = _difference(answer)
            else:
                self._asked.discard(address)
        if refused:
            names = "; ".join(f"{name} {why}" for name, why in sorted(refused.items()))
            few = "this dask worker gets" if len(refused) == 1 else f"these {len(refused)} dask workers get"
            self._warn(f"{few} nothing to do: {names}")

    def check(self) -> None:
        """Raise `ExecutorError` if there is no worker that is of use, and was none for too long."""
        if self._useful:
            return
        waited = time.monotonic() - self._there
        if self._refused and waited >= self._grace:
            why = "; ".join(sorted(set(self._refused.values())))
            raise ExecutorError(f"no worker of the dask scheduler at {self._scheduler} is of use: it {why}")
        if waited > PATIENCE_SECONDS:
            text = f"the dask scheduler at {self._scheduler} has had no worker for {PATIENCE_SECONDS:.0f} s"
            raise ExecutorError(text)
        if waited > ANSWER_SECONDS and not self._told:
            self._told = True
            text = f"the dask scheduler at {self._scheduler} has no worker"
            self._warn(f"{text}; waiting for one for {PATIENCE_SECONDS:.0f} s")

    @property
    def threads(self) -> int:
        """How many work items are made at once."""
        return sum(worker.threads for worker in self._useful.values())

    def is_useful(self, addresses: list[str]) -> bool:
        """Whether any of these is there and of use."""
        return not self._useful.keys().isdisjoint(addresses)

    def places(self, spec: TextureSpec) -> dict[str, Any]:
        """Where a work item of a texture may be made, as options of `Client.submit`. Raises `BuildError`: nowhere.

        All workers may make all as long as that is so: then dask moves work to those that join later, too.
        """
        workers, needed = list(self._useful.values()), work_item_bytes(spec) + PROCESS_BYTES
        fit = [one for one in workers if needed <= _memory(one)]
        if workers:
            check_bytes(needed, max(map(_memory, workers)), "the largest dask worker")
        options: dict[str, Any] = {}
        if len(fit) < len(workers) or self._refused:
            options["workers"] = [one.address for one in fit]
        if fit and all("memory" in one.resources for one in fit):
            options["resources"] = {"memory": needed}
        large = spec.texel_count * item_slices(spec) >= LARGE_TEXELS
        if large and (with_gpu := [one.address for one in fit if one.resources.get("GPU")]):
            options |= {"workers": with_gpu, "allow_other_workers": "workers" not in options}
        return options


def _memory(worker: Worker) -> float:
    """What a work item may take there: the least of what its process has and what was declared."""
    return min(worker.memory or float("inf"), worker.resources.get("memory", float("inf")))


def _difference(answer: Any) -> str:
    """Why a worker is of no use, in words that follow its name."""
    if isinstance(answer, ImportError):
        module = answer.name or "a module"
        return f"cannot import {module}; install bluenoise-assets {version()[2]} there"
    here = version()
    return f"has bluenoise-assets {answer[2]}{_numbers(answer)}, and this is {here[2]}{_numbers(here)}"


def _numbers(versions: tuple[int, int, str]) -> str:
    return f" (algorithm {versions[0]}, figures {versions[1]})"
