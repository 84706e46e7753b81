"""The error of thresholded patterns against wrapped convolutions in space, and sums over all frequencies."""

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.quality.threshold_error import (
    eye_spectrum,
    filtered_error_db,
    pattern_power,
    sum_error_db,
    threshold_error_db,
)
from bluenoise_assets.spec import LUMINANCE


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize(("shape", "sigma"), [((12, 12), 1.0), ((9, 14), 1.5), ((1, 24), 1.0)])
def test_threshold_error_against_the_definition(shape, sigma):
    ranks = ranks_of(noise(shape))
    assert threshold_error_db(ranks, (sigma,))[sigma] == pytest.approx(spectra.threshold_error_db(ranks, sigma))


@pytest.mark.parametrize(("shape", "number"), [((12, 12), 35), ((9, 14), 140), ((1, 24), 35)])
def test_the_error_after_the_eye_against_sums_over_frequencies(shape, number):
    ranks = ranks_of(noise(shape))
    response = eye_spectrum(shape, number)
    found = filtered_error_db(pattern_power(ranks), shape, response)
    assert found == pytest.approx(spectra.eye_error_db(ranks, number), abs=1e-4)


def test_a_brighter_picture_shows_more():
    assert (eye_spectrum((8, 8), 70, 1000)[1:] > eye_spectrum((8, 8), 70)[1:]).all()


@pytest.mark.parametrize("weights", [None, LUMINANCE])
def test_the_error_of_a_sum_against_the_definition(weights):
    masks = [ranks_of(noise((9, 14), seed)) for seed in range(3)]
    found = sum_error_db(masks, (1.5,), weights)[1.5]
    assert found == pytest.approx(spectra.sum_error_db(masks, weights or [1, 1, 1], 1.5))


def test_a_mask_summed_with_itself_is_as_loud_as_the_weights_add_up():
    mask = ranks_of(noise((16, 16)))
    alone = threshold_error_db(mask, (1.0,))[1.0]
    assert sum_error_db([mask] * 3, (1.0,))[1.0] == pytest.approx(alone + 10 * np.log10(3))
    louder = 10 * np.log10(1 / sum(weight**2 for weight in LUMINANCE))
    assert sum_error_db([mask] * 3, (1.0,), LUMINANCE)[1.0] == pytest.approx(alone + louder)
