"""What a build and a watch tell while they go on, as data; `events.md` describes the same as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from bluenoise_assets.errors import Problem
from bluenoise_assets.quality.figures import Figures

STREAM_VERSION = 1
"""Of the events in JSON; goes up when a field goes or changes its meaning."""


class Event:
    """Something that happened; `event` is its name in JSON."""

    event: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON data. A field whose default is None is absent while it is None; any other None is a null."""
        values = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}  # type: ignore[arg-type]
        given = {name: _plain(value) for name, (value, default) in values.items() if (value, default) != (None, None)}
        return {"event": self.event} | given


Listener = Callable[[Event], None]
"""Takes events, from any thread."""


@dataclass(frozen=True)
class Watching(Event):
    """What a watch looks at from now on."""

    event = "watching"
    version: int
    paths: tuple[str, ...]
    files: tuple[str, ...]
    poll: float | None


@dataclass(frozen=True)
class Serving(Event):
    """The page of what a watch makes is there, from now until the end."""

    event = "serving"
    url: str


@dataclass(frozen=True)
class ProblemFound(Event):
    """Something in a manifest, or in a lock, that a user can mend; in JSON with the problem's own fields."""

    event = "problem"
    problem: Problem

    def as_json(self) -> dict[str, Any]:
        return {"event": self.event} | self.problem.as_json()


@dataclass(frozen=True)
class Orphan(Event):
    """An output whose manifest has gone."""

    event = "orphan"
    file: str


@dataclass(frozen=True, kw_only=True)
class Waiting(Event):
    """Another build holds the output folder, or makes the like of a texture."""

    event = "waiting"
    texture: str | None = None
    output: str


@dataclass(frozen=True)
class Begun(Event):
    """A build has something to do: so many textures are stale. Told again if another build changes that."""

    event = "begun"
    textures: int


@dataclass(frozen=True)
class Started(Event):
    """A texture begins; `reasons` has why each of its stale files is."""

    event = "started"
    texture: str
    output: str
    reasons: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Progress(Event):
    """How far a texture is, from 0 to 1, and what the optimiser has reached, in dB.

    `stage` is what is being done: `starting`, which is loading and compiling the optimiser, `optimising`, `measuring`
    or `writing`; `whole` is how far the whole build is.
    """

    event = "progress"
    texture: str
    output: str
    share: float
    error_db: float | None = None
    low_frequency_db: float | None = None
    stage: str | None = None
    whole: float | None = None


@dataclass(frozen=True)
class Built(Event):
    """A texture's files are written; `changed` are those with other bytes than before."""

    event = "built"
    texture: str
    output: str
    files: tuple[str, ...]
    changed: tuple[str, ...]
    quality: tuple[Figures, ...] | None = None
    reused: str | None = None
    whole: float | None = None


@dataclass(frozen=True)
class Failed(Event):
    """A texture could not be made, or is under a bar of `require`; the others go on.

    Of one that is under its bar `quality` are its figures, and `file`, `line` and `column` say where it is required.
    """

    event = "failed"
    texture: str
    output: str
    text: str
    whole: float | None = None
    quality: tuple[Figures, ...] | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def problem(self) -> Problem | None:
        """It as a problem of a manifest, if it is one."""
        if self.file is None or self.line is None or self.column is None:
            return None
        return Problem(self.file, self.line, self.column, self.texture, self.text)


@dataclass(frozen=True)
class Rebuilt(Event):
    """`check --rebuild` has made a texture again, and compared its `files` with what is there; some may be `different`.

    `texels` is the hash of the texels made here, `locked` the lock's.
    """

    event = "rebuilt"
    texture: str
    output: str
    files: tuple[str, ...]
    different: tuple[str, ...]
    texels: str
    locked: str | None
    whole: float | None = None


@dataclass(frozen=True)
class Warned(Event):
    """Something to know; all goes on."""

    event = "warning"
    text: str


@dataclass(frozen=True)
class Errored(Event):
    """What no line of a manifest is to blame for."""

    event = "error"
    text: str


@dataclass(frozen=True)
class GivenUp(Event):
    """A build was cancelled, since a manifest changed."""

    event = "cancelled"


@dataclass(frozen=True)
class Done(Event):
    """The end of a watch's cycle: its build's `Summary`, and how many problems were told."""

    event = "done"
    built: int
    failed: int
    fresh: int
    orphans: int
    cancelled: bool
    problems: int
    ok: bool


@dataclass(frozen=True)
class Ran(Event):
    """The user's command has run, or could not: then `code` is None."""

    event = "exec"
    command: tuple[str, ...]
    code: int | None
    text: str


def _plain(value: Any) -> Any:
    if isinstance(value, Figures):
        return value.as_json()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
