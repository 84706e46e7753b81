"""A manifest's bytes to a checked tree of YAML nodes, which still know their file, line and column."""

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.spec.input_file import UnreadableFileError, read_whole

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 4 * 2**20
MAX_DEPTH = 32
MAX_EXPANDED_NODES = 500_000

TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A matrix value's place in a text: `{name}`."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LINE_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"
_NOT_YAML = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_SURROGATE = "[\ud800-\udfff]"


class Source(NamedTuple):
    """A manifest's text as nodes, and the SHA-256 of exactly the bytes that were read.

    `size` is the number of bytes, `values` that of nodes with all aliases expanded. `problems` are those of the tree
    itself; what they complain about has been left out of it.
    """

    path: Path
    root: MappingNode
    sha256: str
    size: int
    values: int
    problems: tuple[Problem, ...] = ()


class UnreadableError(ManifestError):
    """A manifest's bytes are not to be had: there is no such file, it is a folder, it is too large."""


def place(path: list[str]) -> str:
    """A path of keys as shown in a problem; a texture's path starts with its name."""
    inside = path[1:] if path[:1] == ["textures"] and len(path) > 1 else path
    return ".".join(inside) or "manifest"


def line_and_column(node: Node | Event) -> tuple[int, int]:
    """Where a node starts, counted from 1."""
    assert node.start_mark is not None
    return node.start_mark.line + 1, node.start_mark.column + 1


def file_of(node: Node) -> str:
    """The path of the file that a node was read from, as it was reached."""
    assert node.start_mark is not None
    return str(node.start_mark.name)


def is_null(node: Node) -> bool:
    """An empty value, `~` or `null`."""
    return isinstance(node, ScalarNode) and not node.style and node.value in {"", "~", "null", "Null", "NULL"}


def quoted_template(node: Node) -> str | None:
    """How to write `{name}`, which without quotes is a mapping with one empty key; None for anything else."""
    if isinstance(node, MappingNode) and node.flow_style and len(node.value) == 1 and is_null(node.value[0][1]):
        text = f"{{{node.value[0][0].value}}}"
        return f'"{text}"' if TEMPLATE.fullmatch(text) else None
    return None


def read_source(path: Path) -> Source:
    """Read and compose a manifest, or raise `ManifestError`, where nothing can be read `UnreadableError`.

    Refused at once: what is no readable UTF-8 file of at most 4 MiB, what is not YAML, recursion, and nodes that
    expand to more than half a million through aliases. Collected: duplicate and non-scalar keys, merge keys, tags.
    """
    data = _read_bytes(path)
    text = _decode_utf8(path, data)
    _check_conflict(path, text)
    composer = _Composer(path, text)
    root, values = composer.document()
    if root is None or is_null(root):
        hint = "`bluenoise-assets init` writes a first one"
        raise _error(path, (1, 1), "manifest", "the manifest is empty", hint)
    if not isinstance(root, MappingNode):
        text = f"expected a mapping of keys, found {'a list' if isinstance(root, SequenceNode) else 'a text'}"
        raise _error(path, line_and_column(root), "manifest", text, "start with `schema: 1`")
    return Source(path, root, hashlib.sha256(data).hexdigest(), len(data), values, tuple(composer.problems))


def _error(path: Path, position: tuple[int, int], where: str, text: str, hint: str = "") -> ManifestError:
    return ManifestError([Problem(str(path), *position, where, text, hint)])


def _read_bytes(path: Path) -> bytes:
    try:
        return read_whole(path, MAX_BYTES, "a manifest", "write repeated textures as a matrix, or split the file")
    except UnreadableFileError as error:
        hint = "`bluenoise-assets init` writes a first one" if error.is_missing else error.hint
        raise UnreadableError([Problem(str(path), 1, 1, "manifest", error.text, hint)]) from None


def _decode_utf8(path: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = _end_of(data[: error.start].decode("utf-8-sig", errors="replace"))
        text = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise _error(path, position, "manifest", text, "save the file in the encoding UTF-8") from None
    # most texts are printable; compiling the pattern takes longer than reading a manifest
    found = None if re.sub("[\n\t]", "", text).isprintable() else re.search(_NOT_YAML, text)
    if found:
        what = f"the character U+{ord(found[0]):04X} is not allowed"
        hint = "save the file in the encoding UTF-8" if found[0] == "\0" else 'in double quotes, write it as "\\u...."'
        raise _error(path, _end_of(text[: found.start()]), "YAML", what, hint)
    return text


def _check_conflict(path: Path, text: str) -> None:
    """Refuse what a merge of version control left for its user to decide."""
    if not any(mark in text for mark in ("<<<<<<<", ">>>>>>>", "=======")):
        return
    found = re.search(r"^(<{7}|>{7}|={7})(?=[ \r\n]|$)", text, re.MULTILINE)
    if found:
        hint = "keep what counts of both sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
        raise _error(path, _end_of(text[: found.start()]), "YAML", "a merge left a conflict here", hint)


def _end_of(text: str) -> tuple[int, int]:
    """The line and column after a text, as YAML counts lines."""
    lines = re.split(_LINE_BREAK, text)
    return len(lines), len(lines[-1]) + 1


class _Named(io.StringIO):
    """A text with its file's path, which PyYAML's parsers give to every mark."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.name = str(path)


class _Composer:
    """YAML events to nodes, each with the size it expands to; a shared node counts as often as it is used.

    PyYAML's own composers overflow the stack on deep nesting (the one in C without an exception) and know nothing of
    duplicate keys.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.problems: list[Problem] = []
        self.events = self._parse()
        self.anchors: dict[str, tuple[Node, int] | None] = {}  # None: still being composed
        self.open: list[MappingStartEvent | SequenceStartEvent] = []

    def document(self) -> tuple[Node | None, int]:
        """The root of the first document and its expanded size; None if there is none."""
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), StreamEndEvent):
            return None, 0
        root, size = self._node(next(self.events), [])
        next(self.events)  # the end of the document
        following = next(self.events)
        if not isinstance(following, StreamEndEvent):
            self._problem(following, ["YAML"], "a second document starts here", "a manifest is one document")
        return root, size

    def _problem(self, at: Node | Event, where: list[str], text: str, hint: str = "") -> None:
        self.problems.append(Problem(str(self.path), *line_and_column(at), place(where), text, hint))

    def _stop(self, at: Event, where: list[str], text: str, hint: str = "") -> NoReturn:
        self._problem(at, where, text, hint)
        raise ManifestError(sorted(self.problems))

    def _node(self, event: Event, where: list[str]) -> tuple[Node, int]:
        assert isinstance(event, NodeEvent)
        if isinstance(event, AliasEvent):
            return self._alias(event, where)
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            hint = "list the file in the key `include`" if tag == "!include" else "remove it"
            self._problem(event, where, f"the tag {shown} is not supported", hint)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node: Node
        marks: tuple[Any, Any] = event.start_mark, event.end_mark
        if isinstance(event, ScalarEvent):
            if not event.value.isascii() and re.search(_SURROGATE, event.value):
                self._problem(event, where, "an escape sequence in the text is half a character")
            node, size = ScalarNode("", event.value, *marks, event.style), 1
        else:
            assert isinstance(event, MappingStartEvent | SequenceStartEvent)
            self.open.append(event)
            if len(self.open) > MAX_DEPTH:
                self._stop(event, ["YAML"], f"more than {MAX_DEPTH} levels of nesting")
            mapping = isinstance(event, MappingStartEvent)
            items, size = self._pairs(where) if mapping else self._items(where)
            kind = MappingNode if mapping else SequenceNode
            node = kind("", items, *marks, event.flow_style)
            self.open.pop()
        if event.anchor is not None:
            self.anchors[event.anchor] = node, size
        return node, size

    def _alias(self, event: AliasEvent, where: list[str]) -> tuple[Node, int]:
        if event.anchor not in self.anchors:
            self._stop(event, where, f"there is no anchor '&{event.anchor}' above", "quote a text that begins with *")
        found = self.anchors[event.anchor]
        if found is None:
            self._stop(event, where, f"the alias '*{event.anchor}' stands inside the value that it names")
        return found

    def _items(self, where: list[str]) -> tuple[list[Node], int]:
        items, total = [], 1
        while not isinstance(event := next(self.events), SequenceEndEvent):
            item, size = self._node(event, where)
            total = self._sum(total, size, event, where)
            items.append(item)
        return items, total

    def _pairs(self, where: list[str]) -> tuple[list[tuple[Node, Node]], int]:
        pairs: list[tuple[Node, Node]] = []
        merged: list[tuple[Node, Node]] = []
        total = 1
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key, _ = self._node(event, where)
            text = key.value if isinstance(key, ScalarNode) else "?"
            following = next(self.events)
            value, size = self._node(following, [*where, text])
            total = self._sum(total, 1 + size, following, where)
            if not isinstance(event, ScalarEvent):
                template = quoted_template(key)
                hint = f"quote a template: {template}" if template else ""
                self._problem(event, where, "a key must be a plain text", hint)
            elif text == "<<" and not event.style:
                self._problem(event, where, "merge keys (<<) are not supported", "use `extends` or `defaults`")
                merged += value.value if isinstance(value, MappingNode) else []
            elif text in lines:
                self._problem(event, where, f"duplicate key '{text}'", f"it is already in line {lines[text]}")
            else:
                lines[text] = line_and_column(event)[0]
                pairs.append((key, value))
        # As if it had worked, so that a missing key is not reported on top.
        return pairs + [pair for pair in merged if pair[0].value not in lines], total

    def _sum(self, total: int, size: int, event: Event, where: list[str]) -> int:
        if total + size > MAX_EXPANDED_NODES:
            text = f"aliases expand this to more than {MAX_EXPANDED_NODES} values"
            self._stop(event, where, text, "use `extends` or `matrix` instead of nested aliases")
        return total + size

    def _parse(self) -> Iterator[Event]:
        position = 1, 1
        try:
            for event in yaml.parse(_Named(self.path, self.text), Loader=_Loader):
                position = line_and_column(event)
                yield event
        except yaml.MarkedYAMLError as error:
            from bluenoise_assets.manifest.syntax import explain  # only mistakes pay for it

            position, text, hint = explain(
                error, re.split(_LINE_BREAK, self.text), self.open[-1] if self.open else None
            )
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # the loader in Python leaks some
            text, hint = " ".join(str(error).split()), ""
        else:
            return
        self.problems.append(Problem(str(self.path), *position, "YAML", text, hint))
        raise ManifestError(sorted(self.problems))
