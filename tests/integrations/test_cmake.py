"""The CMake module's arguments, how it finds the tool, and what it says if something is wrong."""

import os
import re
import sys

import pytest
from support.pages import INTEGRATIONS
from support.tool import save
from support.tools import require

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the tool is a shell script")

MANIFEST = "schema: 1\ndefaults: {size: 8, effort: fast}\ntextures:\n  a: {seed: 1}\n"

HEAD = f"""\
cmake_minimum_required(VERSION 3.20)
project(game LANGUAGES NONE)
list(APPEND CMAKE_MODULE_PATH "{INTEGRATIONS / "cmake"}")
include(BluenoiseAssets)
"""


@pytest.fixture
def cmake(tool, tmp_path):
    """Configures a project with these lines, builds it if that is asked for, and returns the last result."""
    require("cmake", "apt-get install cmake")
    require("ninja", "apt-get install ninja-build")
    save(tmp_path / "a.yaml", MANIFEST)

    def run(lines, *options, build=False, target="all", head=HEAD):
        save(tmp_path / "CMakeLists.txt", head + lines)
        result = tool.run("cmake", "-S", ".", "-B", "b", "-G", "Ninja", *options, cwd=tmp_path)
        if build:
            assert result.returncode == 0, result.stdout
            result = tool.run("cmake", "--build", "b", "--target", target, cwd=tmp_path)
        return result

    return run


def test_the_arguments_reach_the_tool(cmake, tool, tmp_path):
    save(tmp_path / "b.yaml", MANIFEST.replace(" a:", " b:").replace("seed: 1", "seed: 2"))
    lines = """
        bluenoise_assets_add(noise MANIFEST a.yaml b.yaml OUTPUT_DIRECTORY "${CMAKE_SOURCE_DIR}/out" JOBS 3)
        get_target_property(outputs noise BLUENOISE_ASSETS_OUTPUTS)
        get_target_property(folder noise BLUENOISE_ASSETS_OUTPUT_DIRECTORY)
        message(STATUS "folder=${folder} outputs=${outputs}")
    """
    assert f"folder={tmp_path}/out outputs={tmp_path}/out/a.png;{tmp_path}/out/b.png" in cmake(lines).stdout
    assert cmake(lines, build=True).returncode == 0
    (call,) = tool.builds()
    assert call[1:7] == [f"{tmp_path}/a.yaml", f"{tmp_path}/b.yaml", "--output", f"{tmp_path}/out", "--jobs", "3"]
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"a.png", "b.png"}


def test_two_targets_and_one_that_is_built_only_if_asked_for(cmake, tmp_path):
    save(tmp_path / "b.yaml", MANIFEST.replace(" a:", " b:"))
    lines = "bluenoise_assets_add(one MANIFEST a.yaml)\nbluenoise_assets_add(two MANIFEST b.yaml EXCLUDE_FROM_ALL)\n"
    folder = tmp_path / "b" / "bluenoise"
    assert cmake(lines, build=True).returncode == 0
    assert (folder / "one" / "a.png").is_file()
    assert not (folder / "two").exists()
    assert cmake(lines, build=True, target="two").returncode == 0
    assert (folder / "two" / "b.png").is_file()


def test_a_python_with_the_module_will_do(cmake, tool):
    tool.bin.joinpath("bluenoise-assets").unlink()
    lines = "bluenoise_assets_add(noise MANIFEST a.yaml)"
    command = f"-DBLUENOISE_ASSETS_COMMAND={sys.executable};{tool.bin.parent / 'script.py'}"
    result = cmake(lines, command, build=True)
    assert result.returncode == 0, result.stdout
    assert len(tool.builds()) == 1


def test_the_tool_is_found_beside_the_projects_python(cmake, tool, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(tool.tree))
    tool.bin.joinpath("bluenoise-assets").unlink()
    result = cmake("bluenoise_assets_add(noise MANIFEST a.yaml)", f"-DPython3_EXECUTABLE={sys.executable}")
    assert result.returncode == 0, result.stdout
    assert f"{sys.executable} -m bluenoise_assets build" in (tmp_path / "b" / "build.ninja").read_text()


def test_no_tool(cmake, tool, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    tool.bin.joinpath("bluenoise-assets").unlink()
    result = cmake("bluenoise_assets_add(noise MANIFEST a.yaml)", "-DBLUENOISE_ASSETS_PYTHON=/nonexistent")
    assert result.returncode != 0
    assert "bluenoise-assets is not installed where CMake looks: install it with pip" in result.stdout


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("bluenoise_assets_add(noise)", "bluenoise_assets_add(noise): MANIFEST is missing"),
        ("bluenoise_assets_add(noise MANIFEST)", "bluenoise_assets_add(noise): nothing is given for MANIFEST"),
        ("bluenoise_assets_add(noise RED MANIFEST a.yaml)", "bluenoise_assets_add(noise): unknown arguments: RED"),
        ("bluenoise_assets_add(noise MANIFEST .)", "is a folder; name its manifests, one by one"),
    ],
)
def test_wrong_arguments(cmake, lines, text):
    result = cmake(lines)
    assert result.returncode != 0
    assert text in " ".join(result.stdout.split())


def test_a_broken_manifest_shows_the_tools_own_lines(cmake, tmp_path):
    save(tmp_path / "a.yaml", MANIFEST.replace("seed", "sead").replace("effort: fast", "effort: fats"))
    result = cmake("bluenoise_assets_add(noise MANIFEST a.yaml)")
    assert result.returncode != 0
    lines = re.findall(rf"^{tmp_path}/a\.yaml:\d+:\d+: error: .*$", result.stdout, re.MULTILINE)
    assert len(lines) == 2, result.stdout
    assert "what is wrong stands above" in " ".join(result.stdout.split())
    result = cmake("bluenoise_assets_add(noise MANIFEST missing.yaml)")
    assert f"{tmp_path}/missing.yaml:1:1: error: manifest: there is no such file" in result.stdout


def test_an_older_project_and_a_folder_of_it(cmake, tool, tmp_path):
    """The module sets the policies that its depfile needs, whatever the project's own are."""
    save(tmp_path / "sub" / "CMakeLists.txt", "bluenoise_assets_add(noise MANIFEST ../a.yaml)\n")
    for _ in range(2):
        result = cmake("add_subdirectory(sub)\n", build=True, head=HEAD.replace("3.20", "3.10"))
        assert result.returncode == 0, result.stdout
    assert len(tool.builds()) == 1
    assert (tmp_path / "b" / "sub" / "bluenoise" / "noise" / "a.png").is_file()
