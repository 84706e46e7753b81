"""Sorting inside a compiled program: which value belongs to which texel."""

import jax
import jax.numpy as jnp
from jax import lax

PACKED_INDEX_BITS = 20
"""Up to this many bits of index, value and index share 32 bits, and one integer sort is five times faster."""


def order_of(x: jax.Array) -> jax.Array:
    """The texels, as flat indices, int32, by rising value; x is flat, its values about 0 to 1.

    Slices of up to 2^20 texels are sorted by the leading 12 or more bits of the value: enough for targets, which
    the descent only moves towards (512x512 and 1024x1024 end at the same quality). `quantization.ranks_of` is the
    exact form.
    """
    count = x.size
    index_bits = max(1, (count - 1).bit_length())
    if index_bits > PACKED_INDEX_BITS:
        return jnp.asarray(lax.sort((x, jnp.arange(count, dtype=jnp.int32)), num_keys=1)[1])
    value_bits = 32 - index_bits
    # values may leave [0, 1] a little while they move; a quarter on each side keeps their order
    unit = jnp.clip(x / 1.5 + 0.25 / 1.5, 0.0, 1.0 - 2.0**-24)
    packed = (unit * 2.0**value_bits).astype(jnp.uint32) << index_bits
    packed = jnp.sort(packed | jnp.arange(count, dtype=jnp.uint32))
    return jnp.asarray(packed & jnp.uint32(2**index_bits - 1), jnp.int32)


def targets_of(x: jax.Array, quantiles: jax.Array) -> jax.Array:
    """For each texel the quantile of its rank. `quantiles` rises, shape `(x.size,)`; the result has x's shape."""
    order = order_of(x.reshape(-1))
    targets: jax.Array = jnp.zeros_like(quantiles).at[order].set(quantiles, unique_indices=True).reshape(x.shape)
    return targets
