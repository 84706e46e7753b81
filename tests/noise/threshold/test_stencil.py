"""The sums over neighbours against rolling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bluenoise_assets import GaussianFilter
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold import stencil
from bluenoise_assets.noise.threshold.kernel import kernel
from bluenoise_assets.noise.threshold.stencil import neighbour_sums, rises, stencil_of
from bluenoise_assets.quality.kernels import autocorrelation


@pytest.mark.parametrize("shape", [(1, 1, 9, 7), (2, 3, 8, 8), (1, 1, 1, 12), (1, 2, 5, 6, 4), (1, 1, 40, 3)])
@pytest.mark.parametrize("block", [1 << 16, 16])
@own_settings()
def test_neighbour_sums_are_what_rolling_gives(shape, block, monkeypatch):
    monkeypatch.setattr(stencil, "BLOCK_TEXELS", block)
    found = kernel(autocorrelation(GaussianFilter(1.0), len(shape) - 2), shape[2:], shape[1], 0.5, 0.01)
    values = np.random.default_rng(1).integers(0, 1 << 15, shape).astype(np.int32)
    others = values[..., ::-1].copy()
    (plain, product) = neighbour_sums(
        lambda n, o: (jnp.maximum(n, o) - jnp.minimum(n, o), n),
        jnp.asarray(values, jnp.uint16),
        (jnp.asarray(others, jnp.uint16),),
        jax.tree.map(jnp.asarray, stencil_of(found, found)),
        found.radius,
    )
    expected = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            neighbour = np.roll(values, [-sign * o for o in offset], range(1, len(shape)))
            expected[0][:] += weight * np.abs(neighbour - others)
            expected[1][:] += weight * neighbour
    assert np.array_equal(plain, expected[0])
    assert np.array_equal(product, expected[1])


@own_settings()
def test_a_rise_is_the_difference_of_two_sums():
    """Of |value - neighbour| before and after a texel alone takes another value; any weights, of both signs."""
    shape, rng = (1, 2, 11, 9), np.random.default_rng(2)
    table = rng.integers(-(1 << 20), 1 << 20, (5, 5))
    table = table + table[::-1, ::-1]
    table[2, 2] = 1 << 24
    found = kernel(table, shape[2:], 2, 0.3, 0.001)
    here, there = (rng.integers(0, 1 << 15, shape).astype(np.int32) for _ in range(2))
    rise = rises(jnp.asarray(here), jnp.asarray(there), jax.tree.map(jnp.asarray, stencil_of(found)), found.radius)
    expected = np.zeros(shape, np.int64)
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            neighbour = np.roll(here, [-sign * o for o in offset], range(1, len(shape)))
            expected += weight * (np.abs(there - neighbour) - np.abs(here - neighbour))
    assert np.array_equal(rise, expected)
