"""Reads YAML as Unity writes it, blocks of settings, one a line, with the place of each; all else is passed over."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_KEY = re.compile(
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s"'#:&*!|>%@`\[\]{},-][^"'#:]*?))"""
    r"""\s*:(?:\s+(?P<value>.*?))?\s*"""
)
_CLOSING = {"{": "}", "[": "]", '"': '"', "'": "'"}
_DASH = re.compile(r"-(\s|$)")
_COMMENT = re.compile(r"(^|\s)#.*$")


@dataclass(frozen=True)
class Setting:
    """A key of a block: its line, the columns of its value there, and the end of the lines that belong to it.

    Blank lines and comments behind it belong to what follows.
    """

    value: str
    line: int
    columns: tuple[int, int]
    end: int


@dataclass(frozen=True)
class Block:
    """Settings in the order of the file, all as far to the right as `level`.

    `lines` are the whole file's. Of an item of a list `dash` is the column of its dash, in the first one's line.
    """

    lines: Sequence[str]
    settings: dict[str, Setting]
    level: int
    dash: int | None = None

    def value(self, key: str) -> str:
        """A setting's value; empty if there is none."""
        return self.settings[key].value if key in self.settings else ""

    def inner(self, key: str) -> "Block | None":
        """The block below a key; None if there is nothing. Raises `ValueError` for settings within one line."""
        span = self._span(key)
        return None if span is None else read_block(self.lines, *span)

    def items(self, key: str) -> list["Block"] | None:
        """The same of a list whose items are blocks."""
        span = self._span(key)
        if span is None:
            return None
        numbers = [number for number, _ in _significant(self.lines, *span)]
        dash = indent_of(self.lines[numbers[0]])
        dashes = [at for at in numbers if self.lines[at].startswith("-", dash) and indent_of(self.lines[at]) == dash]
        if dashes[:1] != numbers[:1]:
            raise ValueError(f"line {numbers[0] + 1} is no item of {key}")
        return [read_block(self.lines, *bounds, dash) for bounds in pairwise([*dashes, span[1]])]

    def _span(self, key: str) -> tuple[int, int] | None:
        setting = self.settings.get(key)
        if setting is None:
            return None
        if setting.value not in {"", "[]", "{}"}:
            raise ValueError(f"{key} is written in one line; write a line for each of its settings")
        span = setting.line + 1, setting.end
        return span if setting.value == "" and span[0] < span[1] else None


def read_block(lines: Sequence[str], start: int, end: int, dash: int | None = None) -> Block:
    """The block in some lines; the first setting's indentation is the block's, what is further right is passed over."""
    heads: dict[str, tuple[int, str, re.Match[str]]] = {}
    tails: list[list[tuple[int, str]]] = []
    level = -1
    for number, text in _significant(lines, start, end):
        line = text if dash is None or number > start else f"{text[:dash]} {text[dash + 1 :]}"
        indent = indent_of(line)
        if indent == len(line):
            continue
        level = indent if level < 0 else level
        if heads and (indent > level or (indent == level and _DASH.match(line, indent))):
            tails[-1].append((number, line.strip()))
            continue
        match = _KEY.fullmatch(line, indent)
        if indent < level or match is None:
            raise ValueError(f"line {number + 1} is no setting")
        key = match["double"] or match["single"] or match["plain"] or ""
        if key in heads:
            raise ValueError(f"line {number + 1}: {key} is there twice")
        heads[key] = number, line, match
        tails.append([])
    settings = {}
    for (key, (number, line, match)), tail in zip(heads.items(), tails, strict=True):
        value = (match["value"] or "").strip()
        if value and not _closes(" ".join([value, *(text for _, text in tail)])):
            raise ValueError(f"line {number + 1}: {key} is cut off")
        if value[:1] in {'"', "'"} and _closes(value):
            value = value[1:-1]
        columns = (len(line), len(line)) if match["value"] is None else match.span("value")
        settings[key] = Setting(value, number, columns, (tail[-1][0] if tail else number) + 1)
    return Block(lines, settings, level, dash)


def indent_of(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def check_end(lines: Sequence[str]) -> None:
    """Raises `ValueError` for a file that was cut off: within a line, or within brackets or quotes."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    inner = re.sub(r"^(- +)+", "", last)
    value = inner.partition(": ")[2] if ": " in inner else inner
    if not _closes(value) or last.endswith(": -") or (":" not in last and _DASH.match(last) is None):
        raise ValueError("its last line is cut off")


def _significant(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines that say something, by number, without comments."""
    for number in range(start, end):
        text = _COMMENT.sub("", lines[number]).rstrip()
        if text and text not in {"---", "..."} and not text.startswith("%"):
            yield number, text


def _closes(value: str) -> bool:
    closing = _CLOSING.get(value[:1])
    return closing is None or (len(value) > 1 and value.endswith(closing))
