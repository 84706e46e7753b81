import numpy as np
import pytest

from bluenoise_assets.quality.quantization import dequantize, quantiles, quantize
from bluenoise_assets.report.measured.histogram import histogram
from bluenoise_assets.spec import GaussianDistribution, TriangularDistribution, UniformDistribution

rng = np.random.default_rng(4)


def found_of(values, bits=8):
    texels = quantize(values, bits) if bits in {8, 16} else np.asarray(values, np.float32)
    texels = rng.permutation(texels.ravel())[None]
    return histogram(texels, dequantize(texels))


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("count", [100, 1024, 10000])
def test_exact_masks_of_any_size(bits, count):
    found = found_of(quantiles(UniformDistribution(), count), bits)
    assert (found.distribution, found.texels_off) == ("uniform", 0)
    assert found.distance < 0.01
    assert (found.low, found.high) == pytest.approx((0, 1), abs=0.01)


def test_each_texel_that_is_off_counts():
    texels = np.repeat(np.arange(256, dtype=np.uint8), 4)
    texels[texels == 200] = 10  # 4 of 1024
    found = histogram(texels[None], dequantize(texels[None]))
    assert found.texels_off == pytest.approx(4 / 1024, abs=1e-5)
    twice = np.arange(1024, dtype=np.uint16) * 64
    twice[:6] = twice[6]  # six of them share the seventh's value
    found = histogram(twice[None], dequantize(twice[None]))
    assert found.texels_off == pytest.approx(6 / 1024, abs=1e-5)


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_other_distributions_are_known(bits):
    triangle = found_of(quantiles(TriangularDistribution(), 4096), bits)
    assert (triangle.distribution, triangle.texels_off) == ("triangular", None)
    for sigma in (0.1, 0.16, 0.3):
        bell = found_of(quantiles(GaussianDistribution(sigma), 4096), bits)
        assert bell.distribution == "gaussian"
        assert bell.sigma == pytest.approx(sigma, rel=0.05)


def test_white_noise_is_uniform_and_inexact():
    found = found_of(rng.random(4096))
    assert found.distribution == "uniform"
    assert 0.05 < found.texels_off < 0.2  # Poisson's numbers, of mean 16: sqrt(16 / (2 pi)) / 16 = 0.0997


def test_what_is_of_no_known_distribution():
    found = found_of(quantiles(UniformDistribution(), 4096) ** 3)
    assert found.distribution is None
    assert found.distance > 0.1
    flat = histogram(np.full((1, 16), 7, np.uint8), np.full((1, 16), 7.5 / 256))
    assert (flat.distribution, flat.levels) == (None, 1)
