"""What the live page is told after each round of a watch; no texture is built, so none has pictures."""

from dataclasses import replace

import pytest
from support.saves import until, write

from bluenoise_assets.builder.events import Begun, Built, Done, Errored, Failed, GivenUp, ProblemFound, Progress
from bluenoise_assets.errors import Problem
from bluenoise_assets.report.live import state as module
from bluenoise_assets.report.live.state import LiveReport
from bluenoise_assets.report.live.stream import Stream

DONE = Done(0, 0, 0, 0, False, 0, True)


class Told(Stream):
    """Keeps what is told, as (event, data)."""

    def __init__(self):
        super().__init__()
        self.all = []
        self.states = {}

    def tell(self, event, data):
        self.all.append((event, data))
        super().tell(event, data)

    def show(self, event, data):
        self.states[event] = data
        super().show(event, data)

    def ids(self, event):
        """The names of the textures that it was told of."""
        return [data["id"].rpartition("-")[0] for name, data in self.all if name == event]

    def problems(self):
        return [(one["place"], one["text"]) for one in self.states.get("problems", {"problems": []})["problems"]]


@pytest.fixture
def live(tmp_path):
    """A page and its watch's manifest: `page`, `told`, `manifest`, and `round` that tells events and waits."""
    manifest = tmp_path / "game.yaml"
    write(manifest, text_of("a", "b"))
    told = Told()
    page = LiveReport([manifest], None, None, told)
    page.start()

    class Live:
        def round(self, *events):
            told.states.pop("summary", None)
            for event in (*events, DONE):
                page.take(event)
            until(lambda: "summary" in told.states)

    until(lambda: "summary" in told.states)
    one = Live()
    one.page, one.told, one.manifest = page, told, manifest
    yield one
    page.stop()


def text_of(*names, more=""):
    entries = ", ".join(f"{name}: {{size: 4{more}}}" for name in names)
    return f"schema: 1\noutput: out\ntextures: {{{entries}}}\n"


def test_textures_that_come_go_and_change(live, tmp_path):
    told = live.told
    assert (told.ids("texture"), told.ids("gone")) == (["a", "b"], [])
    first, second = (data for _, data in told.all)
    assert (first["after"], second["after"]) == (None, first["id"])
    assert "texture missing" in first["section"]
    told.all.clear()
    live.round()
    assert told.all == []  # nothing is other than it was
    write(live.manifest, text_of("a", "new", "b").replace("b: {size: 4", "b: {size: 8"))
    live.round()
    assert (told.ids("texture"), told.ids("gone")) == (["new", "b"], [])
    assert told.all[0][1]["after"] == first["id"]
    told.all.clear()
    write(live.manifest, "schema: 1\ntextures: {a: {sise: 4}}\n")
    live.round()
    assert told.all == []  # of a manifest that is wrong nobody knows what has gone
    write(live.manifest, text_of("b"))
    live.round()
    assert told.ids("gone") == ["a", "new"]


def test_problems_are_told_until_they_are_mended(live):
    problem = Problem("game.yaml", 3, 14, "a.size", "it is wrong", "mend it")
    live.round(ProblemFound(problem), Errored("no room\nleft"))
    assert live.told.problems() == [("game.yaml:3:14", "a.size: it is wrong; mend it"), ("", "no room\\nleft")]
    live.round(Failed("b", "out", "it cannot be written"))
    assert live.told.problems() == [(f"{live.manifest}:3:26", "b: it cannot be written")]
    (row,) = (data["row"] for event, data in live.told.all[2:])
    assert "failed" in row
    live.round(ProblemFound(problem), GivenUp())  # what a given-up build told is told again by the next one
    assert live.told.problems() == []


def test_progress_is_the_bars(live):
    live.page.take(Begun(2))
    live.page.take(Progress("a", "out", 0.5, stage="optimising", whole=0.25))
    progress = live.told.states["progress"]
    assert progress["whole"] == 0.25
    assert progress["text"].startswith("0/2 textures, 25%, 0:00 so far")
    assert progress["text"].endswith("  a")
    live.round(Built("a", "out", (), ()))
    assert live.told.states["progress"] == {"whole": None, "text": ""}


def test_a_long_build_shows_what_the_lock_has(live, monkeypatch):
    """Not what is written and not yet recorded, which would look as if somebody had changed it."""

    def collect(*arguments, **options):
        report = real(*arguments, **options)
        states = {"a": "fresh", "b": "changed"}
        textures = tuple(replace(one, state=states[one.name], texels="new") for one in report.textures)
        return replace(report, textures=textures)

    real = module.collect
    monkeypatch.setattr(module, "collect", collect)
    monkeypatch.setattr(module, "EARLY_SECONDS", 0.01)
    live.round()
    live.told.all.clear()
    for event in (Begun(3), Built("a", "out", (), ()), Built("b", "out", (), ())):
        live.page.take(event)
    until(lambda: live.told.all)
    until(lambda: "summary" in live.told.states)
    assert live.told.ids("texture") == ["a"]
    live.round()
    assert live.told.ids("texture") == ["a", "b"]


def test_a_bug_of_the_page_ends_neither_it_nor_the_watch(live, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(module, "collect", lambda *_arguments, **_options: 1 / 0)
        live.page.take(Built("a", "out", (), ()))
        live.page.take(DONE)
        until(live.told.problems)
    assert live.told.problems() == [("", "a bug in bluenoise-assets: ZeroDivisionError: division by zero")]
    live.round(Built("a", "out", (), ()))
    assert live.told.problems() == []


def test_the_page_has_what_was_told(live):
    """A browser that comes later, or again, starts from there."""
    last = live.told.last_id
    page, data = (live.page.pages[path]() for path in ("/", "/report.json"))
    assert f'data-live="{last}"'.encode() in page.body
    for _, texture in live.told.all:
        assert texture["row"].encode() in page.body
        assert texture["section"].encode() in page.body
    assert data.body.count(b'"name": ') == 2
