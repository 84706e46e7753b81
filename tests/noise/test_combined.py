"""The weighted sum of both objectives."""

import numpy as np

from bluenoise_assets import GaussianFilter, Spectrum, Sum, TextureSpec, Threshold, WeightedFilter, generate_ranks
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import threshold_error_db


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


def test_a_sum_lowers_the_spectrum_below_its_cutoff():
    alone = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2)))[0]
    objective = Sum(Threshold(), Spectrum(cutoff=0.125), 0.1)
    both = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2), objective=objective))[0]
    assert np.array_equal(np.sort(both, axis=None), np.arange(4096))
    assert low_frequency_db(both) < low_frequency_db(alone) - 6
    assert threshold_error_db(both, (1.2,))[1.2] < -11
