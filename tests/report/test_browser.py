"""The page about textures in Chromium, as a file: drawn, sorted, filtered, read by those who see little or on a phone.

With BLUENOISE_PICTURES=FOLDER the screenshots are kept there, to look at; on failure the message says where they are.
"""

import os
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image
from support.projects import QUICK, project

from bluenoise_assets import load_manifest
from bluenoise_assets.builder import build_manifests
from bluenoise_assets.report.page import collect, read_earlier, write_report

MANIFEST = f"""\
schema: 1
output: out
textures:
  dither: {{size: 32, seed: 1, {QUICK}}}
  moving: {{size: 8, frames: 4, effort: fast}}
  barred: {{size: 16, channels: 2, engines: [godot], {QUICK}}}
"""
LATER = MANIFEST.replace("seed: 1", "seed: 2").replace(
    "channels: 2", "channels: 2, require: {low_frequency_db: {max: -90}}"
)
SCREENS = {
    "desktop": {},
    "dark": {"dark": True},
    "phone": {"width": 390, "height": 844, "scale": 2, "touch": True},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Output of a project that was reported, changed, and reported again."""
    game = project(tmp_path_factory.mktemp("project"), MANIFEST)
    out = game.parent / "out"
    for text in (MANIFEST, LATER):
        game.write_text(text, encoding="utf-8")
        manifest = load_manifest(game)
        build_manifests(manifest)
        write_report(collect([manifest], earlier=read_earlier(out)))
    return out


@pytest.fixture(scope="module")
def address(folder):
    return (folder / "report.html").as_uri()


def kept(browser, folder, name):
    """A screenshot of the whole page."""
    folder = Path(os.environ.get("BLUENOISE_PICTURES") or folder)
    folder.mkdir(parents=True, exist_ok=True)
    return browser.shot(str(folder / f"report {name}.png"), {"fullPage": True})


@pytest.mark.parametrize("screen", SCREENS)
def test_it_is_drawn_and_readable(browser, address, tmp_path, screen):
    browser.open(address, SCREENS[screen])
    browser.until("[...document.images].every(one => one.complete)", 60)
    shot = kept(browser, tmp_path, screen)
    assert browser.complaints() == [], shot
    assert [url for url in browser.requests() if not url.startswith("data:")] == [address], shot
    count, empty = browser.evaluate(
        "[document.images.length, [...document.images].filter(one => !one.naturalWidth).length]"
    )
    assert (count > 20, empty) == (True, 0), shot
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), shot
    assert browser.axe() == [], shot


@pytest.mark.parametrize("scale", [1, 2])
def test_texels_are_what_is_on_the_screen(browser, address, folder, tmp_path, scale):
    texels = iio.imread(folder / "dither.png")
    browser.open(address, {"scale": scale})
    tile = "[...document.images].find(one => one.alt.startsWith('dither') && one.dataset.scale === '1')"
    browser.until(f"{tile}.complete && {tile}.style.width", 60)
    x, y, width, height = browser.evaluate(
        f"(({{x, y, width, height}}) => [x + scrollX, y + scrollY, width, height])({tile}.getBoundingClientRect())"
    )
    assert (width, height) == (32, 32)
    shot = kept(browser, tmp_path, f"at {scale}")
    wanted = texels.repeat(scale, 0).repeat(scale, 1)[..., None].repeat(3, 2)
    # developer tools, which make up this density, draw from whole CSS pixels on
    left, top = int(x) * scale, int(y) * scale
    seen = np.asarray(Image.open(shot).convert("RGB"))[top : top + 34 * scale, left : left + 34 * scale]
    found = [seen[i:, j:][: 32 * scale, : 32 * scale] for i in (0, scale) for j in (0, scale)]
    assert any(np.array_equal(one, wanted) for one in found), shot


NAMES = (
    "[...document.querySelectorAll('#textures tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].innerText)"
)


def test_sorting_and_filtering(browser, address):
    browser.open(address)
    assert browser.evaluate(NAMES) == ["dither", "moving", "barred"]
    browser.click("#textures thead th:first-child button")
    assert browser.evaluate(NAMES) == ["barred", "dither", "moving"]
    browser.press("Tab", "Enter", "Enter")  # by size, the largest first
    assert browser.evaluate(NAMES)[0] == "dither"
    browser.click("#filter")
    browser.type("FRAMES")
    assert browser.evaluate(NAMES) == ["moving"]
    shown = browser.evaluate("[...document.querySelectorAll('#sections > section')].filter(one => !one.hidden).length")
    assert shown == 1


def test_what_changed_has_a_slider_and_what_fails_is_red(browser, address):
    browser.open(address)
    assert browser.evaluate("document.querySelectorAll('figure.compare input[type=range]').length") == 1
    clip = "getComputedStyle(document.querySelector('figure.compare img + img')).clipPath"
    browser.evaluate("document.querySelector('figure.compare input').focus()")
    browser.press("Home")
    assert browser.evaluate(clip) == "inset(0px 0px 0px 0%)"
    browser.press("End")
    assert browser.evaluate(clip) == "inset(0px 0px 0px 100%)"
    red, ordinary = browser.evaluate(
        "['tr.failed .badge', 'tr:not(.failed) .badge'].map(one => getComputedStyle(document.querySelector(one)).color)"
    )
    assert red != ordinary


def test_without_scripts_it_is_complete(browser, address, tmp_path):
    browser.open(address, {"script": False})
    assert browser.evaluate(NAMES) == ["dither", "moving", "barred"]
    assert browser.complaints() == [], kept(browser, tmp_path, "without scripts")
