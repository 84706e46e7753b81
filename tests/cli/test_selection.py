"""Some of the textures by name, fresh ones anew, and variables: `--only`, `--force`, `--set`, by every verb."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT
from support.processes import shown
from support.projects import contents, lock_of, project, run_cli, stamps
from support.tools import require

from bluenoise_assets import build_manifests, load_manifest, make_plan, noise
from bluenoise_assets.cli import main

GAME = """\
schema: 1
variables: {platform: [pc, switch], side: 4}
output: out/{platform}
defaults: {effort: fast, size: 4}
textures:
  dither_{n}: {matrix: {n: 1..3}, size: "{n}"}
  ui/button: {seed: 1}
  ui/panel: {seed: 2, size: "{side}"}
  hd: {seed: 3, enabled: {platform: pc}}
"""
CACHE = ("--cache", "cache")


@pytest.fixture
def game(tmp_path, monkeypatch):
    monkeypatch.setattr("bluenoise_assets.cli.terminal.PROGRESS_LINE_SECONDS", 600)
    monkeypatch.chdir(tmp_path)
    return project(tmp_path, GAME)


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    shown(" ".join(map(str, arguments)), code, captured.out, captured.err)
    return code, captured.out, captured.err


def images(folder="out/pc"):
    return sorted(name.removesuffix(".png") for name in contents(Path(folder)) if name.endswith(".png"))


# ------------------------------------------------------------------ --only


def test_only_some_textures_are_built_checked_planned_and_removed(game, capsys):
    code, out, _ = run(capsys, "build", "game.yaml", *CACHE, "--only", "dither_1", "ui/*")
    assert (code, out.splitlines()[-1]) == (0, "3 built")
    assert images() == ["dither_1", "ui/button", "ui/panel"]
    assert run(capsys, "check", "--only", "ui/*", "--only", "dither_1")[:2] == (0, "all fresh\n")
    assert run(capsys, "check", "--only", "hd", "ui/*")[0] == 3
    code, out, _ = run(capsys, "plan", "game.yaml", "--only", "dither_?")
    assert (code, out.splitlines()[-1]) == (0, "2 of 3 textures to build")
    assert run(capsys, "build", *CACHE, "--quiet")[0] == 0

    game.write_text(GAME.replace("  hd: ", "  other: "))
    run(capsys, "clean", "--only", "dither_[12]")
    assert images() == ["dither_3", "hd", "ui/button", "ui/panel"]  # hd is an orphan now, and was not named
    assert set(lock_of(Path("out/pc"))) == {f"{name}.png" for name in images()}


def test_a_name_is_taken_from_every_manifest(game, capsys):
    project(game.parent, GAME.replace("output: out", "output: other"), "other.yaml")
    assert run(capsys, "build", *CACHE, "--only", "hd")[1].splitlines()[-1] == "2 built"
    assert (images(), images("other/pc")) == (["hd"], ["hd"])


def test_lists_for_build_systems_are_of_these_textures(game, capfdbinary):
    assert main(["build", "game.yaml", "--output", "x", "--list-outputs", "--only", "ui/*"]) == 0
    assert capfdbinary.readouterr().out.splitlines() == [b"x/ui/button.png", b"x/ui/panel.png"]


def test_shares_are_of_these_textures(game, capsys):
    for index, expected in (("1/2", ["dither_3"]), ("2/2", ["dither_1", "dither_2"])):
        folder = f"part{index[0]}"
        done = run(capsys, "build", "game.yaml", *CACHE, "--output", folder, "--shard", index, "--only", "dither_*")
        assert done[0] == 0
        assert images(folder) == expected


ALL = "dither_1, dither_2, dither_3, ui/button, ui/panel"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--only", "ui/buton"], "there is no texture 'ui/buton'; did you mean 'ui/button'?"),
        (["--only", "dither_{n}"], "there is no texture 'dither_{n}'; did you mean 'dither_3'?"),
        (["--only", "hd", "fog/*"], f"no texture matches 'fog/*'; known here: {ALL}, hd"),
        (["--only", "hd", "game.yaml"], "there is no texture 'game.yaml'; paths stand before --only"),
        (["--set", "platform=switch", "--only", "hd"], f"there is no texture 'hd'; known here: {ALL}"),
    ],
)
def test_a_name_that_is_none(game, capsys, arguments, line):
    for verb in ("build", "check", "plan", "clean"):
        assert run(capsys, verb, *arguments) == (2, "", f"bluenoise-assets: error: --only: {line}\n")
    assert os.listdir() == ["game.yaml"]


def test_orphans_have_no_names_of_textures(game, capsys):
    text = "--only names textures of manifests, and --orphans are of none: give one of them"
    assert run(capsys, "clean", "--orphans", "--only", "hd") == (2, "", f"bluenoise-assets: error: {text}\n")


# ------------------------------------------------------------------ --force


def test_force_makes_fresh_textures_anew_and_proves_that_they_come_out_the_same(game, capsys, monkeypatch):
    assert run(capsys, "build", *CACHE, "--quiet")[0] == 0
    before = contents(Path("out"))
    files = {name: stamp for name, stamp in stamps(Path("out")).items() if name.endswith(".png")}
    made = []
    make = noise.optimize_work_item
    monkeypatch.setattr(noise, "optimize_work_item", lambda spec, *rest: made.append(spec.name) or make(spec, *rest))

    assert run(capsys, "build", *CACHE, "--force", "--only", "ui/*", "hd")[1].splitlines()[-1] == "3 built"
    assert sorted(made) == ["hd", "ui/button", "ui/panel"]
    assert contents(Path("out")) == before
    assert files.items() <= stamps(Path("out")).items()  # the same bytes are not written again

    made.clear()  # neither from the cache, nor from a file with the same content under another name
    game.write_text(GAME.replace("hd: {seed: 3,", "hd: {seed: 1,"))
    assert run(capsys, "build", *CACHE, "--force", "--only", "hd")[0] == 0
    assert made == ["hd"]
    made.clear()
    assert run(capsys, "build", *CACHE)[0] == 0
    assert made == []


def test_force_from_python(game):
    manifest = load_manifest("game.yaml")
    assert build_manifests(manifest).built == 6
    assert build_manifests(manifest, force=True, only=frozenset({(manifest.path, "hd")})).built == 1
    (plan,) = make_plan([manifest], force=True)
    assert {reason for texture in plan.textures for file in texture.files for reason in file.reasons} == {"forced"}


def test_a_texture_that_is_made_anew_says_why(game, capsys):
    run(capsys, "build", *CACHE, "--quiet")
    out = run(capsys, "build", *CACHE, "--force", "--only", "hd", "--json")[1]
    started = next(event for event in map(json.loads, out.splitlines()) if event["event"] == "started")
    assert started["reasons"] == {"hd.png": ["forced"]}


# ------------------------------------------------------------------ --set


def test_one_manifest_for_several_platforms(game, capsys):
    switch = ("--set", "platform=switch", "--set", "side=8")
    assert run(capsys, "build", *CACHE)[1].splitlines()[-1] == "6 built"
    assert run(capsys, "build", *CACHE, *switch)[1].splitlines()[-1] == "5 built"
    assert images("out/switch") == ["dither_1", "dither_2", "dither_3", "ui/button", "ui/panel"]
    sizes = {name: lock_of(Path("out") / name)["ui/panel.png"]["spec"]["size"] for name in ("pc", "switch")}
    assert sizes == {"pc": [4, 4], "switch": [8, 8]}
    assert run(capsys, "check", *switch) == (0, "all fresh\n", "")
    assert run(capsys, "check") == (0, "all fresh\n", "")
    assert run(capsys, "plan", "--set", "side=5")[1].splitlines()[-1] == "1 of 6 textures to build"
    assert run(capsys, "watch", "--once", *CACHE, *switch)[0] == 0
    run(capsys, "clean", *switch)
    assert not Path("out/switch").exists()
    assert len(images("out/pc")) == 6


def test_what_a_variable_turns_off_in_one_folder_is_an_orphan(game, capsys):
    game.write_text(GAME.replace("out/{platform}", "out"))
    run(capsys, "build", *CACHE, "--quiet")
    out = run(capsys, "check", "--set", "platform=switch")[1]
    assert "hd.png: no manifest defines it any more" in out
    run(capsys, "clean", "--orphans", "--set", "platform=switch")
    assert images("out") == ["dither_1", "dither_2", "dither_3", "ui/button", "ui/panel"]


@pytest.mark.parametrize("verb", ["build", "check", "plan", "clean", "watch --once"])
def test_a_variable_that_is_none(game, capsys, verb):
    line = "game.yaml:1:1: error: variables: there is no variable 'plattform'; did you mean 'platform'?\n"
    assert run(capsys, *verb.split(), "game.yaml", "--set", "plattform=pc")[::2] == (2, line)


@pytest.mark.parametrize("text", ["platform", "=pc", ""])
def test_a_setting_that_is_none(text, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["build", "--set", text])
    assert raised.value.code == 2
    assert f"{text!r} is not a name and a value, as platform=switch" in capsys.readouterr().err


# ------------------------------------------------------------------ build systems


def ninja(folder):
    """Run Ninja; return whether it had anything to do."""
    done = subprocess.run(
        [require("ninja", "apt-get install ninja-build")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return "no work to do" not in done.stdout


def test_ninja_sees_a_file_that_a_pattern_means(game):
    """The folder is in the depfile: its time changes when a file comes or goes. Variables are passed as always."""
    game.write_text(GAME.replace("variables:", "include: ['common/*.yaml']\nvariables:"))
    (game.parent / "common").mkdir()
    project(game.parent / "common", "schema: 1\ndefaults: {bits: 8}\n", "a.yaml")
    options = "game.yaml --output out --set platform=switch --only ui/panel"
    tool = f"{sys.executable} -m bluenoise_assets build {options} --quiet --cache off --depfile x.d --touch"
    rule = f"rule noise\n  command = {tool}\n  depfile = x.d\n"
    (game.parent / "build.ninja").write_text(f"{rule}build out/ui/panel.png: noise game.yaml\n")
    assert ninja(game.parent)
    assert not ninja(game.parent)
    other = project(game.parent / "common", "schema: 1\ndefaults: {bits: 16}\n", "b.yaml")
    assert ninja(game.parent)
    assert lock_of(game.parent / "out")["ui/panel.png"]["spec"]["bits"] == 16
    assert not ninja(game.parent)
    other.unlink()
    assert ninja(game.parent)
    assert lock_of(game.parent / "out")["ui/panel.png"]["spec"]["bits"] == 8
    assert not ninja(game.parent)
    inputs = run_cli("build", *options.split(), "--list-inputs", cwd=game.parent).stdout.splitlines()
    assert all(Path(path).is_file() for path in inputs)  # what reads the list reads its files
    assert "common/a.yaml" in inputs


def test_a_manifest_from_the_future_is_read_again_with_the_same_variables(game):
    """To see whether its bytes are those that were built, or a build system would run the step for ever."""
    game.write_text(GAME.replace("side: 4", "side: none"))
    os.utime(game, (2**32, 2**32))
    done = run_cli("build", "--set", "side=4", "--only", "hd", "--touch", *CACHE, cwd=game.parent)
    assert done.returncode == 0, done.stderr
    assert Path("out/pc/hd.png").stat().st_mtime >= game.stat().st_mtime
