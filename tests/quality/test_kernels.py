"""Filters as integers: taps and autocorrelations against floating point, and the same on every machine."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets import AxesFilter, BinomialFilter, BoxFilter, EmaFilter, EyeFilter, GaussianFilter, TableFilter
from bluenoise_assets.quality.kernels import SCALE, autocorrelation, combined, core_sigma, gaussian_taps


@given(st.floats(0.3, 8), st.integers(0, 40))
def test_gaussian_taps(sigma, reach):
    taps = gaussian_taps(sigma, reach)
    exact = [math.exp(-(x**2) / (2 * sigma**2)) for x in range(-reach, reach + 1)]
    assert taps == taps[::-1]
    np.testing.assert_allclose(np.array(taps) / 2**24, np.array(exact) / sum(exact), atol=2.0**-24)


def direct(taps):
    """The autocorrelation of a filter, relative to its centre, by its definition."""
    found = {}
    for a in np.ndindex(*taps.shape):
        for b in np.ndindex(*taps.shape):
            offset = tuple(j - i for i, j in zip(a, b, strict=True))
            found[offset] = found.get(offset, 0) + taps[a] * taps[b]
    centre = found[(0,) * taps.ndim]
    return {offset: value / centre for offset, value in found.items()}


@pytest.mark.parametrize(
    ("part", "taps"),
    [
        (BoxFilter(3), np.ones((3, 3))),
        (BoxFilter((2, 4)), np.ones((4, 2))),
        (BinomialFilter(3), np.outer([1, 2, 1], [1, 2, 1])),
        (TableFilter(((1.0, 2.0, 0.5), (0.0, -1.0, 3.0))), np.array([[1, 2, 0.5], [0, -1, 3]])),
    ],
)
def test_autocorrelation_by_its_definition(part, taps):
    table = autocorrelation(part, 2)
    middle = [side // 2 for side in table.shape]
    for offset, value in direct(taps).items():
        assert table[tuple(m + o for m, o in zip(middle, offset, strict=True))] / SCALE == pytest.approx(
            value, abs=1e-6
        )
    assert table[tuple(middle)] == SCALE


@pytest.mark.parametrize("alpha", [0.1, 0.37, 1])
def test_a_moving_averages_autocorrelation_by_its_definition(alpha):
    """Taps a (1 - a)^k into the past, as many as float64 tells from 0, against the closed form (1 - a)^|d|."""
    taps = alpha * (1 - alpha) ** np.arange(800.0)
    exact = np.correlate(taps, taps, "full") / (taps @ taps)
    table = autocorrelation(EmaFilter(alpha), 1)
    reach = len(table) // 2
    np.testing.assert_allclose((table / SCALE).astype(float), exact[799 - reach : 800 + reach], atol=1e-9)
    assert (1 - alpha) ** (reach + 1) < 1e-3  # what is cut off


def test_a_filter_for_each_axis_is_the_product_of_its_axes():
    """x first, as in `size`; the array's axes are z, y, x."""
    x, y, z = ([1, 2, 1], [1, 1], 0.5 * 0.5 ** np.arange(24.0))
    table = autocorrelation(AxesFilter((BinomialFilter(3), BoxFilter(2), EmaFilter(0.5))), 3)
    exact = direct(np.einsum("i,j,k->kji", x, y, z[:8]))
    middle = [side // 2 for side in table.shape]
    assert [side // 2 for side in table.shape][1:] == [1, 2]
    for offset, value in exact.items():
        if abs(offset[0]) <= min(3, middle[0]):  # 8 taps stand for all of time
            at = tuple(m + o for m, o in zip(middle, offset, strict=True))
            assert table[at] / SCALE == pytest.approx(value, rel=0.02), offset
    one = autocorrelation(AxesFilter((BoxFilter(3), GaussianFilter(1.5))), 2) / SCALE
    lines = [autocorrelation(part, 1) / SCALE for part in (GaussianFilter(1.5), BoxFilter(3))]
    np.testing.assert_allclose(one.astype(float), np.multiply.outer(*lines).astype(float), atol=1e-9)


def test_filters_that_do_not_have_the_axes():
    with pytest.raises(ValueError, match="the filter has 2 axes and the texture 3"):
        autocorrelation(AxesFilter((BoxFilter(3), BoxFilter(2))), 3)


def test_a_gaussians_autocorrelation_is_a_wider_gaussian():
    table = autocorrelation(GaussianFilter((1.0, 2.0)), 2)  # x, y: the array's axes are y, x
    y, x = (side // 2 for side in table.shape)
    assert table[y, x + 2] / SCALE == pytest.approx(math.exp(-4 / 4), rel=1e-3)
    assert table[y + 2, x] / SCALE == pytest.approx(math.exp(-4 / 16), rel=1e-3)


def test_a_sum_of_filters_is_the_sum_of_normalised_errors():
    one, two = autocorrelation(BoxFilter(2), 1), autocorrelation(BoxFilter(3), 1)
    both = combined([(BoxFilter(2), 1.0), (BoxFilter(3), 0.5)], 1)
    assert both[2] == SCALE * Fraction(3, 2)
    assert both[3] == one[2] + two[3] // 2


def test_a_table_needs_two_axes():
    with pytest.raises(ValueError, match="two axes"):
        autocorrelation(TableFilter(((1.0,), (2.0,))), 3)


@pytest.mark.parametrize("sigma", [1.0, 1.5, 4.0])
def test_the_core_sigma_of_a_gaussian_is_its_own(sigma):
    found = core_sigma(autocorrelation(GaussianFilter(sigma), 2))
    assert [float(value) for value in found] == [pytest.approx(sigma, rel=0.03)] * 2


@pytest.mark.parametrize(("pixels", "luminance"), [(35, 100.0), (70, 100.0), (70, 5.0)])
def test_the_eyes_autocorrelation_is_nasanens_sensitivity_squared(pixels, luminance):
    """On a grid so fine and wide that neither its ends nor aliases count."""
    frequency = np.fft.fftfreq(512)
    f = np.hypot(frequency[:, None], frequency[None, :])
    squared = np.exp(-2 * f * pixels / (0.525 * math.log(luminance) + 3.91))
    exact = np.fft.ifft2(squared).real
    table = (autocorrelation(EyeFilter(pixels, luminance), 2) / SCALE).astype(float)
    middle = table.shape[0] // 2
    for y, x in np.ndindex(6, 6):
        taper = (1 - (x * x + y * y) / 12.5**2) ** 2
        assert table[middle + y, middle + x] == pytest.approx(exact[y, x] / exact[0, 0] * taper, abs=0.02)
    assert np.array_equal(table, table.T)
    assert table[middle, 0] > 0 == table[0, 0]


def test_an_eye_nearer_on_one_axis_sees_more_of_it():
    table = autocorrelation(EyeFilter((70, 35)), 2)
    assert table[12, 12 + 4] / SCALE == pytest.approx(
        (1 + (4 / 3.5211) ** 2) ** -1.5 * (1 - 16 / 12.5**2) ** 2, rel=1e-4
    )
    assert table[12 + 2, 12] / SCALE == pytest.approx(
        (1 + (4 / 3.5211) ** 2) ** -1.5 * (1 - 4 / 12.5**2) ** 2, rel=1e-4
    )
    with pytest.raises(ValueError, match="2 axes and the texture 3"):
        autocorrelation(EyeFilter((70, 35)), 3)
