"""The start pattern: void-and-cluster's greedy insertion (Ulichney 1993), many texels at a time, in integers.

Void-and-cluster puts the next point into the largest void: the least value of the points so far, blurred. Two voids
that lie far apart do not change each other, so a whole batch of the deepest voids, each the lowest of its
neighbourhood, is filled at once; its size is a share of the points (or holes) there are. The number of batches
grows with the logarithm of the number of texels, where void-and-cluster takes one step for each.
"""

import math
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.compiled import one_thread, whole_numbers
from bluenoise_assets.noise.runtime.counter_hash import mix
from bluenoise_assets.quality.kernels import TAP_BITS, gaussian_taps

TAKEN = np.int32(2**31 - 1)
BLUR_BITS = 12
"""The taps of one axis sum to about 2^12."""

JITTER_BITS = 10
BISECTIONS = 10
LEVELS = 24
"""The blur has one width for each of so many densities, a factor of sqrt(2) apart."""

RADIUS = Decimal("3.2")
"""Taps reach so many sigmas."""

TAP_GROUP = 7
"""Taps on each side that are added in one pass."""

SAMPLE_TEXELS = 1 << 16
"""So many texels of a large pattern decide how deep the voids of a batch are."""

SPARSE_SIGMA = Decimal("0.3")
"""The least blur in units of the mean distance of the points: keeps sparse patterns even."""

WIDEST = 3


class State(NamedTuple):
    """`batch_of`, int32 `(batch, channel, *space)`: the batch in which a texel was filled; -1 for not yet.

    `filled`, int32 `(batch, channel)`: how many; `batch` counts the batches.
    """

    batch_of: Any
    filled: Any
    batch: Any


class Params(NamedTuple):
    """`taps[axis]`, int32 `[LEVELS, radius + 1]`; `cross`: other channels' points count so many 256ths.

    `radius[level]`, int32: taps beyond it are 0. A batch is one part in `share` of the points or holes, and `least`
    texels at least. `key` is uint32 `[batch]`.
    """

    taps: tuple[Any, ...]
    radius: Any
    cross: Any
    share: Any
    least: Any
    key: Any


def density_level(points: jax.Array, texels: int) -> jax.Array:
    """Which of the LEVELS blurs serves a pattern of so many points (or holes): 0 near one half, rising as it thins.

    Level i is for densities from 2^-(1 + (i + 1) / 2) to 2^-(1 + i / 2).
    """
    limits = jnp.asarray([math.isqrt(texels * texels >> (i + 3)) for i in range(LEVELS - 1)], jnp.int32)
    level: jax.Array = (points[..., None] < limits.reshape(*[1] * points.ndim, -1)).sum(axis=-1, dtype=jnp.int32)
    return level


def taps_of(sigmas: list[Decimal], shape: tuple[int, ...]) -> tuple[npt.NDArray[np.int32], ...]:
    """For each axis the taps of all blurs, int32 `[LEVELS, radius + 1]`, from the centre outwards, wrapped on its side.

    `sigmas` has one number for each axis, for dense patterns; sparse ones are blurred more widely.
    """
    tables = []
    for sigma, side in zip(sigmas, shape, strict=True):
        widths = [level_sigma(sigma, level) for level in range(LEVELS)]
        radius = min(side // 2, math.ceil(RADIUS * max(widths)))
        table = np.zeros((LEVELS, radius + 1), np.int32)
        for level, width in enumerate(widths):
            far = math.ceil(RADIUS * width)
            folded = [0] * side
            for offset, tap in zip(range(-far, far + 1), gaussian_taps(width, far), strict=True):
                folded[offset % side] += tap
            for i in range(radius + 1):
                both = 2 if i and 2 * i == side else 1  # half a tile away lies in both directions
                table[level, i] = (folded[i] // both) >> (TAP_BITS - BLUR_BITS)
        tables.append(table)
    return tuple(tables)


def radius_of(sigmas: list[Decimal]) -> npt.NDArray[np.int32]:
    """For each level, int32 `[LEVELS]`, how far its taps reach along the axis of the widest blur."""
    return np.array([math.ceil(RADIUS * level_sigma(max(sigmas), level)) for level in range(LEVELS)], np.int32)


def level_sigma(dense: Decimal, level: int) -> Decimal:
    """The blur of a density level: wide enough to reach from point to point, up to `WIDEST` times the dense ones'."""
    with localcontext(prec=20):
        spacing = Decimal(2) ** (Decimal(3 + level) / 4)  # the root of texels per point
        return min(max(dense, SPARSE_SIGMA * spacing), WIDEST * dense).quantize(Decimal("0.001"))


def _blur(points: jax.Array, taps: tuple[jax.Array, ...], radius: jax.Array) -> jax.Array:
    """Points blurred along each axis; a sum of 2^8 becomes one of up to 2^28, int32.

    Points are int32 `(batch, *space)` of up to 2^8, or int16 of 0 and 1, which stand for 2^8 and are blurred in 16 bits
    along the first axis. `taps[axis]` is `[batch, most + 1]`, from the centre outwards; those beyond `radius` (int32)
    are 0 for all.
    """
    short = points.dtype == jnp.int16
    field = points
    for axis, weights in enumerate(taps, start=1):
        field = _blur_along(axis, field, weights.astype(field.dtype), radius)
        if axis == 1 and short:
            field = field.astype(jnp.int32) << 8
        if axis < len(taps):
            field = field >> (4 if axis == 1 else BLUR_BITS)
    return field << 8 if len(taps) == 1 else field


def _blur_along(axis: int, field: jax.Array, taps: jax.Array, radius: jax.Array) -> jax.Array:
    most, side = taps.shape[1] - 1, field.shape[axis]
    padded_most = -(-most // TAP_GROUP) * TAP_GROUP
    weights = jnp.pad(taps, [(0, 0), (0, padded_most - most)])
    wide = (-1, *([1] * (field.ndim - 1)))
    padded = _wrapped(field, axis, padded_most, padded_most)

    def add_group(i: jax.Array, total: jax.Array) -> jax.Array:
        for j in range(1, TAP_GROUP + 1):
            offset = i * TAP_GROUP + j
            before = lax.dynamic_slice_in_dim(padded, padded_most - offset, side, axis)
            after = lax.dynamic_slice_in_dim(padded, padded_most + offset, side, axis)
            weight = lax.dynamic_index_in_dim(weights, offset, 1, keepdims=False)
            total = total + weight.reshape(wide) * (before + after)
        return total

    groups = jnp.minimum((radius + TAP_GROUP - 1) // TAP_GROUP, padded_most // TAP_GROUP)
    blurred: jax.Array = lax.fori_loop(0, groups, add_group, weights[:, 0].reshape(wide) * field)
    return blurred


def _wrapped(field: jax.Array, axis: int, before: int, after: int) -> jax.Array:
    pads = [(before, after) if a == axis else (0, 0) for a in range(field.ndim)]
    return jnp.pad(field, pads, mode="wrap")


def _lowest_along(axis: int, radius: int, field: jax.Array) -> jax.Array:
    """The least value within `radius` texels along an axis."""
    side = field.shape[axis]
    before, after = min(radius, (side - 1) // 2), min(radius, side // 2)
    padded = _wrapped(field, axis, before, after)

    lowest = field
    for start in range(before + after + 1):
        lowest = jnp.minimum(lowest, lax.slice_in_dim(padded, start, start + side, axis=axis))
    return lowest


def init(shape: tuple[int, ...]) -> State:
    """An empty pattern; shape is `(batch, channel, *space)`."""
    return State(
        np.full(shape, -1, np.int32),
        np.zeros(shape[:2], np.int32),
        np.int32(0),
    )


@one_thread
@whole_numbers
def step(radius: int, state: State, params: Params, batches: jax.Array) -> State:
    """Fill up to `batches` (int32) batches; stops when all texels are filled."""
    shape = state.batch_of.shape
    channels, space = shape[1], shape[2:]
    texels = math.prod(space)
    flat = jnp.arange(texels, dtype=jnp.uint32).reshape(space)
    wide = (-1, *([1] * len(space)))

    def one_batch(carry: tuple[jax.Array, State]) -> tuple[jax.Array, State]:
        done, state = carry
        turn = state.batch % channels
        count = lax.dynamic_index_in_dim(state.filled, turn, 1, keepdims=False)
        own = lax.dynamic_index_in_dim(state.batch_of, turn, 1, keepdims=False)
        few = jnp.minimum(count, texels - count)
        level = density_level(few, texels)
        points = (own >= 0).astype(jnp.int16)
        if channels > 1:
            filled = points.astype(jnp.int32)
            all_points = (state.batch_of >= 0).astype(jnp.int32).sum(axis=1)
            points = ((filled << 8) + params.cross * (all_points - filled)) // channels
        blurred = _blur(points, tuple(taps[level] for taps in params.taps), params.radius[level].max())
        salt = mix(params.key + np.uint32(0x632BE5AB) * turn.astype(jnp.uint32)).reshape(wide)

        def jittered(blurred: jax.Array, own: jax.Array) -> jax.Array:
            jitter = (mix(flat[None] ^ salt) >> (32 - JITTER_BITS)).astype(jnp.int32)
            return jnp.where(own >= 0, TAKEN, (blurred & ~((1 << JITTER_BITS) - 1)) | jitter)

        # Conditions that are always true, though XLA does not know, keep it from computing all this once for each use.
        yes = params.share > 0
        field = lax.cond(yes, jittered, lambda blurred, _: blurred, blurred, own)
        lowest = field
        for axis in range(1, field.ndim):
            lowest = _lowest_along(axis, radius, lowest)
        depth = lax.cond(
            yes, lambda f, low: jnp.where((f == low) & (f != TAKEN), f, TAKEN), lambda f, _: f, field, lowest
        )

        wanted = jnp.maximum(params.least, few // params.share)
        wanted = jnp.minimum(wanted, texels - count)
        axes = tuple(range(1, field.ndim))
        # A large pattern is even: how deep the deepest voids are, a part of its rows tells well enough.
        rows = min(space[0], max(1, SAMPLE_TEXELS * space[0] // texels))
        sample = depth[:, :rows]
        wanted_here = (wanted * rows + space[0] - 1) // space[0]
        low = depth.min(axis=axes)
        high = jnp.maximum(low, jnp.where(sample == TAKEN, -1, sample).max(axis=axes))

        def bisect(_: jax.Array, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            low, high = bounds  # at most as many voids as wanted are as deep as `low`, or it is the deepest
            middle = low + ((high - low + 1) >> 1)
            few_enough = (sample <= middle.reshape(wide)).astype(jnp.int32).sum(axis=axes) <= wanted_here
            return jnp.where(few_enough, middle, low), jnp.where(few_enough, high, jnp.maximum(middle - 1, low))

        limit, _ = lax.fori_loop(0, BISECTIONS, bisect, (low, high))
        chosen = (depth <= limit.reshape(wide)) & (depth != TAKEN)
        added = chosen.astype(jnp.int32).sum(axis=axes)
        own = jnp.where(chosen, state.batch, own)
        return done + 1, State(
            lax.dynamic_update_index_in_dim(state.batch_of, own, turn, 1),
            lax.dynamic_update_index_in_dim(state.filled, count + added, turn, 1),
            state.batch + 1,
        )

    def unfinished(carry: tuple[jax.Array, State]) -> jax.Array:
        done, state = carry
        more: jax.Array = (done < batches) & (state.filled.min() < texels)
        return more

    end: State = lax.while_loop(unfinished, one_batch, (jnp.int32(0), state))[1]
    return end


def ranks(state: State) -> npt.NDArray[np.int32]:
    """The order in which the texels were filled, those of one batch at random: int32 `(batch, channel, *space)`."""
    batch_of = np.asarray(state.batch_of)
    slices = batch_of.reshape(*batch_of.shape[:2], -1)
    keys = (slices.astype(np.int64) << 32) | mix(np.arange(slices.shape[2], dtype=np.uint32))
    order = np.argsort(keys, axis=2, kind="stable").astype(np.int32)
    result = np.empty_like(order)
    np.put_along_axis(result, order, np.arange(order.shape[2], dtype=np.int32), axis=2)
    return result.reshape(batch_of.shape)
