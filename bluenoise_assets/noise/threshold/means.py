"""The values' sums: of every texel's neighbours, by weight, as blurs along one axis after the other.

It is linear, so that no pair needs to be looked at. A kernel over space is a sum of products of lines, one along each
axis: a Gaussian or a box is one product, others are near enough to a few. Lines are found by cross approximation
(Bebendorf 2000): a column and a row through the largest entry are taken off, until little is left; in whole numbers,
so that they are the same everywhere.
"""

import math
import operator
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.threshold.pairing import once

LINE_BITS = 12
"""The sizes of a line's taps sum to about 2^12."""

FRACTION_BITS = 3
"""Blurred values have so many more."""

MIX_BITS = 8

TOLERANCE = Fraction(1, 200)
"""So much of a kernel may be left out."""

Line = list[int]


class Means(NamedTuple):
    """A kernel as a sum of products of lines: all int32.

    `taps[axis]` is `[term, 2 * reach + 1]`, or `[term, reach + 1]` from the centre outwards where all lines are even.
    `mix[c, d]`, in 2^-MIX_BITS, is the share of channel d in what is blurred for channel c, rows sum to 1; `gains`,
    `[channel, term]`, turn the blurred values into sums. From these go `itself`, `[channel]`, times the texel's own
    value, which is no neighbour, and `middle`, `[channel]`, what is left of them on average.
    """

    taps: tuple[Any, ...]
    gains: Any
    mix: Any
    itself: Any
    middle: Any


def products_of_lines(table: npt.NDArray[Any]) -> list[tuple[list[Line], Fraction]]:
    """Lines, one for each axis, and a factor for their product; the products add up to about the table of integers."""
    if table.ndim == 1:
        return [([[int(entry) for entry in table]], Fraction(1))]
    left = np.array([[int(entry) for entry in row] for row in table.reshape(len(table), -1)], object)
    whole, products = np.abs(left).sum(), []
    for _ in range(min(left.shape)):
        i, j = divmod(int(np.argmax(np.abs(left))), left.shape[1])
        pivot, column, row = left[i, j], left[:, j].copy(), left[i].copy()
        if pivot == 0:
            break
        for lines, factor in products_of_lines(row.reshape(table.shape[1:])):
            products.append(([list(column), *lines], factor / pivot))
        left = left - (2 * column[:, None] * row[None, :] + pivot) // (2 * pivot)
        if np.abs(left).sum() <= TOLERANCE * whole:
            break
    return products


def means_of(
    table: npt.NDArray[Any],
    shape: tuple[int, ...],
    radius: tuple[int, ...],
    mix: list[list[Fraction]],
    unit: Fraction,
) -> Means:
    """The means under a kernel, K times `unit`, on a tile of a shape.

    `table` is centred, integers; offsets beyond `radius` are left out. `mix[c][d]` says how much texels of channel d
    count for those of channel c, which is not negative, nor are all of a row 0.
    """
    offsets = zip(table.shape, radius, strict=True)
    kept = table[tuple(slice(max(0, n // 2 - r), n // 2 + r + 1) for n, r in offsets)]
    kept = np.pad(kept, [(r - n // 2, r - n // 2) for n, r in zip(kept.shape, radius, strict=True)])
    even = all(np.array_equal(kept, np.flip(kept, axis)) for axis in range(kept.ndim))
    products = products_of_lines(kept) or [([[0] * side for side in kept.shape], Fraction(0))]
    taps: list[list[Line]] = [[] for _ in radius]
    sizes: list[Fraction] = []
    for lines, factor in products:
        size = factor * unit / (1 << FRACTION_BITS)
        for axis, line in enumerate(lines):
            sum_of_sizes = sum(abs(entry) for entry in line) or 1
            rounded = [(2 * (entry << LINE_BITS) + sum_of_sizes) // (2 * sum_of_sizes) for entry in line]
            taps[axis].append(rounded[radius[axis] :] if even else rounded)
            size *= sum_of_sizes
        sizes.append(size)
    rows = [sum(row, Fraction(0)) for row in mix]
    shares = [[round(part / row * (1 << MIX_BITS)) for part in parts] for parts, row in zip(mix, rows, strict=True)]
    gains = [[round(size * row) for size in sizes] for row in rows]
    # what the blurs make of a texel itself and of its images, with all their rounding: narrow kernels are mostly that
    centres = [
        math.prod(
            Fraction(sum(_whole(lines[term], even)[r % side :: side]), 1 << LINE_BITS)
            for lines, r, side in zip(taps, radius, shape, strict=True)
        )
        for term in range(len(products))
    ]
    own = [Fraction(parts[c], 1 << MIX_BITS) * (1 << FRACTION_BITS) for c, parts in enumerate(shares)]
    itself = [part * sum(map(operator.mul, line, centres)) for part, line in zip(own, gains, strict=True)]
    total = int(kept.sum()) * unit
    return Means(
        taps=tuple(np.array(lines, np.int32) for lines in taps),
        gains=np.array(gains, np.int32),
        mix=np.array(shares, np.int32),
        itself=np.array([round(part) for part in itself], np.int32),
        middle=np.array([round(total * row - part) << 14 for row, part in zip(rows, itself, strict=True)], np.int32),
    )


def _whole(line: Line, even: bool) -> Line:
    return [*line[:0:-1], *line] if even else line


def mixed(values: jax.Array, means: Means) -> jax.Array:
    """What is blurred for each channel of values, uint16 `(batch, channel, *space)` of 15 bits: the same."""
    channels = values.shape[1]
    if channels == 1:
        return values
    wide = values.astype(jnp.int32)
    parts = [sum(means.mix[c, d] * wide[:, d] for d in range(channels)) for c in range(channels)]
    return jnp.clip(jnp.stack(parts, axis=1) >> MIX_BITS, 0, (1 << 15) - 1).astype(jnp.uint16)


def window_means(
    yes: jax.Array, around: jax.Array, own: jax.Array, means: Means, channel: jax.Array, radius: tuple[int, ...]
) -> jax.Array:
    """The sums over the neighbours, less what they are on average, of a window: int32, in the values' own units.

    `around` is of `mixed` values, uint16 `(batch, channel, *space)`, and reaches `radius` further on the axes of space
    than the texels' `own` values, int32. `channel`, int32 `[channel]`, says which the window has; `yes` is true
    whenever it runs (see `once`).
    """
    wide = (1, -1, *[1] * len(radius))

    def add_term(term: jax.Array, total: jax.Array) -> jax.Array:
        field = around
        for axis, (taps, reach) in enumerate(zip(means.taps, radius, strict=True)):
            field = _blurred(field, taps[term], axis + 2, reach)
            field = field >> (LINE_BITS - FRACTION_BITS if axis == 0 else LINE_BITS)
            if axis + 1 < len(radius):
                field = once(yes, field)
        added: jax.Array = total + means.gains[channel, term].reshape(wide) * field
        return added

    total: jax.Array = -(means.middle[channel].reshape(wide) + means.itself[channel].reshape(wide) * own)
    total = lax.fori_loop(0, means.gains.shape[1], add_term, total)
    return total >> 15


def _blurred(field: jax.Array, taps: jax.Array, axis: int, reach: int) -> jax.Array:
    """The weighted sums along an axis, which loses `reach` texels on each side; int32."""
    side = field.shape[axis] - 2 * reach

    def at(offset: int) -> jax.Array:
        return lax.slice_in_dim(field, reach + offset, reach + offset + side, axis=axis)

    if len(taps) == reach + 1:
        parts = [taps[i] * (at(-i) + at(i) if i else at(0)).astype(jnp.int32) for i in range(reach + 1)]
    else:
        parts = [taps[i + reach] * at(i).astype(jnp.int32) for i in range(-reach, reach + 1)]
    return reduce(jnp.add, parts)
