"""`report`: what it writes, when, and what it leaves alone."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.noise_files import write_noise
from support.processes import shown
from support.projects import contents, lock_of, project, stamps

from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.cli import main

GAME = """\
schema: 1
variables: {platform: [pc, switch]}
output: out/{platform}
textures:
  a: {size: 16, seed: 1}
  ui/b: {size: 8}
"""
NAMES = {"report.html", "report.json"}


@pytest.fixture
def game(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = project(tmp_path, GAME)
    write_noise(path)
    return path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    shown(" ".join(map(str, arguments)), code, captured.out, captured.err)
    return code, captured.out, captured.err


def data_of(folder):
    return {each["name"]: each for each in json.loads((folder / "report.json").read_text())["textures"]}


def test_it_writes_two_files_and_touches_no_other(game, capsys):
    out = game.parent / "out" / "pc"
    before = stamps(out)
    assert run(capsys, "report", "game.yaml") == (
        0,
        f"{out.relative_to(game.parent) / 'report.html'}: 2 textures: 2 fresh\n",
        "",
    )
    assert stamps(out).items() >= before.items()
    assert set(contents(out)) - set(before) == NAMES
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert len(re.findall('<section id="[^"]*" class="texture fresh"', page)) == 2
    written = stamps(out)
    assert run(capsys, "report", "game.yaml")[0] == 0
    assert stamps(out) == written, "nothing has changed, so nothing is written"
    assert lock_of(out).keys().isdisjoint(NAMES)
    assert run(capsys, "check", "game.yaml")[:2] == (0, "all fresh\n")


def test_before_anything_is_built(game, capsys):
    code, out, _ = run(capsys, "report", "game.yaml", "--set", "platform=switch")
    assert (code, out) == (0, f"{Path('out', 'switch', 'report.html')}: 2 textures: 2 missing\n")
    assert contents(game.parent / "out" / "switch").keys() == NAMES
    assert {each["state"] for each in data_of(game.parent / "out" / "switch").values()} == {"missing"}


def test_as_json(game, capsys):
    code, out, _ = run(capsys, "report", "game.yaml", "--json")
    (line,) = map(json.loads, out.splitlines())
    folder = game.parent / "out" / "pc"
    assert code == 0
    assert line == {
        "event": "report",
        "file": str(folder / "report.html"),
        "data": str(folder / "report.json"),
        "output": str(folder),
        "textures": 2,
        "fresh": 2,
        "stale": 0,
        "changed": 0,
        "missing": 0,
        "failed": 0,
        "changed_texels": 0,
    }


def test_options_of_other_verbs(game, capsys):
    assert run(capsys, "report", "game.yaml", "--quiet") == (0, "", "")
    assert run(capsys, "report", "game.yaml", "--only", "ui/*")[0] == 0
    assert data_of(game.parent / "out" / "pc").keys() == {"ui/b"}
    assert run(capsys, "report", "game.yaml", "--output", "elsewhere")[0] == 0
    assert contents(game.parent / "elsewhere").keys() == NAMES
    assert run(capsys, "report", "game.yaml", "--only", "c")[0] == 2


def test_a_wrong_manifest_writes_nothing(game, capsys):
    game.write_text(GAME.replace("seed: 1", "sead: 1"))
    code, _, errors = run(capsys, "report", "game.yaml")
    assert code == 2
    assert "did you mean 'seed'?" in errors
    assert not NAMES & contents(game.parent / "out" / "pc").keys()


def test_what_changed_since_the_last_report(game, capsys):
    out = game.parent / "out" / "pc"
    run(capsys, "report", "game.yaml")
    first = data_of(out)
    game.write_text(GAME.replace("seed: 1", "seed: 2"))
    assert run(capsys, "report", "game.yaml")[1].endswith("2 textures: 1 fresh, 1 stale\n")
    assert data_of(out)["a"]["before"] is None, "the files are still the same"
    write_noise(game, seed=1)
    run(capsys, "report", "game.yaml")
    found = data_of(out)
    assert found["a"]["before"] == {key: first["a"][key] for key in ("texels", "figures", "tile")}
    assert found["a"]["tile"] != first["a"]["tile"]
    assert found["ui/b"]["before"] is None
    assert 'Changed: <a href="#a-' in (out / "report.html").read_text(encoding="utf-8")
    written = stamps(out)
    assert json.loads(run(capsys, "report", "game.yaml", "--json")[1])["changed_texels"] == 1
    assert stamps(out) == written, "a report of the same is the same"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_file_of_somebody_else_stays(game, capsys, name):
    out = game.parent / "out" / "pc"
    (out / name).write_text("{} <p>my own")
    code, _, errors = run(capsys, "report", "game.yaml")
    assert code == 1
    assert f"{name}: it is no report of bluenoise-assets; move it away, or give `--output`" in errors
    assert (out / name).read_text() == "{} <p>my own"
    assert run(capsys, "clean", "game.yaml")[0] == 0
    assert contents(out) == {name: b"{} <p>my own"}


def test_git_may_have_changed_their_line_ends(game, capsys):
    run(capsys, "report", "game.yaml")
    out = game.parent / "out" / "pc"
    for name in NAMES:
        (out / name).write_bytes((out / name).read_bytes().replace(b"\n", b"\r\n"))
    assert run(capsys, "report", "game.yaml")[0] == 0
    assert not any(b"\r" in (out / name).read_bytes() for name in NAMES)


def test_a_folder_in_its_place(game, capsys):
    (game.parent / "out" / "pc" / "report.html").mkdir()
    code, _, errors = run(capsys, "report", "game.yaml")
    assert code == 1
    assert "report.html: cannot be replaced" in errors


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the system lets this user write everywhere")
def test_a_folder_that_cannot_be_written(game, capsys):
    out = game.parent / "out" / "pc"
    out.chmod(0o500)
    try:
        code, _, errors = run(capsys, "report", "game.yaml")
    finally:
        out.chmod(0o700)
    assert code == 1
    assert "the output folder cannot be written" in errors


def test_something_in_the_way_of_the_folder(game, capsys):
    (game.parent / "blocked").write_text("")
    code, _, errors = run(capsys, "report", "game.yaml", "--output", "blocked")
    assert code in {1, 2}
    assert "Traceback" not in errors


def test_clean_takes_the_report_away_with_the_last_file(game, capsys):
    out = game.parent / "out" / "pc"
    run(capsys, "report", "game.yaml")
    assert run(capsys, "clean", "game.yaml", "--only", "a")[0] == 0
    assert contents(out).keys() == {LOCK_NAME, "ui/b.png", *NAMES}
    assert run(capsys, "clean", "game.yaml")[0] == 0
    assert not out.exists()
    assert run(capsys, "report", "game.yaml")[0] == 0
    assert run(capsys, "clean", "game.yaml", "--dry-run")[0] == 0
    assert contents(out).keys() == NAMES
    assert run(capsys, "clean", "game.yaml")[0] == 0
    assert not out.exists(), "also where nothing has been built"


def test_a_texture_of_that_name_is_in_nobodys_way(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    game = project(
        tmp_path, "schema: 1\noutput: .\ntextures: {report: {size: 8, formats: [raw, png], shaders: [glsl]}}\n"
    )
    write_noise(game)
    before = contents(tmp_path)
    assert run(capsys, "report", "game.yaml")[0] == 0
    assert set(contents(tmp_path)) - set(before) == NAMES
    assert run(capsys, "check", "game.yaml")[0] == 0


def test_folders_of_several_manifests_have_a_report_each(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, output in (("x", "one"), ("y", "one"), ("z", "{default: two, png: one/pictures}")):
        project(
            tmp_path,
            f"schema: 1\noutput: {output}\ntextures: {{{name}: {{size: 4, formats: [png, raw]}}}}\n",
            f"{name}.yaml",
        )
    code, out, _ = run(capsys, "report", ".", "--json")
    assert code == 0
    assert [json.loads(line)["textures"] for line in out.splitlines()] == [2, 1]
    assert data_of(tmp_path / "one").keys() == {"x", "y"}
    (z,) = data_of(tmp_path / "two").values()
    assert [file["file"] for file in z["files"]] == ["z.raw", "z.raw.json", "../one/pictures/z.png"]


def test_two_at_once(game, capsys):
    codes = []
    both = [threading.Thread(target=lambda: codes.append(main(["report", "game.yaml", "--quiet"]))) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert codes == [0, 0]
    assert contents(game.parent / "out" / "pc").keys() == {LOCK_NAME, "a.png", "ui/b.png", *NAMES}


def test_it_needs_no_optimiser_and_builds_need_no_report(game):
    def loaded(*arguments):
        code = f"import sys; from bluenoise_assets.cli import main; main({list(arguments)!r}); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return {name for name in done.stdout.splitlines()[-1].split() if name.startswith(("bluenoise_assets", "jax"))}

    assert not any(name.startswith(("jax", "bluenoise_assets.noise")) for name in loaded("report", "game.yaml"))
    found = loaded("build", "game.yaml", "--cache", "off")
    assert not any(name.startswith("bluenoise_assets.report") for name in found)
