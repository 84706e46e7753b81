"""`init`: writes a first manifest and its schema."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.cli.arguments import path
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.manifest.schema import json_schema_text

FIRST_MANIFEST = """\
# yaml-language-server: $schema=./bluenoise.schema.json
schema: 1
output: ../build/bluenoise  # relative to this file
textures:
  dither_64:
    size: 64
    # engines: [unity]  # or unreal, godot, bevy, threejs: a folder with all that the engine needs
shaders: [hlsl, glsl]
"""

GITATTRIBUTES = """\
if you commit what is built, add to .gitattributes:
  *.hlsl text eol=lf
  *.glsl text eol=lf
  *.wgsl text eol=lf
  *.wesl text eol=lf
  *.gdshaderinc text eol=lf
  *.ush text eol=lf
  *.meta text eol=lf
  *.png binary
  *.dds binary
  *.ktx2 binary
  *.exr binary
  *.raw binary
  *.npy binary
  bluenoise.lock.json text eol=lf"""


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", type=path, default=Path("manifests/bluenoise.yaml"), metavar="FILE")


def run(options: Namespace, reporter: Reporter) -> int:
    file: Path = options.path
    if file.exists():
        text = "the file exists already"
        raise ManifestError([Problem(str(file), 1, 1, "init", text, "remove it, or name another file")])
    schema = file.with_name("bluenoise.schema.json")
    write_atomic(file, FIRST_MANIFEST.encode())
    write_atomic(schema, json_schema_text().encode())
    reporter.say(f"wrote {file} and {schema}; now run: bluenoise-assets build {file}")
    reporter.say(*GITATTRIBUTES.splitlines())
    return DONE
