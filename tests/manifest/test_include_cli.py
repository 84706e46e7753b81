"""Manifests that include others, by the command line: the documentation's example, and a folder with both."""

import json
import os
import re
from pathlib import Path

import pytest
from support.paths import ROOT
from support.projects import contents, project, run_cli

README = ROOT / "manifests" / "README.md"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples():
    """The files of the documentation's section, by name."""
    section = README.read_text(encoding="utf-8").split("## Sharing between manifests\n")[1].split("\n## ")[0]
    return dict(re.findall(r"```yaml\n# (\w+\.yaml)\n(.*?)```", section, flags=re.DOTALL))


def test_the_example_of_the_documentation_builds_and_follows_the_shared_file(here):
    found = examples()
    assert found.keys() == {"common.yaml", "game.yaml"}
    for name, text in found.items():
        project(here, text.replace("defaults: {", "defaults: {optimizer: {steps: 8}, "), name)
    done = run_cli("build", "--cache", "off", cwd=here)
    assert done.returncode == 0, done.stderr
    images = {name for name in contents(here) if name.endswith(".png")}
    assert images == {f"bluenoise/grain_{take}.png" for take in (1, 2, 3)}
    lock = json.loads(Path("bluenoise/bluenoise.lock.json").read_text())["files"]
    assert {entry["manifest"] for entry in lock.values()} == {"../game.yaml"}
    assert run_cli("check", cwd=here).returncode == 0
    common = Path("common.yaml")
    common.write_text(common.read_text().replace("bits: 16", "bits: 8"))
    stale = run_cli("check", cwd=here)
    assert (stale.returncode, "bits: 16 -> 8" in stale.stderr + stale.stdout) == (3, True)


def test_a_folder_that_only_shares_builds_nothing(here):
    project(here, "schema: 1\ntextures: {.base: {size: 8}}\n", "common.yaml")
    done = run_cli("build", cwd=here)
    assert done.returncode == 0, done.stderr
    assert os.listdir() == ["common.yaml"]


def test_a_folder_with_both_tells_each_problem_once(here):
    Path("manifests").mkdir()
    project(here, "schema: 1\ntextures: {.base: {sead: 1}}\n", "manifests/common.yaml")
    text = "schema: 1\ninclude: [common.yaml, comon.yaml]\ntextures: {a: {extends: .base, size: 8}}\n"
    project(here, text, "manifests/game.yaml")
    done = run_cli("build", cwd=here)
    assert done.returncode == 2
    common, game, comon = (Path("manifests") / f"{name}.yaml" for name in ("common", "game", "comon"))
    assert done.stderr.splitlines() == [
        f"{common}:2:20: error: .base: unknown key 'sead'; did you mean 'seed'?",
        f"{game}:2:24: error: include: there is no such file: {comon}; did you mean 'common.yaml'?",
    ]
