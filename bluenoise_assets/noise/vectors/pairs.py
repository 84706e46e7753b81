"""Which pairs of texels count, in one frame and from frame to frame, and how much."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.kernels import SCALE, Table, combined
from bluenoise_assets.spec import SpaceTimeFilter, TextureSpec, space_of

GROUP = 4
"""Offsets are in groups of so many, the last filled up with weights of 0."""

UNIT = 1 << 12


@dataclass(frozen=True)
class Pairs:
    """`offsets`, int32 `[count, 3]`: (frame, y, x) to every texel that counts, up to `radius` in y and x.

    `shares`, int64 `[count]`, in any unit; those of opposite offsets are equal.
    """

    offsets: npt.NDArray[np.int32]
    shares: npt.NDArray[np.int64]
    radius: tuple[int, int]

    def groups(self, total: int, kind: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any]]:
        """Offsets `[group, GROUP, 3]` and weights, whose sizes sum to `total` or a little less, `[group, GROUP]`."""
        count = max(1, math.ceil(len(self.shares) / GROUP)) * GROUP
        offsets, weights = np.zeros((count, 3), np.int32), np.zeros(count, kind)
        mass = max(1, int(np.abs(self.shares).sum()))
        ends = [0, *(int(end) * total // mass for end in np.cumsum(np.abs(self.shares)))]  # rounded as a whole
        offsets[: len(self.shares)] = self.offsets
        weights[: len(self.shares)] = np.sign(self.shares) * np.diff(ends)
        return offsets.reshape(-1, GROUP, 3), weights.reshape(-1, GROUP)

    def in_frame(self, shape: tuple[int, int], total: int) -> npt.NDArray[np.int32]:
        """The weight of each offset (y, x) in one frame, as `groups` gives them, int32 of a frame's shape."""
        table = np.zeros(shape, np.int32)
        offsets, weights = self.groups(total, np.int32)
        for (frame, y, x), weight in zip(offsets.reshape(-1, 3).tolist(), weights.reshape(-1).tolist(), strict=True):
            if frame == 0:
                for sign in (1, -1):  # both texels of a pair have to see the same
                    table[sign * y % shape[0], sign * x % shape[1]] += weight
        return table // 2


def pairs_of(spec: TextureSpec, cut: float, product_cut: float) -> Pairs:
    """The pairs of a spec's texture; those whose weight is below a cut of a filter's centre are left out."""
    height, width = spec.shape
    filters = spec.filter
    assert filters is not None
    space = _relative(combined([(part.filter, part.weight) for part in space_of(filters)], 2))[None]
    if not isinstance(filters, SpaceTimeFilter):
        return _wrapped([(space, cut, 1)], (1, height, width))
    sides = (spec.frames or 1, height, width)
    time = _relative(combined([(part.filter, part.weight) for part in filters.resolved.time or ()], 1))[:, None, None]
    if filters.combine == "product":
        return _wrapped([(time * space // SCALE, product_cut, 1)], sides)
    share = round(Fraction(str(filters.weight)) * UNIT)
    # either's weights sum to its share of the whole
    factors = [share * UNIT * SCALE // _mass(space), (UNIT - share) * UNIT * SCALE // _mass(time)]
    return _wrapped([(space, cut, factors[0]), (time, cut, factors[1])], sides)


def _mass(table: Table) -> int:
    return max(SCALE, int(np.abs(table).sum()) - SCALE)


def _relative(table: Table) -> Table:
    """With SCALE in its centre."""
    return np.asarray(table * SCALE // max(1, int(table[tuple(side // 2 for side in table.shape)])), dtype=object)


def _wrapped(tables: list[tuple[Table, float, int]], sides: tuple[int, int, int]) -> Pairs:
    shares: dict[tuple[int, ...], int] = {}
    for table, cut, factor in tables:
        middle = [side // 2 for side in table.shape]
        for place in np.argwhere(np.abs(table) >= round(cut * SCALE)).tolist():
            offset = tuple((p - m) % side for p, m, side in zip(place, middle, sides, strict=True))
            shares[offset] = shares.get(offset, 0) + int(table[tuple(place)]) * factor
    shares.pop((0, 0, 0), None)
    offsets = sorted(shares)
    near = [[o if 2 * o <= side else o - side for o, side in zip(each, sides, strict=True)] for each in offsets]
    array = np.array(near, np.int32).reshape(-1, 3)
    y, x = np.abs(array[:, 1:]).max(axis=0, initial=0).tolist()
    largest = max((abs(share) for share in shares.values()), default=1)
    weights = np.array([shares[each] * (1 << 30) // largest for each in offsets], np.int64)
    return Pairs(array, weights, (y, x))
