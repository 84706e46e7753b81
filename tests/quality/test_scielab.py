"""The benches' S-CIELAB: uniform colours as CIELAB has them, and blurs against sums over a picture mirrored all round."""

import math

import numpy as np
import pytest
from support import pictures, scielab


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
    ],
)
def test_a_uniform_colour_is_the_same_at_any_distance(rgb, expected):
    """The published CIELAB of sRGB's primaries."""
    picture = np.broadcast_to(np.array(rgb, float), (4, 5, 3))
    assert scielab.seen(picture, 35) == pytest.approx(np.broadcast_to(expected, (4, 5, 3)), abs=0.02)


def test_a_channel_blurred_against_sums_over_mirror_images():
    channel = np.random.default_rng(0).random((6, 7))
    spread, number = 0.08, 20
    tiled = np.pad(channel, 30, mode="symmetric")
    for y, x in ((0, 0), (3, 4), (5, 6)):
        weights = {
            (dy, dx): math.exp(-(dy * dy + dx * dx) / (spread * number) ** 2)
            for dy in range(-15, 16)
            for dx in range(-15, 16)
        }
        expected = sum(weight * tiled[30 + y + dy, 30 + x + dx] for (dy, dx), weight in weights.items())
        found = scielab.blurred(channel, ((2.0, spread),), number)[y, x]
        assert found == pytest.approx(expected / sum(weights.values()), abs=1e-3)


@pytest.mark.parametrize("levels", [2, 4])
def test_dithered_pictures_have_the_right_mean_and_levels(levels):
    ranks = np.random.default_rng(0).permutation(64).reshape(8, 8)
    grey = np.full((24, 16), 0.3)
    found = pictures.dithered(grey, ranks, levels)
    assert found * (levels - 1) == pytest.approx(np.round(found * (levels - 1)))
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.mean() == pytest.approx(0.3, abs=1 / 64)
    for end in (0.0, 1.0):
        assert (pictures.dithered(np.full((8, 8), end), ranks, levels) == end).all()


def test_psnr_without_an_eye_is_the_plain_one_and_the_eye_hides_the_fine():
    error = np.random.default_rng(0).random((6, 9)) - 0.5
    assert pictures.psnr_after_eye(error, 0) == pytest.approx(-10 * np.log10(np.mean(error**2)))
    fine = np.indices((8, 8)).sum(axis=0) % 2 - 0.5
    coarse = np.where(np.arange(8) < 4, 0.5, -0.5) * np.ones((8, 1))
    assert pictures.psnr_after_eye(fine, 35) > pictures.psnr_after_eye(coarse, 35) + 10
