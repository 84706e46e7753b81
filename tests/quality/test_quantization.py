"""Every value exactly as often as the distribution asks, and the same after a shader decodes it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets import (
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
)
from bluenoise_assets.quality.quantization import channels_of_texels, dequantize, quantiles, quantize, texels_of_ranks

COUNTS = [1, 2, 3, 100, 4096]


def inverse(cdf, probability):
    """A quantile by bisection of the distribution function."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < probability else (low, middle)
    return (low + high) / 2


def triangular_cdf(x):
    return 2 * x * x if x < 0.5 else 1 - 2 * (1 - x) ** 2


def gaussian_cdf(sigma):
    def plain(x):
        return 0.5 * (1 + math.erf((x - 0.5) / (sigma * math.sqrt(2))))

    return lambda x: (plain(x) - plain(0)) / (plain(1) - plain(0))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(
    ("distribution", "cdf"),
    [
        (UniformDistribution(), lambda x: x),
        (TriangularDistribution(), triangular_cdf),
        (GaussianDistribution(0.16), gaussian_cdf(0.16)),
        (GaussianDistribution(2.0), gaussian_cdf(2.0)),
    ],
)
def test_quantiles_invert_the_distribution_function(distribution, cdf, count):
    expected = [inverse(cdf, (rank + 0.5) / count) for rank in range(count)]
    found = quantiles(distribution, count)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_table_by_hand():
    # ranks 0..3 of 4 stand at 1/8, 3/8, 5/8, 7/8; the table's values at 0, 1/2, 1
    assert quantiles(TableDistribution((0.0, 0.2, 1.0)), 4).tolist() == pytest.approx([0.05, 0.15, 0.4, 0.8])


@pytest.mark.parametrize(
    "distribution",
    [UniformDistribution(), TriangularDistribution(), GaussianDistribution(0.16), GaussianDistribution(0.01)],
)
@pytest.mark.parametrize("count", COUNTS)
def test_symmetric_rising_and_in_range(distribution, count):
    found = quantiles(distribution, count)
    np.testing.assert_allclose(found + found[::-1], 1, atol=1e-12)
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize(("count", "bits"), [(256, 8), (4096, 8), (100, 8), (3700, 8), (65536, 16), (4096, 16), (1, 8)])
def test_each_level_equally_often_or_within_one(count, bits):
    levels = np.bincount(quantize(quantiles(UniformDistribution(), count), bits), minlength=2**bits)
    assert levels.sum() == count
    assert levels.max() - levels.min() <= (0 if count % 2**bits == 0 else 1)


def test_stored_by_hand():
    values = np.array([0, 1 / 512, 255 / 256, 0.999999, 1.0])
    assert quantize(values, 8).tolist() == [0, 0, 255, 255, 255]
    assert quantize(values, 8).dtype == np.uint8
    assert quantize(np.array([0.5]), 16).tolist() == [32768]
    assert quantize(np.array([0.5]), 16).dtype == np.uint16


@given(st.integers(0, 255), st.integers(0, 65535))
def test_decoding_and_storing_again_changes_nothing(low, high):
    assert quantize(dequantize(np.array([low], np.uint8)), 8).tolist() == [low]
    assert quantize(dequantize(np.array([high], np.uint16)), 16).tolist() == [high]


def test_layout_of_channels():
    ranks = np.arange(12, dtype=np.int32).reshape(2, 2, 3) % 6
    texels = texels_of_ranks(ranks, TextureSpec("t", (3, 2), channels=2))
    assert texels.shape == (2, 3, 2)
    assert texels[1, 2, 1] == math.floor(5.5 / 6 * 256)
    assert [channel.shape for channel in channels_of_texels(texels, 2)] == [(2, 3), (2, 3)]
    assert texels_of_ranks(ranks[:1], TextureSpec("t", (3, 2), bits=16)).shape == (2, 3)
