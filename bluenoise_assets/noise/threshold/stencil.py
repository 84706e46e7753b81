"""Weighted sums over the neighbours of every texel, in integers: the one costly loop of the threshold objective.

Arrays have the axes `(batch, channel, *space)`; all but the first wrap around. The offsets are data, not code: one
compiled program serves every filter, and is compiled in a fraction of the time that unrolled offsets take. XLA fuses
each group of offsets into one vectorised pass over a block of texels that fits the processor's cache.

Terms are of 15 bits, so that those of an offset and its opposite can be added in 16: half as wide, twice as fast. Most
kernels are symmetric, so that two such pairs share a weight: one multiplication serves four neighbours.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bluenoise_assets.noise.runtime import slabs
from bluenoise_assets.noise.threshold.kernel import Kernel

SHARING = 2
"""Offsets, each with its opposite, that share one weight."""

GROUP = 4
"""Weights whose offsets are added in one pass."""

BLOCK_TEXELS = 1 << 16
"""Texels whose sums are built up at once."""

Term = Callable[..., tuple[jax.Array, ...]]
"""Of a neighbour's value and a texel's own arrays, uint16, one array for each sum, uint16 below 2^15."""


class Stencil(NamedTuple):
    """Offsets, int32 `[group, GROUP, SHARING, axes]`, and for each sum its weights, int32 `[group, GROUP, sum]`.

    A place that no offset fills has offset zero, a texel itself, which `itself`, int32 `[sum]`, takes off again.
    """

    offsets: Any
    weights: Any
    itself: Any


def stencil_of(*kernels: Kernel) -> Stencil:
    """Kernels in the form that `neighbour_sums` takes: one kernel for each sum."""
    shares: dict[tuple[int, ...], list[int]] = {}
    for i, kernel in enumerate(kernels):
        for offset, weight in zip(kernel.offsets.tolist(), kernel.weights.tolist(), strict=True):
            shares.setdefault(tuple(offset), [0] * len(kernels))[i] = weight
    classes: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for offset, weights in sorted(shares.items()):
        classes.setdefault(tuple(weights), []).append(offset)
    rows = [(key, of[i : i + SHARING]) for key, of in classes.items() for i in range(0, len(of), SHARING)]
    groups = max(1, -(-len(rows) // GROUP))
    offsets = np.zeros((groups * GROUP, SHARING, len(kernels[0].radius)), np.int32)
    table = np.zeros((groups * GROUP, len(kernels)), np.int32)
    itself = np.zeros(len(kernels), np.int32)
    for row, (key, together) in enumerate(rows):
        offsets[row, : len(together)] = together
        table[row] = key
        itself += np.array(key, np.int32) * 2 * (SHARING - len(together))
    return Stencil(offsets.reshape(groups, GROUP, *offsets.shape[1:]), table.reshape(groups, GROUP, -1), itself)


def total_weights(stencil: Stencil) -> jax.Array:
    """What the weights of all neighbours of a texel add up to, int32 `[sum]`."""
    total: jax.Array = 2 * SHARING * stencil.weights.sum(axis=(0, 1)) - stencil.itself
    return total


def wrapped(values: jax.Array, radius: tuple[int, ...], of: int = 1) -> jax.Array:
    """The values with as many of their neighbours around them as offsets up to `radius` reach.

    They may be one slab of so many.
    """
    return slabs.wrapped(values, [(0, 0), *((r, r) for r in radius)], 2, of)


def neighbour_sums(
    term: Term, values: jax.Array, others: tuple[jax.Array, ...], stencil: Stencil, radius: tuple[int, ...]
) -> tuple[jax.Array, ...]:
    """For each texel the weighted sums over its neighbours of `term(neighbour, *others)`, int32.

    `values`, below 2^15, and each of `others` are uint16 of one shape, `(batch, channel, *space)`. `radius` bounds the
    offsets' size on each axis.
    """
    return window_sums(term, wrapped(values, radius), others, (jnp.int32(0),) * values.ndim, stencil, radius)


def rises(here: jax.Array, there: jax.Array, stencil: Stencil, radius: tuple[int, ...]) -> jax.Array:
    """For each texel how much the weighted sum of |value - neighbour| rises from value `here` to value `there`.

    Both are int32 `(batch, channel, *space)` below 2^15; the neighbours' values are `here`. The first weights count.
    """
    short = here.astype(jnp.uint16)
    ends = tuple(f(here, there).astype(jnp.uint16) for f in (jnp.minimum, jnp.maximum))
    (sums,) = neighbour_sums(between, short, ends, stencil, radius)
    return rise(here, there, sums, stencil)


def between(neighbour: jax.Array, low: jax.Array, high: jax.Array) -> tuple[jax.Array]:
    """The term that `rise` is made of: the neighbour's value, brought between two others."""
    return (jnp.clip(neighbour, low, high),)


def rise(here: jax.Array, there: jax.Array, sums: jax.Array, stencil: Stencil) -> jax.Array:
    """The same from the weighted sums of the neighbours, each brought `between` the two values.

    |there - n| - |here - n|, up to its sign, is here + there - 2 n for such an n. Sums wrap around on the way.
    """
    upwards = total_weights(stencil)[0] * (here + there) - 2 * sums
    return jnp.where(there > here, upwards, -upwards)


def window_sums(
    term: Term,
    padded: jax.Array,
    others: tuple[jax.Array, ...],
    origin: tuple[jax.Array, ...],
    stencil: Stencil,
    radius: tuple[int, ...],
) -> tuple[jax.Array, ...]:
    """`neighbour_sums` of a window of the values, which are `wrapped`: `others` are the window's, from `origin` on."""
    shape = others[0].shape
    margins = (0, *radius)
    per_row = math.prod(shape[3:]) * shape[0] * shape[1]
    rows = min(shape[2], max(1, BLOCK_TEXELS // per_row))
    block = (*shape[:2], rows, *shape[3:])
    count = -(-shape[2] // rows)
    zero = jnp.int32(0)

    def sums_of_block(first: jax.Array) -> tuple[jax.Array, ...]:
        start = (zero, zero, first, *(zero for _ in shape[3:]))
        own = tuple(lax.dynamic_slice(other, start, block) for other in others)

        def terms_at(offset: jax.Array | None, sign: int) -> tuple[jax.Array, ...]:
            place = [o + s + m for o, s, m in zip(origin, start, margins, strict=True)]
            if offset is not None:
                place = [place[0], *(p + sign * offset[a] for a, p in enumerate(place[1:]))]
            return term(lax.dynamic_slice(padded, place, block), *own)

        def add_group(i: jax.Array, sums: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
            for j in range(GROUP):
                both = []
                for k in range(SHARING):
                    offset = stencil.offsets[i, j, k]
                    pair = zip(terms_at(offset, 1), terms_at(offset, -1), strict=True)
                    both.append([(a + b).astype(jnp.int32) for a, b in pair])
                weights = stencil.weights[i, j]
                sums = tuple(s + weights[n] * sum(parts) for n, (s, *parts) in enumerate(zip(sums, *both, strict=True)))
            return sums

        itself = terms_at(None, 1)
        begin = tuple(-stencil.itself[n] * t.astype(jnp.int32) for n, t in enumerate(itself))
        sums: tuple[jax.Array, ...] = lax.fori_loop(0, stencil.offsets.shape[0], add_group, begin)
        return sums

    if count == 1:
        return sums_of_block(zero)

    def one_block(i: jax.Array, whole: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        first = jnp.minimum(i * rows, shape[2] - rows)  # the last block may do some rows again
        start = (zero, zero, first, *(zero for _ in shape[3:]))
        parts = sums_of_block(first)
        return tuple(lax.dynamic_update_slice(w, p, start) for w, p in zip(whole, parts, strict=True))

    empty = tuple(jnp.zeros(shape, jnp.int32) for _ in range(stencil.weights.shape[2]))
    whole: tuple[jax.Array, ...] = lax.fori_loop(0, count, one_block, empty)
    return whole
