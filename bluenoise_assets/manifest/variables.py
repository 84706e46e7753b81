"""Variables: values that a manifest declares, that whoever builds it may set, and that templates and `enabled` use."""

from collections.abc import Mapping
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from bluenoise_assets.manifest.decode import Decoder, GivenNode, Pairs, pairs
from bluenoise_assets.manifest.source import TEMPLATE
from bluenoise_assets.manifest.template import Member, unknown_variable
from bluenoise_assets.spec.interpreter import either, nearest

Given = Mapping[str, str | float | bool]
"""Values from the command line or from Python, in place of those that manifests declare."""


class Variables:
    """Those of one manifest and of what it includes: of two declarations the one that is read first counts.

    A manifest is read before what it includes, so it overrides that. A value never changes once it is known: the paths
    of includes can use it.
    """

    def __init__(self, decoder: Decoder, given: Given) -> None:
        self.decoder = decoder
        self.given = {name: _text(value) for name, value in given.items()}
        self.values: Member = {}
        self.declared: dict[str, None] = {}
        self._allowed: dict[str, list[str]] = {}

    def take(self, top: Pairs) -> None:
        """Take in what a file declares."""
        if "variables" not in top:
            return
        where = ["variables"]
        for name, (key, node) in (self.decoder.mapping(top["variables"][1], where) or {}).items():
            inside = [*where, name]
            self.declared[name] = None
            if not TEMPLATE.fullmatch(f"{{{name}}}"):
                text = f"'{name}' cannot be a variable"
                self.decoder.problem(key, where, text, "use letters, digits and _")
                continue
            choices = node.value if isinstance(node, SequenceNode) else [node]
            before = len(self.decoder.problems)
            if not choices:
                self.decoder.problem(node, inside, "the list is empty", "the first value is the default")
            for choice in choices:
                self.decoder.cell(choice, inside)
            if name not in self.values and len(self.decoder.problems) == before:
                self._declare(name, choices, inside, is_list=isinstance(node, SequenceNode))

    def _declare(self, name: str, choices: list[Any], where: list[str], *, is_list: bool) -> None:
        self.values[name] = default = choices[0]
        if is_list:
            self._allowed[name] = [meaning(choice) for choice in choices]
        if name not in self.given:
            return
        node = GivenNode(name, self.given[name], default)
        before = len(self.decoder.problems)
        self.decoder.cell(node, where)
        if len(self.decoder.problems) == before and self._check(name, node, where):
            self.values[name] = node

    def _check(self, name: str, node: Node, where: list[str]) -> bool:
        """Whether a value is one that the variable can have."""
        allowed = self._allowed.get(name)
        if allowed is None or meaning(node) in allowed:
            return True
        close = nearest(node.value, allowed)
        hint = f"did you mean '{close}'?" if close else ""
        self.decoder.problem(node, where, f"expected {either(allowed)}, found {node.value}", hint)
        return False

    def is_enabled(self, node: Node, member: Member, where: list[str]) -> bool:
        """The value of `enabled`, its templates filled in; true after a problem.

        A mapping is true if each of its variables has the value beside it, or one of those in the list.
        """
        if not isinstance(node, MappingNode) or self.decoder.hint(node):
            return self.decoder.scalar(node, bool, where) is not False
        if not node.value:
            self.decoder.problem(node, where, "the mapping is empty", "write {platform: [switch, ps5]}")
        every = True
        for name, (key, wanted) in pairs(node).items():
            inside = [*where, name]
            if name not in member:
                unknown_variable(self.decoder, key, name, member, where)
                continue
            choices = wanted.value if isinstance(wanted, SequenceNode) else [wanted]
            before = len(self.decoder.problems)
            if not choices:
                self.decoder.problem(wanted, inside, "the list is empty")
            for choice in choices:
                self.decoder.cell(choice, inside)
                if member[name] is self.values.get(name) and len(self.decoder.problems) == before:
                    self._check(name, choice, inside)
            if len(self.decoder.problems) == before:
                every &= meaning(member[name]) in map(meaning, choices)
        return every


def meaning(node: Any) -> str:
    """A scalar's text, with `true` and `false` in their one spelling."""
    lower = node.value.lower()
    return lower if lower in {"true", "false"} and not node.style else str(node.value)


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
