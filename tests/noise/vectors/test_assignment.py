"""Points for positions: each once, and little movement."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from bluenoise_assets.noise.vectors.assignment import assign, rotation, targets_of
from bluenoise_assets.quality.sample_spaces import points

SPACES = ["vec2", "vec3", "vec4", "circle", "sphere", "hemisphere", "cosine_hemisphere"]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [2, 7, 400])
def test_points_in_their_places_stay_there(space, count):
    targets = targets_of(space, points(space, count), 8)
    order = np.random.default_rng(1).permutation(count)
    found = assign(targets, targets.coordinates[:, None, order], 8)
    assert (found == order).all()


@pytest.mark.parametrize("space", SPACES)
def test_the_movement_is_nearly_the_least(space):
    """Of positions that are moved at random by about a point's distance, against the Hungarian method's optimum."""
    count, rng = 400, np.random.default_rng(2)
    targets = targets_of(space, points(space, count), 64)
    moved = targets.coordinates[:, rng.permutation(count)] + np.round(
        rng.normal(size=(len(targets.coordinates), count)) * 500
    )
    found = assign(targets, moved[:, None].astype(np.int32), 256)[0]
    assert (np.sort(found) == np.arange(count)).all()
    costs = ((moved[:, :, None] - targets.coordinates[:, None]) ** 2).sum(axis=0)
    least = costs[linear_sum_assignment(costs)].sum()
    assert costs[np.arange(count), found].sum() < {"vec4": 2.1, "circle": 1.01}.get(space, 1.9) * least
    if space != "circle":  # by sorting alone it is 3 to 5 times the least
        first = assign(targets, moved[:, None].astype(np.int32), 0)[0]
        assert costs[np.arange(count), first].sum() > 1.5 * costs[np.arange(count), found].sum()


@pytest.mark.parametrize("components", [2, 3, 4])
def test_rotations(components):
    for number in range(20):
        turned = rotation(components, number) / 1024
        np.testing.assert_allclose(turned @ turned.T, np.eye(components), atol=0.003)


def test_partners_are_pairs_that_lie_close():
    targets = targets_of("sphere", points("sphere", 1000), 16)
    for row in targets.partners:
        assert (row[row] == np.arange(1000)).all()
        assert (row != np.arange(1000)).mean() > 0.9
        apart = targets.coordinates - targets.coordinates[:, row]
        assert np.median(np.sqrt((apart**2).sum(axis=0))) < 2.5 * 8192 * np.sqrt(4 * np.pi / 1000)
