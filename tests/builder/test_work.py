"""How far a build is: of each texture and of the whole, and that nothing waits at 100%."""

import pytest
from support.projects import QUICK, build, project

from bluenoise_assets import TextureSpec, load_manifest
from bluenoise_assets.builder.plan import make_plan
from bluenoise_assets.builder.work import Stages, Work

TEXT = f"schema: 1\noutput: out\ndefaults: {{{QUICK}}}\ntextures:\n  a: {{size: 4}}\n  b: {{size: 8, channels: 2}}\n"


def test_every_stage_is_told_and_the_end_alone_is_the_whole(tmp_path):
    told = []
    build(project(tmp_path, TEXT), listener=told.append)
    assert told[0] == {"event": "begun", "textures": 2}
    for name in "ab":
        mine = [event for event in told if event.get("texture") == name]
        steps = [event for event in mine if event["event"] == "progress"]
        stages = [event["stage"] for event in steps]
        assert list(dict.fromkeys(stages)) == ["starting", "optimising", "measuring", "writing"]
        assert stages == sorted(stages, key=["starting", "optimising", "measuring", "writing"].index)
        shares = [event["share"] for event in steps]
        assert shares == sorted(shares)
        assert shares[0] == 0
        measuring, writing = shares[-2:]
        assert shares[-3] == measuring < writing < 1  # what is left to do takes time, too
        assert mine[-1]["event"] == "built"
    wholes = [event["whole"] for event in told if "whole" in event]
    assert wholes[0] == 0
    assert max(wholes[:-1]) < 1
    assert wholes[-1] == 1


def test_what_is_left_after_optimising_counts_by_its_time():
    """Measuring a texel takes as long at any effort: a fifth of the time of a fast mask, next to nothing of the best."""
    found = [Stages.of(TextureSpec(size=4096, effort=effort)).share(1.0) for effort in ("fast", "good", "best")]
    assert found == sorted(found)
    assert 0.7 < found[0] < 0.85
    assert 0.9 < found[1] < 0.95
    assert 0.99 < found[2] < 1
    small = Stages.of(TextureSpec(size=8))
    assert small.total > 50 * small.optimising  # the start
    assert small.share(1.0) < 0.95


def plans_of(path):
    return make_plan([load_manifest(path)])


def test_textures_count_by_what_they_cost(tmp_path):
    path = project(tmp_path, "schema: 1\ntextures: {a: {size: 1024}, b: {size: 512}, c: {size: 512, seed: 1}}\n")
    (plan,) = plans_of(path)
    work = Work([plan], lambda _event: None)
    work.update(plan)
    assert work.reach(plan.output, "a", 0.5) == pytest.approx(1 / 3, abs=0.02)
    assert work.reach(plan.output, "b", 1.0) == pytest.approx(1 / 2, abs=0.02)
    assert work.reach(plan.output, "a", 1.0) == pytest.approx(5 / 6, abs=0.02)


def test_what_another_build_has_made_meanwhile_counts_no_more(tmp_path):
    path, told = project(tmp_path, TEXT), []
    (plan,) = plans_of(path)
    work = Work([plan], told.append)
    assert told == []  # the folder may be another build's, or none that can be written
    work.update(plan)
    build(project(tmp_path, TEXT.partition("  b:")[0], "game.yaml"))
    project(tmp_path, TEXT)
    again = plan.again()
    assert [texture.spec.name for texture in again.stale] == ["b"]
    work.update(again)
    work.update(again)
    assert [event.as_json() for event in told] == [
        {"event": "begun", "textures": 2},
        {"event": "begun", "textures": 1},
    ]
    assert work.reach(plan.output, "b", 1.0) == 1


def test_a_texture_in_several_folders_is_one(tmp_path):
    """And is made once: its files elsewhere count next to nothing."""
    text = "schema: 1\noutput: {default: one, unity: two}\ntextures: {a: {size: 8, formats: [png], engines: [unity]}}\n"
    told = []
    one, two = plans_of(project(tmp_path, text))
    work = Work([one, two], told.append)
    work.update(one)
    work.update(two)
    assert [event.as_json() for event in told] == [{"event": "begun", "textures": 1}]
    assert work.reach(one.output, "a", 1.0) > 0.9
    assert work.reach(two.output, "a", 1.0) == 1


def test_telling_how_far_one_texture_is_asks_none_of_the_others(tmp_path):
    """Of 10,000 textures each tells it several times."""

    class Once(dict):
        def items(self):
            pytest.fail("all are summed up")

        values = __iter__ = items

    path = project(tmp_path, "schema: 1\ntextures: {a: {size: 64}, b: {size: 64, seed: 1}, c: {size: 64, seed: 2}}\n")
    (plan,) = plans_of(path)
    work = Work([plan], lambda _event: None)
    work.update(plan)
    work._weights, work._shares = Once(work._weights), Once(work._shares)
    wholes = [work.reach(plan.output, name, share) for name in "abc" for share in (0.1, 0.5, 0.3, 1.0)]
    assert wholes[3::4] == [pytest.approx(share, abs=1e-4) for share in (1 / 3, 2 / 3, 1)]
    assert wholes[1] > wholes[2] == pytest.approx(0.1, abs=1e-4)
