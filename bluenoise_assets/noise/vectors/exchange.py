"""Exchanges of whole vectors, with distances in exact integers.

Each round pairs the points of the set up, each with one that lies close by; two texels of a frame that hold a pair
exchange it if that raises the sum of K times the distances. All pairs are judged beside each other.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bluenoise_assets.noise.runtime.counter_hash import mix
from bluenoise_assets.noise.vectors.descent import CHORD_PARTS
from bluenoise_assets.noise.vectors.pairs import GROUP

COORDINATE_BITS = 13
WEIGHT_TOTAL = 1 << 15


class State(NamedTuple):
    """`point`, int32 `[frame, h, w]`: which point a texel holds; `done`, int32 rounds."""

    point: Any
    done: Any


class Params(NamedTuple):
    """`coordinates`, int32 `[component, point]` in units of 2^-13; `partners`, int32 `[matching, point]`.

    `offsets`, int32 `[group, GROUP, 3]`, with `weights`, int32 `[group, GROUP]`; `in_frame`, int32 `[h, w]`, holds
    those in one frame by offset. Of arcs, `chords` parts of CHORD_PARTS are lengths. `key` is uint32.
    """

    coordinates: Any
    partners: Any
    offsets: Any
    weights: Any
    in_frame: Any
    chords: Any
    key: Any


def step(radius: tuple[int, int], arcs: bool, state: State, params: Params, rounds: jax.Array) -> State:
    """Run `rounds` (int32) rounds."""
    shape = state.point.shape
    frames, height, width = shape
    count = height * width
    components = params.coordinates.shape[0]
    texels = jnp.arange(count, dtype=jnp.int32)[None]
    base = jnp.arange(frames, dtype=jnp.int32)[:, None] * count

    def distance(first: list[jax.Array], second: list[jax.Array]) -> jax.Array:
        if not arcs:
            return length(first, second)
        part: jax.Array = params.chords * length(first, second) + (CHORD_PARTS - params.chords) * arc(first, second)
        return part // CHORD_PARTS

    def one(_: jax.Array, state: State) -> State:
        point = state.point.reshape(frames, count)
        texel_of = (
            jnp.zeros(frames * count, jnp.int32)
            .at[(base + point).reshape(-1)]
            .set(jnp.broadcast_to(texels, point.shape).reshape(-1), unique_indices=True)
        )
        wanted = params.partners[state.done % params.partners.shape[0]][point]
        partner = texel_of[(base + wanted).reshape(-1)].reshape(frames, count)
        own = [params.coordinates[c][state.point] for c in range(components)]
        new = [params.coordinates[c][wanted.reshape(shape)] for c in range(components)]
        gain = _gains(radius, own, new, params, distance).reshape(frames, count)

        y, x = (partner // width - texels // width) % height, (partner % width - texels % width) % width
        apart = distance(new, own).reshape(frames, count)
        both = gain + gain.reshape(-1)[(base + partner).reshape(-1)].reshape(frames, count)
        both += 2 * params.in_frame.reshape(-1)[y * width + x] * apart
        pair = (base + jnp.minimum(texels, partner)).astype(jnp.uint32)
        chosen = mix(pair ^ mix(params.key ^ mix(state.done.astype(jnp.uint32)))) >> 31 == 0
        moved = jnp.where((both > 0) & chosen, wanted, point)
        return State(moved.reshape(shape), state.done + 1)

    end: State = lax.fori_loop(0, rounds, one, state)
    return end


def length(first: list[jax.Array], second: list[jax.Array]) -> jax.Array:
    """The length of the difference in units of 2^-13, rounded down: int32. The square root is IEEE 754's."""
    square = sum((a - b) * (a - b) for a, b in zip(first, second, strict=True))
    return jnp.sqrt(jnp.asarray(square).astype(jnp.float32)).astype(jnp.int32)


def arc(first: list[jax.Array], second: list[jax.Array]) -> jax.Array:
    """The angle between unit vectors in units of 2^-13, within some 2^-11: int32.

    arccos x = sqrt(1 - x) (1.5707288 - 0.2121144 x + 0.0742610 x^2 - 0.0187293 x^3), Abramowitz and Stegun 4.4.45.
    """
    cosine = sum(a * b for a, b in zip(first, second, strict=True)) >> (2 * COORDINATE_BITS - 15)
    size = jnp.minimum(jnp.abs(jnp.asarray(cosine)), 1 << 15)
    series = ((-614 * size) >> 15) + 2433
    series = ((series * size) >> 15) - 6951
    series = ((series * size) >> 15) + 51470
    root = jnp.sqrt(((1 << 15) - size).astype(jnp.float32)) * jnp.float32(2.0 ** (13 - 7.5))
    acute = (root.astype(jnp.int32) * series) >> 15
    return jnp.where(cosine < 0, 25736 - acute, acute)


def _gains(
    radius: tuple[int, int], own: list[jax.Array], new: list[jax.Array], params: Params, distance: Any
) -> jax.Array:
    """What each texel would gain with its new vector, all others as they are: int32 `[frame, h, w]`."""
    frames, height, width = own[0].shape
    padded = [jnp.pad(v, [(0, 0), *((r, r) for r in radius)], mode="wrap") for v in own]
    block = (1, height, width)
    zero = jnp.int32(0)

    def one_frame(frame: jax.Array, gains: jax.Array) -> jax.Array:
        here = [lax.dynamic_slice(v, (frame, zero, zero), block) for v in own]
        there = [lax.dynamic_slice(v, (frame, zero, zero), block) for v in new]

        def add_group(i: jax.Array, total: jax.Array) -> jax.Array:
            for j in range(GROUP):
                offset = params.offsets[i, j]
                start = ((frame + offset[0]) % frames, radius[0] + offset[1], radius[1] + offset[2])
                other = [lax.dynamic_slice(p, start, block) for p in padded]
                total = total + params.weights[i, j] * (distance(there, other) - distance(here, other))
            return total

        total = lax.fori_loop(0, params.offsets.shape[0], add_group, jnp.zeros(block, jnp.int32))
        return lax.dynamic_update_slice(gains, total, (frame, zero, zero))

    gains: jax.Array = lax.fori_loop(0, frames, one_frame, jnp.zeros(own[0].shape, jnp.int32))
    return gains
