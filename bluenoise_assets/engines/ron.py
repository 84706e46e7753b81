"""Reads RON (Rusty Object Notation, ron 0.12's grammar) with the place of every value, so that single ones can be
replaced and all other text, also comments, stays as it is.
"""

import re
from dataclasses import dataclass

_SPACE = re.compile("[ \t\n\r\v\f\x85\u200e\u200f\u2028\u2029]+")
_LINE_COMMENT = re.compile(r"//[^\n]*")
_BLOCK_COMMENT = re.compile(r"/\*|\*/")
_STRING = re.compile(r'b?"(?:[^"\\]|\\.)*"', re.DOTALL)
_RAW_STRING = re.compile(r'b?r(#*)".*?"\1', re.DOTALL)
_CHARACTER = re.compile(r"b?'(?:[^'\\]|\\[^\n]|\\[xu][0-9a-fA-F{}]+)'")
_NUMBER = re.compile(
    r"[+-]?(?:0x[0-9a-fA-F][0-9a-fA-F_]*|0b[01][01_]*|0o[0-7][0-7_]*"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?|inf\b|NaN\b)(?:[iu](?:8|16|32|64|128)|f(?:32|64))?"
)
_IDENTIFIER = re.compile(r"(?:r#[\w.+-]+)|[^\W\d]\w*")
_EXTENSION = re.compile(r"#\s*!\s*\[[^\]]*\]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
MAX_DEPTH = 64


@dataclass(frozen=True)
class Value:
    """A value between two places of the text.

    What stands in parentheses has `parts`, with the `name` in front of them; `()` and what has names in it is a
    struct's, `fields` tells by which. A list, a map, a number, a string or a lone word has none.
    """

    start: int
    end: int
    name: str = ""
    parts: tuple["Part", ...] | None = None
    inside: int = 0
    """Where the text in the parentheses begins."""

    def field(self, name: str) -> "Part | None":
        return next((part for part in self.parts or () if part.name == name), None)

    @property
    def is_struct(self) -> bool:
        """Whether it has fields, or could have some."""
        return self.parts is not None and all(part.name for part in self.parts)


@dataclass(frozen=True)
class Part:
    """A field of a struct, or (with no name) a member of a tuple; `comma` is the place after its comma, if any."""

    name: str
    start: int
    value: Value
    comma: int | None


def parse(text: str) -> Value:
    """The one value of a document. Raises `ValueError`, with the line, for what is no RON."""
    reader = _Reader(text)
    place = reader.skip(0)
    while match := _EXTENSION.match(text, place):
        place = reader.skip(match.end())
    value = reader.value(place, 0)
    end = reader.skip(value.end)
    if end < len(text):
        raise reader.error(end)
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def error(self, place: int) -> ValueError:
        line = self.text.count("\n", 0, place) + 1
        what = repr(self.text[place]) if place < len(self.text) else "the end"
        return ValueError(f"line {line}: {what} is not expected here")

    def skip(self, place: int) -> int:
        """The place after spaces and comments."""
        while True:
            match = _SPACE.match(self.text, place) or _LINE_COMMENT.match(self.text, place)
            if match:
                place = match.end()
            elif self.text.startswith("/*", place):
                place = self._block_comment(place)
            else:
                return place

    def _block_comment(self, place: int) -> int:
        depth = 0
        for match in _BLOCK_COMMENT.finditer(self.text, place):
            depth += 1 if match[0] == "/*" else -1
            if depth == 0:
                return match.end()
        raise ValueError(f"line {self.text.count(chr(10), 0, place) + 1}: a comment that does not end")

    def value(self, place: int, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} brackets in each other")
        text = self.text
        if text[place : place + 1] in _CLOSING:
            return self._bracket(place, place, "", depth)
        for pattern in (_RAW_STRING, _STRING, _CHARACTER, _NUMBER):
            match = pattern.match(text, place)
            if match:
                return Value(place, match.end())
        match = _IDENTIFIER.match(text, place)
        if not match:
            raise self.error(place)
        opening = self.skip(match.end())
        if text.startswith("(", opening):
            return self._bracket(place, opening, match[0].removeprefix("r#"), depth)
        return Value(place, match.end(), match[0].removeprefix("r#"))

    def _bracket(self, start: int, opening: int, name: str, depth: int) -> Value:
        """What stands in (), [] or {}, from the name in front on."""
        kind = self.text[opening]
        parts: list[Part] = []
        place = self.skip(opening + 1)
        while not self.text.startswith(_CLOSING[kind], place):
            if parts and parts[-1].comma is None:
                raise self.error(place)
            part, place = self._part(place, kind, depth)
            if part.name and any(other.name == part.name for other in parts):
                raise ValueError(f"the field {part.name} is there twice")
            if parts and bool(parts[0].name) != bool(part.name):
                raise self.error(part.start)
            parts.append(part)
        if kind == "(":
            return Value(start, place + 1, name, tuple(parts), opening + 1)
        return Value(start, place + 1)

    def _part(self, start: int, kind: str, depth: int) -> tuple[Part, int]:
        """A field, a member or an entry, and the place after it, its comma and the space behind."""
        field = ""
        place = start
        match = _IDENTIFIER.match(self.text, start)
        if kind == "(" and match:
            colon = self.skip(match.end())
            if self.text.startswith(":", colon):
                field, place = match[0].removeprefix("r#"), self.skip(colon + 1)
        value = self.value(place, depth + 1)
        place = self.skip(value.end)
        if kind == "{":
            if not self.text.startswith(":", place):
                raise self.error(place)
            value = self.value(self.skip(place + 1), depth + 1)
            place = self.skip(value.end)
        if self.text.startswith(",", place):
            return Part(field, start, value, place + 1), self.skip(place + 1)
        return Part(field, start, value, None), place


def replace(text: str, value: Value, new: str) -> str:
    """The text with another value in its place."""
    return text[: value.start] + new + text[value.end :]


def insert(text: str, struct: Value, field: str, new: str) -> str:
    """The text with another field at the end of a struct: on a line of its own where the last one has one."""
    assert struct.is_struct
    assert struct.parts is not None
    entry = f"{field}: {new}"
    if not struct.parts:
        return text[: struct.inside] + entry + text[struct.inside :]
    last = struct.parts[-1]
    line = text.rfind("\n", 0, last.start) + 1
    indent = text[line : last.start]
    comma = last.value.end if last.comma is None else last.comma
    before, after = text[:comma] + ("," if last.comma is None else ""), text[comma:]
    if indent.strip(" \t"):
        return f"{before} {entry}{after}"
    match = re.match(r"[ \t]*(?://[^\r\n]*)?", after)  # a remark on the last field stays beside it
    assert match
    newline = "\r\n" if text[line - 2 : line] == "\r\n" else "\n"
    return f"{before}{match[0]}{newline}{indent}{entry},{after[match.end() :]}"


def indent_of(text: str, place: int) -> str:
    """The space at the beginning of the line of a place."""
    line = text[text.rfind("\n", 0, place) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]
