"""`Manifest`: what a manifest asks for, with the record of what was read for it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bluenoise_assets.errors import Problem
from bluenoise_assets.spec import TextureSpec

Language = Literal["hlsl", "glsl", "wgsl", "godot"]


@dataclass(frozen=True)
class Manifest:
    """What one manifest asks for.

    `output` is absolute. `lines` gives each texture's line and column in the file. `inputs` are the file itself,
    those that it includes and those that textures are made of, each in reading order; `sha256` is the hash of the
    bytes that were read, of all of them. `folders` are those in which the patterns of its includes were looked for,
    `variables` the values with which it was read.
    """

    path: Path
    output: Path
    textures: tuple[TextureSpec, ...]
    shaders: tuple[Language, ...] = ()
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)
    sha256: str = ""
    inputs: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    def problem(self, texture: str, text: str, hint: str = "") -> Problem:
        """A problem at one of its textures."""
        return Problem(str(self.path), *self.lines.get(texture, (1, 1)), texture, text, hint)
