"""`Manifest`: what a manifest asks for, with the record of what was read for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bluenoise_assets.engines.outputs import Output, outputs
from bluenoise_assets.errors import Problem
from bluenoise_assets.spec import TextureSpec


@dataclass(frozen=True)
class Manifest:
    """What one manifest asks for.

    `output` is absolute, and so are the output `folders` that engines, formats, and the group `SHADERS` have of their
    own. `lines` gives each texture's line and column in the file. `inputs` are the file itself, those that it includes
    and those that textures are made of, each in reading order; `sha256` is the hash of the bytes that were read, of all
    of them. `include_folders` are those in which the patterns of its includes were looked for, `variables` the values
    with which it was read. `requirement_lines` is as `lines`, of the key `require` of textures that have their
    own.
    """

    path: Path
    output: Path
    textures: tuple[TextureSpec, ...]
    folders: dict[str, Path] = field(default_factory=dict)
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    sha256: str = ""
    inputs: tuple[Path, ...] = ()
    include_folders: tuple[Path, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    requirement_lines: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def all_folders(self) -> tuple[Path, ...]:
        """Its output folders, each once."""
        return tuple(dict.fromkeys([self.output, *self.folders.values()]))

    @property
    def resolved(self) -> "Manifest":
        """The same with the real paths of its output folders."""
        folders = {name: folder.resolve() for name, folder in self.folders.items()}
        return replace(self, output=self.output.resolve(), folders=folders)

    def within(self, output: Path | None) -> "Manifest":
        """The same with all files in one output folder; None: as it says itself."""
        return self if output is None else replace(self, output=output, folders={})

    def outputs(self, spec: TextureSpec) -> Iterator[tuple[Path, Output]]:
        """The files of one of its textures, each with its output folder."""
        for output in outputs(spec, self.folders):
            yield self.folders.get(output.group, self.output), output

    def outputs_in(self, folder: Path, spec: TextureSpec) -> tuple[Output, ...]:
        """Those in one of its output folders."""
        return tuple(output for place, output in self.outputs(spec) if place == folder)

    def problem(self, texture: str, text: str, hint: str = "") -> Problem:
        """A problem at one of its textures."""
        return Problem(str(self.path), *self.lines.get(texture, (1, 1)), texture, text, hint)

    def requirement_problem(self, texture: str, text: str) -> Problem:
        """A problem with what is required of one of its textures: at its own `require`, or else at the texture."""
        problem = self.problem(texture, text)
        line, column = self.requirement_lines.get(texture, (problem.line, problem.column))
        return replace(problem, line=line, column=column)
