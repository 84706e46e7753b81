"""How far a build is, in one line: `[#####.....] 3/12 textures, 41%, 0:12 left  dither_128`."""

import time
from collections.abc import Callable

from bluenoise_assets.builder import events
from bluenoise_assets.errors import printable

WIDTH = 10
LEAST_SHARE, LEAST_SECONDS = 0.03, 2.0
"""What is left is told when so much is done since the optimiser started."""

STAGES = {
    "starting": "starting the optimiser",
    "optimising": "{}",
    "measuring": "measuring {}",
    "writing": "writing {}",
}


class Bar:
    """What a build's events add up to. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.end()

    @property
    def is_running(self) -> bool:
        """Whether there is a build that has something left to do."""
        return self.count > 0

    @property
    def done(self) -> int:
        """How many textures are done; in however many folders."""
        return min(len(self.finished), self.count)

    def take(self, event: events.Event) -> None:
        """Take note of an event."""
        match event:
            case events.Begun(textures):
                if not self.is_running:
                    self.end()
                    self.began = self.clock()
                self.count = textures
            case events.Progress():
                self.at_work[event.output, event.texture] = event.stage or "optimising"
                self._reach(event.whole)
            case events.Built() | events.Failed() | events.Rebuilt():
                self.at_work.pop((event.output, event.texture), None)
                self.finished.add(event.texture)
                self._reach(event.whole)
            case events.Done() | events.GivenUp() | events.Errored():
                self.end()

    def text(self) -> str:
        """The line without its bar."""
        count = f"{self.done}/{self.count} texture{'s' * (self.count != 1)}"
        return f"{count}, {int(100 * self.whole)}%, {self._time()}  {self._what()}".rstrip()

    def line(self, columns: int) -> str:
        """The line for a terminal, at most so many columns wide."""
        filled = int(self.whole * WIDTH)
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {self.text()}"[:columns]

    def end(self) -> None:
        """Forget the build: it has ended."""
        self.count = 0
        self.finished: set[str] = set()
        self.whole = self.began = 0.0
        self.first: tuple[float, float] | None = None
        self.at_work: dict[tuple[str, str], str] = {}

    def _reach(self, whole: float | None) -> None:
        self.whole = max(self.whole, whole or 0.0)
        if self.whole and self.first is None:
            self.first = self.clock(), self.whole

    def _time(self) -> str:
        now = self.clock()
        if self.first is not None:
            seconds, share = now - self.first[0], self.whole - self.first[1]
            if share >= LEAST_SHARE and seconds >= LEAST_SECONDS:
                return f"{_minutes(seconds * (1 - self.whole) / share)} left"
        return f"{_minutes(now - self.began)} so far"

    def _what(self) -> str:
        """The texture that has been at work for the longest time."""
        for (_, texture), stage in self.at_work.items():
            more = f" and {len(self.at_work) - 1} more" if len(self.at_work) > 1 and stage != "starting" else ""
            return STAGES.get(stage, "{}").format(printable(texture)) + more
        return ""


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
