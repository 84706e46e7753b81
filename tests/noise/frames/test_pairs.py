"""The pairs' sums: exact in sixteen bits, whatever the filter, the size and the values."""

from fractions import Fraction

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.references import frame_forces

from bluenoise_assets import BinomialFilter, BoxFilter, GaussianFilter, TableFilter
from bluenoise_assets.noise.frames.pairs import CHUNK_WEIGHT, CLIP, TOTAL_WEIGHT, classes_of, pair_sums, size_of
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold.kernel import kernel
from bluenoise_assets.quality.kernels import combined

LEAST, MOST = -(1 << 13), 3 * (1 << 13) - 1
"""Values, int16, of latents that are as far out as they can be."""

SHARPENED = TableFilter([[0, -1, 0], [-1, 8, -1], [0, -1, 0]])
FILTERS = [
    GaussianFilter(1),
    GaussianFilter((2.5, 0.5)),
    BoxFilter(3),
    BinomialFilter(4),
    SHARPENED,
    TableFilter([[1, -1]]),
]

shapes = st.sampled_from([(1, 1), (2, 2), (2, 3), (1, 9), (7, 5), (16, 16), (64, 48)])


def kernel_of(part, shape, channels=1, cut=0.01):
    return kernel(combined([(part, 1.0)], len(shape)), shape, channels, 0.5, cut)


@own_settings()
def fast_sums(values, classes, weights, axes, shift, clip):
    program = jax.jit(pair_sums, static_argnums=(1, 3))
    return np.asarray(program(values, classes, weights, axes, np.int16(shift), np.int16(clip)))


def assert_same(values, part, axes, shift, clip):
    values = values.astype(np.int16)
    shape = tuple(values.shape[axis] for axis in axes)
    classes, weighting = classes_of(kernel_of(part, shape, values.shape[0]), [Fraction(5, 4), Fraction(1)])
    for stage in range(2):
        found = fast_sums(values, classes, weighting.weights[stage], axes, shift, clip)
        assert found.dtype == np.int32
        expected = frame_forces.pair_sums(values, classes, weighting.weights[stage], axes, shift, clip)
        assert np.array_equal(found, expected)
        assert np.abs(expected).max(initial=0) > 0 or not classes.chunks


@pytest.mark.parametrize("part", FILTERS[:-1])
def test_sums_in_space(part):
    values = np.random.default_rng(0).integers(0, 1 << 14, (2, 2, 9, 7))
    assert_same(values, part, (2, 3), 7, 40)


@pytest.mark.parametrize(("part", "shape"), [(GaussianFilter(2), (1, 3, 2, 3)), (FILTERS[-1], (3, 2, 1, 5))])
def test_sums_on_a_tile_smaller_than_the_filter(part, shape):
    assert_same(np.random.default_rng(1).integers(LEAST, MOST + 1, shape), part, (2, 3), 9, CLIP)


@pytest.mark.parametrize("frames", [2, 3, 8])
def test_sums_in_time(frames):
    values = np.random.default_rng(2).integers(0, 1 << 14, (2, frames, 3, 2))
    assert_same(values, GaussianFilter(1.5), (1,), 6, 33)


@pytest.mark.parametrize("part", [GaussianFilter(1.7), SHARPENED])
def test_no_values_are_too_far_apart(part):
    """One texel at an end of the range and all others at the other; every pair counts `CLIP`, all of one sign."""
    values = np.full((1, 2, 16, 15), MOST)
    values[0, 0, 3, 4] = LEAST
    assert_same(values, part, (2, 3), 0, CLIP)
    assert_same(LEAST + MOST - values, part, (2, 3), 0, CLIP)


filters = st.one_of(
    st.floats(0.3, 8).map(lambda sigma: GaussianFilter(round(sigma, 2))),
    st.integers(1, 32).map(BoxFilter),
    st.integers(1, 32).map(BinomialFilter),
    st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=1, max_size=4)
    .filter(lambda rows: any(map(any, rows)))
    .map(TableFilter),
)


@given(filters, shapes, st.integers(1, 4), st.lists(st.fractions(1, 2), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_chunks_fit_into_sixteen_bits_and_hold_all_offsets(part, shape, channels, powers):
    own = kernel_of(part, shape, channels)
    classes, weighting = classes_of(own, powers)
    flat = [members for chunk in classes.chunks for members in chunk]
    assert weighting.weights.dtype == np.int16
    assert weighting.weights.shape == (len(powers), len(flat))
    place = 0
    for chunk in classes.chunks:
        counts = np.array([len(members) for members in chunk])
        weights = weighting.weights[:, place : place + len(chunk)].astype(int)
        assert ((np.abs(weights) * counts).sum(axis=1) <= CHUNK_WEIGHT).all()
        place += len(chunk)
    wanted = sorted((*o, w) for offset, w in zip(own.offsets.tolist(), own.weights.tolist(), strict=True)
                    for o in (offset, [-c for c in offset]))  # fmt: skip
    assert sorted(offset for members in flat for offset in members) == [tuple(entry[:-1]) for entry in wanted]
    counts = np.array([len(members) for members in flat], int)
    assert weighting.total.tolist() == (weighting.weights.astype(int) * counts).sum(axis=1).tolist()
    sizes = (np.abs(weighting.weights.astype(int)) * counts).sum(axis=1)
    assert size_of(classes, weighting) == sizes[-1]
    weights = np.array([entry[-1] for entry in wanted], float)
    place_of = {o: i for i, members in enumerate(flat) for o in members}
    for row, power in zip(weighting.weights.tolist(), powers, strict=True):
        raised = np.abs(weights / max(abs(own.centre), 1)) ** float(power)
        for entry, exact in zip(wanted, TOTAL_WEIGHT * raised / max(raised.sum(), 1e-300), strict=True):
            found = row[place_of[tuple(entry[:-1])]]
            assert found * entry[-1] > 0
            assert abs(abs(found) - min(max(exact, 1), CHUNK_WEIGHT)) <= 0.5001


@pytest.mark.parametrize("part", FILTERS[:-1])
def test_the_weights_sum_to_about_the_same_at_all_stages(part):
    powers = [Fraction(100, 72), Fraction(6, 5), Fraction(1)]
    classes, weighting = classes_of(kernel_of(part, (32, 32)), powers)
    counts = np.array([len(members) for chunk in classes.chunks for members in chunk])
    assert np.abs(np.abs(weighting.weights).astype(int) @ counts / TOTAL_WEIGHT - 1).max() < 0.03


def test_the_power_of_a_gaussian_is_a_narrower_gaussian():
    """K = exp(-r^2 / (4 sigma^2)), so K^(1/s^2) is that of sigma s."""
    narrow, _ = weights_of(GaussianFilter(1.2), [Fraction(100, 64)])
    plain, _ = weights_of(GaussianFilter(0.96), [Fraction(1)])
    for offset in [(0, 0, 1), (0, 1, 1), (0, 0, 2)]:
        assert narrow[offset] == pytest.approx(plain[offset], abs=2)


def weights_of(part, powers):
    classes, weighting = classes_of(kernel_of(part, (32, 32), cut=0.001), powers)
    flat = [members for chunk in classes.chunks for members in chunk]
    rows = weighting.weights.tolist()
    return {offset: rows[0][i] for i, members in enumerate(flat) for offset in members}, weighting
