"""One shader file for each texture, from the sources in shaders/.

In a source `bluenoise_` and `BLUENOISE_` stand for the texture's identifier, so that one shader can include
the files of several textures; prose says "blue noise" or "bluenoise-assets", which are left alone.
"""

import re
from functools import cache
from pathlib import Path

from bluenoise_assets import resources
from bluenoise_assets.names import identifier
from bluenoise_assets.spec import TextureSpec, Triangular, Uniform, digest

LANGUAGES = ("glsl", "hlsl")

DISTRIBUTIONS = {Uniform: 0, Triangular: 1}
OTHER_DISTRIBUTION = 2


def render(language: str, spec: TextureSpec) -> str:
    """The text of a texture's shader file in one of `LANGUAGES`: ASCII, LF line endings.

    Raises `ValueError` for another language, `BuildError` if the shader's source is missing.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no shader language {language!r}; there are {', '.join(LANGUAGES)}")
    width, height, depth = (*spec.size, 1)[:3]
    constants = {
        "WIDTH": width,
        "HEIGHT": height,
        "DEPTH": depth,
        "CHANNELS": spec.channels,
        "BITS": spec.bits,
        "DISTRIBUTION": DISTRIBUTIONS.get(type(spec.distribution), OTHER_DISTRIBUTION),
    }
    prefix = identifier(spec.name)
    prefixes = {"bluenoise_": f"{prefix}_", "BLUENOISE_": f"{prefix.upper()}_"}
    body = re.sub(
        r"(?m)^(#define BLUENOISE_([A-Z]+)) \d+",
        lambda match: f"{match[1]} {constants[match[2]]}",
        _source(language),
    )
    body = re.sub(r"\b(?:bluenoise_|BLUENOISE_)", lambda match: prefixes[match[0]], body)
    channels = "1 channel" if spec.channels == 1 else f"{spec.channels} channels"
    # !a: some compilers take nothing else, not even in a comment.
    return (
        f"// Texture {spec.name!a}: {' x '.join(map(str, spec.size))} texels, {channels}, {spec.bits} bits, "
        f"{spec.distribution.tag()}.\n"
        "// Written by bluenoise-assets: change the manifest, not this file.\n"
        f"//\n{body}"
    )


@cache
def source_digest(language: str) -> str:
    """The SHA-256, in hex, that tells whether a language's source has changed."""
    return digest(_source(language))


def source_path(language: str) -> Path:
    """The file of a language's source."""
    return resources.path(f"shaders/bluenoise.{language}")


@cache
def _source(language: str) -> str:
    return resources.text(f"shaders/bluenoise.{language}")
