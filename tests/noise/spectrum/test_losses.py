"""The losses are what they claim."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.descents import noise, params
from support.references import spectra

from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.spectrum import descent, losses
from bluenoise_assets.noise.spectrum.ranking import targets_of

SHAPES = [(8, 8), (7, 5), (6, 9), (10, 1), (1, 9), (4, 4)]


@pytest.mark.parametrize("shape", SHAPES)
def test_losses_equal_their_definitions(shape):
    x, table = noise(shape), losses.tables(shape, 0.26)
    power = losses.power_spectrum(x, x.var())
    assert float(losses.low_frequency(power, table)) == pytest.approx(spectra.low_frequency(x, 0.26) or 0, abs=1e-4)
    assert float(losses.uniformity(power, table)) == pytest.approx(spectra.uniformity(x, 0.26), abs=1e-4)


@own_settings()
def test_the_histogram_loss_by_hand():
    x, targets = jnp.array([[0.0, 1.0]]), jnp.array([[0.5, 1.0]])
    assert float(losses.histogram(x, targets, jnp.float32(0.25))) == 0.5  # (1/4 + 0)/2 / (1/4)


def test_where_no_frequency_is_low_the_loss_is_zero_and_never_nan():
    x, table = noise((4, 4)), losses.tables((4, 4), 0.25)
    assert float(losses.low_frequency(losses.power_spectrum(x, x.var()), table)) == 0
    with jax.debug_nans(True):
        given = params((4, 4))
        state = descent.step("adam", descent.init(x), given, jnp.int32(20))
    assert np.isfinite(np.asarray(state.x)).all()


def test_the_total_is_the_weighted_sum():
    x, given = noise((8, 8)), params((8, 8))
    targets = targets_of(jnp.asarray(x), jnp.asarray(given.quantiles))
    total, low = losses.total(x, targets, given.variance, given.tables, given.weights)
    power = losses.power_spectrum(x, given.variance)
    parts = (
        losses.low_frequency(power, given.tables),
        losses.uniformity(power, given.tables),
        losses.histogram(x, targets, given.variance),
    )
    assert float(total) == pytest.approx(
        sum(float(w) * float(p) for w, p in zip(given.weights, parts, strict=True)), rel=1e-5
    )
    assert float(low) == pytest.approx(float(parts[0]))


def test_random_factors():
    weights = losses.Weights(jnp.float32(1), jnp.float32(1), jnp.float32(1))
    drawn = np.array(
        [losses.randomized(weights, jnp.bool_(True), jnp.uint32(7), jnp.int32(step)) for step in range(200)]
    )
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 0.07
    assert np.abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.2  # its own factor for each loss
    assert len(np.unique(drawn)) > 590
    off = losses.randomized(weights, jnp.bool_(False), jnp.uint32(7), jnp.int32(3))
    assert [float(weight) for weight in off] == [1, 1, 1]
