"""Engines' folders: everything that is asked for is there, what engines and users add is kept, what is wrong is mended."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from support.paths import ROOT
from support.projects import QUICK, build, contents, lock_of, project, run_cli, stamps

import bluenoise_assets as bn
from bluenoise_assets import ManifestError, load_manifest, make_plan
from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX
from bluenoise_assets.builder.checksums import SUMS_NAME, write_sums
from bluenoise_assets.builder.encoding import decode, texels_of
from bluenoise_assets.builder.merge import merge
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.outputs import outputs

ENGINES = "[unity, unreal, godot, godot3, bevy, threejs, raw]"
TEXT = f"""\
schema: 1
output: out
defaults: {{{QUICK}, engines: {ENGINES}}}
textures:
  ui/grey: {{size: [9, 7]}}
  grey_16: {{size: 6, bits: 16}}
  pair: {{size: [5, 8], channels: 2}}
  rgb: {{size: 8, channels: 3, bits: 16}}
  fog: {{size: [6, 5, 4]}}
  layers: {{size: [6, 5], layers: 3, channels: 3}}
  floats: {{size: 6, encoding: float, bits: 32}}
  halves: {{size: [6, 4], encoding: float, bits: 16, layers: 2}}
"""
SHADER_SUFFIXES = {f".{suffix}" for suffix in shaders.SUFFIXES.values()}
ONE = TEXT.partition("  grey_16")[0].replace(ENGINES, "[godot, unity]")


def stale(game):
    (plan,) = make_plan([load_manifest(game)])
    return {file.file: list(file.reasons) for texture in plan.textures for file in texture.files if file.reasons}


def reused(game):
    told = []
    build(game, listener=told.append)
    return {event["texture"]: event.get("reused", "optimised") for event in told if event["event"] == "built"}


def test_every_engine_gets_its_folder_and_all_files_hold_the_texture(tmp_path):
    game, out = project(tmp_path, TEXT), tmp_path / "out"
    build(game)
    texels = {spec.name: bn.generate(spec) for spec in load_manifest(game).textures}
    wanted = {output.file: (output, spec) for spec in load_manifest(game).textures for output in outputs(spec)}
    assert contents(out).keys() == {*wanted, "bluenoise.lock.json"}
    assert {file.partition("/")[0] for file in wanted} == set(ENGINES.strip("[]").split(", "))
    for file, (output, spec) in wanted.items():
        data = (out / file).read_bytes()
        if output.kind == "texture":
            assert np.array_equal(texels_of(decode(output, spec, data)), texels[spec.name]), file
        elif output.kind == "description":
            assert json.loads(data)["sha256"] == lock_of(out)[output.file.removesuffix(".json")]["sha256"]
        else:
            assert b"\r" not in data
            assert data.endswith(b"\n")
    assert stale(game) == {}
    before = stamps(out)
    assert build(game).built == 0
    assert stamps(out) == before


def test_an_engine_that_is_added_optimises_nothing_also_without_a_cache(tmp_path):
    text = TEXT.replace(ENGINES, "[godot]")
    game, out = project(tmp_path, text), tmp_path / "out"
    assert set(reused(game).values()) == {"optimised"}
    texels = {entry["texture"]: entry["texels"] for entry in lock_of(out).values() if entry["kind"] == "texture"}
    project(tmp_path, TEXT)
    assert set(reused(game).values()) == {"disk"}
    again = {entry["texture"]: entry["texels"] for entry in lock_of(out).values() if entry["kind"] == "texture"}
    assert again == texels


def test_engines_need_no_formats_and_formats_can_be_had_besides(tmp_path):
    game = project(tmp_path, ONE)
    assert load_manifest(game).textures[0].formats == ()
    project(tmp_path, ONE.replace("7]}", "7], formats: [png]}"))
    build(game)
    assert (tmp_path / "out" / "ui" / "grey.png").read_bytes() == (tmp_path / "out/godot/ui/grey.png").read_bytes()


def test_what_an_engine_and_its_users_add_is_kept_and_makes_nothing_stale(tmp_path):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    godot, unity = out / "godot/ui/grey.png.import", out / "unity/ui/grey.png.meta"
    added = godot.read_text().replace("[remap]\n", '[remap]\n\nuid="uid://c1"\npath="res://.godot/imported/x.ctex"\n')
    added += '\n[deps]\n\nsource_file="res://grey.png"\n'
    godot.write_text(added)
    meta = unity.read_text().replace("  userData:", "  userData: mine").replace("isReadable: 0", "isReadable: 1")
    assert "userData: mine" in meta
    unity.write_text(meta)
    assert stale(game) == {}
    before = stamps(out)
    assert build(game).built == 0
    assert stamps(out) == before

    godot.write_text(added.replace("mipmaps/generate=false", "mipmaps/generate=true"))
    unity.write_text(meta.replace("filterMode: 0", "filterMode: 1"))
    found = stale(game)
    assert found.keys() == {"godot/ui/grey.png.import", "unity/ui/grey.png.meta"}
    assert "mipmaps/generate" in str(found["godot/ui/grey.png.import"])
    assert "filterMode" in str(found["unity/ui/grey.png.meta"])
    build(game)
    assert unity.read_text() == meta
    without_path = added.replace('path="res://.godot/imported/x.ctex"\n', "")  # so that Godot imports it again
    assert godot.read_text() == without_path
    assert stale(game) == {}


def test_settings_that_are_there_before_the_first_build_are_kept(tmp_path):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    unity = out / "unity/ui/grey.png.meta"
    guid = next(line for line in unity.read_text().splitlines() if line.startswith("guid:"))
    mine = unity.read_text().replace(guid, f"guid: {'ab' * 16}").replace("filterMode: 0", "filterMode: 2")
    shutil.rmtree(out)
    unity.parent.mkdir(parents=True)
    unity.write_text(mine)
    build(game)
    assert unity.read_text() == mine.replace("filterMode: 2", "filterMode: 0")
    # from nothing, the same id again: scenes keep their references
    shutil.rmtree(out)
    build(game)
    assert guid in unity.read_text()
    project(tmp_path, ONE.replace("size: [9, 7]", "size: [9, 7], seed: 3"))
    build(game)
    assert guid in unity.read_text()


def test_settings_follow_the_texture_and_keep_their_id(tmp_path):
    game, out = project(tmp_path, ONE.replace("size: [9, 7]", "size: [9, 7], layers: 3")), tmp_path / "out"
    build(game)
    godot, unity = out / "godot/ui/grey.png.import", out / "unity/ui/grey.png.meta"
    before = unity.read_text()
    assert "flipbookRows: 3" in before
    assert "slices/vertical=3" in godot.read_text()
    project(tmp_path, ONE.replace("size: [9, 7]", "size: [9, 7], layers: 5"))
    found = stale(game)
    size = "DefaultTexturePlatform maxTextureSize: 32, not 64"
    assert found["unity/ui/grey.png.meta"] == ["flipbookRows: 3, not 5", size]
    assert found["godot/ui/grey.png.import"] == ["slices/vertical: 3, not 5"]
    build(game)
    platform = before.index("platformSettings:")
    after = before[:platform] + before[platform:].replace("maxTextureSize: 32", "maxTextureSize: 64")
    assert unity.read_text() == after.replace("flipbookRows: 3", "flipbookRows: 5")
    assert "slices/vertical=5" in godot.read_text()
    assert stale(game) == {}


def test_shaders_decode_what_the_engines_file_holds(tmp_path):
    """Floats are values already; integers of 8 and 16 bits are not."""
    game, out = project(tmp_path, TEXT.partition("  pair")[0]), tmp_path / "out"
    build(game)
    bits = {}
    for path in sorted(out.rglob("grey*")):
        if path.suffix in SHADER_SUFFIXES:
            levels = re.search(r"\+ 0\.5\) / (\d+)\.0", path.read_text())
            bits[path.relative_to(out).as_posix()] = int(levels[1]).bit_length() - 1 if levels else 0
    wanted = {"bevy": (8, 0), "godot": (8, 0), "godot3": (8, 0), "raw": (8, 16), "threejs": (8, 0), "unity": (8, 16)}
    wanted["unreal"] = (8, 16)
    assert len(bits) == 2 * (len(wanted) + 3)  # raw has three languages, Bevy two
    for file, number in bits.items():
        assert number == wanted[file.partition("/")[0]]["grey_16" in file], file


def test_settings_that_cannot_be_read_fail_with_one_line_and_are_not_lost(tmp_path):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    unity = out / "unity/ui/grey.png.meta"
    conflict = "<<<<<<< HEAD\n" + unity.read_text() + "=======\n>>>>>>> theirs\n"
    unity.write_text(conflict)
    assert stale(game).keys() == {"unity/ui/grey.png.meta"}
    done = run_cli("build", game, cwd=tmp_path)
    assert done.returncode == 1
    lines = [
        line for line in (done.stdout + done.stderr).splitlines() if "grey.png.meta" in line and "delete it" in line
    ]
    assert len(lines) == 1
    assert "Traceback" not in done.stderr
    assert unity.read_text() == conflict
    unity.unlink()
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    assert run_cli("check", game, cwd=tmp_path).returncode == 0
    assert run_cli("build", game, cwd=tmp_path).stdout.count("fresh") == 1


def test_settings_that_the_engine_writes_meanwhile_are_not_lost(tmp_path, monkeypatch):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    unity = out / "unity/ui/grey.png.meta"
    engine = engine_of("unity")
    before = unity.read_text()
    meanwhile = before.replace("isReadable: 0", "isReadable: 1")

    def patch(asset, old):
        if old is not None:
            unity.write_text(meanwhile)
        return engine.sidecar.patch(asset, old)

    slow = engine._replace(sidecar=engine.sidecar._replace(patch=patch))
    monkeypatch.setattr(
        "bluenoise_assets.builder.texts.engine_of", lambda name: slow if name == "unity" else engine_of(name)
    )
    unity.write_text(before.replace("filterMode: 0", "filterMode: 1"))
    told = []
    assert build(game, listener=told.append).failed == 1
    (text,) = [event["text"] for event in told if event["event"] == "failed"]
    assert text == f"{unity}: it was changed while its settings were put right; build again"
    assert unity.read_text() == meanwhile


def test_a_no_op_notices_settings(tmp_path):
    game = project(tmp_path, ONE)
    unity = tmp_path / "out/unity/ui/grey.png.meta"
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    unity.write_text(unity.read_text().replace("isReadable: 0", "isReadable: 1"))
    for _ in range(2):
        done = run_cli("check", game, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "all fresh\n")
    unity.write_text(unity.read_text().replace("filterMode: 0", "filterMode: 1"))
    done = run_cli("check", game, cwd=tmp_path)
    assert done.returncode == 3
    assert "filterMode" in done.stdout + done.stderr


def test_another_way_of_holding_encodes_anew(tmp_path, monkeypatch):
    game, out = project(tmp_path, TEXT.partition("  pair")[0].replace(ENGINES, "[bevy]")), tmp_path / "out"
    build(game)
    assert lock_of(out)["bevy/grey_16.ktx2"]["held"] == "float32 x 1, 2d"
    bevy = engine_of("bevy")
    plain = bevy._replace(storage_layout=lambda spec: bevy.storage_layout(spec)._replace(storage=f"uint{spec.bits}"))
    monkeypatch.setattr("bluenoise_assets.engines.outputs.engine_of", lambda _name: plain)
    assert stale(game)["bevy/grey_16.ktx2"] == ["held as: float32 x 1, 2d -> uint16 x 1, 2d"]
    assert reused(game) == {"grey_16": "disk"}
    assert lock_of(out)["bevy/grey_16.ktx2"]["held"] == "uint16 x 1, 2d"
    assert stale(game) == {}


def test_hashes_leave_settings_out_and_merging_keeps_those_that_are_there(tmp_path):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    write_sums(out)
    sums = (out / SUMS_NAME).read_text()
    assert "unity/ui/grey.png\n" in sums
    assert ".meta" not in sums
    part = tmp_path / "part"
    shutil.copytree(out, part)
    unity = out / "unity/ui/grey.png.meta"
    mine = unity.read_text().replace("isReadable: 0", "isReadable: 1")
    unity.write_text(mine)
    (out / "unity/ui/grey.png").unlink()
    assert merge([part], out) == ["unity/ui/grey.png"]
    assert unity.read_text() == mine
    assert stale(game) == {}


def test_clean_removes_what_we_wrote_and_keeps_settings_that_were_changed(tmp_path):
    game, out = project(tmp_path, ONE), tmp_path / "out"
    build(game)
    unity = out / "unity/ui/grey.png.meta"
    unity.write_text(unity.read_text().replace("isReadable: 0", "isReadable: 1"))
    (unity.parent / f"{TEMPORARY_PREFIX}1-x").write_text("left by a killed build")
    assert run_cli("clean", game, cwd=tmp_path).returncode == 0
    assert contents(out).keys() <= {"unity/ui/grey.png.meta", "bluenoise.lock.json"}
    assert unity.exists()


def test_two_textures_may_not_meet_in_an_engines_folder(tmp_path):
    text = ONE + "  unity/ui/grey: {size: 8, engines: [], formats: [png]}\n"
    game = project(tmp_path, text)
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    (problem,) = raised.value.problems
    assert problem.text == "the file unity/ui/grey.png is also written by 'ui/grey'"


def test_two_textures_may_not_have_one_name_in_an_engines_shaders(tmp_path):
    game = project(tmp_path, ONE + "  ui-grey: {size: 8}\n")
    with pytest.raises(ManifestError) as raised:
        load_manifest(game)
    (problem,) = raised.value.problems
    assert problem.text == "its name in shaders, ui_grey, is also that of 'ui/grey'"


def test_a_no_op_with_engines_loads_neither_numpy_nor_jax(tmp_path):
    game = project(tmp_path, TEXT)
    build(game)
    code = (
        "import sys; from bluenoise_assets.cli import main; main(['check', 'game.yaml']);"
        "print({'jax', 'numpy', 'imageio'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "all fresh\nset()\n"


def test_the_page_shows_what_the_sample_gives():
    root = ROOT
    page = (root / "bluenoise_assets" / "engines" / "README.md").read_text(encoding="utf-8")
    (tree,) = re.findall(r"(?s)```\nbuild/engines/\n(.*?)```", page)
    shown = set()
    for line in tree.split():
        parts = [part.split(",") for part in re.split(r"[{}]", line) if part]
        shown |= {"".join(words) for words in itertools.product(*parts)}
    specs = load_manifest(root / "manifests" / "engines.yaml").textures
    assert shown == {output.file for spec in specs for output in outputs(spec)} | {"bluenoise.lock.json"}
