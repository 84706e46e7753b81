"""A lock that git could not merge, or that is damaged, stops nobody: all in it can be derived."""

import dataclasses
import json

import pytest
from support.projects import build, contents, lock_of, run_cli
from support.repositories import Repository

from bluenoise_assets import ManifestError
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, lock_text, read_lock
from bluenoise_assets.builder.salvage import found_lock

SIDES = {"p": "base", "q": "ours", "r": "theirs"}
"""Textures next to each other in the lock, and the branch that adds each."""


def manifest(name, seed=1):
    options = f"size: 8, effort: fast, seed: {seed}, engines: [godot]"
    return f"schema: 1\noutput: out\ntextures:\n  {name}: {{{options}}}\nshaders: [glsl]\n"


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "game")


def add(repository, name, text=None):
    """A manifest with one texture, built and committed."""
    (repository.folder / f"{name}.yaml").write_text(text or manifest(name))
    build(*sorted(repository.folder.glob("*.yaml")))
    repository.commit()


def branches(repository, ours, theirs):
    """Two branches from `main`, each with its commit; the second is merged into the first, which conflicts."""
    for branch, make in (("theirs", theirs), ("ours", ours)):
        repository.git("checkout", "--quiet", "-b", branch, "main")
        make()


def merge(repository, style):
    done = repository.try_git("-c", f"merge.conflictStyle={style}", "merge", "theirs")
    assert done.returncode == 1, done.stdout
    assert "<<<<<<< " in (repository.folder / "out" / LOCK_NAME).read_text()


def cli(repository, *words):
    return run_cli(*words, ".", cwd=repository.folder)


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_two_branches_that_add_textures_are_merged_by_a_build(repository, style):
    add(repository, "p")
    branches(repository, lambda: add(repository, "q"), lambda: add(repository, "r"))
    merge(repository, style)
    out = repository.folder / "out"
    pngs = {file: data for file, data in contents(out).items() if file != LOCK_NAME}

    done = cli(repository, "check")
    assert done.returncode == 3, done.stderr
    (line,) = done.stderr.splitlines()
    assert "bluenoise.lock.json:" in line
    assert line.endswith(
        "git could not merge the lock, so both sides' entries are taken; `bluenoise-assets build` writes it anew"
    )
    done = cli(repository, "plan")
    assert done.returncode == 0
    assert "nothing to do: 3 textures, all fresh" in done.stdout
    assert "git could not merge the lock" in done.stderr

    done = cli(repository, "build")
    assert done.returncode == 0, done.stderr
    assert "nothing to do: 3 textures, all fresh" in done.stdout
    assert done.stderr.count("warning: ") == 1
    assert pngs == {file: data for file, data in contents(out).items() if file != LOCK_NAME}
    assert {entry["texture"] for entry in lock_of(out).values()} == {"", *SIDES}
    (out / "clean").mkdir()
    build(*sorted(repository.folder.glob("*.yaml")), output=out / "clean")
    assert {file: entry["sha256"] for file, entry in lock_of(out / "clean").items()} == {
        file: entry["sha256"] for file, entry in lock_of(out).items()
    }
    done = cli(repository, "check")
    assert done.returncode == 0, done.stderr


def test_a_texture_that_both_branches_change_is_made_as_the_manifest_says(repository):
    add(repository, "p")
    branches(repository, lambda: add(repository, "p", manifest("p", 2)), lambda: add(repository, "p", manifest("p", 3)))
    merge(repository, "merge")
    repository.git("checkout", "--theirs", "p.yaml", "out/godot/p.png")
    done = cli(repository, "plan")
    assert "out/godot/p.png" not in done.stdout, "the file on disk is theirs, and so is its entry"
    done = cli(repository, "build")
    assert done.returncode == 0, done.stderr
    assert lock_of(repository.folder / "out")["godot/p.png"]["spec"]["seed"] == 3
    assert cli(repository, "check").returncode == 0
    assert not any(b"<<<<<<<" in data for data in contents(repository.folder / "out").values())


def test_a_texture_that_one_branch_removes_is_gone(repository):
    """Its entry on the other side, whose file git has removed, comes back in no lock."""
    for name in ("p", "q"):
        add(repository, name)

    def remove():
        (repository.folder / "q.yaml").unlink()
        assert cli(repository, "clean", "--orphans").returncode == 0
        repository.commit()

    branches(repository, lambda: add(repository, "r"), remove)
    merge(repository, "diff3")
    done = cli(repository, "build")
    assert done.returncode == 0, done.stderr
    assert {entry["texture"] for entry in lock_of(repository.folder / "out").values()} == {"", "p", "r"}


ENTRY = Entry("../game.yaml", "a", "texture", "k" * 64, {"size": [8, 8]}, "f" * 64)


def conflict(ours, theirs, base="x"):
    return f"<<<<<<< HEAD\n{ours}||||||| base\n{base}\n=======\n{theirs}>>>>>>> theirs\n"


def test_a_version_of_the_future_on_one_side_is_not_written_over(tmp_path):
    newer = lock_text({}).replace('"lock": 1', '"lock": 2')
    (tmp_path / LOCK_NAME).write_text(conflict(lock_text({}), newer))
    with pytest.raises(ManifestError, match="the lock has version 2; a newer bluenoise-assets wrote it"):
        found_lock(tmp_path)


def test_a_side_that_points_out_of_the_folder_is_dropped(tmp_path):
    (tmp_path / "a.png").write_bytes(b"a")
    (tmp_path / LOCK_NAME).write_text(conflict(lock_text({"a.png": ENTRY}), lock_text({"../b.png": ENTRY})))
    found = found_lock(tmp_path)
    assert found.entries == {"a.png": ENTRY}
    assert found.problem.line == 1


def test_where_sides_differ_the_file_on_disk_decides(tmp_path):
    other = dataclasses.replace(ENTRY, sha256="0" * 64)
    mine = dataclasses.replace(ENTRY, sha256="ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")
    (tmp_path / "a.png").write_bytes(b"a")
    for ours, theirs, wanted in ((other, mine, mine), (mine, other, mine), (other, ENTRY, other)):
        text = conflict(lock_text({"a.png": ours}), lock_text({"a.png": theirs}))
        for ends in ("\n", "\r\n"):  # as git on Windows may check it out
            (tmp_path / LOCK_NAME).write_bytes(text.replace("\n", ends).encode())
            assert found_lock(tmp_path).entries == {"a.png": wanted}
    (tmp_path / "a.png").unlink()
    assert found_lock(tmp_path).entries == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"lock": 1}', "<<<<<<< a\n", conflict("[", "]"), '{"lock": 1, "files": {"/x.png": {}}}', "\xff"],
)
def test_a_damaged_lock_is_built_anew(tmp_path, text):
    game = tmp_path / "a.yaml"
    game.write_text(manifest("a"))
    build(game)
    out = tmp_path / "out"
    good = contents(out)
    (out / LOCK_NAME).write_bytes(text.encode("latin-1"))
    done = run_cli("check", game, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "`bluenoise-assets build` writes it anew" in done.stderr
    done = run_cli("clean", game, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    done = run_cli("build", game, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "it is written anew" in done.stderr
    assert contents(out) == good
    assert build(game).fresh == 1


def test_a_conflict_is_cleaned_up_by_what_both_sides_say(repository):
    add(repository, "p")
    branches(repository, lambda: add(repository, "q"), lambda: add(repository, "r"))
    merge(repository, "merge")
    done = cli(repository, "clean")
    assert done.returncode == 0, done.stderr
    assert not (repository.folder / "out").exists()


def test_a_damaged_lock_where_parts_are_merged(tmp_path):
    game = tmp_path / "a.yaml"
    game.write_text(manifest("a"))
    build(game, output=tmp_path / "part" / "deeper")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / LOCK_NAME).write_text("{")
    done = run_cli("merge", "part/deeper", "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        json.loads((tmp_path / "out" / LOCK_NAME).read_text())["files"].keys()
        == lock_of(tmp_path / "part" / "deeper").keys()
    )
    assert read_lock(tmp_path / "out")
