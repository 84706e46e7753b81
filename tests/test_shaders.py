"""The shader files compile wherever they go, and compute what the definitions say, to the last bit."""

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tools import missing, require, require_module

from bluenoise_assets import resources, shaders
from bluenoise_assets.names import identifier
from bluenoise_assets.spec import Gaussian, Table, TextureSpec, Triangular, Uniform

GLSLANG = "apt-get install glslang-tools"
GLSL, HLSL = [], ["-D", "-V", "-e", "main"]  # glslangValidator's flags
MESA = "apt-get install libegl1 libgl1 libgl1-mesa-dri"

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
    return {name: int(value) for name, value in re.findall(r"^#define (\w+) (\d+)", text, re.MULTILINE)}


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize(
    ("distribution", "number"),
    [(Uniform(), 0), (Triangular(), 1), (Gaussian(), 2), (Table(quantiles=(0.0, 0.2, 1.0)), 2)],
)
def test_a_file_describes_its_texture(language, distribution, number):
    spec = TextureSpec(name="ui/a-b", size=(100, 37), channels=3, bits=16, distribution=distribution)
    text = shaders.render(language, spec)
    assert constants(text) == {
        "UI_A_B_WIDTH": 100,
        "UI_A_B_HEIGHT": 37,
        "UI_A_B_DEPTH": 1,
        "UI_A_B_CHANNELS": 3,
        "UI_A_B_BITS": 16,
        "UI_A_B_DISTRIBUTION": number,
    }
    assert not re.search("bluenoise_", text, re.IGNORECASE)
    assert "ui_a_b_load(" in text
    assert "'ui/a-b': 100 x 37 texels" in text
    assert text == shaders.render(language, spec)


@pytest.mark.parametrize("language", shaders.LANGUAGES)
@pytest.mark.parametrize("name", ["霧", "a\nb", "bluenoise_a", "x'y"])
def test_a_file_is_ascii_with_unix_line_endings(language, name):
    text = shaders.render(language, TextureSpec(name=name, size=(64, 64)))
    assert text.isascii()
    assert "\r" not in text
    assert text.endswith("#endif\n")
    assert all(line.startswith("//") for line in text.split("\n\n")[0].splitlines())


def test_the_product_keeps_its_name_in_comments():
    text = shaders.render("glsl", TextureSpec(name="fog", size=(64, 64)))
    assert "Written by bluenoise-assets" in text
    assert "a tileable blue-noise texture" in text


def test_both_languages_have_the_same_functions():
    def functions(language):
        return re.findall(r"^\w[\w ]* (bluenoise_\w+)\(", resources.text(f"shaders/bluenoise.{language}"), re.MULTILINE)

    assert functions("glsl") == functions("hlsl")
    assert len(functions("glsl")) == 9


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no shader language 'wgsl'; there are glsl, hlsl"):
        shaders.render("wgsl", TextureSpec(name="a", size=(64, 64)))


def test_rendering_needs_neither_jax_nor_numpy():
    code = "import sys, bluenoise_assets.shaders as s; print({'jax', 'numpy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# ---------------------------------------------------------------- compilers


def calls(prefix, distribution, color, pixel):
    """An expression that uses every function of a file."""
    load = f"{prefix}_load(tex, {pixel}).rgb"
    if distribution == 2:
        return load
    dithers = [f"{prefix}_{name}({color}, 256, tex, {pixel})" for name in ("dither", "dither_triangular")]
    values = [f"{prefix}_{name}(tex, {pixel})" for name in ("uniform", "triangular")]
    return " + ".join([load, *dithers, *values])


def glsl_program(version, files):
    sum_ = " + ".join(calls(p, d, "vec3(0.3)", "ivec2(gl_FragCoord.xy)") for p, d, _ in files)
    # mediump: the files must not lean on the defaults of who includes them.
    default = "precision mediump float;\n" if version.endswith("es") else ""
    return (
        f"#version {version}\n{default}{''.join(text for *_, text in files)}"
        "uniform highp sampler2D tex;\nout vec4 result;\n"
        f"void main() {{ result = vec4({sum_}, 1.0); }}\n"
    )


def hlsl_program(files):
    sum_ = " + ".join(calls(p, d, "float3(0.3, 0.3, 0.3)", "int2(position.xy)") for p, d, _ in files)
    return (
        f"{''.join(text for *_, text in files)}Texture2D<float4> tex;\n"
        f"float4 main(float4 position : SV_Position) : SV_Target {{ return float4({sum_}, 1.0); }}\n"
    )


def compile_all(tmp_path, flags, programs):
    tool = require("glslangValidator", GLSLANG)
    for number, program in enumerate(programs):
        (tmp_path / f"{number}.frag").write_text(program, encoding="ascii", newline="\n")
    names = [f"{number}.frag" for number in range(len(programs))]
    # Files of one run that makes SPIR-V would be linked with each other.
    for batch in [[name] for name in names] if "-V" in flags else [names]:
        command = [tool, "-S", "frag", *flags, *batch]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout
        assert "ERROR" not in run.stdout
        assert "WARNING" not in run.stdout


def every_kind(language):
    """`(prefix, distribution, text)` of the source as it stands and of a file for every kind of texture."""
    yield "bluenoise", 0, resources.text(f"shaders/bluenoise.{language}")
    for channels in (1, 2, 3, 4):
        for bits in (8, 16):
            for size in ((64, 64), (100, 37), (64, 1)):
                for number, distribution in enumerate((Uniform(), Triangular(), Gaussian())):
                    spec = TextureSpec("fog", size, channels, bits, distribution=distribution)
                    yield "fog", number, shaders.render(language, spec)


@pytest.mark.parametrize("version", ["330", "460", "300 es", "310 es", "320 es"])
def test_glsl_compiles(tmp_path, version):
    compile_all(tmp_path, GLSL, [glsl_program(version, [file]) for file in every_kind("glsl")])


def test_hlsl_compiles(tmp_path):
    compile_all(tmp_path, HLSL, [hlsl_program([file]) for file in every_kind("hlsl")])


def several(language):
    """Three textures of one shader; `fog_dither` has a function with the name of one of `fog`'s."""
    specs = (
        TextureSpec("fog", (64, 64)),
        TextureSpec("fog_dither", (100, 37), 3, 16),
        TextureSpec("gl", (64, 1), distribution=Triangular()),
    )
    return [(identifier(spec.name), 0, shaders.render(language, spec)) for spec in specs]


def test_files_of_several_textures_share_one_shader(tmp_path):
    glsl, hlsl = several("glsl"), several("hlsl")
    compile_all(tmp_path, GLSL, [glsl_program(v, glsl) for v in ("330", "310 es")])
    compile_all(tmp_path, HLSL, [hlsl_program(hlsl)])
    compile_all(tmp_path, GLSL, [glsl_program("330", glsl).replace(glsl[0][2], glsl[0][2] * 2)])


# ---------------------------------------------------------------- a GPU, in software

WIDTH, HEIGHT = 150, 90  # no multiple of a tile


@pytest.fixture(scope="module")
def gpu():
    moderngl = require_module("moderngl", "pip install moderngl")
    try:
        context = moderngl.create_context(standalone=True, backend="egl")
    except Exception as error:  # noqa: BLE001 - whatever a driver's absence looks like
        missing(f"an EGL device ({error})", MESA)
    yield context
    context.release()


def as_glsl(hlsl):
    """The HLSL file in GLSL's words, so that its arithmetic runs here too."""
    text = re.sub(r"(\w+)\.Load\(int3\((.+), 0\)\)", r"texelFetch(\1, \2, 0)", hlsl)
    text = text.replace("Texture2D<float4>", "sampler2D").replace("precise ", "")
    return re.sub(r"\b(float|int)([234])\b", lambda m: ("" if m[1] == "float" else "i") + f"vec{m[2]}", text)


def draw(gpu, source, expression, texels, colors, offset):
    """The expression at every pixel, float32 `[HEIGHT, WIDTH, 3]`; `pixel` includes the offset."""
    program = gpu.program(
        vertex_shader="#version 330\nin vec2 corner;\nvoid main() { gl_Position = vec4(corner, 0.0, 1.0); }\n",
        fragment_shader=(
            f"{source}uniform sampler2D tex;\nuniform sampler2D colors;\nuniform ivec2 offset;\nout vec4 result;\n"
            "void main() {\n"
            "    ivec2 place = ivec2(gl_FragCoord.xy);\n"
            "    ivec2 pixel = place + offset;\n"
            "    vec3 color = texelFetch(colors, place, 0).rgb;\n"
            f"    result = vec4({expression}, 1.0);\n"
            "}\n"
        ),
    )
    height, width, channels = texels.shape
    dtype = "f1" if texels.dtype == np.uint8 else "nu2"
    texture = gpu.texture((width, height), channels, texels.tobytes(), alignment=1, dtype=dtype)
    palette = gpu.texture((WIDTH, HEIGHT), 3, colors.tobytes(), alignment=1, dtype="f4")
    target = gpu.texture((WIDTH, HEIGHT), 4, dtype="f4")
    frame = gpu.framebuffer([target])
    corners = gpu.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32).tobytes())
    array = gpu.vertex_array(program, [(corners, "2f", "corner")])
    texture.use(0)
    palette.use(1)
    for name, value in {"tex": 0, "colors": 1, "offset": offset}.items():
        if name in program:  # the driver drops what the expression does not use
            program[name] = value
    frame.use()
    array.render()
    image = np.frombuffer(frame.read(components=4, dtype="f4"), np.float32).reshape(HEIGHT, WIDTH, 4)
    for thing in (array, corners, frame, target, palette, texture, program):
        thing.release()
    return image[..., :3]


def some_texels(size, channels, bits):
    texels = np.random.default_rng(7).integers(0, 2**bits, (size[1], size[0], channels))
    texels.reshape(-1)[:2] = 0, 2**bits - 1
    return texels.astype(np.uint8 if bits == 8 else np.uint16)


def some_colors():
    """Gradients from below 0 to above 1, some colours exactly on a level of 8 bits; float32."""
    colors = np.linspace(-0.05, 1.05, HEIGHT * WIDTH * 3).astype(np.float32)
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    colors[::7][: 7 * len(levels)] = np.resize(levels, len(colors[::7][: 7 * len(levels)]))
    return np.random.default_rng(3).permutation(colors).reshape(HEIGHT, WIDTH, 3)


F = np.float32


def expected_values(texels, offset):
    """(s + 1/2) / 2^bits under every pixel, for red, green and blue. float32."""
    height, width, channels = texels.shape
    rows = (np.arange(HEIGHT) + offset[1]) % height  # numpy's % takes the sign of the divisor
    columns = (np.arange(WIDTH) + offset[0]) % width
    stored = texels[rows[:, None], columns[None, :]]
    stored = stored[..., :3] if channels >= 3 else np.repeat(stored[..., :1], 3, axis=-1)
    return (stored.astype(F) + F(0.5)) / F(2 ** (8 * texels.dtype.itemsize))


def expected_uniform(value, distribution):
    if distribution == Uniform():
        return value
    cdf = np.where(value < F(0.5), F(2) * value * value, F(1) - F(2) * (F(1) - value) * (F(1) - value))
    return np.minimum(cdf, np.nextafter(F(1), F(0)))


def expected_triangular(value, distribution):
    if distribution == Triangular():
        return F(2) * value - F(1)
    t = F(2) * value - F(1)
    return np.sign(t) * (F(1) - np.sqrt(F(1) - np.abs(t)))


def quantized(scaled, levels):
    top = F(levels - 1)
    return np.clip(np.floor(scaled), F(0), top) / top


KINDS = [
    ((64, 64), 1, 8, Uniform()),
    ((64, 64), 3, 8, Uniform()),
    ((100, 37), 1, 16, Uniform()),
    ((100, 37), 3, 16, Uniform()),
    ((64, 1), 2, 8, Uniform()),
    ((37, 64), 4, 16, Uniform()),
    ((64, 64), 1, 8, Triangular()),
    ((100, 37), 3, 16, Triangular()),
]
OFFSETS = [(0, 0), (-1, -1), (-333, 1000), (2**30, -(2**31))]


def source_for(spec, dialect):
    """The texture's file after a `#version`; 450 has `precise`, 330 has not."""
    if dialect == "hlsl":
        return "#version 330\n" + as_glsl(shaders.render("hlsl", spec))
    return f"#version {dialect}\n" + shaders.render("glsl", spec)


@pytest.mark.parametrize("dialect", ["330", "450", "hlsl"])
@pytest.mark.parametrize(("size", "channels", "bits", "distribution"), KINDS)
def test_the_shader_computes_the_definition_to_the_last_bit(gpu, dialect, size, channels, bits, distribution):
    source = source_for(TextureSpec("fog", size, channels, bits, distribution=distribution), dialect)
    texels, colors = some_texels(size, channels, bits), some_colors()

    def same(expression, expected, offset):
        assert expected.dtype == np.float32
        np.testing.assert_array_equal(draw(gpu, source, expression, texels, colors, offset), expected)

    for offset in OFFSETS if dialect != "450" else OFFSETS[:1]:
        value = expected_values(texels, offset)
        same("fog_rgb(tex, pixel)", value, offset)
    uniform, triangular = expected_uniform(value, distribution), expected_triangular(value, distribution)
    assert uniform.min() > 0
    assert uniform.max() < 1
    same("fog_uniform(tex, pixel)", uniform, offset)
    same("fog_triangular(tex, pixel)", triangular, offset)
    for levels in (2, 4, 256):
        scaled = colors * F(levels - 1)
        below = np.floor(scaled)
        rectangular = quantized(below + np.floor(scaled - below + uniform), levels)
        same(f"fog_dither(color, {levels}, tex, pixel)", rectangular, offset)
        expected = quantized(scaled + triangular + F(0.5), levels)
        same(f"fog_dither_triangular(color, {levels}, tex, pixel)", expected, offset)


@pytest.mark.parametrize("dialect", ["330", "450", "hlsl"])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_color_on_a_level_stays_there_whatever_the_noise(gpu, dialect, bits):
    """An image that has 8 bits already must come through unchanged, also under the noise's smallest and largest value."""
    source = source_for(TextureSpec("fog", (2, 2), 1, bits), dialect)
    ends = np.array([0, 2**bits - 1, 2**bits - 2, 1]).reshape(2, 2, 1)
    texels = ends.astype(np.uint8 if bits == 8 else np.uint16)
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    colors = np.resize(levels, (HEIGHT, WIDTH, 3))
    for offset in ((0, 0), (1, 0), (0, 1), (1, 1)):
        np.testing.assert_array_equal(
            draw(gpu, source, "fog_dither(color, 256, tex, pixel)", texels, colors, offset), colors
        )
