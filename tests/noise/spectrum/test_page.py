"""What the page beside the package, spectrum.md, tells users to choose, on a small size."""

from functools import cache

import numpy as np
from support.value_noise import structure, value_error_db

from bluenoise_assets import GaussianDistribution, Spectrum, TextureSpec, TriangularDistribution, generate_ranks
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import threshold_error_db, wrapped_gaussian_spectrum

SIZE = (32, 32)
FILM = GaussianDistribution(0.16)


@cache
def ranks(objective=None, distribution=None):
    keys = {"objective": objective} if objective else {}
    law = {"distribution": distribution} if distribution else {}
    return generate_ranks(TextureSpec("t", SIZE, bits=16, **keys, **law))[0]


def blurred_db(objective, sigma, distribution=None):
    """Of what is added to a picture and blurred."""
    made = ranks(objective, distribution)
    values = quantiles(distribution, made.size)[made] if distribution else made
    return value_error_db(values, wrapped_gaussian_spectrum(SIZE, sigma))


def test_grain_wants_the_higher_cutoff():
    """After a Gaussian of 1 texel 0.25 is worse than a mask, 0.4 better; of a normal law, too."""
    low, high = Spectrum(cutoff=0.25), Spectrum(cutoff=0.4)
    for law in (None, FILM):
        assert blurred_db(high, 1, law) < blurred_db(None, 1, law) - 3
        assert blurred_db(low, 1, law) > blurred_db(None, 1, law) + 3
    assert blurred_db(low, 2) < blurred_db(None, 2)  # a wider blur makes up for it


def test_a_blue_spectrum_of_values_is_no_mask_at_any_cutoff():
    for cutoff in (0.15, 0.25, 0.4):
        assert threshold_error_db(ranks(Spectrum(cutoff=cutoff)))[1.5] > threshold_error_db(ranks())[1.5] + 8


def test_uniformity_smooths_the_spectrum_and_changes_nothing_else():
    rough, smooth = Spectrum(uniformity=0), Spectrum()
    assert abs(blurred_db(rough, 1) - blurred_db(smooth, 1)) < 0.7
    found = [structure(ranks(each), 0.25) for each in (rough, smooth)]
    assert found[0][0] > found[1][0] + 8
    assert found[0][1] > found[1][1] + 3


def test_a_law_changes_a_masks_values_and_not_its_ranks():
    for law in (FILM, TriangularDistribution()):
        made = ranks(distribution=law)
        assert np.array_equal(made, ranks())
        assert low_frequency_db(quantiles(law, made.size)[made]) > low_frequency_db(made) + 5
