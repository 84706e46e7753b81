"""`clean` takes away what was built, and nothing else: not what was changed, not what a forged lock names."""

import dataclasses
import hashlib
import os
import threading

import pytest
from support.projects import MANIFEST, QUICK, build, contents, lock_of, project, run_cli

import bluenoise_assets as bn
from bluenoise_assets.builder.clean import clean
from bluenoise_assets.builder.lock import LOCK_NAME, lock_text, read_lock
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME, FileLock


@pytest.fixture
def game(tmp_path):
    return project(tmp_path)


def out(path):
    return path.parent / "out"


def test_clean_removes_what_nobody_changed(game):
    build(game)
    (out(game) / "mine.txt").write_text("mine")
    (out(game) / "a.glsl").write_text("// edited")
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    removed, kept = clean(plan, dry_run=True)
    assert (sorted(removed), kept) == (["a.png", "b.glsl", "b.png", "ui/c.glsl", "ui/c.png"], ["a.glsl"])
    assert (out(game) / "a.png").exists()
    assert clean(plan) == (removed, kept)
    assert sorted(contents(out(game))) == ["a.glsl", "bluenoise.lock.json", "bluenoise_common.glsl", "mine.txt"]
    assert not (out(game) / "ui").exists()


def test_clean_leaves_no_trace_of_a_folder_that_was_ours(game):
    build(game)
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    clean(plan)
    assert os.listdir(game.parent) == ["game.yaml"]


def test_clean_orphans_removes_only_them(game):
    build(game)
    game.write_text(MANIFEST.replace("  a: {size: 8, seed: 1}\n", ""))
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    assert clean(plan, orphans_only=True) == (["a.glsl", "a.png"], [])
    assert sorted(lock_of(out(game))) == ["b.glsl", "b.png", "bluenoise_common.glsl", "ui/c.glsl", "ui/c.png"]
    assert build(game).fresh == 2


def test_clean_orphans_spares_a_file_that_was_only_renamed_in_case(game):
    """On a disk that ignores case `A.png` and `a.png` are one file; a hard link stands for that here."""
    build(game)
    game.write_text(MANIFEST.replace("  a:", "  A:").replace("shaders: [glsl]\n", ""))
    for suffix in ("png", "glsl"):
        (out(game) / f"A.{suffix}").hardlink_to(out(game) / f"a.{suffix}")
    build(game)
    (out(game) / "a.png").unlink()
    (out(game) / "a.png").hardlink_to(out(game) / "A.png")
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    removed, _ = clean(plan, orphans_only=True)
    assert "a.png" not in removed
    assert (out(game) / "A.png").exists()
    assert "a.png" not in lock_of(out(game))


def test_clean_keeps_what_another_build_has_added_meanwhile(game):
    """It once wrote the lock that it had read before it waited for that build."""
    build(game)
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    other = project(game.parent, f"schema: 1\noutput: out\ntextures: {{x: {{size: 4, {QUICK}}}}}\n", "other.yaml")
    build(other)
    removed, kept = clean(plan)
    assert (len(removed), kept) == (7, [])
    assert list(lock_of(out(game))) == ["x.png"]
    assert build(other).fresh == 1


def test_clean_waits_for_a_build_and_removes_what_that_has_made(game):
    build(game)
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    lock = FileLock(out(game) / BUILD_LOCK_NAME)
    assert lock.acquire()
    done = []
    thread = threading.Thread(target=lambda: done.append(clean(plan)))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    entries = read_lock(out(game))
    (out(game) / "a.png").write_bytes(b"anew")
    sha256 = hashlib.sha256(b"anew").hexdigest()
    entries["a.png"] = dataclasses.replace(entries["a.png"], sha256=sha256)
    (out(game) / LOCK_NAME).write_text(lock_text(entries))
    lock.release()
    thread.join(30)
    assert len(done[0][0]) == 7
    assert os.listdir(game.parent) == ["game.yaml"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("build.sh", "texture"),
        ("src/main.py", "shader"),
        ("Makefile", "snippet"),
        ("package.json", "description"),
        ("a.png", "report"),
        ("notes.md", "texture"),
    ],
)
def test_clean_removes_nothing_that_no_build_writes(game, file, kind):
    """A forged lock knows the hashes of what is committed beside it."""
    build(game)
    entries = read_lock(out(game))
    path = out(game) / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"mine")
    mine = dataclasses.replace(entries["a.png"], kind=kind, sha256=hashlib.sha256(b"mine").hexdigest())
    (out(game) / LOCK_NAME).write_text(lock_text(entries | {file: mine}))
    (plan,) = bn.make_plan([bn.load_manifest(game)])
    removed, kept = clean(plan)
    assert kept == [file]
    assert file not in removed
    assert path.read_bytes() == b"mine"


def test_everything_that_a_build_writes_can_be_removed(tmp_path):
    engines = "unity, unreal, godot, godot3, bevy, threejs, raw"
    text = MANIFEST.replace("textures:", f"textures:\n  every: {{size: 8, bits: 16, engines: [{engines}]}}")
    text = text.replace("every: {", "every: {formats: [png, dds, ktx2, raw, npy, h, cs], ")
    text += "  float: {size: 8, encoding: float, bits: 32, formats: [exr]}\n"
    path = project(tmp_path, text.replace("shaders: [glsl]\n", "") + "shaders: [glsl, hlsl, wgsl, godot]\n")
    build(path)
    (plan,) = bn.make_plan([bn.load_manifest(path)])
    assert len(clean(plan)[0]) > 50
    assert sorted(contents(tmp_path)) == ["game.yaml"]


def test_other_engines_folders_in_a_godot_project_are_hidden_from_it_and_cleaned(tmp_path):
    (tmp_path / "project.godot").write_text("config_version=5\n")
    text = MANIFEST.partition("  b:")[0].replace("seed: 1", "engines: [unity, godot]")
    game, out = project(tmp_path, text), tmp_path / "out"
    build(game)
    assert [path.relative_to(out).as_posix() for path in out.rglob(".gdignore")] == ["unity/.gdignore"]
    assert build(game).fresh == 1
    assert run_cli("clean", game, cwd=tmp_path).returncode == 0
    assert not out.exists()
