"""Gradient descent on the sum of K |x_i - x_j|, in integers.

The length of a vector is, but for a factor, the mean length of its projections on all directions. Each step projects
all vectors on the axes of another rotation, and each axis is the objective for scalars: a sum of 16-bit integers, which
XLA runs several times as fast as anything with a square root. Momentum averages the rotations.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bluenoise_assets.noise.vectors.pairs import GROUP

POSITION_BITS = 18
ROTATION_BITS = 10
PROJECTION_BITS = 13
BIN_BITS = 6
BINS = 256
CHORD_PARTS = 64
CLIP = 15
WEIGHT_TOTAL = 2048
"""A pair's term is between -CLIP and CLIP, and the weights sum to WEIGHT_TOTAL at most: sums fit 16 bits."""


Vectors = list[jax.Array]
"""One array `[frame, h, w]` for each component (or axis)."""


class State(NamedTuple):
    """`position`, in units of 2^-18, and `velocity`: lists of int32 `[frame, h, w]`; `done`, int32 steps."""

    position: Any
    velocity: Any
    done: Any


class Params(NamedTuple):
    """Offsets (frame, y, x), int32 `[group, GROUP, 3]`, both signs, with weights, int16 `[group, GROUP]`.

    `rotations`, int32 `[steps, axis, component]`; `scales` (of values, so that CLIP is where a distance gets soft) and
    `rates`, int32 `[steps]`; `lines`, int16 `[steps, line, 2]`, for arcs, of which `chords` parts
    of CHORD_PARTS (int32) are lengths after all. `mean_force`, int32 `[steps, axis, BINS]`, is
    what a vector at a projection feels of all others together; without it they would fly apart.
    """

    offsets: Any
    weights: Any
    rotations: Any
    scales: Any
    rates: Any
    lines: Any
    chords: Any
    mean_force: Any


def step(radius: tuple[int, int], on_sphere: bool, arcs: bool, state: State, params: Params, steps: jax.Array) -> State:
    """Run `steps` (int32) steps."""

    def one(_: jax.Array, state: State) -> State:
        position, velocity, done = state
        force = _forces(radius, position, done, params, arcs)
        if on_sphere:
            force = _tangential(position, force)
        rate, limit = params.rates[done], 1 << (POSITION_BITS + 1)
        velocity = [v - (v >> 3) + f for v, f in zip(velocity, force, strict=True)]
        position = [p + (((v >> 4) * rate) >> 8) for p, v in zip(position, velocity, strict=True)]
        if on_sphere:
            position = _towards_unit_length(position)
        return State([jnp.clip(p, -limit, limit) for p in position], velocity, done + 1)

    end: State = lax.fori_loop(0, steps, one, state)
    return end


def _forces(radius: tuple[int, int], position: Vectors, done: jax.Array, params: Params, arcs: bool) -> Vectors:
    """The gradient along the axes of a rotation, turned back: int32."""
    axes = range(len(position))
    coarse = [p >> (POSITION_BITS - PROJECTION_BITS) for p in position]
    rotation = params.rotations[done]
    projected = [sum(coarse[c] * rotation[a, c] for c in axes) >> ROTATION_BITS for a in axes]
    lengths_now = done * params.chords % CHORD_PARTS < params.chords

    def of_lengths(projected: Vectors) -> Vectors:
        scale = params.scales[done]
        values = [jnp.clip((along * scale) >> 14, -16383, 16383).astype(jnp.int16) for along in projected]
        bins = [jnp.clip((along >> BIN_BITS) + BINS // 2, 0, BINS - 1) for along in projected]
        sums = _pair_sums(radius, values, params, _length_terms)
        return [f.astype(jnp.int32) - params.mean_force[done, a][bins[a]] for a, f in enumerate(sums)]

    def of_arcs(projected: Vectors) -> Vectors:
        values = [((along * 180) >> PROJECTION_BITS).astype(jnp.int16) for along in projected]
        lines = params.lines[done]
        sums = _pair_sums(radius, values, params, lambda own, other, w: _arc_terms(own, other, w, lines))
        return [-f.astype(jnp.int32) for f in sums]

    along = lax.cond(lengths_now, of_lengths, of_arcs, projected) if arcs else of_lengths(projected)
    return [sum(along[a] * rotation[a, c] for a in axes) >> ROTATION_BITS for c in axes]


def _length_terms(own: Vectors, other: Vectors, weight: jax.Array) -> Vectors:
    return [weight * jnp.clip(o - n, -CLIP, CLIP) for o, n in zip(own, other, strict=True)]


def _arc_terms(own: Vectors, other: Vectors, weight: jax.Array, lines: jax.Array) -> Vectors:
    cosine = sum(o * n for o, n in zip(own, other, strict=True)) >> 8
    size = jnp.abs(cosine)
    steep = lines[0, 0] * size + lines[0, 1]
    for i in range(1, lines.shape[0]):
        steep = jnp.maximum(steep, lines[i, 0] * size + lines[i, 1])
    steep = steep >> 3
    return [weight * ((steep * (n - ((cosine * o) >> 7))) >> 8) for o, n in zip(own, other, strict=True)]


def _pair_sums(radius: tuple[int, int], values: Vectors, params: Params, terms: Any) -> Vectors:
    """For each axis the weighted sum of a pair's terms, int16 `[frame, h, w]`."""
    frames, height, width = values[0].shape
    padded = [jnp.pad(v, [(0, 0), *((r, r) for r in radius)], mode="wrap") for v in values]
    block = (1, height, width)
    zero = jnp.int32(0)

    def one_frame(frame: jax.Array, sums: Vectors) -> Vectors:
        own = [lax.dynamic_slice(v, (frame, zero, zero), block) for v in values]

        def add_group(i: jax.Array, total: Vectors) -> Vectors:
            for j in range(GROUP):
                offset = params.offsets[i, j]
                start = ((frame + offset[0]) % frames, radius[0] + offset[1], radius[1] + offset[2])
                other = [lax.dynamic_slice(p, start, block) for p in padded]
                total = [t + part for t, part in zip(total, terms(own, other, params.weights[i, j]), strict=True)]
            return total

        total = lax.fori_loop(0, params.offsets.shape[0], add_group, [jnp.zeros(block, jnp.int16) for _ in values])
        return [lax.dynamic_update_slice(s, t, (frame, zero, zero)) for s, t in zip(sums, total, strict=True)]

    sums: Vectors = lax.fori_loop(0, frames, one_frame, [jnp.zeros_like(v) for v in values])
    return sums


def _tangential(position: Vectors, force: Vectors) -> Vectors:
    """A force without its part along the position, a unit vector."""
    unit = [p >> 6 for p in position]
    outwards = sum(u * f for u, f in zip(unit, force, strict=True)) >> 12
    return [f - ((u * outwards) >> 12) for u, f in zip(unit, force, strict=True)]


def _towards_unit_length(position: Vectors) -> Vectors:
    """One Newton step to length 1: x (3 - |x|^2) / 2."""
    unit = [p >> 4 for p in position]
    square = sum(u * u for u in unit) >> 14
    short = jnp.maximum((1 << 14) - square, -(1 << 14))
    return [p + ((u * short) >> 11) for p, u in zip(position, unit, strict=True)]
