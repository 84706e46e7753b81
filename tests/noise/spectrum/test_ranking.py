"""Sorting inside a compiled program."""

import jax.numpy as jnp
import numpy as np
from support.descents import noise

from bluenoise_assets.noise.spectrum.ranking import order_of, targets_of
from bluenoise_assets.quality.quantization import ranks_of


def test_ranks_and_targets():
    assert ranks_of(np.array([[0.3, 0.1], [0.3, 0.2]])).tolist() == [[2, 0], [3, 1]]  # ties in reading order
    x = noise((1025, 1024)).reshape(-1)  # beyond 2^20 texels: two keys
    assert np.array_equal(order_of(jnp.asarray(x)), np.argsort(x, kind="stable"))
    x = noise((32, 32), 3) * 1.4 - 0.2  # packed, some values outside [0, 1]
    quantiles = jnp.arange(1024, dtype=jnp.float32)
    targets = np.asarray(targets_of(jnp.asarray(x), quantiles))
    assert np.array_equal(np.sort(targets, axis=None), np.arange(1024))
    assert np.abs(targets - ranks_of(x)).max() <= 1  # packing rounds values to 22 bits
