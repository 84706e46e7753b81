"""The pictures, and what masks make of them."""

import numpy as np
import pytest
from support import pictures as reference
from support.report_data import void_and_cluster_ranks

from bluenoise_assets.report.pictures import as_srgb, dithered, gradient, photograph, reference_masks


def test_the_gradient_has_every_shade_once():
    shades = gradient(8, 3)
    assert shades.shape == (3, 8)
    assert shades[2].tolist() == [(k + 0.5) / 8 for k in range(8)]


def test_the_photograph_is_small_and_has_most_shades():
    assert photograph().shape == (128, 192)
    assert 0 <= photograph().min() < 0.01
    assert 0.9 < photograph().max() <= 1
    assert 0.2 < photograph().mean() < 0.4
    assert as_srgb(photograph()).std() > 25


@pytest.mark.parametrize("levels", [2, 4])
def test_dithering_is_that_of_the_measurements(levels):
    """A mask that does not divide the picture's sides, and black and white as they are."""
    ranks = np.random.default_rng(1).permutation(35).reshape(5, 7)
    picture = np.vstack([photograph()[:13, :17], np.zeros((1, 17)), np.ones((1, 17))])
    found = dithered(picture, ranks, levels)
    assert np.array_equal(found, reference.dithered(picture, ranks, levels))
    assert set(np.unique(found)) <= {k / (levels - 1) for k in range(levels)}
    assert not found[-2].any()
    assert found[-1].all()


def test_a_dithered_shade_is_as_bright_as_the_shade():
    for name, ranks in reference_masks().items():
        assert dithered(np.full((64, 64), 0.3), ranks, 2).mean() == pytest.approx(0.3, abs=1 / 4096), name


def test_srgb_of_light():
    """IEC 61966-2-1's own points: a fifth of the light is 124 or so, and the straight part ends at .0031308."""
    assert as_srgb(np.array([0, 0.0031308, 0.2, 0.5, 1])).tolist() == [0, 10, 124, 188, 255]


def test_reference_masks():
    masks = reference_masks()
    assert list(masks) == ["white", "Bayer", "void and cluster"]
    for ranks in masks.values():
        assert sorted(ranks.ravel()) == list(range(4096))
    assert masks["Bayer"][:4, :4].ravel().argsort().tolist() == [0, 10, 2, 8, 5, 15, 7, 13, 1, 11, 3, 9, 4, 14, 6, 12]
    assert np.array_equal(masks["void and cluster"], void_and_cluster_ranks())
