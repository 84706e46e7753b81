"""`require` on the real command line: build, check, plan, shares and merge, JUnit, GitHub, and a watch."""

import json
import shutil
import sys
from xml.etree import ElementTree as ET

import pytest
from support.projects import contents, project, run_cli
from support.saves import start, write

__all__ = ["start"]  # a fixture

TEXT = """\
schema: 1
variables: {bar: 0}
output: out
defaults: {size: 16, effort: fast, require: {error_db: {max: "{bar}"}}}
textures:
  a: {}
  b: {seed: 1, require: {error_db: {max: 0}}}
"""


@pytest.fixture
def game(tmp_path):
    return project(tmp_path, TEXT)


def run(game, *arguments, **environment):
    return run_cli(*arguments, "--cache", "cache", cwd=game.parent, **environment)


def looked(game, *arguments, **environment):
    """What a command that builds nothing says of a bar that `a` misses."""
    return run_cli(*arguments, "--set", "bar=-90", cwd=game.parent, **environment)


def line_of(done):
    """The one line on stderr, whose figure is the build's own."""
    (line,) = done.stderr.splitlines()
    place, _, text = line.partition(": error: ")
    assert text.startswith("a: error_db is -")
    assert text.endswith(", and require says at most -90")
    return place


def test_a_bar_through_all_commands(game):
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"}
    done = run(game, "build", "--set", "bar=-90", "game.yaml")
    assert (done.returncode, line_of(done)) == (1, "game.yaml:6:3")
    assert done.stdout.splitlines()[-1] == "1 built, 1 failed"
    assert contents(game.parent / "out").keys() == {"b.png", "bluenoise.lock.json"}

    done = run(game, "build", "game.yaml", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [one["reused"] for one in events if one["event"] == "built"]) == (0, ["cache"])
    before = contents(game.parent / "out")

    done = run(game, "build", "game.yaml", "--set", "bar=-90", **github)
    assert (done.returncode, contents(game.parent / "out"), line_of(done)) == (1, before, "game.yaml:6:3")
    annotation, *_ = done.stdout.splitlines()
    assert annotation.startswith("::error file=game.yaml,line=6,col=3,title=bluenoise-assets::a: error_db is -")
    assert "| a |  | failed: error_db is -" in (game.parent / "summary.md").read_text()
    done = run(game, "build", "game.yaml", "--set", "bar=-90", "--json")
    told, end = map(json.loads, done.stdout.splitlines())
    assert (told["event"], told["texture"], told["file"], told["line"]) == ("failed", "a", "game.yaml", 6)
    assert told["quality"][0]["error_db"] < 0
    assert (end["failed"], end["fresh"]) == (1, 1)

    # check: 1 outranks 3, and 2 both
    (game.parent / "summary.md").unlink()
    done = looked(game, "check", "game.yaml", **github)
    assert (done.returncode, line_of(done)) == (1, "game.yaml:6:3")
    assert done.stdout.splitlines()[-1] == "under the bar of `require`: 1 of 2 textures"
    assert "1 of 2 textures are under the bar of `require`." in (game.parent / "summary.md").read_text()
    assert looked(game, "check", "game.yaml", "--only", "b").returncode == 0
    (game.parent / "out" / "b.png").unlink()
    done = looked(game, "check", "game.yaml", "--junit", "tests.xml")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "game.yaml:7:3: error: b: b.png: the file is missing"
    assert done.stdout.splitlines()[-1] == (
        "1 of 2 textures are stale; `bluenoise-assets build` makes them; under the bar of `require`: 1 of 2 textures"
    )
    texts = [failure.text for failure in ET.parse(game.parent / "tests.xml").iter("failure")]
    assert texts[0].startswith("game.yaml:6:3: error_db is -")
    assert texts[1] == "game.yaml:7:3: b.png: the file is missing"
    assert run_cli("check", "game.yaml", cwd=game.parent).returncode == 3

    done = looked(game, "plan", "game.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("game.yaml:6:3: a: error_db is -")
    assert done.stdout.splitlines()[2] == "1 of 2 textures to build; under the bar of `require`: 1 of 2 textures"
    *_, missed, end = map(json.loads, looked(game, "plan", "game.yaml", "--json").stdout.splitlines())
    assert (missed["event"], missed["column"]) == ("failed", 3)
    assert end == {"event": "planned", "textures": 2, "stale": 1, "failed": 1}


def test_shares_with_a_bar_that_is_missed(game, tmp_path):
    """The machine whose share it is fails; what the others made can be merged, and `check` says what is missing."""
    codes = {}
    for share in ("1/2", "2/2"):
        done = run(game, "build", "game.yaml", "--set", "bar=-90", "--shard", share)
        codes[share] = done.returncode
        if (tmp_path / "out").exists():
            shutil.move(tmp_path / "out", tmp_path / f"part{share[0]}")
    assert sorted(codes.values()) == [0, 1]
    parts = [path.name for path in tmp_path.glob("part*") if (path / "bluenoise.lock.json").exists()]
    assert run_cli("merge", *parts, "--output", "out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "b.png").exists()
    done = run_cli("check", "game.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (3, "game.yaml:6:3: error: a: a.png: not built yet\n")


def test_a_watch_tells_it_in_each_round_and_runs_no_command_until_it_is_mended(start, tmp_path):
    game = project(tmp_path, TEXT.replace("{bar: 0}", "{bar: -90}"))
    watching = start(tmp_path, "game.yaml", "--exec", f'"{sys.executable}" -c ""')
    first = watching.wait_for("failed")
    assert (first["texture"], first["line"]) == ("a", 6)
    assert watching.wait_for("done") | {"ok": None} == {
        "event": "done",
        "built": 1,
        "failed": 1,
        "fresh": 0,
        "orphans": 0,
        "cancelled": False,
        "problems": 0,
        "ok": None,
    }
    assert watching.silent()
    write(game, TEXT.replace("{bar: 0}", "{bar: -91}"))
    assert watching.wait_for("failed")["text"].endswith("at most -91")
    assert watching.wait_for("done", ok=False)["fresh"] == 1
    game.touch()
    watching.wait_for("failed")
    assert not any(event["event"] == "exec" for event in watching.events)
    write(game, TEXT)
    assert watching.wait_for("built")["texture"] == "a"
    watching.wait_for("done", ok=True)
    assert len(watching.wait_for("exec", code=0)["command"]) == 3 + 2  # and both files
