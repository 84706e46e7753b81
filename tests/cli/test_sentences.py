"""A build's events in words: what somebody reads of a texture without opening the lock."""

from pathlib import Path

import pytest
from support.paths import ROOT

from bluenoise_assets.builder.events import Built, Started
from bluenoise_assets.cli.github import build_summary
from bluenoise_assets.cli.sentences import FIGURES, PATTERNS, figures_of, sentence, why_started
from bluenoise_assets.quality.figures import Figures

RMS = {"EMA": 0.03626, "H1": 0.03975, "ST": 0.00609, "steady EMA": 0.04166, "steady ST": 0.00641}
SHOWN = ["patterns 0.0398", "patterns over time 0.0417", "blurred too 0.0064"]
OUT = str(Path("out").absolute())


PNG = Path("out", "a.png")


def built(*quality, files=("a.png",), reused=None):
    return Built("a", OUT, files, files, quality, reused)


def test_a_mask_has_no_figures_in_time():
    figures = Figures(-43.34, -0.09, {"1": -9.84}, -11.94)
    assert sentence(built(figures)) == f"built a: {PNG}, visible error -11.9 dB, low frequencies -43.3 dB"


def test_frames_tell_their_errors_in_the_order_of_the_manual():
    """Not as JSON sorts them: the lock's `EMA` comes before `H1`."""
    figures = Figures(-29.01, error_db=-9.2, pattern_rms=RMS)
    shown = ["visible error -9.2 dB", "low frequencies -29.0 dB", *SHOWN]
    assert sentence(built(figures)) == ", ".join([f"built a: {PNG}", *shown])
    assert sentence(built(figures, reused="cache")).endswith(f"{SHOWN[-1]}  (from the cache)")
    assert figures_of([figures]) == shown


def test_many_files_are_counted_and_a_change_says_why():
    many = built(files=("a.png", "a.glsl", "unity/a.png"))
    assert sentence(many) == "built a: 3 files in out"
    assert sentence(many, "seed: 1 -> 2") == "built a (seed: 1 -> 2): 3 files in out"
    started = Started("a", OUT, {"a.png": ("seed: 1 -> 2",), "a.glsl": ("not built yet", "seed: 1 -> 2")})
    assert why_started(started) == "seed: 1 -> 2"
    assert why_started(Started("a", OUT, {"a.png": ("not built yet",)})) == ""


def test_of_several_channels_the_worst_counts():
    better = {name: value / 2 for name, value in RMS.items()}
    for channels in ([RMS, better], [better, RMS], [better, RMS, better]):
        assert figures_of([Figures(pattern_rms=each) for each in channels]) == SHOWN


@pytest.mark.parametrize(
    ("rms", "text"),
    [
        ({"H1": 0.05}, ["patterns 0.0500"]),
        ({"caps": 0.0431, "H1": 0.04}, ["patterns 0.0400", "caps 0.0431"]),
        ({"H1": 0.04, "a later figure": 1.0}, ["patterns 0.0400"]),
    ],
)
def test_vectors_have_some_of_them(rms, text):
    assert figures_of([Figures(pattern_rms=rms)]) == text


def test_the_page_about_quality_explains_every_word():
    page = (ROOT / "manifests" / "quality.md").read_text(encoding="utf-8")
    for _, word in (*FIGURES, *PATTERNS):
        assert f"`{word}`" in page.partition("## ")[0]


def test_github_shows_them_in_the_steps_summary():
    assert f"| a | a.png | {', '.join(SHOWN)} |" in build_summary("1 built", [built(Figures(pattern_rms=RMS))])
