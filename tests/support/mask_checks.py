"""What holds of masks of any size, and of any filter: a few in the suite, many in tests/soak/."""

import numpy as np
from hypothesis import strategies as st

from bluenoise_assets import (
    PRESETS,
    BinomialFilter,
    BoxFilter,
    EyeFilter,
    GaussianFilter,
    TableFilter,
    TextureSpec,
    WeightedFilter,
    generate_ranks,
)
from bluenoise_assets.quality.threshold_error import filtered_error_db, pattern_power, wrapped_filter_spectrum


def assert_masks(ranks, size, channels):
    """Every rank once in each channel."""
    assert ranks.shape == (channels, *size[::-1])
    assert ranks.dtype == np.int32
    for one in ranks:
        assert np.array_equal(np.sort(one, axis=None), np.arange(one.size))


@st.composite
def wide_filters(draw):
    """One or two filters that let less through the finer a pattern is, tables among them."""
    sigma = st.floats(0.6, 2.5).map(lambda x: GaussianFilter(round(x, 2)))
    table = st.lists(st.integers(1, 9), min_size=9, max_size=9).map(
        lambda taps: TableFilter((tuple(taps[:3]), tuple(taps[3:6]), tuple(taps[6:])))
    )
    eye = st.floats(20, 120).map(lambda x: EyeFilter(round(x)))
    each = st.one_of(sigma, eye, st.integers(2, 6).map(BoxFilter), st.integers(2, 6).map(BinomialFilter), table)
    weighted = st.builds(WeightedFilter, each, st.sampled_from([0.3, 1.0, 2.0]))
    return tuple(draw(st.lists(weighted, min_size=1, max_size=2)))


def assert_no_preset_is_better(filters, size):
    """Of filters that have a low-frequency part at all: none ends worse under itself than a preset does."""
    response = wrapped_filter_spectrum(filters, size)

    def error(chosen):
        masks = (generate_ranks(TextureSpec("t", size, seed=seed, filter=chosen))[0] for seed in range(2))
        return np.mean([10 ** (filtered_error_db(pattern_power(mask), size, response) / 10) for mask in masks])

    assert error(filters) < 1.03 * min(map(error, PRESETS))
