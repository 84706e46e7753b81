"""Fixed stratified point sets: the values that vector-valued noise is made of.

Every set is built from indices in nested groups: slabs of about equal count along one axis, strips in a slab, points in
a strip. Index i is the i-th point in that order, so that point sets are in the order of their strips, and each cell has
exactly one point. Directions take rings in place of strips: on the sphere and its halves equal heights are equal areas
(Archimedes); cosine-weighted directions are the points of the unit disc, lifted to the hemisphere (Malley).

Everything is made of IEEE 754's exactly rounded operations, one numpy call each, and so is the same on all machines.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Starts = npt.NDArray[np.int64]

DIMENSIONS = {"vec2": 2, "vec3": 3, "vec4": 4}
GOLDEN = 40503
"""The golden ratio in 16 bits: it shifts the points of neighbouring strips against each other."""

STEPS = (GOLDEN, 27146, 47976)
"""The same, and the roots of 2 and of 3: in a slab (a strip), each point is at another distance from its sides."""

PI = 3.141592653589793
SERIES = 12
"""Terms of the sine's series: up to a quarter turn the next is below 2^-53."""


def groups(space: str, count: int) -> list[Starts]:
    """Where the groups of each level begin in the order of the points, int64, the end appended: slabs, then strips.

    Points of the unit square have one level (strips), of the cube two, directions one (rings), the circle none.
    """
    whole = np.array([0, count], np.int64)
    if space == "circle":
        return []
    if space in DIMENSIONS:
        levels = []
        for left in range(DIMENSIONS[space], 1, -1):
            parts = [_equal_parts(size, _root(size, left)) for size in np.diff(whole).tolist()]
            whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(parts))])
            levels.append(whole)
        return levels
    # rings of one width, about as wide as the points of a ring lie apart
    share = {"sphere": PI / 4, "hemisphere": PI / 8, "cosine_hemisphere": 1 / PI}[space]
    rings = max(1, round(math.sqrt(count * share)))
    k = np.arange(rings + 1)
    if space == "cosine_hemisphere":
        edges = (2 * count * k * k + rings * rings) // (2 * rings * rings)
    else:
        turn = k / (rings * (2 if space == "sphere" else 4))
        height = sine_and_cosine(turn)[1]
        fall = (1 - height) / 2 if space == "sphere" else 1 - height
        edges = np.floor(count * fall + 0.5)
    edges[-1] = count
    return [np.unique(edges.astype(np.int64))]


def points(space: str, count: int, density: npt.NDArray[Any] | None = None) -> Points:
    """The point set, float64 `[count, components]`: in (0, 1), or unit vectors (hemispheres: around +z, z >= 0).

    `density`, non-negative integers `[rows, columns]` whose sum is between 1 and 2^53, is the density of vec2: x along
    its columns, y along its rows, the first row at y = 0.
    """
    levels = [np.array([0, count], np.int64), *groups(space, count)]
    index = np.arange(count, dtype=np.int64)
    places = [np.searchsorted(starts, index, side="right") - 1 for starts in levels]
    starts = [starts[place] for starts, place in zip(levels, places, strict=True)]
    sizes = [np.diff(starts)[place] for starts, place in zip(levels, places, strict=True)]
    quantiles = []  # of each level's coordinate, the slabs' first
    for level, steps in zip(range(len(levels) - 1), STEPS, strict=False):
        inside = (index * steps % 65536 + 0.5) / 65536 * sizes[level + 1]
        quantiles.append((starts[level + 1] - starts[level] + inside) / sizes[level])
    group, start, size = places[-1], starts[-1], sizes[-1]
    shift = (group * GOLDEN % 65536 + 0.5) / 65536 if len(levels) > 1 else 0.5
    quantiles.append((index - start + shift) / size)
    if density is not None:
        return _warped(quantiles[0], quantiles[1], density)
    if space in DIMENSIONS:
        return np.stack(quantiles[::-1], axis=1)
    if space == "circle":
        sine, cosine = sine_and_cosine(quantiles[0])
        return np.stack([cosine, sine], axis=1)
    sine, cosine = sine_and_cosine(quantiles[1])
    from_top = quantiles[0]
    if space == "cosine_hemisphere":
        z, radius = np.sqrt(1 - from_top), np.sqrt(from_top)
    else:
        z = 1 - 2 * from_top if space == "sphere" else 1 - from_top
        radius = np.sqrt((1 - z) * (1 + z))
    return np.stack([radius * cosine, radius * sine, z], axis=1)


def sine_and_cosine(turns: npt.NDArray[Any]) -> tuple[Points, Points]:
    """The sine and cosine of angles in turns, float64 in [0, 1]: within 2^-52 of the exact ones."""
    quarter = np.floor(turns * 4 + 0.5)
    rest = (turns - quarter / 4) * (2 * PI)  # at most an eighth of a turn
    square = rest * rest
    sine, cosine = np.zeros_like(rest), np.zeros_like(rest)
    for n in range(SERIES, 0, -1):  # Horner's scheme
        sine = (1 + sine) * square / (-(2 * n) * (2 * n + 1))
        cosine = (1 + cosine) * square / (-(2 * n - 1) * (2 * n))
    sine, cosine = rest + rest * sine, 1 + cosine
    which = quarter.astype(np.int64) % 4
    return (
        np.choose(which, [sine, cosine, -sine, -cosine]),
        np.choose(which, [cosine, -sine, -cosine, sine]),
    )


def _root(count: int, degree: int) -> int:
    """The root of a count, rounded: the number k >= 1 for which (k - 1/2)^degree <= count < (k + 1/2)^degree."""
    k = 1
    while (2 * k + 1) ** degree <= count << degree:
        k += 1
    return k


def _equal_parts(count: int, parts: int) -> Starts:
    """The sizes of so many parts, equal but for one."""
    return np.diff(np.arange(parts + 1, dtype=np.int64) * count // parts)


def _warped(rows: Points, columns: Points, density: npt.NDArray[Any]) -> Points:
    """Quantiles of the unit square as points of a density: the distribution is inverted along y, then along x."""
    counts = np.asarray(density).astype(np.int64)
    height, width = counts.shape
    ends = np.cumsum(counts.reshape(-1))
    row_ends = ends[width - 1 :: width]
    wanted = np.minimum(rows * row_ends[-1], np.nextafter(float(row_ends[-1]), 0))
    row = np.searchsorted(row_ends, wanted, side="right")
    weight = counts.sum(axis=1)[row]
    first = row_ends[row] - weight
    y = (row + (wanted - first) / weight) / height
    wanted = np.minimum(first + columns * weight, np.nextafter(row_ends[row].astype(np.float64), 0))
    wanted = np.maximum(wanted, first)
    place = np.searchsorted(ends, wanted, side="right")
    inside = counts.reshape(-1)[place]
    x = ((place - row * width) + (wanted - (ends[place] - inside)) / inside) / width
    return np.stack([x, y], axis=1)
