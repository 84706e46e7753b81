"""As a user meets them: frames from a manifest, in three.js and in Godot 3, averaged there with the frames before.

What is accumulated on the GPU must be what numpy makes of the texels for code of one's own, and much calmer than layers
are. With BLUENOISE_PICTURES=FOLDER the last pictures are kept there, to look at.
"""

import base64
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from support import moving_scene as scenes
from support import shader_reference as reference
from support.browser import shown
from support.godot import draw, run_godot
from support.projects import lock_of, run_cli
from support.tools import require

MANIFEST = """\
schema: 1
output: noise
defaults: {size: 64, engines: [godot3, threejs, raw]}
textures:
  moving: {frames: 32, filter: taa}
  layers: {layers: 32}
  still: {}
"""
WIDTH, HALF = 160, 72
HEIGHT = 2 * HALF
SCENE = scenes.scene(WIDTH, HALF)
LOADS = {
    "moving": "moving_load_frame(noise, pixel, frame)",
    "layers": "layers_load_slice(noise, pixel, frame)",
    "still": "bluenoise_animate(still_load(noise, pixel), frame)",
}
SLICES = {"moving": 32, "layers": 32, "still": 1}
HALVES = ("gradient", "occlusion")
ROUNDING = 3e-6
"""Of 24 bits, ten frames' worth of it."""
CALMER = 0.6


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder as a newcomer has it after the first build."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "noise.yaml").write_text(MANIFEST, encoding="utf-8")
    done = run_cli("build", "noise.yaml", cwd=folder)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "3 built"), done.stderr
    return folder


@pytest.fixture(scope="module")
def wanted(project):
    """The averages as numpy makes them, by texture."""
    result = {}
    for name, slices in SLICES.items():
        shape = json.loads((project / "noise" / "raw" / f"{name}.raw.json").read_text())
        length = shape["frames" if name == "moving" else "layers"]
        assert (shape["width"], shape["height"], length, shape["type"]) == (64, 64, slices, "uint8")
        texels = np.fromfile(project / "noise" / "raw" / f"{name}.raw", np.uint8).reshape(slices, 64, 64)
        values = reference.decoded(texels)
        if name == "still":
            values = np.stack([reference.animate(values[0], None, frame) for frame in range(scenes.STEPS)])
        result[name] = scenes.accumulated(SCENE, values.astype(np.float64))
    return result


def job(folder, loads=LOADS):
    """What the engine is to draw."""
    textures = [{"name": name, "load": load} for name, load in loads.items()]
    shape = {"width": WIDTH, "height": HEIGHT, "levels": scenes.LEVELS}
    run = {"alpha": scenes.ALPHA, "steps": scenes.STEPS, "steady": scenes.STEADY, "textures": textures}
    (folder / "job.json").write_text(json.dumps(shape | run), encoding="utf-8")
    (folder / "scene.raw").write_bytes(SCENE.tobytes())


@pytest.fixture(scope="module")
def in_the_browser(project, tmp_path_factory):
    files = tmp_path_factory.mktemp("page")
    shutil.copytree(project / "noise" / "threejs", files / "threejs")
    job(files, {name: load.replace("(noise, pixel", "(tex, pixel") for name, load in LOADS.items()})
    (answer,) = shown(tmp_path_factory.mktemp("browser"), files, "frames.html")
    assert answer["complaints"] == []
    shape = (scenes.STEPS - scenes.STEADY, HEIGHT, WIDTH)
    return kept(
        "threejs",
        {name: np.frombuffer(base64.b64decode(text), "<f4").reshape(shape) for name, text in answer["found"].items()},
    )


@pytest.fixture(scope="module")
def in_godot(project, tmp_path_factory):
    for program in ("godot3-server", "godot3", "xvfb-run"):
        require(program, "apt-get install godot3 godot3-server xvfb xauth")
    folder = tmp_path_factory.mktemp("godot")
    here = Path(__file__).parent / "godot"
    shutil.copy(here / "project.godot", folder)
    shutil.copy(here / "frames.gd", folder)
    shutil.copytree(project / "noise" / "godot3", folder / "noise" / "godot3")
    job(folder)
    run_godot(folder, "godot3-server", "-e", "--quit")
    log = draw(folder, "frames.gd")
    assert "SHADER ERROR" not in log, log
    pictures = {}
    for name in LOADS:
        data = np.fromfile(folder / f"{name}.kept", np.uint8).reshape(-1, HEIGHT, WIDTH, 3).astype(np.float64)
        pictures[name] = data @ np.array([65536, 256, 1]) / (2**24 - 1)
    return kept("godot3", pictures)


def kept(engine, pictures):
    """The same; their last pictures are saved where somebody wants to look at them."""
    folder = os.environ.get("BLUENOISE_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        last = [pictures[name][-1] for name in ("layers", "still", "moving")]
        scenes.save(Path(folder) / f"{engine}.png", last)
        errors = [0.5 + 4 * (picture - scenes.converged(SCENE)) for picture in last]
        scenes.save(Path(folder) / f"{engine}-errors.png", errors)
    return pictures


@pytest.fixture(scope="module", params=["in_the_browser", "in_godot"])
def seen(request):
    """The averages that the engine has, from the 96th frame on."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", LOADS)
def test_the_engine_accumulates_what_numpy_does(name, seen, wanted):
    assert seen[name].shape == wanted[name].shape
    np.testing.assert_allclose(seen[name], wanted[name], rtol=0, atol=ROUNDING)
    found, computed = scenes.rms(seen[name], SCENE), scenes.rms(wanted[name], SCENE)
    assert found == pytest.approx(computed, abs=ROUNDING)


@pytest.mark.parametrize("half", HALVES)
def test_frames_are_calmer_than_layers(half, seen):
    assert scenes.rms(seen["moving"], SCENE)[half] < CALMER * scenes.rms(seen["layers"], SCENE)[half]


def test_the_lock_says_how_calm(project, seen):
    """Between two levels a gradient has every threshold; noise of 8 bits ends with them."""
    (figures,) = lock_of(project / "noise")["raw/moving.raw"]["quality"]
    error = scenes.rms(seen["moving"], SCENE)["gradient"] * (scenes.LEVELS - 1)
    assert error == pytest.approx(figures["pattern_rms"]["steady EMA"], rel=0.1)
