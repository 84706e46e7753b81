"""`watch --serve` with a browser at the page: what a save shows there, and that nobody else is served."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.paths import ROOT
from support.projects import QUICK, contents, project, run_cli_process
from support.readers import Readers
from support.saves import TIMEOUT, soak, start, write

from bluenoise_assets.cli.arguments import parse

__all__ = ["start"]  # a fixture

NAMES = "[...document.querySelectorAll('#textures tbody tr')].map(row => row.cells[0].innerText)"
PROBLEMS = "document.getElementById('problems')"


def text_of(textures, **defaults):
    return f"schema: 1\noutput: out\ntextures: {{{textures}}}\n"


def texture(name, seed=1, more=""):
    return f"{name}: {{size: 8, seed: {seed}, {QUICK}{more}}}"


def figure(name, column=4):
    """What the table has of a texture: its low frequencies."""
    return f"[...document.querySelectorAll('#textures tbody tr')].find(row => row.cells[0].innerText === '{name}')?.cells[{column}].dataset.value"


def test_a_day_at_the_page(start, tmp_path, browser):
    """One watch and one page; the processes start once since that is the slow part."""
    game = project(tmp_path, text_of(texture("a").replace("size", "sise")))
    watching = start(tmp_path, ".", "--serve", "0")
    url = watching.wait_for("serving")["url"]
    browser.open(url)
    browser.evaluate(
        "window.whole = []; new MutationObserver(() => whole.push(document.querySelector('#progress progress')?.value))"
        ".observe(document.getElementById('progress'), { childList: true, subtree: true, attributes: true })"
    )
    # it loads and compiles the optimiser: there is time to look
    write(game, text_of(f"{texture('a')}, {texture('b')}"))
    browser.until(f"{figure('a')} && {figure('b')}", TIMEOUT)
    browser.until("document.getElementById('progress').hidden", TIMEOUT)
    assert browser.evaluate("whole.some(share => share > 0 && share < 1)")
    assert browser.evaluate(f"[{PROBLEMS}.hidden, document.title]") == [True, "Blue-noise textures"]

    # a save: the figure, and what was there before; what somebody is at stays
    before = browser.evaluate(figure("a"))
    browser.evaluate("document.querySelector('#sections details').open = true")
    browser.click("#filter")
    browser.type("mask")
    write(game, text_of(f"{texture('a', 2)}, {texture('b')}"))
    browser.until(f"{figure('a')} !== '{before}'", TIMEOUT)
    assert browser.evaluate("document.querySelectorAll('figure.compare input').length") == 1
    assert browser.evaluate("document.querySelector('#sections details').open")
    assert browser.evaluate("document.activeElement.value") == "mask"
    assert browser.evaluate("document.querySelector('#summary').innerText.includes('2 textures: 2 fresh')")

    # a bad one: where it is wrong, until it is mended; the textures stay
    bad = text_of(f"{texture('a', 2)}, {texture('b').replace('size', 'sise')}")
    write(game, bad)
    browser.until(f"!{PROBLEMS}.hidden", TIMEOUT)
    assert (
        browser.evaluate(f"{PROBLEMS}.querySelector('code').innerText")
        == f"game.yaml:3:{bad.splitlines()[2].index('sise') + 1}"
    )
    assert "unknown key 'sise'; did you mean 'size'?" in browser.evaluate(f"{PROBLEMS}.innerText")
    assert browser.evaluate("document.title").startswith("(")
    assert browser.evaluate(NAMES) == ["a", "b"]
    write(game, text_of(f"{texture('a', 2)}, {texture('b')}"))
    browser.until(f"{PROBLEMS}.hidden", TIMEOUT)

    # textures that come and go, where the manifest has them
    write(game, text_of(f"{texture('new', 5)}, {texture('b')}"))
    browser.until(f"!{figure('a')} && {figure('new')}", TIMEOUT)
    assert browser.evaluate(NAMES) == ["new", "b"]
    assert browser.evaluate(
        "[...document.querySelectorAll('#sections > section > h2')].map(one => one.firstChild.data.trim())"
    ) == ["new", "b"]

    # under its bar: the old one stays, in red, with the place in the list
    bar = ", require: {low_frequency_db: {max: -99}}"
    write(game, text_of(f"{texture('new', 6, bar)}, {texture('b')}"))
    browser.until("document.querySelector('tr.failed')", TIMEOUT)
    assert "require says" in browser.evaluate("document.querySelector('section.failed .failure').innerText")
    assert browser.evaluate(f"{PROBLEMS}.querySelector('code').innerText").startswith("game.yaml:3:")
    write(game, text_of(f"{texture('new', 6)}, {texture('b')}"))
    browser.until("!document.querySelector('.failed')", TIMEOUT)

    assert browser.axe() == []
    assert browser.complaints() == []
    asked = {url, *(one for one in browser.requests() if one.startswith(f"{url}events?after="))}
    assert {one for one in browser.requests() if not one.startswith("data:")} == asked

    # nobody else: the same server as in test_server.py, in front of real files
    assert raw(url, "GET /../game.yaml HTTP/1.1", host(url)).startswith(b"HTTP/1.1 404")
    assert raw(url, "GET /out/b.png HTTP/1.1", host(url)).startswith(b"HTTP/1.1 404")
    assert raw(url, "GET / HTTP/1.1", "evil.example").startswith(b"HTTP/1.1 403")
    assert raw(url, "POST / HTTP/1.1", host(url)).startswith(b"HTTP/1.1 405")
    assert b'"id": "b-' in raw(url, "GET /report.json HTTP/1.1", host(url))

    # a second one says so, and builds nothing
    other = tmp_path / "other"
    other.mkdir()
    project(other, text_of(texture("x")))
    done = run_cli_process("watch", other, "--serve", urlsplit(url).port, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"bluenoise-assets: error: --serve: port {urlsplit(url).port} of 127.0.0.1 cannot be had: "
    )
    assert done.stderr.count("\n") == 1
    assert contents(other).keys() == {"game.yaml"}

    # the end, with streams open; and another watch at the same place
    with socket.create_connection(("127.0.0.1", urlsplit(url).port)) as stream:
        stream.sendall(f"GET /events HTTP/1.1\r\nHost: {host(url)}\r\n\r\n".encode())
        assert stream.recv(100)
        code, err, seconds = watching.end()
        assert (code, err) == (130, "")
        assert seconds < 60  # promised: one second; here only against hanging
    browser.until("document.documentElement.dataset.connected === 'no'", TIMEOUT)
    assert browser.evaluate("document.getElementById('progress').innerText").startswith("The watch has ended")
    write(game, text_of(texture("later")))
    watching = start(tmp_path, ".", "--serve", urlsplit(url).port)
    browser.until(figure("later"), TIMEOUT)
    browser.until("document.getElementById('progress').hidden", TIMEOUT)
    assert browser.evaluate(NAMES) == ["later"]


def host(url):
    return urlsplit(url).netloc


def raw(url, line, name):
    with socket.create_connection(("127.0.0.1", urlsplit(url).port), TIMEOUT) as connection:
        connection.sendall(f"{line}\r\nHost: {name}\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_where_to_look_is_said_in_one_line(tmp_path):
    """Also of a bare option before a path; not together with --once, after which there is no page."""
    project(tmp_path, text_of(texture("a")))
    command = [sys.executable, "-m", "bluenoise_assets", "watch", "--serve=0", "--poll", ".", "--cache", "off"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().startswith("the page is at http://127.0.0.1:")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT)
    done = run_cli_process("watch", "--once", "--serve", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "bluenoise-assets: error: --serve: with --once there is no watch to serve; `report` writes the page\n"
    )


def test_a_path_may_follow_a_bare_option(tmp_path):
    (tmp_path / "8000").mkdir()
    options = parse(["watch", "--serve", str(tmp_path), "--poll", str(tmp_path / "8000"), "more"])
    assert (options.serve, options.poll) == (8583, 1.0)
    assert options.more_paths == [tmp_path, tmp_path / "8000"]
    assert options.paths == [Path("more")]
    assert parse(["watch", "--serve", "8000"]).serve == 8000
    assert not hasattr(parse(["watch"]), "serve")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_8_saves_leave_files_and_threads_as_they_were(tmp_path):
    """With a page that reads what it is told. tests/soak/soak_live.py has 2,000 saves, and looks at memory."""
    with Readers(1) as readers:
        rows = soak(tmp_path, 8, 4, "--serve", "0", begin=readers.begin)
    assert len({row[2:] for row in rows}) == 1, rows
