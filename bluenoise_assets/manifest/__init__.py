"""YAML text to a `Manifest` of texture specs, with every problem's line and column.

The way in is `load_manifest`. `source` reads the file and composes YAML nodes, `expand` merges defaults, `extends`
and matrices, `decode` turns nodes into the dataclasses of `spec`, `schema` writes the same as JSON Schema.
"""

from bluenoise_assets.manifest.expand import SUFFIXES, Manifest, find_manifests, load_manifest, load_manifests
from bluenoise_assets.manifest.schema import json_schema

__all__ = ["SUFFIXES", "Manifest", "find_manifests", "json_schema", "load_manifest", "load_manifests"]
