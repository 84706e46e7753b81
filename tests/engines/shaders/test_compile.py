"""Every shader file compiles: channels x laws x layouts x storages in every language, a program for each layout."""

import re
import subprocess
from dataclasses import replace

import pytest
from support.gpu import TYPES, glslang, hlsl_to_spirv, spirv_to, translated, write_common
from support.tools import require

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
    """Textures of which one's functions have names that begin with another's, or with the common ones'; in folders."""
    for name in ("fog", "fog_dither", "fog_load", "gl", "dither", "bluenoise", "bluenoise_to", "ui/fog", "ui/a/fog"):
        yield TextureSpec(name, (64, 64), 2, distribution=TriangularDistribution()), Binding("strip", "uint8")


COMMON = [
    "bluenoise_animate(value, 3)",
    "bluenoise_to_uniform(value)",
    "bluenoise_to_triangular(value)",
    "vec4(bluenoise_dither(color, 256, value), 1.0)",
    "vec4(bluenoise_dither_triangular(color, 256, value), 1.0)",
    "vec4(float(bluenoise_alpha(0.3, value)), 0.0, 0.0, 1.0)",
    "vec4(float(bluenoise_lod(-0.3, value)), 0.0, 0.0, 1.0)",
    "vec4(bluenoise_circle(value), bluenoise_disk(value))",
    "vec4(bluenoise_sphere(value), 1.0)",
    "vec4(bluenoise_around(bluenoise_cosine_hemisphere(value), color), 1.0)",
]
"""A call of every function that all textures share, in GLSL's words."""


def calls(spec):
    """A call of every function of a texture's own file, in GLSL's words."""
    prefix = identifier(spec.name)
    yield f"{prefix}_load(tex, pixel)"
    yield f"{prefix}_load_slice(tex, pixel, 7)"
    if spec.frames:
        yield f"{prefix}_load_frame(tex, pixel, -3)"
    if shaders.is_triangular(spec):
        yield f"{prefix}_uniform(value)"
    if spec.is_vector:
        rest = {2: ", 0.0, 1.0", 3: ", 1.0", 4: ""}[SPACES[spec.sample_space]]
        yield f"vec4({prefix}_sample(value){rest})"


def total(language, textures):
    """Statements that add up what every function of every file gives; `value` comes from the texture's own load."""
    lines = [f"sum += {call};" for call in COMMON]
    for spec, _ in textures:
        lines.append(f"value = {identifier(spec.name)}_load(tex, pixel);")
        lines += [f"sum += {call};" for call in calls(spec)]
    return translated("\n    ".join(lines), language)


def joined(language, textures):
    """One text: the common one, and behind it those of the textures."""
    return shaders.common_text(language) + "".join(shaders.render(language, *texture) for texture in textures)


def glsl_program(version, layout, textures, text=None):
    # mediump: the files must not lean on the defaults of who includes them.
    default = "precision mediump float;\n" if version.endswith("es") else ""
    text = joined("glsl", textures) if text is None else text
    return (
        f"#version {version}\n{default}{text}uniform highp {TYPES['glsl'][layout]} tex;\n"
        "out highp vec4 result;\nvoid main() {\n    highp ivec2 pixel = ivec2(gl_FragCoord.xy);\n"
        "    highp vec3 color = vec3(0.3);\n    highp vec4 value = vec4(0.5);\n    highp vec4 sum = vec4(0.0);\n"
        f"    {total('glsl', textures)}\n    result = sum;\n}}\n"
    )


def hlsl_program(layout, textures, text):
    return (
        f"{text}{TYPES['hlsl'][layout]} tex;\n"
        "float4 main(float4 position : SV_Position) : SV_Target {\n    int2 pixel = int2(position.xy);\n"
        "    float3 color = position.zzz;\n    float4 value = position;\n    float4 sum = position;\n"
        f"    {total('hlsl', textures)}\n    return sum;\n}}\n"
    )


def wgsl_program(layout, textures, text=None):
    text = joined("wgsl", textures) if text is None else text
    return (
        f"{text}\n@group(0) @binding(0) var tex: {TYPES['wgsl'][layout]};\n"
        "@fragment fn main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {\n"
        "    let pixel = vec2<i32>(position.xy);\n    let color = position.xyz;\n    var value = position;\n"
        f"    var sum: vec4<f32>;\n    {total('wgsl', textures)}\n    return sum;\n}}\n"
    )


def written(language, textures, folder):
    """Each texture's file in a folder as a build leaves it, with the common one; a text that includes them all."""
    write_common(language, folder)
    suffix = shaders.SUFFIXES[language]
    for spec, binding in textures:
        file = folder / f"{spec.name}.{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shaders.render(language, spec, binding), encoding="ascii", newline="\n")
    return "".join(f'#include "{spec.name}.{suffix}"\n' for spec, _ in textures)


def compile_glsl(folder, programs):
    for number, program in enumerate(programs):
        (folder / f"{number}.frag").write_text(program, encoding="ascii", newline="\n")
    glslang(["-S", "frag", *(f"{number}.frag" for number in range(len(programs)))], folder)


def test_glsl(tmp_path):
    """One text after the other, for a compiler without includes."""
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
    binary = hlsl_to_spirv(hlsl_program(layout, textures, written("hlsl", textures, tmp_path)), tmp_path)
    assert "fragment" in spirv_to(binary, "--msl")
    again = spirv_to(binary, "--hlsl", "--shader-model", "50")
    assert re.search(r"Texture\w+<float4>", again)
    hlsl_to_spirv(again, tmp_path)


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_wgsl(lavapipe, layout, every):
    lavapipe.compile(wgsl_program(layout, list(every(layout))))


def without_includes(text):
    return re.sub(r"(?m)^#include .*\n", "", text)


def godot3_functions(textures):
    """Those of whole shaders: the common ones of the first, and the textures' own."""
    texts = [shaders.render("godot3", *texture) for texture in textures]
    common = texts[0][texts[0].index("// Godot gives") : texts[0].index("const int ")]
    return common + "".join(text.replace(common, "") for text in texts)


@pytest.mark.parametrize("language", ["godot", "godot3"])
def test_godots_functions_are_glsl(tmp_path, language):
    """What Godot itself says to them is in the tests of that engine."""

    def program(version, layout, every):
        textures = list(every(layout))
        text = godot3_functions(textures) if language == "godot3" else without_includes(joined("godot", textures))
        text = re.sub(r"shader_type canvas_item;|^uniform \w+ noise;|^uniform int frame;", "", text, flags=re.MULTILINE)
        text = re.sub(r"void fragment\(\) \{.*?^\}\n", "", text, flags=re.MULTILINE | re.DOTALL)
        text = glsl_program(version, layout, textures, text)
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
    hlsl_to_spirv(hlsl_program("strip", textures, written("hlsl", textures, tmp_path)), tmp_path)
    lavapipe.compile(wgsl_program("strip", textures))


def test_a_compiler_with_includes_finds_the_common_file_from_every_folder(tmp_path):
    """GLSL as glslangValidator and glslc include it, `../` from a texture in a folder of its own."""
    textures = list(neighbours())
    text = "#extension GL_GOOGLE_include_directive : enable\n" + written("glsl", textures, tmp_path)
    (tmp_path / "all.frag").write_text(glsl_program("330", "strip", textures, text), encoding="ascii", newline="\n")
    glslang(["-l", "all.frag"], tmp_path)
    glslc = [require("glslc", "apt-get install glslc"), "--target-env=opengl", "-fauto-map-locations"]
    flags = ["-fauto-bind-uniforms", "all.frag", "-o", "all.spv"]
    subprocess.run([*glslc, *flags], cwd=tmp_path, check=True, timeout=300)


def single(textures):
    return [(replace(spec, shader_files="single"), binding) for spec, binding in textures]


def test_single_files_stand_alone_and_several_share_one_shader(tmp_path, lavapipe):
    """Where there is a preprocessor; two files of WGSL must share the common one."""
    textures = single(neighbours())
    texts = {
        language: "".join(shaders.render(language, *texture) for texture in textures)
        for language in ("glsl", "hlsl", "godot")
    }
    assert not any("#include" in text for text in texts.values())
    godot = glsl_program("330", "strip", textures, texts["godot"])
    compile_glsl(tmp_path, [glsl_program("330", "strip", textures, texts["glsl"]), godot])
    hlsl_to_spirv(hlsl_program("strip", textures, texts["hlsl"]), tmp_path)
    for texture in textures:
        lavapipe.compile(wgsl_program("strip", [texture], shaders.render("wgsl", *texture)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_wgsl_file_is_a_module_of_its_own(lavapipe, layout):
    """It calls nothing of the common file: renderers that import modules know each by itself."""
    for texture in every_moving_or_vector_texture(layout):
        lavapipe.compile(shaders.render("wgsl", *texture))
    for texture in list(every_texture(layout))[::4]:
        lavapipe.compile(shaders.render("wgsl", *texture))
    lavapipe.compile(shaders.common_text("wgsl"))


def test_a_file_may_be_included_twice(tmp_path):
    fog = [(TextureSpec("fog", (64, 64)), Binding("strip", "uint8"))]
    text = joined("glsl", fog)
    compile_glsl(tmp_path, [glsl_program("330", "strip", fog, text + text)])
    text = written("hlsl", fog, tmp_path)
    hlsl_to_spirv(hlsl_program("strip", fog, text + text), tmp_path)
