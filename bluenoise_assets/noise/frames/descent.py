"""The descent: values that are pushed apart, with momentum, in fixed point."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax
from jax.sharding import Mesh

from bluenoise_assets.noise.frames import features, pairs
from bluenoise_assets.noise.frames.features import Blur, TimeModes, first_feature_force, product_force
from bluenoise_assets.noise.frames.pairs import Classes, Weighting, pair_sums
from bluenoise_assets.noise.runtime import slabs
from bluenoise_assets.noise.runtime.compiled import whole_numbers

_in_order: Callable[[jax.Array], jax.Array] = lax.optimization_barrier  # jax leaves it untyped

LATENT_BITS = 22
"""Values 0 to 1 are latents of so many bits; those that are pushed out keep half a range on each side."""

VALUE_SHIFT = 8
RATE_BITS = 28
MOMENTUM = 29
"""Parts in 32 of the last step that are kept."""

ROWS = 2
"""The axis of a state's arrays that slabs share out."""


class State(NamedTuple):
    """`latent` and `momentum`, int32 `(channel, frame, height, width)`; `step`, int32, counts.

    `moves`, int8, is 0 where a value stays where it is, else 1.
    """

    latent: Any
    momentum: Any
    moves: Any
    step: Any


class Schedule(NamedTuple):
    """What changes from step to step, each `[step]`: int16 shift, clip; int32 all others.

    `space` and `time` are rates of the pairs' sums, `product` and `low` of the features' forces; `stage` is the row of
    the pairs' weights.
    """

    shift: Any
    clip: Any
    stage: Any
    space: Any
    time: Any
    product: Any
    low: Any


class Params(NamedTuple):
    """What the program is given; the rows of the weights are stages."""

    schedule: Schedule
    space: Weighting
    time: Weighting
    modes: TimeModes


class Structure(NamedTuple):
    """What the program is made of besides shapes: hashable. `slabs` is 1, or over how many devices rows are spread."""

    space: Classes
    time: Classes
    features: int
    blur: Blur
    low: Blur | None
    slabs: int = 1


def mesh_for(structure: Structure, shape: tuple[int, ...]) -> Mesh | None:
    """The devices that ranks of a shape `(channel, frame, height, width)` are spread over, each with enough rows.

    What lies beyond a slab's rows comes from the next slab alone. None for one device.
    """
    blurs = [blur for blur in (structure.blur, structure.low) if blur]
    reached = max(pairs.rows_reached(structure.space), *map(features.rows_reached, blurs), 1)
    return slabs.mesh_for(shape[ROWS], shape[ROWS], reached, math.prod(shape))


def init(ranks: npt.NDArray[np.int32], moves: npt.NDArray[np.bool_], mesh: Mesh | None = None) -> State:
    """The state of ranks `(channel, frame, height, width)`, at rest."""
    shape = ranks.shape

    def at_rest(place: tuple[slice, ...]) -> npt.NDArray[np.int32]:
        return np.zeros_like(ranks[place])

    def moving(place: tuple[slice, ...]) -> npt.NDArray[np.int8]:
        return moves[place].astype(np.int8)

    momentum, moves_here = slabs.put(mesh, shape, ROWS, at_rest), slabs.put(mesh, shape, ROWS, moving)
    return State(_latents(ranks, mesh), momentum, moves_here, np.int32(0))


def moved(state: State, ranks: npt.NDArray[np.int32], mesh: Mesh | None = None) -> State:
    """The state with its values moved to those of their ranks; the momentum stays."""
    return state._replace(latent=_latents(ranks, mesh))


def _latents(ranks: npt.NDArray[np.int32], mesh: Mesh | None) -> Any:
    count = ranks.shape[-1] * ranks.shape[-2]

    def latents(place: tuple[slice, ...]) -> npt.NDArray[np.int32]:
        return np.asarray(((2 * ranks[place].astype(np.int64) + 1) << (LATENT_BITS - 1)) // count, np.int32)

    return slabs.put(mesh, ranks.shape, ROWS, latents)


def ranks_of(latent: Any, placed: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The ranks of latents in each frame of each channel, ties in reading order. int32, the same shape.

    Those that are `placed`, not -1, keep their ranks.
    """
    values = slabs.on_host(latent)
    lowest = (placed >= 0) & (2 * placed < values.shape[-1] * values.shape[-2])
    values = np.where(placed < 0, values, np.where(lowest, placed - (1 << 30), placed + (1 << 29)))
    slices = values.reshape(*values.shape[:2], -1)
    count = slices.shape[2]
    bits = max(1, (count - 1).bit_length())
    result = np.empty(slices.shape, np.int32)
    places, order_of = np.arange(count, dtype=np.uint64), np.arange(count, dtype=np.int32)
    for channel, frame in np.ndindex(slices.shape[:2]):
        keys = (slices[channel, frame].astype(np.int64) + (1 << 30)).astype(np.uint64) << np.uint64(bits)
        order = np.sort(keys | places) & np.uint64((1 << bits) - 1)
        result[channel, frame, order] = order_of
    return result.reshape(values.shape)


@whole_numbers
def step(structure: Structure, state: State, params: Params, steps: jax.Array) -> State:
    """Take `steps` (int32) steps.

    Within, the frames of a row lie together: `(channel, height, frame, width)`. Pairs in time then stay in the cache.
    """

    def one_step(_: jax.Array, state: State) -> State:
        now = jax.tree.map(lambda table: table[state.step], params.schedule)
        values = (state.latent >> VALUE_SHIFT).astype(jnp.int16)
        push = jnp.zeros(state.latent.shape, jnp.int32)
        for classes, weighting, axes, rate in (
            (structure.space, params.space, (1, 3), now.space),
            (structure.time, params.time, (2,), now.time),
        ):
            if classes.chunks:
                weights = weighting.weights[now.stage]
                sums = pair_sums(values, classes, weights, axes, now.shift, now.clip, structure.slabs)
                push -= (sums + _mean_force(values, now.clip, weighting.total[now.stage])) * rate
        push = push >> (RATE_BITS - LATENT_BITS)
        push += jnp.moveaxis(_features(structure, jnp.moveaxis(values, 2, 0), params, now), 0, 2)
        push = push * state.moves.astype(jnp.int32)
        momentum = jnp.clip((state.momentum * MOMENTUM) >> 5, -(1 << 24), 1 << 24) + push
        latent = jnp.clip(state.latent + momentum, -(1 << (LATENT_BITS - 1)), (3 << (LATENT_BITS - 1)) - 1)
        return State(latent, momentum, state.moves, state.step + 1)

    end: State = lax.fori_loop(0, steps, one_step, _by_row(state))
    return _by_row(end)


def _features(structure: Structure, values: jax.Array, params: Params, now: Schedule) -> jax.Array:
    """The forces of all features, in units of the latents: int32 `(frame, channel, height, width)`, as `values`."""
    values = _in_order(values)  # once, not for each feature
    push = jnp.zeros(values.shape, jnp.int32)
    if structure.features:
        force = product_force(values, structure.features, structure.blur, params.modes, structure.slabs)
        push += ((force >> 6) * now.product) >> 4
    if structure.low is not None:
        blur = structure.low
        push += lax.cond(
            now.low > 0,
            lambda: ((first_feature_force(values, blur, structure.slabs) >> 6) * now.low) >> 4,
            lambda: jnp.zeros_like(push),
        )
    return push


def _by_row(state: State) -> State:
    """With frames and rows exchanged; its own inverse."""
    latent, momentum, moves = (jnp.swapaxes(array, 1, 2) for array in state[:3])
    return State(latent, momentum, moves, state.step)


def _mean_force(values: jax.Array, clip: jax.Array, total: jax.Array) -> jax.Array:
    """What the pairs' sums are on average for a value: neighbours are uniform."""
    bits = LATENT_BITS - VALUE_SHIFT
    above_middle = (values.astype(jnp.int32) - (1 << (bits - 1))) >> 2
    most, shift = clip.astype(jnp.int32) * total, bits - 3  # their product may need more than 32 bits
    return above_middle * (most >> shift) + ((above_middle * (most & ((1 << shift) - 1))) >> shift)
