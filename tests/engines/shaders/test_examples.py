"""The examples compile as they are, and draw the gradient that numpy draws."""

import struct
import subprocess

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import glslang, hlsl_to_spirv, spirv_to
from support.paths import ROOT
from support.tools import require

from bluenoise_assets.spec import UniformDistribution

SIZE = (250, 30)
FRAME = 5
FOLDER = ROOT / "shaders"


@pytest.fixture(scope="module")
def texels():
    """What the sample's constants say: 64 x 64 texels of 4 channels of 8 bits."""
    return np.random.default_rng(4).integers(0, 256, (1, 64, 64, 4)).astype(np.uint8)


def is_the_gradient(image, texels):
    shade = (np.arange(SIZE[0]).astype(np.float32) + np.float32(0.5)) / np.float32(SIZE[0])
    colors = np.broadcast_to(shade[None, :, None], (SIZE[1], SIZE[0], 3))
    value = reference.covering(reference.decoded(texels), SIZE)
    expected = reference.dither(
        colors, 4, reference.animate(value, UniformDistribution(), FRAME), UniformDistribution()
    )
    np.testing.assert_array_equal(np.rint(image[..., :3] * 3), expected)
    np.testing.assert_allclose(image[..., :3] * 3, expected, rtol=2e-7)
    np.testing.assert_array_equal(image[..., 3], 1)
    return True


def included(name):
    """A file with what it includes in its place, as for a compiler that knows no #include."""
    lines = (FOLDER / name).read_text().splitlines(keepends=True)
    return "".join(
        (FOLDER / line.split('"')[1]).read_text() if line.startswith("#include") else line
        for line in lines
        if not line.startswith("#extension")
    )


def test_glsl(tmp_path, llvmpipe, texels):
    glslang(["-l", "-S", "frag", str(FOLDER / "example.glsl")], tmp_path)
    glslang(["-l", "-S", "vert", "-DVERTEX", str(FOLDER / "example.glsl")], tmp_path)
    glslc = [require("glslc", "apt-get install glslc"), "--target-env=opengl", "-fauto-map-locations"]
    flags = ["-fauto-bind-uniforms", "-fshader-stage=frag", "-o", str(tmp_path / "example.spv")]
    subprocess.run([*glslc, *flags, str(FOLDER / "example.glsl")], check=True, timeout=60)
    source = included("example.glsl")
    values = {"noise": llvmpipe.texture(texels, "strip"), "width": float(SIZE[0]), "frame": FRAME}
    vertex = source.replace("#version 330\n", "#version 330\n#define VERTEX\n")
    assert is_the_gradient(llvmpipe.triangle(vertex, source, SIZE, values), texels)


def test_hlsl(tmp_path, llvmpipe, texels):
    for stage, entry in (("vert", "vertex_main"), ("frag", "fragment_main")):
        flags = ["-D", "-V", "-S", stage, "-e", entry, "-o", str(tmp_path / "example.spv")]
        glslang([*flags, str(FOLDER / "example.hlsl")], tmp_path)
    source = included("example.hlsl")
    vertex = spirv_to(hlsl_to_spirv(source, tmp_path, "vert", "vertex_main"), "--version", "330")
    fragment = spirv_to(hlsl_to_spirv(source, tmp_path, "frag", "fragment_main"), "--version", "330")
    settings = struct.pack("<fi8x", SIZE[0], FRAME)
    values = {"blue_noise": llvmpipe.texture(texels, "strip"), "Settings": settings}
    assert is_the_gradient(llvmpipe.triangle(vertex, fragment, SIZE, values), texels)


def test_wgsl(lavapipe, texels):
    source = (FOLDER / "bluenoise.wgsl").read_text() + (FOLDER / "example.wgsl").read_text()
    settings = struct.pack("<fi", SIZE[0], FRAME)
    assert is_the_gradient(lavapipe.triangle(source, SIZE, texels, settings), texels)
