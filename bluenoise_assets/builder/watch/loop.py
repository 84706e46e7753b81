"""Look, build, tell, wait; and from the start."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bluenoise_assets import noise
from bluenoise_assets.builder import Summary, build_manifests
from bluenoise_assets.builder.lock import read_lock
from bluenoise_assets.builder.watch.command import batches, run_command
from bluenoise_assets.builder.watch.folders import Folders
from bluenoise_assets.cli.console import Console
from bluenoise_assets.errors import BuildError, ManifestError, Problem
from bluenoise_assets.manifest import Manifest, find_manifests, read_manifests

STREAM_VERSION = 1
"""Of the events in JSON; goes up when a field goes or changes its meaning."""

QUIET_SECONDS = 0.1
LONGEST_SETTLING_SECONDS = 1.6
SAFETY_LOOK_SECONDS = 30.0
FOLDER_LOOK_SECONDS = 1.0
CANCEL_SECONDS = 0.5
MOST_LOOKS = 5
STDERR = 2
"""Where the command's output goes when stdout is a stream of events."""


@dataclass
class Round:
    """How a look at the manifests and the build after it ended."""

    problems: int = 0
    failed: int = 0
    """Textures that failed, and other errors."""
    command_failed: bool = False


def watch(
    paths: list[Path],
    output: Path | None = None,
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    poll: float | None = None,
    command: Sequence[str] = (),
    once: bool = False,
    console: Console,
    stop: Callable[[], bool] = lambda: False,
) -> Round:
    """Build the manifests of files and folders now and at every change, until Ctrl-C or `stop()`, or only `once`.

    `poll` is a number of seconds to look at the folders again, where a disk tells of no changes. `command` is run after
    builds that changed files and in which nothing failed, with the paths of these files as further arguments. Returns
    how the last round ended. Raises `ManifestError` for a path that does not exist at the start; any later problem is
    shown and waited out.
    """
    missing = [path for path in paths if not os.path.exists(path)]  # noqa: PTH110 - Path.exists raises where it may not look
    if missing:
        raise ManifestError([Problem(str(path), 1, 1, "watch", "no such file or folder") for path in missing])
    watching = _Watch(paths, output, jobs, cache, poll, command, console, stop)
    return watching.run_once() if once else watching.run()


@dataclass(frozen=True)
class _Look:
    """What a look at the disk found; `state` is equal if nothing has changed."""

    manifests: Sequence[Manifest]
    problems: Sequence[Problem]
    inputs: tuple[Path, ...]
    state: Any


class _Watch:
    """The state of a watch: what it has seen, and what is still to be given to the command."""

    def __init__(
        self,
        paths: list[Path],
        output: Path | None,
        jobs: int | None,
        cache: Path | None,
        poll: float | None,
        command: Sequence[str],
        console: Console,
        stop: Callable[[], bool],
    ) -> None:
        self.paths, self.output, self.jobs, self.cache = paths, output, jobs, cache
        self.command, self.console, self.stop = command, console, stop
        self.changed = threading.Event()
        self.folders = Folders(self.changed, poll, self._warn)
        self.inputs: Sequence[Path] = ()
        self.suspects: set[Path] = set()
        self.told: Any = None
        self.outputs: set[Path] = set()
        self.orphans: set[Path] = set()
        self.new_files: dict[str, None] = {}
        self.round = Round()
        self.bug = ""
        self.ending = "; watching"
        self.warmed = False

    def run(self) -> Round:
        try:
            self.folders.start()
            self._loop()
        finally:
            self.folders.stop()
        return self.round

    def run_once(self) -> Round:
        self.ending = ""
        look = self._look()
        self._tell_look(look)
        outcome = self._build(look)
        if isinstance(outcome, Exception) and not isinstance(outcome, ManifestError | BuildError):
            raise outcome
        if outcome is not None:
            self._tell_outcome(look, outcome, new=True)
        self._run_command()
        return self.round

    def _loop(self) -> None:
        seen: Any = None
        saved = False
        while not self.stop():
            try:
                look = self._look_and_watch()
                # what failed is tried again at the next save, even of the same, and not for ever
                new = look.state != seen or (saved and self.round.failed > 0)
                if new:
                    self._tell_look(look)
                if new or not self.round.failed:
                    outcome = self._build(look)
                    if outcome is None:
                        seen, saved = None, True
                        continue
                    if self._tell_outcome(look, outcome, new=new) or saved:
                        self._run_command()
                    if self.suspects:
                        self._keep_watching()
                seen = look.state
            except BrokenPipeError:  # nobody listens any more
                raise
            except Exception as error:  # noqa: BLE001 - an error never ends the watch
                self._tell_bug(error)
            self._warm()
            saved = self._wait()

    def _look_and_watch(self) -> _Look:
        """Look, and watch all that was looked at; again if some of it was not watched before."""
        self._keep_watching()
        for _ in range(MOST_LOOKS):
            self.changed.clear()
            look = self._look()
            self.inputs = look.inputs
            if not self._keep_watching():
                break
        files = {path for path in self.paths if not os.path.isdir(path)}  # noqa: PTH112 - as above
        told = {
            "version": STREAM_VERSION,
            "paths": [str(path.absolute()) for path in self.paths],
            "files": sorted(str(path.absolute()) for path in {*files, *look.inputs}),
            "poll": self.folders.poll,
        }
        if told != self.told:
            self.told = told
            if self.console.as_json:
                self.console.say("", event="watching", **told)
        return look

    def _keep_watching(self) -> bool:
        """Watch all of which a change would matter; return whether any of it is new."""
        whole = [path for path in self.paths if os.path.isdir(path)]  # noqa: PTH112 - as above
        return self.folders.watch({*self.paths, *self.inputs, *self.suspects} - set(whole), whole)

    def _look(self) -> _Look:
        """The manifests as they are now, and what is wrong."""
        problems: list[Problem] = []
        found: dict[str, Path] = {}
        for path in self.paths:
            try:
                for manifest in find_manifests([path]):
                    found.setdefault(os.path.realpath(manifest), manifest)
            except ManifestError as error:
                problems += error.problems
        loaded = read_manifests(list(found.values()))
        problems += loaded.problems
        state = (tuple((manifest.path, manifest.sha256) for manifest in loaded.manifests), tuple(problems))
        return _Look(loaded.manifests, problems, loaded.inputs, state)

    def _build(self, look: _Look) -> Summary | Exception | None:
        """Build in another thread, so that a change can cancel it; None if one did."""
        cancel = threading.Event()
        outcome: list[Summary | Exception] = []

        def work() -> None:
            try:
                summary = build_manifests(
                    look.manifests,
                    self.output,
                    jobs=self.jobs,
                    cache=self.cache,
                    listener=self._listen,
                    cancelled=cancel.is_set,
                )
                outcome.append(summary)
            except Exception as error:  # noqa: BLE001 - shown by the caller
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
                    if self._look().state != look.state:
                        cancel.set()
                        worker.join()
                        self.console.say("a manifest changed: starting anew", event="cancelled")
                        return None
        finally:
            cancel.set()
            worker.join(CANCEL_SECONDS)
        return outcome[0]

    def _listen(self, event: dict[str, Any]) -> None:
        if event["event"] == "built":
            self.new_files |= dict.fromkeys(str(Path(event["output"]) / file) for file in event["changed"])
        self.console.event(event)

    def _tell_look(self, look: _Look) -> None:
        for problem in look.problems:
            self.console.problem(problem)
        self._tell_orphans(look.manifests)

    def _tell_outcome(self, look: _Look, outcome: Summary | Exception, *, new: bool) -> bool:
        """Say how a build ended, if it did something or something was new; return whether it did something."""
        self.round = Round(len(look.problems))
        self.suspects = set()
        summary = outcome if isinstance(outcome, Summary) else Summary()
        self.round.failed = summary.failed
        if isinstance(outcome, BrokenPipeError):
            raise outcome
        if isinstance(outcome, ManifestError):
            for problem in outcome.problems:
                self.console.problem(problem)
            self.round.problems += len(outcome.problems)
            self.round.failed += 1
            self.suspects = {Path(problem.file) for problem in outcome.problems}
        elif isinstance(outcome, BuildError):
            self.console.error(str(outcome))
            self.round.failed += 1
        elif isinstance(outcome, Exception):
            self.console.error(_bug(outcome))
            self.round.failed += 1
        did = bool(summary.built or summary.failed)
        ok = not self.round.problems and not self.round.failed
        if did or (new and (ok or self.console.as_json)):
            data = summary.as_json() | {"problems": self.round.problems, "ok": ok}
            self.console.say(f"{summary.sentence()}{self.ending}", event="done", **data)
        return did

    def _tell_orphans(self, manifests: Sequence[Manifest]) -> None:
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

    def _tell_bug(self, error: Exception) -> None:
        text = _bug(error)
        if text != self.bug:  # not again at every look
            self.console.error(text)
        self.bug = text
        self.round = Round(failed=1)

    def _warn(self, text: str) -> None:
        self.console.event({"event": "warning", "text": text})

    def _run_command(self) -> None:
        """Give the command the files that have changed since it last succeeded, unless the build failed."""
        if not self.command or self.round.failed:
            return
        files = [file for file in self.new_files if os.path.exists(file)]  # noqa: PTH110 - as above
        self.new_files = dict.fromkeys(files)
        for batch in batches(self.command, files):
            words = [*self.command, *batch]
            code, why = run_command(words, stdout=STDERR if self.console.as_json else None, stop=self.stop)
            if self.stop():
                return
            if code == 0:
                for file in batch:
                    del self.new_files[file]
            else:
                self.round.command_failed = True
            if self.console.as_json:
                self.console.event({"event": "exec", "command": words, "code": code, "text": why})
            elif why:
                self.console.error(f"--exec: {self.command[0]}: {why}")
            else:
                self.console.say(f"ran {self.command[0]}, given {len(batch)} {'file' if len(batch) == 1 else 'files'}")

    def _warm(self) -> None:
        """Load the optimiser while nobody waits for it, so that the first save is as quick as the second."""
        if not self.warmed:
            self.warmed = True
            threading.Thread(target=noise.load, daemon=True).start()

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
