"""The examples compile as they are, and draw the gradient that numpy draws."""

import re
import shutil
import struct
import subprocess

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import glslang, hlsl_to_spirv, spirv_to, write_common
from support.paths import ROOT
from support.tools import require

from bluenoise_assets.engines import shaders
from bluenoise_assets.spec import TextureSpec, UniformDistribution

SIZE = (250, 30)
FRAME = 5
DITHER = TextureSpec("dither", (64, 64))


@pytest.fixture(scope="module")
def texels():
    return np.random.default_rng(4).integers(0, 256, (1, 64, 64, 1)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    """The examples beside what a build writes for their texture."""
    for path in (ROOT / "shaders").glob("example.*"):
        shutil.copy(path, tmp_path)
    for language in ("hlsl", "glsl", "wgsl"):
        write_common(language, tmp_path)
        (tmp_path / f"dither.{language}").write_text(shaders.render(language, DITHER), encoding="ascii", newline="\n")
    return tmp_path


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


def pasted(folder, name):
    """A file with what it includes in its place, the common text first, as for a compiler that knows no #include."""
    text, suffix = (folder / name).read_text(encoding="ascii"), name.partition(".")[2]
    both = "".join((folder / f"{stem}.{suffix}").read_text(encoding="ascii") for stem in ("bluenoise_common", "dither"))
    text = text.replace(f'#include "dither.{suffix}"\n', re.sub(r"(?m)^#include .*\n", "", both))
    return re.sub("(?m)^#extension .*\n", "", text)


def test_glsl(folder, tmp_path, llvmpipe, texels):
    glslang(["-l", "-S", "frag", str(folder / "example.glsl")], tmp_path)
    glslang(["-l", "-S", "vert", "-DVERTEX", str(folder / "example.glsl")], tmp_path)
    glslc = [require("glslc", "apt-get install glslc"), "--target-env=opengl", "-fauto-map-locations"]
    flags = ["-fauto-bind-uniforms", "-fshader-stage=frag", "-o", str(tmp_path / "example.spv")]
    subprocess.run([*glslc, *flags, str(folder / "example.glsl")], check=True, timeout=300)
    source = pasted(folder, "example.glsl")
    values = {"noise": llvmpipe.texture(texels, "strip"), "width": float(SIZE[0]), "frame": FRAME}
    vertex = source.replace("#version 330\n", "#version 330\n#define VERTEX\n")
    assert is_the_gradient(llvmpipe.triangle(vertex, source, SIZE, values), texels)


def test_hlsl(folder, tmp_path, llvmpipe, texels):
    for stage, entry in (("vert", "vertex_main"), ("frag", "fragment_main")):
        flags = ["-D", "-V", "-S", stage, "-e", entry, "-o", str(tmp_path / "example.spv")]
        glslang([*flags, str(folder / "example.hlsl")], tmp_path)
    source = pasted(folder, "example.hlsl")
    vertex = spirv_to(hlsl_to_spirv(source, tmp_path, "vert", "vertex_main"), "--version", "330")
    fragment = spirv_to(hlsl_to_spirv(source, tmp_path, "frag", "fragment_main"), "--version", "330")
    settings = struct.pack("<fi8x", SIZE[0], FRAME)
    values = {"blue_noise": llvmpipe.texture(texels, "strip"), "Settings": settings}
    assert is_the_gradient(llvmpipe.triangle(vertex, fragment, SIZE, values), texels)


def test_wgsl(folder, lavapipe, texels):
    source = "".join((folder / f"{stem}.wgsl").read_text() for stem in ("bluenoise_common", "dither", "example"))
    settings = struct.pack("<fi", SIZE[0], FRAME)
    assert is_the_gradient(lavapipe.triangle(source, SIZE, texels, settings), texels)
