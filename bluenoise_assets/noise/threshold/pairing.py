"""Which texels may exchange their ranks in a round, and the look from each at its partner.

Partners by rank lie a power of two apart in the order of ranks: there a partner is a shift away, wherever in the
texture it lies. Partners by place lie an offset apart: there the shift is one in space. Neither needs an index.

Arrays are `[slice, count]` in the order of ranks, `[slice, *space]` by place.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

NEAR = 2
"""Partners by place are at most so far apart on an axis, and on none of at most twice that many texels."""


def rank_pairs(rank: jax.Array, stride: jax.Array, random_bits: jax.Array, count: int) -> jax.Array:
    """The partner of each rank below `count`: r ^ stride, counted from a random place; r itself if there is none.

    `stride` is a power of two, `random_bits` uint32 random bits that decide the place.
    """
    first = random_bits.astype(jnp.int32) & (2 * stride - 1)
    other = ((rank + first) ^ stride) - first
    return jnp.where((other >= 0) & (other < count), other, rank)


def above(array: jax.Array, stride: jax.Array) -> jax.Array:
    """Each rank's entry `stride` ranks higher, where there is one."""
    twice = jnp.concatenate([array, array], axis=1)
    return lax.dynamic_slice_in_dim(twice, stride, array.shape[1], axis=1)


def swapped_by_rank(
    yes: jax.Array, array: jax.Array, higher: jax.Array, moves: jax.Array, stride: jax.Array
) -> jax.Array:
    """An array in the order of ranks whose entries at `moves` have changed places with those of the partner above.

    `higher` is what `above` gives. Bits that differ are turned over in both: no entry needs to choose whom to look at.
    """
    change = once(yes, jnp.where(moves, array ^ higher, 0))
    twice = jnp.concatenate([change, change], axis=1)  # the highest ranks have no partner above, nor any change
    count = array.shape[1]
    return array ^ change ^ lax.dynamic_slice_in_dim(twice, count - stride, count, axis=1)


def forward(offset: jax.Array) -> jax.Array:
    """The offset or its opposite, such that it points forwards on the axis along which it is longest."""
    return offset * jnp.sign(offset[jnp.argmax(jnp.abs(offset))])


def first_of_pairs(space: tuple[int, ...], offset: jax.Array, random_bits: jax.Array, wraps: jax.Array) -> jax.Array:
    """Which texels have a partner `forward` of them: bool `[slice, *space]`.

    The pairs are made along the longest axis of the offset, int32 `[axis]`, whose length there is 1 or 2, from a random
    start, `random_bits` (uint32 `[slice]`), without crossing the end there; a texel may be left over. They go around
    the tile, but along the first axis only if it `wraps` (bool).
    """
    size = jnp.abs(offset)
    length, main = jnp.max(size), jnp.argmax(size)
    result = jnp.zeros((len(random_bits), *space), bool)
    for axis, side in enumerate(space):
        start = (random_bits % np.uint32(side)).astype(jnp.int32)[:, None]
        turned = jnp.arange(side, dtype=jnp.int32)[None] + start
        turned = jnp.where(turned >= side, turned - side, turned)
        mate = turned ^ length
        first = (mate > turned) & (mate < side) & (main == axis)
        result |= first.reshape(-1, *(side if a == axis else 1 for a in range(len(space))))
    partner = jnp.arange(space[0], dtype=jnp.int32) + forward(offset)[0]
    inside = wraps | ((partner >= 0) & (partner < space[0]))
    return result & inside.reshape(1, -1, *[1] * (len(space) - 1))


def ahead(yes: jax.Array, array: jax.Array, offset: jax.Array) -> jax.Array:
    """Each texel's entry at an offset of up to `NEAR` texels: `[slice, *space]`, which wraps around."""
    space = array.shape[1:]
    margins = [NEAR if side > 2 * NEAR else 0 for side in space]
    wide = once(yes, jnp.pad(array, [(0, 0), *((margin, margin) for margin in margins)], mode="wrap"))
    start = [jnp.int32(0), *(margin + offset[axis] for axis, margin in enumerate(margins))]
    return lax.dynamic_slice(wide, start, array.shape)


def swapped_by_place(
    yes: jax.Array, array: jax.Array, further: jax.Array, moves: jax.Array, offset: jax.Array
) -> jax.Array:
    """`[slice, *space]` whose entries at `moves` have changed places with those `ahead`, which `further` holds."""
    change = once(yes, jnp.where(moves, array ^ further, 0))
    return array ^ change ^ ahead(yes, change, -offset)


def coordinates(flat: jax.Array, space: tuple[int, ...]) -> list[jax.Array]:
    """The place of each flat index on each axis."""
    places, left = [], flat.astype(jnp.uint32)  # unsigned numbers are divided with half the work
    for side in reversed(space):
        row = left // np.uint32(side)
        places.append((left - row * np.uint32(side)).astype(jnp.int32))
        left = row
    return places[::-1]


def order_of(rank: jax.Array, base: jax.Array) -> jax.Array:
    """The texel of each rank, of `rank`'s shape `[..., count]`; `base` `[..., 1]` is where each slice begins."""
    places = jnp.broadcast_to(jnp.arange(rank.shape[-1], dtype=jnp.int32), rank.shape).reshape(-1)
    order: jax.Array = jnp.zeros_like(places).at[(base + rank).reshape(-1)].set(places, unique_indices=True)
    return order.reshape(rank.shape)


def once(yes: jax.Array, array: jax.Array) -> jax.Array:
    """The array itself, which XLA has to compute once, and not anew in every loop that uses it.

    `yes` is true whenever it runs, which XLA must not know.
    """
    whole: jax.Array = lax.cond(yes, lambda array: array, jnp.zeros_like, array)
    return whole


def pair_weights(
    texel: jax.Array,
    partner: jax.Array,
    space: tuple[int, ...],
    tables: tuple[jax.Array, jax.Array],
    wraps: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """The two weights that each texel and its partner, in the same slice, have for each other; 0 beyond the tables.

    `tables` are centred, int32 of one shape, below 2^15 in size: one look-up serves both. The first axis goes around
    only if it `wraps` (bool).
    """
    index = jnp.zeros_like(texel)
    inside = jnp.ones(texel.shape, bool)
    places = zip(coordinates(texel, space), coordinates(partner, space), space, tables[0].shape, strict=True)
    for axis, (here, there, side, width) in enumerate(places):
        most = width // 2
        distance = there - here
        around = jnp.where(2 * distance > side, side, jnp.where(2 * distance < -side, -side, 0))
        distance -= around if axis else jnp.where(wraps, around, 0)
        inside &= jnp.abs(distance) <= most
        index = index * width + jnp.clip(distance + most, 0, 2 * most)
    most_weight = np.int32((1 << 15) - 1)
    first, second = (jnp.clip(jnp.asarray(table).reshape(-1), -most_weight, most_weight) for table in tables)
    found = ((first << 16) + second).at[index].get(mode="promise_in_bounds")
    both = jnp.where(inside, found, 0)
    low = (both << 16) >> 16
    return (both - low) >> 16, low


def weight_at(table: jax.Array, offset: jax.Array) -> jax.Array:
    """The weight of one offset, int32 `[axis]`, in a centred table; 0 beyond it."""
    middle = jnp.array([side // 2 for side in table.shape], jnp.int32)
    inside = (jnp.abs(offset) <= middle).all()
    place = jnp.clip(offset + middle, 0, 2 * middle)
    return jnp.where(inside, jnp.asarray(table)[tuple(place)], 0)
