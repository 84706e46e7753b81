"""What GitHub Actions shows: problems beside the lines they are about, and a summary of the step."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bluenoise_assets.errors import Problem, printable

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event, Failed

MAX_ROWS = 2000
MAX_ANNOTATIONS = 10
"""GitHub shows as many errors of a step: https://github.com/orgs/community/discussions/26680."""


class Annotations:
    """Counts a step's errors, since GitHub shows the first few alone."""

    def __init__(self) -> None:
        self._count = 0

    def take(self) -> bool:
        """Whether there is room for one more."""
        self._count += 1
        return self._count <= MAX_ANNOTATIONS

    @property
    def rest(self) -> str:
        """The annotation that says how many there was no room for; empty if there was."""
        more = self._count - MAX_ANNOTATIONS
        return (
            plain_annotation(f"and {more} more: the step's log and its summary have all", "notice") if more > 0 else ""
        )


def is_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def disarmed(line: str) -> str:
    """A line that the runner takes for text: it obeys `::command::` at the start of one, `##[command]` anywhere."""
    line = line.replace("##[", "##\\[")
    return f"\\{line}" if line.lstrip().startswith("::") else line


def annotation(problem: Problem) -> str:
    """A workflow command: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""
    text = f"{problem.where}: {problem.text}" + (f"; {problem.hint}" if problem.hint else "")
    place = f"file={_property(_in_workspace(problem.file))},line={problem.line},col={problem.column}"
    return f"::error {place},title=bluenoise-assets::{_data(text)}"


def plain_annotation(text: str, level: str = "error") -> str:
    """One without a place; `level` is `error`, `warning` or `notice`."""
    return f"::{level} title=bluenoise-assets::{_data(text)}"


def check_summary(
    stale: Sequence[tuple[str, str, str]],
    total: int,
    under_bar: "Sequence[Failed]" = (),
    rebuilt: Sequence[Problem] = (),
    rebuilding: str = "",
) -> str:
    """Markdown: what is stale, as (texture, manifest, why), what is under a bar of `require`, what `--rebuild` found.

    `rebuilding` says in words how many textures it made again.
    """
    missing = [(one.texture, f"{one.file}:{one.line}", one.text) for one in under_bar]
    parts = [
        f"{len({texture for texture, _, _ in rows})} of {total} textures {what}.\n\n"
        + _table(("texture", "manifest", "why"), rows)
        for what, rows in (("are stale", stale), ("are under the bar of `require`", missing))
        if rows
    ]
    parts = parts or [f"All {total} textures are fresh.\n"]
    if rebuilding:
        rows = [(one.where, f"{one.file}:{one.line}", one.text) for one in rebuilt]
        parts.append(f"{rebuilding}.\n" + (f"\n{_table(('texture', 'manifest', 'why'), rows)}" if rows else ""))
    return "### bluenoise-assets check\n\n" + "\n".join(parts)


def problems_summary(problems: Sequence[Problem]) -> str:
    """Markdown: what is wrong, and where."""
    rows = [
        (f"{_in_workspace(one.file)}:{one.line}", one.where, "; ".join(filter(None, (one.text, one.hint))))
        for one in problems
    ]
    return f"### bluenoise-assets\n\nProblems: {len(rows)}.\n\n{_table(('line', 'where', 'problem'), rows)}"


def build_summary(sentence: str, events: "Sequence[Event]") -> str:
    """Markdown: what was built and what failed, from a build's events."""
    from bluenoise_assets.builder.events import Built, Failed
    from bluenoise_assets.cli.planning import counted
    from bluenoise_assets.cli.sentences import figures_of

    rows = []
    for event in events:
        match event:
            case Built():
                rows.append((event.texture, counted(event.files), ", ".join(figures_of(event.quality or ()))))
            case Failed():
                rows.append((event.texture, "", f"failed: {event.text}"))
    head = f"### bluenoise-assets build\n\n{sentence}\n"
    return f"{head}\n{_table(('texture', 'files', 'figures'), sorted(rows))}" if rows else head


def append_summary(text: str) -> None:
    """Add to the step's summary page, where there is one; a page that cannot be written stops nothing."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        try:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError:
            return


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows[:MAX_ROWS]]
    if len(rows) > MAX_ROWS:
        lines.append(f"\n... and {len(rows) - MAX_ROWS} more")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    text = printable(text.replace("\n", " "))
    for letter, escaped in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|")):
        text = text.replace(letter, escaped)
    return text


def _in_workspace(file: str) -> str:
    """The path as the pull request's page knows it: relative to the checkout."""
    root = os.environ.get("GITHUB_WORKSPACE")
    path = Path(os.path.abspath(file))  # noqa: PTH100 - a link is annotated where it stands
    if root and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return file


def _data(text: str) -> str:
    return printable(text).replace("##[", "##\\[").replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
