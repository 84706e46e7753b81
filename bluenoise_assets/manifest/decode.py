"""YAML nodes to values of annotated types, collecting every problem instead of stopping at the first."""

import re
import types
from collections.abc import Collection, Iterable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import Problem
from bluenoise_assets.manifest.source import file_of, is_null, line_and_column, place, quoted_template
from bluenoise_assets.spec import PRESETS, Choice, Key

BAD: Any = object()
"""What decoding returns where it has reported a problem."""

YAML_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What YAML 1.1 takes for true and false besides these two words."""

MAX_NAMES_SHOWN = 20
MAX_NAMES_COMPARED = 500
MAX_DIGITS = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_OTHER_BASE = re.compile(r"[-+]?0(x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one probably means."""
    import difflib

    names = list(known)[:MAX_NAMES_COMPARED]
    # At 0.7 `sead` is `seed`, and `frames` is not `formats`.
    return next(iter(difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.7)), None)


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them if they are few."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean '{close}'?"
    return f"known here: {', '.join(names)}" if 0 < len(names) <= MAX_NAMES_SHOWN else ""


def is_plain(node: Node) -> bool:
    """A scalar without quotes. (libyaml's parser gives it the style '', the one in Python None.)"""
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
    return text.replace("\n", " ") if is_plain(node) else f"the text '{text}'"


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


def is_union(kind: Any) -> bool:
    return isinstance(kind, types.UnionType) or get_origin(kind) is Union


def without_none(kind: Any) -> tuple[Any, ...]:
    """The members of a union, without None: leaving a key out is how a manifest says None."""
    return tuple(arg for arg in get_args(kind) if arg is not type(None))


def weighted(kind: Any) -> type | None:
    """The dataclass of a key that takes one choice, or a list of choices with keys of their own; else None.

    Such a key has the type `tuple[W, ...]`, where the first field of W is a union of `Choice` classes.
    """
    if get_origin(kind) is not tuple or len(get_args(kind)) != 2 or not is_dataclass(get_args(kind)[0]):
        return None
    return cast("type", get_args(kind)[0])


def alternatives(kind: Any) -> tuple[type[Choice], ...]:
    """The choices of a union of `Choice` classes; empty for other types."""
    members = get_args(kind) if is_union(kind) else ()
    if members and all(isinstance(member, type) and issubclass(member, Choice) for member in members):
        return members
    return ()


class Decoder:
    """Decodes nodes of one or several files; `problems` collects what is wrong, each place once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: set[tuple[str, int, int, str]] = set()

    def problem(self, node: Node, where: list[str], text: str, hint: str = "") -> Any:
        """Report a problem at a node; return `BAD`. A place inherited by many textures is reported once."""
        at = (file_of(node), *line_and_column(node))
        if (*at, text) not in self._seen:
            self._seen.add((*at, text))
            self.problems.append(Problem(*at, place(where), text, hint))
        return BAD

    def mapping(self, node: Node, where: list[str]) -> dict[str, tuple[ScalarNode, Node]] | None:
        """The pairs of a mapping, `{}` for an empty value, or None after a problem."""
        if is_null(node):
            return {}
        if not isinstance(node, MappingNode):
            self.problem(node, where, f"expected a mapping of keys, found {describe(node)}")
            return None
        return pairs(node)

    def unknown_key(
        self, key: ScalarNode, where: list[str], known: Collection[str], hint: str = "", elsewhere: str = ""
    ) -> None:
        """Report a key; `hint` says more than the list of known ones, `elsewhere` where this very key is known."""
        if not hint or nearest(key.value, known):
            hint = suggestion(key.value, known)
        hint = elsewhere or hint
        self.problem(key, where, f"unknown key '{key.value}'", hint)

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
        if is_union(kind):
            return self._union(node, without_none(kind), where)
        if weighted(kind) is not None:
            return self._weighted(node, cast("type", weighted(kind)), where)
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

    def fields(self, found: dict[str, tuple[ScalarNode, Node]], kind: type, node: Node, where: list[str]) -> Any:
        """A dataclass from the pairs of a mapping."""
        known = keys_of(kind)
        values: dict[str, Any] = {}
        for text, (key, value) in found.items():
            if text in known:
                values[text] = self.value(value, known[text], [*where, text])
            else:
                template = quoted_template(node)
                self.unknown_key(key, where, known, f"quote a template: {template}" if template else "")
                values[text] = BAD
        complete = self.complete(found, kind, node, where)
        return kind(**values) if complete and BAD not in values.values() else BAD

    def complete(self, found: Iterable[str], kind: type, node: Node, where: list[str], hint: str = "") -> bool:
        """Whether all required keys are there; those that an unknown key probably means are not reported again."""
        missing = [name for name in required_keys(kind) if name not in found]
        meant = {nearest(text, keys_of(kind)) for text in found if text not in keys_of(kind)} if missing else set()
        for name in missing:
            if name not in meant:
                self.problem(node, where, f"the key '{name}' is missing", hint)
        return not missing

    def _choice(self, node: Node, kinds: tuple[type[Choice], ...], where: list[str]) -> Any:
        known = {kind.tag(): kind for kind in kinds}
        if isinstance(node, ScalarNode) and node.value in known and not is_null(node):
            kind = known[node.value]
            for name in required_keys(kind):
                hint = f"write {{{kind.tag()}: ...}}"
                return self.problem(node, where, f"'{kind.tag()}' needs its {name}", hint)
            return kind()
        is_template = quoted_template(node) and pairs(cast("MappingNode", node)).keys().isdisjoint(known)
        if not isinstance(node, MappingNode) or not node.value or is_template:
            close = nearest(node.value, known) if isinstance(node, ScalarNode) else None
            hint = f"did you mean '{close}'?" if close else self._template_hint(node)
            return self.problem(node, where, f"expected {_listed(known)}, found {describe(node)}", hint)
        wrong = [key for key, _ in node.value if key.value not in known]
        for key in wrong:
            self.unknown_key(key, where, known)
        if wrong:
            return BAD
        (key, inner), *others = node.value
        if others:
            text = f"'{key.value}' and '{others[0][0].value}' cannot be combined"
            return self.problem(others[0][0], where, text, "keep one of them")
        kind, inside = known[key.value], [*where, key.value]
        names = list(keys_of(kind))
        short = len(names) == 1 and not is_null(inner)
        if short and (not isinstance(inner, MappingNode) or quoted_template(inner)):
            value = self.value(inner, keys_of(kind)[names[0]], inside)  # {gaussian: 0.2}
            return BAD if value is BAD else kind(**{names[0]: value})
        found = self.mapping(inner, inside)
        return BAD if found is None else self.fields(found, kind, inner, inside)

    def _union(self, node: Node, kinds: tuple[Any, ...], where: list[str]) -> Any:
        """One of several forms: a list goes to the tuple of its length, everything else to the first form."""
        if len(kinds) > 1 and isinstance(node, SequenceNode):
            lists = [kind for kind in kinds if get_origin(kind) is tuple]
            lengths = [0 if Ellipsis in get_args(kind) else len(get_args(kind)) for kind in lists]
            for kind, length in zip(lists, lengths, strict=True):
                if length in {0, len(node.value)}:
                    return self.value(node, kind, where)
            wanted = _listed(lengths)
            return self.problem(node, where, f"expected {wanted} values, found {len(node.value)}")
        return self.value(node, kinds[0], where)

    def _weighted(self, node: Node, kind: type, where: list[str]) -> Any:
        """A preset's name, one choice, or a list of choices, each with the further keys of `kind` beside its tag."""
        if isinstance(node, ScalarNode) and not is_null(node) and node.value in PRESETS:
            return PRESETS[node.value]
        if not isinstance(node, SequenceNode):
            part = self._weighted_item(node, kind, where)
            return BAD if part is BAD else (part,)
        parts = [self._weighted_item(item, kind, [*where, str(i)]) for i, item in enumerate(node.value)]
        return BAD if any(part is BAD for part in parts) else tuple(parts)

    def _weighted_item(self, node: Node, kind: type, where: list[str]) -> Any:
        (name, choice), *others = keys_of(kind).items()
        plain = get_args(choice)[0]
        tags = [member.tag() for member in alternatives(plain)]
        if not isinstance(node, MappingNode):
            words = [*PRESETS, *tags]
            close = nearest(node.value, words) if isinstance(node, ScalarNode) else None
            example = f"write a preset ({', '.join(PRESETS)}) or {{{tags[0]}: ...}}"
            hint = f"did you mean '{close}'?" if close in PRESETS else example
            return self.problem(node, where, f"expected a filter, found {describe(node)}", hint)
        found, extra = pairs(node), dict(others)
        values: dict[str, Any] = {
            text: self.value(found[text][1], extra[text], [*where, text]) for text in extra if text in found
        }
        rest = [(key, value) for key, value in node.value if key.value not in extra]
        wrong = [key for key, _ in rest if key.value not in tags]
        for key in wrong:
            self.unknown_key(key, where, [*tags, *extra])
        if wrong:
            return BAD
        inner = MappingNode(node.tag, rest, node.start_mark, node.end_mark)
        values[name] = self._choice(inner, alternatives(plain), where)
        return BAD if any(value is BAD for value in values.values()) else kind(**values)

    def _tuple(self, node: Node, items: tuple[Any, ...], where: list[str]) -> Any:
        any_length = len(items) == 2 and items[1] is Ellipsis
        if isinstance(node, ScalarNode) and not any_length and not is_null(node):
            value = self.value(node, items[0], where)  # one number stands for both axes
            return BAD if value is BAD else (value,) * len(items)
        if not isinstance(node, SequenceNode):
            wanted = "a list" if any_length else f"a number or a list of {len(items)}"
            listed = isinstance(node, ScalarNode) and not is_null(node) and items[0] is not float
            hint = f"write [{node.value}]" if listed else self._template_hint(node)
            return self.problem(node, where, f"expected {wanted}, found {describe(node)}", hint)
        if not any_length and len(node.value) != len(items):
            text = f"expected {len(items)} values, found {len(node.value)}"
            return self.problem(node, where, text)
        kinds = items[:1] * len(node.value) if any_length else items
        values = [self.value(item, kind, where) for item, kind in zip(node.value, kinds, strict=True)]
        return BAD if any(value is BAD for value in values) else tuple(values)

    def _literal(self, node: Node, choices: tuple[Any, ...], where: list[str]) -> Any:
        whole = isinstance(choices[0], int)
        if not isinstance(node, ScalarNode) or is_null(node):
            value = BAD
        elif whole:
            value = int(node.value) if is_plain(node) and _INTEGER.fullmatch(node.value[:MAX_DIGITS]) else BAD
        else:
            value = node.value
        if value in choices:
            return value
        hint = _number_hint(node, whole=True) if whole and value is BAD else ""
        text = f"expected {_listed(choices)}, found {describe(node)}"
        return self.problem(node, where, text, hint or self._template_hint(node))

    def _template_hint(self, node: Node) -> str:
        template = quoted_template(node)
        return f"quote a template: {template}" if template else ""

    def _not_a_scalar(self, node: Node, kind: Any, where: list[str]) -> Any:
        text = f"expected {_SCALARS[kind]}, found {describe(node)}"
        return self.problem(node, where, text, self._template_hint(node))

    def _bool(self, node: ScalarNode, where: list[str]) -> Any:
        if is_plain(node) and node.value in {"true", "True", "TRUE", "false", "False", "FALSE"}:
            return node.value.lower() == "true"
        hint = ""
        if node.value.lower() in {"true", "false"}:
            hint = "remove the quotes"
        elif node.value.lower() in YAML_BOOLEANS:
            hint = f"write {YAML_BOOLEANS[node.value.lower()]}"
        return self.problem(node, where, f"expected true or false, found {describe(node)}", hint)

    def _int(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _INTEGER.fullmatch(text):
            if len(text) <= MAX_DIGITS:
                return int(text)
            return self.problem(node, where, f"{describe(node)} has more than {MAX_DIGITS} digits")
        hint = _number_hint(node, whole=True)
        return self.problem(node, where, f"expected a whole number, found {describe(node)}", hint)

    def _float(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _NUMBER.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
            return float(text) + 0.0  # so that -0.0 is 0.0
        hint = _number_hint(node, whole=False)
        return self.problem(node, where, f"expected a number, found {describe(node)}", hint)

    def _str(self, node: ScalarNode, where: list[str]) -> Any:
        if is_null(node):
            return self.problem(node, where, "expected a text, found nothing")
        return node.value

    def cell(self, node: Node, where: list[str]) -> None:
        """Check a matrix value: a number, true, false or a text whose meaning nobody can mistake."""
        if not isinstance(node, ScalarNode) or is_null(node):
            text = f"expected a number or a text, found {describe(node)}"
            self.problem(node, where, text, self._template_hint(node))
        elif is_plain(node) and node.value.lower() in YAML_BOOLEANS:
            meant = YAML_BOOLEANS[node.value.lower()]
            hint = f'write {meant}, or "{node.value}" if it is a text'
            self.problem(node, where, f"YAML 1.1 reads {node.value} as {meant}", hint)
        elif is_plain(node) and _MISLEADING.fullmatch(node.value):
            hint = _number_hint(node, whole=True)
            hint = f'{hint}, or "{node.value}" if it is a text' if hint else f'write "{node.value}" if it is a text'
            self.problem(node, where, f"{node.value} can be read in two ways", hint)


_SCALARS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
_MISLEADING = re.compile(
    "|".join(f"({form.pattern})" for form in (_LEADING_ZERO, _BASE_60, _OTHER_BASE, _NOT_FINITE))
    + "|[-+]?[0-9]+_[0-9_]+"
)


def _listed(choices: Iterable[Any]) -> str:
    *others, last = map(str, choices)
    return f"{', '.join(others)} or {last}" if others else last


def _number_hint(node: Node, *, whole: bool) -> str:
    """How to write what somebody probably means by a text that is not a number here."""
    if not isinstance(node, ScalarNode):
        return ""
    text = node.value
    if not is_plain(node):
        return "remove the quotes" if _NUMBER.fullmatch(text) else ""
    sign, digits = ("-" if text.startswith("-") else ""), text.lstrip("+-").replace("_", "")
    if _LEADING_ZERO.fullmatch(text):
        return f"write {sign}{digits.lstrip('0') or '0'} (YAML 1.1 reads a leading 0 as octal)"
    if _OTHER_BASE.fullmatch(text) and len(digits) > 2:
        return f"write {sign}{int(digits, 0)}" if len(digits) <= MAX_DIGITS else ""
    if "_" in text and _NUMBER.fullmatch(digits):
        return f"write {sign}{digits}"
    if _BASE_60.fullmatch(text):
        return "YAML 1.1 reads this as a number in base 60"
    if whole and _NUMBER.fullmatch(text) and len(text) < 20 and float(text).is_integer() and abs(float(text)) < 1e15:
        return f"write {int(float(text))}"
    return ""
