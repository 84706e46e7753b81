"""Output folders of engines, formats and shaders: everything of a texture in its place, made once, a lock in each."""

import json
import os

import pytest
from support.projects import QUICK, build, contents, lock_of, project, run_cli, stamps

from bluenoise_assets import load_manifest, make_plan
from bluenoise_assets.builder import depfile

TEXT = f"""\
schema: 1
output: {{default: out, unity: game/Assets/Noise, godot: godot/noise, png: art, shaders: src}}
defaults: {{{QUICK}, engines: [unity, godot, raw], formats: [png, npy], shaders: [glsl]}}
textures:
  ui/a: {{size: 8}}
  b: {{size: 6, engines: [unity], formats: [npy]}}
"""
FOLDERS = {"out", "game/Assets/Noise", "godot/noise", "art", "src"}
LOCK = "bluenoise.lock.json"


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def game(tmp_path_factory, told):
    game = project(tmp_path_factory.mktemp("game"), TEXT)
    summary = build(game, listener=told.append)
    assert (summary.built, summary.fresh, summary.failed) == (2, 0, 0)
    return game


def own(folder):
    return {file for file in contents(folder) if not file.endswith(LOCK) and not file.startswith("bluenoise_common")}


def test_everything_lies_where_it_belongs(game):
    root = game.parent
    assert own(root / "game/Assets/Noise") == {
        *(f"ui/a.{suffix}" for suffix in ("png", "png.meta", "hlsl", "md")),
        *(f"b.{suffix}" for suffix in ("png", "png.meta", "hlsl", "md")),
    }
    assert own(root / "godot/noise") == {f"ui/a.{suffix}" for suffix in ("png", "png.import", "gdshaderinc", "md")}
    assert own(root / "art") == {"ui/a.png"}
    assert own(root / "src") == {"ui/a.glsl", "b.glsl"}
    assert {file for file in own(root / "out") if not file.startswith("raw/")} == {"ui/a.npy", "b.npy"}
    assert {"raw/ui/a.raw", "raw/ui/a.raw.json", "raw/ui/a.glsl"} <= own(root / "out")


def test_each_folder_has_a_lock_of_what_is_in_it(game):
    locks = {path.parent for path in game.parent.rglob(LOCK)}
    assert {path.relative_to(game.parent).as_posix() for path in locks} == FOLDERS
    for folder in locks:
        assert lock_of(folder).keys() == contents(folder).keys() - {LOCK}
        assert {entry["manifest"] for entry in lock_of(folder).values()} <= {
            "",
            os.path.relpath(game, folder).replace(os.sep, "/"),
        }


def test_a_texture_is_made_once_for_all_folders(game, told):
    made = [event["texture"] for event in told if "quality" in event and "reused" not in event]
    assert sorted(made) == ["b", "ui/a"]
    texels = {entry["texels"] for path in game.parent.rglob(LOCK) for entry in texture_entries(path, "ui/a")}
    assert len(texels) == 1


def texture_entries(lock, texture):
    entries = json.loads(lock.read_text())["files"].values()
    return [entry for entry in entries if entry["texture"] == texture and entry["kind"] == "texture"]


def test_an_engines_plugin_knows_its_textures_by_the_lock(game):
    lock = lock_of(game.parent / "game/Assets/Noise")
    assert {entry.get("engine") for entry in lock.values() if entry["kind"] == "texture"} == {"unity"}
    assert {entry.get("engine") for entry in lock_of(game.parent / "out").values()} == {None}


def test_a_snippet_says_the_file_s_own_path(game):
    assert "unity/" not in (game.parent / "game/Assets/Noise/b.md").read_text()


def test_nothing_is_done_twice_and_a_loss_is_made_good_without_optimising(game):
    before = stamps(game.parent)
    assert (build(game).built, stamps(game.parent)) == (0, before)
    lost = game.parent / "godot/noise/ui/a.png"
    lost.unlink()
    told = []
    summary = build(game, listener=told.append)
    assert (summary.built, summary.fresh) == (1, 1)
    assert [event.get("reused") for event in told if event["event"] == "built"] == ["disk"]
    assert lost.exists()


def test_lists_name_every_file_where_it_is(game):
    listed = depfile.outputs([load_manifest(game)])
    assert len(listed) == len(set(listed))
    assert {path for path in game.parent.rglob("*") if path.is_file()} == {
        *listed,
        *(game.parent / folder / LOCK for folder in FOLDERS),
        game,
    }


def test_the_option_output_puts_all_into_one_folder(game, tmp_path):
    assert run_cli("build", str(game), "--output", "all", "--cache", "off", cwd=tmp_path).returncode == 0
    listed = run_cli("build", str(game), "--output", "all", "--list-outputs", cwd=tmp_path).stdout.split()
    assert {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "all").rglob("*") if path.is_file()} == {
        *listed,
        f"all/{LOCK}",
    }
    assert {"all/unity/ui/a.png", "all/ui/a.png", "all/ui/a.glsl"} <= set(listed)


def test_sums_are_written_beside_each_lock_and_clean_leaves_nothing(game, tmp_path):
    copy = project(tmp_path, TEXT)
    assert run_cli("build", "game.yaml", "--sha256sums", "--cache", "off", cwd=tmp_path).returncode == 0
    sums = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("SHA256SUMS")}
    assert sums == FOLDERS
    assert run_cli("check", "game.yaml", cwd=tmp_path).returncode == 0
    assert run_cli("clean", "game.yaml", cwd=tmp_path).returncode == 0
    assert list(contents(tmp_path)) == [copy.name]


def test_what_fails_in_one_folder_does_not_stop_the_others(tmp_path):
    game = project(tmp_path, TEXT)
    (tmp_path / "art" / "ui").mkdir(parents=True)
    (tmp_path / "art" / "ui" / "a.png").mkdir()
    summary = build(game)
    assert (summary.built, summary.failed) == (1, 1)
    assert (tmp_path / "godot/noise/ui/a.png").exists()
    assert [plan.output.name for plan in make_plan([load_manifest(game)]) if plan.stale] == ["art"]


def test_a_texture_has_shaders_of_its_own(tmp_path):
    game = project(
        tmp_path,
        f"schema: 1\ndefaults: {{{QUICK}, size: 8}}\nshaders: [glsl]\ntextures:\n"
        "  a:\n  b: {shaders: [hlsl, wgsl]}\n  c: {shaders: []}\n  d: {extends: b}\n",
    )
    languages = {spec.name: spec.shaders for spec in load_manifest(game).textures}
    assert languages == {"a": ("glsl",), "b": ("hlsl", "wgsl"), "c": (), "d": ("hlsl", "wgsl")}
