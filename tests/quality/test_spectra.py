"""Power spectra against slow sums over all texels and frequencies, and by hand."""

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.quality.spectra import low_frequency_db, power_spectrum, radial_spectrum


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("shape", [(8, 8), (7, 5), (1, 9), (10, 1)])
def test_power_and_low_frequency_against_the_definition(shape):
    x = noise(shape)
    np.testing.assert_allclose(power_spectrum(x), spectra.power(x), atol=1e-9)
    expected = spectra.low_frequency(x, 0.3)
    assert low_frequency_db(x, 0.3) == pytest.approx(10 * np.log10(expected))


def test_the_radial_spectrum_by_hand():
    """cos(2 pi x/8) of 8 x 8: all power in the two frequencies (0, +-1) of a ring of four, at 1/8."""
    x = np.cos(2 * np.pi * np.arange(8) / 8)[None].repeat(8, axis=0)
    frequency, power, anisotropy = radial_spectrum(x)
    ring = np.argmin(np.abs(frequency - 1 / 8))
    # ring 1 is (+-1, 0), (0, +-1) and the corners (+-1, +-1), whose distance 1.41 rounds to 1: 32, 32, 0, 0, 0, 0, 0, 0
    assert power[ring] == pytest.approx(8)
    assert anisotropy[ring] == pytest.approx(10 * np.log10((2 * 24**2 + 6 * 8**2) / 7 / 8**2))
    assert np.delete(power, ring) == pytest.approx(0, abs=1e-12)
