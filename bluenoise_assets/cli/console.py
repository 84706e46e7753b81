"""What the command line shows: results on stdout, problems and progress on stderr, or JSON lines for machines."""

import json
import os
import sys
import threading
import time
from typing import Any

from bluenoise_assets.cli import github
from bluenoise_assets.cli.github import FIGURES
from bluenoise_assets.errors import Problem

PROGRESS_LINE_SECONDS = 5.0
BAR_WIDTH = 24
FILES_SHOWN = 4


class Console:
    """Thread-safe. With `as_json` every message is one JSON object a line on stdout; `quiet` leaves only problems."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json, self.quiet = as_json, quiet
        self._guard = threading.Lock()
        self._shares: dict[str, float] = {}
        self._bar_shown = False
        self._last_line = time.monotonic()

    def problem(self, problem: Problem) -> None:
        if self.as_json:
            self._json({"event": "problem"} | problem.as_json())
        else:
            self._print(str(problem), sys.stderr)
            if github.is_github():
                self._print(github.annotation(problem), sys.stdout)

    def error(self, text: str) -> None:
        """Something went wrong that no line of a manifest is to blame for."""
        if self.as_json:
            self._json({"event": "error", "text": text})
        else:
            self._print(f"bluenoise-assets: error: {text}", sys.stderr)
            if github.is_github():
                self._print(github.plain_annotation(text), sys.stdout)

    def say(self, text: str, **data: Any) -> None:
        """A result: `text` for people, `data` (with a key `event`) for machines."""
        if self.as_json:
            if data:
                self._json(data)
        elif not self.quiet:
            self._print(text, sys.stdout)

    def event(self, event: dict[str, Any]) -> None:
        """Show an event of a build; a `Listener`."""
        if event["event"] == "progress":
            self._progress(event)
            return
        name = event.get("texture", "")
        if event["event"] != "started":
            with self._guard:
                self._shares.pop(name, None)
        if self.as_json:
            self._json(event)
        elif event["event"] == "failed":
            self.error(f"{name}: {event['text']}")
        elif event["event"] == "warning":
            self._print(f"bluenoise-assets: warning: {event['text']}", sys.stderr)
        elif not self.quiet:
            self._print(_sentence(event), sys.stdout)

    def _progress(self, event: dict[str, Any]) -> None:
        if self.as_json:
            self._json(event)
            return
        if self.quiet:
            return
        with self._guard:
            self._shares[event["texture"]] = event["share"]
            now = time.monotonic()
            figure = next((f"  {word} {event[key]:.2f} dB" for key, word in FIGURES.items() if key in event), "")
            if sys.stderr.isatty():
                if now - self._last_line < 0.1:
                    return
                count = len(self._shares)
                share = sum(self._shares.values()) / count
                filled = round(share * BAR_WIDTH)
                bar = "#" * filled + "." * (BAR_WIDTH - filled)
                what = event["texture"] if count == 1 else f"{count} textures"
                sys.stderr.write(f"\r\x1b[K[{bar}] {share:4.0%}  {what}{figure}")
                sys.stderr.flush()
                self._bar_shown = True
                self._last_line = now
            elif now - self._last_line >= PROGRESS_LINE_SECONDS:
                sys.stderr.write(f"{event['texture']}: {event['share']:.0%}{figure}\n")
                sys.stderr.flush()
                self._last_line = now

    def _json(self, data: dict[str, Any]) -> None:
        self._print(json.dumps(data), sys.stdout)

    def _print(self, text: str, stream: Any) -> None:
        with self._guard:
            if self._bar_shown:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._bar_shown = False
            try:
                stream.write(text + "\n")
            except UnicodeEncodeError:  # a console that is not UTF-8
                stream.write(text.encode("ascii", "backslashreplace").decode("ascii") + "\n")
            stream.flush()

    @staticmethod
    def listing(text: str) -> None:
        """Lines for a build system, on stdout: UTF-8 with LF on every system, whatever the console's encoding is."""
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(text) if os.name == "posix" else text.encode("utf-8"))
        sys.stdout.buffer.flush()


def _sentence(event: dict[str, Any]) -> str:
    """A build's event for people."""
    match event["event"]:
        case "waiting" if "texture" in event:
            return f"another build is making the same as {event['texture']}; waiting for it"
        case "waiting":
            return f"another build holds {event['output']}; waiting for it"
        case "started":
            reasons = sorted({reason for file in event["reasons"].values() for reason in file})
            return f"building {event['texture']} ({', '.join(reasons)})"
        case "built":
            quality = event.get("quality", [])
            figure = ""
            for key, word in FIGURES.items():
                figures = [f"{channel[key]:.1f}" for channel in quality if key in channel]
                figure += f"  {word} {' '.join(figures)} dB" if figures else ""
            reused = {"disk": "  (the same content as before)", "cache": "  (from the cache)"}.get(
                event.get("reused", ""), ""
            )
            return f"built {_some(event['files'])}{figure}{reused}"
    return json.dumps(event)


def _some(files: list[str]) -> str:
    """A few of the files; engines make them many."""
    if len(files) <= FILES_SHOWN:
        return ", ".join(files)
    return f"{', '.join(files[: FILES_SHOWN - 1])} and {len(files) - FILES_SHOWN + 1} more files"
