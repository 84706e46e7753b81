"""What people write who know other tools: each is told what to write instead, where it stands, whatever reads the YAML.

The lines were written down by hand from what a user should see.
"""

from pathlib import Path

import pytest
import yaml

from bluenoise_assets import ManifestError, TextureSpec, load_manifest
from bluenoise_assets.manifest import source

HEAD = "schema: 1\ntextures:\n"  # a texture's name then stands in line 3, column 3
SPACE = "there is no space behind this key's colon"
CONFLICT = (
    "error: YAML: a merge left a conflict here; "
    "keep what counts of both sides, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
)
ENGINES = "expected unity, unreal, godot, godot3, bevy, threejs or raw"
HOME = "a manifest's ~ is not the home folder; write a path that is relative to this file, or the whole one"


def environment(text, name="BUILD"):
    return (
        f"{text} is not filled in: manifests know no variables of the environment; "
        f"write {{{name}}}, declare `variables: {{{name}: ...}}` and build with --set {name}=..."
    )


MISTAKES = {
    "a file as a name": (
        HEAD + "  dither.png: {size: 8}\n",
        [
            (
                "3:3: error: dither.png: the name 'dither.png' ends with a file's suffix; "
                "write dither; `formats: [png]` says which files it gets"
            )
        ],
    ),
    "a file of a format that is none of ours": (
        HEAD + "  ui/fog.TGA: {size: 8}\n",
        [
            (
                "3:3: error: ui/fog.TGA: the name 'ui/fog.TGA' ends with a file's suffix; "
                "write ui/fog; `formats` says which files it gets"
            )
        ],
    ),
    "a file from a matrix": (
        HEAD + "  'a_{n}.exr': {matrix: {n: [1]}, size: 8}\n",
        [
            (
                "3:3: error: a_1.exr: the name 'a_1.exr' ends with a file's suffix; "
                "write a_1; `formats: [exr]` says which files it gets"
            )
        ],
    ),
    # ------------------------------------------------------------ paths
    "an output at home": (
        "schema: 1\noutput: ~/noise\ntextures: {a: {size: 8}}\n",
        [f"2:9: error: output: {HOME}"],
    ),
    "an output from the environment": (
        "schema: 1\noutput: ${BUILD}/noise\ntextures: {a: {size: 8}}\n",
        [f"2:9: error: output: {environment('${BUILD}')}"],
    ),
    "an output from Make": (
        "schema: 1\noutput: $(BUILD)/noise\ntextures: {a: {size: 8}}\n",
        [f"2:9: error: output: {environment('$(BUILD)')}"],
    ),
    "an output from the environment, declared": (
        "schema: 1\nvariables: {BUILD: x}\noutput: ${BUILD}/noise\ntextures: {a: {size: 8}}\n",
        [f"3:9: error: output: {environment('${BUILD}')}"],
    ),
    "includes at home and from the environment": (
        "schema: 1\ninclude: [~/a.yaml, $BUILD/a.yaml, '%BUILD%\\a.yaml']\ntextures: {a: {size: 8}}\n",
        [
            f"2:11: error: include: {HOME}",
            f"2:21: error: include: {environment('$BUILD')}",
            f"2:36: error: include: {environment('%BUILD%')}",
        ],
    ),
    "a picture at home": (
        HEAD + "  a: {size: 8, sample_space: vec2, importance: ~/lamp.png}\n",
        [f"3:48: error: a.importance: {HOME}"],
    ),
    "a picture from the environment": (
        HEAD + "  a: {size: 8, sample_space: vec2, importance: '${ART}/lamp.png'}\n",
        [f"3:48: error: a.importance: {environment('${ART}', 'ART')}"],
    ),
    # ------------------------------------------------------------ sizes
    "64x64": (
        HEAD + "  a: {size: 64x64}\n",
        ["3:13: error: a.size: expected a number or a list of 2, found 64x64; write 64"],
    ),
    "64 x 32": (
        HEAD + "  a: {size: 64 x 32}\n",
        ["3:13: error: a.size: expected a number or a list of 2, found 64 x 32; write [64, 32]"],
    ),
    "64x64x32": (
        HEAD + "  a: {size: 64X64X32}\n",
        ["3:13: error: a.size: expected a number or a list of 2, found 64X64X32; write [64, 64, 32]"],
    ),
    "commas at the ends of lines": (
        HEAD + "  a:\n    size: 64,\n    bits: 8,\n    effort: best,\n",
        [
            "4:11: error: a.size: expected a whole number, found 64,; remove the comma",
            "5:11: error: a.bits: expected 8, 16 or 32, found 8,; remove the comma",
            "6:13: error: a.effort: expected fast, good or best, found best,; remove the comma",
        ],
    ),
    "keys of other tools": (
        HEAD + "  a: {width: 64, height: 32}\n  b: {resolution: 64, Format: png}\n  c: {size: 8, engine: unity}\n",
        [
            "3:7: error: a: unknown key 'width'; write size: 64, or size: [64, 32]",
            "3:18: error: a: unknown key 'height'; write size: 64, or size: [64, 32]",
            "4:7: error: b: unknown key 'resolution'; write size: 64, or size: [64, 32]",
            "4:23: error: b: unknown key 'Format'; write a list: formats: [png]",
            "5:16: error: c: unknown key 'engine'; write a list: engines: [unity]",
        ],
    ),
    "more keys of other tools": (
        HEAD
        + "  a: {size: 8, slices: 4, type: blue, bitDepth: 8}\n  b: {size: 8, name: c, depth: 4, tileable: true}\n",
        [
            "3:16: error: a: unknown key 'slices'; write layers: 8, or frames: 8 for noise that moves",
            "3:27: error: a: unknown key 'type'; all textures are blue noise: remove it, or see `objective`",
            "3:39: error: a: unknown key 'bitDepth'; write bits: 8",
            "4:16: error: b: unknown key 'name'; the key above is the name: remove it",
            "4:25: error: b: unknown key 'depth'; write size: [64, 64, 32] for a volume, or bits: 8",
            "4:35: error: b: unknown key 'tileable'; all textures tile: remove it",
        ],
    ),
    "a key of another tool where it is not meant": (
        HEAD + "  a: {size: 8, optimizer: {type: adam}}\n",
        [("3:28: error: a.optimizer: unknown key 'type'; known here: method, steps, learning_rate, momentum")],
    ),
    # ------------------------------------------------------------ no space behind a colon
    "size:64 alone": (
        HEAD + "  a:\n    size:64\n",
        [("4:5: error: a: expected a mapping of keys, found size:64; write size: 64, with a space behind the colon")],
    ),
    "size:64 first": (
        HEAD + "  a:\n    size:64\n\n    bits: 8\n",
        [f"4:5: error: YAML: {SPACE}; write size: 64"],
    ),
    "size:64 in between": (
        HEAD + "  a:\n    bits: 8\n    size:64\n    seed: 1\n",
        [f"5:5: error: YAML: {SPACE}; write size: 64"],
    ),
    "size:64 last": (
        HEAD + "  a:\n    bits: 8\n    size:64\n",
        [f"5:5: error: YAML: {SPACE}; write size: 64"],
    ),
    "size:64 in brackets": (
        HEAD + "  a: {bits: 8, size:64}\n",
        ["3:16: error: a: unknown key 'size:64'; write size: 64, with a space behind the colon"],
    ),
    "a texture without the space": (
        HEAD + "  a: {size: 8}\n  b:{size: 8}\n",
        [
            (
                "4:12: error: b:{size: expected a mapping of keys, found 8}; "
                "write b: {size...}, with a space behind the colon"
            )
        ],
    ),
    "a texture of two keys without the space": (
        HEAD + "  a: {size: 8}\n  b:{size: 8, bits: 8}\n",
        [f"4:3: error: YAML: {SPACE}; write b: {{size:...}}"],
    ),
    # ------------------------------------------------------------ lists, engines, conflicts
    "textures as a list of mappings": (
        "schema: 1\ntextures:\n  - name: fog\n    size: 64\n",
        [
            (
                "3:3: error: textures: expected a mapping of keys, found a list; "
                "a texture's name is its key: textures: {fog: {...}}"
            )
        ],
    ),
    "textures as a list of mappings by name": (
        "schema: 1\ntextures: [{size: 64}]\n",
        [
            (
                "2:11: error: textures: expected a mapping of keys, found a list; "
                "a texture's name is its key: textures: {dither: {...}}"
            )
        ],
    ),
    "engines as people call them": (
        HEAD + "  a: {size: 8, engines: [Unity, three.js, godot4, UE5, Bevy]}\n",
        [
            f"3:26: error: a.engines: {ENGINES}, found Unity; write unity",
            f"3:33: error: a.engines: {ENGINES}, found three.js; write threejs",
            f"3:43: error: a.engines: {ENGINES}, found godot4; write godot",
            f"3:51: error: a.engines: {ENGINES}, found UE5; write unreal",
            f"3:56: error: a.engines: {ENGINES}, found Bevy; write bevy",
        ],
    ),
    "other words": (
        HEAD + "  a: {size: 8, formats: [PNG], effort: high}\n",
        [
            "3:26: error: a.formats: expected png, dds, ktx2, exr, raw, h, cs or npy, found PNG; write png",
            "3:40: error: a.effort: expected fast, good or best, found high; write best",
        ],
    ),
    "a conflict": (
        HEAD + "  a: {size: 8}\n<<<<<<< HEAD\n  b: {size: 8}\n=======\n  b: {size: 9}\n>>>>>>> other\n",
        [f"4:1: {CONFLICT}"],
    ),
    "what is left of a conflict": (HEAD + "  a: {size: 8}\n>>>>>>> other\n", [f"4:1: {CONFLICT}"]),
    "the middle of a conflict, of Windows": (HEAD + "  a: {size: 8}\r\n=======\r\n", [f"4:1: {CONFLICT}"]),
}


def problems(path):
    with pytest.raises(ManifestError) as raised:
        load_manifest(path)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake(name, loader, tmp_path, monkeypatch):
    text, expected = MISTAKES[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source, "_Loader", getattr(yaml, loader, yaml.SafeLoader))
    Path("F").write_bytes(text.encode())
    assert problems("F") == [f"F:{line}" for line in expected]


def test_what_looks_like_a_mistake_and_is_none(tmp_path):
    """A folder that is called ~, a dollar that names nothing, marks inside a comment, a dot in a name."""
    path = tmp_path / "a.yaml"
    path.write_text(
        "# <<<<<<< not at the start\nschema: 1\noutput: ./~/c$/100%/x\ntextures:\n  v1.2: {size: 8}\n  png: {size: 8}\n"
    )
    manifest = load_manifest(path)
    assert [spec.name for spec in manifest.textures] == ["v1.2", "png"]
    assert manifest.output == tmp_path / "~" / "c$" / "100%" / "x"


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="the parser in Python takes it for what it should be")
def test_a_list_without_the_space(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + "  a: {size:[8, 8]}\n")
    assert problems(path) == [f"{path}:3:7: error: YAML: {SPACE}; write `key: value`"]


def test_python_is_told_the_same():
    with pytest.raises(
        ValueError, match=r"size: expected a number or a list of 2, found the text '64x32'; write \[64, 32\]"
    ):
        TextureSpec(size="64x32")
    with pytest.raises(ValueError, match=r"engines: expected .*, found the text 'three\.js'; write threejs"):
        TextureSpec(size=8, engines=["three.js"])
