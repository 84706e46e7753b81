"""Frames: permutations all, better than layers behind what accumulates them, the same bytes everywhere."""

import numpy as np
import pytest
from support.golden_frames import CASES, GOLDEN, digest
from support.processors import OLDEST, digests_on
from support.references import moving_noise

from bluenoise_assets import Cancelled, TextureSpec, generate_ranks
from bluenoise_assets.noise.frames.optimize import optimize_frames, start
from bluenoise_assets.noise.frames.tables import EFFORTS
from bluenoise_assets.quality import temporal
from bluenoise_assets.quality.threshold_error import filtered_error_db, pattern_power, wrapped_filter_spectrum


def spec(size, frames, **keys):
    return TextureSpec("t", size, frames=frames, **({"effort": "fast"} | keys))


def assert_permutations(ranks, size, frames, channels=1):
    assert ranks.shape == (channels, frames, size[1], size[0])
    assert ranks.dtype == np.int32
    flat = np.sort(ranks.reshape(channels, frames, -1), axis=2)
    assert (flat == np.arange(size[0] * size[1])).all()


@pytest.mark.parametrize(
    ("size", "frames", "keys"),
    [
        ((1, 1), 2, {}),
        ((2, 3), 2, {"channels": 2, "filter": "denoised"}),
        ((33, 20), 5, {"filter": "directions"}),
        ((8, 8), 2, {"channels": 4}),
        ((7, 6), 4, {"filter": {"space": {"binomial": [4, 2]}, "time": {"box": 3}, "weight": 0.0}}),
        ((1, 7), 4, {"filter": {"space": {"table": [[1, -1]]}, "time": {"ema": 1}, "combine": "product"}}),
    ],
)
def test_every_frame_of_every_channel_is_a_permutation(size, frames, keys):
    """More in tests/soak/soak_sizes.py; and the bytes of those with three channels, and of each preset, below."""
    found = optimize_frames(spec(size, frames, **keys))
    assert_permutations(found, size, frames, keys.get("channels", 1))


@pytest.fixture(scope="module")
def built():
    kept = {}

    def build(name):
        if name not in kept:
            kept[name] = optimize_frames(spec((64, 64), 16, filter=name))[0]
        return kept[name]

    return build


FIGURES = {  # as measured
    "taa": {"H1": 0.0407, "ST": 0.0079, "EMA": 0.0447, "steady EMA": 0.0491, "steady ST": 0.0081},
    "denoised": {"H1": 0.0383, "ST": 0.0067, "EMA": 0.0530, "steady EMA": 0.0570, "steady ST": 0.0069},
    "short_history": {"H1": 0.0447, "ST": 0.0090, "EMA": 0.0490, "steady EMA": 0.0530, "steady ST": 0.0093},
}


@pytest.mark.parametrize("name", FIGURES)
def test_presets_are_as_good_as_they_were(built, name):
    found = temporal.pattern_rms(built(name))
    assert found == pytest.approx(FIGURES[name], rel=0.03)


def test_frames_are_better_than_layers_over_time(built):
    """A moving average of independent layers is white noise's; a single frame is as good as a layer, nearly."""
    layers = generate_ranks(TextureSpec("t", (64, 64), layers=16, effort="fast")).reshape(16, 64, 64)
    apart = temporal.pattern_rms(layers)
    for name, least in (("taa", 0.45), ("denoised", 0.52), ("short_history", 0.48)):
        found = temporal.pattern_rms(built(name))
        assert found["steady EMA"] < least * apart["steady EMA"]
        assert found["steady ST"] < 0.92 * apart["steady ST"]
        assert found["H1"] < 1.25 * apart["H1"]
    assert temporal.low_frequency_db(built("taa")) < -28


def test_each_preset_is_best_at_its_own(built):
    taa, denoised, short = (temporal.pattern_rms(built(name)) for name in FIGURES)
    assert taa["steady EMA"] < min(denoised["steady EMA"], short["steady EMA"])
    assert denoised["steady ST"] < 0.9 * min(taa["steady ST"], short["steady ST"])
    boxes = [temporal.box_rms(built(name), 8)[0] for name in FIGURES]
    assert boxes[2] < 0.8 * min(boxes[:2])


def test_a_loop_has_no_seam(built):
    """The patterns' steady average is as even where the loop begins again as elsewhere: by the slow reference."""
    frames = built("taa")
    states = [moving_noise.averages(p, 96 + 16, 0.1)[96:] for p in moving_noise.scalar_patterns(frames, 4)]
    phases = np.array([moving_noise.rms([state[i] for state in states]) for i in range(16)])
    assert phases.max() < 1.1 * np.median(phases)


@pytest.mark.parametrize(
    ("filters", "most"), [({"table": [[0, -1, 0], [-1, 8, -1], [0, -1, 0]]}, -2.5), ({"box": [4, 1]}, -4.5)]
)
def test_a_filter_of_ones_own_has_less_error(filters, most):
    """White noise has 0 dB. A filter that sharpens has negative taps, and leaves less to win."""
    wanted = spec((16, 16), 4, filter={"space": filters})
    response = wrapped_filter_spectrum(wanted.filter.space, (16, 16))
    for frame in optimize_frames(wanted)[0]:
        assert filtered_error_db(pattern_power(frame), (16, 16), response) < most


def test_channels_differ_and_their_sum_is_even():
    """Each is blue, and the mean of both bluer still; of channels apart it would be 1 / sqrt(2)."""
    first, second = optimize_frames(spec((32, 32), 4, channels=2))
    both = [moving_noise.rms((moving_noise.below(a, 0.5) + moving_noise.below(b, 0.5))[None] / 2, 1)
            for a, b in zip(first, second, strict=True)]  # fmt: skip
    one = [moving_noise.rms(moving_noise.below(a, 0.5)[None], 1) for a in first]
    assert np.mean(both) < 0.68 * np.mean(one)
    assert np.abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.3


def test_seeds_differ_and_are_kept():
    one, two, again = (optimize_frames(spec((9, 7), 3, seed=seed)) for seed in (1, 2, 1))
    assert np.array_equal(one, again)
    assert (one != two).mean() > 0.9
    assert (one[0, 0] != one[0, 1]).mean() > 0.9


def test_the_start_is_random_in_each_frame_and_channel():
    found = start(spec((8, 8), 3, channels=2))
    assert_permutations(found, (8, 8), 3, 2)
    assert len({slice_.tobytes() for slice_ in found.reshape(6, -1)}) == 6


def test_progress_rises_to_one():
    shares = []
    optimize_frames(spec((9, 7), 3), lambda share, _error: shares.append(share))
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert shares[-1] == 1
    assert len(shares) >= EFFORTS["fast"].steps // EFFORTS["fast"].every


def test_cancelling_ends_it():
    calls = []
    with pytest.raises(Cancelled):
        optimize_frames(spec((9, 7), 3), lambda *_: calls.append(1), lambda: len(calls) >= 3)
    assert len(calls) == 3


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    """May change with ALGORITHM alone: the textures of every user become stale."""
    assert digest(name) == GOLDEN[name]


def test_frames_do_not_depend_on_the_processor():
    """Masks are tried with AVX2, too; all of these in tests/soak/soak_sizes.py."""
    names = ["denoised", "two channels", "own filters"]
    assert digests_on(OLDEST, "support.golden_frames", names) == {name: GOLDEN[name] for name in names}
