"""The article's plain form: `jnp.sort` is differentiated at every step. Slow, and what the fast form is measured by."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from bluenoise_assets.noise.spectrum import losses
from bluenoise_assets.noise.spectrum.updates import UPDATES


def loss(x, params, weights):
    """As `losses.total`, with the histogram loss on the sorted values themselves."""
    power = losses.power_spectrum(x, params.variance)
    histogram = jnp.mean((jnp.sort(x.reshape(-1)) - params.quantiles) ** 2) / params.variance
    return (
        weights.low_frequency * losses.low_frequency(power, params.tables)
        + weights.uniformity * losses.uniformity(power, params.tables)
        + weights.histogram * histogram
    )


gradient = jax.jit(jax.grad(loss))


@cache
def _program(method, steps):
    def run(x, params):
        def step(i, carry):
            x, moments = carry
            weights = losses.randomized(params.weights, params.randomize, params.key, i)
            g = jax.grad(loss)(x, params, weights) * params.variance
            direction, moments = UPDATES[method](g, moments, i, params.momentum)
            return x - params.learning_rate * direction, moments

        return jax.lax.fori_loop(0, steps, step, (x, (jnp.zeros_like(x), jnp.zeros_like(x))))[0]

    return jax.jit(run)


def descend(method, x, params, steps):
    """`steps` steps; returns x."""
    return np.asarray(_program(method, steps)(x, params))
