"""A checked YAML tree to a `Manifest`: defaults, `extends`, matrices and templates, then decoding."""

import itertools
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.manifest.decode import (
    _YAML_BOOLEANS,
    BAD,
    Decoder,
    describe,
    is_null,
    is_plain,
    keys_of,
    pairs,
    suggestion,
)
from bluenoise_assets.manifest.source import TEMPLATE, Source, line_and_column, read_source
from bluenoise_assets.names import folded, identifier, name_problem
from bluenoise_assets.spec import TextureSpec, output_files

SCHEMA = 1
MANIFEST_KEYS = ("schema", "output", "defaults", "textures", "shaders")
MAX_TEXTURES = 10_000
SUFFIXES = (".yaml", ".yml")

Language = Literal["hlsl", "glsl"]
Pairs = dict[str, tuple[ScalarNode, Node]]


@dataclass(frozen=True)
class Manifest:
    """What one manifest asks for.

    `output` is absolute. `lines` gives each texture's line and column in the file, `sha256` the hash of the bytes
    that were read.
    """

    path: Path
    output: Path
    textures: tuple[TextureSpec, ...]
    shaders: tuple[Language, ...] = ()
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    sha256: str = ""

    def problem(self, texture: str, text: str, hint: str = "") -> Problem:
        """A problem at one of its textures."""
        return Problem(str(self.path), *self.lines.get(texture, (1, 1)), texture, text, hint)


def find_manifests(paths: list[Path]) -> list[Path]:
    """The manifests that files and folders stand for; a folder means its *.yaml and *.yml, not below.

    Raises `ManifestError` for a path that does not exist and for a folder without a manifest.
    """
    found: dict[Path, Path] = {}
    problems = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")
            )
            if not inside:
                hint = "`bluenoise-assets init` writes a first one"
                text = "the folder holds no manifest (*.yaml, *.yml)"
                problems.append(Problem(str(path), 1, 1, "manifest", text, hint))
            for entry in inside:
                found.setdefault(entry.resolve(), entry)
        else:
            found.setdefault(path.resolve(), path)
    if problems:
        raise ManifestError(problems)
    return list(found.values())


def load_manifest(path: Path | str) -> Manifest:
    """Read a manifest. Raises `ManifestError` with every problem of the file."""
    source = read_source(Path(path))
    expander = _Expander(source)
    manifest = expander.manifest()
    if expander.decoder.problems:
        raise ManifestError(sorted(expander.decoder.problems))
    return manifest


def load_manifests(paths: list[Path]) -> tuple[list[Manifest], list[Problem]]:
    """Read several manifests: the good ones, and the problems of all others."""
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            manifests.append(load_manifest(path))
        except ManifestError as error:
            problems += error.problems
    return manifests, problems


class _Expander:
    """One file on its way to a `Manifest`; problems gather in `decoder`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.decoder = Decoder(source.path)
        self.entries: Pairs = {}
        self.defaults: Pairs = {}

    def manifest(self) -> Manifest:
        top = pairs(self.source.root)
        self._schema_version(top)
        for text, (key, _) in top.items():
            if text not in MANIFEST_KEYS:
                self.decoder.unknown_key(key, [], MANIFEST_KEYS)
        output = self._output(top)
        languages = self._shaders(top)
        self._defaults(top)
        textures = self._textures(top)
        lines = {spec.name: line_and_column(key) for key, spec in textures}
        self._clashes(textures, languages)
        return Manifest(
            self.source.path,
            output,
            tuple(spec for _, spec in textures),
            languages,
            lines,
            self.source.sha256,
        )

    def _schema_version(self, top: Pairs) -> None:
        if "schema" not in top:
            self.decoder.problem(self.source.root, [], "the key 'schema' is missing", "start with `schema: 1`")
            return
        node = top["schema"][1]
        version = self.decoder.value(node, int, ["schema"])
        if version is not BAD and version != SCHEMA:
            hint = "a newer bluenoise-assets may read it" if version > SCHEMA else "write schema: 1"
            text = f"version {version} is not known; this program reads version {SCHEMA}"
            self.decoder.problem(node, ["schema"], text, hint)
        if version is BAD or version != SCHEMA:
            raise ManifestError(sorted(self.decoder.problems))  # other keys may mean other things there

    def _output(self, top: Pairs) -> Path:
        folder = self.source.path.parent
        text: Any = "bluenoise"
        if "output" in top:
            node = top["output"][1]
            text = self.decoder.value(node, str, ["output"])
            if text is not BAD and (not text.strip() or any(ord(character) < 32 for character in text)):
                text = self.decoder.problem(node, ["output"], f"{text!r} is not a folder's name")
        return (folder / ("bluenoise" if text is BAD else text)).resolve()

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
        """Check `defaults` on its own, so that a mistake shows there and not in each texture."""
        if "defaults" not in top:
            return
        found = self.decoder.mapping(top["defaults"][1], ["defaults"])
        known = keys_of(TextureSpec)
        for text, (key, node) in (found or {}).items():
            if text not in known:
                self.decoder.unknown_key(key, ["defaults"], known)
                continue
            self.defaults[text] = (key, node)
            if not _has_template(node):
                self.decoder.value(node, known[text], ["defaults", text])

    def _textures(self, top: Pairs) -> list[tuple[ScalarNode, TextureSpec]]:
        if "textures" not in top:
            text = "the key 'textures' is missing"
            self.decoder.problem(self.source.root, [], text, "textures: {dither: {size: 64}}")
            return []
        key, node = top["textures"]
        entries = self.decoder.mapping(node, ["textures"])
        if entries is None:
            return []
        if not entries:
            self.decoder.problem(key, ["textures"], "no texture is defined", "textures: {dither: {size: 64}}")
        self.entries = entries
        textures: list[tuple[ScalarNode, TextureSpec]] = []
        for name in entries:
            textures += self._entry(name)
            if len(textures) > MAX_TEXTURES:
                text = f"more than {MAX_TEXTURES} textures"
                self.decoder.problem(entries[name][0], ["textures", name], text, "split the manifest")
                break
        return textures

    def _entry(self, name: str) -> list[tuple[ScalarNode, TextureSpec]]:
        key, node = self.entries[name]
        where = ["textures", name]
        own = self.decoder.mapping(node, where)
        if own is None:
            return []
        if not name:
            self.decoder.problem(key, ["textures"], "the name is empty")
            return []
        inherited = self._inherited(name, [])
        if inherited is None:
            return []
        merged = {**self.defaults, **inherited, **own}
        merged.pop("matrix", None)
        merged.pop("extends", None)
        members = self._members(own, where)
        if members is None:
            return []
        textures = []
        for member in members:
            resolved = self._text(key, member, where)
            if resolved is None:
                break
            substituted = {
                text: (pair[0], self._substitute(pair[1], member, [*where, text])) for text, pair in merged.items()
            }
            place = ["textures", resolved]
            problem = name_problem(resolved)
            if problem:
                self.decoder.problem(key, place, *problem)
            spec = self.decoder.fields(substituted, TextureSpec, key, place, name=resolved)
            if spec is not BAD and not problem:
                textures.append((key, spec))
        return textures

    def _inherited(self, name: str, chain: list[str]) -> Pairs | None:
        """The keys that an entry takes through `extends`, without its own; None after a problem."""
        own = self.decoder.mapping(self.entries[name][1], ["textures", name])
        if own is None or "extends" not in own:
            return {} if own is not None else None
        node, where = own["extends"][1], ["textures", name, "extends"]
        if not isinstance(node, ScalarNode) or is_null(node):
            self.decoder.problem(node, where, f"expected the name of a texture, found {describe(node)}")
            return None
        base = node.value
        if base not in self.entries:
            others = [other for other in self.entries if other != name]
            self.decoder.problem(node, where, f"there is no texture '{base}'", suggestion(base, others))
            return None
        chain = [*chain, name]
        if base in chain:
            if base == chain[0]:  # reported once, by those that are in the cycle
                cycle = " -> ".join([*chain, base])
                self.decoder.problem(node, where, f"a cycle of extends: {cycle}", "remove one of them")
            return None
        above = self._inherited(base, chain)
        base_own = self.decoder.mapping(self.entries[base][1], ["textures", base])
        if above is None or base_own is None:
            return None
        taken = {**above, **base_own}
        taken.pop("matrix", None)
        taken.pop("extends", None)
        return taken

    def _members(self, own: Pairs, where: list[str]) -> list[dict[str, ScalarNode]] | None:
        """The combinations of an entry's matrix; one empty combination if it has none; None after a problem."""
        if "matrix" not in own:
            return [{}]
        key, node = own["matrix"]
        where = [*where, "matrix"]
        found = self.decoder.mapping(node, where)
        before = len(self.decoder.problems)
        axes: dict[str, list[ScalarNode]] = {}
        for variable, (name, values) in (found or {}).items():
            if variable in {"include", "exclude"}:
                continue
            if not TEMPLATE.fullmatch(f"{{{variable}}}"):
                text = f"'{variable}' cannot be a matrix variable"
                self.decoder.problem(name, where, text, "use letters, digits and _")
            elif not isinstance(values, SequenceNode) or not values.value:
                text = f"expected a list of values, found {describe(values)}"
                if isinstance(values, SequenceNode):
                    text = "the list is empty"
                self.decoder.problem(values, [*where, variable], text)
            else:
                axes[variable] = [self._cell(value, [*where, variable]) for value in values.value]
        if found is None or len(self.decoder.problems) > before:
            return None
        if not axes and "include" not in found:
            self.decoder.problem(key, where, "the matrix has no variable", "matrix: {size: [32, 64]}")
            return None
        if math.prod(len(values) for values in axes.values()) > MAX_TEXTURES:
            self.decoder.problem(key, where, f"the matrix has more than {MAX_TEXTURES} combinations")
            return None
        products = itertools.product(*axes.values()) if axes else ()
        members = [dict(zip(axes, values, strict=True)) for values in products]
        for chosen, at in self._combinations(found, "exclude", where):
            unknown = [variable for variable in chosen if variable not in axes]
            for variable in unknown:
                self.decoder.unknown_key(at[variable], [*where, "exclude"], axes)
            kept = [member for member in members if not _matches(member, chosen)]
            if len(kept) == len(members) and not unknown and chosen:
                place = next(iter(at.values()))
                self.decoder.problem(place, [*where, "exclude"], "this matches no combination")
            members = kept
        for chosen, at in self._combinations(found, "include", where):
            variables = axes or chosen
            for variable in chosen:
                if variable not in variables:
                    self.decoder.unknown_key(at[variable], [*where, "include"], variables)
            for variable in variables:
                if variable not in chosen:
                    place = next(iter(at.values()), found["include"][0])
                    self.decoder.problem(place, [*where, "include"], f"a value for '{variable}' is missing")
            members.append(chosen)
        if len(self.decoder.problems) > before:
            return None
        if not members:
            self.decoder.problem(key, where, "every combination is excluded")
        return members

    def _combinations(
        self, matrix: Pairs, which: str, where: list[str]
    ) -> list[tuple[dict[str, ScalarNode], dict[str, ScalarNode]]]:
        """The mappings of `include` or `exclude`, and the nodes of their keys."""
        if which not in matrix:
            return []
        node = matrix[which][1]
        where = [*where, which]
        if not isinstance(node, SequenceNode):
            self.decoder.problem(node, where, f"expected a list of combinations, found {describe(node)}")
            return []
        combinations = []
        for item in node.value:
            if not isinstance(item, MappingNode) or not item.value:
                self.decoder.problem(item, where, f"expected a combination of values, found {describe(item)}")
                continue
            found = pairs(item)
            values = {text: self._cell(value, [*where, text]) for text, (_, value) in found.items()}
            combinations.append((values, {text: key for text, (key, _) in found.items()}))
        return combinations

    def _cell(self, node: Node, where: list[str]) -> ScalarNode:
        """A matrix value: a number, true, false or a text whose meaning nobody can mistake."""
        if not isinstance(node, ScalarNode) or is_null(node):
            self.decoder.problem(node, where, f"expected a number or a text, found {describe(node)}")
            return ScalarNode("tag:yaml.org,2002:null", "", node.start_mark, node.end_mark)
        if is_plain(node):
            kind = node.tag.rsplit(":", 1)[-1]
            if node.value.lower() in _YAML_BOOLEANS:
                text = f"YAML 1.1 reads {node.value} as {_YAML_BOOLEANS[node.value.lower()]}"
                self.decoder.problem(node, where, text, f'write "{node.value}" for the text, true or false else')
            elif kind == "int":
                self.decoder.value(node, int, where)
            elif kind == "float":
                self.decoder.value(node, float, where)
        return node

    def _text(self, node: ScalarNode, member: dict[str, ScalarNode], where: list[str]) -> str | None:
        """A text with its templates filled in; None after a problem."""
        for found in TEMPLATE.finditer(node.value):
            if found[1] not in member:
                hint = suggestion(found[1], member) if member else "add a matrix"
                self.decoder.problem(node, where, f"there is no matrix variable '{found[1]}'", hint)
                return None
        return TEMPLATE.sub(lambda found: member[found[1]].value, node.value)

    def _substitute(self, node: Node, member: dict[str, ScalarNode], where: list[str]) -> Node:
        """A node with its templates filled in; `{name}` alone becomes the matrix value with its type."""
        if isinstance(node, SequenceNode):
            items = [self._substitute(item, member, where) for item in node.value]
            return SequenceNode(node.tag, items, node.start_mark, node.end_mark, node.flow_style)
        if isinstance(node, MappingNode):
            inside = [(key, self._substitute(value, member, [*where, key.value])) for key, value in node.value]
            return MappingNode(node.tag, inside, node.start_mark, node.end_mark, node.flow_style)
        if not isinstance(node, ScalarNode) or "{" not in node.value:
            return node
        text = self._text(node, member, where)
        whole = TEMPLATE.fullmatch(node.value)
        if text is None or (not whole and text == node.value):
            return node
        if whole:
            return member[whole[1]]
        return ScalarNode("tag:yaml.org,2002:str", text, node.start_mark, node.end_mark, style='"')

    def _clashes(self, textures: list[tuple[ScalarNode, TextureSpec]], languages: tuple[Language, ...]) -> None:
        """Two textures must not write one file, nor one identifier in shaders, on any disk."""
        owners: dict[str, str] = {}
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
                parts = folded(file).split("/")
                above = ["/".join(parts[:count]) for count in range(1, len(parts))]
                other = owners.get(folded(file)) or folders.get(folded(file))
                other = other or next((owners[folder] for folder in above if folder in owners), None)
                if other is not None:
                    text = f"the file {file} is also written by '{other}'"
                    hint = "" if other == spec.name else "names must differ by more than upper and lower case"
                    self.decoder.problem(key, where, text, hint)
                    break
                owners[folded(file)] = spec.name
                folders.update(dict.fromkeys(above, spec.name))
            if languages:
                word = identifier(spec.name).lower()
                other = identifiers.setdefault(word, spec.name)
                if other != spec.name:
                    text = f"in shaders it has the same name, {word}, as '{other}'"
                    self.decoder.problem(key, where, text, "rename one of them")


def _matches(member: dict[str, ScalarNode], chosen: dict[str, ScalarNode]) -> bool:
    return all(variable in member and member[variable].value == node.value for variable, node in chosen.items())


def _has_template(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return TEMPLATE.search(node.value) is not None
    if isinstance(node, MappingNode):
        return any(_has_template(value) for _, value in node.value)
    return any(_has_template(item) for item in node.value)
