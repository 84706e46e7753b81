"""The page that says which noise is for what: its entries are manifests' entries, its links lead somewhere."""

import re
from textwrap import indent

import pytest
from support.pages import blocks_of
from support.paths import ROOT

from bluenoise_assets import Spectrum, Threshold, load_manifest

FOLDER = ROOT / "manifests"
PAGE = FOLDER / "which-noise.md"
ENTRIES = blocks_of(PAGE.read_text(encoding="utf-8"), "yaml")


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_is_one(entry, tmp_path):
    path = tmp_path / "noise.yaml"
    path.write_text(f"schema: 1\ntextures:\n{indent(entry, '  ')}", encoding="utf-8")
    assert load_manifest(path).textures


def test_what_moves_has_frames(tmp_path):
    """And the filter by which the page calls it."""
    text = "".join(indent(entry, "  ") for entry in ENTRIES if "frames" in entry)
    path = tmp_path / "noise.yaml"
    path.write_text(f"schema: 1\ntextures:\n{text}", encoding="utf-8")
    found = {spec.name: spec for spec in load_manifest(path).textures}
    assert {spec.frames for spec in found.values()} == {32}
    assert found["shadow_rays"].filter.combine == "product"
    assert found["taa"].filter.combine == "separate"
    assert found["bounce"].sample_space == "cosine_hemisphere"


def test_what_chooses_a_sample_is_a_mask_and_what_is_added_is_not(tmp_path):
    """As tests/bench/bench_scenes.py measures it."""
    path = tmp_path / "noise.yaml"
    text = "".join(indent(entry, "  ") for entry in ENTRIES if re.search("march|light|grain", entry))
    path.write_text(f"schema: 1\ntextures:\n{text}", encoding="utf-8")
    found = {spec.name: spec.objective for spec in load_manifest(path).textures}
    assert isinstance(found.pop("grain"), Spectrum)
    assert found.keys() == {"march", "light"}
    assert {type(objective) for objective in found.values()} == {Threshold}
    for sample in FOLDER.glob("*.yaml"):
        for spec in load_manifest(sample).textures:
            assert "jitter" not in spec.name or isinstance(spec.objective, Threshold), sample


def anchors(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", re.sub(r"(?ms)^```.*?^```", "", text))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [PAGE, FOLDER / "README.md", ROOT / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if ":" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def test_both_manuals_know_the_page():
    assert "(which-noise.md)" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "(manifests/which-noise.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_manual_has_the_defaults_and_presets_of_frames(tmp_path):
    """A row's YAML, written out, is what the name or the missing key stands for."""
    manual = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(
        re.findall(r"(?m)^\| `(space|time|taa|denoised|short_history|directions)` \|.*?(`\W.*?`)(?: \||$)", manual)
    )
    rows |= dict(re.findall(r"(?m)^\| `(space|time)` \|.*\| `([^`]*)` \|$", manual))
    found = {name: value.strip("`") for name, value in rows.items()}
    written = {"space": f"{{space: {found.pop('space')}}}", "time": f"{{time: {found.pop('time')}}}", **found}
    assert set(written) == {"space", "time", "taa", "denoised", "short_history", "directions"}
    path = tmp_path / "noise.yaml"
    for name, text in written.items():
        short = "" if name in {"space", "time"} else f", filter: {name}"
        path.write_text(
            f"schema: 1\ndefaults: {{size: 8, frames: 4}}\ntextures:\n  a: {{filter: {text}}}\n  b: {{seed: 0{short}}}\n",
            encoding="utf-8",
        )
        one, other = load_manifest(path).textures
        assert one.filter == other.filter, name
