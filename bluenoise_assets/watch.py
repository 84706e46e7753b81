"""Builds, and builds again whenever a manifest changes.

An event of the file system only means "something changed": after a moment of quiet the manifests are read again, and
what to do follows from the plan, by hash. So duplicate events, touches, renames, new and deleted manifests need no
code of their own.
"""

import errno
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from bluenoise_assets.build import Summary, build_manifests
from bluenoise_assets.console import Console
from bluenoise_assets.errors import BuildError, ManifestError, Problem
from bluenoise_assets.lock import read_lock
from bluenoise_assets.manifest import SUFFIXES, Manifest, find_manifests, load_manifests

QUIET_SECONDS = 0.1
LONGEST_SETTLING_SECONDS = 1.6
SAFETY_LOOK_SECONDS = 30.0
MISSING_FOLDER_LOOK_SECONDS = 1.0
CANCEL_SECONDS = 0.7

CHANGES = {"created", "modified", "moved", "deleted", "closed"}
"""Not `opened` and `closed_no_write`: our own reading would start a build, and so on for ever."""


def watch(
    paths: list[Path],
    output: Path | None = None,
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    console: Console,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Build the manifests of files and folders now and at every change, until Ctrl-C or `stop()`.

    Raises `ManifestError` for a path that does not exist at the start; any later problem is shown and waited out.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise ManifestError([Problem(str(path), 1, 1, "watch", "no such file or folder") for path in missing])
    _Watch(paths, output, jobs, cache, console, stop).run()


class _Handler(FileSystemEventHandler):
    def __init__(self, concerns: Callable[[Path], bool], changed: threading.Event) -> None:
        self.concerns, self.changed = concerns, changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in CHANGES:
            names = (event.src_path, event.dest_path)
            if any(self.concerns(Path(str(name))) for name in names if name):
                self.changed.set()


class _Watch:
    """The state of a watch: what it has seen, and the build that is running."""

    def __init__(
        self,
        paths: list[Path],
        output: Path | None,
        jobs: int | None,
        cache: Path | None,
        console: Console,
        stop: Callable[[], bool],
    ) -> None:
        self.paths, self.output, self.jobs, self.cache = paths, output, jobs, cache
        self.console, self.stop = console, stop
        self.changed = threading.Event()
        self.files = {path.resolve() for path in paths if not path.is_dir()}
        self.folders = {path.resolve() for path in paths if path.is_dir()}
        self.watched: dict[Path, tuple[int, Any]] = {}
        self.observer: Any = None
        self.outputs: set[Path] = set()
        self.orphans: set[Path] = set()
        self.warmed = False

    def run(self) -> None:
        self._observe(Observer())
        try:
            self._loop()
        finally:
            self.observer.stop()

    def _loop(self) -> None:
        seen: Any = None
        failed = False
        while not self.stop():
            self._keep_watching()
            self.changed.clear()
            manifests, problems, now = self._look()
            if now != seen:
                for problem in problems:
                    self.console.problem(problem)
                self._report_orphans(manifests)
            if now != seen or not failed:  # what failed is tried again at the next change, not for ever
                outcome = self._build(manifests, now)
                if outcome is None:
                    continue
                failed = self._show(outcome)
            seen = now
            self._warm()
            self._wait()

    def _look(self) -> tuple[list[Manifest], list[Problem], Any]:
        """The manifests as they are now, and what is wrong; the third value is equal if nothing has changed."""
        problems: list[Problem] = []
        found: list[Path] = []
        for path in self.paths:
            try:
                found += [manifest for manifest in find_manifests([path]) if manifest not in found]
            except ManifestError as error:
                problems += error.problems
        manifests, wrong = load_manifests(found)
        problems += wrong
        return manifests, problems, (tuple((m.path, m.sha256) for m in manifests), tuple(problems))

    def _build(self, manifests: list[Manifest], now: Any) -> Summary | Exception | None:
        """Build in another thread, so that a change can cancel it; None if one did."""
        cancel = threading.Event()
        outcome: list[Summary | Exception] = []

        def work() -> None:
            try:
                summary = build_manifests(
                    manifests,
                    self.output,
                    jobs=self.jobs,
                    cache=self.cache,
                    listener=self.console.event,
                    cancelled=cancel.is_set,
                )
                outcome.append(summary)
            except Exception as error:  # noqa: BLE001 - shown by the caller; an error never ends the watch
                outcome.append(error)

        worker = threading.Thread(target=work, name="bluenoise-build", daemon=True)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(0.02)
                if self.stop():
                    return None
                if worker.is_alive() and self.changed.is_set():
                    self._settle()
                    if self._look()[2] != now:
                        cancel.set()
                        worker.join()
                        self.console.say("a manifest changed: starting anew", event="cancelled")
                        return None
        finally:
            cancel.set()
            worker.join(CANCEL_SECONDS)
        return outcome[0]

    def _show(self, outcome: Summary | Exception) -> bool:
        """Say how a build ended; return whether something failed."""
        if isinstance(outcome, Summary):
            if outcome.built or outcome.failed or not self.warmed:
                self.console.say(f"{outcome.sentence()}; watching", event="done", **outcome.as_json())
            return outcome.failed > 0
        if isinstance(outcome, ManifestError):
            for problem in outcome.problems:
                self.console.problem(problem)
        elif isinstance(outcome, BuildError):
            self.console.error(str(outcome))
        else:
            self.console.error(f"a bug in bluenoise-assets: {type(outcome).__name__}: {outcome}")
        return True

    def _report_orphans(self, manifests: list[Manifest]) -> None:
        """List what a deleted manifest has left; nothing is deleted."""
        self.outputs |= {(self.output or manifest.output).resolve() for manifest in manifests}
        orphans = set()
        for folder in self.outputs:
            try:
                lock = read_lock(folder)
            except ManifestError:
                continue
            orphans |= {folder / file for file, entry in lock.items() if not (folder / entry.manifest).exists()}
        for orphan in sorted(orphans - self.orphans):
            text = f"{orphan}: its manifest is gone (`bluenoise-assets clean --orphans` removes it)"
            self.console.say(text, event="orphan", file=str(orphan))
        self.orphans = orphans

    def _warm(self) -> None:
        """Load the optimiser while nobody waits for it, so that the first save is as quick as the second."""
        if not self.warmed:
            self.warmed = True
            module = ("bluenoise_assets.noise",)
            threading.Thread(target=import_module, args=module, daemon=True).start()

    def _wait(self) -> None:
        """Wait for a change; or for a while, since systems drop events and folders come and go."""
        gone = any(folder not in self.watched for folder in self._wanted())
        limit = time.monotonic() + (MISSING_FOLDER_LOOK_SECONDS if gone else SAFETY_LOOK_SECONDS)
        while not self.changed.wait(0.1):
            if self.stop() or time.monotonic() > limit:
                return
        self._settle()

    def _settle(self) -> None:
        """Wait until nothing has changed for a moment: an editor's save is several events, and saves come in rows."""
        limit = time.monotonic() + LONGEST_SETTLING_SECONDS
        self.changed.clear()
        while time.monotonic() < limit and self.changed.wait(QUIET_SECONDS):
            self.changed.clear()

    def _wanted(self) -> set[Path]:
        return self.folders | {file.parent for file in self.files}

    def _concerns(self, path: Path) -> bool:
        resolved = path.parent.resolve() / path.name
        if resolved in self.files:
            return True
        is_manifest = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        return is_manifest and resolved.parent in self.folders

    def _observe(self, observer: Any) -> None:
        self.observer = observer
        self.watched = {}
        observer.start()

    def _keep_watching(self) -> None:
        """Watch the folders that exist; a folder that was deleted and made again is another one."""
        for folder in self._wanted():
            try:
                identity = folder.stat().st_ino
            except OSError:
                self._unwatch(folder)
                continue
            if folder in self.watched and self.watched[folder][0] == identity:
                continue
            self._unwatch(folder)
            try:
                handler = _Handler(self._concerns, self.changed)
                self.watched[folder] = (identity, self.observer.schedule(handler, str(folder), recursive=False))
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EMFILE):
                    continue
                self._fall_back_to_polling(error)
                return

    def _unwatch(self, folder: Path) -> None:
        if folder in self.watched:
            _, watched = self.watched.pop(folder)
            try:
                self.observer.unschedule(watched)
            except (KeyError, OSError):
                return

    def _fall_back_to_polling(self, error: OSError) -> None:
        from watchdog.observers.polling import PollingObserver

        limit = "max_user_watches" if error.errno == errno.ENOSPC else "max_user_instances"
        self.console.error(
            f"the system has no inotify watches left ({error.strerror}); raise fs.inotify.{limit} with sysctl. "
            "Looking at the folders once a second instead"
        )
        self.observer.stop()
        self._observe(PollingObserver())
        self._keep_watching()
