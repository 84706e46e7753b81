"""The page as text: whole, escaped, alone, and readable without sight or scripts."""

import base64
import hashlib
import itertools
import re
import textwrap
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from support.projects import project

from bluenoise_assets import load_manifest
from bluenoise_assets.errors import Problem
from bluenoise_assets.report.page import collect, page_html, row_html, section_html
from bluenoise_assets.report.page.report import Report
from bluenoise_assets.report.page.words import bytes_in_words, keys_as_yaml
from bluenoise_assets.report.pictures import png_of
from bluenoise_assets.spec import TextureSpec

VOID = {"meta", "link", "img", "input", "wbr"}
EVIL = """<script>alert(1)</script>"'&"""


class Outline(HTMLParser):
    """The elements of a page; fails where one is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), "an attribute twice"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(report):
    return page_html(report)


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def test_it_asks_for_nothing(page, outline):
    for tag, attributes in outline.elements:
        for name in ("src", "href"):
            value = attributes.get(name, "")
            assert value.startswith(("data:", "#")) or value == "", (tag, value)
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style


def test_its_policy_lets_only_its_own_style_and_scripts_in(page, outline):
    policy = next(each["content"] for each in outline.all("meta") if "http-equiv" in each)
    rules = dict(rule.partition(" ")[::2] for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "connect-src" not in rules
    for tag in ("style", "script"):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert rules[f"{tag}-src"] == " ".join(f"'sha256-{each}'" for each in hashes)


def test_what_does_not_see_or_click_finds_its_way(outline):
    assert all(each["alt"] for each in outline.all("img"))
    shown = [each for each in outline.all("svg") if "aria-hidden" not in each]
    assert shown
    assert all(each["role"] == "img" and each["aria-label"] for each in shown)
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    names = [tag for tag, _ in outline.elements]
    assert names.count("table") == names.count("caption")
    assert all("scope" in each for each in outline.all("th"))
    assert all(
        {"role", "aria-label"} <= each.keys() or "aria-labelledby" in each
        for each in outline.all("div")
        if "tabindex" in each
    )
    assert {"lang": "en"} in outline.all("html")


def test_ids_are_unique_and_lead_somewhere(outline, report):
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in outline.elements:
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
    assert [each["data-for"] for each in outline.all("tr") if "data-for" in each] == [one.id for one in report.textures]
    assert {one.id for one in report.textures} <= {each["id"] for each in outline.all("section") if "id" in each}


def test_pictures_say_their_size_and_are_whole_texels(outline):
    for each in outline.all("img"):
        scale = int(each["data-scale"])
        data = base64.b64decode(each["src"].partition(",")[2])
        sides = [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)]
        assert [int(each["width"]), int(each["height"])] == [scale * side for side in sides]


def test_hooks_of_the_scripts(outline):
    heads = [each.get("data-sort") for each in outline.all("th") if "data-sort" in each]
    assert heads == ["text", "number", "text", *["number"] * 5, "text"]
    assert any(each.get("id") == "filter" and each["type"] == "search" for each in outline.all("input"))
    strips = [each for each in outline.all("img") if each.get("class") == "frames"]
    assert [(each["data-frames"], each["data-width"], each["data-height"]) for each in strips] == [("8", "128", "32")]
    assert {"id": "problems", "aria-live": "polite", "hidden": None} in outline.all("section")
    assert {"id": "progress", "hidden": None} in outline.all("div")


def test_the_same_report_is_the_same_page(page, report, every_kind):
    assert page_html(collect([load_manifest(every_kind)])) == page == page_html(report)


def test_whatever_texts_hold_they_stay_texts(report):
    mask = report.textures[0]
    evil = replace(
        mask,
        name=EVIL,
        place=f"{EVIL}.yaml:1",
        reasons=(EVIL,),
        failures=(EVIL,),
        snippets=((EVIL, EVIL),),
        files=tuple(replace(file, file=EVIL, kind=EVIL, state="stale") for file in mask.files),
        before=mask.snapshot,
    )
    unseen = replace(evil, views=None, unseen=EVIL, before=None)
    problems = (Problem(EVIL, 1, 1, EVIL, EVIL, EVIL),)
    found = page_html(Report(report.folder, (evil, replace(unseen, id="other")), problems))
    assert "<script>alert" not in found
    outline = Outline(found)
    assert outline.texts.count(EVIL) >= 10
    assert sum("alert(1)" in str(attributes) for tag, attributes in outline.elements if tag in {"img", "svg"}) > 5
    Outline(row_html(evil))
    Outline(section_html(evil))


def test_states_and_bars_are_said_and_marked(report):
    mask = report.textures[0]
    failed = replace(mask, failures=("low_frequency_db is -12, and require says at most -40",))
    section = section_html(failed)
    assert '<p class="failure">low_frequency_db is -12, and require says at most -40</p>' in section
    assert 'class="texture fresh failed"' in section
    assert section.index("</h2>") < section.index("failure") < section.index("about")
    assert 'class="fresh failed"' in row_html(failed)
    assert '<span class="badge">failed</span>' in row_html(failed)
    changed = replace(mask, state="changed", reasons=("the file was changed since it was built",))
    assert '<span class="badge">changed by hand</span>' in section_html(changed)
    page = page_html(Report(report.folder, (failed, replace(mask, id="other", state="stale"))))
    assert "2 textures: 1 fresh, 1 stale; 1 failed." in page
    assert f'Failed: <a href="#{mask.id}">mask</a>' in page


def test_what_changed_stands_beside_what_it_was(report):
    mask, other = report.textures[0], report.textures[7]
    section = section_html(replace(mask, before=other.snapshot))
    outline = Outline(section)
    at = next(place for place, (_, attributes) in enumerate(outline.elements) if attributes.get("class") == "compare")
    before, now = (attributes for tag, attributes in outline.elements[at + 1 : at + 3])
    assert (before["src"], now["src"]) == (other.snapshot.tile, mask.snapshot.tile)
    assert "compare" not in section_html(mask)


def test_figures_are_in_the_order_of_what_they_are_about(report):
    sections = {each.name: section_html(each) for each in report.textures}
    seen = re.findall("error at ([0-9]+) pixels", sections["mask"])
    assert seen == ["35", "70", "140"]
    tones = re.findall("low frequencies of tone ([0-9/]+)", sections["mask"])
    assert tones == ["1/64", "1/32", "1/16", "1/2", "15/16", "31/32", "63/64"]
    patterns = re.findall(r"patterns, ([A-Za-z0-9 ]+) \(RMS\)", sections["circle"])
    assert patterns == ["H1", "ST", "EMA", "steady EMA", "steady ST"]


def test_a_page_of_many_is_short(report):
    """50 masks of 64 x 64 have 3 MB, the pictures that they are compared with counted once."""
    mask = report.textures[0]
    assert len(row_html(mask)) + len(section_html(mask)) < 55_000
    assert len(page_html(Report(report.folder, ()))) < 250_000


def test_the_keys_shown_make_the_same_texture(report, tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "lamp.png").write_bytes(png_of(np.arange(64, dtype=np.uint8).reshape(8, 8)))
    others = [
        TextureSpec("no", size=8, sample_space="vec2", importance=tmp_path / "maps" / "lamp.png"),
        TextureSpec("1.5", size=8, formats=["dds"], dds_header="legacy", shaders=["hlsl"], shader_files="single"),
        TextureSpec(
            "a", size=64, require={"low_frequency_db": {"max": -40}, "threshold_error_db": {"1.5": {"max": -3}}}
        ),
        TextureSpec("b", size=8, frames=4, filter={"space": "smooth", "time": {"ema": 0.2}, "combine": "product"}),
        TextureSpec("c", size=[4, 4, 4], filter={"axes": [{"gaussian": 1}, {"gaussian": 1}, {"ema": 0.1}]}),
        TextureSpec("d", size=8, objective={"sum": {"threshold": {}, "spectrum": {"cutoff": 0.3}}}),
    ]
    for spec in [*(each.spec for each in report.textures), *others]:
        text = keys_as_yaml(spec, tmp_path)
        path = project(tmp_path, "schema: 1\ntextures:\n" + textwrap.indent(text, "  "))
        assert load_manifest(path).textures == (spec,), text


def test_bytes_in_words():
    assert [bytes_in_words(count) for count in (None, 0, 1, 999, 4096, 999_949, 2_500_000, 3_000_000_000)] == [
        "\u2013",
        "0 bytes",
        "1 byte",
        "999 bytes",
        "4.1 KB",
        "999.9 KB",
        "2.5 MB",
        "3.0 GB",
    ]
