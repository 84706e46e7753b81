"""What can go wrong, as data: one `Problem` is one line that says where, what and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

MAX_PROBLEMS = 100
"""As many are told of one run: nobody reads more, and a terminal or a CI system may not bear them."""


def printable(text: str) -> str:
    """A text as one line that any terminal shows as it is, whatever a file put into it.

    Escaped are control characters, line breaks, and what hides letters or turns their direction.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that a user can mend.

    `file` is the path as the user gave it, `line` and `column` count from 1. `where` names the place inside
    the file (`dither_64.size`), `text` says what is wrong, `hint` what to do about it.
    """

    file: str
    line: int
    column: int
    where: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        """The form that editors and CI systems turn into a link; always one line, whatever a manifest's keys hold."""
        place = f"{self.file}:{self.line}:{self.column}: error: {self.where}: {self.text}"
        line = f"{place}; {self.hint}" if self.hint else place
        return printable(line)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "where": self.where,
            "text": self.text,
            "hint": self.hint,
        }


def capped(problems: Sequence[Problem]) -> list[Problem]:
    """The first hundred problems, and one that says how many more there are. Capping twice changes nothing."""
    more = len(problems) - MAX_PROBLEMS
    if more <= 1:
        return list(problems)
    last = replace(problems[MAX_PROBLEMS], where="manifest", text=f"and {more} more problems", hint="")
    return [*problems[:MAX_PROBLEMS], last]


class BluenoiseError(Exception):
    """The base of every error that this package raises on purpose."""


class ManifestError(BluenoiseError):
    """A manifest is wrong; `problems` holds what was found, in reading order, of very many the first (`capped`)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = capped(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UsageError(BluenoiseError):
    """An option or an environment variable is wrong."""


class BuildError(BluenoiseError):
    """Something a build needs could not be done: a folder that cannot be written, a damaged lock."""


class Cancelled(BluenoiseError):  # noqa: N818 - a request that was obeyed, not an error
    """The work was given up because the caller asked for it."""
