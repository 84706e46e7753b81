"""Figures as data: there and back, and nothing else."""

import json

import pytest

from bluenoise_assets.quality.figures import Figures

SCALARS = Figures(-30.1, -0.2, {"1": -9.8}, -10.5, pattern_rms={"H1": 0.04021, "steady EMA": 0.0416})


@pytest.mark.parametrize(
    "entry", [Figures(), SCALARS, Figures(tone_low_frequency_db={"1/64": -9.1}), Figures(pattern_rms={"caps": 0.05})]
)
def test_figures_are_the_same_after_json(entry):
    assert Figures.from_json(json.loads(json.dumps(entry.as_json()))) == entry


def test_what_there_is_not_is_not_written():
    assert Figures(low_frequency_db=-1.0).as_json() == {"low_frequency_db": -1.0}


def test_a_figure_of_later_is_left_out():
    assert Figures.from_json({"error_db": -1, "flicker": {"a": "b"}}) == Figures(error_db=-1)


@pytest.mark.parametrize(
    "plain",
    [
        [],
        None,
        {"error_db": "low"},
        {"error_db": True},
        {"error_db": {"1": -1}},
        {"pattern_rms": 0.04},
        {"pattern_rms": {"H1": "low"}},
        {"pattern_rms": {"H1": {"a": 1}}},
        {"threshold_error_db": [1]},
        {"tone_low_frequency_db": -9.1},
        {"threshold_error_db": {"1": None}},
    ],
)
def test_what_are_no_figures(plain):
    with pytest.raises(ValueError, match="figures are a JSON object of numbers"):
        Figures.from_json(plain)
