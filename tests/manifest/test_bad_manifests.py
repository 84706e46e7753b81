"""Every mistake gets one clear line where it is, exit code 2, and writes nothing.

The lines were written down by hand from what a user should see. In the table `F` stands for the manifest's path.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import PACKAGE
from support.projects import run_cli_process

from bluenoise_assets import ManifestError, load_manifest
from bluenoise_assets.cli import main
from bluenoise_assets.manifest import source

HEAD = "schema: 1\ntextures:\n"  # a texture's name then stands in line 3, column 3

BAD = {
    # ------------------------------------------------------------ the file as a whole
    "empty": ("", ["1:1: error: manifest: the manifest is empty; `bluenoise-assets init` writes a first one"]),
    "comments only": (
        "# nothing\n",
        ["1:1: error: manifest: the manifest is empty; `bluenoise-assets init` writes a first one"],
    ),
    "a list": (
        "- schema: 1\n",
        ["1:1: error: manifest: expected a mapping of keys, found a list; start with `schema: 1`"],
    ),
    "a text": ("hello", ["1:1: error: manifest: expected a mapping of keys, found a text; start with `schema: 1`"]),
    "latin-1": (
        b"schema: 1\n# caf\xe9\n",
        ["2:6: error: manifest: byte 0xe9 is not UTF-8; save the file in the encoding UTF-8"],
    ),
    "utf-16": (
        "schema: 1\n".encode("utf-16"),
        ["1:1: error: manifest: byte 0xff is not UTF-8; save the file in the encoding UTF-8"],
    ),
    "a NUL": (
        "schema: 1\nte\0xtures: {}\n",
        ["2:3: error: YAML: the character U+0000 is not allowed; save the file in the encoding UTF-8"],
    ),
    "a tab": ("schema: 1\ntextures:\n\ta: {size: 8}\n", ["3:1: error: YAML: a tab cannot indent; indent with spaces"]),
    "an open bracket": (
        HEAD + "  a: {size: 8\n",
        ["3:6: error: YAML: this bracket { is never closed"],
    ),
    "an open quote": (HEAD + '  a: {size: "8}\n', ["3:13: error: YAML: this quote is never closed"]),
    "a missing colon": (
        "schema: 1\ntextures\n  a: {size: 8}\n",
        ["2:1: error: YAML: this key has no colon; write `key: value`"],
    ),
    "an @": (HEAD + "  a: {size: @}\n", ["3:13: error: YAML: a value cannot begin with @; quote it"]),
    "an open quote at the end of many lines": (
        HEAD + "  a: {size: 8}\n  'b: {size: 8}\n  c: {size: 8}\n",
        ["4:3: error: YAML: this quote is never closed"],
    ),
    "a comma that is missing": (
        HEAD + "  a: {size: 8 bits: 8}\n",
        ["3:19: error: YAML: expected , or }; the bracket { of line 3 is still open"],
    ),
    "a bad indentation": (
        HEAD + "  a:\n    size: 8\n   bits: 8\n",
        ["5:4: error: YAML: this does not continue what began in line 3; check indentation, quotes and brackets"],
    ),
    "a colon in a text": (
        HEAD + "  a: b: c\n",
        ["3:7: error: YAML: a key cannot stand here; check the indentation, and quote a text with a colon in it"],
    ),
    "a backslash in double quotes": (
        'schema: 1\noutput: "C:\\q"\ntextures: {a: {size: 8}}\n',
        ["2:9: error: YAML: a backslash in these double quotes is no escape sequence; use single quotes, or \\\\"],
    ),
    "a control character": (
        HEAD + "  a: {size: 8} # \x1b[31m\n",
        ['3:18: error: YAML: the character U+001B is not allowed; in double quotes, write it as "\\u...."'],
    ),
    "a line break in a key": (
        HEAD + '  a: {size: 8, "x\\ty": 1}\n',
        [
            (
                "3:16: error: a: unknown key 'x\\ty'; known here: size, channels, bits, seed, distribution, objective, "
                "filter, effort, optimizer, formats, engines, shaders, shader_files, encoding, dds_header, layers, frames, "
                "sample_space, importance, require, enabled, extends, matrix"
            )
        ],
    ),
    "two documents": (
        HEAD + "  a: {size: 8}\n---\nschema: 1\n",
        ["4:1: error: YAML: a second document starts here; a manifest is one document"],
    ),
    "deep nesting": (
        "schema: 1\nx: " + "[" * 1000,
        ["2:35: error: YAML: more than 32 levels of nesting"],  # the root is one, so the 32nd bracket is too many
    ),
    # ------------------------------------------------------------ YAML's own traps
    "alias bomb": (
        (
            "schema: 1\na: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
        ),
        # *e is 111111 values and one for itself: the fifth is too many
        [
            (
                "7:20: error: f: aliases expand this to more than 500000 values; "
                "use `extends` or `matrix` instead of nested aliases"
            )
        ],
    ),
    "a recursive alias": (
        "schema: 1\ntextures: &t\n  a: *t\n",
        ["3:6: error: a: the alias '*t' stands inside the value that it names"],
    ),
    "an alias of nothing": (
        HEAD + "  a: *b\n",
        ["3:6: error: a: there is no anchor '&b' above; quote a text that begins with *"],
    ),
    "a Python tag": (
        HEAD + "  a: {size: !!python/object/apply:os.system [ls]}\n",
        [
            "3:13: error: a.size: expected 2 or 3 values, found 1",
            "3:13: error: a.size: the tag !!python/object/apply:os.system is not supported; remove it",
        ],
    ),
    "an include tag": (
        HEAD + "  a: !include other.yaml\n",
        [
            "3:6: error: a: expected a mapping of keys, found other.yaml",
            "3:6: error: a: the tag !include is not supported; list the file in the key `include`",
        ],
    ),
    "a merge key": (
        "schema: 1\nx-base: &b {size: 8}\ntextures:\n  a:\n    <<: *b\n",
        [
            (
                "2:1: error: manifest: unknown key 'x-base'; "
                "known here: schema, include, variables, output, defaults, textures, shaders"
            ),
            "5:5: error: a: merge keys (<<) are not supported; use `extends` or `defaults`",
        ],
    ),
    "binary data": (
        "schema: 1\noutput: !!binary aGk=\ntextures: {a: {size: 8}}\n",
        ["2:9: error: output: the tag !!binary is not supported; remove it"],
    ),
    "a tag that would change nothing": (
        HEAD + "  a: {size: !!int 8}\n",
        ["3:13: error: a.size: the tag !!int is not supported; remove it"],
    ),
    "a template as a key without quotes": (
        HEAD + "  {n}: {matrix: {n: [a]}, size: 8}\n",
        ['3:3: error: textures: a key must be a plain text; quote a template: "{n}"'],
    ),
    "a list as a key": (HEAD + "  [a, b]: {size: 8}\n", ["3:3: error: textures: a key must be a plain text"]),
    "a duplicate key": (
        HEAD + "  a:\n    size: 8\n    size: 16\n",
        ["5:5: error: a: duplicate key 'size'; it is already in line 4"],
    ),
    "a duplicate texture": (
        HEAD + "  a: {size: 8}\n  a: {size: 16}\n",
        ["4:3: error: textures: duplicate key 'a'; it is already in line 3"],
    ),
    "a duplicate key deep inside": (
        HEAD + "  a: {size: 8, objective: {spectrum: {cutoff: 0.2, cutoff: 0.3}}}\n",
        ["3:52: error: a.objective.spectrum: duplicate key 'cutoff'; it is already in line 3"],
    ),
    "no as false": (
        HEAD + "  a: {size: 8, objective: {spectrum: {randomize: no}}}\n",
        ["3:50: error: a.objective.spectrum.randomize: expected true or false, found no; write false"],
    ),
    "on as true": (
        HEAD + "  a: {size: 8, objective: {spectrum: {randomize: On}}}\n",
        ["3:50: error: a.objective.spectrum.randomize: expected true or false, found On; write true"],
    ),
    "true in quotes": (
        HEAD + '  a: {size: 8, objective: {spectrum: {randomize: "true"}}}\n',
        [
            (
                "3:50: error: a.objective.spectrum.randomize: expected true or false, found the text 'true'; "
                "remove the quotes"
            )
        ],
    ),
    "010": (
        HEAD + "  a: {size: 010}\n",
        ["3:13: error: a.size: expected a whole number, found 010; write 10 (YAML 1.1 reads a leading 0 as octal)"],
    ),
    "0x10": (HEAD + "  a: {size: 0x10}\n", ["3:13: error: a.size: expected a whole number, found 0x10; write 16"]),
    "1e3": (HEAD + "  a: {size: 1e3}\n", ["3:13: error: a.size: expected a whole number, found 1e3; write 1000"]),
    "0o10": (HEAD + "  a: {size: 0o10}\n", ["3:13: error: a.size: expected a whole number, found 0o10; write 8"]),
    "-010": (
        HEAD + "  a: {size: 8, seed: -010}\n",
        ["3:22: error: a.seed: expected a whole number, found -010; write -10 (YAML 1.1 reads a leading 0 as octal)"],
    ),
    "Arabic digits": (
        HEAD + "  a: {size: 8, distribution: {gaussian: ٣}}\n",
        ["3:41: error: a.distribution.gaussian: expected a number, found ٣"],
    ),
    "a number without end": (
        HEAD + "  a: {size: 8, seed: " + "9" * 5000 + "}\n",
        [f"3:22: error: a.seed: {'9' * 37}... has more than 40 digits"],
    ),
    "1e999": (
        HEAD + "  a: {size: 8, optimizer: {learning_rate: 1e999}}\n",
        ["3:43: error: a.optimizer.learning_rate: inf is not a finite number"],
    ),
    "1_000": (HEAD + "  a: {size: 1_000}\n", ["3:13: error: a.size: expected a whole number, found 1_000; write 1000"]),
    "12:30": (
        HEAD + "  a: {size: 12:30}\n",
        ["3:13: error: a.size: expected a whole number, found 12:30; YAML 1.1 reads this as a number in base 60"],
    ),
    "yes in a matrix": (
        HEAD + '  a_{x}: {matrix: {x: [yes, "no"]}, size: 8}\n',
        ['3:24: error: a_{x}.matrix.x: YAML 1.1 reads yes as true; write true, or "yes" if it is a text'],
    ),
    "010 in a matrix": (
        HEAD + "  a_{x}: {matrix: {x: [010]}, size: 8}\n",
        [
            (
                "3:24: error: a_{x}.matrix.x: 010 can be read in two ways; "
                'write 10 (YAML 1.1 reads a leading 0 as octal), or "010" if it is a text'
            )
        ],
    ),
    # ------------------------------------------------------------ the top
    "no schema": (
        "textures: {a: {size: 8}}\n",
        ["1:1: error: manifest: the key 'schema' is missing; start with `schema: 1`"],
    ),
    "a schema of the future": (
        "schema: 2\ntextures: {a: {size: none}}\n",
        [
            "1:9: error: schema: version 2 is not known; this program reads version 1; a newer bluenoise-assets may read it"
        ],
    ),
    "schema in quotes": (
        'schema: "1"\ntextures: {a: {size: 8}}\n',
        ["1:9: error: schema: expected a whole number, found the text '1'; remove the quotes"],
    ),
    "schema 1.0": (
        "schema: 1.0\ntextures: {a: {size: 8}}\n",
        ["1:9: error: schema: expected a whole number, found 1.0; write 1"],
    ),
    "a misspelt top key": (
        "schema: 1\ntexture: {a: {size: 8}}\n",
        ["2:1: error: manifest: unknown key 'texture'; did you mean 'textures'?"],
    ),
    "no textures": (
        "schema: 1\n",
        ["1:1: error: manifest: the key 'textures' is missing; write textures: {dither: {size: 64}}"],
    ),
    "textures with nothing": (
        "schema: 1\ntextures:\n",
        ["2:1: error: textures: no texture is defined; write textures: {dither: {size: 64}}"],
    ),
    "textures as a list": (
        "schema: 1\ntextures: [a]\n",
        [
            (
                "2:11: error: textures: expected a mapping of keys, found a list; "
                "a texture's name is its key: textures: {a: {size: 64}}"
            )
        ],
    ),
    "defaults misspelt, and nothing else": (
        "schema: 1\ndefault: {size: 8}\n",
        ["2:1: error: manifest: unknown key 'default'; did you mean 'defaults'?"],
    ),
    "no textures beside defaults": (
        "schema: 1\ndefaults: {size: 8}\ntextures: {}\n",
        ["3:1: error: textures: no texture is defined; write textures: {dither: {size: 64}}"],
    ),
    # ------------------------------------------------------------ include (more of it in test_include.py)
    "an include of nothing": (
        "schema: 1\ninclude: [x.yaml]\ntextures: {a: {size: 8}}\n",
        ["2:11: error: include: there is no such file: x.yaml"],
    ),
    "an include of itself": (
        "schema: 1\ninclude: ./F\ntextures: {a: {size: 8}}\n",
        ["2:10: error: include: a cycle of includes: F -> F; remove one of them"],
    ),
    "an include of a folder": (
        "schema: 1\ninclude: [.]\ntextures: {a: {size: 8}}\n",
        ["2:11: error: include: this is a folder, not a file: ."],
    ),
    "an include of a pattern": (
        "schema: 1\ninclude: ['*.yaml']\ntextures: {a: {size: 8}}\n",
        ["2:11: error: include: no manifest matches '*.yaml'"],
    ),
    "an include below no folder": (
        "schema: 1\ninclude: [none/x.yaml]\ntextures: {a: {size: 8}}\n",
        ["2:11: error: include: there is no such file: none/x.yaml; there is no folder none"],
    ),
    "includes that are no paths": (
        "schema: 1\ninclude: [{local: a}, '', ' ', [b]]\ntextures: {a: {size: 8}}\n",
        [
            "2:11: error: include: expected a path, found a mapping",
            "2:23: error: include: '' is not a file's name",
            "2:27: error: include: ' ' is not a file's name",
            "2:32: error: include: expected a path, found a list",
        ],
    ),
    "include with nothing": (
        "schema: 1\ninclude:\ntextures: {a: {size: 8}}\n",
        ["2:9: error: include: expected a path or a list of paths, found nothing"],
    ),
    "include as a mapping": (
        "schema: 1\ninclude: {local: a}\ntextures: {a: {size: 8}}\n",
        ["2:10: error: include: expected a path or a list of paths, found a mapping"],
    ),
    "include with an empty list": (
        "schema: 1\ninclude: []\n",
        ["2:10: error: include: the list is empty; remove it"],
    ),
    "include in a texture": (
        HEAD + "  a: {size: 8, include: [b]}\n",
        ["3:16: error: a: unknown key 'include'; it belongs to the top of the manifest, or into `matrix`"],
    ),
    "another version's include, which may mean something else": (
        "schema: 2\ninclude: [none.yaml]\n",
        [
            "1:9: error: schema: version 2 is not known; this program reads version 1; a newer bluenoise-assets may read it"
        ],
    ),
    # ------------------------------------------------------------ entries that are only extended
    "a matrix that is never built": (
        HEAD + '  .a: {matrix: {n: [8]}, size: "{n}"}\n',
        [
            (
                "3:8: error: .a.matrix: has no effect in an entry that is never built; "
                "put it into the texture that extends this"
            )
        ],
    ),
    "a mistake in an entry that is never built": (
        HEAD + "  .a: {sise: 8, bits: 9}\n",
        [
            "3:8: error: .a: unknown key 'sise'; did you mean 'size'?",
            "3:23: error: .a.bits: expected 8, 16 or 32, found 9",
        ],
    ),
    "an entry that should be hidden": (
        HEAD + "  base: {bits: 16}\n  a: {extends: base, size: 8}\n",
        ["3:3: error: base: the key 'size' is missing; call it .base if it is only there to be extended"],
    ),
    "extends without the dot": (
        HEAD + "  .grain: {bits: 16}\n  a: {extends: grain, size: 8}\n",
        ["4:16: error: a.extends: there is no texture 'grain'; did you mean '.grain'?"],
    ),
    "a hidden entry leaves the folder": (
        HEAD + "  ..a: {size: 8}\n",
        ["3:3: error: ..a: the name '..a' has a dot or a space at the start or end of '..a'; remove it"],
    ),
    "a texture's key at the top": (
        "schema: 1\nseed: 1\ntextures: {a: {size: 8}}\n",
        ["2:1: error: manifest: unknown key 'seed'; it belongs into a texture or into `defaults`"],
    ),
    "output as a list": (
        "schema: 1\noutput: [x]\ntextures: {a: {size: 8}}\n",
        ["2:9: error: output: expected a text, found a list"],
    ),
    "output with nothing": (
        "schema: 1\noutput:\ntextures: {a: {size: 8}}\n",
        ["2:8: error: output: expected a text, found nothing"],
    ),
    "an unknown shader language": (
        "schema: 1\nshaders: [hlsl, metal]\ntextures: {a: {size: 8}}\n",
        ["2:17: error: shaders: expected hlsl, glsl, wgsl or godot, found metal"],
    ),
    "shaders as a text": (
        "schema: 1\nshaders: glsl\ntextures: {a: {size: 8}}\n",
        ["2:10: error: shaders: expected a list, found glsl; write [glsl]"],
    ),
    "a language twice": (
        "schema: 1\nshaders: [glsl, glsl]\ntextures: {a: {size: 8}}\n",
        ["2:10: error: shaders: a language is listed twice"],
    ),
    "a mistake in defaults, shown once": (
        "schema: 1\ndefaults: {bits: 9}\ntextures: {a: {size: 8}, b: {size: 8}}\n",
        ["2:18: error: defaults.bits: expected 8, 16 or 32, found 9"],
    ),
    "extends in defaults": (
        "schema: 1\ndefaults: {extends: a}\ntextures: {a: {size: 8}}\n",
        ["2:12: error: defaults: unknown key 'extends'; it belongs into a texture"],
    ),
    # ------------------------------------------------------------ a texture's keys
    "a misspelt key": (
        HEAD + "  dither_64:\n    size: 64\n    sead: 1\n",
        ["5:5: error: dither_64: unknown key 'sead'; did you mean 'seed'?"],
    ),
    "a preset misspelt": (
        HEAD + "  a: {size: 8, filter: smoth}\n",
        ["3:24: error: a.filter: expected a filter, found smoth; did you mean 'smooth'?"],
    ),
    "a filter without its number": (
        HEAD + "  a: {size: 8, filter: gaussian}\n",
        [
            (
                "3:24: error: a.filter: expected a filter, found gaussian; write a preset (sharp, balanced, smooth, taa, "
                "denoised, short_history, directions) or "
                "{gaussian: ...}"
            )
        ],
    ),
    "a filter misspelt": (
        HEAD + "  a: {size: 8, filter: [{gausian: 1}]}\n",
        ["3:26: error: a.filter.0: unknown key 'gausian'; did you mean 'gaussian'?"],
    ),
    "two filters in one mapping": (
        HEAD + "  a: {size: 8, filter: {gaussian: 1, box: 2}}\n",
        ["3:38: error: a.filter: 'gaussian' and 'box' cannot be combined; keep one of them"],
    ),
    "no filter in a list": (
        HEAD + "  a: {size: 8, filter: []}\n",
        ["3:24: error: a.filter: expected 1 to 8 filters, found 0"],
    ),
    "a filter's weights alone": (
        HEAD + "  a: {size: 8, filter: {weight: 1}}\n",
        ["3:24: error: a.filter: expected gaussian, eye, box, binomial, table or axes, found a mapping"],
    ),
    "a sigma too wide": (
        HEAD + "  a: {size: 8, filter: {gaussian: 100}}\n",
        ["3:35: error: a.filter.gaussian: 100.0 is not between 0.3 and 8"],
    ),
    "a filter of three axes for two": (
        HEAD + "  a: {size: 8, filter: {gaussian: [1, 2, 3]}}\n",
        ["3:24: error: a.filter: gaussian has 3 numbers and the texture 2 axes"],
    ),
    "a table for a volume": (
        HEAD + "  a: {size: [8, 8, 8], filter: {table: [[1, 2]]}}\n",
        ["3:32: error: a.filter: a table has 2 axes and the texture 3"],
    ),
    "a ragged table": (
        HEAD + "  a: {size: 8, filter: {table: [[1, 2], [3]]}}\n",
        ["3:32: error: a.filter.table: the rows of a table must have one length, at least 1"],
    ),
    "more of the values than of the thresholds": (
        HEAD + "  a: {size: 8, filter: {gaussian: 1, values: 9}}\n",
        ["3:24: error: a.filter: the sum of 'values' is more than 8 times the sum of 'weight'"],
    ),
    "an effort misspelt": (
        HEAD + "  a: {size: 8, effort: bets}\n",
        ["3:24: error: a.effort: expected fast, good or best, found bets"],
    ),
    "an optimizer for the threshold objective": (
        HEAD + "  a: {size: 8, optimizer: {steps: 9}}\n",
        ["3:16: error: a.optimizer: has no effect with the threshold objective; remove it"],
    ),
    "a filter for the spectrum objective": (
        HEAD + "  a: {size: 8, objective: spectrum, filter: sharp}\n",
        ["3:37: error: a.filter: has no effect with the spectrum objective; remove it"],
    ),
    "a product without frames": (
        HEAD + "  a: {size: 8, filter: {combine: product, weight: 0.3}}\n",
        ["3:24: error: a.filter: a filter in time needs frames; add `frames: 32`, or write the filter in space alone"],
    ),
    "a product without a filter in time": (
        HEAD + "  a: {size: 8, frames: 4, filter: {combine: product}}\n",
        ["3:35: error: a.filter: combine: product needs a filter in time; add `time: {ema: 0.1}`"],
    ),
    "a product with a share": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: {ema: 0.1}, combine: product, weight: 0.3}}\n",
        ["3:35: error: a.filter: `weight` has no effect with combine: product; remove it"],
    ),
    "frames with a volume": (
        HEAD + "  a: {size: [8, 8, 8], frames: 4}\n",
        [
            (
                "3:32: error: a.frames: a volume has no frames; give it two sides, or leave `frames` out; `filter: "
                "{axes: [...]}` is a filter for each axis"
            )
        ],
    ),
    "frames with layers": (
        HEAD + "  a: {size: 8, layers: 4, frames: 3}\n",
        [
            (
                "3:24: error: a.layers: layers are independent of each other, frames follow each other in time: an "
                "array has one or the other; remove one of them"
            )
        ],
    ),
    "frames with the spectrum objective": (
        HEAD + "  a: {size: 8, objective: spectrum, frames: 3}\n",
        [
            (
                "3:45: error: a.frames: has no effect with the spectrum objective; remove it, or the objective; "
                "`layers` makes an array of independent slices"
            )
        ],
    ),
    "frames with a sum": (
        HEAD + "  a: {size: 8, objective: {sum: {}}, frames: 3}\n",
        [
            (
                "3:46: error: a.frames: has no effect with the sum objective; remove it, or the objective; `layers` "
                "makes an array of independent slices"
            )
        ],
    ),
    "one frame": (
        HEAD + "  a: {size: 8, frames: 1}\n",
        ["3:24: error: a.frames: 1 is below the smallest allowed, 2"],
    ),
    "a film": (
        HEAD + "  a: {size: 1024, frames: 2048}\n",
        ["3:27: error: a.frames: 2048 frames of 1048576 texels are more than 2^28; make them smaller"],
    ),
    "a filter in time without frames": (
        HEAD + "  a: {size: 8, filter: {time: {ema: 0.1}}}\n",
        [
            (
                "3:24: error: a.filter: a filter in time needs frames; add `frames: 32`, or write the filter in "
                "space alone"
            )
        ],
    ),
    "a preset in time without frames": (
        HEAD + "  a: {size: 8, filter: taa}\n",
        [
            (
                "3:24: error: a.filter: a filter in time needs frames; add `frames: 32`, or write the filter in "
                "space alone"
            )
        ],
    ),
    "a filter in time where one in space stands": (
        HEAD + "  a: {size: 8, frames: 4, filter: {ema: 0.1}}\n",
        [("3:36: error: a.filter: unknown key 'ema'; it is a filter in time: with frames, write {time: {ema: 0.1}}")],
    ),
    "a filter in time of two axes": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: {box: [2, 3]}}}\n",
        ["3:42: error: a.filter.time: time is one axis, and box has 2 numbers"],
    ),
    "a filter in time of two axes among others": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: [{ema: 0.1}, {gaussian: [2, 3]}]}}\n",
        ["3:42: error: a.filter.time: time is one axis, and gaussian has 2 numbers"],
    ),
    "a filter in time that time does not have": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: {binomial: 3}}}\n",
        ["3:43: error: a.filter.time: unknown key 'binomial'; known here: ema, box, gaussian, weight"],
    ),
    "a filter in time without its number": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: ema}}\n",
        ["3:42: error: a.filter.time: expected a filter, found ema; write {ema: ...}"],
    ),
    "filters in time without weight": (
        HEAD + "  a: {size: 8, frames: 4, filter: {time: {ema: 0.1, weight: 0}}}\n",
        ["3:42: error: a.filter.time: no filter has a weight above 0"],
    ),
    "a filter in space misspelt": (
        HEAD + "  a: {size: 8, frames: 4, filter: {spcae: {gaussian: 1}}}\n",
        ["3:36: error: a.filter: unknown key 'spcae'; did you mean 'space'?"],
    ),
    "values beside a filter in space": (
        HEAD + "  a: {size: 8, frames: 4, filter: {space: {gaussian: 1}, values: 2}}\n",
        ["3:58: error: a.filter: unknown key 'values'; known here: space, time, combine, weight"],
    ),
    "a combination that is none": (
        HEAD + "  a: {size: 8, frames: 4, filter: {combine: sum}}\n",
        ["3:45: error: a.filter.combine: expected separate or product, found sum"],
    ),
    "a preset in a list": (
        HEAD + "  a: {size: 8, filter: [sharp]}\n",
        ["3:25: error: a.filter.0: expected a filter, found sharp; a preset stands alone, in no list"],
    ),
    "more filters than axes": (
        HEAD + "  a: {size: 8, filter: {axes: [{gaussian: 1}, {box: 2}, {ema: 0.1}]}}\n",
        ["3:24: error: a.filter: axes has 3 filters and the texture 2 axes"],
    ),
    "one filter for the axes": (
        HEAD + "  a: {size: 8, filter: {axes: {gaussian: 1}}}\n",
        ["3:31: error: a.filter.axes: expected a list, found a mapping"],
    ),
    "axes of an axis": (
        HEAD + "  a: {size: 8, filter: {axes: [{gaussian: 1}, {box: [2, 3]}]}}\n",
        ["3:31: error: a.filter.axes: a filter of one axis has one number, and this box has 2"],
    ),
    "a sample space that is none": (
        HEAD + "  a: {size: 8, sample_space: disk}\n",
        [
            (
                "3:30: error: a.sample_space: expected scalar, vec2, vec3, vec4, circle, sphere, hemisphere or "
                "cosine_hemisphere, found disk"
            )
        ],
    ),
    "vectors with channels": (
        HEAD + "  a: {size: 8, sample_space: vec2, channels: 3}\n",
        ["3:46: error: a.channels: a vec2 has 2 components, not 3; remove it"],
    ),
    "vectors with a distribution": (
        HEAD + "  a: {size: 8, sample_space: vec2, distribution: gaussian}\n",
        ["3:50: error: a.distribution: has no effect on vec2, which is uniform in its own measure; remove it"],
    ),
    "vectors with the spectrum objective": (
        HEAD + "  a: {size: 8, sample_space: sphere, objective: spectrum}\n",
        ["3:49: error: a.objective: the spectrum objective is for scalars, not for sphere; remove it"],
    ),
    "vectors with a sum": (
        HEAD + "  a: {size: 8, sample_space: sphere, objective: {sum: {}}}\n",
        ["3:49: error: a.objective: the sum objective is for scalars, not for sphere; remove it"],
    ),
    "vectors with a weight of channels": (
        HEAD + "  a: {size: 8, sample_space: circle, objective: {threshold: {channel_weight: 0}}}\n",
        ["3:49: error: a.objective: a weight of channels has no effect on circle; remove it"],
    ),
    "a volume of vectors": (
        HEAD + "  a: {size: [8, 8, 8], sample_space: vec3}\n",
        ["3:38: error: a.sample_space: a volume holds scalars, no vec3; give it two sides and `frames`"],
    ),
    "values of vectors": (
        HEAD + "  a: {size: 8, sample_space: vec2, filter: {gaussian: 1, values: 2}}\n",
        ["3:44: error: a.filter: `values` has no effect on vec2; remove it"],
    ),
    "values of vectors in frames": (
        HEAD + "  a: {size: 8, sample_space: vec2, frames: 2, filter: {space: {gaussian: 1, values: 2}}}\n",
        ["3:55: error: a.filter: `values` has no effect on vec2; remove it"],
    ),
    "engines inside a part": (
        HEAD + "  a: {size: 8, objective: {spectrum: {engines: [unity]}}}\n",
        [
            (
                "3:39: error: a.objective.spectrum: unknown key 'engines'; known here: cutoff, low_frequency, "
                "uniformity, histogram, randomize, fine_tuning"
            )
        ],
    ),
    "a key of the top in a texture": (
        HEAD + "  a: {size: 8, output: b}\n",
        ["3:16: error: a: unknown key 'output'; it belongs to the top of the manifest"],
    ),
    "a language twice in a texture": (
        HEAD + "  a: {size: 8, shaders: [glsl, glsl]}\n",
        ["3:25: error: a.shaders: a language is listed twice"],
    ),
    "output folders for nothing known": (
        "schema: 1\noutput: {defualt: a, unity: b, png: ~}\ntextures: {a: {size: 8}}\n",
        [
            "2:10: error: output: unknown key 'defualt'; did you mean 'default'?",
            "2:37: error: output.png: expected a text, found nothing",
        ],
    ),
    "output folders as a list": (
        "schema: 1\noutput: [a, b]\ntextures: {a: {size: 8}}\n",
        ["2:9: error: output: expected a text, found a list"],
    ),
    "two engines in one folder": (
        "schema: 1\noutput: {unity: /a, godot: /a}\ntextures: {a: {size: 8, engines: [unity, godot]}}\n",
        [
            (
                f"3:12: error: a: the file {Path('/a').resolve().as_posix()}/a.png is also written by 'a'; "
                "give its engines and formats folders of their own in `output`"
            )
        ],
    ),
    "a texture called as what all shaders share": (
        HEAD + "  bluenoise_common: {size: 8}\nshaders: [glsl]\n",
        [
            (
                "3:3: error: bluenoise_common: the file bluenoise_common.glsl is also written by all textures' shaders; "
                "rename one of them"
            )
        ],
    ),
    "a shader language as a text, in a texture": (
        HEAD + "  a: {size: 8, shaders: glsl}\n",
        ["3:25: error: a.shaders: expected a list, found glsl; write [glsl]"],
    ),
    "bits with nothing": (
        HEAD + "  a:\n    size: 8\n    bits:\n",
        ["5:10: error: a.bits: expected 8, 16 or 32, found nothing"],
    ),
    "a texture as a list": (HEAD + "  a: [8]\n", ["3:6: error: a: expected a mapping of keys, found a list"]),
    "a texture as a number": (HEAD + "  a: 64\n", ["3:6: error: a: expected a mapping of keys, found 64"]),
    "no size": (HEAD + "  a: {bits: 8}\n", ["3:3: error: a: the key 'size' is missing"]),
    "size 0": (HEAD + "  a: {size: 0}\n", ["3:13: error: a.size: a side of 0 texels is not between 1 and 16384"]),
    "size -4": (HEAD + "  a: {size: -4}\n", ["3:13: error: a.size: a side of -4 texels is not between 1 and 16384"]),
    "size 16385": (
        HEAD + "  a: {size: [16385, 1]}\n",
        ["3:13: error: a.size: a side of 16385 texels is not between 1 and 16384"],
    ),
    "four axes": (
        HEAD + "  a: {size: [8, 8, 8, 8]}\n",
        ["3:13: error: a.size: expected 2 or 3 values, found 4"],
    ),
    "size with a fraction": (
        HEAD + "  a: {size: 64.5}\n",
        ["3:13: error: a.size: expected a whole number, found 64.5"],
    ),
    "size in quotes": (
        HEAD + '  a: {size: "64"}\n',
        ["3:13: error: a.size: expected a whole number, found the text '64'; remove the quotes"],
    ),
    "size with nothing": (
        HEAD + "  a:\n    size:\n",
        ["4:10: error: a.size: expected a number or a list of 2, found nothing"],
    ),
    "channels 5": (
        HEAD + "  a: {size: 8, channels: 5}\n",
        ["3:26: error: a.channels: 5 is above the largest allowed, 4"],
    ),
    "channels 0": (
        HEAD + "  a: {size: 8, channels: 0}\n",
        ["3:26: error: a.channels: 0 is below the smallest allowed, 1"],
    ),
    "bits 12": (HEAD + "  a: {size: 8, bits: 12}\n", ["3:22: error: a.bits: expected 8, 16 or 32, found 12"]),
    "seed -1": (HEAD + "  a: {size: 8, seed: -1}\n", ["3:22: error: a.seed: -1 is below the smallest allowed, 0"]),
    "seed 2^32": (
        HEAD + "  a: {size: 8, seed: 4294967296}\n",
        ["3:22: error: a.seed: 4294967296 is above the largest allowed, 4294967295"],
    ),
    "formats as a text": (
        HEAD + "  a: {size: 8, formats: png}\n",
        ["3:25: error: a.formats: expected a list, found png; write [png]"],
    ),
    "no format": (HEAD + "  a: {size: 8, formats: []}\n", ["3:25: error: a.formats: the list is empty"]),
    "a format twice": (
        HEAD + "  a: {size: 8, formats: [png, png]}\n",
        ["3:25: error: a.formats: a format is listed twice"],
    ),
    "a format that is not built yet": (
        HEAD + "  a: {size: 8, formats: [png, tga]}\n",
        ["3:31: error: a.formats: expected png, dds, ktx2, exr, raw, h, cs or npy, found tga"],
    ),
    "formats that cannot hold a texture": (
        HEAD + "  a: {size: 8, channels: 3, formats: [png, dds]}\n" + "  b: {size: [2049, 1, 1], formats: [dds]}\n",
        [
            "3:38: error: a.formats: dds holds 1, 2 or 4 channels, not 3; write png, raw, h, cs or npy, or channels: 4",
            "4:36: error: b.formats: a dds volume has at most 2048 texels on a side, not 2049; write png, ktx2, raw, h, cs or npy, or make it smaller",
        ],
    ),
    "an unknown distribution": (
        HEAD + "  a: {size: 8, distribution: gausian}\n",
        [
            (
                "3:30: error: a.distribution: expected uniform, triangular, gaussian or table, found gausian; "
                "did you mean 'gaussian'?"
            )
        ],
    ),
    "two distributions": (
        HEAD + "  a: {size: 8, distribution: {gaussian: 0.2, triangular: {}}}\n",
        ["3:46: error: a.distribution: 'gaussian' and 'triangular' cannot be combined; keep one of them"],
    ),
    "sigma 0": (
        HEAD + "  a: {size: 8, distribution: {gaussian: 0}}\n",
        ["3:41: error: a.distribution.gaussian: 0.0 is below the smallest allowed, 0.001"],
    ),
    "a misspelt sigma": (
        HEAD + "  a: {size: 8, distribution: {gaussian: {sigmas: 0.2}}}\n",
        ["3:42: error: a.distribution.gaussian: unknown key 'sigmas'; did you mean 'sigma'?"],
    ),
    "a table without values": (
        HEAD + "  a: {size: 8, distribution: table}\n",
        ["3:30: error: a.distribution: 'table' needs its quantiles; write {table: ...}"],
    ),
    "a falling table": (
        HEAD + "  a: {size: 8, distribution: {table: [0, 0.5, 0.4]}}\n",
        ["3:38: error: a.distribution.table: the quantiles must not fall, but 0.4 follows 0.5"],
    ),
    "a table out of range": (
        HEAD + "  a: {size: 8, distribution: {table: [0, 1.5]}}\n",
        ["3:38: error: a.distribution.table: the quantile 1.5 is not between 0 and 1"],
    ),
    "a flat table": (
        HEAD + "  a: {size: 8, distribution: {table: [0.5, 0.5]}}\n",
        ["3:38: error: a.distribution.table: all quantiles are the same: the texture would be one flat colour"],
    ),
    "a table of one": (
        HEAD + "  a: {size: 8, distribution: {table: [0.5]}}\n",
        ["3:38: error: a.distribution.table: a table of quantiles has 2 to 65536 values, not 1"],
    ),
    "an objective misspelt": (
        HEAD + "  a: {size: 8, objective: treshold}\n",
        ["3:27: error: a.objective: expected threshold, spectrum or sum, found treshold; did you mean 'threshold'?"],
    ),
    "a weight between channels above 1": (
        HEAD + "  a: {size: 8, objective: {threshold: {channel_weight: 2}}}\n",
        ["3:56: error: a.objective.threshold.channel_weight: 2.0 is above the largest allowed, 0.9"],
    ),
    "two weights for three channels": (
        HEAD + "  a: {size: 8, channels: 3, objective: {threshold: {channel_weights: [1, 2]}}}\n",
        [
            "3:40: error: a.objective: channel_weights has 2 weights and the texture 3 channels; give each channel one",
        ],
    ),
    "weights of channels that are nothing": (
        HEAD + "  a: {size: 8, channels: 2, objective: {threshold: {channel_weights: [0, 0]}}}\n",
        ["3:70: error: a.objective.threshold.channel_weights: no weight is above 0"],
    ),
    "weights of channels for frames": (
        HEAD + "  a: {size: 8, frames: 2, channels: 2, objective: {threshold: {channel_weights: [1, 2]}}}\n",
        [
            "3:51: error: a.objective: channel_weights has no effect on frames, whose channels count alike; remove it",
        ],
    ),
    "an eye too near": (
        HEAD + "  a: {size: 8, filter: {eye: {pixels_per_degree: 5}}}\n",
        ["3:50: error: a.filter.eye.pixels_per_degree: 5.0 is not between 10 and 160"],
    ),
    "an eye with three numbers": (
        HEAD + "  a: {size: 8, filter: {eye: {pixels_per_degree: [35, 35, 35]}}}\n",
        ["3:24: error: a.filter: eye has 3 numbers and the texture 2 axes"],
    ),
    "a cut-off of 0.9": (
        HEAD + "  a: {size: 8, objective: {spectrum: {cutoff: 0.9}}}\n",
        ["3:47: error: a.objective.spectrum.cutoff: 0.9 is above the largest allowed, 0.7"],
    ),
    "infinity": (
        HEAD + "  a: {size: 8, objective: {spectrum: {uniformity: .inf}}}\n",
        ["3:51: error: a.objective.spectrum.uniformity: expected a number, found .inf"],
    ),
    "not a number": (
        HEAD + "  a: {size: 8, objective: {spectrum: {uniformity: .nan}}}\n",
        ["3:51: error: a.objective.spectrum.uniformity: expected a number, found .nan"],
    ),
    "a misspelt method": (
        HEAD + "  a: {size: 8, optimizer: {method: adm}}\n",
        ["3:36: error: a.optimizer.method: expected adam or momentum, found adm"],
    ),
    "no steps": (
        HEAD + "  a: {size: 8, optimizer: {steps: 0}}\n",
        ["3:35: error: a.optimizer.steps: 0 is below the smallest allowed, 1"],
    ),
    "an optimizer as a text": (
        HEAD + "  a: {size: 8, optimizer: adam}\n",
        ["3:27: error: a.optimizer: expected a mapping of keys, found adam"],
    ),
    # ------------------------------------------------------------ names
    "a name that leaves the folder": (
        HEAD + "  ../a: {size: 8}\n",
        ["3:3: error: ../a: the name '../a' leaves the output folder; set `output` instead"],
    ),
    "a name that leaves it later": (
        HEAD + "  x/../../a: {size: 8}\n",
        ["3:3: error: x/../../a: the name 'x/../../a' leaves the output folder; set `output` instead"],
    ),
    "an absolute name": (
        HEAD + "  /etc/a: {size: 8}\n",
        ["3:3: error: /etc/a: the name '/etc/a' is absolute; names are relative to the output folder"],
    ),
    "a drive": (
        HEAD + "  'C:a': {size: 8}\n",
        ["3:3: error: C:a: the name 'C:a' has the character ':', which not every disk can store; choose another"],
    ),
    "an absolute name of Windows": (
        HEAD + "  C:\\a: {size: 8}\n",
        ["3:3: error: C:\\a: the name 'C:\\a' is absolute; names are relative to the output folder"],
    ),
    "a backslash": (
        HEAD + "  ui\\a: {size: 8}\n",
        [
            (
                "3:3: error: ui\\a: the name 'ui\\a' has the character '\\', which not every disk can store; "
                "use / for a folder"
            )
        ],
    ),
    "a device of Windows": (
        HEAD + "  ui/Con: {size: 8}\n",
        ["3:3: error: ui/Con: the name 'ui/Con' is reserved on Windows; choose another"],
    ),
    "a device with a suffix": (
        HEAD + "  nul.a: {size: 8}\n",
        ["3:3: error: nul.a: the name 'nul.a' is reserved on Windows; choose another"],
    ),
    "a trailing dot": (
        HEAD + "  a.: {size: 8}\n",
        ["3:3: error: a.: the name 'a.' has a dot or a space at the start or end of 'a.'; remove it"],
    ),
    "a trailing space": (
        HEAD + "  'a ': {size: 8}\n",
        ["3:3: error: a : the name 'a ' has a dot or a space at the start or end of 'a '; remove it"],
    ),
    "a hidden folder": (
        HEAD + "  .git/a: {size: 8}\n",
        ["3:3: error: .git/a: the name '.git/a' has a dot or a space at the start or end of '.git'; remove it"],
    ),
    "a trailing slash": (
        HEAD + "  a/: {size: 8}\n",
        ["3:3: error: a/: the name 'a/' has an empty folder name; use single slashes, none at the end"],
    ),
    "a line break in a name": (
        HEAD + '  "a\\nb": {size: 8}\n',
        [
            "3:3: error: a\\nb: the name 'a\\nb' has the character U+000A, which not every disk can store; choose another"
        ],
    ),
    "a name that is too long": (
        HEAD + "  " + "a" * 201 + ": {size: 8}\n",
        [f"3:3: error: {'a' * 201}: the name is longer than 200 bytes; choose a shorter one"],
    ),
    "the lock's own name as a folder": (
        HEAD + "  Bluenoise.lock.json/a: {size: 8}\n",
        [
            (
                "3:3: error: Bluenoise.lock.json/a: the name 'Bluenoise.lock.json/a' is that of a file of "
                "bluenoise-assets; choose another"
            )
        ],
    ),
    "a double slash": (
        HEAD + "  a//b: {size: 8}\n",
        ["3:3: error: a//b: the name 'a//b' has an empty folder name; use single slashes, none at the end"],
    ),
    "an empty name": (HEAD + '  "": {size: 8}\n', ["3:3: error: textures: the name is empty"]),
    "a name that differs in case": (
        HEAD + "  Fog: {size: 8}\n  fog: {size: 8}\n",
        ["4:3: error: fog: the file fog.png is also written by 'Fog'; some disks take these two names for one"],
    ),
    "a name that differs in Unicode's spelling": (
        HEAD + "  caf\u00e9: {size: 8}\n  cafe\u0301: {size: 8}\n",
        [
            (
                "4:3: error: cafe\u0301: the file cafe\u0301.png is also written by 'caf\u00e9'; "
                "some disks take these two names for one"
            )
        ],
    ),
    "a file that is a folder": (
        HEAD + "  a: {size: 8}\n  a.png/b: {size: 8}\n",
        ["4:3: error: a.png/b: its folder a.png is also a file, that of 'a'; rename one of them"],
    ),
    "one identifier for two": (
        HEAD + "  a-b: {size: 8}\n  a.b: {size: 8}\nshaders: [glsl]\n",
        ["4:3: error: a.b: its name in shaders, a_b, is also that of 'a-b'; rename one of them"],
    ),
    # ------------------------------------------------------------ extends
    "extends nothing known": (
        HEAD + "  dither: {size: 8}\n  b: {extends: diter}\n",
        ["4:16: error: b.extends: there is no texture 'diter'; did you mean 'dither'?"],
    ),
    "extends itself": (
        HEAD + "  a: {extends: a, size: 8}\n",
        ["3:16: error: a.extends: a cycle of extends: a -> a; remove one of them"],
    ),
    "a cycle of three": (
        HEAD + "  a: {extends: b, size: 8}\n  b: {extends: c}\n  c: {extends: a}\n",
        ["3:16: error: a.extends: a cycle of extends: a -> b -> c -> a; remove one of them"],
    ),
    "a cycle of two, and one who leans on it": (
        HEAD + "  c: {extends: a}\n  b: {extends: a}\n  a: {extends: b}\n",
        ["4:16: error: b.extends: a cycle of extends: b -> a -> b; remove one of them"],
    ),
    "two cycles": (
        HEAD + "  a: {extends: a}\n  b: {extends: c}\n  c: {extends: b}\n",
        [
            "3:16: error: a.extends: a cycle of extends: a -> a; remove one of them",
            "4:16: error: b.extends: a cycle of extends: b -> c -> b; remove one of them",
        ],
    ),
    "extends a member of a matrix": (
        HEAD + '  dither_{size}: {matrix: {size: [8]}, size: "{size}"}\n  b: {extends: dither_8}\n',
        ["4:16: error: b.extends: there is no texture 'dither_8'; known here: dither_{size}"],
    ),
    "extends a mapping": (
        HEAD + "  a: {size: 8}\n  b: {extends: {a: 1}}\n",
        ["4:16: error: b.extends: expected the name of a texture, found a mapping"],
    ),
    "extends an empty list": (
        HEAD + "  a: {size: 8, extends: []}\n",
        ["3:25: error: a.extends: the list is empty; remove it"],
    ),
    "extends a list with mistakes": (
        HEAD + "  .a: {seed: 1}\n  b: {size: 8, extends: [.a, .c, [.a], .a]}\n",
        [
            "4:30: error: b.extends: there is no texture '.c'; known here: .a",
            "4:34: error: b.extends: expected the name of a texture, found a list",
            "4:40: error: b.extends: '.a' is listed twice; remove it",
        ],
    ),
    "two cycles through a list": (
        HEAD + "  a: {size: 8, extends: [b, c]}\n  b: {extends: a}\n  c: {extends: [d, c]}\n  d: {bits: 16}\n",
        [
            "3:26: error: a.extends: a cycle of extends: a -> b -> a; remove one of them",
            "5:20: error: c.extends: a cycle of extends: c -> c; remove one of them",
            "6:3: error: d: the key 'size' is missing; call it .d if it is only there to be extended",
        ],
    ),
    "a broken base does not hide the heir's own mistakes": (
        HEAD + "  a: {extends: none}\n  b: {extends: a, bits: 9}\n",
        [
            "3:16: error: a.extends: there is no texture 'none'; known here: b",
            "4:25: error: b.bits: expected 8, 16 or 32, found 9",
        ],
    ),
    "a mistake in a base, shown once": (
        HEAD + "  a: {size: 8, bits: 7}\n  b: {extends: a}\n",
        ["3:22: error: a.bits: expected 8, 16 or 32, found 7"],
    ),
    # ------------------------------------------------------------ matrix and templates
    "a template without a matrix": (
        HEAD + '  a: {size: "{n}"}\n',
        ["3:13: error: a.size: there is no variable 'n'; add a matrix, or declare it: `variables: {n: ...}`"],
    ),
    "an unknown variable": (
        HEAD + '  a_{size}: {matrix: {size: [8]}, size: "{sise}"}\n',
        ["3:41: error: a_8.size: there is no variable 'sise'; did you mean 'size'?"],
    ),
    "a template without quotes": (
        HEAD + "  a_{n}: {matrix: {n: [8]}, size: {n}}\n",
        ['3:35: error: a_{n}.size: expected a number or a list of 2, found a mapping; quote a template: "{n}"'],
    ),
    "a value of the wrong type, shown in the matrix": (
        HEAD + '  a_{n}: {matrix: {n: [8, x]}, size: "{n}"}\n',
        ["3:27: error: a_x.size: expected a whole number, found x"],
    ),
    "a name that does not tell members apart": (
        HEAD + '  a: {matrix: {n: [8, 16]}, size: "{n}"}\n',
        [
            (
                "3:3: error: a: two textures of this matrix have the same name; "
                "use each matrix variable in the name, as in dither_{size}"
            )
        ],
    ),
    "an empty matrix": (
        HEAD + "  a: {matrix: {}, size: 8}\n",
        ["3:7: error: a.matrix: the matrix has no variable; write matrix: {size: [32, 64]}"],
    ),
    "an empty list of values": (
        HEAD + "  a_{n}: {matrix: {n: []}, size: 8}\n",
        ["3:23: error: a_{n}.matrix.n: the list is empty"],
    ),
    "a single value": (
        HEAD + "  a_{n}: {matrix: {n: 8}, size: 8}\n",
        ["3:23: error: a_{n}.matrix.n: expected a list of values or a range, found 8; write [8]"],
    ),
    "a value twice": (
        HEAD + "  a_{n}: {matrix: {n: [8, 8]}, size: 8}\n",
        ["3:27: error: a_{n}.matrix.n: the value 8 is listed twice"],
    ),
    "an include of what is there": (
        HEAD + "  a_{n}: {matrix: {n: [8], include: [{n: 8}]}, size: 8}\n",
        ["3:39: error: a_{n}.matrix.include: the matrix has this combination already"],
    ),
    "an include of an unknown variable": (
        HEAD + "  a_{size}: {matrix: {size: [8], include: [{size: 9, sise: 9}]}, size: 8}\n",
        ["3:54: error: a_{size}.matrix.include: unknown key 'sise'; did you mean 'size'?"],
    ),
    "an exclude that is no list": (
        HEAD + "  a_{n}: {matrix: {n: [8], exclude: {n: 8}}, size: 8}\n",
        ["3:37: error: a_{n}.matrix.exclude: expected a list of combinations, found a mapping"],
    ),
    "a variable that templates cannot name": (
        HEAD + "  a: {matrix: {my-size: [8]}, size: 8}\n",
        ["3:16: error: a.matrix: 'my-size' cannot be a matrix variable; use letters, digits and _"],
    ),
    "a matrix as a list": (
        HEAD + "  a: {matrix: [8, 16], size: 8}\n",
        ["3:15: error: a.matrix: expected a mapping of keys, found a list"],
    ),
    "a duplicate variable": (
        HEAD + "  a_{n}: {matrix: {n: [8], n: [9]}, size: 8}\n",
        ["3:28: error: a_{n}.matrix: duplicate key 'n'; it is already in line 3"],
    ),
    "a matrix and a texture of one name": (
        HEAD + '  a_8: {size: 8}\n  a_{n}: {matrix: {n: [8]}, size: "{n}"}\n',
        ["4:3: error: a_8: the file a_8.png is also written by 'a_8'; rename one of them"],
    ),
    "too large for a member": (
        HEAD + '  a_{n}: {matrix: {n: [8, 99999]}, size: "{n}"}\n',
        ["3:27: error: a_99999.size: a side of 99999 texels is not between 1 and 16384"],
    ),
    "a template in the distribution without quotes": (
        HEAD + "  a_{d}: {matrix: {d: [uniform]}, size: 8, distribution: {d}}\n",
        [
            (
                "3:58: error: a_{d}.distribution: expected uniform, triangular, gaussian or table, found a mapping; "
                'quote a template: "{d}"'
            )
        ],
    ),
    "an incomplete include": (
        HEAD + "  a_{n}_{m}: {matrix: {n: [8], m: [1], include: [{n: 9}]}, size: 8}\n",
        ["3:51: error: a_{n}_{m}.matrix.include: a value for 'm' is missing"],
    ),
    "an exclude of an unknown variable": (
        HEAD + "  a_{n}: {matrix: {n: [8, 9], exclude: [{k: 9}]}, size: 8}\n",
        ["3:42: error: a_{n}.matrix.exclude: unknown key 'k'; known here: n"],
    ),
    "an exclude that matches nothing": (
        HEAD + "  a_{n}: {matrix: {n: [8, 9], exclude: [{n: 10}]}, size: 8}\n",
        ["3:42: error: a_{n}.matrix.exclude: this matches no combination"],
    ),
    "everything excluded": (
        HEAD + "  a_{n}: {matrix: {n: [8], exclude: [{n: 8}]}, size: 8}\n",
        ["3:11: error: a_{n}.matrix: every combination is excluded"],
    ),
    "too many combinations": (
        HEAD + "  a: {matrix: {" + ", ".join(f"v{i}: [0,1,2,3,4,5,6,7,8,9]" for i in range(30)) + "}, size: 8}\n",
        ["3:7: error: a.matrix: the matrix has more than 10000 combinations"],
    ),
    # ------------------------------------------------------------ bars
    "bars that are no bars": (
        HEAD
        + "  a: {size: 32, require: {low_frequency_db: -40, error_db: {max: .nan}, anisotropy_db: {}}}\n"
        + "  b: {size: 32, require: [error_db]}\n"
        + "  c: {size: 32, require: null}\n"
        + "  d: {size: 32, require: {threshold_error_db: {1.5: {max: 1, min: 2}, 2: null}, tone_low_frequency_db: -1}}\n",
        [
            "3:45: error: a.require.low_frequency_db: expected a mapping of max or min, found -40; write {max: -40}",
            "3:66: error: a.require.error_db.max: expected a number, found .nan",
            "3:88: error: a.require.anisotropy_db: nothing is in it; write {max: -40}",
            (
                "4:26: error: b.require: expected a mapping of low_frequency_db, anisotropy_db, threshold_error_db, "
                "error_db, stored_low_frequency_db, tone_low_frequency_db or pattern_rms, found a list; "
                "write {low_frequency_db: {max: -40}}"
            ),
            "5:26: error: c.require: nothing is in it; write {low_frequency_db: {max: -40}}",
            "6:53: error: d.require.threshold_error_db.1.5: min, 2, is above max, 1; no figure is both",
            "6:74: error: d.require.threshold_error_db.2: nothing is in it; write {max: -40}",
            (
                "6:104: error: d.require.tone_low_frequency_db: expected a mapping of 1/64, 1/32, 1/16, 1/2, 15/16, "
                "31/32 or 63/64, found -1; write {1/64: {max: -40}}"
            ),
        ],
    ),
    "bars of unknown figures": (
        HEAD + "  a: {size: 32, require: {low_freqency_db: {max: -40}, threshold_error_db: {eye 71: {max: 1}},"
        " error_db: {mx: 1}}}\n",
        [
            "3:27: error: a.require: unknown key 'low_freqency_db'; did you mean 'low_frequency_db'?",
            "3:77: error: a.require.threshold_error_db: unknown figure 'eye 71'; did you mean 'eye 70'?",
            "3:107: error: a.require.error_db: unknown key 'mx'; did you mean 'max'?",
        ],
    ),
    "bars of figures that the texture never has": (
        HEAD
        + "  a: {size: 16, require: {pattern_rms: {ST: {max: 1}}, tone_low_frequency_db: {1/64: {max: 1}}}}\n"
        + "  b: {size: 32, objective: spectrum, require: {error_db: {max: -3}}}\n",
        [
            "3:41: error: a.require.pattern_rms.ST: only frames and vectors have it; remove it",
            "3:80: error: a.require.tone_low_frequency_db.1/64: 16x16 texels are too small for it; remove it",
            "4:48: error: b.require.error_db: there is none with the spectrum objective, which has no filter; remove it",
        ],
    ),
    # ------------------------------------------------------------ several at once, in reading order
    "everything at once": (
        "schema: 1\noutput: 5\nshader: [glsl]\ntextures:\n  a: {size: no, seed: x}\n  b: {}\n  a: {size: 8}\n",
        [
            "3:1: error: manifest: unknown key 'shader'; did you mean 'shaders'?",
            "5:13: error: a.size: expected a whole number, found no",
            "5:23: error: a.seed: expected a whole number, found x",
            "6:3: error: b: the key 'size' is missing",
            "7:3: error: textures: duplicate key 'a'; it is already in line 5",
        ],
    ),
}


MORE = {  # (YAML's escapes of halves of a character: only PyYAML's parser in Python lets them through)
    "half a character in a name": (HEAD + '  "a\\ud800": {size: 8}\n', "3:3"),
    "half a character in the output": ('schema: 1\noutput: "\\ud800"\ntextures: {a: {size: 8}}\n', "2:9"),
    "a character beyond Unicode": (HEAD + '  a: {size: "\\Uffffffff"}\n', "3:"),
}


@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
@pytest.mark.parametrize("name", MORE)
def test_where_the_parsers_differ_the_place_is_right(name, loader, tmp_path, monkeypatch):
    import yaml

    text, position = MORE[name]
    path = tmp_path / "F"
    path.write_text(text)
    monkeypatch.setattr(source, "_Loader", getattr(yaml, loader, yaml.SafeLoader))
    assert {line.startswith(f"{path}:{position}") for line in problems(path)} == {True}


def test_the_table_is_long_enough():
    assert len(BAD) >= 100


@pytest.mark.parametrize("name", BAD)
def test_bad_manifest(name, tmp_path, monkeypatch, capsys):
    text, expected = BAD[name]
    monkeypatch.chdir(tmp_path)
    Path("F").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main(["build", "F", "--output", "out"]) == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [f"F:{line}" for line in expected]
    assert captured.out == ""
    assert sorted(os.listdir()) == ["F"]


def problems(path):
    with pytest.raises(ManifestError) as raised:
        load_manifest(path)
    return [str(problem) for problem in raised.value.problems]


def test_a_folder_a_missing_file_and_a_device(tmp_path):
    assert problems(tmp_path) == [f"{tmp_path}:1:1: error: manifest: this is a folder, not a file"]
    path = tmp_path / "none.yaml"
    hint = "`bluenoise-assets init` writes a first one"
    assert problems(path) == [f"{path}:1:1: error: manifest: there is no such file; {hint}"]
    if os.name == "posix":
        zero = Path("/dev/zero")  # reading it would never end
        assert problems(zero) == ["/dev/zero:1:1: error: manifest: this is not a regular file"]
        os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever
        assert problems(tmp_path / "pipe") == [f"{tmp_path / 'pipe'}:1:1: error: manifest: this is not a regular file"]


@pytest.mark.skipif(os.name != "posix", reason="named pipes are POSIX's")
def test_a_pipe_that_takes_the_place_of_a_manifest_just_now_is_not_waited_for(tmp_path):
    """Looking at a file first and opening it then is a race: here every look finds a regular file."""
    os.mkfifo(tmp_path / "a.yaml")
    code = (
        "import pathlib\n"
        "pathlib.Path.is_file = lambda self: True\n"
        "import bluenoise_assets as bn\n"
        "try: bn.load_manifest('a.yaml')\n"
        "except bn.ManifestError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout == "a.yaml:1:1: error: manifest: this is not a regular file\n", done.stderr


def test_of_very_many_problems_the_first_are_told(tmp_path, capsys):
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + "".join(f"  a{i}: {{sise: {i}}}\n" for i in range(300)))
    assert main(["build", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == problems(path)
    assert len(lines) == 101
    assert lines[99].startswith(f"{path}:102:9: error: a99: unknown key 'sise'")
    assert lines[100] == f"{path}:103:10: error: manifest: and 200 more problems"


MANY = {
    "empty entries": "  a{i}:\n",
    "bases that are not there": "  a{i}: {{extends: b{i}}}\n",
    "cycles of two": "  a{i}: {{extends: b{i}}}\n  b{i}: {{extends: a{i}}}\n",
    "unknown keys": "  a{i}: {{size: 8, sise: 8}}\n",
    "one base": "  a{i}: {{extends: .base}}\n",
}


def steps(path):
    """How many lines of the package run while a manifest is read, each round of a loop as one."""
    count = 0

    def each(frame, event, _argument):
        nonlocal count
        count += event == "line"
        return each

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _argument: each if str(PACKAGE) in frame.f_code.co_filename else None)
    try:
        load_manifest(path)
    except ManifestError:
        pass
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("entry", MANY.values(), ids=MANY)
def test_twice_the_entries_take_twice_the_work(entry, tmp_path):
    """150,000 empty entries took 39 s, since each looked at all others."""
    path = tmp_path / "a.yaml"

    def work(count):
        path.write_text(HEAD + "  .base: {size: 8}\n" + "".join(entry.format(i=i) for i in range(count)))
        return steps(path)

    work(10)  # what is done once
    assert work(400) < 2.2 * work(200)


def test_a_number_of_thousands_of_digits(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + f"  a: {{size: 8, bits: {'9' * 5000}}}\n")
    assert problems(path) == [f"{path}:3:22: error: a.bits: expected 8, 16 or 32, found {'9' * 37}..."]


def test_a_folder_that_is_named_like_a_manifest(tmp_path, capsys):
    (tmp_path / "in" / "a.yaml").mkdir(parents=True)
    assert main(["build", str(tmp_path / "in")]) == 2
    file = tmp_path / "in" / "a.yaml"
    assert capsys.readouterr().err == f"{file}:1:1: error: manifest: this is a folder, not a file\n"


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_folder_that_may_not_be_read_a_loop_and_a_path_that_is_too_long(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("shut").mkdir(mode=0)
    Path("loop.yaml").symlink_to("loop.yaml")
    user = os.geteuid()
    if user == 0:
        tmp_path.chmod(0o755)
        os.seteuid(65534)
    try:
        assert main(["build", "shut"]) == 2
        assert main(["build", "shut/a.yaml"]) == 2
        assert main(["build", "loop.yaml"]) == 2
        assert main(["build", "x" * 5000]) == 2
    finally:
        os.seteuid(user)
    assert capsys.readouterr().err.splitlines() == [
        "shut:1:1: error: manifest: the folder cannot be read: Permission denied",
        "shut/a.yaml:1:1: error: manifest: the file cannot be read: Permission denied",
        "loop.yaml:1:1: error: manifest: the file cannot be read: Too many levels of symbolic links",
        f"{'x' * 5000}:1:1: error: manifest: the file cannot be read: File name too long",
    ]


def test_thousands_of_heirs(tmp_path):
    """No recursion limit, and the mistake at the far end is still the only line."""
    path = tmp_path / "a.yaml"
    heirs = "".join(f"  a{i}: {{extends: a{i + 1}}}\n" for i in range(3000))
    path.write_text(HEAD + heirs + "  a3000: {size: 0}\n")
    assert problems(path) == [f"{path}:3003:17: error: a3000.size: a side of 0 texels is not between 1 and 16384"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_an_unreadable_file(tmp_path):
    """As root every file is readable, so this is tried as an ordinary user."""
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + "  a: {size: 8}\n")
    path.chmod(0)
    line = f"{path}:1:1: error: manifest: the file cannot be read: Permission denied"
    if os.geteuid() != 0:
        assert problems(path) == [line]
        return
    os.seteuid(65534)
    try:
        assert problems(path) == [line]
    finally:
        os.seteuid(0)


def test_100_megabytes_are_refused_without_reading_them(tmp_path):
    path = tmp_path / "a.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    assert problems(path) == [
        (
            f"{path}:1:1: error: manifest: the file has 100.0 MiB; a manifest has at most 4 MiB; "
            "write repeated textures as a matrix, or split the file"
        )
    ]


@pytest.mark.parametrize("name", BAD)
def test_without_libyaml_the_lines_are_the_same(name, tmp_path, monkeypatch):
    """PyYAML comes without its C parser on some systems."""
    import yaml

    text, expected = BAD[name]
    monkeypatch.chdir(tmp_path)
    Path("F").write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setattr(source, "_Loader", yaml.SafeLoader)
    assert problems("F") == [f"F:{line}" for line in expected]


def test_a_process_says_the_same_and_exits_with_2(tmp_path):
    (tmp_path / "a.yaml").write_text("schema: 1\ntextures: {a: {sise: 8}}\n")
    done = run_cli_process("build", "a.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "a.yaml:2:16: error: a: unknown key 'sise'; did you mean 'size'?\n"
