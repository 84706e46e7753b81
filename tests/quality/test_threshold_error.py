"""The error of thresholded patterns against wrapped convolutions in space."""

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.quality.threshold_error import threshold_error_db


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize(("shape", "sigma"), [((12, 12), 1.0), ((9, 14), 1.5), ((1, 24), 1.0)])
def test_threshold_error_against_the_definition(shape, sigma):
    ranks = ranks_of(noise(shape))
    assert threshold_error_db(ranks, (sigma,))[sigma] == pytest.approx(spectra.threshold_error_db(ranks, sigma))
