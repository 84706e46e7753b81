"""A filter's autocorrelation on a texture's tile: which pairs of texels count, and how much, in integers."""

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.kernels import TAP_BITS, Table

WEIGHT_BITS = 15
"""The weights of all pairs of a texel sum to about 2^15, its value is below 2^15: their product fits in 32 bits."""


@dataclass(frozen=True)
class Kernel:
    """The pairs of texels that count, over the axes `(channel, *space)`.

    `offsets`, int32 `[count, axes]`, holds one of each pair of opposite offsets, up to `radius` on each axis;
    `weights`, int32 `[count]`, belongs to both. `centre` is the weight that offset zero would have, and `mass` the
    sum of the sizes of K that the weights stand for, in units of 1 / SCALE.
    """

    offsets: npt.NDArray[np.int32]
    weights: npt.NDArray[np.int32]
    radius: tuple[int, ...]
    centre: int
    mass: Fraction

    @property
    def total(self) -> int:
        """The sum of the weights over all neighbours of a texel."""
        return 2 * int(self.weights.sum())

    def of_one_channel(self) -> "Kernel":
        """The pairs within a channel, in the same units."""
        inside = self.offsets[:, 0] == 0
        return replace(self, offsets=self.offsets[inside], weights=self.weights[inside], radius=(0, *self.radius[1:]))

    def dense(self, shape: tuple[int, ...], radius: tuple[int, ...]) -> npt.NDArray[np.int32]:
        """The weight of every offset in space, of one channel: int32, centred, with the sides `2 * radius + 1`."""
        table = np.zeros([2 * r + 1 for r in radius], np.int32)
        for offset, weight in zip(self.offsets.tolist(), self.weights.tolist(), strict=True):
            if offset[0]:
                continue
            place = offset[1:]
            both = {tuple(s * o % n for o, n in zip(place, shape, strict=True)) for s in (1, -1)}
            for signs in itertools.product((1, -1), repeat=len(place)):  # half a tile away has two names
                image = [s * o for s, o in zip(signs, place, strict=True)]
                if tuple(o % n for o, n in zip(image, shape, strict=True)) in both:
                    table[tuple(o + r for o, r in zip(image, radius, strict=True))] = weight * (3 - len(both))
        return table


def kernel(table: Table, shape: tuple[int, ...], channels: int, channel_weight: float, cut: float) -> Kernel:
    """The kernel of a texture: wrapped onto its tile, weights below `cut` of the centre left out.

    `table` is K over the axes of `shape`. Texels of different channels count `channel_weight` times as much.
    """
    cross = round(Fraction(str(channel_weight)) * (1 << TAP_BITS)) if channels > 1 else 0
    classes: dict[tuple[int, ...], int] = {}  # offsets that are the same texel of the tile count together
    sides = (channels, *shape)
    middle = tuple(side // 2 for side in table.shape)
    least = round(Fraction(str(cut)) * int(table[middle]))
    for place in (np.argwhere(np.abs(table) >= max(1, least)) - middle).tolist():
        value = int(table[tuple(p + m for p, m in zip(place, middle, strict=True))])
        for channel in range(channels if cross else 1):
            offset = tuple(o % side for o, side in zip((channel, *place), sides, strict=True))
            weight = value * (cross if channel else 1 << TAP_BITS)
            classes[offset] = classes.get(offset, 0) + weight
    centre = classes.pop((0,) * len(sides), 0)
    mass = sum(abs(weight) for weight in classes.values())

    def units(weight: int, parts: int = 1) -> int:
        return (2 * (weight << WEIGHT_BITS) + parts * mass) // (2 * parts * mass) if mass else 0

    offsets, weights = [], []
    for offset, weight in sorted(classes.items()):
        opposite = tuple(-o % side for o, side in zip(offset, sides, strict=True))
        # a texel half a tile away lies in both directions, and each gets half of its weight
        share = units(weight, 2 if opposite == offset else 1)
        if opposite >= offset and share:
            offsets.append([o if 2 * o <= side else o - side for o, side in zip(offset, sides, strict=True)])
            weights.append(share)
    array = np.array(offsets, np.int32).reshape(-1, len(sides))
    radius = tuple(int(r) for r in np.abs(array).max(axis=0, initial=0))
    return Kernel(array, np.array(weights, np.int32), radius, units(centre), Fraction(mass, 1 << TAP_BITS))
