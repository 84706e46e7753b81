"""A texture's shader file in every language: how it is bound, the languages, their sources, the file's text."""

from bluenoise_assets.engines.shaders.binding import (
    Binding,
    Layout,
    Storage,
    binding_of,
    extent,
    own_layout,
    storage_of,
)
from bluenoise_assets.engines.shaders.dialects import DIALECTS, LANGUAGES, SUFFIXES
from bluenoise_assets.engines.shaders.rendering import KNOWN_LAW, PLANE, content, render, source_digest, source_path

__all__ = [
    "DIALECTS",
    "KNOWN_LAW",
    "LANGUAGES",
    "PLANE",
    "SUFFIXES",
    "Binding",
    "Layout",
    "Storage",
    "binding_of",
    "content",
    "extent",
    "own_layout",
    "render",
    "source_digest",
    "source_path",
    "storage_of",
]
