"""The connection to a dask scheduler: one that is there, or one that is started here, with a process a job."""

import contextlib
import json
import logging
import os
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.executors import Executor, ExecutorError
from bluenoise_assets.builder.executors.dask_fleet import GRACE_SECONDS, PATIENCE_SECONDS, Fleet
from bluenoise_assets.builder.executors.dask_worker import TOPIC
from bluenoise_assets.builder.schedule import processors
from bluenoise_assets.errors import Cancelled, UsageError, printable

CONNECT_SECONDS = 10.0
"""So long a scheduler has to answer at the start."""

LOOK_SECONDS = 1.0
"""How often to see which workers there are."""

RETRY_SECONDS = 0.5

FEWEST_JOBS, MOST_JOBS = 32, 256
"""Work items that are asked for at once: twice as many as there are threads, and some for workers to come."""

INSTALL = 'python -m pip install "bluenoise-assets[dask]"'

LOGGERS = ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application", "asyncio")


@dataclass(eq=False)
class Mailbox:
    """What the worker that makes a work item says; `wake` is set when there is something."""

    messages: deque[dict[str, Any]] = field(default_factory=deque)
    wake: threading.Event = field(default_factory=threading.Event)


class Session:
    """One connection, as long as it lasts, and what is known of the workers behind it."""

    def __init__(self, client: Any, fleet: Fleet) -> None:
        self.client, self.fleet = client, fleet
        self.mailboxes: dict[str, Mailbox] = {}
        self._closed = threading.Event()
        client.subscribe_topic(TOPIC, self._hear)
        self.fleet.look()
        threading.Thread(target=self._look, name="bluenoise-fleet", daemon=True).start()

    @property
    def lost(self) -> bool:
        return self._closed.is_set() or self.client.status != "running"

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(Exception):  # whatever is wrong with a connection that is given up
            self.client.close(timeout=1)

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        """In the event loop's thread, so the message is put down for the thread that waits for the work item."""
        message = event[1]
        if (mailbox := self.mailboxes.get(message["key"])) is not None:
            mailbox.messages.append(message)
            mailbox.wake.set()

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS) and not self.lost:
            with contextlib.suppress(Exception):  # a connection that breaks is seen by who waits for it
                self.fleet.look()


class DaskCluster:
    """A scheduler by its address, or by the file that `dask scheduler --scheduler-file` writes; or processes here.

    Raises `UsageError` for what can be no scheduler, or without dask. Nothing is started until it is needed.
    """

    def __init__(self, scheduler: str | None = None) -> None:
        needed = ["distributed"] if scheduler else ["distributed", "cryptography"]
        if any(find_spec(name) is None for name in needed):
            raise UsageError(f"the executor dask needs a package that is not installed: {INSTALL}")
        if scheduler is not None:
            _check(scheduler)
        self._scheduler = scheduler
        self._jobs: int | None = None
        self._guard = threading.Lock()
        self._session: Session | None = None
        self._processes: Any = None
        self._gone: ExecutorError | None = None

    def executor(
        self,
        jobs: int | None,
        cache: CacheSettings,
        warn: Callable[[str], None],
        cancelled: Callable[[], bool],
        *,
        force: bool,
    ) -> Executor:
        from bluenoise_assets.builder.executors.dask_executor import DaskExecutor

        self._jobs, self._gone = jobs, None
        return DaskExecutor(self, cache, warn, cancelled, force=force)

    def jobs(self, warn: Callable[[str], None], cancelled: Callable[[], bool]) -> int:
        """How many work items are to be asked for at once."""
        if self._scheduler is None:
            return 2 * (self._jobs or processors())  # so that each process has its next one at hand
        if self._jobs is not None:
            return self._jobs
        return max(FEWEST_JOBS, min(2 * self.session(warn, cancelled).fleet.threads, MOST_JOBS))

    def session(self, warn: Callable[[str], None], cancelled: Callable[[], bool]) -> Session:
        """The connection, made anew if it is lost. Raises `ExecutorError` if that cannot be, and `Cancelled`."""
        with self._guard:
            if cancelled():
                raise Cancelled
            if self._gone is not None:
                raise self._gone
            if self._session is not None and not self._session.lost:
                return self._session
            again = self._session is not None
            if self._session is not None:
                self._session.close()
                self._session = None
                text = f"the connection to the dask scheduler at {self._scheduler} is lost"
                warn(f"{text}; trying again for {PATIENCE_SECONDS:.0f} s")
            try:
                self._session = self._connect(warn, cancelled, again=again)
            except ExecutorError as error:
                self._gone = error
                raise
            return self._session

    def close(self) -> None:
        with self._guard:
            if self._session is not None:
                self._session.close()
                self._session = None
            if self._processes is not None:
                with contextlib.suppress(Exception):  # they end with this process at the latest
                    self._processes.close(timeout=5)
                self._processes = None

    def _connect(self, warn: Callable[[str], None], cancelled: Callable[[], bool], *, again: bool) -> Session:
        _silence()
        seconds = PATIENCE_SECONDS if again else CONNECT_SECONDS
        end = time.monotonic() + seconds
        while True:
            client = None
            try:
                client = self._client(max(1.0, min(CONNECT_SECONDS, end - time.monotonic())))
                # where it has been lost its workers come back, and which comes first is chance
                grace = PATIENCE_SECONDS if again else GRACE_SECONDS
                return Session(client, Fleet(client, self._scheduler or "this machine", warn, grace))
            except ImportError as error:
                raise ExecutorError(f"the dask of {self._scheduler} does not fit the one here: {error}") from error
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:
                if client is not None:
                    with contextlib.suppress(Exception):
                        client.close(timeout=1)
                if time.monotonic() >= end:
                    text = f"no dask scheduler answers at {self._scheduler}, for {seconds:.0f} s"
                    raise ExecutorError(text) from error
            if cancelled():
                raise Cancelled
            time.sleep(RETRY_SECONDS)

    def _client(self, seconds: float) -> Any:
        from distributed import Client, LocalCluster

        if self._scheduler is not None:
            _check_tls(_address(self._scheduler))
            return Client(_address(self._scheduler), timeout=seconds, set_as_default=False)
        if self._processes is None:
            try:
                with _calm_tracker():
                    self._processes = LocalCluster(
                        n_workers=self._jobs or processors(),
                        threads_per_worker=1,
                        dashboard_address=None,
                        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else 8787, and a warning if taken
                        silence_logs=logging.CRITICAL,
                        security=True,  # any user of this machine could else have code run as this one
                    )
            except Exception as error:
                reason = " ".join(str(error.__cause__ or error).split())
                raise ExecutorError(f"dask cannot start processes on this machine: {reason}") from error
        return Client(self._processes, timeout=CONNECT_SECONDS, set_as_default=False)


@contextlib.contextmanager
def _calm_tracker() -> Iterator[None]:
    """After Ctrl-C, Python's tracker of semaphores, a process that begins here, would have a word about dask's."""
    name = "PYTHONWARNINGS"
    before = os.environ.get(name)
    os.environ[name] = ",".join(filter(None, [before, "ignore:resource_tracker:UserWarning"]))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _check(scheduler: str) -> None:
    """Raise `UsageError` for an address that cannot be one; it is not repeated if it may hold a password."""
    if "@" in scheduler:
        raise UsageError("--scheduler: an address holds no user or password; dask's own configuration says how to")
    if _is_file(scheduler):
        _address(scheduler)
        return
    host, colon, port = scheduler.rpartition("://")[2].rpartition(":")
    if not scheduler.isprintable() or not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(
            f"--scheduler: {printable(scheduler)!r} is neither an address like tcp://host:8786, nor a scheduler file"
        )


def _check_tls(address: str) -> None:
    """Raise `UsageError` for an address that dask's configuration does not fit: dask would wait, or say it later."""
    import dask
    from distributed.security import Security

    security = Security()
    is_secure = address.startswith(("tls://", "wss://"))
    if is_secure and not (security.tls_ca_file and security.tls_client_cert):
        raise UsageError(
            f"--scheduler: {address} needs certificates, in dask's configuration: distributed.comm.tls.ca-file, "
            "client.cert and client.key"
        )
    if not is_secure and dask.config.get("distributed.comm.require-encryption"):
        raise UsageError(f"--scheduler: {address} has no TLS, which dask's configuration requires")


def _is_file(scheduler: str) -> bool:
    return "://" not in scheduler and (scheduler.endswith(".json") or Path(scheduler).is_file())


def _address(scheduler: str) -> str:
    """The address in a scheduler file, read anew since a scheduler that is restarted writes it anew; or as given."""
    if not _is_file(scheduler):
        return scheduler
    try:
        with Path(scheduler).open(encoding="utf-8") as file:
            address = json.loads(file.read(2**20))["address"]
    except OSError as error:
        raise UsageError(f"--scheduler: {scheduler}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--scheduler: {scheduler}: this is no scheduler file of dask") from None
    return str(address)


def _silence() -> None:
    """What dask says of lost connections is said by us, unless the user's dask configuration wants its logs."""
    import dask
    from distributed.versions import VersionMismatchWarning

    if not dask.config.get("logging", None) and not dask.config.get("distributed.logging", None):
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", category=VersionMismatchWarning)
