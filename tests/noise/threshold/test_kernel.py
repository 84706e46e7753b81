"""Kernels: all images of a filter's autocorrelation on the tile."""

import numpy as np
import pytest

from bluenoise_assets import GaussianFilter, TableFilter
from bluenoise_assets.noise.threshold.kernel import kernel
from bluenoise_assets.quality.kernels import autocorrelation


@pytest.mark.parametrize("shape", [(16, 16), (5, 7), (4, 4), (3, 2), (1, 9), (2, 2), (6, 5, 4)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_pairs_of_a_kernel_are_all_images_of_the_filter(shape, channels):
    table = autocorrelation(GaussianFilter(1.0), len(shape))
    found = kernel(table, shape, channels, 0.5, 1e-6)
    expected = {}
    middle = [side // 2 for side in table.shape]
    for place in np.ndindex(*table.shape):
        offset = tuple((p - m) % side for p, m, side in zip(place, middle, shape, strict=True))
        for channel in range(channels):
            weight = float(table[place]) * (0.5 if channel else 1)
            expected[(channel, *offset)] = expected.get((channel, *offset), 0) + weight
    expected.pop((0,) * (len(shape) + 1))
    mass = sum(expected.values())
    sums = dict.fromkeys(expected, 0)
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            sums[tuple(sign * o % side for o, side in zip(offset, (channels, *shape), strict=True))] += weight
    for offset, weight in expected.items():
        assert sums[offset] == pytest.approx(weight / mass * 2**15, abs=2.1)


def test_the_dense_table_holds_the_same_weights():
    shape = (8, 5)
    found = kernel(autocorrelation(TableFilter(((1.0, 2.0), (0.0, 3.0))), 2), shape, 1, 0.0, 0.001)
    dense = found.dense(shape, (4, 2))
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            assert dense[4 + sign * offset[1], 2 + sign * offset[2]] == weight
    assert dense[4, 2] == 0
    assert dense.sum() == found.total
