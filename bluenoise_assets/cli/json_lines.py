"""What a command finds as JSON, for programs: one object a line on stdout, in ASCII, and nothing else."""

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

from bluenoise_assets.errors import Problem

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event


class JsonLines:
    """A `Reporter`."""

    as_json = True

    def __init__(self) -> None:
        self._guard = threading.Lock()

    def problem(self, problem: Problem) -> None:
        self._write({"event": "problem"} | problem.as_json())

    def error(self, text: str) -> None:
        self._write({"event": "error", "text": text})

    def say(self, *_lines: str, **data: Any) -> None:
        if data:
            self._write(data)

    def event(self, event: "Event") -> None:
        self._write(event.as_json())

    def end(self) -> None:
        pass

    def _write(self, data: dict[str, Any]) -> None:
        line = json.dumps(data).replace("##[", "#\\u0023[")  # GitHub's runner looks for its commands in any line
        with self._guard:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
