"""Godot 3.2.3 imports our textures by our import files and draws with our shaders; Godot 4's are written by the same code.

There is no Godot 4 here: its settings are held against the list of what it must have, its GDScript is parsed by
gdtoolkit, and its include file's functions run in Godot 3.
"""

import configparser
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import shader_reference as reference
from support.godot import draw, run_godot
from support.pages import INTEGRATIONS, blocks_of, files_of
from support.paths import PACKAGE, ROOT
from support.tools import require, require_module

from bluenoise_assets import load_manifest
from bluenoise_assets.builder.encoding import encode
from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.engines.outputs import outputs
from bluenoise_assets.engines.shaders import Binding, dithers
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier
from bluenoise_assets.spec.sample_space import DIRECTIONS

GODOT, GODOT3 = engine_of("godot"), engine_of("godot3")
SIDECAR = GODOT.sidecar
HERE = Path(__file__).parent / "godot"
ADDON = INTEGRATIONS / "godot" / "addons" / "bluenoise_assets"


def asset_of(engine, spec):
    storage_layout = GODOT.storage_layout(spec)
    return Asset(spec, storage_layout, f"{engine}/{spec.name}.{storage_layout.format}")


# ---------------------------------------------------------------- what is written

PLAIN = TextureSpec("ui/dither", (100, 37))
ARRAY = TextureSpec("ui/dither", (100, 37), channels=2, layers=5)
VOLUME = TextureSpec("ui/dither", (20, 18, 7), channels=4, bits=16)


def test_the_settings_of_godot_4_are_those_on_the_list():
    """The list in the notes on engines: what Godot 4 must have for noise, and nothing that a user may wish to set."""
    layered = {"compress/mode": "0", "mipmaps/generate": "false", "slices/horizontal": "1"}
    plain = {
        "compress/mode": "0",
        "mipmaps/generate": "false",
        "compress/normal_map": "2",
        "process/fix_alpha_border": "false",
        "process/premult_alpha": "false",
        "process/hdr_as_srgb": "false",
        "process/size_limit": "0",
        "detect_3d/compress_to": "0",
    }
    for spec, importer, kind, params in [
        (PLAIN, "texture", "CompressedTexture2D", plain),
        (ARRAY, "2d_array_texture", "CompressedTexture2DArray", layered | {"slices/vertical": "5"}),
        (VOLUME, "3d_texture", "CompressedTexture3D", layered | {"slices/vertical": "7", "compress/mode": "3"}),
    ]:
        text = GODOT.sidecar.patch(asset_of("godot", spec), None)
        found = configparser.ConfigParser()  # a new file has no values of several lines
        found.read_string(text)
        assert dict(found["remap"]) == {"importer": f'"{importer}"', "type": f'"{kind}"'}
        assert dict(found["params"]) == params
        assert found.sections() == ["remap", "params"]  # no uid, and no paths: Godot adds them


@pytest.mark.parametrize(
    ("spec", "held"),
    [
        (TextureSpec("a", (8, 8), channels=2), ("png", "uint8", 2)),
        (TextureSpec("a", (8, 8), channels=4, layers=3), ("png", "uint8", 4)),
        (TextureSpec("a", (8, 8), bits=16), ("exr", "float32", 1)),
        (TextureSpec("a", (8, 8, 8), channels=3, bits=16), ("exr", "float32", 3)),
        (TextureSpec("a", (8, 8), bits=16, encoding="float"), ("exr", "float16", 1)),
        (TextureSpec("a", (8, 8), bits=32, encoding="float"), ("exr", "float32", 1)),
    ],
)
def test_textures_are_held_as_strips_in_what_godot_reads_exactly(spec, held):
    for engine in (GODOT, GODOT3):
        storage_layout = engine.storage_layout(spec)
        assert (storage_layout.format, storage_layout.storage, storage_layout.channels) == held
        assert storage_layout.kind == "2d"
        assert engine.layout(spec) == {"2d": "strip", "array": "array", "volume": "volume"}[spec.kind]


@pytest.mark.parametrize(
    ("keys", "mode"),
    [
        ({"layers": 3}, "0"),
        ({"bits": 16}, "0"),
        ({"bits": 16, "layers": 3}, "3"),
        ({"bits": 16, "frames": 3, "encoding": "float"}, "3"),
        ({"size": (8, 8, 8), "bits": 32, "encoding": "float"}, "3"),
    ],
)
def test_floats_in_slices_are_not_compressed(keys, mode):
    """Godot 4.0 to 4.3 cuts them to 8 bits as "lossless" (0); "VRAM uncompressed" (3) is exact everywhere."""
    asset = asset_of("godot", TextureSpec("a", **{"size": (8, 8)} | keys))
    text = SIDECAR.patch(asset, None)
    assert f"\ncompress/mode={mode}\n" in text
    other = text.replace(f"mode={mode}", "mode=0" if mode == "3" else "mode=3")
    assert SIDECAR.differences(asset, other) == [f"compress/mode: {3 - int(mode)}, not {mode}"]
    assert SIDECAR.patch(asset, other) == text


# ---------------------------------------------------------------- changing import files

IMPORTED = """\
[remap]

importer="2d_array_texture"
type="CompressedTexture2DArray"
uid="uid://b8qsvh6qqtjrl"
path.s3tc="res://.godot/imported/dither.png-1.s3tc.ctexarray"
path="res://.godot/imported/dither.png-1.ctexarray"
metadata={
"imported_formats": ["s3tc_bptc"],
"vram_texture": true ; a comment } here
}

[deps]

source_file="res://ui/dither.png"
dest_files=["res://.godot/imported/dither.png-1.s3tc.ctexarray"]

[params]

compress/mode=0
compress/lossy_quality=0.7
; my own note: [params] mipmaps/generate=true
mipmaps/generate=false
mipmaps/limit=-1
slices/horizontal=1
slices/vertical=5
"""

THE_ARRAY = asset_of("godot", ARRAY)


def test_a_file_that_is_right_is_left_alone():
    for text in (
        IMPORTED,
        IMPORTED.replace("\n", "\r\n"),
        IMPORTED.rstrip("\n"),
        IMPORTED.replace("=1\n", " = 1 ;x\n"),
    ):
        assert SIDECAR.differences(THE_ARRAY, text) == []
        assert SIDECAR.patch(THE_ARRAY, text) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_wrong_settings_are_set_right_and_all_else_is_kept(newline):
    wrong = IMPORTED.replace("mode=0", "mode=1").replace("vertical=5", "vertical=8").replace("0.7", "0.25")
    wrong = wrong.replace("slices/horizontal=1\n", "").replace("\n", newline)
    assert SIDECAR.differences(THE_ARRAY, wrong) == [
        "compress/mode: 1, not 0",
        "slices/horizontal: missing, not 1",
        "slices/vertical: 8, not 5",
    ]
    patched = SIDECAR.patch(THE_ARRAY, wrong)
    expected = IMPORTED.replace("0.7", "0.25").replace("slices/horizontal=1\n", "") + "slices/horizontal=1\n"
    # What tells of the import with the wrong settings goes, so that Godot imports again.
    expected = re.sub(r"^(path|dest_files).*\n", "", expected, flags=re.MULTILINE)
    assert patched == expected.replace("\n", newline)
    assert 'uid="uid://b8qsvh6qqtjrl"' in patched


CHANGED_TEXELS = {
    "process/channel_remap/red": ("4", "0"),
    "process/channel_remap/green": ("0", "1"),
    "process/channel_remap/blue": ("8", "2"),
    "process/channel_remap/alpha": ("9", "3"),
    "process/normal_map_invert_y": ("true", "false"),
}
"""Options of the newest importer (sources of 2026) that change a 2D texture's texels: what they were set to, and their defaults."""


def test_what_changes_texels_is_set_right_where_it_is_set():
    """Godot 4 writes all options into the file; older versions do not know them all, so none is added."""
    asset = asset_of("godot", PLAIN)
    fresh = SIDECAR.patch(asset, None)
    assert not any(key in fresh for key in CHANGED_TEXELS)
    right = fresh + "".join(f"{key}={neutral}\n" for key, (_, neutral) in CHANGED_TEXELS.items())
    wrong = fresh + "".join(f"{key}={value}\n" for key, (value, _) in CHANGED_TEXELS.items())
    assert SIDECAR.differences(asset, right) == []
    assert SIDECAR.differences(asset, wrong) == [
        f"{key}: {value}, not {neutral}" for key, (value, neutral) in CHANGED_TEXELS.items()
    ]
    assert SIDECAR.patch(asset, wrong) == right


def test_what_changes_texels_in_godot_3_is_set_right():
    asset = asset_of("godot3", PLAIN)
    fresh = GODOT3.sidecar.patch(asset, None)
    wrong = f"{fresh}process/normal_map_invert_y=true\n"
    assert GODOT3.sidecar.differences(asset, wrong) == ["process/normal_map_invert_y: true, not false"]
    assert GODOT3.sidecar.patch(asset, wrong) == wrong.replace("y=true", "y=false")


def test_a_texture_that_became_another_kind_is_imported_anew():
    patched = SIDECAR.patch(asset_of("godot", PLAIN), IMPORTED)
    assert SIDECAR.differences(asset_of("godot", PLAIN), patched) == []
    assert 'importer="texture"\ntype="CompressedTexture2D"\nuid="uid://b8qsvh6qqtjrl"\nmetadata' in patched
    assert "path" not in patched


def test_a_file_that_the_user_told_godot_to_keep_is_imported():
    patched = SIDECAR.patch(THE_ARRAY, '[remap]\n\nimporter="keep"\n')
    assert patched == SIDECAR.patch(THE_ARRAY, None)


def test_of_several_settings_godot_takes_the_last():
    twice = IMPORTED + "compress/mode=2\n\n[params]\n\nmipmaps/generate=true\n"
    assert SIDECAR.differences(THE_ARRAY, twice) == ["compress/mode: 2, not 0", "mipmaps/generate: true, not false"]
    assert SIDECAR.differences(THE_ARRAY, SIDECAR.patch(THE_ARRAY, twice)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it has no section [remap]"),
        ("\n; nothing\n", "it has no section [remap]"),
        ("[params]\n\ncompress/mode=0\n", "it has no section [remap]"),
        ("fileFormatVersion: 2\nguid: 1\n", "line 1: neither a section nor a setting"),
        ("\x89PNG\r\n\x1a\n", "line 1: neither a section nor a setting"),
        (f"<<<<<<< HEAD\n{IMPORTED}", "line 1: '<<<<<<<' is left over from a merge"),
        (IMPORTED.replace("[deps]", "=======\n[deps]"), "line 13: '=======' is left over from a merge"),
        ("[remap]\n\nmetadata={\n", "line 3: this is no setting"),
        ('[remap]\n\nimporter="texture\n', "line 3: this is no setting"),
        ("[remap]\n\nimporter=\n", "line 3: this is no setting"),
        ('[remap]\n\nimporter="texture" type="x"\n', "line 3: this is no setting"),
        ("[remap]\n\na=[}\n", "line 3: this is no setting"),
        ("[remap] a=1\n", "line 1: this is no section"),
        ("[remap\n", "line 1: neither a section nor a setting"),
    ],
)
@pytest.mark.parametrize("engine", [GODOT, GODOT3], ids=["godot", "godot3"])
def test_what_is_no_import_file_is_refused(engine, text, message):
    for work in (engine.sidecar.patch, engine.sidecar.differences):
        with pytest.raises(ValueError, match=re.escape(message)) as error:
            work(THE_ARRAY, text)
        assert "\n" not in str(error.value)


# A value as Godot writes it: numbers, strings of several lines, constructors, arrays and dictionaries of them.
texts = st.text(st.sampled_from('ab ="[]{}();\n\u00e9'), max_size=8).map(
    lambda text: '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
)
atoms = st.one_of(st.sampled_from(["0", "1", "-0.5", "true", "false", "null", "Vector2( 0, 1 )", '&"n"']), texts)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.lists(inner, max_size=3).map(lambda parts: "{\n" + ",\n".join(f'"k": {part}' for part in parts) + "\n}"),
        st.lists(inner, max_size=2).map(lambda parts: "PoolStringArray( " + ", ".join(parts) + " )"),
    ),
    max_leaves=5,
)
OURS = [
    "compress/mode",
    "mipmaps/generate",
    "slices/horizontal",
    "slices/vertical",
    "importer",
    "type",
    "path",
    "valid",
]
NEUTRAL = ["process/channel_remap/green", "process/normal_map_invert_y"]
lines = st.one_of(
    st.tuples(st.sampled_from(["uid", "other/one", "a_b", '"c d"', "metadata", "svg/scale"]), values),
    st.tuples(st.sampled_from([*OURS, *NEUTRAL]), st.sampled_from(["0", "1", "5", "false", '"texture"', '"x"'])),
).map("=".join)
comments = st.text(st.sampled_from('ab="[]{;\u00e9 '), max_size=8).map(lambda text: f"; {text}")
sections = st.sampled_from(["remap", "deps", "params", "mine"]).map(lambda name: f"[{name}]")


@st.composite
def import_files(draw):
    parts = ["[remap]", *draw(st.lists(st.one_of(lines, lines, comments, sections, st.just("")), max_size=15))]
    text = "\n".join(parts) + draw(st.sampled_from(["", "\n", "\n\n", " ", " ; end"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(import_files(), st.sampled_from([PLAIN, ARRAY, VOLUME]), st.sampled_from([GODOT, GODOT3]))
@example(IMPORTED, ARRAY, GODOT)
def test_patching_keeps_what_is_not_ours_and_patching_twice_changes_nothing(text, spec, engine):
    asset = asset_of("godot", spec)
    patched = engine.sidecar.patch(asset, text)
    assert (patched == text) == (engine.sidecar.differences(asset, text) == [])
    assert engine.sidecar.differences(asset, patched) == []
    assert engine.sidecar.patch(asset, patched) == patched
    newline = "\r\n" if "\r\n" in text else "\n"
    kept = [part for part in text.split(newline) if part and part.partition("=")[0].strip() not in OURS + NEUTRAL]
    place = 0
    for part in kept:  # all other lines are there, in their order
        place = patched.find(part, place)
        assert place >= 0, part


@given(st.text(), st.integers(0, 400))
@example("[", 0)
@example("[remap]\na=" + "[" * 5000, 0)
def test_any_other_text_is_patched_or_refused_in_one_line(text, place):
    for hostile in (text, f"[remap]\n{text}", IMPORTED[:place] + text + IMPORTED[place:], IMPORTED[:place]):
        try:
            patched = SIDECAR.patch(THE_ARRAY, hostile)
        except ValueError as error:
            assert len(str(error).splitlines()) == 1
        else:
            assert SIDECAR.differences(THE_ARRAY, patched) == []
            assert SIDECAR.patch(THE_ARRAY, patched) == patched


# ---------------------------------------------------------------- Godot 3

WIDTH, HEIGHT = SIZE = 150, 90  # no multiple of a tile; as in render.gd
FRAME = 7
LEVELS = (2, 4, 16, 256)


@dataclass(frozen=True)
class Case:
    """A texture, and where its shader reads it."""

    spec: TextureSpec
    offset: tuple[int, int] = (0, 0)
    slice: int = 0

    @property
    def id(self):
        return self.spec.name

    @property
    def texels(self):
        """The texels as they are made, some at the ends of the range."""
        layout = self.spec.layout
        rng = np.random.default_rng(layout.shape)
        if layout.dtype.startswith("float") and self.spec.sample_space in DIRECTIONS:
            texels = rng.normal(size=layout.shape)
            texels /= np.linalg.norm(texels, axis=-1, keepdims=True)
            texels[..., 2:] = np.abs(texels[..., 2:])
            return texels.astype(layout.dtype)
        if layout.dtype.startswith("float"):
            texels = (rng.integers(0, 65536, layout.shape) + 0.5) / 65536
            return np.clip(texels, 0, 1 - 2**-11).astype(layout.dtype)
        texels = rng.integers(0, 2**self.spec.bits, layout.shape).astype(layout.dtype)
        ends = [0, 2**self.spec.bits - 1, 1][: texels.size]
        texels.reshape(-1)[: len(ends)] = ends
        return texels

    @property
    def signed(self):
        """Whether the shader reads components from -1 to 1."""
        return self.spec.sample_space in DIRECTIONS and self.spec.encoding == "float"

    @property
    def values(self):
        """What the shader reads, float32."""
        values = reference.decoded(self.texels)
        return values if self.texels.dtype == np.uint8 else cut(values)


def cut(values):
    """Godot 3 reads EXR files as half floats: it cuts off what these do not hold, and takes what is too small for 0."""
    exponent = np.floor(np.log2(np.maximum(np.abs(values), 2.0**-100)))
    step = 2.0 ** (exponent - 10)
    return np.where(exponent < -14, 0, np.trunc(values / step) * step).astype(np.float32)


def case(name, size, channels=1, bits=8, law=None, offset=(-333, 1000), slice_=-2, **more):
    return Case(
        TextureSpec(name, size, channels, bits, distribution=law or UniformDistribution(), **more), offset, slice_
    )


CASES = [
    case("plain", (64, 64), offset=(0, 0), slice_=0),
    case("ui/odd", (100, 37)),
    case("ui/Two 2", (100, 37), 2),
    case("rgb", (100, 37), 3),
    case("rgba", (64, 64), 4),
    case("line", (33, 1), law=TriangularDistribution()),
    case("one", (1, 1)),
    case("triangle", (100, 37), 3, law=TriangularDistribution()),
    case("sixteen", (100, 37), bits=16),
    case("sixteen_triangle", (64, 64), 4, 16, law=TriangularDistribution()),
    case("half", (100, 37), bits=16, encoding="float"),
    case("half_3", (20, 20), 3, 16, encoding="float", law=TriangularDistribution()),
    case("float", (100, 37), 2, 32, encoding="float"),
    case("gauss", (64, 64), 2, law=GaussianDistribution()),
    case("array", (100, 37), layers=5, slice_=3),
    case("array_2", (33, 20), 2, layers=3, law=TriangularDistribution()),
    case("array_4", (64, 64), 4, layers=2, slice_=1),
    case("array_16", (33, 20), 2, 16, layers=3),
    case("array_half", (33, 20), 1, 16, layers=3, encoding="float", law=TriangularDistribution()),
    case("volume", (100, 37, 5), slice_=1),
    case("volume_3", (16, 9, 7), 3, law=TriangularDistribution(), slice_=10),
    case("volume_16", (16, 9, 7), 4, 16),
    case("volume_float", (16, 9, 7), 1, 32, encoding="float"),
    case("deep", (4, 4, 300), slice_=299),  # more slices than the import dialog offers
    case("loop", (33, 20), frames=5, slice_=-2),
    case("loop_16", (33, 20), 2, 16, frames=3, law=TriangularDistribution(), slice_=1000003),
    case("square", (33, 20), sample_space="vec2"),
    case("tesseract", (16, 16), bits=16, sample_space="vec4", frames=3),
    case("ring", (33, 20), sample_space="circle", frames=4),
    case("ball", (33, 20), sample_space="sphere", frames=3, slice_=4),
    case("dome", (33, 20), bits=16, sample_space="hemisphere"),
    case("cosine", (33, 20), bits=16, encoding="float", sample_space="cosine_hemisphere", frames=3),
]
LATE = "array_2"
"""Godot imports this one before our import file is there."""
SNIPPETS = ["plain", "ui/odd", "triangle", "sixteen", "array", "volume", "gauss", "loop", "square", "ball"]
PASSES = ["plain", "triangle", "volume", "loop"]
WALLS = [*PASSES, "gauss", "dome"]

FRAGMENT = """
uniform sampler2D colors;

void fragment() {
	ivec2 screen = ivec2(FRAGCOORD.xy);
	int row = screen.y / 90;
	ivec2 pixel = ivec2(screen.x, screen.y - 90 * row);
	vec4 value = NAME_load_slice(noise, pixel + ivec2(OFFSET), SLICE);
	vec3 color = texelFetch(colors, pixel, 0).rgb;
	vec3 result = vec3(0.0);
	if (row < 4) {
		vec4 one = vec4(ivec4(row == 0 ? 1 : 0, row == 1 ? 1 : 0, row == 2 ? 1 : 0, row == 3 ? 1 : 0));
		uint bits = uint(dot(value, one) * float(1 << 24));
		result = vec3(float(bits >> uint(16)), float(bits >> uint(8) & uint(255)), float(bits & uint(255))) / 255.0;
	}
ROWS
	COLOR = vec4(result, 1.0);
}
"""


def rows_of(one):
    """Expressions, and the bytes that each must give; every one is drawn in rows of its own."""
    spec = one.spec
    if isinstance(spec.distribution, GaussianDistribution) or spec.is_vector:
        return []
    law = spec.distribution
    value = reference.covering(one.values, SIZE, one.offset, one.slice)
    colors = some_colors()
    moved = reference.animate(value, law, FRAME)
    uniform = reference.to_uniform(value, law)[..., 0]
    u = shaders.as_uniform(spec, "value")
    result = []
    for levels in LEVELS:
        expected = reference.dither(colors, levels, value, law)
        result.append((f"bluenoise_dither(color, {levels}, {u})", expected * (255 // (levels - 1))))
        expected = reference.dither_triangular(colors, levels, value, law)
        result.append((f"bluenoise_dither_triangular(color, {levels}, {u})", expected * (255 // (levels - 1))))
    expected = reference.dither(colors, 256, moved, UniformDistribution())
    result.append((f"bluenoise_dither(color, 256, bluenoise_animate({u}, {FRAME}))", expected))
    keeps = colors[..., 0] > uniform, np.abs(colors[..., 1]) > uniform, np.abs(colors[..., 1]) <= uniform
    words = [f"alpha(color.r, {u})", f"lod(abs(color.g), {u})", f"lod(-abs(color.g), {u})"]
    bits = ", ".join(f"bluenoise_{word} ? 1.0 : 0.0" for word in words)
    result.append((f"vec3({bits})", np.stack(keeps, axis=-1) * 255.0))
    return result


POINTS = {"circle": "vec3({}, 1.0)", "disk": "vec3({}, 1.0)", "sphere": "{}", "cosine_hemisphere": "{}"}


def points_of(one):
    """Names and expressions of directions, which are drawn as 0.5 + 0.5 x, in whole bytes: Godot rounds its own way."""
    if isinstance(one.spec.distribution, GaussianDistribution):
        return []
    if one.spec.is_vector:
        sample = {2: "vec3({}, 1.0)", 3: "{}", 4: "{}.xyz"}[one.spec.channels].format("NAME_sample(value)")
        return [("sample", f"floor((0.5 + 0.5 * {sample}) * 255.0 + 0.5) / 255.0")]
    u = shaders.as_uniform(one.spec, "value")
    points = [(name, form.format(f"bluenoise_{name}({u})")) for name, form in POINTS.items()]
    return [(name, f"floor((0.5 + 0.5 * {point}) * 255.0 + 0.5) / 255.0") for name, point in points]


def some_colors():
    """Gradients from below 0 to above 1, some colours exactly on a level of 8 bits; float32."""
    colors = np.linspace(-0.05, 1.05, HEIGHT * WIDTH * 3).astype(np.float32)
    colors[:256] = np.arange(256, dtype=np.float32) / np.float32(255)
    return np.random.default_rng(3).permutation(colors).reshape(HEIGHT, WIDTH, 3)


def built(one):
    """The texture's files for Godot 3, as a build writes them: contents by names without the engine's folder."""
    spec = TextureSpec(**{**vars(one.spec), "engines": ("godot3",), "formats": ()})
    picture = TexelImage(one.texels, spec.kind)
    files = {}
    for output in outputs(spec):
        if output.kind == "texture":
            content = encode(output, spec, picture)
        elif output.kind == "shader":
            content = shaders.render(output.what, spec, output.binding).encode()
        elif output.kind == "sidecar":
            content = GODOT3.sidecar.patch(output.asset, None).encode()
        else:
            content = GODOT3.snippet(output.asset).encode()
        files[output.file.removeprefix("godot3/")] = (output, content)
    return files


def functions_of(shader):
    """What stands before the shader's own fragment(), with another frame's worth of uniforms."""
    return shader[: shader.index("void fragment()")]


class Project:
    """A Godot project with all cases, imported, patched, imported again and drawn."""

    def __init__(self, folder):
        self.folder, self.files = folder, {}
        shutil.copy(HERE / "project.godot", folder)
        shutil.copy(HERE / "render.gd", folder)
        for one in CASES:
            for name, (output, content) in built(one).items():
                self.files[one.id, output.kind] = name
                if (one.id, output.kind) != (LATE, "sidecar"):
                    (folder / name).parent.mkdir(exist_ok=True)
                    (folder / name).write_bytes(content)
        self.first_log = run_godot(folder, "godot3-server", "-e", "--quit")
        self.imported = self.sidecars()
        self.before = self.state()
        self.patched = {
            one.id: GODOT3.sidecar.patch(asset_of("godot3", one.spec), self.imported[one.id]) for one in CASES
        }
        for one in CASES:
            if self.patched[one.id] != self.imported[one.id]:
                self.path(one.id, "sidecar").write_bytes(self.patched[one.id].encode())
        self.second_log = run_godot(folder, "godot3-server", "-e", "--quit")
        self.after = self.state()
        self.final = self.sidecars()
        self.cases = self.write_cases()
        self.log = draw(folder, "render.gd")

    def path(self, name, kind):
        return self.folder / self.files[name, kind]

    def sidecars(self):
        return {one.id: self.path(one.id, "sidecar").read_bytes().decode() for one in CASES}

    def state(self):
        """All that Godot writes when it imports, with the time of its writing."""
        files = [*self.folder.glob("**/*.import"), *(self.folder / ".import").iterdir()]
        return {
            path.relative_to(self.folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in files
            if path.is_file()
        }

    def write_cases(self):
        cases = []
        (self.folder / "colors.raw").write_bytes(some_colors().tobytes())
        for number, one in enumerate(CASES):
            shader = self.path(one.id, "shader").read_text(encoding="ascii")
            results = [expression for expression, _ in rows_of(one)] + [expression for _, expression in points_of(one)]
            rows = "\n".join(f"\tif (row == {4 + row}) {{ result = {each}; }}" for row, each in enumerate(results))
            text = functions_of(shader) + FRAGMENT.replace("ROWS", rows).replace("SLICE", str(one.slice))
            if one.spec.frames:
                text = text.replace("NAME_load_slice", "NAME_load_frame")
            if one.signed:
                text = text.replace("dot(value, one)", "(0.5 + 0.5 * dot(value, one))")
            text = text.replace("OFFSET", ", ".join(map(str, one.offset))).replace("NAME", identifier(one.id))
            (self.folder / f"{number}.shader").write_text(text, encoding="ascii")
            texture = f"res://{self.files[one.id, 'texture']}"
            height = HEIGHT * (4 + len(results))
            shape = {"width": WIDTH, "height": height, "texture": texture}
            cases.append({"shader": f"res://{number}.shader", "result": f"{number}.rgb", **shape})
            if one.id in SNIPPETS:
                (script,) = blocks_of(self.path(one.id, "snippet").read_text(encoding="utf-8"), "gdscript")
                file = self.path(one.id, "texture").with_name(f"{number}.gd")
                file.write_text(script, encoding="utf-8")
                where = file.relative_to(self.folder).as_posix()
                shape = {"width": WIDTH, "height": HEIGHT, "texture": texture}
                cases.append({"script": f"res://{where}", "result": f"{number}.snippet.rgb", **shape})
            cases += self.scenes(number, one, texture) if one.id in WALLS else []
        text = as_godot_3(
            (ROOT / "shaders" / "example.gdshader").read_text(encoding="utf-8"),
            shaders.render("godot", EXAMPLE),
        )
        (self.folder / "example.shader").write_text(text, encoding="ascii")
        texture = f"res://{self.files['plain', 'texture']}"
        shape = {"width": 128, "height": HEIGHT, "texture": texture}
        cases.append({"shader": "res://example.shader", "result": "example.rgb", **shape})
        (self.folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
        return cases

    def scenes(self, number, one, texture):
        """The other shaders of the snippets, for 3D nodes and whole pictures; those of Godot 4 in Godot 3's words."""
        shader = self.path(one.id, "shader").read_text(encoding="ascii")
        head = functions_of(shader)
        include = head.partition("uniform int frame;\n")[2]
        *whole, wall = blocks_of(self.path(one.id, "snippet").read_text(encoding="utf-8"), "glsl")
        shaders_3 = {"pass": head + "".join(whole), "spatial": head.replace("canvas_item", "spatial", 1) + wall}
        *whole, wall, _ = blocks_of(GODOT.snippet(asset_of("godot", one.spec)), "gdshader")
        shaders_4 = {"pass": "".join(whole), "spatial": wall}
        for version, texts in ((3, shaders_3), (4, shaders_4)):
            for kind in ("pass", "spatial") if one.id in PASSES else ("spatial",):
                text = texts[kind] if version == 3 else as_godot_3(texts[kind], include)
                name = f"{number}.{kind}{version}"
                (self.folder / f"{name}.shader").write_text(text, encoding="ascii")
                result = f"{name}.{'half' if kind == 'pass' else 'rgb'}"
                shape = {"width": WIDTH, "height": HEIGHT, "texture": texture}
                yield {kind: True, "shader": f"res://{name}.shader", "result": result, **shape}

    def picture(self, name, width, height):
        data = (self.folder / f"{name}.rgb").read_bytes()
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)


EXAMPLE = TextureSpec("dither", (64, 64), shader_files="single")


def as_godot_3(shader, include):
    """A Godot 4 shader for Godot 3: the file that it includes pasted in, no hints, and the screen's texture built in."""
    text = re.sub('#include ".*"', lambda _: include, shader, count=1)
    text = re.sub(r"(?m)^#.*\n|^uniform sampler2D screen .*\n", "", text).replace("(screen,", "(SCREEN_TEXTURE,")
    return text.replace(" : filter_nearest, repeat_enable;", ";")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    for program in ("godot3-server", "godot3", "xvfb-run"):
        require(program, "apt-get install godot3 godot3-server xvfb xauth")
    return Project(tmp_path_factory.mktemp("godot"))


def errors(log):
    """What Godot complains about, but for the language of this machine."""
    found = re.findall(r"^(?:SHADER |SCRIPT )?ERROR: .*(?:\n   At: .*)?", log, re.MULTILINE)
    return [line for line in found if "locale" not in line and "make_dir_recursive" not in line]


def test_godot_3_imports_without_a_complaint(project):
    assert errors(project.first_log) == []
    assert errors(project.second_log) == []
    for one in CASES:
        if one.id != LATE:
            text = project.imported[one.id]
            assert GODOT3.sidecar.differences(asset_of("godot3", one.spec), text) == []
            assert GODOT3.sidecar.patch(asset_of("godot3", one.spec), text) == text
            assert 'path="res://.import/' in text  # Godot's own
            assert "dest_files=[" in text


def test_a_second_run_imports_nothing_but_what_was_patched(project):
    late = project.path(LATE, "texture").name
    changed = {name for name in project.after if project.before.get(name) != project.after[name]}
    assert changed
    assert all(Path(name).name.startswith((late, "random")) for name in changed), changed
    assert project.before.keys() - project.after.keys() <= {name for name in project.before if late in name}


def test_what_godot_imported_by_itself_is_set_right_and_imported_anew(project):
    asset = asset_of("godot3", next(one.spec for one in CASES if one.id == LATE))
    assert GODOT3.sidecar.differences(asset, project.imported[LATE]) == [
        'importer: "texture", not "texture_array"',
        'type: "StreamTexture", not "TextureArray"',
        "flags/repeat: 0, not 1",
        "flags/filter: true, not false",
        "flags/srgb: 2, not 0",
        "slices/horizontal: missing, not 1",
        "slices/vertical: missing, not 3",
    ]
    assert 'metadata={\n"vram_texture": false\n}' in project.patched[LATE]
    assert GODOT3.sidecar.differences(asset, project.final[LATE]) == []
    assert 'path="res://.import/array_2.png-' in project.final[LATE]
    assert ".texarr" in project.final[LATE]


def test_godot_3_draws_without_a_complaint(project):
    assert errors(project.log) == []
    kinds = dict(re.findall(r"^(\d+)\.rgb: (\w+ \d+)$", project.log, re.MULTILINE))
    wanted = {"2d": "StreamTexture", "array": "TextureArray", "volume": "Texture3D"}
    repeat = 2  # and no filter, mipmaps or conversion to linear
    assert kinds == {str(number): f"{wanted[one.spec.kind]} {repeat}" for number, one in enumerate(CASES)}


every_case = pytest.mark.parametrize("number", range(len(CASES)), ids=[one.id for one in CASES])


@every_case
def test_texels_arrive_exactly_and_every_function_gives_what_its_definition_says(project, number):
    one = CASES[number]
    rows, points = rows_of(one), points_of(one)
    picture = project.picture(number, WIDTH, HEIGHT * (4 + len(rows) + len(points)))
    parts = picture.reshape(-1, HEIGHT, WIDTH, 3)
    value = reference.covering(one.values, SIZE, one.offset, one.slice)
    for channel in range(one.spec.channels):
        seen = parts[channel].astype(np.int64) @ [65536, 256, 1]
        shown = np.float32(0.5) + np.float32(0.5) * value if one.signed else value
        np.testing.assert_array_equal(seen, np.floor(shown[..., channel].astype(np.float64) * 2**24))
    for (expression, expected), part in zip(rows, parts[4:], strict=False):
        np.testing.assert_array_equal(part, expected, expression)
    if one.spec.is_vector:
        wanted = {"sample": reference.sample(value, one.spec.sample_space, one.signed)[..., :3]}
    else:
        wanted = reference.directions(reference.to_uniform(value, one.spec.distribution))
    for (name, _), part in zip(points, parts[4 + len(rows) :], strict=True):
        shown = part[..., : wanted[name].shape[-1]] / 255 * 2 - 1
        np.testing.assert_allclose(shown, wanted[name], atol=1.01 / 255, err_msg=name)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_shows_a_dithered_picture(project, name):
    (number,) = [number for number, one in enumerate(CASES) if one.id == name]
    one = CASES[number]
    value = reference.covering(one.values, SIZE)
    dither = reference.dither_triangular if shaders.is_triangular(one.spec) else reference.dither
    expected = dither(some_colors(), 256, value, one.spec.distribution)
    if isinstance(one.spec.distribution, GaussianDistribution):
        expected = np.rint(np.concatenate([value, 1 + 0 * value], -1)[..., :2] * 255)
    picture = project.picture(f"{number}.snippet", WIDTH, HEIGHT)
    if one.spec.is_vector:
        sample = reference.sample(value, one.spec.sample_space, one.signed)
        shown = 0.5 + 0.5 * sample if one.spec.sample_space in DIRECTIONS else sample
        np.testing.assert_allclose(picture[..., : one.spec.channels], shown * 255, atol=1.01)
        return
    np.testing.assert_array_equal(picture[..., : expected.shape[-1]], expected)


def as_stored(linear):
    """sRGB, by its definition; float64."""
    return np.where(linear < 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", PASSES)
@pytest.mark.parametrize("version", [3, 4])
def test_a_pass_dithers_the_picture_behind_it(project, name, version):
    """It reads 16 bits and leaves colours that the screen's 8 bits hold; for Godot 4 both are linear."""
    (number,) = [number for number, one in enumerate(CASES) if one.id == name]
    one = CASES[number]
    data = (project.folder / f"{number}.pass{version}.half").read_bytes()
    drawn = np.frombuffer(data, np.float16).reshape(HEIGHT, WIDTH, 3).astype(np.float64)
    colors = cut(some_colors()).astype(np.float64)
    if version == 4:
        drawn, colors = as_stored(drawn), as_stored(colors)
    levels = np.rint(drawn * 255)
    assert np.abs(drawn * 255 - levels).max() < 0.13  # a half float's precision
    law = one.spec.distribution
    dither = reference.dither_triangular if shaders.is_triangular(one.spec) else reference.dither
    expected = dither(colors.astype(np.float32), 256, reference.covering(one.values, SIZE), law)
    assert np.abs(levels - expected).max() <= 1
    assert (levels != expected).mean() < 0.01  # a power's last bits, on a threshold


@pytest.mark.parametrize("name", WALLS)
@pytest.mark.parametrize("version", [3, 4])
def test_a_3d_node_has_holes_where_the_noise_says(project, name, version):
    (number,) = [number for number, one in enumerate(CASES) if one.id == name]
    one = CASES[number]
    drawn = project.picture(f"{number}.spatial{version}", WIDTH, HEIGHT)
    if not dithers(one.spec):
        assert len(np.unique(drawn)) > 50  # the texture, lit
        return
    value = reference.to_uniform(reference.covering(one.values, SIZE), one.spec.distribution)[::-1, :, 0]
    np.testing.assert_array_equal(drawn.any(axis=-1), value < 0.5)


def test_the_example_shows_a_dithered_gradient(project):
    (plain,) = [one for one in CASES if one.id == "plain"]
    gradient = np.repeat((np.arange(128, dtype=np.float32) + np.float32(0.5)) / np.float32(128), 3).reshape(128, 3)
    value = reference.covering(plain.values, (128, HEIGHT))
    expected = reference.dither(np.broadcast_to(gradient, (HEIGHT, 128, 3)), 4, value, UniformDistribution()) * 85
    np.testing.assert_array_equal(project.picture("example", 128, HEIGHT), expected)


# ---------------------------------------------------------------- what goes with it


def functions(text):
    """The lines of a shader's functions, without what stands around them."""
    end = text.find("void fragment()")
    lines = text[: end if end >= 0 else len(text)].splitlines()
    return {line for line in lines if line and not line.startswith(("//", "#", "uniform ", "shader_type"))}


@pytest.mark.parametrize("one", CASES, ids=[one.id for one in CASES])
def test_both_godots_have_the_same_functions_but_for_the_fetch(one):
    storage = "uint8" if one.texels.dtype == np.uint8 else "float"
    binding, whole = Binding(GODOT.layout(one.spec), storage), replace(one.spec, shader_files="single")
    mine, other = (functions(shaders.render(language, whole, binding)) for language in ("godot", "godot3"))
    only_mine, only_other = mine - other, other - mine
    assert len(only_mine) == 1
    assert all(re.fullmatch(r"\tvec4 value_ = texelFetch\(tex_, .*, 0\);", line) for line in only_mine)
    assert [line for line in only_other if "textureLod(tex_, " in line]
    assert len(only_other) <= 3


@pytest.mark.parametrize("engine", ["godot", "godot3"])
@pytest.mark.parametrize("one", CASES, ids=[one.id for one in CASES])
def test_a_snippet_names_the_files_functions_and_types_of_the_texture(engine, one):
    parser = require_module("gdtoolkit.parser", "pip install gdtoolkit").parser
    asset = asset_of(engine, one.spec)
    snippet = engine_of(engine).snippet(asset)
    (script,) = blocks_of(snippet, "gdscript")
    parser.parse(script)
    assert f'preload("{asset.file.rpartition("/")[2]}")' in script
    if engine == "godot":
        kinds = {"2d": ("sampler2D", "Texture2D"), "array": ("sampler2DArray", "Texture2DArray")}
        sampler, resource = kinds.get(one.spec.kind, ("sampler3D", "Texture3D"))
        assert f"const NOISE: {resource} = " in script
        for shader in blocks_of(snippet, "gdshader"):
            assert f"\nuniform {sampler} noise : filter_nearest, repeat_enable;" in shader
            assert f'\n#include "{asset.stem}.gdshaderinc"\n' in shader
        types = re.findall(r"(?m)^shader_type (\w+);$", snippet)
        assert types == ["canvas_item", "spatial", "canvas_item"] if dithers(one.spec) else ["spatial", "canvas_item"]
        binding = Binding(GODOT.layout(one.spec), "uint8")
        whole = replace(one.spec, shader_files="single")
        offered = set(re.findall(r"(?m)^\w+ (\w+)\(", shaders.render("godot", whole, binding)))
        name = identifier(one.id)
        shader = "".join(blocks_of(snippet, "gdshader"))
        called = set(re.findall(rf"\b((?:{name}|bluenoise)_\w+)\(", shader))
        assert called
        assert called <= offered


def test_the_addon_is_good_gdscript():
    parser = require_module("gdtoolkit.parser", "pip install gdtoolkit").parser
    lint = require_module("gdtoolkit.linter", "pip install gdtoolkit").lint_code
    text = (ADDON / "plugin.gd").read_text(encoding="ascii")
    parser.parse(text)
    assert lint(text) == []
    config = configparser.ConfigParser()
    config.read_string((ADDON / "plugin.cfg").read_text(encoding="ascii"))
    assert set(config["plugin"]) == {"name", "description", "author", "version", "script"}
    assert all(value.startswith('"') and value.endswith('"') for value in config["plugin"].values())
    assert (ADDON / config["plugin"]["script"].strip('"')).is_file()
    for file in ADDON.iterdir():
        assert "SPDX-License-Identifier: MIT" in file.read_text(encoding="ascii").splitlines()[0]


def test_the_addon_knows_the_builders_events():
    rows = re.findall(
        r"(?m)^\| ?(?:`(\w+)`)? ?\| ?(?:`(\w+)`)? ?\|",
        (PACKAGE / "builder" / "events.md").read_text(encoding="utf-8"),
    )
    fields, event = {}, ""
    for name, field in rows:
        event = name or event
        fields.setdefault(event, set()).add(field)
    text = (ADDON / "plugin.gd").read_text(encoding="ascii")
    told = text[text.index("func _tell") : text.index("func _changed_files")]
    for name, body in re.findall(r'\t\t"(\w+)":\n((?:\t\t\t.*\n)+)', told):
        assert set(re.findall(r'event\["(\w+)"\]', body)) | {"text"} <= fields[name], name
    changed = text[text.index("func _changed_files") : text.index("func _import")]
    assert set(re.findall(r'event\["(\w+)"\]', changed)) == {"changed", "output"} <= fields["built"]


GODOT_4_TO_3 = [
    ("@tool\nextends EditorPlugin\n", "extends Reference\n\nvar filesystem\n"),
    ("EditorInterface.get_resource_filesystem()", "self.filesystem"),
    ("for setting: String in", "for setting in"),
    ("for manifest: String in", "for manifest in"),
    ("for line: String in", "for line in"),
    ("for file: String in", "for file in"),
    ("for path: String in", "for path in"),
    ("var source := path.trim", "var source = path.trim"),
    ("var event: Variant = JSON.parse_string(line)", "var event = parse_json(line)"),
    ("OS.execute(ProjectSettings.globalize_path(command), arguments, output)",
     "OS.execute(ProjectSettings.globalize_path(command), arguments, true, output)"),
    ("var filesystem := ", "var filesystem = "),
    ("PackedStringArray", "PoolStringArray"),
    ("path_join", "plus_file"),
    ("FileAccess.file_exists", "File.new().file_exists"),
    ("not textures.has(source)", "not Array(textures).has(source)"),
    (".is_empty()", ".empty()"),
]  # fmt: skip


def as_gdscript_1(text):
    """The addon for Godot 3, without what only its editor can show: the menu and the settings."""
    for old, new in GODOT_4_TO_3:
        assert old in text, old
        text = text.replace(old, new)
    start, end = text.index("func _enter_tree"), text.index("## Called by the editor")
    return text[:start] + text[end:]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the builder is a shell script")
def test_the_addon_builds_tells_and_imports(tmp_path):
    """Its GDScript runs in Godot 3, in the few other words that GDScript had there."""
    godot = require("godot3-server", "apt-get install godot3-server")
    shutil.copy(HERE / "project.godot", tmp_path)
    shutil.copy(HERE / "addon.gd", tmp_path)
    text = (ADDON / "plugin.gd").read_text(encoding="ascii")
    (tmp_path / "plugin.gd").write_text(as_gdscript_1(text), encoding="ascii")
    for name in ("old.png", "old.png.import", "new.png", "new.png.import", "old.gdshaderinc"):
        (tmp_path / "noise" / "godot").mkdir(parents=True, exist_ok=True)
        (tmp_path / "noise" / "godot" / name).write_text("")
    output = str(tmp_path / "noise")
    changed = [
        "godot/old.png",
        "godot/old.png.import",
        "godot/new.png",
        "godot/new.png.import",
        "godot/old.gdshaderinc",
    ]
    events = [
        {"event": "warning", "text": "two orphans"},
        {"event": "progress", "texture": "old", "output": output, "share": 0.5},
        {"event": "built", "texture": "old", "output": output, "files": changed, "changed": changed},
        {"event": "built", "texture": "else", "output": "/elsewhere", "files": ["a.png"], "changed": ["a.png"]},
        {"event": "problem", "file": "b.yaml", "line": 7, "column": 5, "where": "a.size", "text": "wrong", "hint": ""},
        {"event": "problem", "file": "b.yaml", "line": 8, "column": 1, "where": "a", "text": "bad", "hint": "mend it"},
        {"event": "failed", "texture": "ui/x", "output": output, "text": "no space"},
        {"event": "error", "text": "interrupted"},
        {"event": "unheard_of"},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    builder = tmp_path / "builder"
    builder.write_text(f"#!/bin/sh\necho \"$@\" > '{tmp_path}/arguments'\ncat <<'END'\n{lines}END\nexit 2\n")
    builder.chmod(0o755)
    run = subprocess.run(
        [require("timeout", "apt-get install coreutils"), "60", godot, "--path", ".", "-s", "addon.gd"],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    results = [json.loads(result) for result in re.findall(r"^RESULT (.*)$", run.stdout, re.MULTILINE)]
    imported = [
        ["update_file", "res://noise/godot/old.gdshaderinc"],
        ["reimport_files", ["res://noise/godot/old.png"]],
        ["scan"],
    ]
    assert results == [[False, imported], [True, []], [False, []], [True, []]], run.stdout
    assert (tmp_path / "arguments").read_text() == f"build --json {tmp_path}/a {tmp_path}/b.yaml\n"
    told = re.findall(r"^(?:ERROR|WARNING): \w+: (.*)$", run.stdout, re.MULTILINE)
    assert [line for line in told if re.match("bluenoise-assets|b.yaml", line)] == [
        "bluenoise-assets: two orphans",
        "b.yaml:7:5: a.size: wrong",
        "b.yaml:8:1: a: bad; mend it",
        "bluenoise-assets: ui/x: no space",
        "bluenoise-assets: interrupted",
        "bluenoise-assets: cannot run 'res://not_there', the setting bluenoise_assets/command",
    ]


def test_the_page_shows_what_is_there(tmp_path):
    text = (ADDON.parents[1] / "README.md").read_text(encoding="utf-8")
    (manifest,) = files_of(text).values()
    (tmp_path / "noise.yaml").write_text(manifest, encoding="utf-8")
    specs = load_manifest(tmp_path / "noise.yaml").textures
    assert [spec.kind for spec in specs] == ["2d", "array", "volume"]
    for output in outputs(specs[0]):
        assert f"`{output.file.removeprefix('godot/')}`" in text
    for setting in re.findall(r'"(bluenoise_assets/\w+)"', (ADDON / "plugin.gd").read_text(encoding="ascii")):
        assert f"| `{setting}` |" in text
