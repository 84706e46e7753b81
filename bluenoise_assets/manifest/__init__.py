"""YAML text to a `Manifest` of texture specs, with every problem's file, line and column.

The way in is `load_manifest`, for several `read_manifests`, for folders `read_paths`. `source` reads a file and
composes YAML nodes, `include` follows a file's includes, `entries` merges defaults and `extends`, `variables` has the
values that may be set from outside, `matrix` and `template` make one entry many, `decode` turns nodes into the
dataclasses of `spec`, `check` sees to what does not fit together, `output_folders` says where to, `expand` puts it all
into a `manifest`; `schema` writes JSON Schema. Imports errors, formats, spec, and of `engines` the outputs.
"""

from bluenoise_assets.manifest.load import Loaded, find_manifests, load_manifest, read_manifests, read_paths
from bluenoise_assets.manifest.manifest import Manifest
from bluenoise_assets.manifest.source import SUFFIXES
from bluenoise_assets.manifest.variables import Given

__all__ = [
    "SUFFIXES",
    "Given",
    "Loaded",
    "Manifest",
    "find_manifests",
    "load_manifest",
    "read_manifests",
    "read_paths",
]
