"""Checked YAML trees to a `Manifest`: each entry, for each combination of its matrix, becomes a texture."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from yaml.nodes import Node

from bluenoise_assets.manifest.check import check_keys, report_clashes
from bluenoise_assets.manifest.decode import Pairs, pairs
from bluenoise_assets.manifest.entries import MANIFEST_KEYS, TEXTURE_KEYS, Entries
from bluenoise_assets.manifest.include import Reader
from bluenoise_assets.manifest.manifest import Manifest
from bluenoise_assets.manifest.matrix import MAX_TEXTURES, members
from bluenoise_assets.manifest.output_folders import read_folders
from bluenoise_assets.manifest.source import file_of, line_and_column
from bluenoise_assets.manifest.template import Member, filled, filled_text
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.interpreter import BAD
from bluenoise_assets.spec.names import is_hidden, name_problem


def expand(reader: Reader) -> Manifest:
    """The manifest that was read, with what comes from the files that it includes.

    Problems go to the reader's decoder; if there is one, the manifest is not what its author meant.
    """
    return _Expander(reader).manifest()


class _Expander:
    """One manifest and its includes on their way to a `Manifest`; problems gather in `decoder`."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.source = reader.files[-1]
        self.decoder = reader.decoder
        self.variables = reader.variables
        self.entries = Entries(reader.decoder)
        self.shaders: Any = ()
        self.count = 0

    def manifest(self) -> Manifest:
        output, folders = Path(), dict[str, Path]()
        for source in self.reader.files:  # what the manifest itself says comes last, and counts most
            top = pairs(source.root)
            for text, (key, _) in top.items():
                if text not in MANIFEST_KEYS:
                    hint = "it belongs into a texture or into `defaults`" if text in TEXTURE_KEYS else ""
                    self.decoder.unknown_key(key, text, [], MANIFEST_KEYS, elsewhere=hint)
            node = top["output"][1] if "output" in top else None
            output, folders = read_folders(self.decoder, node, source.path.parent, self.variables.values)
            self._take_shaders(top)
            self.entries.take(source)
        for name in self.entries.entries:
            self.entries.resolve(name)
        textures = self._textures()
        lines = {spec.name: line_and_column(key) for key, spec in textures}
        specs = tuple(spec for _, spec in textures)
        manifest = Manifest(
            self.source.path,
            output,
            specs,
            folders,
            lines,
            self._sha256(),
            self.reader.all_inputs,
            tuple(self.reader.folders),
            {name: str(node.value) for name, node in self.variables.values.items()},
            self._requirement_lines(textures),
        )
        report_clashes(self.decoder, textures, manifest)
        return manifest

    def _sha256(self) -> str:
        """The hash of the manifest's bytes; if it reads other files, of the hashes of all."""
        hashes = [*(source.sha256 for source in self.reader.files), *self.decoder.inputs.values()]
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def _requirement_lines(self, textures: list[tuple[Node, TextureSpec]]) -> dict[str, tuple[int, int]]:
        """Where the textures say `require` that do not inherit it."""
        found = {}
        for key, spec in textures:
            own = self.entries.own[key.value] if spec.require is not None else None
            if own and "require" in own:
                found[spec.name] = line_and_column(own["require"][0])
        return found

    def _take_shaders(self, top: Pairs) -> None:
        """What a manifest itself says of shaders is for those of its textures that have no such key."""
        node = top["shaders"][1] if "shaders" in top else None
        self.shaders = () if node is None else self.decoder.keyed(node, TEXTURE_KEYS["shaders"], ["shaders"])

    def _textures(self) -> list[tuple[Node, TextureSpec]]:
        """The textures that the manifest itself defines, each with the key of its entry."""
        textures: list[tuple[Node, TextureSpec]] = []
        for name, (key, _) in self.entries.entries.items():
            if is_hidden(name) or file_of(key) != str(self.source.path):
                continue
            before = len(self.decoder.problems)
            textures += self._entry(name)
            self._name_the_heir(key, before)
            if self.count > MAX_TEXTURES:
                text = f"more than {MAX_TEXTURES} textures"
                self.decoder.problem(key, ["textures", name], text, "split the manifest")
                break
        return textures

    def _name_the_heir(self, key: Node, before: int) -> None:
        """Add to new problems in included files which entry of this manifest brings them about."""
        problems = self.decoder.problems
        for index in range(before, len(problems)):
            if problems[index].file != file_of(key):
                heir = f"{file_of(key)}:{line_and_column(key)[0]}"
                problems[index] = replace(problems[index], text=f"{problems[index].text} (inherited in {heir})")

    def _entry(self, name: str) -> list[tuple[Node, TextureSpec]]:
        """The textures of an entry that are enabled; one that is wrong has its name alone, for clashes."""
        key, _ = self.entries.entries[name]
        own, where = self.entries.own[name], ["textures", name]
        if own is None:
            return []
        merged = self.entries.merged(name)
        complete = merged is not None and self.entries.is_complete(name, merged)
        textures = []
        for member in self._members(own, where):
            self.count += 1
            resolved = filled_text(self.decoder, key, member, where)
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
            is_enabled = self._is_enabled((merged or {}).get("enabled"), member, resolved)
            if problem:
                continue
            values.setdefault("shaders", self.shaders)
            if complete and BAD not in values.values():
                check_keys(self.decoder, values, own, merged or {}, ["textures", resolved])
            fits = complete and BAD not in values.values()
            if is_enabled:
                textures.append((key, TextureSpec.decoded(resolved, values) if fits else TextureSpec(resolved, 1)))
        return textures

    def _members(self, own: Pairs, where: list[str]) -> list[Member]:
        """The values of variables for each texture of an entry: of a matrix they hide the manifest's."""
        fixed = self.variables.values
        if "matrix" not in own:
            return [fixed]
        inside = [*where, "matrix"]
        key, node = own["matrix"]
        matrix = filled(self.decoder, node, fixed, inside) if fixed else node
        found = None if matrix is None else members(self.decoder, key, matrix, inside)
        return [fixed | member for member in found or ()] if fixed else found or []

    def _is_enabled(self, pair: tuple[Node, Node] | None, member: Member, name: str) -> bool:
        if pair is None:
            return True
        where = ["textures", name, "enabled"]
        whole = filled(self.decoder, pair[1], member, where)
        return whole is None or self.variables.is_enabled(whole, member, where)

    def _value(self, text: str, node: Node, member: Member, name: str) -> Any:
        """The value of a texture's key for one combination of its matrix, or `BAD`."""
        if (id(node), text) in self.entries.fixed:
            return self.entries.fixed[id(node), text]
        where = ["textures", name, text]
        whole = filled(self.decoder, node, member, where)
        return BAD if whole is None else self.decoder.keyed(whole, TEXTURE_KEYS[text], where)
