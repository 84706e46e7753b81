"""The pages, tried exactly as they are written: their files, then their commands, in their order."""

import ast
import os
import zipfile
from xml.etree import ElementTree as ET

import pytest
from support.pages import INTEGRATIONS, blocks_of, files_of, page, run_block, write_files
from support.tool import save
from support.tools import require

from bluenoise_assets.builder.lock import LOCK_NAME

NAMES = sorted(folder.name for folder in INTEGRATIONS.iterdir() if folder.is_dir() and folder.name != "__pycache__")

FILES = {"dither_64.png", "dither_64.glsl", "grain_32.png", "grain_32.glsl", "bluenoise_common.glsl"}

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
    assert "noise.yaml:4:3: error: grain_32: 2 files: size: [32, 32] -> [16, 16]" in check.stdout + check.stderr


@needs_sh
@pytest.mark.parametrize(
    ("generator", "idle"), [("Ninja", "no work to do"), ("Unix Makefiles", "Built target noise\n")]
)
def test_cmake(generator, idle, tool, tmp_path):
    require("cmake", "apt-get install cmake")
    require("cc", "apt-get install gcc")
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


PROJECT = """\
<Project DefaultTargets="Build" ToolsVersion="4.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <Target Name="PrepareForBuild" />
  <Target Name="Build" DependsOnTargets="PrepareForBuild" />
  <Target Name="Clean" />
  {lines}
</Project>
"""
"""What every kind of Visual Studio's projects has, with the page's line in its place."""


@needs_sh
def test_msbuild(tool, tmp_path):
    require("xbuild", "apt-get install mono-xbuild")
    text = page("msbuild")
    write_files(text, tmp_path)
    (lines,) = [block for block in blocks_of(text, "xml") if block.startswith("<Import")]
    (tmp_path / "game.proj").write_text(PROJECT.format(lines=lines))

    def build(target="Build", code=0):
        result = tool.run("xbuild", "/nologo", f"/t:{target}", "game.proj", cwd=tmp_path)
        assert result.returncode == code, result.stdout
        return result.stdout

    manifest, out = tmp_path / "noise.yaml", tmp_path / "build" / "noise"
    assert "1 built" in build()
    assert {path.name for path in out.iterdir()} == {
        "dither_64.png",
        "dither_64.hlsl",
        "bluenoise_common.hlsl",
        LOCK_NAME,
    }
    assert len(tool.builds()) == 1
    build()
    assert tool.builds() == []
    save(manifest, "# the same\n" + manifest.read_text())
    assert "all fresh" in build()
    assert len(tool.builds()) == 1
    build()
    assert tool.builds() == [], "the outputs were touched"
    (out / "dither_64.hlsl").unlink()
    assert "1 built" in build()
    assert "all fresh" in build("BluenoiseCheck")
    (out / "mine.txt").write_text("mine")
    build("Clean")
    assert [path.name for path in (tmp_path / "build").rglob("*")] == ["noise", "mine.txt"]
    build()
    good = manifest.read_text()
    save(manifest, good.replace("size", "sise"))
    assert "unknown key 'sise'" in build(code=1)
    assert "unknown key 'sise'" in build("Clean")
    save(manifest, good.replace("size: 64", "size: 32"))
    build("BluenoiseCheck", code=1)
    root = ET.fromstring(files_of(text)["BluenoiseAssets.targets"])
    assert root.findtext(".//{*}DisableFastUpToDateCheck") == "true"


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
