"""A texture under a bar of `require` is not written, fails the build, and is not made twice to find that out."""

import json
import shutil

import pytest
from support.projects import build, contents, lock_of, project

from bluenoise_assets import BuildError, TextureSpec, load_manifest, make_plan, noise
from bluenoise_assets.builder.gates import failures
from bluenoise_assets.quality.figures import Figures

LOCK = "bluenoise.lock.json"
TEXT = """\
schema: 1
output: out
defaults: {size: 16, effort: fast, shaders: [glsl]}
textures:
  a: {seed: 1, require: {threshold_error_db: {1.5: {max: 0}}}}
  b: {seed: 2}
"""
HIGH = TEXT.replace("max: 0", "max: -90")


@pytest.fixture
def made(monkeypatch):
    """The textures that were optimised."""
    names = []
    optimize = noise.optimize_work_item

    def listed(spec, *arguments):
        names.append(spec.name)
        return optimize(spec, *arguments)

    monkeypatch.setattr(noise, "optimize_work_item", listed)
    return names


def built(path, **options):
    """The events of a build, and its summary."""
    told = []
    summary = build(path, listener=told.append, **options)
    return told, summary


def failed(told):
    return [event for event in told if event["event"] == "failed"]


SPEC = TextureSpec(size=40, frames=2, channels=2, require={"error_db": {"max": -9}})
CHANNELS = (Figures(error_db=-9.0, pattern_rms={"ST": 0.0061}), Figures(error_db=-8.25, pattern_rms={"ST": 0.005}))


@pytest.mark.parametrize(
    ("require", "expected"),
    [
        ({"error_db": {"max": -8.25}}, ()),
        ({"error_db": {"max": -9}}, ("error_db of channel 2 is -8.25, and require says at most -9",)),
        ({"error_db": {"max": -8, "min": -8.5}}, ("error_db of channel 1 is -9, and require says at least -8.5",)),
        (
            {"pattern_rms": {"ST": {"max": 0.006}}},
            ("pattern_rms (ST) of channel 1 is 0.0061, and require says at most 0.006",),
        ),
        (
            {"low_frequency_db": {"max": -40}},
            tuple(
                f"low_frequency_db of channel {channel} is not measured, and require says at most -40"
                for channel in (1, 2)
            ),
        ),
    ],
)
def test_figures_and_bars_in_words(require, expected):
    assert failures(TextureSpec(size=40, frames=2, channels=2, require=require), CHANNELS) == expected


def test_of_one_channel_no_channel_is_named_and_what_is_no_number_misses():
    spec = TextureSpec(size=40, require={"error_db": {"min": -9, "max": -8}})
    assert failures(spec, [Figures(error_db=-7.5)]) == ("error_db is -7.5, and require says at most -8",)
    assert failures(spec, [Figures(error_db=float("nan"))])
    assert failures(spec, None) == failures(TextureSpec(size=40), [Figures()]) == ()


def test_a_texture_under_its_bar_keeps_its_old_file_and_is_made_once(tmp_path, made):
    game, cache = project(tmp_path, TEXT), tmp_path / "cache"
    assert built(game, cache=cache)[1].built == 2
    before, entries = contents(tmp_path / "out"), lock_of(tmp_path / "out")
    project(tmp_path, HIGH.replace("seed: 1", "seed: 3").replace("seed: 2", "seed: 4"))
    made.clear()
    told, summary = built(game, cache=cache)
    assert (summary.built, summary.failed, summary.fresh, summary.cancelled) == (1, 1, 0, False)
    (event,) = failed(told)
    figure = event["quality"][0]["threshold_error_db"]["1.5"]
    assert event["text"] == f"threshold_error_db (1.5) is {figure:g}, and require says at most -90"
    assert (event["file"], event["line"], event["column"]) == (str(game), 5, 16)
    after = contents(tmp_path / "out")
    assert {file: after[file] for file in ("a.png", "a.glsl")} == {file: before[file] for file in ("a.png", "a.glsl")}
    assert after["b.png"] != before["b.png"]
    assert {file: lock_of(tmp_path / "out")[file] for file in ("a.png", "a.glsl")} == {
        file: entries[file] for file in ("a.png", "a.glsl")
    }
    assert sorted(made) == ["a", "b"]
    assert max(event["whole"] for event in told if "whole" in event) == 1.0

    made.clear()
    told, summary = built(game, cache=cache)
    assert (summary.failed, summary.fresh, made) == (1, 1, [])
    assert [event["text"] for event in failed(told)] == [event["text"]]
    told, _ = built(game)  # without a cache it has to be made again, and fails again
    assert (len(failed(told)), made) == (1, ["a"])

    project(tmp_path, TEXT.replace("seed: 1", "seed: 3").replace("seed: 2", "seed: 4"))
    told, summary = built(game, cache=cache)  # the bar is mended: nothing is made
    assert (summary.built, made) == (1, ["a"])
    assert [event["reused"] for event in told if event["event"] == "built"] == ["cache"]
    assert contents(tmp_path / "out")["a.png"] != before["a.png"]


def test_a_new_bar_is_held_against_the_figures_in_the_lock(tmp_path, made):
    game = project(tmp_path, TEXT)
    built(game)
    before = contents(tmp_path / "out")
    made.clear()
    project(tmp_path, HIGH)
    told, summary = built(game)
    assert [event["event"] for event in told] == ["failed"]
    assert (summary.failed, summary.fresh, summary.built) == (1, 1, 0)
    assert summary.sentence() == "1 failed, 1 fresh"
    assert (made, contents(tmp_path / "out")) == ([], before)

    project(tmp_path, HIGH.replace("[glsl]", "[glsl, hlsl]"))  # of what is under its bar nothing is written
    told, summary = built(game)
    assert (summary.failed, summary.built, made) == (1, 1, [])
    assert contents(tmp_path / "out").keys() - before.keys() == {"b.hlsl", "bluenoise_common.hlsl"}
    (game := tmp_path / "renamed.yaml").write_text(HIGH)
    (tmp_path / "game.yaml").unlink()
    assert (built(game)[1].failed, lock_of(tmp_path / "out")["a.png"]["manifest"], made) == (1, "../game.yaml", [])


def test_a_bar_is_no_content_and_a_texture_within_it_is_fresh(tmp_path):
    game = project(tmp_path, TEXT)
    built(game)
    project(tmp_path, TEXT.replace("max: 0", "max: 1, min: -90"))
    assert built(game)[1].fresh == 2


def test_what_is_on_disk_under_another_name_has_to_reach_the_bar_too(tmp_path, made):
    game = project(tmp_path, TEXT)
    built(game)
    made.clear()
    project(tmp_path, HIGH.replace("  a:", "  other:"))
    told, summary = built(game)
    assert [event["texture"] for event in failed(told)] == ["other"]
    assert (summary.failed, made) == (1, [])
    assert not (tmp_path / "out" / "other.png").exists()


@pytest.mark.parametrize("wrong", [{"figures": 1}, {"quality": None}, {"quality": []}])
def test_figures_of_another_version_or_none_are_measured_again(tmp_path, made, wrong):
    """What an older version thought of a texture says nothing: it is made anew, and then held against the bar."""
    game = project(tmp_path, TEXT)
    built(game)
    lock = json.loads((tmp_path / "out" / LOCK).read_text())
    entry = lock["files"]["a.png"]
    for name, value in wrong.items():
        entry[name] = value
        if value is None:
            del entry[name]
    (tmp_path / "out" / LOCK).write_text(json.dumps(lock))
    (plan,) = make_plan([load_manifest(game)])
    assert [texture.spec.name for texture in plan.stale] == ["a"]
    assert "figures: " in plan.stale[0].images[0].reasons[0]
    project(tmp_path, HIGH)
    made.clear()
    assert not make_plan([load_manifest(game)])[0].textures[0].failures
    told, summary = built(game)
    assert (len(failed(told)), summary.fresh, made) == (1, 1, ["a"])
    project(tmp_path, TEXT)
    assert built(game)[1].built == 1
    assert built(game)[1].fresh == 2


FOLDERS = """\
schema: 1
output: {default: out, godot: godot, raw: raw}
textures: {a: {size: 16, effort: fast, engines: [godot, raw], formats: [png], require: {error_db: {max: BAR}}}}
"""


def test_with_several_folders_it_is_made_and_told_once(tmp_path, made):
    game = project(tmp_path, FOLDERS.replace("BAR", "-90"))
    for cache in (None, tmp_path / "cache"):
        made.clear()
        told, summary = built(game, cache=cache)
        assert (len(failed(told)), summary.failed, made) == (1, 1, ["a"])
        assert not any(file.suffix in {".png", ".raw", ".md"} for file in tmp_path.rglob("*"))
    project(tmp_path, FOLDERS.replace("BAR", "0"))
    assert built(game, cache=tmp_path / "cache")[1].built == 1
    before = contents(tmp_path)
    project(tmp_path, FOLDERS.replace("BAR", "-90"))
    shutil.rmtree(tmp_path / "raw")  # which is stale, and the others' figures are known
    made.clear()
    told, summary = built(game, cache=tmp_path / "cache")
    assert (len(failed(told)), summary.failed, summary.built, made) == (1, 1, 0, [])
    assert not (tmp_path / "raw").exists()
    kept = {file for file in before if file.startswith(("out", "godot"))}
    assert {file: contents(tmp_path)[file] for file in kept} == {file: before[file] for file in kept}


def test_forced_or_failing_otherwise(tmp_path, made, monkeypatch):
    game = project(tmp_path, TEXT)
    built(game)
    project(tmp_path, HIGH)
    made.clear()
    summary = built(game, force=True)[1]
    assert (summary.failed, summary.built, sorted(made)) == (1, 1, ["a", "b"])

    def broken(*_arguments):
        raise BuildError("broken")

    monkeypatch.setattr(noise, "optimize_work_item", broken)
    (event,) = failed(built(project(tmp_path, TEXT.replace("seed: 1", "seed: 5")))[0])
    assert event == {"event": "failed", "texture": "a", "output": str(tmp_path / "out"), "text": "broken", "whole": 1.0}
