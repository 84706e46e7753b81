"""The three losses on a texture's values (Wronski 2020, "Optimizing blue noise dithering").

Each is one function; `total` weighs them. The article gives its formulas as pictures; these are ours. White noise
has a low-frequency loss of 1.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bluenoise_assets.noise.runtime.counter_hash import mix, unit_interval
from bluenoise_assets.quality.frequencies import below_cutoff, half_spectrum_multiplicity

TINY_POWER = 1e-12
"""Keeps the amplitude differentiable where the power is zero."""


class Tables(NamedTuple):
    """What the losses know of the frequencies; half-spectrum arrays in `rfftn`'s layout, float32.

    `low` averages the power below the cut-off; `neighbours[axis]` averages over the pairs of neighbouring
    frequencies along an axis, both above the cut-off. Each sums to 1, or to 0 if there is no such frequency.
    """

    low: Any
    neighbours: tuple[Any, ...]


class Weights(NamedTuple):
    """Scalars, float32."""

    low_frequency: Any
    uniformity: Any
    histogram: Any


def tables(shape: tuple[int, ...], cutoff: float) -> Tables:
    """The tables of a texture of that shape, for a cut-off in cycles per texel."""
    times = half_spectrum_multiplicity(shape)
    below = below_cutoff(shape, cutoff)[..., : shape[-1] // 2 + 1]
    above = ~below
    above[(0,) * len(shape)] = False
    pairs = []
    for axis, side in enumerate(shape):
        both = above & np.roll(above, 1, axis)
        if side == 1:
            both[:] = False
        if axis == len(shape) - 1:
            both[..., 0] = False  # the half-spectrum does not wrap along its last axis
        pairs.append(both * times)
    pair_count = max(sum(float(pair.sum()) for pair in pairs), 1.0)
    low = below * times
    return Tables(
        low=(low / max(float(low.sum()), 1.0)).astype(np.float32),
        neighbours=tuple((pair / pair_count).astype(np.float32) for pair in pairs),
    )


def randomized(weights: Weights, randomize: jax.Array, key: jax.Array, step: jax.Array) -> Weights:
    """The weights at a step: each times its own random factor in [0, 1) where `randomize` is true."""
    counter = 3 * step.astype(jnp.uint32) + jnp.arange(3, dtype=jnp.uint32)
    factors = jnp.where(randomize, unit_interval(mix(mix(counter) ^ key)), 1.0)
    return Weights(*(weight * factors[i] for i, weight in enumerate(weights)))


def power_spectrum(x: jax.Array, variance: jax.Array) -> jax.Array:
    """|DFT|^2 of the values about their mean, in `rfftn`'s layout; white noise of that variance has mean 1."""
    spectrum = jnp.fft.rfftn(x - jnp.mean(x))
    return (spectrum.real**2 + spectrum.imag**2) / (x.size * variance)


def low_frequency(power: jax.Array, table: Tables) -> jax.Array:
    """Mean power below the cut-off, relative to white noise's."""
    return jnp.sum(power * table.low)


def uniformity(power: jax.Array, table: Tables) -> jax.Array:
    """Mean squared difference of the amplitudes of neighbouring frequencies above the cut-off."""
    amplitude = jnp.sqrt(power + TINY_POWER)
    total = jnp.zeros((), power.dtype)
    for axis, weight in enumerate(table.neighbours):
        total += jnp.sum(weight * (amplitude - jnp.roll(amplitude, 1, axis)) ** 2)
    return total


def histogram(x: jax.Array, targets: jax.Array, variance: jax.Array) -> jax.Array:
    """Mean squared distance of each value from the quantile of its rank, over the variance."""
    return jnp.mean((x - targets) ** 2) / variance


def total(
    x: jax.Array, targets: jax.Array, variance: jax.Array, table: Tables, weights: Weights
) -> tuple[jax.Array, jax.Array]:
    """The weighted sum of the losses, and the low-frequency loss alone (for the progress display).

    `x` and `targets` have one channel's shape; `targets` holds for each texel the value that belongs to its rank.
    """
    power = power_spectrum(x, variance)
    low = low_frequency(power, table)
    weighted = (
        weights.low_frequency * low
        + weights.uniformity * uniformity(power, table)
        + weights.histogram * histogram(x, targets, variance)
    )
    return weighted, low
