"""Every shader file compiles: channels x laws x layouts x storages in every language, a program for each layout."""

import re

import pytest
from support.gpu import TYPES, glslang, hlsl_to_spirv, spirv_to, translated

from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier

LAYOUTS = ("strip", "array", "volume")
STORAGES = {"uint8": (8, "unorm"), "uint16": (16, "unorm"), "float": (32, "float")}
KINDS = {"strip": ((100, 37), None), "array": ((100, 37), 3), "volume": ((16, 9, 5), None)}
SPACES = {"vec2": 2, "vec3": 3, "vec4": 4, "circle": 2, "sphere": 3, "hemisphere": 3, "cosine_hemisphere": 3}


def every_texture(layout):
    """A texture of each kind, with its binding."""
    size, layers = KINDS[layout]
    for channels in (1, 2, 3, 4):
        for distribution in (UniformDistribution(), TriangularDistribution(), GaussianDistribution()):
            for storage, (bits, encoding) in STORAGES.items():
                name = f"{distribution.tag()}/{storage} {channels}"
                spec = TextureSpec(
                    name, size, channels, bits, encoding=encoding, layers=layers, distribution=distribution
                )
                yield spec, Binding(layout, storage)


def every_moving_or_vector_texture(layout):
    """Frames of scalars; each sample space, with frames and without them, which only a strip is."""
    for frames in (None, 5) if layout == "strip" else (5,):  # three.js binds frames as a volume
        for storage, (bits, encoding) in STORAGES.items():
            keys = {"bits": bits, "encoding": encoding, "frames": frames}
            for space in SPACES:
                spec = TextureSpec(f"{space} {frames}/{storage}", (100, 37), sample_space=space, **keys)
                yield spec, Binding(layout, storage)
            if frames:
                for channels, law in ((1, UniformDistribution()), (3, TriangularDistribution())):
                    spec = TextureSpec(f"{channels} {storage}", (100, 37), channels, distribution=law, **keys)
                    yield spec, Binding(layout, storage)
                yield (
                    TextureSpec(f"g {storage}", (9, 9), distribution=GaussianDistribution(), **keys),
                    Binding(layout, storage),
                )


EVERY = (every_texture, every_moving_or_vector_texture)


def neighbours():
    """Textures of which one's functions have names that begin with another's."""
    for name in ("fog", "fog_dither", "fog_load", "fog_to", "gl"):
        yield TextureSpec(name, (64, 64), 2), Binding("strip", "uint8")


def calls(spec):
    """A call of every function of a file, in GLSL's words."""
    loads = ["load(tex, pixel)", "load_slice(tex, pixel, 7)"]
    vectors = ["animate(value, 3)", "to_uniform(value)", "to_triangular(value)"]
    colors = ["rgb(value)", "dither(color, 256, value)", "dither_triangular(color, 256, value)"]
    tests = ["alpha(0.3, value)", "lod(-0.3, value)"]
    plane, space = ["circle(value)"], []
    if spec.channels >= 2:
        plane, space = ["circle(value)", "disk(value)"], ["sphere(value)", "cosine_hemisphere(value)"]
    prefix = identifier(spec.name)
    if spec.distribution == GaussianDistribution() or spec.is_vector:
        vectors, colors, tests, plane, space = [], [], [], [], []
    if spec.frames:
        loads.append("load_frame(tex, pixel, -3)")
    samples = {2: plane, 3: space, 4: vectors}[SPACES[spec.sample_space]] if spec.is_vector else []
    samples += ["sample(value)"] if spec.is_vector else []
    if spec.sample_space in {"hemisphere", "cosine_hemisphere"}:
        yield f"vec4({prefix}_around({prefix}_sample(value), color), 1.0)"
    yield from (f"{prefix}_{call}" for call in loads + vectors)
    yield from (f"vec4({prefix}_{call}, 1.0)" for call in colors + space)
    yield from (f"vec4({prefix}_{call}, 0.0, 1.0)" for call in plane)
    yield from (f"vec4(float({prefix}_{call}), 0.0, 0.0, 1.0)" for call in tests)


def files(language, textures):
    return "".join(shaders.render(language, *texture) for texture in textures)


def total(language, textures):
    """Statements that add up what every function of every file gives; `value` comes from the texture's own load."""
    lines = []
    for spec, _ in textures:
        lines.append(f"value = {identifier(spec.name)}_load(tex, pixel);")
        lines += [f"sum += {call};" for call in calls(spec)]
    return translated("\n    ".join(lines), language)


def glsl_program(version, layout, textures, language="glsl"):
    # mediump: the files must not lean on the defaults of who includes them.
    default = "precision mediump float;\n" if version.endswith("es") else ""
    return (
        f"#version {version}\n{default}{files(language, textures)}uniform highp {TYPES['glsl'][layout]} tex;\n"
        "out highp vec4 result;\nvoid main() {\n    highp ivec2 pixel = ivec2(gl_FragCoord.xy);\n"
        "    highp vec3 color = vec3(0.3);\n    highp vec4 value;\n    highp vec4 sum = vec4(0.0);\n"
        f"    {total('glsl', textures)}\n    result = sum;\n}}\n"
    )


def hlsl_program(layout, textures):
    return (
        f"{files('hlsl', textures)}{TYPES['hlsl'][layout]} tex;\n"
        "float4 main(float4 position : SV_Position) : SV_Target {\n    int2 pixel = int2(position.xy);\n"
        "    float3 color = position.zzz;\n    float4 value;\n    float4 sum = float4(0.0, 0.0, 0.0, 0.0);\n"
        f"    {total('hlsl', textures)}\n    return sum;\n}}\n"
    )


def wgsl_program(layout, textures):
    return (
        f"{files('wgsl', textures)}\n@group(0) @binding(0) var tex: {TYPES['wgsl'][layout]};\n"
        "@fragment fn main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {\n"
        "    let pixel = vec2<i32>(position.xy);\n    let color = position.xyz;\n    var value: vec4<f32>;\n"
        f"    var sum: vec4<f32>;\n    {total('wgsl', textures)}\n    return sum;\n}}\n"
    )


def compile_glsl(folder, programs):
    for number, program in enumerate(programs):
        (folder / f"{number}.frag").write_text(program, encoding="ascii", newline="\n")
    glslang(["-S", "frag", *(f"{number}.frag" for number in range(len(programs)))], folder)


def test_glsl(tmp_path):
    versions = {"strip": ("330", "300 es", "460"), "array": ("330", "300 es", "310 es"), "volume": ("330", "320 es")}
    compile_glsl(
        tmp_path,
        [
            glsl_program(version, layout, list(textures(layout)))
            for layout in LAYOUTS
            for version in versions[layout]
            for textures in EVERY
        ],
    )


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_hlsl(tmp_path, layout, every):
    """Through the Khronos validator to Metal's language, and to shader model 5 that compiles once more."""
    textures = list(every(layout))
    binary = hlsl_to_spirv(hlsl_program(layout, textures), tmp_path)
    assert "fragment" in spirv_to(binary, "--msl")
    again = spirv_to(binary, "--hlsl", "--shader-model", "50")
    assert re.search(r"Texture\w+<float4>", again)
    hlsl_to_spirv(again, tmp_path)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_wgsl(lavapipe, layout, every):
    lavapipe.compile(wgsl_program(layout, list(every(layout))))


@pytest.mark.parametrize("language", ["godot", "godot3"])
def test_godots_functions_are_glsl(tmp_path, language):
    """What Godot itself says to them is in the tests of that engine."""

    def program(version, layout, every):
        text = glsl_program(version, layout, list(every(layout)), language)
        text = re.sub(r"shader_type canvas_item;|^uniform \w+ noise;|^uniform int frame;", "", text, flags=re.MULTILINE)
        text = re.sub(r"void fragment\(\) \{.*?^\}\n", "", text, flags=re.MULTILINE | re.DOTALL)
        return text.replace("mediump", "highp").replace("precision highp float;", PRECISIONS)

    programs = [
        program(version, layout, every) for version in ("330", "300 es") for layout in LAYOUTS for every in EVERY
    ]
    compile_glsl(tmp_path, programs)


PRECISIONS = "".join(
    f"precision highp {name};\n" for name in ("float", "int", "sampler2D", "sampler2DArray", "sampler3D")
)


def test_files_of_several_textures_share_one_shader(tmp_path, lavapipe):
    textures = list(neighbours())
    compile_glsl(tmp_path, [glsl_program(version, "strip", textures) for version in ("330", "310 es")])
    hlsl_to_spirv(hlsl_program("strip", textures), tmp_path)
    lavapipe.compile(wgsl_program("strip", textures))


def test_a_file_may_be_included_twice(tmp_path):
    fog = (TextureSpec("fog", (64, 64)), Binding("strip", "uint8"))
    text = shaders.render("glsl", *fog)
    compile_glsl(tmp_path, [glsl_program("330", "strip", [fog]).replace(text, text + text)])
    text = shaders.render("hlsl", *fog)
    hlsl_to_spirv(hlsl_program("strip", [fog]).replace(text, text + text), tmp_path)
