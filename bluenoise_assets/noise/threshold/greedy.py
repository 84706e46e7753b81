"""The start pattern: void-and-cluster's greedy insertion (Ulichney 1993), many texels at a time, in integers.

Void-and-cluster puts the next point into the largest void: the least value of the points so far, blurred. Two voids
that lie far apart do not change each other, so a whole batch of the deepest voids, each the lowest of its
neighbourhood, is filled at once; its size is a share of the points (or holes) there are. The number of batches
grows with the logarithm of the number of texels, where void-and-cluster takes one step for each.
"""

import math
from decimal import Decimal, localcontext
from functools import cache, reduce
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

TILE_TEXELS = 1 << 16
"""The voids of large patterns are looked for in tiles of rows of about so many texels, which fit a cache."""

SPARSE_SIGMA = Decimal("0.42")
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
    """`taps[axis]`, int32 `[LEVELS, radius + 1]`; `cross`, int32 `[channel, channel]`: in 256ths, what the
    points of each channel count for one, 256 its own.

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


@cache
def level_sigma(dense: Decimal, level: int) -> Decimal:
    """The blur of a density level: wide enough to reach from point to point, up to `WIDEST` times the dense ones'."""
    with localcontext(prec=20):
        spacing = Decimal(2) ** (Decimal(3 + level) / 4)  # the root of texels per point
        return min(max(dense, SPARSE_SIGMA * spacing), WIDEST * dense).quantize(Decimal("0.001"))


def _blur(points: jax.Array, taps: tuple[jax.Array, ...], radius: jax.Array) -> jax.Array:
    """Points blurred along each axis; a sum of 2^8 becomes one of up to 2^28, int32.

    Points are int32 `(batch, *space)` of up to 2^8, or int16 of 0 and 1, which stand for 2^8 and are blurred in 16 bits
    along the first axis. There they have `_margin` more rows on each side; other axes wrap around. `taps[axis]` is
    `[batch, most + 1]`, from the centre outwards; those beyond `radius` (int32) are 0 for all.
    """
    field = points
    for axis, weights in enumerate(taps, start=1):
        if axis > 1:
            field = slabs.halo(field, axis, _margin(weights), _margin(weights))
        field = _blur_along(axis, field, weights.astype(field.dtype), radius)
        if field.dtype == jnp.int16:
            field = field.astype(jnp.int32) << 8
        if axis < len(taps):
            field = field >> (4 if axis == 1 else BLUR_BITS)
    return field << 8 if len(taps) == 1 else field


def _margin(taps: jax.Array | npt.NDArray[np.int32]) -> int:
    """How far taps reach, at least; a whole number of groups."""
    return -(-(taps.shape[1] - 1) // TAP_GROUP) * TAP_GROUP


def _blur_along(axis: int, padded: jax.Array, taps: jax.Array, radius: jax.Array) -> jax.Array:
    margin = _margin(taps)
    side = padded.shape[axis] - 2 * margin
    weights = jnp.pad(taps, [(0, 0), (0, margin + 1 - taps.shape[1])])
    wide = (-1, *([1] * (padded.ndim - 1)))

    def add_group(i: jax.Array, total: jax.Array) -> jax.Array:
        for j in range(1, TAP_GROUP + 1):
            offset = i * TAP_GROUP + j
            before = lax.dynamic_slice_in_dim(padded, margin - offset, side, axis)
            after = lax.dynamic_slice_in_dim(padded, margin + offset, side, axis)
            weight = lax.dynamic_index_in_dim(weights, offset, 1, keepdims=False)
            total = total + weight.reshape(wide) * (before + after)
        return total

    groups = jnp.minimum((radius + TAP_GROUP - 1) // TAP_GROUP, margin // TAP_GROUP)
    own = weights[:, 0].reshape(wide) * lax.slice_in_dim(padded, margin, margin + side, axis=axis)
    blurred: jax.Array = lax.fori_loop(0, groups, add_group, own)
    return blurred


def _reach(radius: int, side: int) -> tuple[int, int]:
    """How many texels before and after one its neighbourhood reaches on an axis of so many texels."""
    return min(radius, (side - 1) // 2), min(radius, side // 2)


def _lowest_along(axis: int, padded: jax.Array, reach: tuple[int, int]) -> jax.Array:
    """The least value along an axis from so many texels before each to so many after."""
    side = padded.shape[axis] - sum(reach)
    parts = [lax.slice_in_dim(padded, start, start + side, axis=axis) for start in range(sum(reach) + 1)]
    return reduce(jnp.minimum, parts)


def _voids(
    reaches: list[tuple[int, int]],
    yes: jax.Array,
    points: jax.Array,
    taken: jax.Array,
    jitter: jax.Array,
    taps: tuple[jax.Array, ...],
    far: jax.Array,
) -> jax.Array:
    """How deep each void of some rows is, int32 `(batch, *space)`; TAKEN for all other texels.

    A void is lowest in its neighbourhood, which `reaches` so far on each axis. `taken` (bool) and `jitter` (int32) have
    so many rows more, and `points` `_margin` beyond that.
    """
    blurred = _blur(points, taps, far)

    def jittered(blurred: jax.Array, taken: jax.Array, jitter: jax.Array) -> jax.Array:
        return jnp.where(taken, TAKEN, (blurred & ~((1 << JITTER_BITS) - 1)) | jitter)

    # Conditions that are always true, though XLA does not know, keep it from computing all this once for each use.
    field = lax.cond(yes, jittered, lambda blurred, *_: blurred, blurred, taken, jitter)
    lowest = field
    for axis, reach in enumerate(reaches, start=1):
        lowest = _lowest_along(axis, lowest if axis == 1 else slabs.halo(lowest, axis, *reach), reach)
    own = lax.slice_in_dim(field, reaches[0][0], field.shape[1] - reaches[0][1], axis=1)
    depth: jax.Array = lax.cond(
        yes, lambda f, low: jnp.where((f == low) & (f != TAKEN), f, TAKEN), lambda f, _: f, own, lowest
    )
    return depth


def init(shape: tuple[int, ...], mesh: Mesh | None = None) -> State:
    """An empty pattern; shape is `(batch, channel, *space)`. With a mesh it is spread over its devices."""

    def empty(index: tuple[slice, ...]) -> npt.NDArray[np.int32]:
        return np.full([len(range(*part.indices(side))) for part, side in zip(index, shape, strict=True)], -1, np.int32)

    return State(slabs.put(mesh, shape, 2, empty), np.zeros(shape[:2], np.int32), np.int32(0))


def described(shape: tuple[int, ...], mesh: Mesh | None) -> State:
    """In place of such a pattern, what is enough to compile for it."""
    return State(slabs.described(mesh, shape, 2, np.int32), np.zeros(shape[:2], np.int32), np.int32(0))


def least_rows(radius: int, taps: tuple[npt.NDArray[np.int32], ...], shape: tuple[int, ...]) -> int:
    """How many rows of a texture of a shape of space `step` needs in a slab, at least: its halo and the sample."""
    return max(_margin(taps[0]) + max(_reach(radius, shape[0])), _sample_rows(shape))


def _sample_rows(shape: tuple[int, ...]) -> int:
    return min(shape[0], max(1, SAMPLE_TEXELS * shape[0] // math.prod(shape)))


@one_thread
@whole_numbers
def step(radius: int, of: int, state: State, params: Params, batches: jax.Array) -> State:
    """Fill up to `batches` (int32) batches; stops when all texels are filled.

    The state may be one slab of so many, each with `least_rows`.
    """
    shape = state.batch_of.shape
    channels, space = shape[1], shape[2:]
    whole = (space[0] * of, *space[1:])
    texels = math.prod(whole)
    wide = (-1, *([1] * len(space)))
    reaches = [_reach(radius, side) for side in whole]
    before, after = reaches[0]
    row_texels = math.prod(space[1:])
    tall = max(1, TILE_TEXELS // row_texels)
    tall = tall if 2 * tall < space[0] else space[0]
    tiles = -(-space[0] // tall)
    places = jnp.arange(row_texels, dtype=jnp.uint32).reshape(1, 1, *space[1:])

    def one_batch(carry: tuple[jax.Array, State, jax.Array]) -> tuple[jax.Array, State, jax.Array]:
        done, state, kept = carry
        turn = state.batch % channels
        count = lax.dynamic_index_in_dim(state.filled, turn, 1, keepdims=False)
        own = lax.dynamic_index_in_dim(state.batch_of, turn, 1, keepdims=False)
        few = jnp.minimum(count, texels - count)
        level = density_level(few, texels)
        points = (own >= 0).astype(jnp.int16)
        if channels > 1:
            counts = params.cross[turn].reshape(1, -1, *[1] * len(space))
            points = jnp.where(state.batch_of >= 0, counts, 0).sum(axis=1, dtype=jnp.int32) // channels
        taps, far = tuple(table[level] for table in params.taps), params.radius[level].max()
        margin = _margin(taps[0])
        points = slabs.halo(points, 1, margin + before, margin + after, of)
        taken = points
        if channels > 1:
            taken = slabs.halo((own >= 0).astype(jnp.int16), 1, margin + before, margin + after, of)
        salt = mix(params.key + np.uint32(0x632BE5AB) * turn.astype(jnp.uint32)).reshape(-1, *[1] * len(space))
        yes = params.share > 0

        def voids_from(first: jax.Array) -> jax.Array:
            """Of the rows of a tile."""
            some = tall + before + after
            row = first - before + jnp.arange(some, dtype=jnp.int32)
            row = row if of == 1 else row + slabs.index(of) * space[0]
            row = jnp.where(row < 0, row + whole[0], jnp.where(row >= whole[0], row - whole[0], row))
            index = row.astype(jnp.uint32).reshape(1, -1, *[1] * (len(space) - 1)) * np.uint32(row_texels) + places
            jitter = (mix(index ^ salt) >> (32 - JITTER_BITS)).astype(jnp.int32)
            some_points = lax.dynamic_slice_in_dim(points, first, some + 2 * margin, axis=1)
            some_taken = lax.dynamic_slice_in_dim(taken, first + margin, some, axis=1) > 0
            return _voids(reaches, yes, some_points, some_taken, jitter, taps, far)

        def one_tile(i: jax.Array, found: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            depth, low = found
            first = jnp.minimum(i * tall, space[0] - tall)  # the last tile may do some rows again
            some = voids_from(first)
            return lax.dynamic_update_slice_in_dim(depth, some, first, axis=1), jnp.minimum(low, some.min(axis=axes))

        axes = tuple(range(1, own.ndim))
        if tiles == 1:
            depth = voids_from(jnp.int32(0))
            low = depth.min(axis=axes)
        else:
            depth, low = lax.fori_loop(0, tiles, one_tile, (kept, jnp.full(shape[:1], TAKEN)))
            kept = depth

        wanted = jnp.maximum(params.least, few // params.share)
        wanted = jnp.minimum(wanted, texels - count)
        low = slabs.over_all(lax.pmin, low, of)
        # A large pattern is even: how deep the deepest voids are, a part of its rows tells well enough.
        rows = _sample_rows(whole)
        sample = depth[:, :rows]
        wanted_here = (wanted * rows + whole[0] - 1) // whole[0]
        high = jnp.maximum(low, jnp.where(sample == TAKEN, -1, sample).max(axis=axes))

        def bisect(_: jax.Array, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            low, high = bounds  # at most as many voids as wanted are as deep as `low`, or it is the deepest
            middle = low + ((high - low + 1) >> 1)
            few_enough = (sample <= middle.reshape(wide)).astype(jnp.int32).sum(axis=axes) <= wanted_here
            return jnp.where(few_enough, middle, low), jnp.where(few_enough, high, jnp.maximum(middle - 1, low))

        limit, _ = lax.fori_loop(0, BISECTIONS, bisect, (low, high))
        limit = slabs.of_first(limit, of)  # whose rows the sample is of
        chosen = (depth <= limit.reshape(wide)) & (depth != TAKEN)
        added = slabs.over_all(lax.psum, chosen.astype(jnp.int32).sum(axis=axes), of)
        own = jnp.where(chosen, state.batch, own)
        state = State(
            lax.dynamic_update_index_in_dim(state.batch_of, own, turn, 1),
            lax.dynamic_update_index_in_dim(state.filled, count + added, turn, 1),
            state.batch + 1,
        )
        return done + 1, state, kept

    def unfinished(carry: tuple[jax.Array, State, jax.Array]) -> jax.Array:
        done, state, _ = carry
        more: jax.Array = (done < batches) & (state.filled.min() < texels)
        return more

    kept = jnp.zeros((shape[0], *space) if tiles > 1 else (0,), jnp.int32)  # large patterns' depths, to be written over
    end: State = lax.while_loop(unfinished, one_batch, (jnp.int32(0), state, kept))[1]
    return end


def ranks(state: State) -> npt.NDArray[np.int32]:
    """The order in which the texels were filled, those of one batch at random: int32 `(batch, channel, *space)`."""
    batch_of = slabs.on_host(state.batch_of)
    slices = batch_of.reshape(*batch_of.shape[:2], -1)
    keys = (slices.astype(np.int64) << 32) | mix(np.arange(slices.shape[2], dtype=np.uint32))
    order = np.argsort(keys, axis=2, kind="stable").astype(np.int32)
    result = np.empty_like(order)
    np.put_along_axis(result, order, np.arange(order.shape[2], dtype=np.int32), axis=2)
    return result.reshape(batch_of.shape)
