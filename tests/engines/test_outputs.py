"""Whatever a texture is, its files are all different, hold it, and say of themselves what they are."""

import hashlib
import json
import math
import re
import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.paths import PACKAGE

from bluenoise_assets import ManifestError, load_manifest
from bluenoise_assets.builder.encoding import decode, encode, image_of
from bluenoise_assets.builder.texts import text_content, text_of
from bluenoise_assets.engines import engine_of
from bluenoise_assets.engines.outputs import Output, languages_of, output_files, outputs, problems
from bluenoise_assets.formats import registry
from bluenoise_assets.formats.layout import STORAGES, FormatName
from bluenoise_assets.spec import (
    EngineName,
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
    key_problems,
)
from bluenoise_assets.spec.names import folded
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS, SampleSpace

LANGUAGES = ("glsl", "godot", "hlsl", "wgsl")


@st.composite
def specs(draw):
    encoding, bits = draw(st.sampled_from(sorted(STORAGES)))
    size = draw(st.one_of(st.tuples(*[st.integers(1, 9)] * 2), st.tuples(*[st.integers(1, 6)] * 3)))
    array = draw(st.sampled_from([None, "layers", "frames"])) if len(size) == 2 else None
    space = draw(st.sampled_from(get_args(SampleSpace))) if len(size) == 2 and draw(st.booleans()) else "scalar"
    values = {
        "size": size,
        "layers": draw(st.integers(2, 4)) if array == "layers" else None,
        "frames": draw(st.integers(2, 4)) if array == "frames" else None,
        "sample_space": space,
        "channels": draw(st.integers(1, 4)) if space == "scalar" else COMPONENTS[space],
        "encoding": encoding,
        "bits": bits,
        "distribution": draw(
            st.sampled_from(
                [
                    UniformDistribution(),
                    TriangularDistribution(),
                    GaussianDistribution(),
                    TableDistribution((0.0, 0.2, 1.0)),
                ]
            )
        )
        if space == "scalar"
        else UniformDistribution(),
        "formats": tuple(draw(st.sets(st.sampled_from(get_args(FormatName))))),
        "engines": tuple(draw(st.sets(st.sampled_from(get_args(EngineName))))),
        "dds_header": draw(st.sampled_from(["dx10", "legacy"])),
        "shaders": tuple(draw(st.sets(st.sampled_from(LANGUAGES)))),
        "shader_files": draw(st.sampled_from(["shared", "single"])),
    }
    name = draw(st.sampled_from(["dither", "ui/Dither-64", "ui/霧", "a b/c.d", "unity/raw"]))
    assume(not list(key_problems(TextureSpec.unchecked(name, values))))
    return TextureSpec(name, **values)


def picture(spec):
    layout = spec.layout
    count = math.prod(layout.shape)
    levels = np.frombuffer(hashlib.shake_256(spec.name.encode()).digest(2 * count), np.uint16)
    floats = (levels + 0.5) / 65536
    if spec.sample_space in DIRECTIONS:
        floats = 2 * floats - 1
    return image_of((levels if spec.encoding == "unorm" else floats).astype(layout.dtype), spec)


@settings(max_examples=150, deadline=None)
@given(specs())
def test_every_file_of_any_texture(spec):
    found = outputs(spec)
    assert len({folded(output.file) for output in found}) == len(found)
    assert output_files(spec) == tuple(output.file for output in found)
    made = picture(spec)
    for output in found:
        assert not output.file.startswith("/")
        if output.kind == "texture":
            data = encode(output, spec, made)
            assert decode(output, spec, data).equals(made), output.file
            assert Output.of_texture(output.file, output.stored_as) == output._replace(asset=None, group="")
        elif output.kind == "description":
            assert json.loads(encode(output, spec, made))["file"] == output.described
        else:
            text = text_of(output, spec, None)
            assert text.endswith("\n")
            assert "\r" not in text
            assert text_content(output, spec) == text_content(output, spec)
        if output.kind == "sidecar":
            sidecar = engine_of(output.what).sidecar
            assert sidecar.differences(output.asset, text) == []
            assert text_of(output, spec, text) == text
        if output.kind == "shader":
            text.encode("ascii")


@given(specs())
def test_files_of_engines_lie_in_their_folders(spec):
    for output in outputs(spec):
        if output.group in spec.engines and output.asset is not None:
            assert output.file.startswith(f"{output.group}/{spec.name}.")
            assert output.asset.file.startswith(f"{output.group}/{spec.name}.")
        elif output.kind != "library":
            assert output.file.startswith(spec.name)


@given(specs())
def test_an_engine_that_is_kept_apart_has_the_same_files_without_its_folder(spec):
    for one, apart in zip(outputs(spec), outputs(spec, get_args(EngineName)), strict=True):
        prefix = f"{one.group}/" if one.group in spec.engines and (one.asset or one.kind == "library") else ""
        assert prefix + apart.file == one.file
        assert (apart.kind, apart.what, apart.group) == (one.kind, one.what, one.group)


@pytest.mark.parametrize("name", get_args(EngineName))
def test_every_engine_has_its_files(name):
    spec = TextureSpec("t", (8, 8), engines=(name,), shaders=("glsl",))
    kinds = [output.kind for output in outputs(spec)]
    assert kinds.count("texture") == 1
    assert "shader" in kinds
    assert "snippet" in kinds
    assert languages_of([spec]) == {"glsl", *engine_of(name).shaders}


def test_an_engine_is_a_name_a_folder_and_a_row_in_the_page():
    engines = PACKAGE / "engines"
    folders = {file.parent.name for file in engines.glob("*/__init__.py")} - {"shaders"}
    rows = re.findall(r"(?m)^\| `(\w+)`.* \|$", (engines / "README.md").read_text(encoding="utf-8"))
    assert folders == set(get_args(EngineName))
    assert sorted(rows) == sorted(get_args(EngineName))


def test_engines_are_imported_when_they_are_named():
    code = (
        "import sys; from bluenoise_assets.engines.outputs import outputs; from bluenoise_assets.spec import TextureSpec\n"
        "outputs(TextureSpec('a', (8, 8), engines=('godot',), shaders=('hlsl',)))\n"
        "print(*sorted(name for name in sys.modules if name.count('.') == 2 and '.engines.' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert found & set(get_args(EngineName)) == {"godot"}


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"engines": ("unity",), "size": (16, 2048), "layers": 8}, None),  # 16384 high
        ({"engines": ("bevy", "threejs", "raw"), "size": (16, 2048), "layers": 16}, None),
        *(
            (
                {"engines": ("bevy", name, "unity"), "size": (16, 2048), "layers": 16, "bits": bits},
                f"{name} gets slices stacked in one picture, and this one would be 32768 high",
            )
            for name in ("unreal", "godot", "godot3")
            for bits in (8, 16)
        ),
        (
            {"engines": ("threejs", "unity"), "size": (4, 512, 64)},
            "unity gets slices stacked in one picture, and this one would be 32768 high",
        ),
        ({"engines": ("bevy",), "size": (2048, 2, 2)}, None),
        ({"engines": ("bevy",), "size": (4096, 2, 2)}, "a volume has at most 2048 texels on a side, not 4096"),
        ({"size": (4096, 2, 2)}, None),
    ],
)
def test_what_an_engine_cannot_be_given(keys, text):
    found = list(problems(TextureSpec("a", **keys)))
    assert [(key, what) for key, what, _ in found] == ([] if text is None else [("engines", text)])
    assert all(hint for _, _, hint in found)


def test_a_manifest_is_told_what_an_engine_cannot_be_given(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "schema: 1\ntextures:\n  a: {size: [4096, 2048, 9], engines: [bevy, unity]}\n"
        "  b: {size: [4096, 2, 2], bits: 32, engines: [bevy]}\n"
    )
    with pytest.raises(ManifestError) as raised:
        load_manifest(path)
    told = [str(problem).removeprefix(f"{path}:") for problem in raised.value.problems]
    high = "unity gets slices stacked in one picture, and this one would be 18432 high"
    assert told == [
        "3:39: error: a.engines: a volume has at most 2048 texels on a side, not 4096; make it smaller",
        f"3:39: error: a.engines: {high}; at most 16384 can be: make it smaller, or split it",
        "4:33: error: b.bits: encoding: unorm has 8 or 16 bits, not 32; write bits: 16 or encoding: float",
    ]


def test_images_come_first():
    spec = TextureSpec("t", (8, 8), formats=("png", "raw"), engines=("unity", "raw"), shaders=("glsl",))
    images = [output.is_image for output in outputs(spec)]
    assert images == sorted(images, reverse=True)


@pytest.mark.parametrize(("bits", "encoding"), [(8, "unorm"), (16, "unorm"), (16, "float"), (32, "float")])
@pytest.mark.parametrize("space", ["vec2", "vec4", "circle", "cosine_hemisphere"])
def test_vectors_with_frames_come_back_from_every_format_and_engine(space, bits, encoding):
    formats = tuple(name for name, form in registry.FORMATS.items() if encoding in form.encodings)
    spec = TextureSpec(
        "ui/t", (5, 3), frames=4, sample_space=space, bits=bits, encoding=encoding, formats=formats,
        engines=get_args(EngineName),
    )  # fmt: skip
    made = picture(spec)
    textures = [output for output in outputs(spec) if output.kind == "texture"]
    assert len(textures) == len(formats) + len(spec.engines)
    assert len(formats) == 7
    for output in textures:
        assert decode(output, spec, encode(output, spec, made)).equals(made), output.file


@pytest.mark.parametrize(("bits", "encoding", "one"), [(8, "unorm", 255), (16, "unorm", 65535), (32, "float", 1.0)])
@pytest.mark.parametrize("form", ["dds", "ktx2"])
def test_graphics_cards_formats_hold_vectors_of_three_as_four(form, bits, encoding, one):
    """As colours are, with alpha 1: there is no fourth component that `channels: 4` could ask for."""
    spec = TextureSpec(
        "t", (5, 3), frames=4, sample_space="sphere", bits=bits, encoding=encoding, formats=(form, "npy")
    )  # fmt: skip
    made, (output, plain) = picture(spec), outputs(spec)
    assert output.stored_as == f"{spec.storage} x 4, array"
    assert plain.stored_as is None
    read = registry.read(form, encode(output, spec, made)).texels
    np.testing.assert_array_equal(read[..., :3], made.texels)
    assert (read[..., 3] == one).all()


def test_a_description_of_frames_says_so():
    for keys, count in [({"frames": 4}, ("frames", 4)), ({"layers": 4}, ("layers", 4)), ({}, ("layers", 1))]:
        spec = TextureSpec("t", (5, 3), formats=("raw",), engines=("raw",), **keys)
        told = [
            json.loads(encode(output, spec, picture(spec))) for output in outputs(spec) if output.kind == "description"
        ]
        assert len(told) == 2
        for each in told:
            assert {name: each[name] for name in ("layers", "frames") if name in each} == dict([count])


@pytest.mark.parametrize("form", ["h", "cs", "raw"])
def test_a_description_tells_how_a_direction_is_decoded(form):
    note = "twice that, less 1, is a component of a direction, to be normalised"
    for space, encoding, expected in [
        ("circle", "unorm", note),
        ("circle", "float", "; a component of a direction"),
        ("vec2", "unorm", None),
        ("scalar", "unorm", None),
    ]:
        bits = 8 if encoding == "unorm" else 32
        spec = TextureSpec("t", (5, 3), bits=bits, encoding=encoding, sample_space=space, formats=(form,))
        told = b"".join(encode(output, spec, picture(spec)) for output in outputs(spec))
        assert (b"direction" in told) == (expected is not None)
        assert expected is None or expected.encode() in told


@pytest.mark.parametrize("name", get_args(EngineName))
def test_layers_say_that_they_are_independent_where_frames_are_meant(name):
    """A newcomer who blends layers over time gets white noise's error: the snippet says what to make instead."""

    def snippet(**keys):
        spec = TextureSpec("t", (8, 8), engines=(name,), **keys)
        return next(text_of(each, spec, None) for each in outputs(spec) if each.kind == "snippet")

    layers, frames = snippet(layers=4), snippet(frames=4)
    assert "independent" in layers
    assert "make `frames` instead" in " ".join(layers.replace("#", " ").split())
    assert "independent" not in frames
    assert "layers" not in frames
    if name != "godot3":  # whose shader loads
        assert "t_load_frame" in frames
        assert "t_load_slice" not in frames
        assert "t_sample(" in snippet(frames=4, sample_space="sphere").replace("t_sample( ", "t_sample(")
        assert "dither" not in re.sub(r"(?i)dithered(Material|\.w[eg]sl)", "", snippet(sample_space="vec2"))
