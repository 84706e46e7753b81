"""Which frequencies count as low decides what the optimiser suppresses."""

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.quality.frequencies import below_cutoff, radial_frequency


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (1, 9), (10, 1), (40, 40), (1, 1)])
@pytest.mark.parametrize("cutoff", [0.1, 0.2, 0.25, 0.3])
def test_against_exact_arithmetic(shape, cutoff):
    """(6, 8)/40 lies exactly at 0.25: rounding must not decide."""
    np.testing.assert_allclose(radial_frequency(shape), spectra.radius(shape), atol=1e-15)
    assert np.array_equal(below_cutoff(shape, cutoff), spectra.is_below(shape, cutoff))


def test_4x4_has_none_below_a_quarter():
    assert not below_cutoff((4, 4), 0.25).any()
    assert below_cutoff((10, 10), 0.2).sum() == 8  # (+-1, 0), (0, +-1), (+-1, +-1) of 10; (2, 0) lies at it
