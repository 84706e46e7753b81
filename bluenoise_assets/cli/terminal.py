"""What people see: results on stdout, problems and progress on stderr, for GitHub Actions also annotations.

Whatever files put into names and texts, each line is one printable line.
"""

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

from bluenoise_assets.cli import github
from bluenoise_assets.errors import Problem, printable

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event, Progress

PROGRESS_LINE_SECONDS = 5.0
BAR_WIDTH = 24


class Terminal:
    """A `Reporter`. `quiet` leaves only problems; `ending` is behind the sum of a watch's build."""

    as_json = False

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.ending = ""
        self._guard = threading.Lock()
        self._shares: dict[str, float] = {}
        self._bar_shown = False
        self._last_line = time.monotonic()

    def problem(self, problem: Problem) -> None:
        self._print(str(problem), sys.stderr)
        if github.is_github():
            self._print(github.annotation(problem), sys.stdout, raw=True)

    def error(self, text: str) -> None:
        self._print(f"bluenoise-assets: error: {text}", sys.stderr)
        if github.is_github():
            self._print(github.plain_annotation(text), sys.stdout, raw=True)

    def say(self, *lines: str, **_data: Any) -> None:
        if not self.quiet:
            for line in lines:
                self._print(line, sys.stdout)

    def event(self, event: "Event") -> None:
        from bluenoise_assets.builder import events
        from bluenoise_assets.cli.sentences import sentence

        if isinstance(event, events.Progress):
            self._progress(event)
            return
        if not isinstance(event, events.Started):
            with self._guard:
                self._shares.pop(getattr(event, "texture", None) or "", None)
        match event:
            case events.ProblemFound(problem):
                self.problem(problem)
            case events.Failed(texture, _, text):
                self.error(f"{texture}: {text}")
            case events.Errored(text):
                self.error(text)
            case events.Warned(text):
                self._print(f"bluenoise-assets: warning: {text}", sys.stderr)
            case events.Ran(command, _, text) if text:
                self.error(f"--exec: {command[0]}: {text}")
            case _:
                text = sentence(event)
                if text:
                    self.say(text + self.ending if isinstance(event, events.Done) else text)

    def _progress(self, event: "Progress") -> None:
        from bluenoise_assets.cli.sentences import figures_of

        if self.quiet:
            return
        with self._guard:
            self._shares[event.texture] = event.share
            now = time.monotonic()
            figure = "".join(f"  {text}" for text in figures_of([event], digits=2))
            if sys.stderr.isatty():
                if now - self._last_line < 0.1:
                    return
                count = len(self._shares)
                share = sum(self._shares.values()) / count
                filled = round(share * BAR_WIDTH)
                bar = "#" * filled + "." * (BAR_WIDTH - filled)
                what = printable(event.texture) if count == 1 else f"{count} textures"
                sys.stderr.write(f"\r\x1b[K[{bar}] {share:4.0%}  {what}{figure}")
                sys.stderr.flush()
                self._bar_shown = True
                self._last_line = now
            elif now - self._last_line >= PROGRESS_LINE_SECONDS:
                write_line(f"{event.texture}: {event.share:.0%}{figure}", sys.stderr)
                self._last_line = now

    def _print(self, text: str, stream: TextIO, *, raw: bool = False) -> None:
        with self._guard:
            if self._bar_shown:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._bar_shown = False
            write_line(text, stream, raw=raw)


def write_line(text: str, stream: TextIO, *, raw: bool = False) -> None:
    """Write a text as one printable line; a `raw` one GitHub's runner shall take for a command."""
    line = printable(text)
    if github.is_github() and not raw:
        line = github.disarmed(line)
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
