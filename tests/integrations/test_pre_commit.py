"""The hooks, with the real pre-commit and git."""

import os
import re
import shutil
import sysconfig

import pytest
from support.pages import blocks_of, page, run_block, write_files
from support.paths import ROOT
from support.tool import save
from support.tools import require

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for the tool is a shell script")

MANIFEST = "schema: 1\noutput: ../textures\ntextures:\n  a: {size: 8, effort: fast, seed: 1}\n"


@pytest.fixture
def git(tool, tmp_path_factory, monkeypatch):
    """Runs commands in a world without the user's git and pre-commit configuration."""
    require("git", "apt-get install git")
    require("pre-commit", "pip install pre-commit")
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return tool


def test_the_page_as_it_is_written(git, tmp_path):
    write_files(page("pre-commit"), tmp_path)
    (block,) = blocks_of(page("pre-commit"), "sh")
    result = run_block(block, tmp_path, git.env)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "textures are what the manifests ask for" in result.stdout + result.stderr
    committed = git.run("git", "ls-tree", "-r", "--name-only", "HEAD", cwd=tmp_path).stdout.split()
    assert {"textures/dither_64.png", "textures/dither_64.glsl", "textures/bluenoise.lock.json"} <= set(committed)

    manifest = tmp_path / "manifests" / "noise.yaml"
    save(manifest, manifest.read_text().replace("size: 64", "size: 64, seed: 2"))
    result = git.run("git", "commit", "-a", "-m", "Another seed", cwd=tmp_path)
    assert result.returncode != 0
    assert "manifests/noise.yaml:4:3: error: dither_64: dither_64.png: seed: 0 -> 2" in result.stdout
    assert git.run("git", "log", "--format=%s", cwd=tmp_path).stdout == "Textures\n"

    assert git.run("bluenoise-assets", "build", "manifests", cwd=tmp_path).returncode == 0
    result = git.run("git", "commit", "-a", "-m", "Another seed", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    (tmp_path / "textures" / "dither_64.png").unlink()
    result = git.run("git", "commit", "-a", "-m", "A texture less", cwd=tmp_path)
    assert result.returncode != 0
    assert "dither_64.png: the file is missing" in result.stdout


def test_the_hooks_of_this_repository(git, tmp_path):
    """pre-commit installs this checkout with all it needs, as it does for users."""
    clone = tmp_path / "bluenoise-assets"
    for name in ("bluenoise_assets", "manifests", "shaders"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, clone / name)
    for command in ("init -q", "add .", "commit -q -m all"):
        assert git.run("git", *command.split(), cwd=clone).returncode == 0
    valid = git.run("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml", cwd=clone)
    assert valid.returncode == 0, valid.stdout

    project = tmp_path / "game"
    save(project / "manifests" / "noise.yaml", MANIFEST)
    for command in ("init -q", "add ."):
        assert git.run("git", *command.split(), cwd=project).returncode == 0
    git.bin.joinpath("bluenoise-assets").unlink()  # the hooks' own is meant
    result = git.run("pre-commit", "try-repo", clone, "--verbose", cwd=project)
    assert result.returncode == 0, result.stdout
    build, check = result.stdout.split("blue-noise textures are what the manifests ask for")
    assert "build stale blue-noise textures....." in build
    assert "1 built" in build
    assert "all fresh" in check
    assert (project / "textures" / "a.png").is_file()

    # Once more, but its dependencies come from the running environment: they are most of the time it takes.
    git.environment = {"PYTHONPATH": sysconfig.get_path("purelib")}
    save(project / "manifests" / "noise.yaml", MANIFEST.replace("seed: 1", "seed: 2"))
    assert git.run("git", "add", "manifests", cwd=project).returncode == 0
    result = git.run("pre-commit", "try-repo", clone, "bluenoise-check", cwd=project)
    assert result.returncode == 1, result.stdout
    assert re.search(r"^blue-noise textures are what the manifests ask for\.+Failed$", result.stdout, re.MULTILINE)
    assert "exit code: 3" in result.stdout
    assert "manifests/noise.yaml:4:3: error: a: a.png: seed: 1 -> 2" in result.stdout
