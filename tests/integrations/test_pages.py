"""The pages, tried exactly as they are written: their files, then their commands, in their order."""

import ast
import os
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from support.pages import INTEGRATIONS, blocks_of, files_of, page, run_block, write_files
from support.tools import require

NAMES = sorted(folder.name for folder in INTEGRATIONS.iterdir() if folder.is_dir() and folder.name != "__pycache__")

FILES = {"dither_64.png", "dither_64.glsl", "grain_32.png", "grain_32.glsl"}

needs_sh = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the tool is a shell script")


def test_every_folder_has_a_page():
    assert NAMES == [
        "bazel",
        "cmake",
        "github",
        "gitlab",
        "godot",
        "make",
        "meson",
        "msbuild",
        "pre-commit",
        "unity",
        "unreal",
    ]
    for name in NAMES:
        assert page(name).startswith("# ")


def follow(name, folder, env):
    """Run a page's commands; the result of each block."""
    results = [run_block(block, folder, env) for block in blocks_of(page(name), "sh")]
    for result in results:
        assert result.returncode == 0, result.stdout + result.stderr
    return results


def check_build_system(name, tool, folder, output, *, is_idle, **environment):
    env = tool.env | environment
    write_files(page(name), folder)
    build, check = follow(name, folder, env)
    assert "2 built" in build.stdout
    assert "all fresh" in check.stdout
    assert {path.name for path in (folder / output).iterdir() if path.suffix in {".png", ".glsl"}} == FILES
    (archive,) = [path for path in folder.rglob("game.zip") if path.is_file()]
    assert {member.rpartition("/")[2] for member in zipfile.ZipFile(archive).namelist()} >= FILES
    tool.builds()
    build, _ = follow(name, folder, env)
    assert is_idle in build.stdout
    assert tool.builds() == []
    (folder / "noise.yaml").write_text(files_of(page(name))["noise.yaml"].replace("size: 32", "size: 16"))
    check = run_block(blocks_of(page(name), "sh")[-1], folder, env)
    assert check.returncode != 0
    assert "noise.yaml:4:3: error: grain_32: grain_32.png: size: [32, 32] -> [16, 16]" in check.stdout + check.stderr


@needs_sh
@pytest.mark.parametrize(
    ("generator", "idle"), [("Ninja", "no work to do"), ("Unix Makefiles", "Built target noise\n")]
)
def test_cmake(generator, idle, tool, tmp_path):
    require("cmake", "apt-get install cmake")
    require("ninja", "apt-get install ninja-build")
    check_build_system("cmake", tool, tmp_path, "build/bluenoise/noise", is_idle=idle, CMAKE_GENERATOR=generator)


@needs_sh
def test_meson(tool, tmp_path):
    require("meson", "pip install meson")
    require("ninja", "apt-get install ninja-build")
    check_build_system("meson", tool, tmp_path, "build", is_idle="no work to do")


@needs_sh
def test_make(tool, tmp_path):
    require("make", "apt-get install make")
    check_build_system("make", tool, tmp_path, "build/noise", is_idle="Nothing to be done")


@needs_sh
def test_msbuild_is_well_formed_and_its_commands_work(tool, tmp_path):
    text = page("msbuild")
    assert "not run by our tests" in text
    for block in blocks_of(text, "xml"):
        ET.fromstring(block)
    space = "{http://schemas.microsoft.com/developer/msbuild/2003}"
    root = ET.fromstring(files_of(text)["BluenoiseAssets.targets"])
    properties = {
        element.tag.removeprefix(space): element.text
        for group in root.iter(f"{space}PropertyGroup")
        for element in group
    }
    properties["MSBuildProjectDirectory"] = str(tmp_path)
    write_files(text, tmp_path)

    def value(text):
        while "$(" in text:
            text = re.sub(r"\$\((\w+)\)", lambda match: properties[match[1]], text)
        return text.replace("\\", "/")

    commands = [value(step.get("Command")) for step in root.iter(f"{space}Exec")]
    results = [run_block(command, tmp_path, tool.env) for command in commands]
    assert [result.returncode for result in results] == [0, 0, 0, 0]
    assert f"{tmp_path}/noise.yaml" in results[0].stdout.splitlines()
    assert {Path(line) for line in results[1].stdout.splitlines()} == set((tmp_path / "build/noise").glob("dither*"))
    assert "all fresh" in results[3].stdout


@needs_sh
def test_bazels_command_makes_its_outputs(tool, tmp_path):
    text = page("bazel")
    assert "not run by our tests" in text
    write_files(text, tmp_path)
    calls = {}
    for name in ("MODULE.bazel", "BUILD.bazel"):  # Starlark without `def` is Python too
        for node in ast.walk(ast.parse(files_of(text)[name])):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls[node.func.id] = {word.arg: word.value for word in node.keywords}
    rule = {name: ast.literal_eval(value) for name, value in calls["genrule"].items()}
    command = rule["cmd"].replace("$(execpath :bluenoise_assets)", "bluenoise-assets")
    command = command.replace("$(execpath noise.yaml)", "noise.yaml").replace("$(RULEDIR)", "out")
    result = run_block(command, tmp_path, tool.env | {"HOME": "/nonexistent"})
    assert result.returncode == 0, result.stderr
    listed = run_block("bluenoise-assets build noise.yaml --output noise --list-outputs", tmp_path, tool.env)
    assert rule["outs"] == listed.stdout.splitlines()
    assert all((tmp_path / "out" / name).is_file() for name in rule["outs"])
