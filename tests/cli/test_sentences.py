"""A build's events in words: what somebody reads of a texture without opening the lock."""

import pytest

from bluenoise_assets.builder.events import Built, Progress
from bluenoise_assets.cli.github import build_summary
from bluenoise_assets.cli.sentences import figures_of, sentence
from bluenoise_assets.quality.figures import Figures

RMS = {"EMA": 0.03626, "H1": 0.03975, "ST": 0.00609, "steady EMA": 0.04166, "steady ST": 0.00641}
SHOWN = "H1 0.0398, ST 0.0061, EMA 0.0363, steady EMA 0.0417, steady ST 0.0064"


def built(*quality, files=("a.png",), reused=None):
    return Built("a", "/out", files, files, quality, reused)


def test_a_mask_has_no_figures_in_time():
    figures = Figures(-43.34, -0.09, {"1": -9.84}, -11.94)
    assert sentence(built(figures)) == "built a.png  error -11.9 dB  low -43.3 dB"


def test_frames_tell_their_errors_in_the_order_of_the_manual():
    """Not as JSON sorts them: the lock's `EMA` comes before `H1`."""
    figures = Figures(-29.01, error_db=-9.2, pattern_rms=RMS)
    assert sentence(built(figures)) == f"built a.png  error -9.2 dB  low -29.0 dB  {SHOWN}"
    assert sentence(built(figures, reused="cache")).endswith(f"{SHOWN}  (from the cache)")
    assert figures_of([figures]) == ["error -9.2 dB", "low -29.0 dB", SHOWN]


def test_of_several_channels_the_worst_counts():
    better = {name: value / 2 for name, value in RMS.items()}
    for channels in ([RMS, better], [better, RMS], [better, RMS, better]):
        assert figures_of([Figures(pattern_rms=each) for each in channels]) == [SHOWN]


@pytest.mark.parametrize(
    ("rms", "text"),
    [
        ({"H1": 0.05}, "H1 0.0500"),
        ({"caps": 0.0431, "H1": 0.04}, "H1 0.0400, caps 0.0431"),
        ({"H1": 0.04, "a later figure": 1.0}, "H1 0.0400"),
    ],
)
def test_vectors_have_some_of_them(rms, text):
    assert figures_of([Figures(pattern_rms=rms)]) == [text]


def test_progress_has_none():
    assert figures_of([Progress("a", "/out", 0.5, error_db=-9.123)], digits=2) == ["error -9.12 dB"]


def test_github_shows_them_in_the_steps_summary():
    assert f"| a | a.png | {SHOWN} |" in build_summary("1 built", [built(Figures(pattern_rms=RMS))])
