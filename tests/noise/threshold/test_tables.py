"""The mathematics of the threshold objective: its closed form, its figure, its bands."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.references import spectra, threshold_descent

from bluenoise_assets import PRESETS, BoxFilter, GaussianFilter, TextureSpec, WeightedFilter, generate_ranks
from bluenoise_assets.noise.threshold import tables
from bluenoise_assets.noise.threshold.optimize import optimize_threshold
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import (
    filtered_error_db,
    pattern_power,
    threshold_error_db,
    wrapped_filter_spectrum,
)


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


@given(st.permutations(range(6)), st.lists(st.integers(-3, 5), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_the_error_of_all_thresholds_is_a_constant_less_half_the_sum(order, taps):
    """threshold.md's formula, in exact fractions: for any two masks of the same values, and any filter."""
    shape = (2, 3)
    places = [(0, 0), (0, 1), (1, 0), (1, 2)]
    filter_taps = dict(zip(places, map(Fraction, taps), strict=True))
    weights = {}
    for (a, x), (b, y) in itertools.product(filter_taps.items(), repeat=2):
        offset = tuple((j - i) % side for i, j, side in zip(a, b, shape, strict=True))
        weights[offset] = weights.get(offset, 0) + x * y

    def constant(ranks):
        values = np.array([Fraction(2 * int(r) + 1, 12) for r in ranks.ravel()], object).reshape(shape)
        error = threshold_descent.error_of_all_thresholds(values, filter_taps)
        scaled = sum(
            weights.get(tuple((q - p) % s for p, q, s in zip(i, j, shape, strict=True)), 0) * abs(values[i] - values[j])
            for i in np.ndindex(*shape)
            for j in np.ndindex(*shape)
        )
        return error + scaled / values.size / 2

    assert constant(np.array(order).reshape(shape)) == constant(np.arange(6).reshape(shape))


def test_a_large_texture_in_bands_is_as_good_and_exact(monkeypatch):
    spec = TextureSpec("t", (64, 64))
    errors = []
    for texels in (1 << 16, 1 << 10):
        monkeypatch.setattr(tables, "BAND_TEXELS", texels)
        tables._tables.cache_clear()
        ranks = generate_ranks(spec)[0]
        assert np.array_equal(np.sort(ranks, axis=None), np.arange(4096))
        errors.append(list(threshold_error_db(ranks).values()))
        assert low_frequency_db(ranks) < -34
    tables._tables.cache_clear()
    assert errors[1] == pytest.approx(errors[0], abs=0.15)


@pytest.mark.parametrize("filters", [gaussian(2.0), (WeightedFilter(BoxFilter(3)),), PRESETS["balanced"]])
def test_the_error_shown_is_the_error_measured(filters):
    spec = TextureSpec("t", (64, 64), filter=filters)
    told = []
    (ranks,) = optimize_threshold([spec], lambda share, error: told.append((share, error)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1, abs=0.01)
    response = wrapped_filter_spectrum(filters, (64, 64))
    measured = filtered_error_db(pattern_power(ranks[0]), (64, 64), response)
    assert told[-1][1] == pytest.approx(measured, abs=0.25)


@pytest.mark.parametrize("size", [(1, 40), (7, 9), (33, 20), (5, 8, 9)])
@pytest.mark.parametrize("block", [1, 50, 1 << 14])
def test_the_mean_difference_is_that_of_all_pairs(monkeypatch, size, block):
    monkeypatch.setattr(tables, "FIGURE_TEXELS", block)
    kernel = tables.mask_tables(TextureSpec("t", size)).own
    rng = np.random.default_rng(1)
    shape = (2, 2, *size[::-1])
    ranks = rng.permuted(np.arange(4 * np.prod(size)).reshape(4, -1) % np.prod(size), axis=1).reshape(shape)
    values = ranks * (2**15 // np.prod(size))
    total = 0
    for place in np.ndindex(shape):
        for offset, weight in zip(kernel.offsets.tolist(), kernel.weights.tolist(), strict=True):
            for sign in (1, -1):
                moved = [(p + sign * o) % s for p, o, s in zip(place[2:], offset[1:], shape[2:], strict=True)]
                total += weight * abs(int(values[place]) - int(values[*place[:2], *moved]))
    expected = total / ranks.size / (np.prod(size) * (2**15 // np.prod(size)))
    assert tables.mean_difference(kernel, ranks.astype(np.int32)) == pytest.approx(expected, rel=1e-12)


def test_spectra_reference_is_the_same_figure():
    ranks = generate_ranks(TextureSpec("t", (12, 9), effort="fast"))[0]
    assert threshold_error_db(ranks, (1.0,))[1.0] == pytest.approx(spectra.threshold_error_db(ranks, 1.0))
