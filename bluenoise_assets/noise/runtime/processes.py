"""Several processes, on one machine or on many, that make one texture together over all their devices.

JAX wants all of them to run the same programs in the same order. So process 0 leads: it says what comes next, and the
others follow. What it says are lines of JSON, numbered, in the store of JAX's coordination service: an item to make,
how many iterations to run, that the item is given up, the end. An item of the leader's that stays on its own devices is
nobody's business.

Followers end with the leader, however that ends. A follower that is lost costs the item at hand; what comes after it
the leader makes by itself.
"""

import json
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

import jax
from jax.sharding import Mesh

from bluenoise_assets.errors import BuildError, Cancelled, UsageError

JOIN_SECONDS = 300
"""How long the first process waits for the last one."""

LOST_SECONDS = 20
"""A process from which nothing came for so long is lost."""

END_SECONDS = 5
"""How long the leader waits for the others to hear that all is done."""

LEAVE_SECONDS = 0.5
"""How long a process takes to end, at most, once it has nothing more to do."""

POLL_SECONDS = 0.1

NO_CLUSTER = (
    "--distributed: here is no cluster that JAX knows (Slurm, Open MPI, Kubernetes, Cloud TPU);"
    " set JAX_COORDINATOR_ADDRESS=HOST:PORT of process 0, JAX_NUM_PROCESSES and JAX_PROCESS_ID"
)

_set: Callable[[str, bool], None] = jax.config.update  # jax leaves it untyped


class Group:
    """The processes, seen from one. `who` names each as in `process 1 on render07`.

    `lost` are those of them that are, `busy` is this one with all, and `alone` it is once they cannot work together.
    """

    def __init__(self, client: Any, index: int, who: tuple[str, ...]) -> None:
        self.index, self.who, self.lost = index, who, ""
        self.busy = self.alone = False
        self._client, self._number, self._guard = client, 0, threading.Lock()

    @property
    def leads(self) -> bool:
        return self.index == 0

    def say(self, message: Any) -> None:
        """Say what the followers do next."""
        with self._guard:
            self._client.key_value_set(f"bluenoise/{self._number}", json.dumps(message))
            self._number += 1

    def hear(self) -> Any:
        """What comes next; waits for it. Raises `BuildError` if the leader has gone."""
        while True:
            with suppress(TimeoutError):
                text = self._got(f"bluenoise/{self._number}", 1.0)
                self._number += 1
                return json.loads(text)

    def look(self) -> str:
        """Who is lost, in words; empty if nobody is."""
        with suppress(jax.errors.JaxRuntimeError):
            here = self._here()
            self.lost = self.lost or " and ".join(who for index, who in enumerate(self.who) if index not in here)
        self.alone = self.alone or bool(self.lost)
        return self.lost

    def give_up(self) -> None:
        """Of the leader: an item is not finished."""
        if self.leads:
            self.say({"agreed": None})

    def end(self) -> None:
        """Leave. The leader sends the others away and goes last: JAX ends by force whom it leaves behind."""
        with suppress(jax.errors.JaxRuntimeError, BuildError, TimeoutError):
            if not self.leads:
                self._client.key_value_set(f"bluenoise/left/{self.index}", "")
                return
            self.say({"end": True})
            until = time.monotonic() + END_SECONDS
            for index in range(1, len(self.who)):
                self._got(f"bluenoise/left/{index}", max(0.01, until - time.monotonic()))
            time.sleep(LEAVE_SECONDS)

    def _here(self) -> set[int]:
        return set(self._client.get_live_nodes(list(range(len(self.who)))))

    def _got(self, key: str, seconds: float) -> str:
        try:
            return str(self._client.blocking_key_value_get(key, int(1000 * seconds)))
        except jax.errors.JaxRuntimeError as error:
            if "DEADLINE_EXCEEDED" in str(error):
                raise TimeoutError from None
            raise BuildError("process 0 of this build has gone") from error


class Ended(BaseException):
    """The leader has ended while this process was at work."""


class _Thread(threading.local):
    """What a thread is about."""

    item: Any = None
    together: bool = False


_thread = _Thread()
_group: Group | None = None


def join(versions: Mapping[str, str], hung: Callable[[str], None]) -> Group:
    """Meet the other processes, as JAX finds them; from now on large textures are made by all.

    Raises `UsageError` where there is no cluster, `BuildError` if a process does not come, or has other `versions`.
    `hung` is called, by a thread of its own, if a lost process has left the leader in a computation that cannot end.
    """
    global _group  # noqa: PLW0603 - one for the process, as jax.distributed's is
    found: SimpleQueue[Group | BaseException] = SimpleQueue()

    def meet() -> None:
        try:
            found.put(_met(versions))
        except BaseException as error:  # noqa: BLE001 - raised by who waits
            found.put(error)

    threading.Thread(target=meet, name="bluenoise-join", daemon=True).start()
    until, result = time.monotonic() + JOIN_SECONDS, None
    while result is None:  # in pieces, so that Ctrl-C is heard
        with suppress(Empty):
            result = found.get(timeout=POLL_SECONDS)
        if result is None and time.monotonic() > until:
            raise BuildError(f"not all processes of this build have come within {JOIN_SECONDS} s")
    if isinstance(result, BaseException):
        raise result
    _group = result
    if result.leads:
        threading.Thread(target=_watch, args=(result, hung), name="bluenoise-watch", daemon=True).start()
    return result


def _met(versions: Mapping[str, str]) -> Group:
    # a process that is lost must not take the leader with it, and signals are ours
    _set("jax_enable_recoverability", True)
    _set("jax_enable_preemption_service", False)
    given: dict[str, Any] = {}
    if "JAX_NUM_PROCESSES" in os.environ and "JAX_PROCESS_ID" in os.environ:
        given = {"num_processes": _number("JAX_NUM_PROCESSES"), "process_id": _number("JAX_PROCESS_ID")}
        given["cluster_detection_method"] = "deactivate"
    try:
        jax.distributed.initialize(
            **given,
            initialization_timeout=JOIN_SECONDS + 60,  # when it is over JAX ends the process
            heartbeat_timeout_seconds=LOST_SECONDS,
            shutdown_timeout_seconds=END_SECONDS,
        )
    except ValueError as error:  # no address, no number of processes, or one that cannot be
        raise UsageError(NO_CLUSTER) from error
    except RuntimeError as error:
        raise BuildError(f"--distributed: {' '.join(str(error).split())}") from error
    from jax._src.distributed import global_state  # there is no other way to the store

    client: Any = global_state.client
    me = global_state.process_id
    try:
        client.key_value_set(f"bluenoise/hello/{me}", json.dumps([platform.node(), dict(versions)]))
        hellos = [
            json.loads(client.blocking_key_value_get(f"bluenoise/hello/{index}", JOIN_SECONDS * 1000))
            for index in range(global_state.num_processes)
        ]
        group = Group(client, me, tuple(f"process {index} on {host}" for index, (host, _) in enumerate(hellos)))
        if differ := _difference(group.who, [theirs for _, theirs in hellos]):
            group.end()
            raise BuildError(differ)
        jax.devices()  # each finds those of all others, as long as all look
    except (jax.errors.JaxRuntimeError, RuntimeError) as error:
        raise BuildError(f"--distributed: another process has gone: {' '.join(str(error).split())}") from error
    return group


def _number(name: str) -> int:
    text = os.environ[name]
    if not text.isdecimal():
        raise UsageError(f"--distributed: {name}={text} is not a whole number")
    return int(text)


def _difference(who: tuple[str, ...], versions: list[Mapping[str, str]]) -> str:
    """Which process has another version of what than the first; empty if none has."""
    for one, theirs in zip(who, versions, strict=True):
        for name, first in versions[0].items():
            if theirs.get(name) != first:
                return f"{one} has {name} {theirs.get(name)}, {who[0]} has {first}: all need the same"
    return ""


def _watch(group: Group, hung: Callable[[str], None]) -> None:
    """Look for processes that are lost."""
    since = None
    while True:
        time.sleep(LOST_SECONDS / 10)
        since = (since or time.monotonic()) if group.look() and group.busy else None
        if since is not None and time.monotonic() - since > END_SECONDS:
            hung(f"{group.lost} is lost; build again, and what is missing is made")


def devices() -> list[Any]:
    """Those that a texture may be spread over: of all processes, as long as they work together."""
    return jax.local_devices() if _group is None or _group.alone else jax.devices()


@contextmanager
def doing(item: Callable[[], Any]) -> Iterator[None]:
    """What this thread makes: as JSON, it is told to the followers if it takes their devices, too."""
    before, _thread.item = _thread.item, item
    try:
        yield
    finally:
        _thread.item = before


@contextmanager
def together(mesh: Mesh) -> Iterator[None]:
    """A part of an item that the processes of a mesh do together; each does the same, and `agreed` are the leader's."""
    group = _group
    members = {0} if group is None else {device.process_index for device in mesh.devices.flat}
    if group is None or members == {0}:
        yield
        return
    if group.index not in members:
        raise Cancelled  # a follower that has no part in it
    if group.alone:
        raise BuildError(f"{group.lost or 'another process'} is lost; build again, and what is missing is made")
    if group.leads:
        group.say({"item": _thread.item()})
    _thread.together = group.busy = True
    try:
        yield
    except Cancelled:
        group.give_up()
        raise
    except Exception as error:
        group.give_up()
        group.alone = True  # a follower may be stuck where this one failed
        text = " ".join(str(error).split())
        if group.leads and not _lost_soon(group):
            raise BuildError(f"the optimiser failed, in work of several processes: {text}") from error
        lost = f"{group.lost} is lost" if group.leads else f"the work with other processes failed: {text}"
        raise BuildError(f"{lost}; build again, and what is missing is made") from error
    finally:
        _thread.together = group.busy = False


def _lost_soon(group: Group) -> bool:
    """Whether an error is because of a process that is lost: its broken connection tells sooner than its silence."""
    until = time.monotonic() + LOST_SECONDS + END_SECONDS
    while not group.look() and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    return bool(group.lost)


def agreed(value: int) -> int:
    """The leader's value, in all processes that make an item together; else this one's.

    Raises `Cancelled` if the leader gives up the item.
    """
    group = _group
    if group is None or not _thread.together:
        return value
    if group.leads:
        group.say({"agreed": value})
        return value
    heard = group.hear()
    if heard.get("agreed") is None:
        raise Ended if heard.get("end") else Cancelled
    return int(heard["agreed"])
