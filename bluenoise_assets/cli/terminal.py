"""What people see: results on stdout, problems and progress on stderr, for GitHub Actions also annotations.

Whatever files put into names and texts, each line is one printable line.
"""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bluenoise_assets.cli import github
from bluenoise_assets.cli.places import near, shortened
from bluenoise_assets.errors import Problem, printable

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event

PROGRESS_LINE_SECONDS = 5.0
DRAW_SECONDS = 0.25
OWN_FILES = {"bluenoise.lock.json", "SHA256SUMS"}
"""Files that nobody typed: problems of others are told with the path that somebody did."""

COLOURS = {"error:": "\x1b[1;31m", "warning:": "\x1b[1;33m"}


class Terminal:
    """A `Reporter`. `quiet` leaves only problems; `ending` is behind the sum of a watch's build."""

    as_json = False

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.ending = ""
        self._guard = threading.Lock()
        self._annotations = github.Annotations()
        self._progress: _Progress | None = None
        self._why: dict[tuple[str, str], str] = {}

    def problem(self, problem: Problem) -> None:
        shown = replace(problem, file=near(problem.file)) if Path(problem.file).name in OWN_FILES else problem
        self._print(str(shown), sys.stderr)
        if github.is_github():
            self._annotate(github.annotation(problem))

    def error(self, text: str) -> None:
        self._print(f"bluenoise-assets: error: {shortened(text)}", sys.stderr)
        if github.is_github():
            self._annotate(github.plain_annotation(text))

    def say(self, *lines: str, **data: Any) -> None:
        if self._progress is not None and data.get("event") in {"done", "checked"}:
            self._progress.stop()
        if not self.quiet:
            for line in lines:
                self._print(line, sys.stdout)

    def event(self, event: "Event") -> None:
        from bluenoise_assets.builder import events
        from bluenoise_assets.cli.sentences import sentence, why_started

        if self._progress is None and isinstance(event, events.Begun) and not self.quiet:
            self._progress = _Progress(self._guard)
        if self._progress is not None:
            self._progress.take(event)
        match event:
            case events.ProblemFound(problem):
                self.problem(problem)
            case events.Failed(texture, _, text):
                if event.problem is None:
                    self.error(f"{texture}: {text}")
                else:
                    self.problem(event.problem)
            case events.Errored(text):
                self.error(text)
            case events.Warned(text):
                self._print(f"bluenoise-assets: warning: {shortened(text)}", sys.stderr)
            case events.Ran(command, _, text) if text:
                self.error(f"--exec: {command[0]}: {text}")
            case events.Started(texture, output):
                self._why[output, texture] = why_started(event)
            case events.Built(texture, output):
                self.say(sentence(event, self._why.pop((output, texture), "")))
            case _:
                text = sentence(event)
                if text:
                    self.say(text + self.ending if isinstance(event, events.Done) else text)

    def end(self) -> None:
        if self._progress is not None:
            self._progress.end()
        if github.is_github() and self._annotations.rest:
            self._print(self._annotations.rest, sys.stdout, raw=True)

    def _annotate(self, line: str) -> None:
        if self._annotations.take():
            self._print(line, sys.stdout, raw=True)

    def _print(self, text: str, stream: TextIO, *, raw: bool = False) -> None:
        with self._guard:
            if self._progress is not None:
                self._progress.clear()
            write_line(text, stream, raw=raw)


class _Progress:
    """A build's progress on stderr: a bar on a terminal, else a line now and then; drawn by a thread of its own."""

    def __init__(self, guard: threading.Lock) -> None:
        from bluenoise_assets.builder.bar import Bar

        self.bar = Bar()
        self._guard = guard
        self._shown = 0
        self._last_line = self.bar.clock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, event: "Event") -> None:
        with self._guard:
            if not self.bar.is_running:
                self._last_line = self.bar.clock()
            self.bar.take(event)
            if not self.bar.is_running:
                self.clear()
            elif self._thread is None:
                self._thread = threading.Thread(target=self._draw_on, name="bluenoise-progress", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Nothing is left to do, for now."""
        with self._guard:
            self.clear()
            self.bar.end()

    def end(self) -> None:
        self._ended.set()
        with self._guard:
            self.clear()

    def clear(self) -> None:
        """Take the bar away; call it with the lock held."""
        if self._shown:
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()
            self._shown = 0

    def draw(self) -> None:
        """Show the state of now."""
        with self._guard:
            if self._ended.is_set() or not self.bar.is_running:
                return
            if is_terminal(sys.stderr):
                line = self.bar.line(_columns(sys.stderr) - 1)
                sys.stderr.write(f"\r{line.ljust(self._shown)}")
                sys.stderr.flush()
                self._shown = len(line)
            elif self.bar.clock() - self._last_line >= PROGRESS_LINE_SECONDS:
                self._last_line = self.bar.clock()
                write_line(self.bar.text(), sys.stderr)

    def _draw_on(self) -> None:
        try:
            while not self._ended.is_set():
                self.draw()
                self._ended.wait(DRAW_SECONDS)
        except (OSError, ValueError):  # the terminal has gone
            return


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody looks at a stream on what can go back to the start of a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_colours(stream: TextIO) -> bool:
    """Whether to colour what goes there. Of Windows' consoles those before Windows Terminal would have to be asked."""
    return (
        is_terminal(stream)
        and not os.environ.get("NO_COLOR")  # https://no-color.org
        and (sys.platform != "win32" or bool(os.environ.get("WT_SESSION")))
    )


def write_line(text: str, stream: TextIO, *, raw: bool = False) -> None:
    """Write a text as one printable line; a `raw` one GitHub's runner shall take for a command."""
    line = printable(text)
    if github.is_github() and not raw:
        line = github.disarmed(line)
    if has_colours(stream):
        line = _coloured(line)
    try:
        stream.write(line + "\n")
    except UnicodeEncodeError:  # a console that is not UTF-8
        stream.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
    stream.flush()


def write_listing(text: str) -> None:
    """Lines for a build system, on stdout: UTF-8 with LF on every system, whatever the console's encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(text) if os.name == "posix" else text.encode("utf-8"))
    sys.stdout.buffer.flush()


def _coloured(line: str) -> str:
    """A line whose first `error:` or `warning:` stands out."""
    for word, colour in COLOURS.items():
        before, found, after = line.partition(f" {word}")
        if found:
            return f"{before} {colour}{word}\x1b[0m{after}"
    return line


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
