"""From any positions to the points of a fixed set, each of them once, with little movement.

A first assignment comes from sorting: into slabs along one axis, in each slab into strips along the next, in each strip
along the last, as the points themselves are arranged. Then pairs of neighbouring points change hands wherever that
lowers the sum of the squared distances.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.runtime.counter_hash import permutation
from bluenoise_assets.quality.sample_spaces import DIMENSIONS, groups

Ints = npt.NDArray[Any]
BITS = 13
"""Coordinates are in units of 2^-13 while points change hands."""

FINE_BITS = 18
BLOCK = 1 << 20
"""So many texels change hands at a time, for the memory's sake."""

TURN = 1 << 14
"""What stands for a whole turn where directions are sorted."""


@dataclass(frozen=True)
class Targets:
    """`coordinates`, int32 `[component, point]`, of the fixed set, in units of 2^-13, and `fine`, in units of 2^-18.

    `levels` say where the `groups` of the set begin at each level of sorting. The unit square lies around 0.

    `partners`, int32 `[matching, point]`: each row pairs points that lie close together, or leaves one alone.
    """

    space: str
    coordinates: Ints
    fine: Ints
    levels: list[Ints]
    partners: Ints


def targets_of(space: str, points: npt.NDArray[np.float64], matchings: int) -> Targets:
    """The targets for points in the order of `sample_spaces.points`, float64 `[count, component]`."""
    count, components = points.shape
    if space in DIMENSIONS:
        points = points - 0.5
    fine = np.floor(points * (1 << FINE_BITS) + 0.5).astype(np.int32)
    units = fine >> (FINE_BITS - BITS)
    levels = groups(space, count)
    partners = np.empty((matchings, count), np.int32)
    for row in range(matchings):
        turned = units.astype(np.int64) @ rotation(components, row) >> 10
        order = sort_into(space, levels, turned.T[:, None])[0]
        first = row % 2
        pairs = order[first : first + (count - first) // 2 * 2].reshape(-1, 2)
        partners[row] = np.arange(count)
        partners[row][pairs] = pairs[:, ::-1]
    return Targets(space, units.T.copy(), fine.T.copy(), levels, partners)


def rotation(components: int, number: int) -> Ints:
    """One of a series of rotations (or reflections), int64 `[axis, component]`, in units of 2^-10."""
    bits = permutation(1 << 12, np.uint32(number))[: components * components].astype(np.float64)
    rows: list[Ints] = []
    for vector in (bits - 2047.5).reshape(components, components):
        left = vector
        for other in rows:  # Gram and Schmidt's, one exact operation after the other
            along = sum((left[c] * other[c] for c in range(components)), 0.0)
            left = left - along * other
        rows.append(left / np.sqrt(sum((left[c] * left[c] for c in range(components)), 0.0)))
    return np.floor(np.stack(rows) * 1024 + 0.5).astype(np.int64)


def sort_into(space: str, levels: list[Ints], positions: Ints) -> Ints:
    """Which place goes to which point: int64 `[frame, point]`, for integers `[component, frame, place]` below 2^15."""
    count = positions.shape[2]
    place_bits = max(1, (count - 1).bit_length())
    mask = (1 << place_bits) - 1
    axes = _sorting_axes(space, positions)
    group = np.zeros((1, count), np.int64)
    order = np.arange(count, dtype=np.int64)[None]
    for level, axis in enumerate(axes):
        value = axis + (1 << 15)
        if level:
            value = np.take_along_axis(value, order, axis=1)
        keys = ((group << 16 | value) << place_bits) | order
        keys.sort(axis=1)
        order = keys & mask
        if level < len(levels):
            group = (np.searchsorted(levels[level], np.arange(count), side="right") - 1)[None].astype(np.int64)
    return order


def _turned(targets: Targets, positions: Ints, order: Ints) -> Ints:
    """Each ring's places turned so that they lie, on the average, where its points do: sorting cuts rings open."""
    starts = targets.levels[0] if targets.levels else np.array([0, order.shape[1]], np.int64)
    sizes = np.diff(starts)
    there = np.take_along_axis(_sorting_axes(targets.space, positions)[-1], order, axis=1)
    ahead = (there - _sorting_axes(targets.space, targets.coordinates)[-1] + 3 * TURN // 2) % TURN - TURN // 2
    steps = (np.add.reduceat(ahead, starts[:-1], axis=1) * 2 + TURN) // (2 * TURN)
    ring = np.repeat(np.arange(len(sizes)), sizes)
    turned = starts[ring] + (np.arange(order.shape[1]) - starts[ring] - steps[:, ring]) % sizes[ring]
    return np.take_along_axis(order, turned, axis=1)


def _sorting_axes(space: str, positions: Ints) -> list[Ints]:
    wide = positions.astype(np.int64)
    if space in DIMENSIONS:
        return list(wide[::-1])
    x, y = wide[0], wide[1]
    size = np.maximum(np.abs(x) + np.abs(y), 1)
    turn = np.where(x >= 0, y * (TURN // 4) // size, TURN // 2 - y * (TURN // 4) // size) % TURN  # grows with the angle
    return [turn] if space == "circle" else [-wide[2], turn]


def assign(targets: Targets, positions: Ints, sweeps: int) -> Ints:
    """The point of each place, int32 `[frame, place]`; positions int32 `[component, frame, place]` in 2^-BITS."""
    frames = max(1, BLOCK // positions.shape[2])
    blocks = [positions[:, first : first + frames] for first in range(0, positions.shape[1], frames)]
    return np.concatenate([_assign(targets, block, sweeps) for block in blocks])


def _assign(targets: Targets, positions: Ints, sweeps: int) -> Ints:
    order = sort_into(targets.space, targets.levels, positions)
    if targets.space not in DIMENSIONS:
        order = _turned(targets, positions, order)
    # points first, so that one frame after the other is contiguous memory
    order = np.ascontiguousarray(order.T.astype(np.int32))
    held = np.stack([np.take_along_axis(p.T, order, axis=0) for p in positions])
    for sweep in range(sweeps):
        partner = targets.partners[sweep % len(targets.partners)]
        low = np.flatnonzero(np.arange(len(partner)) < partner)
        high = partner[low]
        mine, theirs = held[:, low], held[:, high]
        apart = targets.coordinates[:, low] - targets.coordinates[:, high]
        gain = sum((m - t) * a[:, None] for m, t, a in zip(mine, theirs, apart, strict=True))
        swap = gain < 0
        held[:, low], held[:, high] = np.where(swap, theirs, mine), np.where(swap, mine, theirs)
        first, second = order[low], order[high]
        order[low], order[high] = np.where(swap, second, first), np.where(swap, first, second)
    points = np.empty_like(order.T)
    np.put_along_axis(points, order.T, np.arange(order.shape[0], dtype=np.int32)[None], axis=1)
    return points
