"""One cycle of a watch: a look at the disk, and the build of what was found, which a change gives up."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bluenoise_assets.builder.run import build_manifests
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.manifest import Given, Loaded, read_paths

CANCEL_SECONDS = 0.5
"""How long the end of a watch waits for its build to leave what it is at."""


@dataclass
class Cycle:
    """How a look at the manifests and the build after it ended."""

    problems: int = 0
    failed: int = 0
    """Textures that failed, and other errors."""
    command_failed: bool = False


@dataclass(frozen=True)
class Snapshot:
    """What a look at the disk found; `state` is equal if nothing has changed."""

    loaded: Loaded
    state: Any

    @classmethod
    def take(cls, paths: list[Path], variables: Given | None = None) -> "Snapshot":
        loaded = read_paths(paths, variables)
        return cls(loaded, (tuple((one.path, one.sha256) for one in loaded.manifests), loaded.problems))


def build(
    snapshot: Snapshot, is_stopped: Callable[[], bool], is_outdated: Callable[[], bool], **options: Any
) -> Summary | Exception | None:
    """Build what a look found, in another thread, so that it can be given up; None if it was.

    `is_stopped` and `is_outdated` are asked again and again in the caller's thread. `options` are those of
    `build_manifests`. An error is returned.
    """
    cancel = threading.Event()
    outcome: list[Summary | Exception] = []

    def work() -> None:
        try:
            outcome.append(build_manifests(snapshot.loaded.manifests, cancelled=cancel.is_set, **options))
        except Exception as error:  # noqa: BLE001 - shown by the caller
            outcome.append(error)

    # not a daemon: a thread that is inside XLA when Python ends would abort the process
    worker = threading.Thread(target=work, name="bluenoise-build")
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.02)
            if is_stopped():
                return None
            if worker.is_alive() and is_outdated():
                cancel.set()
                worker.join()
                return None
    finally:
        cancel.set()
        worker.join(CANCEL_SECONDS)
    return outcome[0]
