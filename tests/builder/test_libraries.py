"""The files that the textures of a folder share: there as long as one asks for them, nobody's in particular."""

import shutil

import pytest
from support.projects import QUICK, build, contents, lock_of, project, run_cli

from bluenoise_assets import load_manifest, make_plan
from bluenoise_assets.builder.merge import merge
from bluenoise_assets.engines import shaders

HEAD = f"schema: 1\noutput: out\ndefaults: {{{QUICK}, size: 6}}\n"
HLSL, GLSL, UNITY = "bluenoise_common.hlsl", "bluenoise_common.glsl", "unity/bluenoise_common.hlsl"


def libraries(folder):
    return {file for file in contents(folder / "out") if "bluenoise_common" in file}


@pytest.fixture
def folder(tmp_path):
    """Two manifests that build into one folder."""
    project(tmp_path, HEAD + "shaders: [hlsl]\ntextures:\n  ui/a:\n  b: {engines: [unity]}\n", "one.yaml")
    project(tmp_path, HEAD + "shaders: [hlsl, glsl]\ntextures: {c: }\n", "two.yaml")
    build(tmp_path / "one.yaml")
    build(tmp_path / "two.yaml")
    return tmp_path


def stale(folder, *names):
    plans = make_plan([load_manifest(folder / name) for name in names])
    return {file.file for plan in plans for texture in plan.textures for file in texture.files if file.reasons}


def test_there_is_one_a_language_and_engine_and_its_text_is_the_same_for_all(folder):
    assert libraries(folder) == {HLSL, GLSL, UNITY}
    assert (folder / "out" / HLSL).read_text() == (folder / "out" / UNITY).read_text() == shaders.common_text("hlsl")
    assert stale(folder, "one.yaml", "two.yaml") == set()


def test_two_manifests_share_it_and_neither_owns_it(folder):
    entry = lock_of(folder / "out")[HLSL]
    assert (entry["manifest"], entry["texture"], entry["kind"]) == ("", "", "library")
    before = contents(folder / "out")
    build(folder / "one.yaml")
    build(folder / "two.yaml")
    assert contents(folder / "out") == before


def test_it_stays_until_the_last_that_asks_for_it_is_cleaned(folder):
    assert run_cli("clean", "one.yaml", cwd=folder).returncode == 0
    assert libraries(folder) == {HLSL, GLSL}
    assert stale(folder, "two.yaml") == set()
    assert run_cli("clean", "two.yaml", cwd=folder).returncode == 0
    assert not (folder / "out").exists()


def test_one_that_nothing_asks_for_any_more_is_an_orphan(folder):
    project(folder, HEAD + "textures: {c: }\n", "two.yaml")
    (plan,) = make_plan([load_manifest(folder / "two.yaml")])
    assert set(plan.orphans) == {"c.glsl", "c.hlsl", GLSL}
    assert run_cli("clean", "two.yaml", "--orphans", cwd=folder).returncode == 0
    assert libraries(folder) == {HLSL, UNITY}


def test_one_that_is_missing_or_changed_is_written_anew_without_optimising(folder):
    (folder / "out" / HLSL).unlink()
    (folder / "out" / UNITY).write_text("mine\n")
    assert stale(folder, "one.yaml", "two.yaml") == {HLSL, UNITY}
    told = []
    build(folder / "one.yaml", listener=told.append)
    assert {file for event in told if event["event"] == "built" for file in event["changed"]} == {HLSL, UNITY}
    assert not any("quality" in event for event in told)
    assert stale(folder, "one.yaml", "two.yaml") == set()


def test_a_texture_that_fails_leaves_it_to_the_others(tmp_path):
    game = project(tmp_path, HEAD + "shaders: [hlsl]\ntextures: {a: , b: }\n")
    (tmp_path / "out" / "a.png").mkdir(parents=True)
    summary = build(game)
    assert (summary.built, summary.failed) == (1, 1)
    assert libraries(tmp_path) == {HLSL}


def test_a_new_text_makes_it_stale_and_the_textures_own_files_not(folder, monkeypatch):
    monkeypatch.setattr(shaders, "common_text", lambda language: f"// another {language}\n")
    monkeypatch.setattr(shaders, "common_digest", lambda language: language)
    assert stale(folder, "one.yaml", "two.yaml") == {HLSL, GLSL, UNITY}


def test_single_files_need_none(folder):
    text = HEAD.replace("size: 6", "size: 6, shader_files: single")
    project(folder, text + "shaders: [hlsl]\ntextures:\n  ui/a:\n  b: {engines: [unity]}\n", "one.yaml")
    assert stale(folder, "one.yaml") == {"ui/a.hlsl", "b.hlsl", "unity/b.hlsl"}
    build(folder / "one.yaml")
    assert run_cli("clean", "one.yaml", "two.yaml", "--orphans", cwd=folder).returncode == 0
    assert libraries(folder) == {HLSL, GLSL}
    assert shaders.common_text("hlsl") in (folder / "out" / "b.hlsl").read_text()


def test_parts_from_several_machines_bring_the_same(folder, tmp_path_factory):
    parts = [tmp_path_factory.mktemp("parts") / name for name in ("one", "two")]
    for part in parts:
        shutil.copytree(folder / "out", part)
    shutil.rmtree(folder / "out")
    merge(parts, folder / "out")
    assert stale(folder, "one.yaml", "two.yaml") == set()
