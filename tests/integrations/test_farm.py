"""The page from one desk to a farm, as a newcomer goes through it on one machine: every block, in its order."""

import os
import re
import sys
from pathlib import Path

import pytest
from support.pages import fences, run_block, write_files
from support.paths import ROOT
from support.processes import PROGRESS_LINE
from support.projects import lock_of
from support.tools import require, require_module

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the page's commands are for a POSIX shell")

PAGE = "manifests/farm.md"
DESK, STUDIO, PROOF, SHARES, CLUSTER = (fence.text for fence in fences(PAGE) if fence.language == "sh")
COUNT = 24


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    """A folder with the page's manifest, smaller; and what runs a block in it."""
    folder = tmp_path_factory.mktemp("farm")
    write_files((ROOT / PAGE).read_text(encoding="utf-8"), folder)
    manifest = folder / "manifests" / "game.yaml"
    manifest.write_text(manifest.read_text().replace("{size: 64}", "{size: 8, effort: fast}"))
    program = folder / "bin" / "bluenoise-assets"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bluenoise_assets "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join([str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {name: value for name, value in os.environ.items() if not name.startswith("BLUENOISE_")}
    env |= {"PATH": path, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "user")}

    def run(block):
        done = run_block(block, folder, env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert PROGRESS_LINE.sub("", done.stderr) == ""
        return done.stdout.splitlines()

    run.folder = folder
    return run


def texels(folder):
    return {file: entry["texels"] for file, entry in lock_of(folder).items()}


def test_the_walk(newcomer):
    folder = newcomer.folder
    said = newcomer(DESK)
    assert [line for line in said if line == f"{COUNT} built"] == [f"{COUNT} built"] * 2
    assert sum(line.endswith("(from the cache)") for line in said) == COUNT
    desk = texels(folder / "textures")
    assert len(desk) == COUNT

    require_module("fsspec", 'python -m pip install "bluenoise-assets[remote]"')
    said = newcomer(STUDIO)
    assert sum(line.endswith("(from the remote cache)") for line in said) == COUNT
    assert said[-1] == f"{COUNT} built"
    assert texels(folder / "desk1" / "textures") == texels(folder / "desk2" / "textures") == desk

    said = newcomer(PROOF)
    assert said[-1].endswith(f"made again 6 of {COUNT} fresh textures (--seed 7): 6 the same")

    said = newcomer(SHARES)
    assert said[-1] == "all fresh"
    built = [int(found[1]) for line in said if (found := re.fullmatch(r"(\d+) built", line))]
    assert sum(built) == COUNT
    assert min(built) > 0
    assert texels(folder / "textures") == desk

    require("dask", 'python -m pip install "bluenoise-assets[dask]"')
    said = newcomer(CLUSTER)
    assert said[-1] == f"{COUNT} built"
    assert sum("(forced)" in line for line in said) == COUNT
    assert texels(folder / "textures") == desk
