"""Exchanges of ranks against plain loops over all pairs."""

import itertools
import math
from functools import cache

import numpy as np
import pytest

from bluenoise_assets import PRESETS, GaussianFilter, TextureSpec, WeightedFilter
from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.threshold import rank_exchange
from bluenoise_assets.noise.threshold.optimize import exchange_params, optimize_threshold
from bluenoise_assets.noise.threshold.tables import mask_tables
from bluenoise_assets.quality.kernels import autocorrelation


def random_ranks(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.int32)


def run(tables, state, params, rounds):
    return compiled.call(rank_exchange.step, (tables.radius, 1), state, params, np.int32(rounds))


@cache
def weights_of_pairs(kernel, shape):
    """The kernel's weight of each pair of texels, over that of a texel and itself: by a loop over all pairs."""
    table = autocorrelation(kernel, len(shape))
    middle = [side // 2 for side in table.shape]
    folded = {}
    for place in np.ndindex(*table.shape):
        offset = tuple((p - m) % side for p, m, side in zip(place, middle, shape, strict=True))
        folded[offset] = folded.get(offset, 0) + float(table[place])
    pairs = itertools.product(np.ndindex(*shape), repeat=2)
    found = [folded[tuple((q - p) % side for p, q, side in zip(i, j, shape, strict=True))] for i, j in pairs]
    return np.array(found).reshape(2 * [math.prod(shape)]) / folded[(0,) * len(shape)]


def energy(ranks, spec):
    """Twice the objective, up to a constant, by a sum over all pairs: thresholds and values."""
    part, flat = spec.filter[0], ranks.ravel().astype(int)
    rise = np.abs(flat[:, None] - flat) / flat.size
    return (weights_of_pairs(part.filter, ranks.shape) * (part.weight * rise + part.values * rise**2)).sum()


def test_bands_exchange_within_themselves_and_share_the_ranks_evenly():
    ranks = np.stack([random_ranks((8, 6), s) for s in (0, 1)])[None]
    again = rank_exchange.ranks_of(rank_exchange.init(ranks, 4))
    for one, was in zip(again[0], ranks[0], strict=True):
        assert np.array_equal(np.sort(one, axis=None), np.arange(48))
        for band, old in zip(one.reshape(4, 12), was.reshape(4, 12), strict=True):
            assert np.array_equal(np.argsort(band), np.argsort(old))
            assert np.array_equal(np.sort(band) // 4, np.arange(12))
    assert np.array_equal(rank_exchange.ranks_of(rank_exchange.init(ranks)), ranks)


@pytest.mark.parametrize(
    ("shape", "values"), [((6, 6), 0.0), ((3, 5), 0.0), ((1, 12), 0.0), ((4, 3, 2), 0.0), ((3, 5), 2.0)]
)
def test_a_single_exchange_gains_what_all_pairs_say(shape, values):
    """Two texels are allowed to exchange, the others not: they do exactly when the sum over all pairs rises."""
    spec = TextureSpec("t", shape[::-1], filter=(WeightedFilter(GaussianFilter(0.8), 1.0, values),), effort="best")
    tables, count = mask_tables(spec), int(np.prod(shape))
    params = exchange_params(tables, np.array([1], np.uint32), 1, (7, 3), hot=False)
    decided, gained = 0, 0.0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        ranks = random_ranks(shape, seed)
        stride = 1 << int(rng.integers(0, (count - 1).bit_length() - 1))
        state = rank_exchange.init(ranks[None, None])
        given_stride = params._replace(strides=np.full(256, stride, np.int32), key=np.array([seed], np.uint32))
        moved = np.asarray(run(tables, state, given_stride, 1).rank)[0, 0]
        # what one pair gains must not depend on the others: check each exchanged and each kept pair alone
        for rank in range(count):
            here = np.argwhere(ranks == rank)[0]
            if moved[tuple(here)] <= rank:
                continue
            there = np.argwhere(ranks == moved[tuple(here)])[0]
            alone = ranks.copy()
            alone[tuple(here)], alone[tuple(there)] = ranks[tuple(there)], ranks[tuple(here)]
            gain = energy(alone, spec) - energy(ranks, spec)
            assert gain > -1e-2  # what rounding to 2^-15 may hide
            gained += gain
            decided += 1
    assert decided > 40
    assert gained > 0.01 * decided


def test_partners_agree_even_where_rounding_could_part_them():
    """A mask that is no permutation any more would show it: many rounds, large values, several channels."""
    spec = TextureSpec("t", (50, 30), channels=4, effort="good", filter=PRESETS["balanced"])
    (ranks,) = optimize_threshold([spec])
    for one in ranks:
        assert np.array_equal(np.sort(one, axis=None), np.arange(1500))


def test_the_temperatures_noise_is_minus_the_logarithm():
    noise = rank_exchange.exponential_noise() / 2**8
    exact = -np.log((2 * np.arange(1024) + 1) / 2048)
    np.testing.assert_allclose(noise, exact, atol=2.0**-9 * 1.01)


def test_cutting_a_run_into_calls_changes_nothing():
    tables = mask_tables(TextureSpec("t", (16, 16)))
    params = exchange_params(tables, np.array([1], np.uint32), 20, (7, 3), hot=True)
    whole = run(tables, rank_exchange.init(random_ranks((1, 1, 16, 16))), params, 20)
    parts = rank_exchange.init(random_ranks((1, 1, 16, 16)))
    for rounds in (1, 2, 5, 12):
        parts = run(tables, parts, params, rounds)
    assert np.array_equal(whole.rank, parts.rank)
    assert np.array_equal(whole.order, parts.order)
