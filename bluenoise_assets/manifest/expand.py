"""Checked YAML trees to a `Manifest`: defaults, `extends`, matrices and templates, then decoding."""

import hashlib
import itertools
import math
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.engines.outputs import output_files, outputs, problems
from bluenoise_assets.errors import Problem
from bluenoise_assets.manifest.decode import BAD, describe, keys_of, nearest, pairs, required_keys, suggestion
from bluenoise_assets.manifest.include import Reader
from bluenoise_assets.manifest.source import TEMPLATE, Source, file_of, is_null, line_and_column
from bluenoise_assets.spec import TextureSpec, Threshold, key_problems, misplaced_keys
from bluenoise_assets.spec.names import folded, identifier, is_hidden, name_problem

MANIFEST_KEYS = ("schema", "include", "output", "defaults", "textures", "shaders")
CONTENT_KEYS = ("textures", "defaults", "include")
"""A manifest without one of these says nothing."""
TEXTURE_KEYS = keys_of(TextureSpec)
ENTRY_KEYS = (*TEXTURE_KEYS, "extends", "matrix")
VARIANTS = {"supercompression": "ktx2", "dds_header": "dds"}
"""Keys that are about one format."""
MAX_TEXTURES = 10_000
MAX_COMBINATIONS_LISTED = 1000

Language = Literal["hlsl", "glsl", "wgsl", "godot"]
Pairs = dict[str, tuple[ScalarNode, Node]]


@dataclass(frozen=True)
class Manifest:
    """What one manifest asks for.

    `output` is absolute. `lines` gives each texture's line and column in the file. `inputs` are the file itself and
    those that it includes, in reading order; `sha256` is the hash of the bytes that were read, of all of them.
    """

    path: Path
    output: Path
    textures: tuple[TextureSpec, ...]
    shaders: tuple[Language, ...] = ()
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    sha256: str = ""
    inputs: tuple[Path, ...] = ()

    def problem(self, texture: str, text: str, hint: str = "") -> Problem:
        """A problem at one of its textures."""
        return Problem(str(self.path), *self.lines.get(texture, (1, 1)), texture, text, hint)


def expand(reader: Reader) -> Manifest:
    """The manifest that was read, with what comes from the files that it includes.

    Problems go to the reader's decoder; if there is one, the manifest is not what its author meant.
    """
    return _Expander(reader).manifest()


class _Expander:
    """One manifest and its includes on their way to a `Manifest`; problems gather in `decoder`.

    `entries` holds the entries of all files by name, `own` their keys, `merged` these with what they inherit.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.source = reader.files[-1]
        self.decoder = reader.decoder
        self.defaults: Pairs = {}
        self.entries: Pairs = {}
        self.own: dict[str, Pairs | None] = {}
        self.merged: dict[str, Pairs | None] = {}
        self.fixed: dict[tuple[int, str], Any] = {}

    def manifest(self) -> Manifest:
        output = Path()
        languages: tuple[Language, ...] = ()
        for source in self.reader.files:  # what the manifest itself says comes last, and counts most
            top = pairs(source.root)
            for text, (key, _) in top.items():
                if text not in MANIFEST_KEYS:
                    hint = "it belongs into a texture or into `defaults`" if text in TEXTURE_KEYS else ""
                    self.decoder.unknown_key(key, [], MANIFEST_KEYS, elsewhere=hint)
            output = self._output(source, top)
            languages = self._shaders(top)
            self._defaults(top)
            self._entries(source, top)
        for name in self.entries:
            self._merged(name)
        textures = self._textures()
        lines = {spec.name: line_and_column(key) for key, spec in textures}
        self._clashes(textures, languages)
        specs = tuple(spec for _, spec in textures)
        inputs = tuple(self.reader.inputs)
        return Manifest(self.source.path, output, specs, languages, lines, self._sha256(), inputs)

    def _sha256(self) -> str:
        """The hash of the manifest's bytes; if it includes others, of the hashes of all."""
        hashes = [source.sha256 for source in self.reader.files]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def _output(self, source: Source, top: Pairs) -> Path:
        folder = source.path.parent
        text: Any = "bluenoise"
        if "output" in top:
            node = top["output"][1]
            text = self.decoder.value(node, str, ["output"])
            if text is not BAD and (not text.strip() or not text.isprintable()):
                text = self.decoder.problem(node, ["output"], f"'{text}' is not a folder's name")
        return Path(os.path.realpath(folder / ("bluenoise" if text is BAD else text)))

    def _shaders(self, top: Pairs) -> tuple[Language, ...]:
        if "shaders" not in top:
            return ()
        node = top["shaders"][1]
        languages = self.decoder.value(node, tuple[Language, ...], ["shaders"])
        if languages is BAD:
            return ()
        if len(set(languages)) != len(languages):
            self.decoder.problem(node, ["shaders"], "a language is listed twice")
        return tuple(sorted(set(languages)))

    def _defaults(self, top: Pairs) -> None:
        if "defaults" not in top:
            return
        where = ["defaults"]
        found = self.decoder.mapping(top["defaults"][1], where) or {}
        for text, (key, node) in found.items():
            if text in TEXTURE_KEYS:
                self.defaults[text] = (key, node)
                self._fix(text, node, where)
            else:
                hint = "it belongs into a texture" if text in ENTRY_KEYS else ""
                self.decoder.unknown_key(key, where, tuple(TEXTURE_KEYS), elsewhere=hint)

    def _fix(self, text: str, node: Node, where: list[str]) -> None:
        """Decode a value without templates once for all textures that take it, so that a mistake shows where it is."""
        if not _has_template(node):
            self.fixed[id(node), text] = self.decoder.value(node, TEXTURE_KEYS[text], [*where, text])

    def _entries(self, source: Source, top: Pairs) -> None:
        """Take in the entries of a file."""
        example = "write textures: {dither: {size: 64}}"
        if "textures" not in top:
            meant = {nearest(text, MANIFEST_KEYS) for text in top if text not in MANIFEST_KEYS}
            if not any(key in top or key in meant for key in CONTENT_KEYS):
                self.decoder.problem(source.root, [], "the key 'textures' is missing", example)
            return
        at, node = top["textures"]
        entries = self.decoder.mapping(node, ["textures"])
        if entries is None:
            return
        if not entries and not source.problems:
            self.decoder.problem(at, ["textures"], "no texture is defined", example)
        for name, (key, value) in entries.items():
            if name in self.entries:
                other = self.entries[name][0]
                text = f"this name is already in {file_of(other)}:{line_and_column(other)[0]}"
                self.decoder.problem(key, ["textures", name], text, "rename one of them")
            self.entries[name] = key, value
            self.own[name] = self._own(name)

    def _textures(self) -> list[tuple[ScalarNode, TextureSpec]]:
        """The textures that the manifest itself defines, each with the key of its entry."""
        textures: list[tuple[ScalarNode, TextureSpec]] = []
        for name, (key, _) in self.entries.items():
            if is_hidden(name) or file_of(key) != str(self.source.path):
                continue
            before = len(self.decoder.problems)
            textures += self._entry(name)
            self._name_the_heir(key, before)
            if len(textures) > MAX_TEXTURES:
                text = f"more than {MAX_TEXTURES} textures"
                self.decoder.problem(key, ["textures", name], text, "split the manifest")
                break
        return textures

    def _name_the_heir(self, key: ScalarNode, before: int) -> None:
        """Add to new problems in included files which entry of this manifest brings them about."""
        problems = self.decoder.problems
        for index in range(before, len(problems)):
            if problems[index].file != file_of(key):
                heir = f"{file_of(key)}:{line_and_column(key)[0]}"
                problems[index] = replace(problems[index], text=f"{problems[index].text} (inherited in {heir})")

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
                self.decoder.unknown_key(word, where, ENTRY_KEYS, elsewhere=hint)
        if not name:
            self.decoder.problem(key, ["textures"], "the name is empty")
            return None
        return own

    def _entry(self, name: str) -> list[tuple[ScalarNode, TextureSpec]]:
        key, _ = self.entries[name]
        own, where = self.own[name], ["textures", name]
        if own is None:
            return []
        merged = self._merged(name)
        complete = merged is not None and self._complete(name, merged)
        textures = []
        for member in self._members(own, where) or []:
            resolved = self._text(key, member, where)
            if resolved is None:
                break
            problem = name_problem(resolved)
            if problem:
                self.decoder.problem(key, ["textures", resolved], *problem)
            values = {
                text: self._value(text, node, member, resolved)
                for text, (_, node) in (own if merged is None else merged).items()
                if text in TEXTURE_KEYS
            }
            if problem:
                continue
            if complete and not any(value is BAD for value in values.values()):
                self._fit(values, own, merged or {}, ["textures", resolved])
            if complete and not any(value is BAD for value in values.values()):
                textures.append((key, TextureSpec(resolved, **values)))
            else:  # only its name counts, for clashes
                textures.append((key, TextureSpec(resolved, (1, 1))))
        return textures

    def _complete(self, name: str, merged: Pairs) -> bool:
        """Whether an entry has all required keys."""
        if all(text in merged for text in required_keys(TextureSpec)):
            return True
        if not self.reader.lost:  # else they may stand in what could not be read
            bases = [own["extends"][1] for own in self.own.values() if own and "extends" in own]
            renamed = any(node.value == name for node in bases) and is_hidden(f".{name}")
            hint = f"call it .{name} if it is only there to be extended" if renamed else ""
            self.decoder.complete(merged, TextureSpec, self.entries[name][0], ["textures", name], hint)
        return False

    def _fit(self, values: dict[str, Any], own: Pairs, merged: Pairs, where: list[str]) -> None:
        """Check keys against each other: `BAD` for what does not fit; an inherited one without effect is dropped."""
        for text, problem in misplaced_keys(values.get("objective", Threshold())).items():
            if text in own:
                values[text] = self.decoder.problem(own[text][0], [*where, text], problem, "remove it")
            else:
                values.pop(text, None)
        if any(value is BAD for value in values.values()):
            return
        unchecked = TextureSpec.unchecked(where[-1], values)
        found = list(key_problems(unchecked))
        if not any(text == "bits" for text, _, _ in found):  # else there is no telling what engines would get
            found += problems(unchecked)
        for text, problem, hint in found:
            node = next(merged[name][1] for name in (text, "encoding", "size") if name in merged)
            values[text] = self.decoder.problem(node, [*where, text], problem, hint)
        if values.get("formats") == () and not values.get("engines"):
            values["formats"] = self.decoder.problem(merged["formats"][1], [*where, "formats"], "the list is empty")
        about_formats = {text: form for text, form in VARIANTS.items() if text in own}
        if not about_formats or any(value is BAD for value in values.values()):
            return
        written = {output.what for output in outputs(TextureSpec(where[-1], **values), ())}
        for text, form in about_formats.items():
            if form not in written:
                problem = f"has no effect: no {form} file is written"
                values[text] = self.decoder.problem(own[text][0], [*where, text], problem, "remove it")

    def _value(self, text: str, node: Node, member: dict[str, ScalarNode], name: str) -> Any:
        """The value of a texture's key for one combination of its matrix, or `BAD`."""
        if (id(node), text) in self.fixed:
            return self.fixed[id(node), text]
        where = ["textures", name, text]
        filled = self._substitute(node, member, where)
        return BAD if filled is None else self.decoder.value(filled, TEXTURE_KEYS[text], where)

    def _merged(self, name: str) -> Pairs | None:
        """The keys of an entry with those that it inherits; None after a problem with `extends`."""
        chain: dict[str, None] = {}
        base: str | None = name
        while base is not None and base not in self.merged and base not in chain:
            chain[base] = None
            base = self._base(base)
        above: Pairs | None = self.defaults
        if base is not None and base in self.merged:
            above = self.merged[base]
        elif base is not None:
            above = None
            self._report_cycle([*chain][[*chain].index(base) :])
        for entry in reversed(chain):
            own = self.own.get(entry)
            keys = {text: pair for text, pair in (own or {}).items() if text not in {"extends", "matrix"}}
            above = None if above is None or own is None else {**above, **keys}
            self.merged[entry] = above
        return self.merged[name]

    def _base(self, name: str) -> str | None:
        """The entry that another extends; None if there is none, itself (as merged, but broken) after a problem."""
        own = self.own[name]
        if own is None or "extends" not in own:
            return None
        node, where = own["extends"][1], ["textures", name, "extends"]
        if not isinstance(node, ScalarNode) or is_null(node):
            self.decoder.problem(node, where, f"expected the name of a texture, found {describe(node)}")
        elif node.value not in self.entries:
            others = [other for other in self.entries if other != name]
            if not self.reader.lost:
                self.decoder.problem(node, where, f"there is no texture '{node.value}'", suggestion(node.value, others))
        else:
            return str(node.value)
        self.merged[name] = None
        return name

    def _report_cycle(self, cycle: list[str]) -> None:
        """One problem for a cycle, at its first entry in the file."""
        order = {name: index for index, name in enumerate(self.entries)}
        first = cycle.index(min(cycle, key=order.__getitem__))
        cycle = [*cycle[first:], *cycle[:first], cycle[first]]
        own = self.own[cycle[0]]
        assert own is not None
        text = f"a cycle of extends: {' -> '.join(cycle)}"
        self.decoder.problem(own["extends"][1], ["textures", cycle[0], "extends"], text, "remove one of them")

    def _members(self, own: Pairs, where: list[str]) -> list[dict[str, ScalarNode]] | None:
        """The combinations of an entry's matrix; one empty combination if it has none; None after a problem."""
        if "matrix" not in own:
            return [{}]
        key, node = own["matrix"]
        where = [*where, "matrix"]
        before = len(self.decoder.problems)
        found = self.decoder.mapping(node, where)
        axes = self._axes(found or {}, where)
        if found is None or len(self.decoder.problems) > before:
            return None
        if not axes and "include" not in found:
            self.decoder.problem(key, where, "the matrix has no variable", "write matrix: {size: [32, 64]}")
            return None
        if math.prod(len(values) for values in axes.values()) > MAX_TEXTURES:
            self.decoder.problem(key, where, f"the matrix has more than {MAX_TEXTURES} combinations")
            return None
        products = itertools.product(*axes.values()) if axes else ()
        members = [dict(zip(axes, values, strict=True)) for values in products]
        members = self._exclude(members, found, axes, [*where, "exclude"])
        members = self._include(members, found, axes, [*where, "include"])
        if len(self.decoder.problems) > before:
            return None
        if not members:
            self.decoder.problem(key, where, "every combination is excluded")
        return members

    def _axes(self, found: Pairs, where: list[str]) -> dict[str, list[ScalarNode]]:
        """The variables of a matrix and their values."""
        axes: dict[str, list[ScalarNode]] = {}
        for variable, (name, values) in found.items():
            if variable in {"include", "exclude"}:
                continue
            inside = [*where, variable]
            if not TEMPLATE.fullmatch(f"{{{variable}}}"):
                text = f"'{variable}' cannot be a matrix variable"
                self.decoder.problem(name, where, text, "use letters, digits and _")
            elif not isinstance(values, SequenceNode):
                hint = f"write [{values.value}]" if isinstance(values, ScalarNode) and not is_null(values) else ""
                self.decoder.problem(values, inside, f"expected a list of values, found {describe(values)}", hint)
            elif not values.value:
                self.decoder.problem(values, inside, "the list is empty")
            else:
                axes[variable] = values.value
                seen = set()
                for value in values.value:
                    self.decoder.cell(value, inside)
                    if isinstance(value, ScalarNode) and value.value in seen:
                        self.decoder.problem(value, inside, f"the value {value.value} is listed twice")
                    seen.add(str(value.value))
        return axes

    def _exclude(
        self, members: list[dict[str, ScalarNode]], found: Pairs, axes: Collection[str], where: list[str]
    ) -> list[dict[str, ScalarNode]]:
        for chosen, at in self._combinations(found, where):
            unknown = [variable for variable in chosen if variable not in axes]
            for variable in unknown:
                self.decoder.unknown_key(at[variable], where, axes)
            kept = [member for member in members if not _matches(member, chosen)]
            if len(kept) == len(members) and not unknown:
                self.decoder.problem(next(iter(at.values())), where, "this matches no combination")
            members = kept
        return members

    def _include(
        self, members: list[dict[str, ScalarNode]], found: Pairs, axes: Collection[str], where: list[str]
    ) -> list[dict[str, ScalarNode]]:
        known = {_texts(member) for member in members}
        added = []
        for chosen, at in self._combinations(found, where):
            variables = axes or chosen
            first = next(iter(at.values()))
            for variable in chosen:
                if variable not in variables:
                    self.decoder.unknown_key(at[variable], where, variables)
            for variable in variables:
                if variable not in chosen:
                    self.decoder.problem(first, where, f"a value for '{variable}' is missing")
            if _texts(chosen) in known:
                self.decoder.problem(first, where, "the matrix has this combination already")
            known.add(_texts(chosen))
            added.append(chosen)
        return members + added

    def _combinations(
        self, matrix: Pairs, where: list[str]
    ) -> Iterator[tuple[dict[str, ScalarNode], dict[str, ScalarNode]]]:
        """The mappings of `include` or `exclude`, and the nodes of their keys."""
        if where[-1] not in matrix:
            return
        node = matrix[where[-1]][1]
        if not isinstance(node, SequenceNode):
            self.decoder.problem(node, where, f"expected a list of combinations, found {describe(node)}")
            return
        if len(node.value) > MAX_COMBINATIONS_LISTED:
            self.decoder.problem(node, where, f"more than {MAX_COMBINATIONS_LISTED} combinations")
            return
        for item in node.value:
            if not isinstance(item, MappingNode) or not item.value:
                self.decoder.problem(item, where, f"expected a combination of values, found {describe(item)}")
                continue
            before = len(self.decoder.problems)
            for text, (_, value) in pairs(item).items():
                self.decoder.cell(value, [*where, text])
            if len(self.decoder.problems) == before:
                found = pairs(item).items()
                yield (
                    {text: cast("ScalarNode", value) for text, (_, value) in found},
                    {text: key for text, (key, _) in found},
                )

    def _text(self, node: ScalarNode, member: dict[str, ScalarNode], where: list[str]) -> str | None:
        """A text with its templates filled in; None after a problem."""
        for found in TEMPLATE.finditer(node.value):
            if found[1] not in member:
                hint = suggestion(found[1], member) if member else "add a matrix"
                self.decoder.problem(node, where, f"there is no matrix variable '{found[1]}'", hint)
                return None
        return TEMPLATE.sub(lambda found: str(member[found[1]].value), node.value)

    def _substitute(self, node: Node, member: dict[str, ScalarNode], where: list[str]) -> Node | None:
        """A node with its templates filled in; `{name}` alone becomes the matrix value with its type.

        None after a problem.
        """
        if isinstance(node, SequenceNode):
            items = [self._substitute(item, member, where) for item in node.value]
            whole = SequenceNode("", items, node.start_mark, node.end_mark, node.flow_style)
            return None if None in items else whole
        if isinstance(node, MappingNode):
            inside = [(key, self._substitute(value, member, [*where, key.value])) for key, value in node.value]
            mapping = MappingNode("", inside, node.start_mark, node.end_mark, node.flow_style)
            return None if any(value is None for _, value in inside) else mapping
        assert isinstance(node, ScalarNode)
        if not TEMPLATE.search(node.value):
            return node
        text = self._text(node, member, where)
        if text is None:
            return None
        variable = TEMPLATE.fullmatch(node.value)
        if variable:
            return member[variable[1]]
        return ScalarNode("", text, node.start_mark, node.end_mark, style='"')

    def _clashes(self, textures: list[tuple[ScalarNode, TextureSpec]], languages: tuple[Language, ...]) -> None:
        """Two textures must not write one file, nor one identifier in shaders, on any disk."""
        files: dict[str, str] = {}
        folders: dict[str, str] = {}
        identifiers: dict[str, str] = {}
        names: dict[str, ScalarNode] = {}
        for key, spec in textures:
            where = ["textures", spec.name]
            if names.get(spec.name) is key:
                hint = "use each matrix variable in the name, as in dither_{size}"
                self.decoder.problem(key, where, "two textures of this matrix have the same name", hint)
                continue
            names[spec.name] = key
            for file in output_files(spec, languages):
                text, hint = _claim(file, spec.name, files, folders)
                if text:
                    self.decoder.problem(key, where, text, hint)
                    break
            if languages or spec.engines or {"h", "cs"}.intersection(spec.formats):
                word = identifier(spec.name)
                other = identifiers.setdefault(word, spec.name)
                if other != spec.name and folded(other) != folded(spec.name):
                    text = f"its name in shaders, {word}, is also that of '{other}'"
                    self.decoder.problem(key, where, text, "rename one of them")


def _claim(file: str, name: str, files: dict[str, str], folders: dict[str, str]) -> tuple[str, str]:
    """Note who writes a file, and which folders that needs; what is wrong with it, and a hint."""
    whole = folded(file)
    parts = whole.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    if whole in files:
        other = files[whole]
        alike = "some disks take these two names for one" if other != name else "rename one of them"
        return f"the file {file} is also written by '{other}'", alike
    if whole in folders:
        return f"the file {file} is also a folder, that of '{folders[whole]}'", "rename one of them"
    for folder in above:
        if folder in files:
            return f"its folder {folder} is also a file, that of '{files[folder]}'", "rename one of them"
    files[whole] = name
    folders.update(dict.fromkeys(above, name))
    return "", ""


def _matches(member: dict[str, ScalarNode], chosen: dict[str, ScalarNode]) -> bool:
    return all(variable in member and member[variable].value == node.value for variable, node in chosen.items())


def _texts(member: dict[str, ScalarNode]) -> frozenset[tuple[str, str]]:
    return frozenset((variable, node.value) for variable, node in member.items())


def _has_template(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return TEMPLATE.search(node.value) is not None
    if isinstance(node, MappingNode):
        return any(_has_template(value) for _, value in node.value)
    return any(_has_template(item) for item in node.value)
