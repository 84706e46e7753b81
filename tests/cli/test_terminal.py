"""What people see on a real terminal, and where there is none: the bar, colours, paths."""

import io
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.paths import ROOT
from support.projects import project
from support.saves import TIMEOUT, until

from bluenoise_assets import Problem, build_manifests, load_manifest
from bluenoise_assets.builder.bar import Bar
from bluenoise_assets.builder.events import Begun, Built, Done, Event, Failed, GivenUp, Progress, Started, Warned
from bluenoise_assets.cli import terminal as terminal_module
from bluenoise_assets.cli.places import near, shortened
from bluenoise_assets.cli.terminal import Terminal

OUT = str(Path("out").absolute())
RED, YELLOW, PLAIN = "\x1b[1;31m", "\x1b[1;33m", "\x1b[0m"

posix = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def progress(texture, whole, stage="optimising"):
    return Progress(texture, OUT, 0.5, stage=stage, whole=whole)


def built(texture, whole):
    return Built(texture, OUT, ("a.png",), ("a.png",), whole=whole)


def test_a_bar_through_a_build():
    clock = Clock()
    bar = Bar(clock)
    assert not bar.is_running
    bar.take(Begun(12))
    assert bar.line(80) == "[..........] 0/12 textures, 0%, 0:00 so far"
    bar.take(Started("dither_64", OUT, {}))
    bar.take(progress("dither_64", 0.0, "starting"))
    clock.now = 7.0
    assert bar.line(80) == "[..........] 0/12 textures, 0%, 0:07 so far  starting the optimiser"
    bar.take(progress("dither_64", 0.01))
    bar.take(progress("dither_128", 0.01, "starting"))
    clock.now = 10.0
    assert bar.line(80) == "[..........] 0/12 textures, 1%, 0:10 so far  dither_64 and 1 more"
    bar.take(built("dither_64", 0.21))
    assert bar.line(80).startswith("[##........] 1/12 textures, 21%, 0:12 left")  # 3 s for a fifth, not 10 s
    bar.take(progress("dither_128", 0.41))
    clock.now = 306.0
    assert bar.line(80) == "[####......] 1/12 textures, 41%, 7:21 left  dither_128"
    assert bar.line(30) == "[####......] 1/12 textures, 41%"[:30]
    bar.take(progress("dither_128", 0.45, "measuring"))
    assert bar.text().endswith("  measuring dither_128")
    bar.take(progress("dither_128", 0.46, "writing"))
    assert bar.text().endswith("  writing dither_128")
    bar.take(Failed("dither_128", OUT, "no"))
    assert bar.text().startswith("2/12 textures, 46%")
    clock.now = 7 + 36000.0
    assert "%, 12:00:00 left" in bar.text()
    bar.take(Begun(2))  # another build has made the others
    assert bar.text().startswith("2/2 textures")
    bar.take(Begun(0))
    assert not bar.is_running


@pytest.mark.parametrize("end", [GivenUp(), Done(0, 1, 0, 0, False, 0, False)])
def test_the_next_build_of_a_watch_begins_at_nothing(end):
    clock = Clock()
    bar = Bar(clock)
    for event in (Begun(3), progress("a", 0.5), built("a", 0.5), end):
        bar.take(event)
    assert not bar.is_running
    clock.now = 60.0
    bar.take(Begun(1))
    assert bar.line(80) == "[..........] 0/1 texture, 0%, 0:00 so far"


BARRED = """\
schema: 1
output: {default: out, raw: raw}
defaults: {size: 8, effort: fast, engines: [raw], formats: [png]}
textures:
  a: {}
  same: {}
  missing: {seed: 1, require: {error_db: {max: -90}}}
  blocked/b: {seed: 2}
"""


def test_programs_that_read_json_can_draw_the_same_bar(tmp_path):
    """The bar, `--json` and whoever listens are told the same; what failed counts, and the end is all of it."""
    told = []
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "blocked").write_text("a file where a folder should be")
    build_manifests(load_manifest(project(tmp_path, BARRED)), listener=told.append, jobs=1)
    classes = {event.event: event for event in Event.__subclasses__()}
    ours, theirs = Bar(Clock()), Bar(Clock())
    lines = []
    for event in told:
        plain = json.loads(json.dumps(event.as_json()))
        ours.take(event)
        theirs.take(classes[plain.pop("event")](**plain))
        assert ours.line(80) == theirs.line(80)
        lines.append(ours.line(80))
    assert {type(event) for event in told} >= {Begun, Started, Progress, Built, Failed}
    assert sorted(event.texture for event in told if isinstance(event, Failed)) == ["blocked/b", "missing"]
    assert lines[-1].startswith("[##########] 4/4 textures, 100%")


class Screen:
    """A pseudo-terminal as stderr and stdout; `text` is all that was written to it."""

    def __init__(self):
        import pty

        self.ours, theirs = pty.openpty()
        self.stream = os.fdopen(theirs, "w", encoding="utf-8")
        self._read = b""
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def _read_on(self):
        while True:
            try:
                data = os.read(self.ours, 4096)
            except OSError:  # closed
                return
            if not data:
                return
            self._read += data

    @property
    def text(self):
        return self._read.decode()

    def show(self, monkeypatch):
        """Be stderr and stdout; not in a fixture, since pytest puts its own there before the test begins."""
        monkeypatch.setattr(sys, "stderr", self.stream)
        monkeypatch.setattr(sys, "stdout", self.stream)

    def close(self):
        self.stream.close()
        self._reader.join(10)
        os.close(self.ours)


@pytest.fixture
def screen(monkeypatch):
    found = Screen()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield found
    found.close()


@posix
def test_a_silent_build_goes_on_telling(screen, monkeypatch):
    """Nothing comes from the build while JAX is loaded; and of the bar nothing stays between the lines."""
    screen.show(monkeypatch)
    monkeypatch.setattr(terminal_module, "DRAW_SECONDS", 0.01)
    clock = Clock()
    monkeypatch.setattr(Bar.__init__, "__defaults__", (clock,))
    terminal = Terminal()
    terminal.event(Begun(2))
    terminal.event(progress("dither", 0.0, "starting"))
    for clock.now in (1.0, 2.0, 3.0):
        line = f"[..........] 0/2 textures, 0%, 0:0{clock.now:.0f} so far  starting the optimiser"
        until(lambda line=line: line in screen.text)
    terminal.event(built("dither", 0.5))
    until(lambda: "1/2 textures" in screen.text)
    terminal.event(built("other", 1.0))
    terminal.say("2 built", event="done")
    terminal.end()
    until(lambda: "2 built\r\n" in screen.text)
    lines = [re.sub(r".*\r", "", line) for line in screen.text.replace("\r\n", "\n").split("\n")[:-1]]
    where = near(Path(OUT, "a.png"))
    assert lines == [f"built dither: {where}", f"built other: {where}", "2 built"]


@posix
@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("NO_COLOR", "1"), ("NO_COLOR", ""), ("TERM", "xterm")])
def test_colours_where_they_are_wanted(screen, monkeypatch, name, value):
    screen.show(monkeypatch)
    monkeypatch.setenv(name, value)
    terminal = Terminal()
    terminal.problem(Problem("error: x.yaml", 7, 5, "a", "unknown \x1b[2J key"))
    terminal.error("the disk is full")
    terminal.event(Warned("it is slow"))
    terminal.say("nothing to do")
    until(lambda: "nothing to do\r\n" in screen.text)
    red, yellow, plain = (
        (RED, YELLOW, PLAIN) if (name, value) in {("NO_COLOR", ""), ("TERM", "xterm")} else ("", "", "")
    )
    assert screen.text.splitlines() == [
        f"error: x.yaml:7:5: {red}error:{plain} a: unknown \\x1b[2J key",
        f"bluenoise-assets: {red}error:{plain} the disk is full",
        f"bluenoise-assets: {yellow}warning:{plain} it is slow",
        "nothing to do",
    ]


@posix
def test_each_stream_is_asked(screen, monkeypatch):
    """Results into a file, errors on the terminal: the file gets no colours, and the other way about."""
    screen.show(monkeypatch)
    file = io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    terminal = Terminal()
    terminal.say("a: error: b")
    terminal.error("c")
    until(lambda: "c\r\n" in screen.text)
    assert file.getvalue() == "a: error: b\n"
    assert RED in screen.text


def test_without_a_terminal_a_line_now_and_then(monkeypatch):
    err, clock = io.StringIO(), Clock()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(terminal_module, "DRAW_SECONDS", 0.01)
    monkeypatch.setattr(Bar.__init__, "__defaults__", (clock,))
    terminal = Terminal()
    terminal.event(Begun(2))
    terminal.event(progress("dither", 0.0, "starting"))
    clock.now = 4.9
    terminal.event(progress("dither", 0.3))
    clock.now = 5.0
    until(err.getvalue)
    clock.now = 10.0
    until(lambda: err.getvalue().count("\n") == 2)
    terminal.end()
    first, second = err.getvalue().splitlines()
    assert first == "0/2 textures, 30%, 0:05 so far  dither"
    assert second == "0/2 textures, 30%, 0:10 so far  dither"


def test_quiet_shows_no_progress(monkeypatch):
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(terminal_module, "PROGRESS_LINE_SECONDS", 0.0)
    terminal = Terminal(quiet=True)
    terminal.event(Begun(1))
    terminal.event(progress("dither", 0.5))
    assert terminal._progress is None
    assert err.getvalue() == ""


@posix
def test_a_build_on_a_terminal(tmp_path):
    """The command as it is typed: how many textures, what is happening, and a clean end."""
    import pty

    project(tmp_path, "schema: 1\ntextures: {a: {size: 8, effort: fast}, b: {size: 8, effort: fast, seed: 1}}\n")
    command = [sys.executable, "-m", "bluenoise_assets", "build", "game.yaml", "--cache", "off", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 4096):
            said += data
    except OSError:  # the end, on Linux
        pass
    os.close(ours)
    text = said.decode()
    assert process.wait(TIMEOUT) == 0, text
    assert re.search(r"\[\.{10}\] 0/2 textures, \d+%, 0:\d\d so far  starting the optimiser", text)
    lines = [re.sub(r".*\r", "", line) for line in text.replace("\r\n", "\n").split("\n")[:-1]]
    assert [line.partition(",")[0] for line in lines] == [
        "built a: bluenoise/a.png",
        "built b: bluenoise/b.png",
        "2 built",
    ]


def test_paths_begin_where_one_stands(tmp_path, monkeypatch):
    here = tmp_path.resolve() / "game" / "tools"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    assert near(here / "out" / "a.png") == str(Path("out", "a.png"))
    assert near(here.parent / "out" / "a.png") == str(Path("..", "out", "a.png"))
    assert near("out") == "out"
    far = Path(here.anchor) / "a.png"
    assert near(far) == str(far)
    inside, outside = here / "out" / "a.png", here.parent / "toolset" / "a.png"
    assert shortened(f"a: {inside}: cannot be written") == f"a: {Path('out', 'a.png')}: cannot be written"
    assert shortened(f"{outside} and '{inside}'") == f"{outside} and '{Path('out', 'a.png')}'"
    monkeypatch.chdir(here.anchor)
    assert shortened(str(inside)) == str(inside)
