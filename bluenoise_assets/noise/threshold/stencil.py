"""Weighted sums over the neighbours of every texel, in integers: the one costly loop of the threshold objective.

Arrays have the axes `(batch, channel, *space)`; all but the first wrap around. The offsets are data, not code: one
compiled program serves every filter, and is compiled in a fraction of the time that unrolled offsets take. XLA fuses
each group of offsets into one vectorised pass over a block of texels that fits the processor's cache.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bluenoise_assets.noise.threshold.kernel import Kernel

GROUP = 4
"""Offsets added in one pass."""

BLOCK_TEXELS = 1 << 16
"""Texels whose sums are built up at once."""


class Stencil(NamedTuple):
    """Offsets, int32 `[group, GROUP, axes]`, and for each sum its weights, int32 `[group, GROUP, sum]`."""

    offsets: Any
    weights: Any


def stencil_of(*kernels: Kernel) -> Stencil:
    """Kernels in the form that `neighbour_sums` takes: one kernel for each sum, the last group filled up with zeros."""
    weights: dict[tuple[int, ...], list[int]] = {}
    for i, kernel in enumerate(kernels):
        for offset, weight in zip(kernel.offsets.tolist(), kernel.weights.tolist(), strict=True):
            weights.setdefault(tuple(offset), [0] * len(kernels))[i] = weight
    axes = len(kernels[0].radius)
    groups = max(1, -(-len(weights) // GROUP))
    offsets = np.zeros((groups * GROUP, axes), np.int32)
    table = np.zeros((groups * GROUP, len(kernels)), np.int32)
    for row, (offset, shares) in enumerate(sorted(weights.items())):
        offsets[row], table[row] = offset, shares
    return Stencil(offsets.reshape(groups, GROUP, axes), table.reshape(groups, GROUP, len(kernels)))


def neighbour_sums(
    term: Callable[..., tuple[jax.Array, ...]],
    values: jax.Array,
    others: tuple[jax.Array, ...],
    stencil: Stencil,
    radius: tuple[int, ...],
) -> tuple[jax.Array, ...]:
    """For each texel the weighted sums over its neighbours of `term(neighbour, *others)`.

    `values` and each of `others` are int32 of one shape, `(batch, channel, *space)`; `term` gets a neighbour's value
    and the texel's own `others`, and returns one array for each sum. `radius` bounds the offsets' size on each axis.
    """
    outputs = stencil.weights.shape[2]
    shape = values.shape
    padded = jnp.pad(values, [(0, 0), *((r, r) for r in radius)], mode="wrap")
    per_row = math.prod(shape[3:]) * shape[0] * shape[1]
    rows = min(shape[2], max(1, BLOCK_TEXELS // per_row))
    block = (*shape[:2], rows, *shape[3:])
    count = -(-shape[2] // rows)

    def sums_of_block(first: jax.Array) -> tuple[jax.Array, ...]:
        origin = (jnp.int32(0), jnp.int32(0), first, *(jnp.int32(0) for _ in shape[3:]))
        own = tuple(lax.dynamic_slice(other, origin, block) for other in others)

        def add_group(i: jax.Array, sums: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
            for j in range(GROUP):
                offset, weights = stencil.offsets[i, j], stencil.weights[i, j]
                for sign in (1, -1):
                    start = [origin[0]]
                    start += [o + r + sign * offset[a] for a, (o, r) in enumerate(zip(origin[1:], radius, strict=True))]
                    neighbour = lax.dynamic_slice(padded, start, block)
                    terms = term(neighbour, *own)
                    sums = tuple(s + weights[n] * t for n, (s, t) in enumerate(zip(sums, terms, strict=True)))
            return sums

        zero = jnp.zeros(block, jnp.int32)
        sums: tuple[jax.Array, ...] = lax.fori_loop(0, stencil.offsets.shape[0], add_group, (zero,) * outputs)
        return sums

    if count == 1:
        return sums_of_block(jnp.int32(0))

    def one_block(i: jax.Array, whole: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        first = jnp.minimum(i * rows, shape[2] - rows)  # the last block may do some rows again
        origin = (jnp.int32(0), jnp.int32(0), first, *(jnp.int32(0) for _ in shape[3:]))
        parts = sums_of_block(first)
        return tuple(lax.dynamic_update_slice(w, p, origin) for w, p in zip(whole, parts, strict=True))

    whole: tuple[jax.Array, ...] = lax.fori_loop(
        0, count, one_block, tuple(jnp.zeros(shape, jnp.int32) for _ in range(outputs))
    )
    return whole
