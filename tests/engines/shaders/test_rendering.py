"""A texture's shader file: its constants, its binding, its functions, and what the lock records of it."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.shaders import Binding, binding_of
from bluenoise_assets.spec import (
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
)
from bluenoise_assets.spec.names import identifier

SOURCES = ("hlsl", "glsl", "wgsl", "godot")

# ---------------------------------------------------------------- identifiers


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dither_64", "dither_64"),
        ("ui/dither-64", "ui_dither_64"),
        ("UI/Dither 64", "ui_dither_64"),
        ("a__b--c", "a_b_c"),
        ("_a_", "a"),
        ("64x64", "noise_64x64"),
        ("gl_noise", "noise_gl_noise"),
        ("gl", "noise_gl"),  # its functions would be gl_load...
        ("glow", "glow"),
        ("bluenoise_64", "bluenoise_64"),
        ("été", "ete"),
        ("e\u0301te\u0301", "ete"),  # the same name as macOS spells it
        ("Straße", "strasse"),
        ("霧-64", "u9727_64"),
        ("🌫", "u1f32b"),
        ("---", "noise"),
        ("", "noise"),
    ],
)
def test_identifier(name, expected):
    assert identifier(name) == expected


@given(st.text())
@example("²³")
@example("a\u0301\u0301")
def test_any_name_gives_a_valid_identifier(name):
    result = identifier(name)
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", result)
    assert not f"{result}_".startswith("gl_")
    assert identifier(result) == result


# ---------------------------------------------------------------- rendering


def constants(text):
    pattern = r"^(?:#define|const int|const) (\w+)(?:: [iu]32)?(?: =)? (\d+)"
    return {name: int(value) for name, value in re.findall(pattern, text, re.MULTILINE)}


def functions(text):
    """The names of the functions that a file defines, in their order."""
    return re.findall(r"^(?:highp )?(?:fn|[a-z]+[234]?) (\w+)\(", text, re.MULTILINE)


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(
    ("distribution", "number"),
    [
        (UniformDistribution(), 0),
        (TriangularDistribution(), 1),
        (GaussianDistribution(), 2),
        (TableDistribution(quantiles=(0.0, 0.2, 1.0)), 2),
    ],
)
def test_a_file_describes_its_texture(language, distribution, number):
    spec = TextureSpec(name="ui/a-b", size=(100, 37), channels=3, bits=16, distribution=distribution, layers=5)
    text = shaders.render(language, spec)
    assert constants(text) == {
        "UI_A_B_WIDTH": 100,
        "UI_A_B_HEIGHT": 37,
        "UI_A_B_SLICES": 5,
        "UI_A_B_CHANNELS": 3,
        "UI_A_B_BITS": 16,
        "UI_A_B_DISTRIBUTION": number,
    }
    assert not re.search("bluenoise_", text, re.IGNORECASE)
    assert "// ----" not in text
    assert "\n\n\n" not in text
    assert not any(line.endswith((" ", "\t")) for line in text.splitlines())
    assert text.startswith("// Texture 'ui/a-b': 5 layers of 100 x 37 texels, 3 channels, 16 bits, ")
    assert text == shaders.render(language, spec)


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(("storage", "number"), [("uint8", 8), ("uint16", 16), ("float", 0)])
@pytest.mark.parametrize("layout", ["strip", "array", "volume"])
def test_a_binding_is_written_out(language, storage, number, layout):
    spec = TextureSpec("fog", (16, 16, 4))
    text = shaders.render(language, spec, Binding(layout, storage))
    assert constants(text)["FOG_BITS"] == number
    assert constants(text)["FOG_SLICES"] == 4
    types = {
        "hlsl": {"strip": "Texture2D<float4>", "array": "Texture2DArray<float4>", "volume": "Texture3D<float4>"},
        "wgsl": {"strip": "texture_2d<f32>", "array": "texture_2d_array<f32>", "volume": "texture_3d<f32>"},
    }
    glsl = {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
    kinds = types.get("hlsl" if language == "ush" else language, glsl)
    found = set(re.findall(r"\bsampler\w+|\bTexture\d\w+<float4>|\btexture_\w+<f32>", text))
    assert found == {kinds[layout]}
    heights = [line for line in text.splitlines() if "FOG_HEIGHT *" in line]
    assert len(heights) == (layout == "strip")


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize("name", ["霧", "a\nb", "bluenoise_a", "x'y"])
def test_a_file_is_ascii_with_unix_line_endings(language, name):
    text = shaders.render(language, TextureSpec(name=name, size=(64, 64)))
    assert text.isascii()
    assert "\r" not in text
    assert text.endswith(("#endif\n", "}\n"))
    assert all(line.startswith(("//", "shader_type")) for line in text.split("\n\n")[0].splitlines())


def test_the_product_keeps_its_name_in_comments():
    text = shaders.render("glsl", TextureSpec(name="fog", size=(64, 64)))
    assert "Written by bluenoise-assets" in text
    assert "a tileable blue-noise texture" in text


@pytest.mark.parametrize("name", ["ui/fog", "bluenoise_fog"])
def test_a_comment_names_the_file_itself(name):
    text = shaders.render("godot", TextureSpec(name=name, size=(64, 64)))
    assert f'#include "{name.removeprefix("ui/")}.gdshaderinc"' in text


def test_a_godot_3_shader_is_whole():
    """Without a preprocessor there is neither a guard nor an include."""
    text = shaders.render("godot3", TextureSpec("fog", (64, 64)))
    assert "\n#" not in text
    assert "#include" not in text
    assert text.count("shader_type canvas_item;\n") == 1
    assert "fog_dither(color.rgb, 256, value)" in text
    grain = shaders.render("godot3", TextureSpec("fog", (64, 64), layers=2, distribution=GaussianDistribution()))
    assert "fog_load_slice(noise, ivec2(FRAGCOORD.xy), frame)" in grain
    assert "dither(" not in grain


def test_unreal_gets_hlsl():
    spec = TextureSpec("fog", (64, 64))
    assert shaders.render("ush", spec) == shaders.render("hlsl", spec)
    assert shaders.SUFFIXES["ush"] == "ush"


def test_all_languages_have_the_same_functions():
    names = functions(shaders.source_path("glsl").read_text())
    assert {"bluenoise_load", "bluenoise_lod", "bluenoise_fetch", "bluenoise_cosine_hemisphere"} < set(names)
    assert len(names) == len(set(names))  # no overloading: WGSL has none
    for language in SOURCES:
        assert functions(shaders.source_path(language).read_text()) == names


def test_no_two_textures_get_the_same_function():
    """That of `fog` would be that of `fog_dither`, if it had `dither_load`, say."""
    names = [name.removeprefix("bluenoise_") for name in functions(shaders.source_path("wgsl").read_text())]
    for name in names:
        assert not [other for other in names if name.endswith(f"_{other}")]


@pytest.mark.parametrize("language", SOURCES)
def test_a_file_has_the_functions_that_its_texture_can_serve(language):
    def public(**keys):
        found = functions(shaders.render(language, TextureSpec("fog", (64, 64), **keys)))
        return {name.removeprefix("fog_") for name in found}

    loads = {"wrap_axis", "wrap", "fetch", "load_slice", "load"}
    plane = {"disk", "sphere", "cosine_hemisphere"}
    others = {"load_frame", "sample", "around"}
    every = {name.removeprefix("bluenoise_") for name in functions(shaders.source_path(language).read_text())} - others
    assert public(channels=4, distribution=GaussianDistribution()) == loads
    assert "fog_dither" not in shaders.render(
        language, TextureSpec("fog", (64, 64), distribution=GaussianDistribution())
    )
    assert public() == every - plane
    assert public(channels=2) == public(channels=4, distribution=TriangularDistribution()) == every
    assert public(frames=4) == every - plane | {"load_frame"}
    assert public(frames=4, distribution=GaussianDistribution()) == loads | {"load_frame"}
    for space in ("vec2", "vec3", "vec4", "circle", "sphere"):
        assert public(sample_space=space) == loads | {"sample"}
    for space in ("hemisphere", "cosine_hemisphere"):
        assert public(sample_space=space, frames=4) == loads | {"load_frame", "sample", "around"}


@pytest.mark.parametrize("language", SOURCES)
def test_a_source_has_what_is_replaced_once(language):
    """A change of the source that render does not follow must not pass in silence."""
    dialect, text = shaders.DIALECTS[language], shaders.source_path(language).read_text()
    assert text.count(dialect.fetched) == 1
    law, plane, *_ = (f"with {name}" for name in shaders.SECTIONS)
    found = re.findall("^// ---- (.*) ----$", text, re.MULTILINE)
    assert [name for name in found if name in {law, plane}] == [law, law, plane]
    assert set(found) == {"end", *(f"with {name}" for name in shaders.SECTIONS)}
    assert text.count(dialect.sample) == 1
    assert text.count(".xyzw") == 3
    assert text.count("layers of an array, depth of a volume") == 1
    assert len(constants(text)) == 7
    assert set(constants(text).values()) == {64, 1, 4, 8, 0}


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_what_frames_and_vectors_alone_have_makes_no_other_shader_stale(language, monkeypatch):
    specs = {
        "plain": TextureSpec("fog", (16, 16)),
        "layers": TextureSpec("fog", (16, 16), layers=3),
        "frames": TextureSpec("fog", (16, 16), frames=3),
        "circle": TextureSpec("fog", (16, 16), sample_space="circle"),
        "hemisphere": TextureSpec("fog", (16, 16), frames=3, sample_space="hemisphere"),
    }

    def stale_after(old, new):
        before = {name: shaders.content(language, spec) for name, spec in specs.items()}
        texts = {name: shaders.render(language, spec) for name, spec in specs.items()}
        text = shaders.source_path(language).read_text()
        assert old in text
        with monkeypatch.context() as patched:
            patched.setattr("bluenoise_assets.engines.shaders.rendering._source", lambda _: text.replace(old, new))
            shaders.source_digest.cache_clear()
            changed = {name for name, spec in specs.items() if shaders.content(language, spec) != before[name]}
            assert changed >= {name for name, spec in specs.items() if shaders.render(language, spec) != texts[name]}
        shaders.source_digest.cache_clear()
        return changed

    assert stale_after("The same of a frame", "That of a frame") == {"frames", "hemisphere"}
    assert stale_after("normalize(", "  normalize(") == {"circle", "hemisphere"}
    assert stale_after("Duff et al.", "Duff") == {"hemisphere"}
    assert stale_after("The texture's values", "The values") == {"plain", "layers", "frames"}
    assert stale_after("The texel of the tile", "The tile's texel") == set(specs)


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_file_of_frames_loads_by_frame(language):
    text = shaders.render(language, TextureSpec("fog", (16, 16), frames=3))
    heading = text.split("\n\n")[0]
    assert "3 frames of 16 x 16 texels" in heading
    assert "frames, which repeat" in text
    used = [line for line in text.splitlines() if re.search(r"value = fog_load", line)]
    assert used
    assert all("fog_load_frame(" in line for line in used)
    assert ("fog_animate(fog_load" in text) is False


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(
    ("space", "encoding", "components", "number"),
    [
        ("vec2", "unorm", 2, 0),
        ("vec4", "float", 4, 0),
        ("circle", "unorm", 2, 1),
        ("sphere", "float", 3, 2),
        ("cosine_hemisphere", "unorm", 3, 1),
    ],
)
def test_a_file_of_vectors_gives_samples(language, space, encoding, components, number):
    bits = 16
    spec = TextureSpec("fog", (16, 16), bits=bits, encoding=encoding, sample_space=space)
    text = shaders.render(language, spec, Binding("strip", "float"))  # also integers that are held as floats
    kind = {"hlsl": "float", "ush": "float"}.get(language, "vec") + str(components)
    declared = next(line for line in text.splitlines() if re.match(r"[^/]*\bfog_sample\(", line))
    assert f"-> {kind}<f32>" in declared if language == "wgsl" else re.match(rf"(highp )?{kind} ", declared)
    assert constants(text)["FOG_SPACE"] == number
    assert constants(text)["FOG_BITS"] == 0
    assert f"{components} channels, 16{'-bit floats' if encoding == 'float' else ' bits'}, {space} samples" in text
    assert "dither(" not in text
    assert "bluenoise_" not in text


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no shader language 'cg'; there are hlsl, glsl, wgsl, godot, godot3, ush"):
        shaders.render("cg", TextureSpec(name="a", size=(64, 64)))


def test_rendering_needs_neither_jax_nor_numpy():
    code = "import sys, bluenoise_assets.engines.shaders as s; print({'jax', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# ---------------------------------------------------------------- bindings, and the lock's record


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, Binding("strip", "uint8")),
        ({"bits": 16}, Binding("strip", "uint16")),
        ({"bits": 16, "encoding": "float"}, Binding("strip", "float")),
        ({"formats": ("dds",)}, Binding("strip", "uint8")),  # 2D is a strip of one
        ({"layers": 3}, Binding("strip", "uint8")),
        ({"layers": 3, "formats": ("dds", "ktx2")}, Binding("array", "uint8")),
        ({"frames": 3, "formats": ("dds", "ktx2")}, Binding("array", "uint8")),
        ({"frames": 3, "formats": ("png",)}, Binding("strip", "uint8")),
        ({"layers": 3, "formats": ("ktx2", "png")}, Binding("strip", "uint8")),  # one shader for both
        ({"size": (8, 8, 8), "formats": ("ktx2",), "bits": 16}, Binding("volume", "uint16")),
        ({"size": (8, 8, 8), "engines": ("unity",)}, Binding("strip", "uint8")),
    ],
)
def test_binding_of_a_textures_own_files(keys, expected):
    assert binding_of(TextureSpec("fog", **({"size": (64, 64)} | keys))) == expected


BASE = TextureSpec("fog", (16, 16), 2)
VARIANTS = [
    (BASE, Binding("strip", "uint8")),
    (BASE, Binding("strip", "float")),
    (BASE, Binding("array", "uint8")),
    (replace(BASE, name="mist"), Binding("strip", "uint8")),
    (replace(BASE, name="fog-"), Binding("strip", "uint8")),
    (replace(BASE, size=(16, 17)), Binding("strip", "uint8")),
    (replace(BASE, size=(16, 16, 2)), Binding("strip", "uint8")),
    (replace(BASE, layers=2), Binding("strip", "uint8")),
    (replace(BASE, filter=None, frames=2), Binding("strip", "uint8")),
    (replace(BASE, filter=None, frames=2), Binding("array", "uint8")),
    (replace(BASE, filter=None, sample_space="vec2"), Binding("strip", "uint8")),
    (replace(BASE, filter=None, sample_space="circle"), Binding("strip", "uint8")),
    (replace(BASE, filter=None, frames=2, sample_space="circle"), Binding("strip", "uint8")),
    (replace(BASE, channels=3), Binding("strip", "uint8")),
    (replace(BASE, bits=16), Binding("strip", "float")),
    (replace(BASE, bits=16), Binding("strip", "uint16")),
    (replace(BASE, bits=16, encoding="float", formats=("exr",)), Binding("strip", "float")),
    (replace(BASE, bits=32, encoding="float", formats=("exr",)), Binding("strip", "float")),
    (replace(BASE, distribution=TriangularDistribution()), Binding("strip", "uint8")),
]


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_what_a_file_depends_on_is_recorded(language):
    """Different texts have different contents; what makes no difference to the text is not recorded."""
    texts = [shaders.render(language, *variant) for variant in VARIANTS]
    contents = [shaders.content(language, *variant) for variant in VARIANTS]
    for i, text in enumerate(texts):
        for j in range(i):
            assert text != texts[j]
            assert contents[i] != contents[j], (VARIANTS[i], VARIANTS[j])
    for same in ({"seed": 5}, {"engines": ("unity",)}, {"filter": None, "effort": "best"}):
        assert shaders.content(language, replace(BASE, **same)) == contents[0]
        assert shaders.render(language, replace(BASE, **same)) == texts[0]


def test_a_content_is_plain():
    assert shaders.content("wgsl", replace(BASE, layers=2), Binding("array", "float")) == {
        "name": "fog",
        "bits": 8,
        "encoding": "unorm",
        "channels": 2,
        "distribution": "uniform",
        "size": [16, 16],
        "layers": 2,
        "layout": "array",
        "storage": "float",
        "source": shaders.source_digest("wgsl"),
    }


def test_sources_have_digests_of_their_own():
    digests = {language: shaders.source_digest(language) for language in shaders.LANGUAGES}
    assert digests["ush"] == digests["hlsl"]
    assert len(set(digests.values())) == len(shaders.LANGUAGES) - 1
