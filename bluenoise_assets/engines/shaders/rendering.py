"""One shader file for each texture, from the sources in the folder `shaders/` at the top.

A source is a valid sample as it stands: a strip of one slice, 64 x 64 texels, 4 channels of 8 bits, uniform. What a
texture's own file differs in is written so that it can be replaced without understanding the language, and without a
preprocessor, which WGSL and Godot 3 lack:

- **The constants**: each stands in a line of its own, as `#define BLUENOISE_WIDTH 64`.
- **The binding**: the type of a strip's texture, as `sampler2D`, which becomes the array's or the volume's wherever it
  occurs, and the one line that fetches a texel.
- **Sections** that not every texture has, code and comments, each after a line `// ---- with a uniform or triangular
  law ----` or another of `SECTIONS`, the last before `// ---- end ----`. These lines themselves are dropped.
- **A sample's components**: the type that `bluenoise_sample` returns, and `.xyzw`, which become those of as many.
- **The prefix**: `bluenoise_` and `BLUENOISE_` stand for the texture's identifier, so that one shader can include the
  files of several textures; prose says "blue noise" or "bluenoise-assets", which are left alone. No two textures may
  get the same function, also in languages without overloading: no function's name may end in `_` and another's.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bluenoise_assets.engines.shaders import sources
from bluenoise_assets.engines.shaders.binding import Binding, Layout, Storage, binding_of, extent, law
from bluenoise_assets.engines.shaders.dialects import DIALECTS, LANGUAGES
from bluenoise_assets.engines.template import read
from bluenoise_assets.engines.template import render as fill_in
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution, digest
from bluenoise_assets.spec.names import identifier
from bluenoise_assets.spec.sample_space import DIRECTIONS as DIRECTION_SPACES

DISTRIBUTIONS = {UniformDistribution: 0, TriangularDistribution: 1}
OTHER_DISTRIBUTION = 2

STORED_BITS: dict[Storage, int] = {"uint8": 8, "uint16": 16, "float": 0}

LAYOUT_WORDS: dict[Layout, str] = {"strip": "a strip", "array": "an array", "volume": "a volume"}

KNOWN_LAW, PLANE = "a uniform or triangular law", "such a law and two channels or more"
"""The sections of scalars that dither."""

PLAIN = ("no frames", "scalars")
FRAMES, VECTORS, HEMISPHERES = "frames", "vectors", "hemispheres"
SECTIONS = (KNOWN_LAW, PLANE, *PLAIN, FRAMES, VECTORS, HEMISPHERES)
"""What a section may be about. Frames and vectors are no concern of plain textures: another text of these sections
makes no shader stale but those that have it."""

POINTS, DIRECTIONS, SIGNED_DIRECTIONS = 0, 1, 2
"""What a loaded texel is: a point, or a direction, whose components are mapped to 0 to 1 or as they are."""


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
        "frames": spec.frames,
        "sample_space": spec.sample_space if spec.is_vector else None,
        "layout": binding.layout,
        "storage": binding.storage,
        "source": source_digest(language, *_concerned(spec)),
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
    constants = {
        "WIDTH": spec.size[0],
        "HEIGHT": spec.size[1],
        "SLICES": spec.slices,
        "CHANNELS": spec.channels,
        "BITS": STORED_BITS[binding.storage],
        "DISTRIBUTION": DISTRIBUTIONS.get(type(spec.distribution), OTHER_DISTRIBUTION),
        "SPACE": _space(spec),
    }
    known, concerned = dithers(spec), _concerned(spec)
    body = _sections(_concerning(_source(language), concerned), {KNOWN_LAW: known, PLANE: known and spec.channels >= 2})
    if language == "godot3":
        body = _godot3(body, known, spec.slices > 1, concerned, shown=sample_as_rgb(spec, "bluenoise_sample(value)"))
    body = re.sub(
        r"(?m)^((?:#define|const int|const) BLUENOISE_([A-Z]+)(?:: [iu]32)?(?: =)?) \d+",
        lambda match: f"{match[1]} {constants[match[2]]}",
        body,
    )
    body = body.replace(dialect.fetched, dialect.fetches[binding.layout])
    before, four, behind = dialect.sample.rpartition("4")
    body = body.replace(before + four + behind, f"{before}{spec.channels}{behind}")
    body = body.replace(".xyzw", "." + "xyzw"[: spec.channels])
    if spec.frames:
        body = body.replace("layers of an array, depth of a volume", "frames, which repeat")
    body = re.sub(rf"\b{re.escape(dialect.types['strip'])}(?!\w)", dialect.types[binding.layout], body)
    prefix = identifier(spec.name)
    prefixes = {"bluenoise_": f"{prefix}_", "BLUENOISE_": f"{prefix.upper()}_"}
    body = re.sub(r"\b(?:bluenoise_|BLUENOISE_)", lambda match: prefixes[match[0]], body)
    stem = spec.name.rpartition("/")[2]
    if stem.isascii() and stem.isprintable():
        body = body.replace(dialect.source, f"{stem}.{dialect.suffix}")
    return f"{_heading(spec, binding)}//\n{body}"


def dithers(spec: TextureSpec) -> bool:
    """Whether a texture's shader dithers: its values are scalars of a law that shaders know."""
    return type(spec.distribution) in DISTRIBUTIONS and not spec.is_vector


def has_pole(spec: TextureSpec) -> bool:
    """Whether its samples are directions around +z, which a shader turns to a surface's normal."""
    return spec.sample_space in {"hemisphere", "cosine_hemisphere"}


def _concerned(spec: TextureSpec) -> tuple[str, ...]:
    """The sections about frames and vectors that a texture has, in the order of `SECTIONS`; a plain one has none."""
    present = {FRAMES: spec.frames is not None, VECTORS: spec.is_vector, HEMISPHERES: has_pole(spec)}
    return tuple(name for name, there in present.items() if there)


def _space(spec: TextureSpec) -> int:
    if spec.sample_space not in DIRECTION_SPACES:
        return POINTS
    return SIGNED_DIRECTIONS if spec.encoding == "float" else DIRECTIONS


def sample_as_rgb(spec: TextureSpec, sample: str) -> str:
    """What makes a vector of three, a colour, of an expression that is a sample: what stands in its parentheses."""
    shown = f"0.5 + 0.5 * {sample}" if spec.sample_space in DIRECTION_SPACES else sample
    return {2: f"{shown}, 0.0", 3: shown, 4: f"{shown}.xyz"}.get(spec.channels, shown)


def _godot3(source: str, known: bool, layered: bool, concerned: Sequence[str] = (), shown: str = "") -> str:
    """A shader around the functions, which follow the source's own introduction and guard.

    A Godot 3 shader is a whole: there are neither includes nor a preprocessor.
    """
    functions = re.sub(r"(?m)\A(?://.*\n|\n|#.*\n)+|^#.*\n", "", source).rstrip() + "\n"
    return fill_in(
        read(Path(__file__).with_name("godot3.shader")),
        {
            "functions": functions,
            "dithers": known,
            "animates": known and not layered,
            "frames": FRAMES in concerned,
            "vectors": VECTORS in concerned,
            "shown": shown,
        },
    )


def _heading(spec: TextureSpec, binding: Binding) -> str:
    numbers = f"{spec.bits}-bit floats" if spec.encoding == "float" else f"{spec.bits} bits"
    # !a: some compilers take nothing else, not even in a comment.
    return (
        f"// Texture {spec.name!a}: {extent(spec)}, {numbers}, {law(spec)}; "
        f"bound as {LAYOUT_WORDS[binding.layout]}.\n"
        "// Written by bluenoise-assets: change the manifest, not this file.\n"
    )


def _parts(source: str) -> tuple[str, Iterator[tuple[str, str]]]:
    """The text before the first marker, and each marker with the text behind it: `a uniform law`, or `end`."""
    first, *others = re.split(r"(?m)^// ---- (?:with )?(.+) ----\n", source)
    return first, zip(others[::2], others[1::2], strict=True)


def _concerning(source: str, concerned: Sequence[str]) -> str:
    """The source with sections about laws alone: of those about frames and vectors it has the text concerned."""
    first, parts = _parts(source)
    kept, inside = [first], False
    without = {opposite for name, opposite in zip((FRAMES, VECTORS), PLAIN, strict=True) if name in concerned}
    for marker, text in parts:
        if marker in {KNOWN_LAW, PLANE}:
            kept += [_marked(f"with {marker}"), text]
            inside = True
        elif marker in {"end", *PLAIN, *concerned} - without:
            kept += [_marked("end") if inside else "", text]
            inside = False
    return "".join(kept)


def _marked(words: str) -> str:
    return f"// ---- {words} ----\n"


def _sections(source: str, present: dict[str, bool]) -> str:
    """The source without its markers and without the sections that are not present."""
    first, parts = _parts(source)
    kept = [first, *(text for marker, text in parts if marker == "end" or present[marker])]
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).rstrip() + "\n"


@cache
def source_digest(language: str, *concerned: str) -> str:
    """The SHA-256, in hex, that tells whether a language's source, or what is filled in here, has changed.

    Of sections about frames and vectors (`concerned`) it tells only of textures that have them.
    """
    dialect = DIALECTS[language]
    both = (False, True)
    shaders = [_godot3("", known, layered, concerned) for known in both for layered in both]
    whole = shaders if language == "godot3" else []
    source = _concerning(_source(language), concerned)
    return digest([source, *dialect.types.values(), *dialect.fetches.values(), *whole])


def source_path(language: str) -> Path:
    """The file of a language's source."""
    return sources.path(DIALECTS[language].source)


@cache
def _source(language: str) -> str:
    return sources.text(DIALECTS[language].source)
