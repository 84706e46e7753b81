"""What changes from step to step: the step size and the random factors of the losses."""

import jax
import jax.numpy as jnp

from bluenoise_assets.noise.counter_hash import mix, unit_interval
from bluenoise_assets.noise.losses import Weights


def learning_rate(base: jax.Array, step: jax.Array) -> jax.Array:
    """The step size at a step: constant. The random factors already anneal, and decays measured no better."""
    del step
    return base


def loss_weights(weights: Weights, randomize: jax.Array, key: jax.Array, step: jax.Array) -> Weights:
    """The weights at a step: each times its own random factor in [0, 1) where `randomize` is true."""
    counter = 3 * step.astype(jnp.uint32) + jnp.arange(3, dtype=jnp.uint32)
    factors = jnp.where(randomize, unit_interval(mix(mix(counter) ^ key)), 1.0)
    return Weights(*(weight * factors[i] for i, weight in enumerate(weights)))
