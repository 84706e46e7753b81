"""A texture's shader file: its constants, its binding, its functions, and what the lock records of it."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.shaders import Binding, binding_of, rendering
from bluenoise_assets.spec import (
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
)
from bluenoise_assets.spec.names import identifier

SOURCES = ("hlsl", "glsl", "wgsl", "godot")
COMMON = (
    "animate", "to_triangular", "to_uniform", "fixed", "dither_1", "dither_triangular_1", "dither", "dither_triangular",
    "alpha", "lod", "circle", "disk", "sphere", "cosine_hemisphere", "around",
)  # fmt: skip

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
        ("bluenoise_to", "noise_bluenoise_to"),  # its uniform() would be bluenoise_to_uniform, which all share
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


def own_functions(text, prefix="fog_"):
    return {name.removeprefix(prefix) for name in functions(text) if name.startswith(prefix)}


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize("shader_files", ["shared", "single"])
@pytest.mark.parametrize(
    "distribution",
    [
        UniformDistribution(),
        TriangularDistribution(),
        GaussianDistribution(),
        TableDistribution(quantiles=(0.0, 0.2, 1.0)),
    ],
)
def test_a_file_describes_its_texture(language, distribution, shader_files):
    spec = TextureSpec("ui/a-b", (100, 37), 3, 16, distribution=distribution, layers=5, shader_files=shader_files)
    text = shaders.render(language, spec)
    assert constants(text) == {"UI_A_B_WIDTH": 100, "UI_A_B_HEIGHT": 37, "UI_A_B_SLICES": 5}
    assert not re.search("@[a-z_]+@|^@", text)
    assert "\n\n\n" not in text
    assert not any(line.endswith((" ", "\t")) for line in text.splitlines())
    heading = "// Texture 'ui/a-b': 5 layers of 100 x 37 texels, 3 channels, 16 bits, "
    assert text.count(heading) == 1
    assert text.startswith(heading) or (shader_files == "single" and language != "godot3")
    assert text == shaders.render(language, spec)


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(("storage", "decoded"), [("uint8", "* 255.0 "), ("uint16", "* 65535.0 "), ("float", None)])
@pytest.mark.parametrize("layout", ["strip", "array", "volume"])
def test_a_binding_is_written_out(language, storage, decoded, layout):
    spec = TextureSpec("fog", (16, 16, 4))
    text = shaders.render(language, spec, Binding(layout, storage))
    assert re.findall(r"\* \d+\.0 (?=\+ 0\.5\))", text) == ([decoded] if decoded else [])
    assert constants(text)["FOG_SLICES"] == 4
    types = {
        "hlsl": {"strip": "Texture2D<float4>", "array": "Texture2DArray<float4>", "volume": "Texture3D<float4>"},
        "wgsl": {"strip": "texture_2d<f32>", "array": "texture_2d_array<f32>", "volume": "texture_3d<f32>"},
    }
    glsl = {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
    kinds = types.get({"ush": "hlsl", "wesl": "wgsl"}.get(language, language), glsl)
    found = set(re.findall(r"\bsampler[23]D\w*|\bTexture\d\w+<float4>|\btexture_\w+<f32>", text))
    assert found == {kinds[layout]}
    if language != "godot3":
        assert text.count("FOG_HEIGHT *") == (layout == "strip")


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_texture_called_dither_has_no_functions_but_its_own(language):
    """Not `dither_dither`."""
    text = shaders.render(language, TextureSpec("dither", (64, 64)))
    own = [name for name in functions(text) if not name.startswith("bluenoise_")]
    assert own == ["dither_load_slice", "dither_load", *(["fragment"] if language == "godot3" else [])]
    assert "dither_dither" not in text


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize("name", ["霧", "a\nb", "bluenoise_a", "x'y"])
def test_a_file_is_ascii_with_unix_line_endings(language, name):
    text = shaders.render(language, TextureSpec(name=name, size=(64, 64)))
    assert text.isascii()
    assert "\r" not in text
    assert text.endswith(("#endif\n", "}\n"))
    assert all(line.startswith(("//", "shader_type")) for line in text.split("\n\n")[0].splitlines())


@pytest.mark.parametrize("language", SOURCES)
def test_the_common_text_is_plain_and_guarded(language):
    text = shaders.common_text(language)
    assert text.isascii()
    assert "\r" not in text
    assert functions(text) == [f"bluenoise_{name}" for name in COMMON]  # no overloading: WGSL has none
    assert text.count("#define BLUENOISE_COMMON\n") == text.count("#ifndef BLUENOISE_COMMON\n") == (language != "wgsl")
    assert "Written by bluenoise-assets" in text


@pytest.mark.parametrize("language", ["hlsl", "ush", "glsl", "godot"])
@pytest.mark.parametrize(("name", "up"), [("fog", ""), ("ui/fog", "../"), ("ui/hud/fog", "../../")])
def test_a_file_includes_the_common_one_from_its_folder(language, name, up):
    text = shaders.render(language, TextureSpec(name, (64, 64)))
    include = f'#include "{up}{shaders.common_name(language)}"\n'
    assert re.findall(r"(?m)^#include .*\n", text) == [include]
    guarded = f"#ifndef BLUENOISE_COMMON\n{include}#endif\n"
    assert (guarded in text) == (language == "glsl")  # there also without a compiler that knows includes
    assert functions(text)[0].endswith("fog_load_slice")


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_single_file_has_the_common_text_before_its_own(language):
    spec = TextureSpec("ui/fog", (64, 64))
    text = shaders.render(language, replace(spec, shader_files="single"))
    assert "#include" not in text
    assert "common" not in re.sub("(?m)//.*", "", text).replace("BLUENOISE_COMMON", "")
    if language == "godot3":
        assert text == shaders.render(language, spec)
    else:
        assert text.startswith(shaders.common_text(language))
        assert "#include" not in text


def test_common_files_are_called_as_their_language_asks():
    names = {language: shaders.common_name(language) for language in shaders.LANGUAGES}
    assert names == {
        "hlsl": "bluenoise_common.hlsl",
        "glsl": "bluenoise_common.glsl",
        "wgsl": "bluenoise_common.wgsl",
        "godot": "bluenoise_common.gdshaderinc",
        "godot3": None,
        "ush": "bluenoise_common.ush",
        "wesl": "bluenoise_common.wesl",
    }
    assert shaders.common_text("ush") == shaders.common_text("hlsl")
    assert shaders.common_text("wesl") == shaders.common_text("wgsl")


def test_a_godot_3_shader_is_whole():
    """Without a preprocessor there is neither a guard nor an include."""
    text = shaders.render("godot3", TextureSpec("fog", (64, 64)))
    assert "\n#" not in text
    assert "#include" not in text
    assert text.count("shader_type canvas_item;\n") == 1
    assert functions(text) == [*(f"bluenoise_{name}" for name in COMMON), "fog_load_slice", "fog_load", "fragment"]
    assert "bluenoise_dither(color.rgb, 256, bluenoise_animate(value, frame))" in text
    grain = shaders.render("godot3", TextureSpec("fog", (64, 64), layers=2, distribution=GaussianDistribution()))
    assert "fog_load_slice(noise, ivec2(FRAGCOORD.xy), frame)" in grain
    assert "dither" not in grain[grain.index("void fragment()") :]


def test_unreal_gets_hlsl():
    spec = TextureSpec("fog", (64, 64))
    hlsl = shaders.render("hlsl", spec)
    assert shaders.render("ush", spec) == hlsl.replace("bluenoise_common.hlsl", "bluenoise_common.ush")
    assert shaders.SUFFIXES["ush"] == "ush"


def test_no_two_textures_get_the_same_function():
    """That of `fog` would be that of `fog_dither`, if it had `dither_load`, say; nor do they get a common one."""
    triangular = TextureSpec("fog", (64, 64), frames=2, distribution=TriangularDistribution())
    vectors = TextureSpec("fog", (64, 64), frames=2, sample_space="sphere")
    own = own_functions(shaders.render("wgsl", triangular)) | own_functions(shaders.render("wgsl", vectors))
    assert own == {"load_slice", "load", "load_frame", "uniform", "sample"}
    clashes = [(name, other) for name in {*own, *COMMON} for other in own if name.endswith(f"_{other}")]
    assert clashes == [("to_uniform", "uniform")]  # which is why no identifier is bluenoise_to


@pytest.mark.parametrize("language", SOURCES)
def test_a_file_has_the_functions_that_its_texture_can_serve(language):
    def own(**keys):
        text = shaders.render(language, TextureSpec("fog", (64, 64), **keys))
        assert len(text.splitlines()) < 80
        assert set(re.findall(r"\bfog_\w+(?=\()", text)) == {f"fog_{name}" for name in own_functions(text)}
        return own_functions(text)

    loads = {"load_slice", "load"}
    assert own() == own(channels=4, distribution=GaussianDistribution()) == loads
    assert own(distribution=TriangularDistribution()) == loads | {"uniform"}
    assert own(frames=4) == own(frames=4, distribution=GaussianDistribution()) == loads | {"load_frame"}
    for space in ("vec2", "vec3", "vec4", "circle", "sphere", "hemisphere", "cosine_hemisphere"):
        assert own(sample_space=space) == loads | {"sample"}
        assert own(sample_space=space, frames=4) == loads | {"load_frame", "sample"}
    grain = shaders.render(language, TextureSpec("fog", (64, 64), distribution=GaussianDistribution()))
    assert "dither" not in grain


@pytest.fixture
def edited(monkeypatch):
    """Changes one of the texts that files are made of, for every language."""

    def change(target, old, new):
        original = getattr(rendering, target)

        def changed(*language):
            text = original(*language)
            assert old in text
            return text.replace(old, new)

        monkeypatch.setattr(rendering, target, changed)
        shaders.source_digest.cache_clear()

    yield change
    monkeypatch.undo()
    shaders.source_digest.cache_clear()


def files(language, specs):
    """What is recorded of textures' files, and the files."""
    return [(shaders.content(language, spec), shaders.render(language, spec)) for spec in specs]


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_changed_template_makes_its_languages_files_stale(language, edited):
    specs = [BASE, replace(BASE, layers=3), replace(BASE, name="ui/fog"), SINGLE]
    before, common = files(language, specs), shaders.common_digest(language)
    edited("_template", "counts from the tile's far end", "is one")
    for (content, text), (old_content, old_text) in zip(files(language, specs), before, strict=True):
        assert content != old_content
        assert text != old_text
    assert shaders.common_digest(language) == common


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_changed_common_text_makes_stale_only_what_has_it_inside(language, edited):
    specs = [BASE, SINGLE]
    before, common = files(language, specs), shaders.common_digest(language)
    edited("common_text", "of length 1", "of unit length")
    assert shaders.common_digest(language) != common
    after = files(language, specs)
    assert [new[0] != old[0] for new, old in zip(after, before, strict=True)] == [language == "godot3", True]
    assert [new[1] != old[1] for new, old in zip(after, before, strict=True)] == [language == "godot3", True]


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_the_files_that_a_language_is_made_of(language):
    names = [path.name for path in shaders.source_paths(language)]
    source = shaders.DIALECTS[language].source
    whole = ["godot3.shader"] if language == "godot3" else []
    assert names == [f"bluenoise_common.{source}", f"texture.{source}", *whole]


def test_a_changed_whole_of_godot_3_makes_its_shaders_stale(edited):
    before = shaders.content("godot3", BASE), shaders.content("godot", BASE)
    edited("_godot3", "vec4 color =", "vec4  color =")
    assert [shaders.content("godot3", BASE) != before[0], shaders.content("godot", BASE) != before[1]] == [True, False]


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_a_file_of_frames_loads_by_frame(language):
    text = shaders.render(language, TextureSpec("fog", (16, 16), frames=3))
    heading = text.split("\n\n")[0]
    assert "3 frames of 16 x 16 texels" in heading
    assert "frame of the loop, which repeats" in text
    used = [line for line in text.splitlines() if re.search(r"value = fog_load", line)]
    assert used
    assert all("fog_load_frame(" in line for line in used)
    assert "animate(" not in text[text.rindex("fog_load_slice") :]


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(
    ("space", "encoding", "components", "decoding"),
    [
        ("vec2", "unorm", 2, "{}"),
        ("vec4", "float", 4, "{}"),
        ("circle", "unorm", 2, "normalize(2.0 * {} - 1.0)"),
        ("sphere", "float", 3, "normalize({})"),
        ("cosine_hemisphere", "unorm", 3, "normalize(2.0 * {} - 1.0)"),
    ],
)
def test_a_file_of_vectors_gives_samples(language, space, encoding, components, decoding):
    bits = 16
    spec = TextureSpec("fog", (16, 16), bits=bits, encoding=encoding, sample_space=space)
    text = shaders.render(language, spec, Binding("strip", "float"))  # also integers that are held as floats
    kind = {"hlsl": "float", "ush": "float"}.get(language, "vec") + str(components)
    declared = next(line for line in text.splitlines() if re.match(r"[^/]*\bfog_sample\(", line))
    assert f"-> {kind}<f32>" in declared if language in {"wgsl", "wesl"} else re.match(rf"(highp )?{kind} ", declared)
    value = f"{'value_' if language.startswith('godot') else 'value'}.{'xyzw'[:components]}"
    assert f"return {decoding.format(value)};" in text
    assert "* 65535.0" not in text
    assert f"{components} channels, 16{'-bit floats' if encoding == 'float' else ' bits'}, {space} samples" in text
    assert "dither(" not in text or language == "godot3"


def test_an_unknown_language_is_refused():
    with pytest.raises(
        ValueError, match="no shader language 'cg'; there are hlsl, glsl, wgsl, godot, godot3, ush, wesl"
    ):
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
SINGLE = replace(BASE, shader_files="single")


@pytest.mark.parametrize("language", shaders.LANGUAGES)
def test_what_a_file_depends_on_is_recorded(language):
    """Different texts have different contents; what makes no difference to the text is not recorded."""
    texts = [shaders.render(language, *variant) for variant in VARIANTS]
    contents = [shaders.content(language, *variant) for variant in VARIANTS]
    for i, text in enumerate(texts):
        for j in range(i):
            assert text != texts[j]
            assert contents[i] != contents[j], (VARIANTS[i], VARIANTS[j])
    if language != "godot3":
        assert shaders.render(language, SINGLE) not in texts
        assert shaders.content(language, SINGLE) not in contents
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
    assert (digests["ush"], digests["wesl"]) == (digests["hlsl"], digests["wgsl"])
    assert len(set(digests.values())) == len(shaders.LANGUAGES) - 2
