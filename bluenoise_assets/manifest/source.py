"""A manifest's bytes to a checked tree of YAML nodes, which still know their line and column."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import ManifestError, Problem

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 32
MAX_EXPANDED_NODES = 500_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_KNOWN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
}


@dataclass(frozen=True)
class Source:
    """A manifest's text as composed nodes, and the SHA-256 of exactly the bytes that were read."""

    path: Path
    root: MappingNode
    sha256: str


def place(path: list[str]) -> str:
    """A path of keys as shown in a problem; a texture's path starts with its name."""
    inside = path[1:] if path[:1] == ["textures"] and len(path) > 1 else path
    return ".".join(inside) or "manifest"


def line_and_column(node: Node) -> tuple[int, int]:
    """Where a node starts, counted from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def read_source(path: Path) -> Source:
    """Read and compose a manifest, or raise `ManifestError`.

    Refused here: what is no readable UTF-8 file of at most 4 MiB, what is not YAML, duplicate and non-scalar keys,
    merge keys, tags, recursion, and nodes that expand to more than half a million through aliases.
    """
    data = _read_bytes(path)
    text = _decode_utf8(path, data)
    root = _compose(path, text)
    if root is None:
        raise _error(path, 1, 1, "manifest", "the file is empty", "`bluenoise-assets init` writes a first manifest")
    if not isinstance(root, MappingNode):
        line, column = line_and_column(root)
        raise _error(path, line, column, "manifest", "a manifest is a mapping of keys", "start with `schema: 1`")
    check = _TreeCheck(path)
    check.visit(root, [])
    if check.problems:
        raise ManifestError(sorted(check.problems))
    return Source(path, root, hashlib.sha256(data).hexdigest())


def _error(path: Path, line: int, column: int, where: str, text: str, hint: str = "") -> ManifestError:
    return ManifestError([Problem(str(path), line, column, where, text, hint)])


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _error(path, 1, 1, "manifest", "this is a folder, not a file")
        if path.exists() and not path.is_file():
            raise _error(path, 1, 1, "manifest", "this is not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
            size = path.stat().st_size
    except FileNotFoundError:
        raise _error(path, 1, 1, "manifest", "no such file", "`bluenoise-assets init` writes a first one") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _error(path, 1, 1, "manifest", f"the file cannot be read: {reason}") from None
    if len(data) > MAX_BYTES:
        hint = "write repeated textures as a matrix, or split the file"
        raise _error(path, 1, 1, "manifest", f"the file has {size} bytes; a manifest has at most {MAX_BYTES}", hint)
    return data


def _decode_utf8(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        text = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise _error(path, line, column, "manifest", text, "save the file in the encoding UTF-8") from None


def _compose(path: Path, text: str) -> Node | None:
    try:
        _check_nesting(path, text)
        node: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = ", ".join(part for part in (error.problem, error.context) if part)
        if "\t" in what or "\\t" in what:
            raise _error(path, line, column, "YAML", what, "indent with spaces, not with tabs") from None
        raise _error(path, line, column, "YAML", what) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        character = error.character if isinstance(error.character, int) else ord(error.character[:1])
        raise _error(path, line, column, "YAML", f"the character U+{character:04X} is not allowed") from None
    except yaml.YAMLError as error:
        raise _error(path, 1, 1, "YAML", " ".join(str(error).split())) from None
    return node


def _check_nesting(path: Path, text: str) -> None:
    """Stop before the composer recurses as deep as the text says: it would overflow the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                assert event.start_mark is not None
                line, column = event.start_mark.line + 1, event.start_mark.column + 1
                raise _error(path, line, column, "YAML", f"more than {MAX_DEPTH} levels of nesting")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _TreeCheck:
    """What is wrong with a tree whatever its keys mean. Counts each shared node as often as it is used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.sizes: dict[int, int] = {}
        self.open: set[int] = set()

    def problem(self, node: Node, where: list[str], text: str, hint: str = "") -> None:
        self.problems.append(Problem(str(self.path), *line_and_column(node), place(where), text, hint))

    def visit(self, node: Node, where: list[str]) -> int:
        """Check a node and return how many nodes it expands to."""
        known = self.sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in self.open:
            self.problem(node, where, "an alias stands inside the value that it names")
            raise ManifestError(sorted(self.problems))
        if node.tag not in _KNOWN_TAGS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(node, where, f"the tag {tag} is not supported", "remove it")
        self.open.add(id(node))
        size = 1
        if isinstance(node, MappingNode):
            size += self._visit_mapping(node, where)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                size += self.visit(item, where)
                self._bound(item, where, size)
        self.open.discard(id(node))
        self.sizes[id(node)] = size
        return size

    def _bound(self, node: Node, where: list[str], size: int) -> None:
        if size > MAX_EXPANDED_NODES:
            text = f"aliases expand this to more than {MAX_EXPANDED_NODES} values"
            self.problem(node, where, text, "use `extends` or `matrix` instead of nested aliases")
            raise ManifestError(sorted(self.problems))

    def _visit_mapping(self, node: MappingNode, where: list[str]) -> int:
        size = 0
        seen: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.problem(key, where, "a key must be a plain word")
                continue
            if key.value == "<<" and not key.style:
                self.problem(key, where, "merge keys (<<) are not supported", "use `extends` or `defaults`")
                continue
            if key.value in seen:
                first = line_and_column(seen[key.value])[0]
                self.problem(key, where, f"duplicate key '{key.value}'", f"it is already in line {first}")
                continue
            seen[key.value] = key
            size += 1 + self.visit(value, [*where, key.value])
            self._bound(value, where, size)
        return size


TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""A matrix value's place in a text: `{name}`."""
