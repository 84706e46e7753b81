"""Descent on the error of all thresholds by exchanging the ranks of texels, in integers.

With u the mask and K the autocorrelation of the viewer's filter, the error of all thresholded patterns is a constant
less half the sum of K |u_i - u_j| over all pairs of texels, and the error of the values themselves a constant less
half the sum of K (u_i - u_j)^2; see `threshold.md`. Each round pairs all texels up, sums for every texel what it would
gain with its partner's value, and exchanges the pairs that gain, all at once. A mask stays a permutation of ranks
throughout: nothing needs sorting, and the histogram is exact at any moment.

The partners are ranks that differ by a power of two, or, while annealing, texels that lie close together. With a
temperature a pair may also lose (Metropolis and others 1953), the less the nearer it is to either end of the values,
where patterns have the fewest points.

Many pairs that answer one field at once would overshoot it together. `Params.damping` takes from each pair's gain what
the pairs around it are expected to change of it, a multiple of the square of its step.
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
from jax.sharding import Mesh

from bluenoise_assets.noise.runtime import slabs
from bluenoise_assets.noise.runtime.compiled import one_thread, whole_numbers
from bluenoise_assets.noise.runtime.counter_hash import mix
from bluenoise_assets.noise.threshold.means import Means, mixed, window_means
from bluenoise_assets.noise.threshold.pairing import (
    above,
    ahead,
    first_of_pairs,
    forward,
    once,
    order_of,
    pair_weights,
    rank_pairs,
    swapped_by_place,
    swapped_by_rank,
    weight_at,
)
from bluenoise_assets.noise.threshold.stencil import Stencil, between, rise, window_sums, wrapped

VALUE_BITS = 15
"""Values in the sums are below 2^15."""

TOGETHER_TEXELS = 1 << 17
"""Up to so many texels all slices go through a round together, else one after the other, so that each fits a cache."""

Mates = tuple[jax.Array, jax.Array]
"""Of each texel and of its partner."""

NOISE_TABLE_BITS = 10
NOISE_SCALE_BITS = 8
DAMPING_BITS = 14


class State(NamedTuple):
    """Ranks are local to a band: one of equal parts of the first axis of space, whose texels exchange with each other.

    `rank`, int32 `(batch, channel, *space)`, counts in the texel's band; `order[b, c, i, r]`, int32, is the texel of
    band i with rank r, flat in the band; `round`, int32.
    """

    rank: Any
    order: Any
    round: Any


class Params(NamedTuple):
    """What a run of rounds needs; all int32 or uint32.

    `stencil` is of the thresholds' kernel, `means` of the values'; `dense` and `value_dense` hold the same weights by
    offset, in one channel. `value_weight` is twice the values' weight, in 1/16. `damping` is in units of
    2^-DAMPING_BITS of the sum of the weights. `shares`, `[channel, channel]`, says in 256ths what the pairs of a
    channel with the one so many channels further count, and `centre` what a texel's own place counts there. `key` is
    `[batch]`. `near_offsets`, `[count, axes of space]`, lead to close partners; of 256 rounds `near_share` use them.
    `strides`, powers of two, and `temperatures` are schedules over all `rounds` rounds. `noise_table` is
    `exponential_noise()`.
    """

    stencil: Stencil
    means: Means
    dense: Any
    value_dense: Any
    value_weight: Any
    damping: Any
    shares: Any
    centre: Any
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
    return rank * factor if divisor == 1 else (rank.astype(jnp.uint32) // np.uint32(divisor)).astype(jnp.int32)


class Draw(NamedTuple):
    """What a round draws: random bits, uint32; whether partners lie near, and at which offset; else their stride.

    `yes` is always true; `wraps`, whether a band's first row comes again after its last. `share`, in 256ths, is what
    the pairs within a slice's channel count.
    """

    yes: jax.Array
    wraps: jax.Array
    random_bits: jax.Array
    near: jax.Array
    offset: jax.Array
    stride: jax.Array
    temperature: jax.Array
    share: jax.Array


class Proposal(NamedTuple):
    """Slices with what each texel may exchange its rank for.

    `rank`, `[slice, *space]`; `order`, `[slice, count]`; `other`, the partner's rank; `gain`, half of what a texel's
    move gains by itself; `base`, `[slice]`, tells the pairs of one slice from those of another.
    """

    rank: jax.Array
    order: jax.Array
    other: jax.Array
    gain: jax.Array
    base: jax.Array


class Pairs(NamedTuple):
    """Texels, each with its partner if it has one, in any order: flat texel, value, half of the gain."""

    texel: Mates
    value: Mates
    gain: Mates


@one_thread
@whole_numbers
def step(radius: tuple[int, ...], of: int, state: State, params: Params, rounds: jax.Array) -> State:
    """Run `rounds` (int32) rounds. The result does not depend on how they are cut into calls.

    The state may be one slab of so many, of whole bands, each with at least `radius` rows.
    """
    shape, (_, _, bands, count) = state.rank.shape, state.order.shape
    slices = shape[1] * bands
    space = (shape[2] // bands, *shape[3:])  # of a band
    number = shape[0] * slices
    together = number if number * count <= TOGETHER_TEXELS else 1
    window = shape if together == number else (1, 1, *space)

    def one_round(_: jax.Array, state: State) -> State:
        draw = _draw(state.round, params, bands * of == 1)
        values = values_of(state.rank, count).astype(jnp.uint16)
        padded = wrapped(values if shape[1] == 1 else jnp.concatenate([values, values], axis=1), radius, of)
        mixture = padded if shape[1] == 1 else wrapped(mixed(values, params.means), (0, *radius[1:]), of)

        def moved(first: jax.Array, rank: jax.Array, order: jax.Array) -> Mates:
            """What becomes of ranks `[slice, *space]` and order `[slice, count]` of some slices from the first on."""
            index = first + jnp.arange(together, dtype=jnp.int32)
            channel = index % slices // bands
            own = draw._replace(random_bits=draw.random_bits[index // slices], share=params.shares[channel, 0])
            other = lax.cond(draw.near, _other_by_place, _other_by_rank, rank, own)
            here, there = values_of(rank, count), values_of(other, count)
            zero = jnp.int32(0)
            origin = (
                first // slices,
                first % slices // bands,
                first % bands * space[0],
                *[zero] * len(space[1:]),
            )
            ends = tuple(f(here, there).astype(jnp.uint16).reshape(window) for f in (jnp.minimum, jnp.maximum))

            def rise_over(further: jax.Array) -> jax.Array:
                """Half of what a texel's move gains over the channel so many channels further."""
                others = padded if shape[1] == 1 else lax.dynamic_slice_in_dim(padded, further, shape[1], axis=1)
                (sums,) = window_sums(between, others, ends, origin, params.stencil, radius)
                gain = rise(here, there, sums.reshape(rank.shape), params.stencil) >> 1
                if shape[1] == 1:
                    return gain
                place = [start + reach for start, reach in zip(origin, (0, *radius), strict=True)]
                value = lax.dynamic_slice(others, place, window).reshape(rank.shape).astype(jnp.int32)
                centre = jnp.where(further > 0, params.centre, 0)
                gain += (centre * (jnp.abs(there - value) - jnp.abs(here - value))) >> 1
                share: jax.Array = params.shares[channel, further].reshape(-1, *[1] * len(space))
                return (gain >> 8) * share

            if shape[1] == 1:
                gain = rise_over(zero)
            else:
                gain = lax.fori_loop(0, shape[1], lambda i, gain: gain + rise_over(i), jnp.zeros_like(here))

            def flatter() -> jax.Array:
                """What a texel's move gains where its neighbours' values are above or below the middle."""
                size = (*window[:2], *(side + 2 * r for side, r in zip(window[2:], radius[1:], strict=True)))
                around = lax.dynamic_slice(mixture, origin, size)
                channels = origin[1] + jnp.arange(window[1], dtype=jnp.int32)
                means = window_means(draw.yes, around, here.reshape(window), params.means, channels, radius[1:])
                return _flatter((there - here), means.reshape(rank.shape), params.value_weight)

            gain += lax.cond(params.value_weight > 0, flatter, lambda: jnp.zeros_like(gain))
            band = index % slices if of == 1 else channel * bands * of + slabs.index(of) * bands + index % bands
            proposal = Proposal(rank, order, other, gain, band * count)
            after: Mates = lax.cond(draw.near, _exchanged_by_place, _exchanged_by_rank, proposal, own, params)
            return after

        rank, order = state.rank.reshape(number, *space), state.order.reshape(number, count)
        if together == number:
            rank, order = moved(jnp.int32(0), rank, order)
        else:

            def one_slice(i: jax.Array, whole: Mates) -> Mates:
                parts = moved(i, *(lax.dynamic_slice_in_dim(array, i, 1) for array in whole))
                rank, order = (lax.dynamic_update_slice_in_dim(w, p, i, 0) for w, p in zip(whole, parts, strict=True))
                return rank, order

            rank, order = lax.fori_loop(0, number, one_slice, (rank, order))
        return State(rank.reshape(shape), order.reshape(state.order.shape), state.round + 1)

    end: State = lax.fori_loop(0, rounds, one_round, state)
    return end


def _draw(turn: jax.Array, params: Params, wraps: bool) -> Draw:
    bits = mix(turn.astype(jnp.uint32))
    return Draw(
        yes=params.rounds > 0,
        wraps=jnp.bool_(wraps),
        random_bits=mix(params.key ^ bits),
        near=(mix(turn.astype(jnp.uint32) + np.uint32(0x9E3779B9)) >> 24).astype(jnp.int32) < params.near_share,
        offset=params.near_offsets[(bits % np.uint32(len(params.near_offsets))).astype(jnp.int32)],
        stride=params.strides[turn * len(params.strides) // params.rounds],
        temperature=params.temperatures[turn * len(params.temperatures) // params.rounds],
        share=params.shares[:, 0],
    )


def _other_by_rank(rank: jax.Array, draw: Draw) -> jax.Array:
    bits = draw.random_bits.reshape(-1, *[1] * (rank.ndim - 1))
    return rank_pairs(rank, draw.stride, bits, math.prod(rank.shape[1:]))


def _other_by_place(rank: jax.Array, draw: Draw) -> jax.Array:
    offset = forward(draw.offset)
    return swapped_by_place(draw.yes, rank, ahead(draw.yes, rank, offset), _first_by_place(rank, draw), offset)


def _first_by_place(rank: jax.Array, draw: Draw) -> jax.Array:
    return once(draw.yes, first_of_pairs(rank.shape[1:], draw.offset, draw.random_bits, draw.wraps))


def _exchanged_by_rank(proposal: Proposal, draw: Draw, params: Params) -> Mates:
    """The ranks and the order after the exchange of all pairs that gain, judged in the order of ranks."""
    rank, order, other, gain, base = proposal
    count = order.shape[1]
    places = jnp.broadcast_to(jnp.arange(count, dtype=jnp.int32), order.shape)
    mate = rank_pairs(places, draw.stride, draw.random_bits[:, None], count)

    def at(array: jax.Array, index: jax.Array) -> jax.Array:
        first = jnp.arange(len(index), dtype=jnp.int32)[:, None] * count
        taken = (
            array.reshape(-1).at[(first + index.reshape(len(index), count)).reshape(-1)].get(mode="promise_in_bounds")
        )
        return once(draw.yes, taken)

    def both(array: jax.Array) -> Mates:
        return array, above(array, draw.stride)

    texel = both(order)
    value = values_of(places, count), values_of(mate, count)
    pairs = Pairs(texel, value, both(at(gain, order).reshape(order.shape)))
    weights = pair_weights(*texel, rank.shape[1:], (params.dense, params.value_dense), draw.wraps)
    moves = _gains(pairs, weights, base[:, None], draw, params) & (mate > places)
    order = swapped_by_rank(draw.yes, *texel, moves, draw.stride)
    stays = at(order, rank).reshape(order.shape) == places
    return jnp.where(stays.reshape(rank.shape), rank, other), order


def _exchanged_by_place(proposal: Proposal, draw: Draw, params: Params) -> Mates:
    """The same, judged where the texels lie."""
    rank, order, other, gain, base = proposal
    slices, count = order.shape
    offset = forward(draw.offset)

    def both(array: jax.Array) -> Mates:
        return array, ahead(draw.yes, array, offset)

    texels = jnp.broadcast_to(jnp.arange(count, dtype=jnp.int32).reshape(rank.shape[1:]), rank.shape)
    value = values_of(rank, count), values_of(other, count)
    pairs = Pairs(both(texels), value, both(gain))
    weights = weight_at(params.dense, offset), weight_at(params.value_dense, offset)
    gains = _gains(pairs, weights, base.reshape(-1, *[1] * (rank.ndim - 1)), draw, params)
    moves = gains & _first_by_place(rank, draw)
    rank = swapped_by_place(draw.yes, rank, other, moves, offset)
    return rank, order_of(rank.reshape(order.shape), jnp.arange(slices, dtype=jnp.int32)[:, None] * count)


def _gains(pairs: Pairs, weights: Mates, base: jax.Array, draw: Draw, params: Params) -> jax.Array:
    """Which pairs gain by an exchange, or lose little enough for the temperature. Both of a pair say the same."""
    share = draw.share.reshape(-1, *[1] * (pairs.gain[0].ndim - 1))
    pair_weight, value_weight = ((weight * share) >> 8 for weight in weights)
    delta = jnp.abs(pairs.value[1] - pairs.value[0])
    mean = (value_weight * (delta >> 3)) >> (VALUE_BITS - 3)  # the product alone would overflow
    gain = pairs.gain[0] + pairs.gain[1] + pair_weight * delta + _flatter(delta, -mean, params.value_weight)
    gain -= ((delta * delta >> (DAMPING_BITS - 4)) * ((params.damping * share) >> 8)) >> 4

    def warm() -> Any:
        pair = jnp.minimum(*pairs.texel).astype(jnp.uint32) + base.astype(jnp.uint32)
        bits = draw.random_bits.reshape(-1, *[1] * (pair.ndim - 1))
        entry = (mix(mix(pair ^ bits)) >> (32 - NOISE_TABLE_BITS)).astype(jnp.int32)
        middle = (pairs.value[0] + pairs.value[1]) >> 1
        spread = (middle * ((1 << VALUE_BITS) - middle)) >> (2 * VALUE_BITS - 12)  # 4 m (1 - m), times 2^10
        temperature = (draw.temperature * share) >> 8
        loss: jax.Array = (((temperature * spread) >> 10) * params.noise_table[entry]) >> NOISE_SCALE_BITS
        return loss

    loss: jax.Array = lax.cond(draw.temperature > 0, warm, lambda: jnp.zeros_like(gain))
    moves: jax.Array = gain + loss > 0
    return moves


def _flatter(delta: jax.Array, mean: jax.Array, weight: jax.Array) -> jax.Array:
    """What a change of value gains in the values' own error: half of its product with the mean, of opposite signs."""
    most = (1 << 30) // jnp.maximum(weight, 1)
    return (jnp.clip((-delta * mean) >> 4, -most, most) * weight) >> 1


def init(ranks: Any, bands: int = 1, mesh: Mesh | None = None) -> State:
    """The state before the first round, from ranks of whole slices, int32 `(batch, channel, *space)`, on the host.

    `bands` divides the first axis of space; with a mesh the state is spread over its devices.
    """
    ranks = np.asarray(ranks, np.int32)
    slices = ranks.reshape(*ranks.shape[:2], bands, -1)
    texels = np.arange(slices.shape[3], dtype=np.int32)
    order = np.empty_like(slices)
    if bands == 1:
        np.put_along_axis(order, slices, texels, axis=3)
        return State(ranks, order, np.int32(0))
    order[:] = np.argsort(slices, axis=3, kind="stable")
    local = np.empty_like(slices)
    np.put_along_axis(local, order, texels, axis=3)
    rank = local.reshape(ranks.shape)
    return State(
        slabs.put(mesh, rank.shape, 2, rank.__getitem__),
        slabs.put(mesh, order.shape, 2, order.__getitem__),
        np.int32(0),
    )


def described(shape: tuple[int, ...], bands: int, mesh: Mesh | None) -> State:
    """In place of a state of so many bands, what is enough to compile for it."""
    texels = math.prod(shape[2:])
    rank, order = (slabs.described(mesh, each, 2, np.int32) for each in (shape, (*shape[:2], bands, texels // bands)))
    return State(rank, order, np.int32(0))


def ranks_of(state: State) -> npt.NDArray[np.int32]:
    """The ranks of whole slices, int32 `(batch, channel, *space)`, on the host: every band gets as many of any size.

    The texels of one local rank, one in each band, take neighbouring ranks, in an order that turns from rank to rank.
    """
    rank, bands = slabs.on_host(state.rank), state.order.shape[2]
    if bands == 1:
        return rank
    local = rank.reshape(*rank.shape[:2], bands, -1)
    band = np.arange(bands, dtype=np.uint32)[:, None]
    turn = (mix(local.astype(np.uint32)) % np.uint32(bands) + band) % np.uint32(bands)
    return np.asarray((local * bands + turn.astype(np.int32)).reshape(rank.shape), np.int32)
