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
from bluenoise_assets.quality.quantization import (
    channels_of_texels,
    dequantize,
    points_of,
    quantiles,
    quantize,
    samples_of_texels,
    texels_of_ranks,
)
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS

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


# ---------------------------------------------------------------- vectors

VECTORS = [space for space in COMPONENTS if space != "scalar"]
STORED = [(8, "unorm"), (16, "unorm"), (16, "float"), (32, "float")]


def a_vector_texture(space, bits=8, encoding="unorm"):
    """Three frames in a random order, and their ranks."""
    spec = TextureSpec("t", (12, 7), bits=bits, encoding=encoding, frames=3, sample_space=space)
    random = np.random.default_rng(5)
    return spec, np.stack([random.permutation(84).reshape(7, 12) for _ in range(3)])[None].astype(np.int32)


@pytest.mark.parametrize(("bits", "encoding"), STORED)
@pytest.mark.parametrize("space", VECTORS)
def test_a_sample_is_its_point_to_half_a_step(space, bits, encoding):
    spec, ranks = a_vector_texture(space, bits, encoding)
    texels = texels_of_ranks(ranks, spec)
    assert texels.shape == (3, 7, 12, COMPONENTS[space])
    assert texels.dtype == spec.storage
    points = points_of(spec)
    samples = samples_of_texels(texels, spec)
    for (frame, y, x), rank in np.ndenumerate(ranks[0]):
        if space in DIRECTIONS:
            # A component is off by half a step of 2^(1 - bits) at most, the direction by sqrt(3) times that.
            step = 2.0 ** (1 - bits) if encoding == "unorm" else 2.0 ** -(10 if bits == 16 else 23)
            assert math.dist(samples[frame, y, x], points[rank]) <= 1.1 * math.sqrt(3) * step / 2
            assert math.hypot(*samples[frame, y, x]) == pytest.approx(1, abs=1e-12)
        elif encoding == "unorm":
            assert texels[frame, y, x].tolist() == [math.floor(value * 2**bits) for value in points[rank]]
        else:
            np.testing.assert_allclose(samples[frame, y, x], points[rank], rtol=2.0**-11, atol=2.0**-14)


@pytest.mark.parametrize(("bits", "encoding"), STORED)
@pytest.mark.parametrize("space", ["hemisphere", "cosine_hemisphere"])
def test_no_sample_of_a_hemisphere_is_below_it(space, bits, encoding):
    spec, ranks = a_vector_texture(space, bits, encoding)
    assert samples_of_texels(texels_of_ranks(ranks, spec), spec)[..., 2].min() >= 0


def test_components_of_directions_are_stored_as_halves_of_their_range(monkeypatch):
    """By hand: -1 is the first level, 0 the middle one, 1, which would be one too many, the last."""
    points = np.array([[-1.0, 0.0], [0.0, 1.0], [0.6, -0.8]])
    monkeypatch.setattr("bluenoise_assets.quality.sample_spaces.points", lambda _space, _count, _density: points)
    spec = TextureSpec("t", (3, 1), sample_space="circle")
    texels = texels_of_ranks(np.arange(3, dtype=np.int32).reshape(1, 1, 3), spec)
    assert texels.tolist() == [[[0, 128], [128, 255], [204, 25]]]
    found = samples_of_texels(texels, spec)[0, 2]
    assert found == pytest.approx(np.array([153, -205]) / math.hypot(153, 205))  # 2 * (204 + 1/2) / 256 - 1 = 153/256
    floats = TextureSpec("t", (3, 1), bits=32, encoding="float", sample_space="circle")
    stored = texels_of_ranks(np.arange(3, dtype=np.int32).reshape(1, 1, 3), floats)
    np.testing.assert_array_equal(stored[0], points.astype(np.float32))


def test_a_single_vector_texture_has_no_axis_of_frames():
    ranks = np.arange(84, dtype=np.int32).reshape(1, 7, 12)
    assert texels_of_ranks(ranks, TextureSpec("t", (12, 7), sample_space="vec3")).shape == (7, 12, 3)
