"""One shader file for each texture, from the sources in the folder `shaders/` at the top.

A source is a valid sample as it stands: a strip of one slice, 64 x 64 texels, 4 channels of 8 bits, uniform. What a
texture's own file differs in is written so that it can be replaced without understanding the language, and without a
preprocessor, which WGSL and Godot 3 lack:

- **The constants**: each stands in a line of its own, as `#define BLUENOISE_WIDTH 64`.
- **The binding**: the type of a strip's texture, as `sampler2D`, which becomes the array's or the volume's wherever it
  occurs, and the one line that fetches a texel.
- **Sections** that not every texture has, code and comments, each after a line `// ---- with a uniform or triangular
  law ----` or `// ---- with such a law and two channels or more ----`, the last before `// ---- end ----`. These lines
  themselves are dropped.
- **The prefix**: `bluenoise_` and `BLUENOISE_` stand for the texture's identifier, so that one shader can include the
  files of several textures; prose says "blue noise" or "bluenoise-assets", which are left alone. No two textures may
  get the same function, also in languages without overloading: no function's name may end in `_` and another's.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from bluenoise_assets.engines.shaders import sources
from bluenoise_assets.engines.shaders.binding import Binding, Layout, Storage, binding_of, extent
from bluenoise_assets.engines.shaders.dialects import DIALECTS, LANGUAGES
from bluenoise_assets.engines.template import read
from bluenoise_assets.engines.template import render as fill_in
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution, digest
from bluenoise_assets.spec.names import identifier

DISTRIBUTIONS = {UniformDistribution: 0, TriangularDistribution: 1}
OTHER_DISTRIBUTION = 2

STORED_BITS: dict[Storage, int] = {"uint8": 8, "uint16": 16, "float": 0}

LAYOUT_WORDS: dict[Layout, str] = {"strip": "a strip", "array": "an array", "volume": "a volume"}

KNOWN_LAW, PLANE = "a uniform or triangular law", "such a law and two channels or more"
"""The sections that some textures do not have."""


def content(language: str, spec: TextureSpec, binding: Binding | None = None) -> dict[str, Any]:
    """What a shader file depends on, as the lock records it."""
    binding = binding or binding_of(spec)
    plain = {
        "name": spec.name,
        "bits": spec.bits,
        "encoding": spec.encoding,
        "channels": spec.channels,
        "distribution": spec.distribution.tag(),
        "size": list(spec.size),
        "layers": spec.layers,
        "layout": binding.layout,
        "storage": binding.storage,
        "source": source_digest(language),
    }
    return {name: value for name, value in plain.items() if value is not None}


def render(language: str, spec: TextureSpec, binding: Binding | None = None) -> str:
    """The text of a texture's shader file in one of `LANGUAGES`: ASCII, LF line endings.

    Raises `ValueError` for another language, `BuildError` if the shader's source is missing.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no shader language {language!r}; there are {', '.join(LANGUAGES)}")
    binding = binding or binding_of(spec)
    dialect = DIALECTS[language]
    law = DISTRIBUTIONS.get(type(spec.distribution), OTHER_DISTRIBUTION)
    constants = {
        "WIDTH": spec.size[0],
        "HEIGHT": spec.size[1],
        "SLICES": spec.slices,
        "CHANNELS": spec.channels,
        "BITS": STORED_BITS[binding.storage],
        "DISTRIBUTION": law,
    }
    known = law != OTHER_DISTRIBUTION
    body = _sections(_source(language), {KNOWN_LAW: known, PLANE: known and spec.channels >= 2})
    if language == "godot3":
        body = _godot3(body, known, layered=spec.slices > 1)
    body = re.sub(
        r"(?m)^((?:#define|const int|const) BLUENOISE_([A-Z]+)(?:: [iu]32)?(?: =)?) \d+",
        lambda match: f"{match[1]} {constants[match[2]]}",
        body,
    )
    body = body.replace(dialect.fetched, dialect.fetches[binding.layout])
    body = re.sub(rf"\b{re.escape(dialect.types['strip'])}(?!\w)", dialect.types[binding.layout], body)
    prefix = identifier(spec.name)
    prefixes = {"bluenoise_": f"{prefix}_", "BLUENOISE_": f"{prefix.upper()}_"}
    body = re.sub(r"\b(?:bluenoise_|BLUENOISE_)", lambda match: prefixes[match[0]], body)
    stem = spec.name.rpartition("/")[2]
    if stem.isascii() and stem.isprintable():
        body = body.replace(dialect.source, f"{stem}.{dialect.suffix}")
    return f"{_heading(spec, binding)}//\n{body}"


def _godot3(source: str, known: bool, layered: bool) -> str:
    """A shader around the functions, which follow the source's own introduction and guard.

    A Godot 3 shader is a whole: there are neither includes nor a preprocessor.
    """
    functions = re.sub(r"(?m)\A(?://.*\n|\n|#.*\n)+|^#.*\n", "", source).rstrip() + "\n"
    return fill_in(
        read(Path(__file__).with_name("godot3.shader")),
        {"functions": functions, "dithers": known, "animates": known and not layered},
    )


def _heading(spec: TextureSpec, binding: Binding) -> str:
    numbers = f"{spec.bits}-bit floats" if spec.encoding == "float" else f"{spec.bits} bits"
    # !a: some compilers take nothing else, not even in a comment.
    return (
        f"// Texture {spec.name!a}: {extent(spec)}, {numbers}, {spec.distribution.tag()}; "
        f"bound as {LAYOUT_WORDS[binding.layout]}.\n"
        "// Written by bluenoise-assets: change the manifest, not this file.\n"
    )


def _sections(source: str, present: dict[str, bool]) -> str:
    """The source without its markers and without the sections that are not present."""
    first, *others = re.split(r"(?m)^// ---- (with .+|end) ----\n", source)
    kept = [first]
    for marker, text in zip(others[::2], others[1::2], strict=True):
        if marker == "end" or present[marker.removeprefix("with ")]:
            kept.append(text)
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).rstrip() + "\n"


@cache
def source_digest(language: str) -> str:
    """The SHA-256, in hex, that tells whether a language's source, or what is filled in here, has changed."""
    dialect = DIALECTS[language]
    frames = [_godot3("", known, layered) for known in (False, True) for layered in (False, True)]
    whole = frames if language == "godot3" else []
    return digest([_source(language), *dialect.types.values(), *dialect.fetches.values(), *whole])


def source_path(language: str) -> Path:
    """The file of a language's source."""
    return sources.path(DIALECTS[language].source)


@cache
def _source(language: str) -> str:
    return sources.text(DIALECTS[language].source)
