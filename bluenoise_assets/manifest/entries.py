"""The entries of a manifest and of what it includes: their keys, and what they inherit from `defaults` and others."""

from itertools import islice
from typing import Any

from yaml.nodes import Node, ScalarNode

from bluenoise_assets.errors import MAX_PROBLEMS
from bluenoise_assets.manifest.decode import Decoder, Pairs, pairs
from bluenoise_assets.manifest.source import Source, file_of, is_null, line_and_column
from bluenoise_assets.manifest.template import has_template
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.annotations import keys_of, required_keys
from bluenoise_assets.spec.interpreter import MAX_NAMES_COMPARED, nearest, suggestion
from bluenoise_assets.spec.names import is_hidden

MANIFEST_KEYS = ("schema", "include", "output", "defaults", "textures", "shaders")
CONTENT_KEYS = ("textures", "defaults", "include")
"""A manifest without one of these says nothing."""
TEXTURE_KEYS = keys_of(TextureSpec)
ENTRY_KEYS = (*TEXTURE_KEYS, "extends", "matrix")
EXAMPLE = "write textures: {dither: {size: 64}}"


class Entries:
    """`entries` has those of all files by name, `own` their keys, `merged` these with what they inherit.

    `fixed` has the values that need no matrix, decoded once for all textures that take them. `lost` says that an
    included file could not be read, so that what is missing may stand there.
    """

    def __init__(self, decoder: Decoder, *, lost: bool) -> None:
        self.decoder = decoder
        self.lost = lost
        self.defaults: dict[str, tuple[Node, Node]] = {}
        self.entries: dict[str, tuple[Node, Node]] = {}
        self.own: dict[str, Pairs | None] = {}
        self.fixed: dict[tuple[int, str], Any] = {}
        self._merged: dict[str, Pairs | None] = {}
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
            if text in TEXTURE_KEYS:
                self.defaults[text] = key, value
                self._fix(text, value, where)
            else:
                hint = "it belongs into a texture" if text in ENTRY_KEYS else ""
                self.decoder.unknown_key(key, text, where, tuple(TEXTURE_KEYS), elsewhere=hint)

    def _fix(self, text: str, node: Node, where: list[str]) -> None:
        """Decode a value without templates once for all textures that take it, so that a mistake shows where it is."""
        if not has_template(node):
            self.fixed[id(node), text] = self.decoder.keyed(node, TEXTURE_KEYS[text], [*where, text])

    def _take_entries(self, at: Node, node: Node, *, complain: bool) -> None:
        entries = self.decoder.mapping(node, ["textures"])
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
                self._bases.add(str(own["extends"][1].value))

    def _own(self, name: str) -> Pairs | None:
        """The keys of an entry itself; None if it is no mapping."""
        key, node = self.entries[name]
        where = ["textures", name]
        own = self.decoder.mapping(node, where)
        if own is None:
            return None
        for text, (word, value) in own.items():
            if text in TEXTURE_KEYS:
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
        if not self.lost:  # else they may stand in what could not be read
            renamed = name in self._bases and is_hidden(f".{name}")
            hint = f"call it .{name} if it is only there to be extended" if renamed else ""
            self.decoder.complete(merged, TextureSpec, self.entries[name][0], ["textures", name], hint)
        return False

    def merged(self, name: str) -> Pairs | None:
        """The keys of an entry with those that it inherits; None after a problem with `extends`."""
        chain: dict[str, None] = {}
        base: str | None = name
        while base is not None and base not in self._merged and base not in chain:
            chain[base] = None
            base = self._base(base)
        above: Pairs | None = self.defaults
        if base is not None and base in self._merged:
            above = self._merged[base]
        elif base is not None:
            above = None
            self._report_cycle([*chain][[*chain].index(base) :])
        for entry in reversed(chain):
            own = self.own.get(entry)
            keys = {text: pair for text, pair in (own or {}).items() if text not in {"extends", "matrix"}}
            above = None if above is None or own is None else {**above, **keys}
            self._merged[entry] = above
        return self._merged[name]

    def _base(self, name: str) -> str | None:
        """The entry that another extends; None if there is none, itself (as merged, but broken) after a problem."""
        own = self.own[name]
        if own is None or "extends" not in own:
            return None
        node, where = own["extends"][1], ["textures", name, "extends"]
        if not isinstance(node, ScalarNode) or is_null(node):
            self.decoder.problem(node, where, f"expected the name of a texture, found {self.decoder.describe(node)}")
        elif node.value not in self.entries:
            if not self.lost:
                some = islice(self.entries, MAX_NAMES_COMPARED + 1)  # all are too many to look at for each entry
                few = len(self.decoder.problems) < MAX_PROBLEMS  # no more are shown
                hint = suggestion(node.value, [other for other in some if other != name]) if few else ""
                self.decoder.problem(node, where, f"there is no texture '{node.value}'", hint)
        else:
            return str(node.value)
        self._merged[name] = None
        return name

    def _report_cycle(self, cycle: list[str]) -> None:
        """One problem for a cycle, at its first entry in the file."""
        first = cycle.index(min(cycle, key=self._order.__getitem__))
        cycle = [*cycle[first:], *cycle[:first], cycle[first]]
        own = self.own[cycle[0]]
        assert own is not None
        text = f"a cycle of extends: {' -> '.join(cycle)}"
        self.decoder.problem(own["extends"][1], ["textures", cycle[0], "extends"], text, "remove one of them")
