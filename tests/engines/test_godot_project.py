"""Other engines' folders in a Godot project: which are to be passed over, and that Godot 3.2.3 does."""

import shutil
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
from support.godot import run_godot
from support.tools import require

from bluenoise_assets.engines.godot.project import ignore_file, ignore_files
from bluenoise_assets.engines.outputs import outputs
from bluenoise_assets.spec import TextureSpec

HERE = Path(__file__).parent / "godot"
GODOT_3, GODOT_4 = "; a comment\nconfig_version=4\n", "config_version=5\n\n[application]\n"


@pytest.fixture
def noise(tmp_path):
    """An output folder in the project in `tmp_path`; not there yet."""
    (tmp_path / "project.godot").write_text(GODOT_4)
    return tmp_path / "assets" / "noise"


@pytest.mark.parametrize("engine", ["unity", "unreal", "bevy", "threejs", "raw", "godot3"])
def test_godot_4_is_to_pass_over_other_engines_folders(engine, noise):
    assert ignore_file(noise / engine, engine) == noise / engine / ".gdignore"


def test_a_projects_own_engine_is_read(noise):
    assert ignore_file(noise / "godot", "godot") is None
    (noise.parents[1] / "project.godot").write_text(GODOT_3)
    assert ignore_file(noise / "godot3", "godot3") is None
    assert ignore_file(noise / "godot", "godot") == noise / "godot" / ".gdignore"


def test_a_project_that_does_not_say_its_version_keeps_both(noise):
    (noise.parents[1] / "project.godot").write_text("")
    assert ignore_file(noise / "godot3", "godot3") is None
    assert ignore_file(noise / "godot", "godot") is None
    assert ignore_file(noise / "unity", "unity")


def test_an_engine_may_have_the_folder_to_itself(noise):
    assert ignore_file(noise, "unity") == noise / ".gdignore"


def test_outside_a_godot_project_nothing_is_hidden(tmp_path):
    assert ignore_file(tmp_path / "unity", "unity") is None


def test_a_folder_that_godot_passes_over_anyway_needs_no_file(noise):
    assert ignore_file(noise.parents[1] / ".cache" / "unity", "unity") is None
    noise.mkdir(parents=True)
    (noise / ".gdignore").touch()
    assert ignore_file(noise / "unity", "unity") is None


SPEC = TextureSpec("ui/dither", (8, 8), formats=("png",), engines=("unity", "godot", "raw"))


def test_the_folders_of_other_engines_are_those_of_their_names(noise):
    files = ignore_files(noise, outputs(SPEC))
    assert files == [noise / "unity" / ".gdignore", noise / "raw" / ".gdignore"]


def test_an_engine_with_an_output_folder_of_its_own_is_left_alone(noise):
    unity = [output for output in outputs(SPEC, apart=("unity",)) if output.group == "unity"]
    assert ignore_files(noise, unity) == []
    assert ignore_files(noise, outputs(SPEC, apart=("unity",))) == [noise / "raw" / ".gdignore"]


def test_godot_3_imports_what_is_not_to_be_passed_over(tmp_path):
    require("godot3-server", "apt-get install godot3-server")
    shutil.copy(HERE / "project.godot", tmp_path)
    for name in ("unity", "godot3"):
        folder = tmp_path / "noise" / name
        folder.mkdir(parents=True)
        imageio.imwrite(folder / "dither.png", np.zeros((4, 4), np.uint8))
        file = ignore_file(folder, name)
        if file:
            file.touch()
    run_godot(tmp_path, "godot3-server", "-e", "--quit")
    assert [path.parent.name for path in tmp_path.glob("noise/*/*.import")] == ["godot3"]
