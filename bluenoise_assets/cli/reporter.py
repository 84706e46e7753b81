"""Who is told what a command finds: people at a terminal, or a program that reads JSON."""

from typing import TYPE_CHECKING, Any, Protocol

from bluenoise_assets.errors import Problem

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event


class Reporter(Protocol):
    """Thread-safe. `as_json` says which of the two it is."""

    as_json: bool

    def problem(self, problem: Problem) -> None:
        """Something that a user can mend."""

    def error(self, text: str) -> None:
        """Something went wrong that no line of a manifest is to blame for."""

    def say(self, *lines: str, **data: Any) -> None:
        """A result: `lines` for people, `data` (with a key `event`) for programs."""

    def event(self, event: "Event") -> None:
        """What a build tells; a `Listener`."""

    def end(self) -> None:
        """Nothing more will come, but perhaps an error."""
