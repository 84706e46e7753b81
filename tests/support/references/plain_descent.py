"""The article's plain form: `jnp.sort` is differentiated at every step. Slow, and what the fast form is measured by."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from bluenoise_assets.noise import losses, schedule
from bluenoise_assets.noise.updates import UPDATES


def loss(x, setting, weights):
    """As `losses.total`, with the histogram loss on the sorted values themselves."""
    power = losses.power_spectrum(x, setting.variance)
    histogram = jnp.mean((jnp.sort(x.reshape(-1)) - setting.quantiles) ** 2) / setting.variance
    return (
        weights.low_frequency * losses.low_frequency(power, setting.tables)
        + weights.uniformity * losses.uniformity(power, setting.tables)
        + weights.histogram * histogram
    )


gradient = jax.jit(jax.grad(loss))


@cache
def _program(method, steps):
    def run(x, setting):
        def step(i, carry):
            x, moments = carry
            weights = schedule.loss_weights(setting.weights, setting.randomize, setting.key, i)
            g = jax.grad(loss)(x, setting, weights) * setting.variance
            direction, moments = UPDATES[method](g, moments, i, setting.momentum)
            return x - schedule.learning_rate(setting.learning_rate, i) * direction, moments

        return jax.lax.fori_loop(0, steps, step, (x, (jnp.zeros_like(x), jnp.zeros_like(x))))[0]

    return jax.jit(run)


def descend(method, x, setting, steps):
    """`steps` steps; returns x."""
    return np.asarray(_program(method, steps)(x, setting))
