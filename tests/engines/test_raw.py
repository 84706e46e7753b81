"""Plain texels for code of one's own: the C code of our page uploads them with OpenGL, our GLSL reads them there."""

import ctypes
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import shader_reference as reference
from support.gpu import Llvmpipe, closing
from support.tools import missing, require, require_module

from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.engines.raw import SIZES, names_of
from bluenoise_assets.formats import raw as encode_raw
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.storage import convert
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier

ENGINE = engine_of("raw")
HEADER = Path("/usr/include/GL/glcorearb.h")
ENCODINGS = [("unorm", 8), ("unorm", 16), ("float", 16), ("float", 32)]
SHAPES = {"2d": ((7, 5), None), "array": ((5, 3), 3), "volume": ((3, 5, 4), None)}
SPECS = [
    TextureSpec(f"{encoding}/{bits} x {channels}/{kind}", size, channels, bits, encoding=encoding, layers=layers)
    for encoding, bits in ENCODINGS
    for channels in (1, 2, 3, 4)
    for kind, (size, layers) in SHAPES.items()
] + [
    TextureSpec("loop", (5, 3), frames=3),
    TextureSpec("dome", (5, 3), frames=3, sample_space="hemisphere", bits=16),
    TextureSpec("square", (5, 3), sample_space="vec2"),
]
every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)

# As vulkan_core.h, dxgiformat.h, MTLPixelFormat.h and the WebGPU specification list them.
NAMES = {
    ("uint8", 1): ("VK_FORMAT_R8_UNORM", "DXGI_FORMAT_R8_UNORM", "MTLPixelFormatR8Unorm", "r8unorm"),
    ("uint8", 2): ("VK_FORMAT_R8G8_UNORM", "DXGI_FORMAT_R8G8_UNORM", "MTLPixelFormatRG8Unorm", "rg8unorm"),
    ("uint8", 4): ("VK_FORMAT_R8G8B8A8_UNORM", "DXGI_FORMAT_R8G8B8A8_UNORM", "MTLPixelFormatRGBA8Unorm", "rgba8unorm"),
    ("uint16", 1): ("VK_FORMAT_R16_UNORM", "DXGI_FORMAT_R16_UNORM", "MTLPixelFormatR16Unorm", "r16unorm"),
    ("uint16", 2): ("VK_FORMAT_R16G16_UNORM", "DXGI_FORMAT_R16G16_UNORM", "MTLPixelFormatRG16Unorm", "rg16unorm"),
    ("uint16", 4): (
        "VK_FORMAT_R16G16B16A16_UNORM",
        "DXGI_FORMAT_R16G16B16A16_UNORM",
        "MTLPixelFormatRGBA16Unorm",
        "rgba16unorm",
    ),
    ("float16", 1): ("VK_FORMAT_R16_SFLOAT", "DXGI_FORMAT_R16_FLOAT", "MTLPixelFormatR16Float", "r16float"),
    ("float16", 2): ("VK_FORMAT_R16G16_SFLOAT", "DXGI_FORMAT_R16G16_FLOAT", "MTLPixelFormatRG16Float", "rg16float"),
    ("float16", 4): (
        "VK_FORMAT_R16G16B16A16_SFLOAT",
        "DXGI_FORMAT_R16G16B16A16_FLOAT",
        "MTLPixelFormatRGBA16Float",
        "rgba16float",
    ),
    ("float32", 1): ("VK_FORMAT_R32_SFLOAT", "DXGI_FORMAT_R32_FLOAT", "MTLPixelFormatR32Float", "r32float"),
    ("float32", 2): ("VK_FORMAT_R32G32_SFLOAT", "DXGI_FORMAT_R32G32_FLOAT", "MTLPixelFormatRG32Float", "rg32float"),
    ("float32", 4): (
        "VK_FORMAT_R32G32B32A32_SFLOAT",
        "DXGI_FORMAT_R32G32B32A32_FLOAT",
        "MTLPixelFormatRGBA32Float",
        "rgba32float",
    ),
}
SAMPLERS = {"strip": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
PARAMETERS = {  # GL_TEXTURE_...: what it should be
    "MAG_FILTER": (0x2800, 0x2600),  # GL_NEAREST
    "MIN_FILTER": (0x2801, 0x2600),
    "WRAP_S": (0x2802, 0x2901),  # GL_REPEAT
    "WRAP_T": (0x2803, 0x2901),
    "WRAP_R": (0x8072, 0x2901),
    "BASE_LEVEL": (0x813C, 0),
    "MAX_LEVEL": (0x813D, 0),
}
TARGETS = {"strip": 0x0DE1, "array": 0x8C1A, "volume": 0x806F}  # GL_TEXTURE_2D, _2D_ARRAY, _3D


def picture_for(spec):
    random = np.random.default_rng(len(spec.name))
    shape = (spec.slices, spec.size[1], spec.size[0], spec.channels)
    if spec.encoding == "float":
        return TexelImage((0.001 + 0.998 * random.random(shape)).astype(f"float{spec.bits}"), spec.kind)
    return TexelImage(random.integers(0, 2**spec.bits, shape, f"uint{spec.bits}"), spec.kind)


def asset_of(spec):
    return Asset(spec, ENGINE.storage_layout(spec), f"raw/{spec.name}.raw")


def blocks(page, language):
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", page)


def c_code(spec):
    (code,) = blocks(ENGINE.snippet(asset_of(spec)), "c")
    return code


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The C code of every page, compiled into one library, against Khronos' own header."""
    gcc = require("gcc", "apt-get install gcc")
    if not HEADER.is_file():
        missing(str(HEADER), "apt-get install libgl-dev")
    folder = tmp_path_factory.mktemp("code")
    source = folder / "upload.c"
    code = "".join(map(c_code, SPECS))
    source.write_text(f"#define GL_GLEXT_PROTOTYPES\n#include <GL/glcorearb.h>\n{code}", encoding="ascii")
    options = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-shared", "-fPIC"]
    built = subprocess.run(
        [gcc, *options, "-o", str(folder / "upload.so"), str(source)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return folder / "upload.so"


@pytest.fixture(scope="module")
def context():
    moderngl = require_module("moderngl", "pip install moderngl")
    try:
        context = moderngl.create_context(standalone=True, backend="egl")
    except Exception as error:  # noqa: BLE001 - whatever a driver's absence looks like
        missing(f"OpenGL ({error})", "apt-get install libegl1 libgl1 libgl1-mesa-dri")
    yield context
    context.release()


@pytest.fixture(scope="module")
def gl(context):
    return ctypes.CDLL("libGL.so.1", mode=ctypes.RTLD_GLOBAL)  # where the library finds what it calls


@pytest.fixture(scope="module")
def code(library, gl):
    return ctypes.CDLL(str(library))


def create(code, spec, file):
    return getattr(code, f"{identifier(spec.name)}_create")(str(file).encode())


@every_spec
def test_what_our_code_uploads_our_shader_reads(spec, code, gl, context, tmp_path):
    picture, storage_layout = picture_for(spec), ENGINE.storage_layout(spec)
    file = tmp_path / "texels.raw"
    file.write_bytes(encode_raw.encode(convert(picture, storage_layout)))
    glsl = glsl_of(spec)
    width, height = spec.size[:2]
    use, *_ = blocks(ENGINE.snippet(asset_of(spec)), "glsl")
    sampler, load = re.fullmatch(
        r"uniform highp (\w+) noise;\n\.\.\.\nvec4 value = (\w+)\(.*\);\n(?:vec\d \w+ = \w+_sample\(value\);\n)?", use
    ).groups()
    assert sampler == SAMPLERS[ENGINE.layout(spec)]
    place = f"ivec2(at.x, at.y % {height})" + (f", at.y / {height}" if spec.kind != "2d" else "")
    program = context.program(
        vertex_shader="#version 330\nvoid main() { gl_Position = vec4(vec2[](vec2(-1), vec2(3, -1), vec2(-1, 3))"
        "[gl_VertexID], 0, 1); }",
        fragment_shader=f"#version 330\n{glsl}\nuniform {sampler} noise; out vec4 color;\n"
        f"void main() {{ ivec2 at = ivec2(gl_FragCoord.xy); color = {load}(noise, {place}); }}",
    )
    target = context.simple_framebuffer((width, height * spec.slices), 4, dtype="f4")
    target.use()
    texture = create(code, spec, file)
    assert texture != 0
    gl.glActiveTexture(0x84C0)  # GL_TEXTURE0
    gl.glBindTexture(TARGETS[ENGINE.layout(spec)], texture)
    for parameter, wanted in PARAMETERS.values():
        found = ctypes.c_int(-1)
        gl.glGetTexParameteriv(TARGETS[ENGINE.layout(spec)], parameter, ctypes.byref(found))
        assert found.value == wanted
    program["noise"] = 0
    context.vertex_array(program, []).render(vertices=3)
    assert context.error == "GL_NO_ERROR"
    read = np.frombuffer(target.read(components=4, dtype="f4"), np.float32)
    read = read.reshape(spec.slices, height, width, 4)[..., : spec.channels]
    texels = picture.texels.astype(np.float64)
    values = texels if spec.encoding == "float" else (texels + 0.5) / 2**spec.bits
    assert (read == values).all()


def glsl_of(spec):
    """The common functions and the texture's own."""
    storage = ENGINE.storage_layout(spec).storage
    binding = shaders.Binding(ENGINE.layout(spec), "float" if storage.startswith("float") else storage)
    return shaders.render("glsl", replace(spec, shader_files="single"), binding)


PASSES = [
    TextureSpec("still", (7, 5)),
    TextureSpec("loop", (5, 3), frames=3, bits=16),
    TextureSpec("fog", (3, 5, 4), channels=3),
    TextureSpec("ui/triangle", (7, 5), distribution=TriangularDistribution()),
]


@pytest.mark.parametrize("spec", PASSES, ids=lambda spec: spec.name)
def test_the_last_step_of_a_frame_stores_dithered_srgb(spec, llvmpipe):
    """As the page has it, on a target of 8 bits: what is stored is exactly a level."""
    _, vertex, fragment = blocks(ENGINE.snippet(asset_of(spec)), "glsl")
    picture, frame = picture_for(spec), 7
    linear = np.random.default_rng(1).uniform(0, 1.1, (1, 64, 80, 4)).astype(np.float16)
    texels = convert(picture, ENGINE.storage_layout(spec)).texels
    values = {
        "picture": llvmpipe.texture(linear, "strip"),
        "noise": llvmpipe.texture(texels, ENGINE.layout(spec)),
        "frame": frame,
    }
    source = f"#version 330\n{glsl_of(spec)}\n{fragment}"
    drawn = llvmpipe.triangle(f"#version 330\n{vertex}", source, (80, 64), values)[..., :3] * 255
    levels = np.rint(drawn)
    np.testing.assert_allclose(drawn, levels, atol=1e-4)
    color = np.minimum(linear[0, ..., :3].astype(np.float64), 1)
    stored = np.where(color < 0.0031308, 12.92 * color, 1.055 * color ** (1 / 2.4) - 0.055).astype(np.float32)
    law, value = spec.distribution, reference.covering(reference.decoded(picture.texels), (80, 64), slice_=frame)
    if spec.kind == "2d":
        law, value = UniformDistribution(), reference.animate(value, law, frame)
    triangular = isinstance(spec.distribution, TriangularDistribution)
    expected = (reference.dither_triangular if triangular else reference.dither)(stored, 256, value, law)
    assert np.abs(levels - expected).max() <= 1
    assert (levels != expected).mean() < 1e-3  # a power's last bits, on a threshold


def test_a_texture_to_dither_with_shows_how_frames_end():
    assert "The last step of a frame" in ENGINE.snippet(asset_of(PASSES[0]))
    assert "The last step of a frame" not in ENGINE.snippet(asset_of(TextureSpec("dome", (5, 3), sample_space="vec2")))


@pytest.fixture(scope="module")
def llvmpipe():
    yield from closing(Llvmpipe)


def test_a_file_that_is_not_there_or_of_another_size_gives_no_texture(code, tmp_path):
    spec = SPECS[0]
    file = tmp_path / "texels.raw"
    assert create(code, spec, file) == 0
    data = encode_raw.encode(convert(picture_for(spec), ENGINE.storage_layout(spec)))
    for wrong in (b"", data[:-1], data + b"\0"):
        file.write_bytes(wrong)
        assert create(code, spec, file) == 0


@every_spec
def test_the_page_says_the_file_s_size_and_formats(spec):
    asset = asset_of(spec)
    page = ENGINE.snippet(asset)
    stored = convert(picture_for(spec), asset.storage_layout)
    row = stored.texels[0, 0].nbytes
    assert f"| the file | {len(encode_raw.encode(stored))} bytes |" in page
    assert f"| a row | {row} bytes, without padding |" in page
    padded = next(size for size in range(row, row + 256) if size % 256 == 0)
    assert f"rows stand {padded} bytes apart" in page
    for name in NAMES[asset.storage_layout.storage, asset.storage_layout.channels]:
        assert f"`{name}`" in page
    assert ("texture-formats-tier1" in page) == (asset.storage_layout.storage == "uint16")
    assert ("The low byte is first" in page) == (spec.bits > 8)
    says = f"(s + 1/2) / {2**spec.bits}," if spec.encoding == "unorm" else "The values are as they are"
    assert says in page


def test_the_page_says_what_directions_are():
    """A value in (0, 1) stands for a component from -1 to 1; floats are the components."""
    page = ENGINE.snippet(asset_of(TextureSpec("dome", (5, 3), sample_space="hemisphere")))
    assert "Twice that, less 1, is a component of a direction" in page
    page = ENGINE.snippet(asset_of(TextureSpec("dome", (5, 3), sample_space="hemisphere", bits=32, encoding="float")))
    assert "A texel is a direction of length 1, its components from -1 to 1." in page
    assert "in (0, 1)" not in page


def test_rows_that_need_no_padding():
    assert "as they are: copy the file whole" in ENGINE.snippet(asset_of(TextureSpec("wide", (64, 4), channels=4)))


@pytest.mark.parametrize("storage", SIZES)
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_the_names_of_a_format(storage, channels):
    names = names_of(storage, channels)
    assert (names.vulkan, names.dxgi, names.metal, names.webgpu) == NAMES[storage, channels]


def test_webgpu_names_are_wgpu_s():
    wgpu = require_module("wgpu", "pip install wgpu")
    assert {names[3] for names in NAMES.values()} <= set(wgpu.TextureFormat)


@every_spec
def test_holding_and_layout(spec):
    """As the texture is, but no file has three channels."""
    storage_layout = ENGINE.storage_layout(spec)
    stored = convert(picture_for(spec), storage_layout)
    assert stored.texels.dtype == picture_for(spec).texels.dtype
    assert stored.kind == spec.kind
    assert storage_layout.channels == {1: 1, 2: 2, 3: 4, 4: 4}[spec.channels]
    assert ENGINE.layout(spec) == {"2d": "strip", "array": "array", "volume": "volume"}[spec.kind]


@given(st.sampled_from(["a", "a b/c#d", "ä`*|x", "@FILE@"]), st.sampled_from(SPECS))
def test_a_page_of_any_name(name, like):
    spec = TextureSpec(
        name,
        like.size,
        like.channels,
        like.bits,
        encoding=like.encoding,
        layers=like.layers,
        distribution=GaussianDistribution(),
    )
    page = ENGINE.snippet(asset_of(spec))
    assert "\r" not in page
    assert len(blocks(page, "c")) == len(blocks(page, "glsl")) == 1
    assert f"GLuint {identifier(name)}_create(const char *path)" in page
