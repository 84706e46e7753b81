"""A texture's shader file in every language: how it is bound, the languages, their sources, the file's text."""

from bluenoise_assets.engines.shaders.binding import (
    Binding,
    Layout,
    Storage,
    binding_of,
    extent,
    law,
    own_layout,
    storage_of,
)
from bluenoise_assets.engines.shaders.dialects import DIALECTS, LANGUAGES, SUFFIXES
from bluenoise_assets.engines.shaders.rendering import (
    SECTIONS,
    content,
    dithers,
    has_pole,
    render,
    sample_as_rgb,
    source_digest,
    source_path,
)

__all__ = [
    "DIALECTS",
    "LANGUAGES",
    "SECTIONS",
    "SUFFIXES",
    "Binding",
    "Layout",
    "Storage",
    "binding_of",
    "content",
    "dithers",
    "extent",
    "has_pole",
    "law",
    "own_layout",
    "render",
    "sample_as_rgb",
    "source_digest",
    "source_path",
    "storage_of",
]
