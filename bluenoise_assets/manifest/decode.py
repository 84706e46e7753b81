"""YAML nodes to values of annotated types, collecting every problem instead of stopping at the first."""

import difflib
import re
import types
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import Problem
from bluenoise_assets.manifest.source import TEMPLATE, line_and_column, place
from bluenoise_assets.spec import Choice, Key

BAD: Any = object()
"""What decoding returns where it has reported a problem."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_YAML_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known here: {', '.join(names)}" if names else ""


def is_null(node: Node) -> bool:
    """An empty value, `~` or `null`."""
    return isinstance(node, ScalarNode) and node.tag.endswith(":null")


def is_plain(node: Node) -> bool:
    """A scalar without quotes. (libyaml's composer gives them the style '', the Python one None.)"""
    return isinstance(node, ScalarNode) and not node.style


def describe(node: Node) -> str:
    """What a user sees in a node, for "found ..."."""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if is_null(node):
        return "nothing"
    assert isinstance(node, ScalarNode)
    text = node.value if len(node.value) <= 40 else node.value[:37] + "..."
    return text.replace("\n", " ") if is_plain(node) else f"the text {text!r}"


def pairs(node: MappingNode) -> dict[str, tuple[ScalarNode, Node]]:
    """A checked mapping by the text of its keys."""
    return {key.value: (key, value) for key, value in node.value}


@cache
def _annotations(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def keys_of(kind: type) -> dict[str, Any]:
    """The annotated types of a dataclass's fields, by name, without `name`, which is not a manifest key."""
    return {name: hint for name, hint in _annotations(cast("Any", kind)).items() if name != "name"}


def required_keys(kind: type) -> list[str]:
    """The keys without a default, in order."""
    return [field.name for field in fields(kind) if field.default is MISSING and field.name != "name"]


def alternatives(kind: Any) -> tuple[type[Choice], ...]:
    """The choices of a union of `Choice` classes, or of a single one; empty for other types."""
    members = get_args(kind) if isinstance(kind, types.UnionType) or get_origin(kind) is Union else (kind,)
    if all(isinstance(member, type) and issubclass(member, Choice) for member in members):
        return members
    return ()


class Decoder:
    """Decodes nodes of one file; `problems` collects what is wrong, each place once."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        self.problems: list[Problem] = []
        self._seen: set[tuple[int, int, str]] = set()

    def problem(self, node: Node, where: list[str], text: str, hint: str = "") -> Any:
        """Report a problem at a node; return `BAD`. A place inherited by many textures is reported once."""
        line, column = line_and_column(node)
        if (line, column, text) not in self._seen:
            self._seen.add((line, column, text))
            self.problems.append(Problem(self.file, line, column, place(where), text, hint))
        return BAD

    def mapping(self, node: Node, where: list[str]) -> dict[str, tuple[ScalarNode, Node]] | None:
        """The pairs of a mapping, `{}` for an empty value, or None after a problem."""
        if is_null(node):
            return {}
        if not isinstance(node, MappingNode):
            self.problem(node, where, f"expected a mapping of keys, found {describe(node)}")
            return None
        return pairs(node)

    def unknown_key(self, key: ScalarNode, where: list[str], known: Iterable[str]) -> None:
        self.problem(key, where, f"unknown key '{key.value}'", suggestion(key.value, known))

    def value(self, node: Node, kind: Any, where: list[str]) -> Any:
        """The value of an annotated type, or `BAD`."""
        if get_origin(kind) is Annotated:
            plain, *notes = get_args(kind)
            value = self.value(node, plain, where)
            if value is not BAD and value is not None:
                for note in notes:
                    text = note.problem(value) if isinstance(note, Key) else None
                    if text is not None:
                        return self.problem(node, where, text)
            return value
        if alternatives(kind):
            return self._choice(node, alternatives(kind), where)
        origin = get_origin(kind)
        if isinstance(kind, types.UnionType) or origin is Union:  # `float | None`: leaving the key out is None
            return self.value(node, next(arg for arg in get_args(kind) if arg is not type(None)), where)
        if origin is tuple:
            return self._tuple(node, get_args(kind), where)
        if origin is Literal:
            return self._literal(node, get_args(kind), where)
        if is_dataclass(kind) and isinstance(kind, type):
            found = self.mapping(node, where)
            return BAD if found is None else self.fields(found, kind, node, where)
        if not isinstance(node, ScalarNode):
            return self._not_a_scalar(node, kind, where)
        return {bool: self._bool, int: self._int, float: self._float, str: self._str}[kind](node, where)

    def fields(
        self, found: dict[str, tuple[ScalarNode, Node]], kind: type, node: Node, where: list[str], **given: Any
    ) -> Any:
        """A dataclass from the pairs of a mapping; `given` are fields that are not in the mapping."""
        known = keys_of(kind)
        values: dict[str, Any] = {}
        for text, (key, value) in found.items():
            if text in known:
                values[text] = self.value(value, known[text], [*where, text])
            else:
                self.unknown_key(key, where, known)
                values[text] = BAD
        missing = [name for name in required_keys(kind) if name not in values]
        for name in missing:
            self.problem(node, where, f"the key '{name}' is missing")
        if missing or any(value is BAD for value in values.values()):
            return BAD
        return kind(**values, **given)

    def _choice(self, node: Node, kinds: tuple[type[Choice], ...], where: list[str]) -> Any:
        known = {kind.tag(): kind for kind in kinds}
        example = " or ".join(known)
        if isinstance(node, ScalarNode) and not is_null(node):
            if node.value not in known:
                text = f"'{node.value}' is not known here"
                return self.problem(node, where, text, suggestion(node.value, known))
            kind = known[node.value]
            for name in required_keys(kind):
                hint = f"write {{{kind.tag()}: ...}}"
                return self.problem(node, where, f"'{kind.tag()}' needs its {name}", hint)
            return kind()
        if not isinstance(node, MappingNode) or not node.value:
            return self.problem(node, where, f"expected {example}, found {describe(node)}")
        (key, inner), *others = node.value
        for other, _ in node.value:
            if other.value not in known:
                self.unknown_key(other, where, known)
                return BAD
        if others:
            return self.problem(others[0][0], where, f"only one of {example} can be given", "remove the others")
        kind, inside = known[key.value], [*where, key.value]
        names = list(keys_of(kind))
        if len(names) == 1 and not isinstance(inner, MappingNode) and not is_null(inner):
            value = self.value(inner, keys_of(kind)[names[0]], inside)  # {gaussian: 0.2}
            return BAD if value is BAD else kind(**{names[0]: value})
        found = self.mapping(inner, inside)
        return BAD if found is None else self.fields(found, kind, inner, inside)

    def _tuple(self, node: Node, items: tuple[Any, ...], where: list[str]) -> Any:
        any_length = len(items) == 2 and items[1] is Ellipsis
        if isinstance(node, ScalarNode) and not any_length and not is_null(node):
            value = self.value(node, items[0], where)  # one number stands for both axes
            return BAD if value is BAD else (value,) * len(items)
        if not isinstance(node, SequenceNode):
            if self._unquoted_template(node):
                return self._not_a_scalar(node, items[0], where)
            wanted = "a list" if any_length else f"a number or a list of {len(items)}"
            hint = f"write [{node.value}]" if isinstance(node, ScalarNode) and node.value else ""
            return self.problem(node, where, f"expected {wanted}, found {describe(node)}", hint)
        if not any_length and len(node.value) != len(items):
            text = f"expected {len(items)} values, found {len(node.value)}"
            return self.problem(node, where, text)
        kinds = items[:1] * len(node.value) if any_length else items
        values = [self.value(item, kind, where) for item, kind in zip(node.value, kinds, strict=True)]
        return BAD if any(value is BAD for value in values) else tuple(values)

    def _literal(self, node: Node, choices: tuple[Any, ...], where: list[str]) -> Any:
        if not isinstance(node, ScalarNode):
            return self._not_a_scalar(node, type(choices[0]), where)
        value = self._int(node, where) if isinstance(choices[0], int) else self._str(node, where)
        if value is BAD or value in choices:
            return value
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        wanted = " or ".join(str(choice) for choice in choices)
        if hint.startswith("did you"):
            return self.problem(node, where, f"'{value}' is not known here", hint)
        return self.problem(node, where, f"expected {wanted}, found {describe(node)}")

    def _unquoted_template(self, node: Node) -> str | None:
        if isinstance(node, MappingNode) and len(node.value) == 1 and is_null(node.value[0][1]):
            return f'"{{{node.value[0][0].value}}}"'
        return None

    def _not_a_scalar(self, node: Node, kind: Any, where: list[str]) -> Any:
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "a text")
        template = self._unquoted_template(node)
        hint = f"quote a template: {template}" if template else ""
        return self.problem(node, where, f"expected {wanted}, found {describe(node)}", hint)

    def _bool(self, node: ScalarNode, where: list[str]) -> Any:
        if is_plain(node) and node.value in {"true", "True", "TRUE", "false", "False", "FALSE"}:
            return node.value.lower() == "true"
        hint = ""
        if node.value.lower() in {"true", "false"}:
            hint = "remove the quotes"
        elif node.value.lower() in _YAML_BOOLEANS:
            hint = f"write {_YAML_BOOLEANS[node.value.lower()]}"
        return self.problem(node, where, f"expected true or false, found {describe(node)}", hint)

    def _int(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _INTEGER.fullmatch(text) and len(text) <= 20:
            return int(text)
        return self.problem(
            node, where, f"expected a whole number, found {describe(node)}", _number_hint(node, whole=True)
        )

    def _float(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _NUMBER.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
            return float(text)
        hint = _number_hint(node, whole=False)
        return self.problem(node, where, f"expected a number, found {describe(node)}", hint)

    def _str(self, node: ScalarNode, where: list[str]) -> Any:
        if is_null(node):
            return self.problem(node, where, "expected a text, found nothing")
        return node.value


def _number_hint(node: ScalarNode, *, whole: bool) -> str:
    text = node.value
    if not is_plain(node):
        return "remove the quotes" if _NUMBER.fullmatch(text) else ""
    if _LEADING_ZERO.fullmatch(text):
        return f"YAML 1.1 reads a leading 0 as octal; write {text.replace('_', '').lstrip('+-0') or '0'}"
    if _BASE_60.fullmatch(text):
        return "YAML 1.1 reads this as a number in base 60"
    if "_" in text and _NUMBER.fullmatch(text.replace("_", "")):
        return f"write {text.replace('_', '')}"
    if text.lower() in _YAML_BOOLEANS:
        return "YAML 1.1 reads this as true or false"
    if whole and _NUMBER.fullmatch(text) and len(text) < 20 and float(text).is_integer() and abs(float(text)) < 1e15:
        return f"write {int(float(text))}"
    if TEMPLATE.search(text):
        return "templates need a matrix"
    return ""
