"""Descent on the error of all thresholds by exchanging the ranks of texels, in integers.

With u the mask and K the autocorrelation of the viewer's filter, the error of all thresholded patterns is a constant
less half the sum of K |u_i - u_j| over all pairs of texels, and the error of the values themselves a constant less
half the sum of K (u_i - u_j)^2; see `threshold.md`. Each round pairs all texels up, sums for every texel what it would
gain with its partner's value, and exchanges the pairs that gain, all at once. A mask stays a permutation of ranks
throughout: nothing needs sorting, and the histogram is exact at any moment.

The partners are ranks that differ by a power of two, or, while annealing, texels that lie close together. With a
temperature a pair may also lose (Metropolis and others 1953).
"""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.compiled import one_thread, whole_numbers
from bluenoise_assets.noise.runtime.counter_hash import mix
from bluenoise_assets.noise.threshold.stencil import Stencil, neighbour_sums

VALUE_BITS = 15
"""Values in the sums are below 2^15."""

Mates = tuple[jax.Array, jax.Array]
"""For each texel its partner, a flat texel, and the partner's rank."""

NOISE_TABLE_BITS = 10
NOISE_SCALE_BITS = 8


class State(NamedTuple):
    """Ranks are local to a band: one of equal parts of the first axis of space, whose texels exchange with each other.

    `rank`, int32 `(batch, channel, *space)`, counts in the texel's band; `order[b, c * bands + i, r]`, int32, is the
    texel of band i with rank r, flat in the band; `round`, int32.
    """

    rank: Any
    order: Any
    round: Any


class Params(NamedTuple):
    """What a run of rounds needs; all int32 or uint32.

    `stencil` has two sums, of the thresholds' kernel and of the values'; `dense` and `value_dense` hold the same
    weights by offset, in one channel. `value_weight` is twice the values' weight, in 1/16. `key` is `[batch]`.
    `near_offsets`, `[count, axes of space]`, lead to close partners; of 256 rounds `near_share` use them. `strides`,
    powers of two, and `temperatures` are schedules over all `rounds` rounds. `noise_table` is `exponential_noise()`.
    """

    stencil: Stencil
    dense: Any
    value_dense: Any
    value_weight: Any
    key: Any
    near_offsets: Any
    near_share: Any
    strides: Any
    temperatures: Any
    rounds: Any
    noise_table: Any


@cache
def exponential_noise() -> np.ndarray[Any, np.dtype[np.int32]]:
    """-ln of evenly spaced probabilities, times 2^8, rounded: draws from an exponential law."""
    count = 1 << NOISE_TABLE_BITS
    with localcontext(prec=40):
        exact = [-((Decimal(2 * i + 1) / (2 * count)).ln()) * (1 << NOISE_SCALE_BITS) for i in range(count)]
    return np.array([int(value.to_integral_value()) for value in exact], np.int32)


def value_scale(count: int) -> tuple[int, int]:
    """The factor and the divisor that turn a rank of `count` into a value below 2^VALUE_BITS."""
    whole = 1 << VALUE_BITS
    return max(1, whole // count), max(1, -(-count // whole))


def value_range(count: int) -> Fraction:
    """The values of `count` ranks are in units of one over this."""
    return Fraction(count) * Fraction(*value_scale(count))


def values_of(rank: jax.Array, count: int) -> jax.Array:
    """Ranks below `count`, int32, as the values that the sums are made of: below 2^VALUE_BITS."""
    factor, divisor = value_scale(count)
    return rank * factor if divisor == 1 else rank // divisor


def rank_pairs(rank: jax.Array, stride: jax.Array, random_bits: jax.Array, count: int) -> jax.Array:
    """The partner of each rank below `count`: r ^ stride, counted from a random place; r itself if there is none.

    `stride` is a power of two, `random_bits` uint32 random bits that decide the place.
    """
    first = random_bits.astype(jnp.int32) & (2 * stride - 1)
    other = ((rank + first) ^ stride) - first
    return jnp.where((other >= 0) & (other < count), other, rank)


def order_of(rank: jax.Array, base: jax.Array) -> jax.Array:
    """The texel of each rank, of `rank`'s shape `[..., count]`; `base` `[..., 1]` is where each slice begins."""
    places = jnp.broadcast_to(jnp.arange(rank.shape[-1], dtype=jnp.int32), rank.shape).reshape(-1)
    order: jax.Array = jnp.zeros_like(places).at[(base + rank).reshape(-1)].set(places, unique_indices=True)
    return order.reshape(rank.shape)


@one_thread
@whole_numbers
def step(radius: tuple[int, ...], state: State, params: Params, rounds: jax.Array) -> State:
    """Run `rounds` (int32) rounds. The result does not depend on how they are cut into calls."""
    shape = state.rank.shape
    slices = state.order.shape
    count = slices[2]
    space = (shape[2] * count // math.prod(shape[2:]), *shape[3:])  # of a band
    flat = jnp.arange(count, dtype=jnp.int32)
    texel = flat[None, None]
    coordinates = _coordinates(flat, space)
    base = (jnp.arange(slices[0] * slices[1], dtype=jnp.int32) * count).reshape(*slices[:2], 1)

    def at(array: jax.Array, index: jax.Array) -> jax.Array:
        taken: jax.Array = array.reshape(-1)[(base + index).reshape(-1)].reshape(slices)
        return taken

    def partners_by_rank(rank: jax.Array, order: jax.Array, random_bits: jax.Array, turn: jax.Array) -> Mates:
        """The texels of the ranks that `rank_pairs` pairs up."""
        stride = params.strides[turn * len(params.strides) // params.rounds]
        other = rank_pairs(rank, stride, random_bits[:, None, None], count)
        return at(order, other), other

    def partners_by_place(rank: jax.Array, _: jax.Array, random_bits: jax.Array, turn: jax.Array) -> Mates:
        """One of the near offsets, there and back."""
        offset = params.near_offsets[
            (mix(turn.astype(jnp.uint32)) % np.uint32(len(params.near_offsets))).astype(jnp.int32)
        ]
        partner = jnp.broadcast_to(_partners(flat, coordinates, space, offset, random_bits)[:, None, :], slices)
        return partner, at(rank, partner)

    def exchanged(
        rank: jax.Array,
        partner: jax.Array,
        other: jax.Array,
        here: jax.Array,
        there: jax.Array,
        gain: jax.Array,
        mean: jax.Array,
        random_bits: jax.Array,
        temperature: jax.Array,
    ) -> jax.Array:
        """The ranks after the exchange of all pairs that gain. Both partners compute the same, to the bit."""
        pair_weight, value_weight = _pair_weights(coordinates, space, partner, params)
        # the rise and the difference of the means as the lower of the two texels sees them
        sign = jnp.where(texel < partner, 1, -1)
        delta = sign * (there - here)
        mean_delta = (sign * (mean - at(mean, partner))) >> VALUE_BITS
        mean_delta -= (value_weight * (delta >> 3)) >> (VALUE_BITS - 3)  # the product alone would overflow
        most = (1 << 30) // jnp.maximum(params.value_weight, 1)
        flatter = jnp.clip((-delta * mean_delta) >> 4, -most, most) * params.value_weight
        pair_gain = (gain >> 1) + (at(gain, partner) >> 1) + pair_weight * jnp.abs(delta) + (flatter >> 1)

        pair = jnp.minimum(texel, partner).astype(jnp.uint32) + base.astype(jnp.uint32)[:1]
        entry = (mix(mix(pair ^ random_bits[:, None, None])) >> (32 - NOISE_TABLE_BITS)).astype(jnp.int32)
        loss = (temperature * params.noise_table[entry]) >> NOISE_SCALE_BITS
        return jnp.where((pair_gain + loss > 0) & (partner != texel), other, rank)

    def one_round(_: jax.Array, state: State) -> State:
        turn = state.round
        random_bits = mix(params.key ^ mix(turn.astype(jnp.uint32)))  # [batch]
        rank = state.rank.reshape(slices)
        near = (mix(turn.astype(jnp.uint32) + np.uint32(0x9E3779B9)) >> 24).astype(jnp.int32) < params.near_share
        partner, other = lax.cond(near, partners_by_place, partners_by_rank, rank, state.order, random_bits, turn)
        here, there = values_of(state.rank, count), values_of(other.reshape(shape), count)
        gain, mean = neighbour_sums(
            lambda n, h, t: (jnp.abs(t - n) - jnp.abs(h - n), n), here, (here, there), params.stencil, radius
        )
        temperature = params.temperatures[turn * len(params.temperatures) // params.rounds]
        # The condition is always true, but XLA does not know: else it computes all of this again for each use.
        moved = lax.cond(
            params.rounds > 0,
            exchanged,
            lambda rank, *_: rank,
            *(rank, partner, other, *(part.reshape(slices) for part in (here, there, gain, mean))),
            *(random_bits, temperature),
        )
        return State(moved.reshape(shape), order_of(moved, base), turn + 1)

    end: State = lax.fori_loop(0, rounds, one_round, state)
    return end


def _coordinates(flat: jax.Array, space: tuple[int, ...]) -> list[jax.Array]:
    """The place of each flat index on each axis."""
    places = []
    for side in reversed(space):
        places.append(flat % side)
        flat = flat // side
    return places[::-1]


def _partners(
    flat: jax.Array, coordinates: list[jax.Array], space: tuple[int, ...], offset: jax.Array, random_bits: jax.Array
) -> jax.Array:
    """For each batch the texels paired up along `offset`, `[axes]`: int32 `[batch, count]`.

    The pairs are made along the longest axis of the offset, whose length there is 1 or 2, from a random start, without
    crossing the end; a texel that is left over is its own partner.
    """
    size = jnp.abs(offset)
    length, main = jnp.max(size), jnp.argmax(size)
    side = jnp.array(space, jnp.int32)[main]
    along = coordinates[-1]
    for axis, coordinate in enumerate(coordinates[:-1]):
        along = jnp.where(main == axis, coordinate, along)
    turned = along[None, :] + (random_bits % side.astype(jnp.uint32)).astype(jnp.int32)[:, None]
    turned = jnp.where(turned >= side, turned - side, turned)
    mate = turned ^ length
    forward = jnp.where(mate > turned, 1, -1) * jnp.sign(offset[main])
    result = jnp.zeros_like(turned)
    for axis, coordinate in enumerate(coordinates):
        moved = coordinate[None, :] + forward * offset[axis]
        moved = jnp.where(moved < 0, moved + space[axis], jnp.where(moved >= space[axis], moved - space[axis], moved))
        result = result * space[axis] + moved
    return jnp.where(mate < side, result, flat[None, :])


def _pair_weights(
    coordinates: list[jax.Array], space: tuple[int, ...], partner: jax.Array, params: Params
) -> tuple[jax.Array, jax.Array]:
    """The weights that each texel and its partner, in the same channel, have for each other; 0 beyond the radius."""
    index = jnp.zeros_like(partner)
    inside = jnp.ones(partner.shape, bool)
    sides = params.dense.shape
    for here, there, side, width in zip(coordinates, _coordinates(partner, space), space, sides, strict=True):
        most = width // 2
        distance = there - here[None, None]
        distance -= jnp.where(2 * distance > side, side, jnp.where(2 * distance < -side, -side, 0))
        inside &= jnp.abs(distance) <= most
        index = index * width + jnp.clip(distance + most, 0, 2 * most)
    tables = (params.dense, params.value_dense)
    first, second = (jnp.where(inside, jnp.asarray(table).reshape(-1)[index], 0) for table in tables)
    return first, second


def init(ranks: Any, bands: int = 1) -> State:
    """The state before the first round, from ranks of whole slices, int32 `(batch, channel, *space)`, on the host.

    `bands` divides the first axis of space.
    """
    ranks = np.asarray(ranks, np.int32)
    slices = ranks.reshape(ranks.shape[0], ranks.shape[1] * bands, -1)
    texels = np.arange(slices.shape[2], dtype=np.int32)
    order = np.empty_like(slices)
    if bands == 1:
        np.put_along_axis(order, slices, texels, axis=2)
        return State(ranks, order, np.int32(0))
    order[:] = np.argsort(slices, axis=2, kind="stable")
    local = np.empty_like(slices)
    np.put_along_axis(local, order, texels, axis=2)
    return State(local.reshape(ranks.shape), order, np.int32(0))


def ranks_of(state: State) -> npt.NDArray[np.int32]:
    """The ranks of whole slices, int32 `(batch, channel, *space)`, on the host: every band gets as many of any size.

    The texels of one local rank, one in each band, take neighbouring ranks, in an order that turns from rank to rank.
    """
    rank, order = np.asarray(state.rank), np.asarray(state.order)
    bands = order.shape[1] // rank.shape[1]
    if bands == 1:
        return rank
    local = rank.reshape(*rank.shape[:2], bands, -1)
    band = np.arange(bands, dtype=np.uint32)[:, None]
    turn = (mix(local.astype(np.uint32)) % np.uint32(bands) + band) % np.uint32(bands)
    return np.asarray((local * bands + turn.astype(np.int32)).reshape(rank.shape), np.int32)
