"""The figures of frames: against their definitions, white noise's expectations and what others' textures are known for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.references import moving_noise, spectra

from bluenoise_assets.quality import temporal


def white(frames, height, width, seed=0):
    """Frames of random ranks, each a permutation."""
    generator = np.random.default_rng(seed)
    count = height * width
    return np.stack([generator.permutation(count).reshape(height, width) for _ in range(frames)]).astype(np.int32)


@pytest.mark.parametrize("shape", [(32, 6, 10), (5, 8, 8), (100, 4, 6), (2, 7, 5), (33, 1, 9), (3, 1, 2)])
def test_figures_against_the_definition(shape):
    """The closed form of the steady state is what 96 frames lead to, whatever the loop's length."""
    ranks = white(*shape)
    found, expected = temporal.pattern_rms(ranks), moving_noise.scalar_figures(ranks)
    assert tuple(found) == temporal.KEYS
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=4e-5), name


def test_batches_of_patterns_change_nothing(monkeypatch):
    """Large frames are measured a pattern at a time."""
    ranks = white(9, 16, 12)
    together = temporal.pattern_rms(ranks)
    monkeypatch.setattr(temporal, "BATCH_TEXELS", 1)
    assert temporal.pattern_rms(ranks) == pytest.approx(together, rel=1e-6)


def test_large_frames_are_measured_by_fewer_thresholds(monkeypatch):
    ranks = white(4, 8, 8)
    monkeypatch.setattr(temporal, "MANY_TEXELS", 63)
    expected = moving_noise.accumulated(moving_noise.scalar_patterns(ranks, 4))
    assert temporal.pattern_rms(ranks)["EMA"] == pytest.approx(expected["EMA"], abs=1e-6)


def test_a_long_loop_is_measured_in_its_first_phases(monkeypatch):
    ranks = white(40, 4, 4)
    monkeypatch.setattr(temporal, "MIN_PHASES", 3)
    monkeypatch.setattr(temporal, "PHASE_TEXELS", 4 * 16)
    states = [
        state
        for patterns in moving_noise.scalar_patterns(ranks, 16)
        for state in moving_noise.averages(patterns, 160 + 4, 0.1)[160:]
    ]
    assert temporal.pattern_rms(ranks)["steady EMA"] == pytest.approx(moving_noise.rms(states), abs=1e-5)


def test_white_noise_has_the_figures_that_it_must_have():
    """A pattern's variance is t (1 - t), 1/6 on average; filters scale it by the sum of their squared weights."""
    found = temporal.pattern_rms(white(32, 128, 128, 5))
    gaussian = sum(math.exp(-(x * x)) for x in range(-20, 21)) / sum(math.exp(-x * x / 2) for x in range(-20, 21)) ** 2
    first = [0.9**31, *(0.1 * 0.9**k for k in range(31))]
    steady = [0.1 * 0.9**k / (1 - 0.9**32) for k in range(32)]
    ema, steady_ema = (math.sqrt(sum(w * w for w in weights) / 6) for weights in (first, steady))
    expected = {
        "H1": gaussian / math.sqrt(6),
        "ST": ema * gaussian,
        "EMA": ema,
        "steady EMA": steady_ema,
        "steady ST": steady_ema * gaussian,
    }
    assert found == pytest.approx(expected, rel=0.015)
    assert [round(value, 3) for value in expected.values()] == [0.115, 0.027, 0.095, 0.097, 0.027]


def test_frames_that_repeat_gain_nothing_in_time():
    """A still texture under an average is itself: EMA is a single pattern's error, sqrt of the mean of t (1 - t)."""
    still = np.repeat(white(1, 16, 16), 6, axis=0)
    shares = (np.arange(16) + 0.5) / 16
    found = temporal.pattern_rms(still)
    assert found["EMA"] == pytest.approx(math.sqrt(np.mean(shares * (1 - shares))), rel=1e-5)
    assert found["steady EMA"] == pytest.approx(found["EMA"], rel=1e-5)


def test_a_loop_that_visits_every_rank_averages_out():
    """Cyclic shifts of the ranks over a whole loop: a box as long as the loop leaves no error at all."""
    count = 64
    start = white(1, 8, 8)[0]
    ranks = np.stack([(start + shift) % count for shift in range(count)]).astype(np.int32)
    assert temporal.box_rms(ranks, count)[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("frames", "width"), [(8, 4), (5, 8), (32, 8)])
def test_boxes_against_the_definition(frames, width):
    ranks = white(frames, 6, 8)
    states = [
        state for patterns in moving_noise.scalar_patterns(ranks, 16) for state in moving_noise.boxes(patterns, width)
    ]
    assert temporal.box_rms(ranks, width) == pytest.approx((moving_noise.rms(states), moving_noise.rms(states, 1)))


def test_other_averages_against_the_definition():
    ranks = white(12, 6, 8)
    patterns = moving_noise.scalar_patterns(ranks, 16)
    steady = [state for each in patterns for state in moving_noise.averages(each, 480 + 12, 0.05)[480:]]
    expected = moving_noise.rms(steady), moving_noise.rms(steady, 1)
    assert temporal.ema_rms(ranks, 0.05) == pytest.approx(expected, rel=1e-5)
    read = [moving_noise.averages(each, 20, 0.1)[-1] for each in patterns]
    assert temporal.read_rms(ranks, 20, 1.3435) == pytest.approx(moving_noise.rms(read, 1.3435), rel=1e-5)


def test_clamping_against_the_definition():
    ranks = white(3, 7, 8)
    states, errors = [], []
    for patterns in moving_noise.scalar_patterns(ranks, 8):
        each = moving_noise.clamped(patterns)
        states += each
        errors += [np.mean((state - patterns[0].mean()) ** 2) for state in each]
    expected = math.sqrt(np.mean(errors)), moving_noise.rms(states, 1)
    assert temporal.clamped_rms(ranks) == pytest.approx(expected, rel=1e-5)


def test_low_frequencies_of_the_first_sixteen_frames():
    ranks = white(18, 9, 9)
    expected = np.mean([spectra.low_frequency(frame, 1 / 8) for frame in ranks[:16]])
    assert temporal.low_frequency_db(ranks) == pytest.approx(10 * math.log10(expected))
    assert temporal.low_frequency_db(white(3, 4, 4)) is None


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 40), st.integers(1, 9), st.integers(2, 9), st.integers(0, 2**32 - 1), st.integers(0, 8), st.data()
)
def test_a_shift_of_all_frames_changes_nothing_and_one_of_time_no_steady_state(frames, height, width, seed, dy, data):
    ranks = white(frames, height, width, seed)
    found = temporal.pattern_rms(ranks)
    assert temporal.pattern_rms(np.roll(ranks, (dy, 1), (1, 2))) == pytest.approx(found, rel=1e-4, abs=1e-7)
    later = temporal.pattern_rms(np.roll(ranks, data.draw(st.integers(1, frames)), 0))
    for name in ("steady EMA", "steady ST"):
        assert later[name] == pytest.approx(found[name], rel=1e-4, abs=1e-7)
