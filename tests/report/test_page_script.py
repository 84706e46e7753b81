"""The page's script in Chromium, on a small page with all that it knows; opened as a file, as people do."""

import numpy as np
import pytest
from PIL import Image
from support.browser import Browser
from support.paths import PACKAGE

from bluenoise_assets.report.pictures import data_uri, png_of

WIDTH, HEIGHT, FRAMES = 24, 16, 5
TEXELS = np.random.default_rng(1).integers(1, 250, (HEIGHT, WIDTH), np.uint8)
STRIP = np.repeat(np.arange(FRAMES, dtype=np.uint8) * 50, 8)[:, None].repeat(8, 1)
TEXTURES = [("dither_64", "godot", -40.5), ("dither_9", "unity", -38.25), ("Äther", "godot", None), ("taa", "unity", 3)]


def page_text(script):
    rows = "".join(
        f'<tr data-for="s{i}"><th scope="row"><a href="#s{i}">{name}</a></th><td>{engine}</td>'
        f'<td data-value="{"" if figure is None else figure}">{"-" if figure is None else f"{figure:.1f} dB"}</td></tr>'
        for i, (name, engine, figure) in enumerate(TEXTURES)
    )
    tile = data_uri(png_of(TEXELS))
    sections = "".join(f'<section id="s{i}"><h2>{name}</h2></section>' for i, (name, *_) in enumerate(TEXTURES))
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>page</title>
<style>body {{ margin: 8.4px; font: 15px/1.37 sans-serif }} img, canvas {{ image-rendering: pixelated }}
.compare {{ position: relative; width: 240px; margin: 0 }} .compare img {{ display: block; width: 240px; height: 160px }}
.compare img + img {{ position: absolute; top: 0; left: 0; clip-path: inset(0 0 0 var(--cut, 50%)) }}</style>
<main><label>Filter <input id="filter" type="search"></label>
<table id="textures"><thead><tr><th data-sort="text">name</th><th data-sort="text">engine</th><th data-sort="number">dB</th>
</tr></thead><tbody>{rows}</tbody></table>
<figure class="compare"><img alt="before" src="{data_uri(png_of(np.zeros((2, 2), np.uint8)))}">
<img alt="after" src="{data_uri(png_of(np.full((2, 2), 255, np.uint8)))}"></figure>
<p>some text, so that the picture begins anywhere</p>
<div id="one"><img class="exact" data-scale="2" alt="tile" width="{WIDTH}" src="{tile}"></div>
<img class="frames" data-frames="{FRAMES}" data-width="8" data-height="8" alt="frames" src="{data_uri(png_of(STRIP))}">
{sections}</main><script>{script}</script></html>"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    script = (PACKAGE / "report" / "page" / "page.js").read_text(encoding="utf-8")
    path.write_text(page_text(script), encoding="utf-8")
    return path.as_uri()


NAMES = "[...document.querySelectorAll('#textures tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].textContent)"
SORTS = "[...document.querySelectorAll('#textures thead th')].map(th => th.getAttribute('aria-sort'))"


def test_sorting_by_mouse_and_by_keyboard(browser, address):
    browser.open(address)
    browser.click("#textures thead th:nth-child(1) button")
    assert browser.evaluate(NAMES) == ["Äther", "dither_9", "dither_64", "taa"]
    assert browser.evaluate(SORTS) == ["ascending", None, None]
    browser.press("Enter")
    assert browser.evaluate(NAMES) == ["taa", "dither_64", "dither_9", "Äther"]
    assert browser.evaluate(SORTS) == ["descending", None, None]
    browser.press("Tab", "Tab", "Space")
    assert browser.evaluate(NAMES) == ["dither_64", "dither_9", "taa", "Äther"]  # a missing figure is last
    assert browser.evaluate(SORTS) == [None, None, "ascending"]
    browser.press("Space")
    assert browser.evaluate(NAMES) == ["taa", "dither_9", "dither_64", "Äther"]
    assert browser.complaints() == []
    assert browser.requests() == [address, *(url for url in browser.requests() if url.startswith("data:"))]


def test_filtering_by_typing(browser, address):
    browser.open(address)
    browser.click("#filter")
    browser.type("GODOT di")
    assert browser.evaluate(NAMES) == ["dither_64"]
    assert browser.evaluate("document.querySelector('output').textContent") == "1 of 4"
    assert browser.evaluate("[...document.querySelectorAll('section')].map(one => one.hidden)") == [
        False,
        True,
        True,
        True,
    ]
    for _ in range(3):
        browser.press("Backspace")
    assert browser.evaluate(NAMES) == ["dither_64", "Äther"]
    browser.press("Escape")  # as browsers empty such a field
    assert len(browser.evaluate(NAMES)) == 4
    assert browser.evaluate("document.querySelector('output').textContent") == ""


def shot(browser, tmp_path, selector=None):
    """What is on the screen, in device pixels."""
    return np.asarray(Image.open(browser.shot(str(tmp_path / "shot.png"))).convert("L"))


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_texel_is_a_whole_number_of_device_pixels(browser, address, tmp_path, scale):
    browser.open(address, {"scale": scale, "width": 600, "height": 500})
    found = shot(browser, tmp_path)
    assert exact(found, 2 * scale)


def test_also_where_the_system_enlarges_by_a_half(browser, address, tmp_path):
    """As such systems do; what a browser's developer tools make of it is drawn in whole CSS pixels."""
    enlarged = Browser(browser.work, "--force-device-scale-factor=1.5")
    try:
        enlarged.open(address, {"scale": 0, "width": 600, "height": 500})
        assert enlarged.evaluate("devicePixelRatio") == 1.5
        assert exact(shot(enlarged, tmp_path), 3)
    finally:
        enlarged.end()


def test_it_follows_the_density_and_the_room(browser, address, tmp_path):
    browser.open(address, {"scale": 1, "width": 600, "height": 500})
    width = "document.querySelector('img.exact').getBoundingClientRect().width"
    for scale in (2, 3, 1.5, 1):
        browser.screen({"scale": scale, "width": 600, "height": 500})
        browser.until(f"{width} === {WIDTH * round(2 * scale) / scale}", 60)
    browser.evaluate("document.getElementById('one').style.width = '30px'; dispatchEvent(new Event('resize'))")
    assert exact(shot(browser, tmp_path), 1)


def exact(screen, pixels):
    """Whether the screen shows the texels, each as so many pixels squared."""
    wanted = TEXELS.repeat(pixels, 0).repeat(pixels, 1)
    height, width = wanted.shape
    ys, xs = np.nonzero(screen[: 1 - height or None, : 1 - width or None] == wanted[0, 0])
    return any(np.array_equal(screen[y : y + height, x : x + width], wanted) for y, x in zip(ys, xs, strict=True))


SLIDER = "const slider = document.querySelector('.compare input');"


def white(browser, tmp_path):
    """The share of the figure that shows the picture after."""
    x, y, width, height = browser.evaluate(
        "(({x, y, width, height}) => [x, y, width, 160])(document.querySelector('.compare').getBoundingClientRect())"
    )
    row = shot(browser, tmp_path)[round(y + height / 2), round(x) : round(x + width)]
    return round((row == 255).mean() * 100)


def test_a_slider_by_keyboard_mouse_and_touch(browser, address, tmp_path):
    browser.open(address)
    assert white(browser, tmp_path) == 50
    browser.click("#filter")
    browser.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab")
    assert browser.evaluate("document.activeElement.type") == "range"
    browser.press("Home")
    assert white(browser, tmp_path) == 100
    browser.press("End")
    assert white(browser, tmp_path) == 0
    x, y, width = browser.evaluate(
        "(({x, y, width, height}) => [x, y + height / 2, width])(document.querySelector('.compare input').getBoundingClientRect())"
    )
    browser.drag([x + width - 8, y], [x + 8, y])
    assert white(browser, tmp_path) == 100
    browser.open(address, {"width": 390, "height": 800, "touch": True})
    browser.tap(".compare input")
    assert white(browser, tmp_path) == 50


FRAME = "document.querySelector('canvas').getContext('2d').getImageData(3, 3, 1, 1).data[0]"


def test_frames_move_until_they_are_stopped(browser, address):
    browser.open(address)
    for level in (50, 200, 0, 100):
        browser.until(f"{FRAME} === {level}", 60)
    browser.click("canvas + button")
    assert browser.evaluate("document.querySelector('canvas + button').textContent") == "Play"
    seen = browser.evaluate(
        f"new Promise(done => {{ const first = {FRAME}; setTimeout(() => done([first, {FRAME}]), 300) }})"
    )
    assert seen[0] == seen[1]
    browser.press("Space")
    browser.until(f"{FRAME} !== {seen[0]}", 60)


def test_who_wants_no_motion_gets_none_unasked(browser, address):
    browser.open(address, {"still": True})
    assert browser.evaluate(f"new Promise(done => setTimeout(() => done({FRAME}), 300))") == 0
    browser.click("canvas + button")
    browser.until(f"{FRAME} === 150", 60)
