"""The pairs' force on every texel: weighted sums of clipped differences to its neighbours, in 16-bit integers.

Sixteen bits are three times as fast as thirty-two. Differences are shifted and clipped to at most `CLIP` units, and the
weights of each chunk of offsets sum to at most `CHUNK_WEIGHT`, so that no sum of a chunk leaves 16 bits; the chunks are
added in 32. The offsets are code, so that XLA makes one vectorised loop of them all; the weights are data, so that one
program serves the whole run, in which the filter grows.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.slabs import wrapped
from bluenoise_assets.noise.threshold.kernel import Kernel

CLIP = 60
"""The most units that one pair counts."""

CHUNK_WEIGHT = (2**15 - 1) // CLIP
"""The most that the weights of a chunk may sum to."""

TOTAL_WEIGHT = 1024
"""About what the weights of all offsets sum to."""

Offset = tuple[int, ...]


class Classes(NamedTuple):
    """Offsets `(channel, *axes)` of equal weight, by chunks of classes: hashable, a part of the program."""

    chunks: tuple[tuple[tuple[Offset, ...], ...], ...]


class Weighting(NamedTuple):
    """For each class its weight at each stage of the run, int16 `[stage, class]`, and their sums, int32 `[stage]`."""

    weights: Any
    total: Any


def classes_of(kernel: Kernel, powers: Sequence[Fraction]) -> tuple[Classes, Weighting]:
    """The classes of a kernel's offsets, and their weights where K, as it is at the end, is raised to each power.

    The power of a Gaussian is a narrower Gaussian; of other kernels, too, far offsets lose weight.
    """
    members: dict[int, list[Offset]] = {}
    for offset, weight in zip(kernel.offsets.tolist(), kernel.weights.tolist(), strict=True):
        members.setdefault(int(weight), []).extend([tuple(offset), tuple(-o for o in offset)])
    ordered = sorted(members, key=lambda weight: (-abs(weight), weight))
    stages = np.array([_scaled(ordered, members, power, kernel.centre) for power in powers], np.int64)
    stages = stages.reshape(len(powers), len(ordered))
    sizes = np.array([len(members[weight]) for weight in ordered], np.int64)
    chunks: list[tuple[tuple[Offset, ...], ...]] = []
    weights: list[npt.NDArray[np.int64]] = []
    filled = np.zeros(len(powers), np.int64)
    for place, weight in enumerate(ordered):
        offsets, left = members[weight], int(sizes[place])
        each = np.abs(stages[:, place])
        while left:
            room = min((CHUNK_WEIGHT - f) // e for f, e in zip(filled.tolist(), each.tolist(), strict=True) if e > 0)
            if room < 1 or not chunks:
                chunks.append(())
                filled = np.zeros(len(powers), np.int64)
                if room < 1:
                    continue
            taken = min(left, int(room))
            chunks[-1] = (*chunks[-1], tuple(offsets[len(offsets) - left :][:taken]))
            weights.append(stages[:, place])
            filled = filled + taken * each
            left -= taken
    table = np.array(weights, np.int64).reshape(len(weights), len(powers)).T
    return Classes(tuple(chunks)), Weighting(table.astype(np.int16), (stages * sizes).sum(axis=1).astype(np.int32))


def rows_reached(classes: Classes) -> int:
    """How many rows the offsets of pairs in space `(channel, y, x)` reach, up or down."""
    return max((abs(offset[1]) for chunk in classes.chunks for members in chunk for offset in members), default=0)


def size_of(classes: Classes, weighting: Weighting) -> int:
    """What the sizes of all offsets' weights sum to in the last stage."""
    counts = [len(members) for chunk in classes.chunks for members in chunk]
    return sum(abs(weight) * count for weight, count in zip(weighting.weights[-1].tolist(), counts, strict=True))


def _scaled(ordered: list[int], members: dict[int, list[Offset]], power: Fraction, centre: int) -> list[int]:
    """The weights of the classes, K to a power, scaled so that all offsets' sum to about `TOTAL_WEIGHT`."""
    with localcontext(prec=30):
        exponent = Decimal(power.numerator) / power.denominator
        raised = [(Decimal(abs(weight)) / abs(centre or 1)) ** exponent for weight in ordered]
        whole = sum((r * len(members[w]) for r, w in zip(raised, ordered, strict=True)), Decimal(0))
        rounded = [max(1, int((r / whole * TOTAL_WEIGHT).to_integral_value())) for r in raised]
    return [min(r, CHUNK_WEIGHT) * (1 if w > 0 else -1) for r, w in zip(rounded, ordered, strict=True)]


def pair_sums(
    values: jax.Array,
    classes: Classes,
    weights: jax.Array,
    axes: tuple[int, ...],
    shift: jax.Array,
    clip: jax.Array,
    of: int = 1,
) -> jax.Array:
    """For each texel the weighted sum of clipped differences `(neighbour - own) >> shift` to its neighbours, int32.

    `values` is int16 `(channel, height, frame, width)`; offsets move along the channels and `axes`, and wrap around.
    `weights` is int16 `[class]`; `shift` and `clip` are int16. The rows may be one slab of so many.
    """
    moving = (0, *axes)
    offsets = [offset for chunk in classes.chunks for members in chunk for offset in members]
    before = [max((-offset[i] for offset in offsets), default=0) for i in range(len(moving))]
    after = [max((offset[i] for offset in offsets), default=0) for i in range(len(moving))]
    pads = [(0, 0)] * values.ndim
    for i, axis in enumerate(moving):
        pads[axis] = (max(0, before[i]), max(0, after[i]))
    padded = wrapped(values, pads, 1, of)
    total = jnp.zeros(values.shape, jnp.int32)
    place = 0
    for chunk in classes.chunks:
        sums = jnp.zeros(values.shape, jnp.int16)
        for members in chunk:
            differences = jnp.zeros(values.shape, jnp.int16)
            for offset in members:
                start = [0] * values.ndim
                for i, axis in enumerate(moving):
                    start[axis] = pads[axis][0] + offset[i]
                limit = [s + side for s, side in zip(start, values.shape, strict=True)]
                neighbour = lax.slice(padded, start, limit)
                differences += jnp.clip((neighbour - values) >> shift, -clip, clip)
            sums += weights[place] * differences
            place += 1
        total += sums.astype(jnp.int32)
    return total
