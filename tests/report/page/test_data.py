"""The report as JSON, and what the next one makes of it."""

import json
from dataclasses import replace

import pytest
from support.paths import ROOT

from bluenoise_assets.report.page import read_earlier, report_json
from bluenoise_assets.report.page.data import befores
from bluenoise_assets.report.page.report import Report


def earlier_of(folder, *textures):
    (folder / "report.json").write_text(report_json(Report(folder, textures)))
    return read_earlier(folder)


def test_it_says_what_the_page_says(report):
    plain = json.loads(report_json(report))
    assert plain["report"] == 1
    assert [each["name"] for each in plain["textures"]] == [each.name for each in report.textures]
    mask = plain["textures"][0]
    assert (mask["size"], mask["kind"], mask["storage"], mask["state"]) == ([64, 64], "2d", "uint8", "fresh")
    assert mask["figures"] == [each.as_json() for each in report.textures[0].figures]
    assert mask["key"] == report.textures[0].spec.key()
    assert {file["file"]: file["sha256"] for file in mask["files"]}.keys() == {
        "mask.png",
        "mask.raw",
        "mask.raw.json",
        "mask.h",
    }
    assert all(len(file["sha256"]) == 64 for file in mask["files"])
    assert (mask["manifest"], mask["line"]) == ("../game.yaml", 5)


def test_the_manual_shows_what_there_is(report):
    page = (ROOT / "manifests" / "quality.md").read_text(encoding="utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    found = json.loads(report_json(report))["textures"][0]
    assert list(shown) == list(found)
    assert [list(file) for file in shown["files"]] == [list(found["files"][0])]
    assert {name: type(value) for name, value in shown.items()} == {name: type(value) for name, value in found.items()}


def test_what_was_otherwise_stays_until_something_changes_again(report, tmp_path):
    one, two, three = report.textures[0], report.textures[7], report.textures[8]
    a, b, c = (replace(two, id=one.id), replace(three, id=one.id), replace(one, id=one.id))
    earlier = earlier_of(tmp_path, a, two)
    assert befores([a, two], earlier) == {}
    assert befores([b, two], earlier) == {one.id: a.snapshot}

    beside = replace(b, before=a.snapshot)
    again = earlier_of(tmp_path, beside, two)
    assert befores([b, two], again) == {one.id: a.snapshot}, "a report of the same is the same"
    assert befores([c, two], again) == {one.id: b.snapshot}
    assert befores([b, replace(three, id=two.id)], again) == {two.id: two.snapshot}, "only the last change"
    assert befores([replace(b, texels=None, views=None)], again) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"report": 2, "textures": []}',
        '{"report": 1, "textures": 5}',
        '{"report": 1, "textures": [{"id": "a"}]}',
        '{"report": 1, "textures": [{"id": "a", "texels": "x", "figures": [], "tile": "https://example.org/x.png", "before": null}]}',
        '{"report": 1, "textures": [{"id": "a", "texels": "x", "figures": [], "tile": "data:image/png;base64,\\"onerror=", "before": null}]}',
        "[" * 100_000,
    ],
)
def test_whatever_lies_there_is_no_earlier_report(tmp_path, text):
    (tmp_path / "report.json").write_text(text)
    assert read_earlier(tmp_path) == {}


def test_none_is_there(tmp_path):
    assert read_earlier(tmp_path) == {}
    (tmp_path / "report.json").mkdir()
    assert read_earlier(tmp_path) == {}
