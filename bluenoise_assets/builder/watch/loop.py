"""Look, build, tell, wait; and from the start."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bluenoise_assets import noise
from bluenoise_assets.builder import events
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.events import Event, Listener
from bluenoise_assets.builder.executors import Cluster
from bluenoise_assets.builder.lock import read_lock
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.builder.watch.command import batches, run_command
from bluenoise_assets.builder.watch.cycle import Cycle, Snapshot, build
from bluenoise_assets.builder.watch.folders import Folders
from bluenoise_assets.builder.watch.outputs import Outputs
from bluenoise_assets.errors import BuildError, ManifestError, Problem
from bluenoise_assets.manifest import Given, Manifest

QUIET_SECONDS = 0.1
LONGEST_SETTLING_SECONDS = 1.6
SAFETY_LOOK_SECONDS = 30.0
FOLDER_LOOK_SECONDS = 1.0
MOST_LOOKS = 5


def watch(
    paths: list[Path],
    output: Path | None = None,
    *,
    variables: Given | None = None,
    jobs: int | None = None,
    cache: Path | CacheSettings | None = None,
    cluster: Cluster | None = None,
    poll: float | None = None,
    command: Sequence[str] = (),
    command_output: int | None = None,
    once: bool = False,
    listener: Listener,
    stop: Callable[[], bool] = lambda: False,
) -> Cycle:
    """Build the manifests of files and folders now and at every change, until Ctrl-C or `stop()`, or only `once`.

    `variables` are those of `load_manifest`. `poll` is a number of seconds to look at the folders again, where a disk
    tells of no changes. `command` is run after builds that changed files and in which nothing failed, with the paths of
    these files as further arguments, and with the file descriptor `command_output` for its stdout. Returns how the last
    cycle ended. Raises `ManifestError` for a path that does not exist at the start; any later problem is told and
    waited out. An exception of the listener other than `BrokenPipeError` is told, too.
    """
    missing = [path for path in paths if not os.path.exists(path)]  # noqa: PTH110 - Path.exists raises where it may not look
    if missing:
        raise ManifestError([Problem(str(path), 1, 1, "watch", "no such file or folder") for path in missing])
    options = {"output": output, "jobs": jobs, "cache": cache, "cluster": cluster}
    watching = _Watch(paths, variables, output, options, poll, command, command_output, listener, stop)
    return watching.run_once() if once else watching.run()


class _Watch:
    """The state of a watch: what it has seen, and what is still to be given to the command."""

    def __init__(
        self,
        paths: list[Path],
        variables: Given | None,
        output: Path | None,
        options: dict[str, Any],
        poll: float | None,
        command: Sequence[str],
        command_output: int | None,
        listener: Listener,
        stop: Callable[[], bool],
    ) -> None:
        self.paths, self.output, self.options, self.tell, self.stop = paths, output, options, listener, stop
        self.variables, self.command, self.command_output = variables, command, command_output
        self.changed = threading.Event()
        self.folders = Folders(self.changed, poll, lambda text: listener(events.Warned(text)))
        self.files: set[Path] = set(paths)
        self.whole: set[Path] = set()
        self.retry_paths: set[Path] = set()
        self.last_event: Event | None = None
        self.outputs: set[Path] = set()
        self.made = Outputs()
        self.orphans: set[Path] = set()
        self.new_files: dict[str, None] = {}
        self.cycle = Cycle()
        self.bug = ""
        self.warmed = False

    def run(self) -> Cycle:
        try:
            self.folders.start()
            self._loop()
        finally:
            self.folders.stop()
        return self.cycle

    def run_once(self) -> Cycle:
        snapshot = Snapshot.take(self.paths, self.variables)
        self._tell_snapshot(snapshot)
        outcome = self._build(snapshot)
        if isinstance(outcome, Exception) and not isinstance(outcome, ManifestError | BuildError):
            raise outcome
        if outcome is not None:
            self._tell_outcome(snapshot, outcome, new=True)
        self._run_command()
        return self.cycle

    def _loop(self) -> None:
        seen: Any = None
        saved = False
        while not self.stop():
            try:
                snapshot = self._look_and_watch()
                # what failed is tried again at the next save, even of the same, and not for ever
                new = snapshot.state != seen or (saved and self.cycle.failed > 0)
                if new:
                    self._tell_snapshot(snapshot)
                if new or not self.cycle.failed:
                    outcome = self._build(snapshot)
                    if outcome is None:
                        seen, saved = None, True
                        continue
                    if self._tell_outcome(snapshot, outcome, new=new) or saved:
                        self._run_command()
                    if self.retry_paths:
                        self._keep_watching()
                seen = snapshot.state
                self.made.remember(self._outputs(snapshot.loaded.manifests))
            except BrokenPipeError:  # nobody listens any more
                raise
            except Exception as error:  # noqa: BLE001 - an error never ends the watch
                self._tell_bug(error)
            self._warm()
            saved = self._wait()

    def _look_and_watch(self) -> Snapshot:
        """Look, and watch all that was looked at; again if some of it was not watched before."""
        self._keep_watching()
        for _ in range(MOST_LOOKS):
            self.changed.clear()
            snapshot = Snapshot.take(self.paths, self.variables)
            self.files, self.whole = set(snapshot.loaded.inputs), set(snapshot.loaded.folders)
            if not self._keep_watching():
                break
        paths, files = ([str(path.absolute()) for path in paths] for paths in (self.paths, self.files))
        event = events.Watching(events.STREAM_VERSION, tuple(paths), tuple(sorted(files)), self.folders.poll)
        if event != self.last_event:
            self.last_event = event
            self.tell(event)
        return snapshot

    def _keep_watching(self) -> bool:
        """Watch all of which a change would matter; return whether any of it is new."""
        return self.folders.watch(self.files | self.retry_paths, self.whole)

    def _build(self, snapshot: Snapshot) -> Summary | Exception | None:
        def is_outdated() -> bool:
            if not self.changed.is_set():
                return False
            self._settle()
            return bool(Snapshot.take(self.paths, self.variables).state != snapshot.state)

        outcome = build(snapshot, self.stop, is_outdated, listener=self._listen, **self.options)
        if outcome is None and not self.stop():
            self.tell(events.GivenUp())
        return outcome

    def _listen(self, event: Event) -> None:
        if isinstance(event, events.Built):
            self.new_files |= dict.fromkeys(str(Path(event.output) / file) for file in event.changed)
        self.tell(event)

    def _tell_snapshot(self, snapshot: Snapshot) -> None:
        for problem in snapshot.loaded.problems:
            self.tell(events.ProblemFound(problem))
        self._tell_orphans(snapshot.loaded.manifests)

    def _tell_outcome(self, snapshot: Snapshot, outcome: Summary | Exception, *, new: bool) -> bool:
        """Tell how a build ended, if it did something or something was new; return whether it did something."""
        self.cycle = Cycle(len(snapshot.loaded.problems))
        self.retry_paths = set()
        summary = outcome if isinstance(outcome, Summary) else Summary()
        self.cycle.failed = summary.failed
        if isinstance(outcome, BrokenPipeError):
            raise outcome
        if isinstance(outcome, ManifestError):
            for problem in outcome.problems:
                self.tell(events.ProblemFound(problem))
            self.cycle.problems += len(outcome.problems)
            self.retry_paths = {Path(problem.file) for problem in outcome.problems}
        elif isinstance(outcome, Exception):
            self.tell(events.Errored(str(outcome) if isinstance(outcome, BuildError) else _bug(outcome)))
        self.cycle.failed += isinstance(outcome, Exception)
        did = bool(summary.built or summary.failed)
        if did or new:
            ok = not self.cycle.problems and not self.cycle.failed
            self.tell(events.Done(**summary.as_json(), problems=self.cycle.problems, ok=ok))
        return did

    def _tell_orphans(self, manifests: Sequence[Manifest]) -> None:
        """List what a deleted manifest has left; nothing is deleted."""
        self.outputs |= self._outputs(manifests)
        orphans = set()
        for folder in self.outputs:
            try:
                lock = read_lock(folder)
            except ManifestError:
                continue
            orphans |= {folder / file for file, entry in lock.items() if not (folder / entry.manifest).exists()}
        for orphan in sorted(orphans - self.orphans):
            self.tell(events.Orphan(str(orphan)))
        self.orphans = orphans

    def _outputs(self, manifests: Sequence[Manifest]) -> set[Path]:
        return {folder for one in manifests for folder in one.within(self.output).resolved.all_folders}

    def _tell_bug(self, error: Exception) -> None:
        text = _bug(error)
        if text != self.bug:  # not again at every look
            self.tell(events.Errored(text))
        self.bug = text
        self.cycle = Cycle(failed=1)

    def _run_command(self) -> None:
        """Give the command the files that have changed since it last succeeded, unless the build failed."""
        if not self.command or self.cycle.failed:
            return
        files = [file for file in self.new_files if os.path.exists(file)]  # noqa: PTH110 - as above
        self.new_files = dict.fromkeys(files)
        for batch in batches(self.command, files):
            words = (*self.command, *batch)
            code, why = run_command(words, stdout=self.command_output, stop=self.stop)
            if self.stop():
                return
            if code == 0:
                for file in batch:
                    del self.new_files[file]
            else:
                self.cycle.command_failed = True
            self.tell(events.Ran(words, code, why))

    def _warm(self) -> None:
        """Load the optimiser while nobody waits for it, so that the first save is as quick as the second."""
        if not self.warmed and self.options["cluster"] is None:
            self.warmed = True
            # not a daemon: Python's end waits for the import, which would else be torn apart inside XLA
            threading.Thread(target=noise.load, daemon=False).start()

    def _wait(self) -> bool:
        """Wait for a change; or, then returning False, for a while, since systems drop events."""
        now = time.monotonic()
        limit, folders = now + SAFETY_LOOK_SECONDS, now + FOLDER_LOOK_SECONDS
        while not self.changed.wait(0.1):
            now = time.monotonic()
            if self.stop() or now > limit:
                return False
            if now > folders:
                if not self.folders.intact():
                    return False
                if not self.made.intact():
                    self.changed.wait(QUIET_SECONDS)  # until all that goes is gone
                    return False
                folders = now + FOLDER_LOOK_SECONDS
        self._settle()
        return True

    def _settle(self) -> None:
        """Wait until nothing has changed for a moment: an editor's save is several events, and saves come in rows."""
        limit = time.monotonic() + LONGEST_SETTLING_SECONDS
        self.changed.clear()
        while time.monotonic() < limit and self.changed.wait(QUIET_SECONDS):
            self.changed.clear()


def _bug(error: Exception) -> str:
    return f"a bug in bluenoise-assets: {type(error).__name__}: {error}"
