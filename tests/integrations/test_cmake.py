"""The CMake module's arguments, how it finds the tool, and what it says if something is wrong."""

import os
import re
import shutil
import sys

import pytest
from support.pages import INTEGRATIONS, page, write_files
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


PROGRAM = '#include "a.h"\n#include "ui/b.h"\nint main(void) { return a_texels[0] == ui_b_texels[0] ? 0 : 1; }\n'

HEADERS = "schema: 1\ndefaults: {size: 8, effort: fast, formats: [h]}\ntextures:\n  a: {seed: 1}\n  ui/b: {seed: 1}\n"


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
@pytest.mark.parametrize("options", ["", "ALWAYS"])
def test_a_program_links_to_the_target_and_includes_its_headers(generator, options, tool, tmp_path):
    """From nothing, with many jobs, in another folder than the one that defines the target."""
    require("cmake", "apt-get install cmake")
    require("ninja", "apt-get install ninja-build")
    require("make", "apt-get install make")
    require("cc", "apt-get install gcc")
    save(tmp_path / "a.yaml", HEADERS)
    save(tmp_path / "main.c", PROGRAM)
    save(tmp_path / "app" / "CMakeLists.txt", "add_executable(app ../main.c)\ntarget_link_libraries(app PRIVATE lib)\n")
    lines = f"""
        bluenoise_assets_add(noise MANIFEST a.yaml {options})
        add_subdirectory(app)
        add_library(lib STATIC lib.c)
        target_link_libraries(lib PUBLIC noise)
    """
    save(tmp_path / "lib.c", '#include "a.h"\nint lib(void) { return a_texels[0]; }\n')
    save(tmp_path / "CMakeLists.txt", HEAD.replace("NONE", "C") + lines)
    done = tool.run("cmake", "-S", ".", "-B", "b", "-G", generator, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    done = tool.run("cmake", "--build", "b", "-j", "8", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(tool.builds()) == 1
    assert tool.run(tmp_path / "b" / "app" / "app", cwd=tmp_path).returncode == 0
    save(tmp_path / "a.yaml", HEADERS.replace("a: {seed: 1}", "a: {seed: 2}"))
    done = tool.run("cmake", "--build", "b", "-j", "8", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert tool.run(tmp_path / "b" / "app" / "app", cwd=tmp_path).returncode == 1, "it was compiled again"
    done = tool.run("cmake", "--build", "b", "--target", "noise_check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("is_program", [True, False])
def test_a_cross_build_finds_the_tool_of_the_machine_that_builds(cmake, tool, tmp_path, monkeypatch, is_program):
    """Toolchain files say that programs are looked for in the target's root only; it would have none that runs here."""
    (tmp_path / "root").mkdir()
    text = 'set(CMAKE_FIND_ROOT_PATH "${CMAKE_CURRENT_LIST_DIR}/root")\nset(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM ONLY)\n'
    save(tmp_path / "cross.cmake", text)
    if not is_program:
        tool.bin.joinpath("bluenoise-assets").rename(tool.bin / "python3")
        script = tool.bin.parent / "script.py"
        save(tool.bin / "python3", f'#!/bin/sh\nshift 2\nexec "{sys.executable}" "{script}" "$@"\n')
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
    options = ("-DCMAKE_TOOLCHAIN_FILE=cross.cmake", f"-DCMAKE_MAKE_PROGRAM={shutil.which('ninja')}")
    result = cmake("bluenoise_assets_add(noise MANIFEST a.yaml)", *options, build=True)
    assert result.returncode == 0, result.stdout
    assert len(tool.builds()) == 1


def test_a_command_that_cannot_be_run_is_named(cmake):
    result = cmake("bluenoise_assets_add(noise MANIFEST a.yaml)", "-DBLUENOISE_ASSETS_COMMAND=/nowhere/python;-m;x")
    assert result.returncode != 0
    assert "/nowhere/python -m x build" in " ".join(result.stdout.split())
    assert "is BLUENOISE_ASSETS_COMMAND right?" in " ".join(result.stdout.split())


@pytest.mark.parametrize("way", ["python3", "option", "none"])
def test_the_pages_first_lines_without_the_command_on_the_path(way, tool, tmp_path, monkeypatch):
    """A Python with the module will do; without one what to do is said, in place of CMake's own error."""
    require("cmake", "apt-get install cmake")
    require("ninja", "apt-get install ninja-build")
    write_files(page("cmake"), tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    tool.bin.joinpath("bluenoise-assets").unlink()
    python = tmp_path / "bin" / ("python3" if way == "python3" else "other")
    save(python, f'#!/bin/sh\nPYTHONPATH="{tool.tree}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    options = [f"-DBLUENOISE_ASSETS_COMMAND={python};-m;bluenoise_assets"] if way == "option" else []
    result = tool.run("cmake", "-S", ".", "-B", "b", "-G", "Ninja", *options, cwd=tmp_path)
    if way == "none":
        assert result.returncode != 0
        assert "bluenoise-assets is not installed where CMake looks: install it with pip" in result.stdout
        assert '-DBLUENOISE_ASSETS_COMMAND=<how to call it>, as in "/venv/bin/python;' in " ".join(
            result.stdout.split()
        )
    else:
        assert result.returncode == 0, result.stdout
        assert f"{python} -m bluenoise_assets build" in (tmp_path / "b" / "build.ninja").read_text()
