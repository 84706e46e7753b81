"""The sparse tones: the first and last ranks of every frame, placed before the descent, which leaves them alone.

Pairs within the reach of a small filter do not see each other where points are far apart, and descent from random ranks
leaves sparse patterns clumped. So the points of both ends are placed once, by the greedy start of masks, as two
channels that avoid each other, and each frame has them moved by an offset of its own: offsets that fill the area of one
point, so that each pixel is hit about equally often in a loop.
"""

import math

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.runtime.counter_hash import stream
from bluenoise_assets.noise.threshold.optimize import masks_start
from bluenoise_assets.spec import TextureSpec

SHARE = 64
"""One texel in so many is placed, at each end."""

SPARSE = 33  # purpose of random numbers


def sparse_ranks(spec: TextureSpec) -> npt.NDArray[np.int32]:
    """The ranks that are placed, -1 for all others: int32 `[channel, frame, height, width]`."""
    assert spec.frames is not None
    placed = np.full((spec.channels, spec.frames, *spec.shape), -1, np.int32)
    each = spec.texel_count // SHARE
    if each == 0:
        return placed
    order = masks_start(spec, 2 * spec.channels, int(stream(spec.seed, SPARSE)))
    base = np.full((spec.channels, *spec.shape), -1, np.int32)
    for channel in range(spec.channels):
        dark, light = order[2 * channel], order[2 * channel + 1]
        base[channel][dark < each] = dark[dark < each]
        free = np.where(dark < each, spec.texel_count, light)
        last = np.argsort(free, axis=None, kind="stable")[:each]
        base[channel].reshape(-1)[last] = spec.texel_count - 1 - np.arange(each, dtype=np.int32)
    for frame, offset in enumerate(offsets(spec.frames)):
        placed[:, frame] = np.roll(base, offset, axis=(1, 2))
    return placed


def offsets(frames: int) -> list[tuple[int, int]]:
    """For each frame by how much its points are moved, `(y, x)`: texels around zero, each far from those before it.

    They fill the area of a point, evenly if there are fewer frames, and again if there are more.
    """
    reach = math.isqrt(SHARE) + 1
    around = [(y, x) for y in range(-reach, reach + 1) for x in range(-reach, reach + 1)]
    left = sorted(around, key=lambda place: (place[0] ** 2 + place[1] ** 2, place))[:SHARE]
    chosen = [left.pop(0)]
    while len(chosen) < min(frames, SHARE):
        chosen.append(max(left, key=lambda place: (min(_square(place, o) for o in chosen), _square(place, chosen[-1]))))
        left.remove(chosen[-1])
    return [chosen[frame % len(chosen)] for frame in range(frames)]


def _square(a: tuple[int, int], b: tuple[int, int]) -> int:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
