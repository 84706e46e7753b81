"""A manifest with the files that it includes, each read once; a problem at each include that leads nowhere."""

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from yaml.nodes import Node, ScalarNode, SequenceNode

from bluenoise_assets.errors import ManifestError
from bluenoise_assets.manifest.decode import Decoder, pairs
from bluenoise_assets.manifest.input_files import hint_for, is_pattern, manifests_in, reached
from bluenoise_assets.manifest.source import (
    MAX_BYTES,
    MAX_EXPANDED_NODES,
    SUFFIXES,
    Source,
    UnreadableError,
    is_null,
    read_source,
)
from bluenoise_assets.manifest.template import path_text
from bluenoise_assets.manifest.variables import Given, Variables
from bluenoise_assets.spec.annotations import Scalar
from bluenoise_assets.spec.interpreter import BAD, suggestion

SCHEMA = 1
MAX_FILES = 100
MAX_DEPTH = 16


class Sources:
    """Files as trees, each path read once, however many manifests include it."""

    def __init__(self) -> None:
        self._known: dict[str, Source | ManifestError] = {}

    def get(self, path: Path) -> Source | ManifestError:
        """The tree of a file, or what is wrong with it."""
        if str(path) not in self._known:
            try:
                self._known[str(path)] = read_source(path)
            except ManifestError as error:
                self._known[str(path)] = error
        return self._known[str(path)]


class _Open(NamedTuple):
    """A file whose includes are being read; `at` is the include that led to it, None for the manifest itself."""

    path: Path
    real: str
    at: Node | None


class Reader:
    """Reads one manifest and what it includes; problems go to the decoder.

    `files` has each file behind those that it includes, so that the manifest comes last; it is empty if the manifest
    itself cannot be used. `inputs` has the paths in reading order, also of files looked for in vain, `folders` those
    in which patterns were looked for.
    """

    def __init__(self, sources: Sources, decoder: Decoder, given: Given | None = None) -> None:
        self.sources = sources
        self.decoder = decoder
        self.variables = Variables(decoder, given or {})
        self.files: list[Source] = []
        self.inputs: list[Path] = []
        self.folders: dict[Path, None] = {}
        self._chain: list[_Open] = []
        self._read: set[str] = set()
        self._size = 0
        self._values = 0

    @property
    def all_inputs(self) -> tuple[Path, ...]:
        """The manifests' paths, and behind them those of the files that textures are made of, as far as decoded."""
        return tuple(dict.fromkeys([*self.inputs, *self.decoder.inputs]))

    def read(self, path: Path, at: Node | None = None, text: str = "") -> None:
        """Read a file and its includes, unless that has been done; `text` is its path as `at` has it."""
        real = os.path.realpath(path)
        if real in {file.real for file in self._chain}:
            self._report_cycle(path, real, at)
            return
        if real in self._read:
            return
        if at is not None and len(self._chain) > MAX_DEPTH:
            self._refuse(at, f"includes are nested more than {MAX_DEPTH} deep", "include the file further up")
            return
        if at is not None and len(self._read) > MAX_FILES:
            self._refuse(at, f"more than {MAX_FILES} files are included", "join some of them")
            return
        if path not in self.inputs:
            self.inputs.append(path)
        source = self.sources.get(path)
        if isinstance(source, UnreadableError) and at is not None:
            problem = source.problems[0]
            hint = problem.hint if os.path.lexists(path) else hint_for(path, text, SUFFIXES)
            self._refuse(at, f"{problem.text}: {path}", hint)
            return
        self._read.add(real)
        if isinstance(source, ManifestError):
            self.decoder.problems += source.problems
            self.decoder.lost = True
            return
        self._size += source.size
        self._values += source.values
        if at is not None and (self._size > MAX_BYTES or self._values > MAX_EXPANDED_NODES):
            limit = f"{MAX_BYTES // 2**20} MiB" if self._size > MAX_BYTES else f"{MAX_EXPANDED_NODES} values"
            self._refuse(at, f"with this file the manifest has more than {limit}", "include less")
            return
        self._chain.append(_Open(path, real, at))
        self._enter(source)
        self._chain.pop()

    def _enter(self, source: Source) -> None:
        self.decoder.problems += source.problems
        if not self._has_our_version(source):
            self.decoder.lost = True
            return
        self.variables.take(pairs(source.root))
        seen: set[str] = set()
        for node in self._paths(source):
            self._include(source, node, seen)
        self.files.append(source)

    def _include(self, source: Source, node: Node, seen: set[str]) -> None:
        """Read what one entry of `include` means; `seen` has the files that those before it meant."""
        if not isinstance(node, ScalarNode) or is_null(node):
            self._refuse(node, f"expected a path, found {self.decoder.describe(node)}")
            return
        text = path_text(self.decoder, node, self.variables.values, ["include"], "file")
        if text is None:
            self.decoder.lost = True
            return
        path = reached(source.path.parent, text)
        if is_pattern(text) and not os.path.lexists(path):
            for found in self._matches(source, text, node):
                seen.add(os.path.realpath(found))
                self.read(found, node, str(found))
            return
        if os.path.realpath(path) in seen:
            self.decoder.problem(node, ["include"], "this file is listed twice", "remove it")
        seen.add(os.path.realpath(path))
        self.read(path, node, text)

    def _matches(self, source: Source, text: str, at: Node) -> list[Path]:
        """The manifests that a pattern means, by name: never hidden ones, nor the file in which the pattern stands."""
        name = os.path.basename(text)  # noqa: PTH119 - a Path would drop a slash at the end
        above = text.removesuffix(name)
        if is_pattern(above):
            self._refuse(at, f"'{text}' is a pattern for folders", "name each folder: patterns are for files")
            return []
        folder = reached(source.path.parent, above or ".")
        self.folders[folder] = None
        try:
            inside = manifests_in(folder)
        except OSError as error:
            why = f"the folder cannot be read: {error.strerror}"
            self._refuse(at, f"{why if os.path.lexists(folder) else 'there is no such folder'}: {folder}")
            return []
        own = os.path.realpath(source.path)
        others = [path for path in inside if os.path.realpath(path) != own]
        found = [path for path in others if fnmatchcase(path.name, name)]
        if not found:
            self._refuse(at, f"no manifest matches '{text}'", suggestion(name, [path.name for path in others]))
        return found

    def _has_our_version(self, source: Source) -> bool:
        """Whether the file is of this version; a missing one is reported, and taken for it."""
        top = pairs(source.root)
        if "schema" not in top:
            self.decoder.problem(source.root, [], "the key 'schema' is missing", "start with `schema: 1`")
            return True
        node = top["schema"][1]
        version: Any = self.decoder.value(node, Scalar(int), ["schema"])
        if version is BAD or version == SCHEMA:
            return True
        hint = "a newer bluenoise-assets may read it" if version > SCHEMA else "write schema: 1"
        text = f"version {version} is not known; this program reads version {SCHEMA}"
        self.decoder.problem(node, ["schema"], text, hint)
        return False  # other keys may mean other things there

    def _paths(self, source: Source) -> list[Node]:
        """The nodes of the paths that a file includes."""
        top = pairs(source.root)
        if "include" not in top:
            return []
        node = top["include"][1]
        if isinstance(node, SequenceNode):
            if not node.value:
                self.decoder.problem(node, ["include"], "the list is empty", "remove it")
            return list(node.value)
        if isinstance(node, ScalarNode) and not is_null(node):
            return [node]
        self._refuse(node, f"expected a path or a list of paths, found {self.decoder.describe(node)}")
        return []

    def _refuse(self, at: Node, text: str, hint: str = "") -> None:
        """Report an include whose content will be missing."""
        self.decoder.problem(at, ["include"], text, hint)
        self.decoder.lost = True

    def _report_cycle(self, path: Path, real: str, at: Node | None) -> None:
        """One problem for a cycle: the same one, wherever it was entered."""
        start = [file.real for file in self._chain].index(real)
        cycle = [_Open(self._chain[start].path, real, at), *self._chain[start + 1 :]]
        first = min(range(len(cycle)), key=lambda index: cycle[index].real)
        cycle = [*cycle[first:], *cycle[:first], cycle[first]]
        back = cycle[0].at
        assert back is not None, path
        text = f"a cycle of includes: {' -> '.join(str(file.path) for file in cycle)}"
        self.decoder.problem(back, ["include"], text, "remove one of them")
