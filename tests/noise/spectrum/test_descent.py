"""The fast form of the descent is the plain form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.descents import decibels, noise, params
from support.references import plain_descent

from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.runtime.counter_hash import permutation
from bluenoise_assets.noise.spectrum import descent, losses
from bluenoise_assets.noise.spectrum.ranking import targets_of
from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.spec import LEARNING_RATES


@pytest.mark.parametrize("shape", [(8, 8), (16, 16), (7, 5)])
def test_at_a_refresh_the_gradient_is_that_of_the_plain_form(shape):
    given, gradient = params(shape), jax.jit(jax.grad(losses.total, has_aux=True))
    for seed in range(5):
        x = noise(shape, seed)
        targets = targets_of(jnp.asarray(x), jnp.asarray(given.quantiles))
        fast = gradient(x, targets, given.variance, given.tables, given.weights)[0]
        plain = plain_descent.gradient(x, given, given.weights)
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-5 * float(jnp.abs(plain).max()))


@pytest.mark.parametrize("method", ["adam", "momentum"])
def test_both_forms_end_at_the_same_quality(method):
    """Power below the cut-off after exact ranking, without swaps, mean of four: within 3 dB, both far below white."""
    shape, steps = (32, 32), 1000
    found = []
    for seed in range(4):
        given = params(shape, seed=seed)._replace(learning_rate=np.float32(LEARNING_RATES[method]))
        x = given.quantiles[permutation(1024, np.uint32(seed))].reshape(shape)
        fast = np.asarray(compiled.call(descent.step, (method,), descent.init(x), given, np.int32(steps)).x)
        plain = plain_descent.descend(method, x, given, steps)
        found.append([decibels(ranks_of(result)) for result in (fast, plain)])
    fast_db, plain_db = np.mean(found, axis=0)
    assert fast_db < -40
    assert fast_db == pytest.approx(plain_db, abs=3)


def test_cutting_a_descent_into_calls_changes_nothing():
    x, given = noise((8, 8)), params((8, 8))
    whole = compiled.call(descent.step, ("adam",), descent.init(x), given, np.int32(20))
    parts = descent.init(x)
    for steps in (1, 2, 5, 12):
        parts = compiled.call(descent.step, ("adam",), parts, given, np.int32(steps))
    for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(parts), strict=True):
        assert np.array_equal(a, b)
