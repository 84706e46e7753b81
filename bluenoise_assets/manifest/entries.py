"""The entries of a manifest and of what it includes: their keys, and what they inherit from `defaults` and others."""

import itertools
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import MAX_PROBLEMS
from bluenoise_assets.manifest.decode import Decoder, Pairs, pairs
from bluenoise_assets.manifest.source import Source, file_of, is_null, line_and_column
from bluenoise_assets.manifest.template import has_template
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.annotations import keys_of, required_keys
from bluenoise_assets.spec.interpreter import MAX_NAMES_COMPARED, nearest, suggestion
from bluenoise_assets.spec.names import is_hidden

MANIFEST_KEYS = ("schema", "include", "variables", "output", "defaults", "textures", "shaders")
CONTENT_KEYS = ("textures", "defaults", "include", "variables")
"""A manifest without one of these says nothing."""
TEXTURE_KEYS = keys_of(TextureSpec)
DEFAULT_KEYS = (*TEXTURE_KEYS, "enabled")
ENTRY_KEYS = (*DEFAULT_KEYS, "extends", "matrix")
EXAMPLE = "write textures: {dither: {size: 64}}"


class Entries:
    """`entries` has those of all files by name, `own` their keys, `merged` these with what they inherit.

    `fixed` has the values without templates, decoded once for all textures that take them.
    """

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.defaults: dict[str, tuple[Node, Node]] = {}
        self.entries: dict[str, tuple[Node, Node]] = {}
        self.own: dict[str, Pairs | None] = {}
        self.fixed: dict[tuple[int, str], Any] = {}
        self._inherited: dict[str, Pairs | None] = {}
        self._bases: set[str] = set()
        self._order: dict[str, int] = {}

    def take(self, source: Source) -> None:
        """Take in the defaults and the entries of a file; those it includes come before it."""
        top = pairs(source.root)
        if "defaults" in top:
            self._take_defaults(top["defaults"][1])
        if "textures" in top:
            self._take_entries(*top["textures"], complain=not source.problems)
            return
        meant = {nearest(text, MANIFEST_KEYS) for text in top if text not in MANIFEST_KEYS}
        if not any(key in top or key in meant for key in CONTENT_KEYS):
            self.decoder.problem(source.root, [], "the key 'textures' is missing", EXAMPLE)

    def _take_defaults(self, node: Node) -> None:
        where = ["defaults"]
        found = self.decoder.mapping(node, where) or {}
        for text, (key, value) in found.items():
            if text in DEFAULT_KEYS:
                self.defaults[text] = key, value
                self._fix(text, value, where)
            else:
                hint = "it belongs into a texture" if text in ENTRY_KEYS else ""
                self.decoder.unknown_key(key, text, where, DEFAULT_KEYS, elsewhere=hint)

    def _fix(self, text: str, node: Node, where: list[str]) -> None:
        """Decode a value without templates once for all textures that take it, so that a mistake shows where it is."""
        if has_template(node):
            return
        if text in TEXTURE_KEYS:
            self.fixed[id(node), text] = self.decoder.keyed(node, TEXTURE_KEYS[text], [*where, text])
        elif not isinstance(node, MappingNode):  # a condition is about variables, which a matrix may have, too
            self.decoder.scalar(node, bool, [*where, text])

    def _take_entries(self, at: Node, node: Node, *, complain: bool) -> None:
        entries = self.decoder.mapping(node, ["textures"], _example(node))
        if entries is None:
            return
        if not entries and complain:
            self.decoder.problem(at, ["textures"], "no texture is defined", EXAMPLE)
        for name, (key, value) in entries.items():
            if name in self.entries:
                other = self.entries[name][0]
                text = f"this name is already in {file_of(other)}:{line_and_column(other)[0]}"
                self.decoder.problem(key, ["textures", name], text, "rename one of them")
            self.entries[name] = key, value
            self._order[name] = len(self._order)
            self.own[name] = own = self._own(name)
            if own and "extends" in own:
                self._bases |= {str(base.value) for base in _listed(own["extends"][1])}

    def _own(self, name: str) -> Pairs | None:
        """The keys of an entry itself; None if it is no mapping."""
        key, node = self.entries[name]
        where = ["textures", name]
        own = self.decoder.mapping(node, where)
        if own is None:
            return None
        for text, (word, value) in own.items():
            if text in DEFAULT_KEYS:
                self._fix(text, value, where)
            elif text == "matrix" and is_hidden(name):
                problem = "has no effect in an entry that is never built"
                self.decoder.problem(word, [*where, text], problem, "put it into the texture that extends this")
            elif text not in ENTRY_KEYS:
                hint = "it belongs to the top of the manifest" if text in MANIFEST_KEYS else ""
                hint = f"{hint}, or into `matrix`" if text == "include" else hint
                self.decoder.unknown_key(word, text, where, ENTRY_KEYS, elsewhere=hint)
        if not name:
            self.decoder.problem(key, ["textures"], "the name is empty")
            return None
        return own

    def is_complete(self, name: str, merged: Pairs) -> bool:
        """Whether an entry has all required keys."""
        if all(text in merged for text in required_keys(TextureSpec)):
            return True
        if not self.decoder.lost:  # else they may stand in what could not be read
            renamed = name in self._bases and is_hidden(f".{name}")
            hint = f"call it .{name} if it is only there to be extended" if renamed else ""
            self.decoder.complete(merged, TextureSpec, self.entries[name][0], ["textures", name], hint)
        return False

    def merged(self, name: str) -> Pairs | None:
        """The keys of an entry with those that it inherits; None after a problem with `extends`."""
        self.resolve(name)
        found = self._inherited[name]
        return None if found is None else {**self.defaults, **found}

    def resolve(self, name: str) -> None:
        """Work out what an entry inherits from other entries, in a loop: a chain can be thousands long."""
        if name in self._inherited:
            return
        bases = {name: self._bases_of(name)}  # of entries of which each is extended by the one before it
        rest = [iter(bases[name])]
        while rest:
            entry = next(reversed(bases))
            base = next((base for base in rest[-1] if base not in self._inherited), None)
            if base is None:
                if entry not in self._inherited:
                    self._inherited[entry] = self._with_bases(entry, bases[entry])
                bases.popitem()
                rest.pop()
            elif base in bases:
                above = itertools.takewhile(lambda other: other != base, reversed(bases))  # noqa: B023 - used at once
                self._report_cycle([base, *reversed([*above])])
            else:
                bases[base] = self._bases_of(base)
                rest.append(iter(bases[base]))

    def _with_bases(self, name: str, bases: list[str]) -> Pairs | None:
        """The keys of an entry behind those of the entries that it extends, the later the more they count."""
        own = self.own[name]
        if own is None:
            return None
        keys: dict[str, tuple[Node, Node]] = {}
        for base in bases:
            inherited = self._inherited[base]
            if inherited is None:
                return None
            keys |= inherited
        return keys | {text: pair for text, pair in own.items() if text not in {"extends", "matrix"}}

    def _bases_of(self, name: str) -> list[str]:
        """The entries that another extends; none, and it inherits None, after a problem."""
        own = self.own[name]
        if own is None or "extends" not in own:
            return []
        where = ["textures", name, "extends"]
        bases: list[str] = []
        wrong = False
        for node in _listed(own["extends"][1]):
            wrong |= not self._is_base(node, name, where)
            if node.value in bases:
                self.decoder.problem(node, where, f"'{node.value}' is listed twice", "remove it")
            bases.append(node.value)
        if wrong or not bases:
            self._inherited[name] = None
            if not bases:
                self.decoder.problem(own["extends"][1], where, "the list is empty", "remove it")
            return []
        return bases

    def _is_base(self, node: Node, name: str, where: list[str]) -> bool:
        """Whether a node names an entry."""
        if not isinstance(node, ScalarNode) or is_null(node):
            self.decoder.problem(node, where, f"expected the name of a texture, found {self.decoder.describe(node)}")
            return False
        if node.value in self.entries:
            return True
        if not self.decoder.lost:
            some = itertools.islice(self.entries, MAX_NAMES_COMPARED + 1)  # all are too many to look at for each entry
            few = len(self.decoder.problems) < MAX_PROBLEMS  # no more are shown
            hint = suggestion(node.value, [other for other in some if other != name]) if few else ""
            self.decoder.problem(node, where, f"there is no texture '{node.value}'", hint)
        return False

    def _report_cycle(self, cycle: list[str]) -> None:
        """One problem for a cycle, at its first entry in the file; none of it inherits anything."""
        self._inherited |= dict.fromkeys(cycle)
        first = cycle.index(min(cycle, key=self._order.__getitem__))
        cycle = [*cycle[first:], *cycle[:first], cycle[first]]
        own = self.own[cycle[0]]
        assert own is not None
        at = next(node for node in _listed(own["extends"][1]) if node.value == cycle[1])
        text = f"a cycle of extends: {' -> '.join(cycle)}"
        self.decoder.problem(at, ["textures", cycle[0], "extends"], text, "remove one of them")


def _example(node: Node) -> str:
    """How to write a texture that stands in a list."""
    first = node.value[0] if isinstance(node, SequenceNode) and node.value else None
    own = pairs(first) if isinstance(first, MappingNode) else {}
    name = own["name"][1].value if "name" in own else getattr(first, "value", None)
    keys = "{...}" if own else "{size: 64}"
    return f"a texture's name is its key: textures: {{{name if isinstance(name, str) else 'dither'}: {keys}}}"


def _listed(node: Node) -> list[Node]:
    """The nodes of a list, or one alone."""
    return node.value if isinstance(node, SequenceNode) else [node]
