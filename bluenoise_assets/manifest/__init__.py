"""YAML text to a `Manifest` of texture specs, with every problem's file, line and column.

The way in is `load_manifest`, for several `read_manifests`, for folders `read_paths`. `source` reads a file and
composes YAML nodes, `include` follows a file's includes, `expand` merges defaults, `extends` and matrices, `decode`
turns nodes into the dataclasses of `spec`, `schema` writes the same as JSON Schema.
"""

from bluenoise_assets.manifest.expand import Manifest
from bluenoise_assets.manifest.load import Loaded, find_manifests, load_manifest, read_manifests, read_paths
from bluenoise_assets.manifest.schema import json_schema
from bluenoise_assets.manifest.source import SUFFIXES

__all__ = [
    "SUFFIXES",
    "Loaded",
    "Manifest",
    "find_manifests",
    "json_schema",
    "load_manifest",
    "read_manifests",
    "read_paths",
]
