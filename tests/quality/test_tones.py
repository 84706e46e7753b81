"""The evenness of a tone's pattern against sums over all texels and frequencies."""

from fractions import Fraction

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.quality.tones import MEASURED_TONES, points_below, tone_low_frequency_db


def white(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape)


@pytest.mark.parametrize("shape", [(1, 24), (35, 3), (20, 24), (32, 8), (18, 3, 4), (9, 14), (4, 4)])
def test_tones_against_the_definition(shape):
    ranks = white(shape)
    expected = {}
    for tone in MEASURED_TONES:
        lit = np.array([Fraction(2 * int(rank) + 1, 2 * ranks.size) < tone for rank in ranks.flat]).reshape(shape)
        power = spectra.low_frequency(lit, Fraction(1, 16)) if 0 < lit.sum() < lit.size else None
        if power is not None:
            expected[tone] = 10 * np.log10(power)
    assert tone_low_frequency_db(ranks) == pytest.approx(expected, abs=1e-4)


def test_there_are_textures_with_some_tones_and_with_none():
    assert len(tone_low_frequency_db(white((1, 24)))) == len(MEASURED_TONES) - 2
    assert tone_low_frequency_db(white((16, 16))) == {}
    assert tone_low_frequency_db(white((1, 1))) == {}


@pytest.mark.parametrize("count", [1, 7, 64, 100])
def test_how_many_points_are_lit(count):
    for tone in {Fraction(n, d) for d in (1, 2, 7, 64) for n in range(d + 1)}:
        assert points_below(tone, count) == sum((rank + Fraction(1, 2)) / count < tone for rank in range(count))


def test_white_noise_is_zero_decibels_at_every_tone():
    found = [tone_low_frequency_db(white((64, 64), seed)) for seed in range(40)]
    for tone in MEASURED_TONES:
        assert abs(np.mean([each[tone] for each in found])) < 0.6


def test_an_even_pattern_has_none_and_one_end_is_not_the_other():
    """Every 8th texel of every 8th row comes first; the rest is white noise."""
    shape = (64, 64)
    first = np.ones(shape, bool)
    first[::8, ::8] = False
    ranks = np.argsort(np.lexsort([white(shape).ravel(), first.ravel()])).reshape(shape)
    found = tone_low_frequency_db(ranks)
    assert found[Fraction(1, 64)] < -80
    assert abs(found[Fraction(63, 64)]) < 3
