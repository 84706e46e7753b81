"""How a gradient becomes a step: one function for each method. Moments are a pair of arrays of x's shape."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

Moments = tuple[jax.Array, jax.Array]
Update = Callable[[jax.Array, Moments, jax.Array, jax.Array], tuple[jax.Array, Moments]]

ADAM_BETA2 = 0.999
ADAM_EPSILON = 1e-12


def adam(gradient: jax.Array, moments: Moments, step: jax.Array, beta: jax.Array) -> tuple[jax.Array, Moments]:
    """Adam (Kingma and Ba 2015, algorithm 1): the direction to subtract, and the new moments."""
    first = beta * moments[0] + (1 - beta) * gradient
    second = ADAM_BETA2 * moments[1] + (1 - ADAM_BETA2) * gradient**2
    count = (step + 1).astype(jnp.float32)
    unbiased_first = first / (1 - beta**count)
    unbiased_second = second / (1 - ADAM_BETA2**count)
    return unbiased_first / (jnp.sqrt(unbiased_second) + ADAM_EPSILON), (first, second)


def momentum(gradient: jax.Array, moments: Moments, step: jax.Array, beta: jax.Array) -> tuple[jax.Array, Moments]:
    """Heavy ball (Polyak 1964). The gradient is taken times the number of texels: a rate that fits any size."""
    del step
    velocity = beta * moments[0] + gradient * gradient.size
    return velocity, (velocity, moments[1])


UPDATES: dict[str, Update] = {"adam": adam, "momentum": momentum}
