"""three.js: dithering where a frame becomes 8 bits, with both renderers, and what is said where it does not."""

import json

import numpy as np
import pytest
from support import threejs
from support.browser import shown as shown_by
from support.tools import missing

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.spec import TextureSpec, TriangularDistribution

TRIANGULAR = TriangularDistribution()
SPECS = {
    "8 bits": TextureSpec("ui/dither", (7, 5)),
    "two channels, volume": TextureSpec("fog", (5, 3, 4), channels=2),
    "half, array": TextureSpec("half", (4, 6), encoding="float", bits=16, layers=3, channels=3),
    "triangular": TextureSpec("triangular", (9, 7), distribution=TRIANGULAR, channels=4),
    "triangular, 16 bits, frames": TextureSpec("loop", (9, 7), distribution=TRIANGULAR, bits=16, frames=3),
}
LEVELS = (2, 256)
MASK = TextureSpec("mask", (8, 8))
DARK = 0.4 * np.arange(81)
"""The greys of a dark scene as they are stored, 0 to 32 of 255, in blocks of one tile."""
RENDERERS = ("WebGLRenderer", "WebGPU", "WebGL 2")
"""The last two are WebGPURenderer's backends."""


def mask():
    """64 ranks, each once."""
    ranks = np.random.default_rng(1).permutation(64).reshape(1, 8, 8, 1)
    return TexelImage((4 * ranks + 2).astype(np.uint8), "2d")


def scene():
    """Its colours, linear."""
    stored = np.repeat(DARK / 255, 8)
    linear = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    return np.dstack([np.tile(linear, (8, 1))] * 3 + [np.ones((8, linear.size))]).astype(np.float32)


def slices_of(spec):
    """All, and where they repeat."""
    return list(range(-1, spec.slices + 1)) if spec.slices > 1 else [0]


def write_cases(folder):
    cases = []
    for name, spec in SPECS.items():
        picture = threejs.picture_for(spec)
        colors = threejs.base64_of(threejs.gradient_for(spec, picture))
        file = threejs.write(folder, spec, picture)
        case = {"name": name, "how": "exactly", "file": file, "picture": threejs.PICTURE, "colors": colors}
        cases.append(case | {"levels": LEVELS, "slices": slices_of(spec)})
    colors = scene()
    file = threejs.write(folder, MASK, mask())
    size = (colors.shape[1], colors.shape[0])
    cases.append({"name": "dark", "how": "dark", "file": file, "picture": size, "colors": threejs.base64_of(colors)})
    (folder / "passes.json").write_text(json.dumps(cases), encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """What the two pages find in one run of the browser."""
    work = tmp_path_factory.mktemp("passes")
    files = work / "files"
    files.mkdir()
    write_cases(files)
    return shown_by(work, files, "passes.html", "webgpu.html")


@pytest.fixture(scope="module")
def found(browser):
    """What a renderer makes of a case."""
    passes, nodes = (answer["found"] for answer in browser)

    def of(renderer, name):
        answers = passes if renderer == "WebGLRenderer" else nodes.get(renderer)
        if answers is None:  # WebGPURenderer has fallen back
            missing("WebGPU in Chromium (tried with 156)", "apt-get install chromium")
        assert "error" not in answers[name], answers[name]
        return answers[name]

    return of


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", SPECS)
def test_a_frame_is_dithered_as_numpy_does(name, renderer, found):
    spec, read = SPECS[name], found(renderer, name)
    picture = threejs.picture_for(spec)
    colors = threejs.gradient_for(spec, picture)
    width, height = threejs.PICTURE
    assert len(read["shown"]) == len(LEVELS) * len(slices_of(spec))
    for key, pixels in read["shown"].items():
        levels, number = map(int, key.split())
        wanted = threejs.dithered(colors, spec, picture, levels, number)
        got = threejs.array_of(pixels, "uint8", (height, width, 4))
        if renderer == "WebGL 2":  # drawn from the top, as by WebGPU, but read from the bottom
            got = got[::-1]
        assert (got[..., :3] == wanted).all(), key
        assert (got[..., 3] == 255).all()


def greys(pixels):
    """How many a picture of the dark scene has, and each block's mean."""
    picture = threejs.array_of(pixels, "uint8", (8, 8 * DARK.size, 4))
    assert (picture[..., 3] == 255).all()
    assert (picture[..., :3] == picture[..., :1]).all()
    return len(np.unique(picture[..., 0])), picture[..., 0].reshape(8, DARK.size, 8).mean(axis=(0, 2))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_dark_scene_keeps_its_greys_and_their_brightness(renderer, found):
    shown = found(renderer, "dark")["shown"]
    pixels = shown["pass"] if renderer == "WebGLRenderer" else shown
    count, means = greys(pixels)
    assert count == 33
    np.testing.assert_allclose(means, DARK, rtol=0, atol=1 / 50)


def test_materials_are_not_dithered_into_floats(found):
    """They would be rounded to 256 linear greys there, of which this scene has five: they are drawn as without."""
    read = found("WebGLRenderer", "dark")
    count, means = greys(read["shown"]["rounded"])
    assert count == 33
    assert np.abs(means - DARK).max() > 0.3  # bands
    assert read["shown"]["dithered into floats"] == read["shown"]["rounded"]
    (said,) = read["warnings"]["floats"]
    assert "a render target with floats" in said
    assert "add ditherPass( noise ) after OutputPass" in said


def test_materials_are_dithered_to_the_canvas_also_after_that(found):
    read = found("WebGLRenderer", "dark")
    assert read["warnings"]["canvases"] == []
    count, means = greys(read["shown"]["dithered to the canvas"])
    assert count == 33
    np.testing.assert_allclose(means, DARK, rtol=0, atol=1 / 50)


def test_a_pass_refuses_floats(found):
    before, off_screen, node = found("WebGLRenderer", "dark")["errors"]
    for error in (before, off_screen):
        assert error.startswith("Error: ditherPass() would draw into a target with floats")
        assert "the last pass of the EffectComposer, after OutputPass" in error
    assert node.startswith("Error: ditherNode() is for WebGPURenderer")
    (said,) = found("WebGLRenderer", "dark")["warnings"]["bytes"]
    assert "rounded already" in said


@pytest.mark.parametrize("backend", ["WebGPU", "WebGL 2"])
def test_a_node_refuses_floats(backend, found):
    half, single, eight_bits = found(backend, "dark")["refused"]
    assert half == single
    assert half.startswith("Error: ditherNode() would draw into floats")
    assert "outputColorTransform is false" in half
    assert eight_bits is None


@pytest.mark.parametrize("backend", ["WebGPU", "WebGL 2"])
def test_what_only_webglrenderer_has_says_so(backend, found):
    material, a_pass, node = found(backend, "dark")["others"]
    assert material == "Error: dither() has no effect with WebGPURenderer: use ditherNode() in a RenderPipeline"
    assert a_pass == "Error: ditherPass() is for WebGLRenderer: use ditherNode() in a RenderPipeline"
    assert node.startswith("Error: ditherNode() is for WebGPURenderer")


def test_the_console_is_silent(browser):
    """No warning of a shader, of a missing file or of the loader: what is refused is caught there."""
    assert [answer["complaints"] for answer in browser] == [[], []]
