"""What is worked out on the host, once for all textures that differ in their seeds alone: kernels, blurs, efforts."""

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.threshold.kernel import Kernel, kernel
from bluenoise_assets.noise.threshold.means import Means, means_of
from bluenoise_assets.noise.threshold.rank_exchange import DAMPING_BITS, VALUE_BITS, value_range, value_scale
from bluenoise_assets.noise.threshold.stencil import Stencil, stencil_of
from bluenoise_assets.quality.kernels import Table, combined, core_sigma, fine_power
from bluenoise_assets.spec import Filter, GaussianFilter, Sum, TextureSpec, Threshold, space_of

BAND_TEXELS = 1 << 16
"""Texels of a large texture exchange ranks with others of a band of at least this many."""

START_BLUR = Decimal("0.12")
"""The start is blurred by this more, in texels, than the filter's core: measured at sigma 1, 1.5 and 2."""

START_CROSS = Fraction(3, 10)
"""The share of the channels' weight that the start heeds, measured: more costs each channel, less the sum."""

HOTTEST = Decimal("0.05")
"""Annealing begins at this times the square of K(0) over the sum of K, times `_tail`."""

EVENLY = Fraction(1, 5)
"""So much of the channels' weight counts between all of them alike, whatever is seen of them."""

DAMPING = Fraction(1, 512)
"""Of the sum of the weights, and twice that of the values'; what a filter lets through of fine patterns adds FINE."""

FINE = Fraction(1, 8)
"""Of the sum of the weights, times `fine_power`."""

FIGURE_TEXELS = 1 << 14
"""So many texels' differences are taken at a time: they fit a cache."""


@dataclass(frozen=True)
class Effort:
    """How much is done: `share` of the greedy batches, rounds of each phase, `cut` of the kernel's weights."""

    share: int
    rounds: int
    annealing: int
    finish: int
    cut: float


EFFORTS = {
    "fast": Effort(share=4, rounds=60, annealing=0, finish=0, cut=0.003),
    "good": Effort(share=48, rounds=60, annealing=260, finish=60, cut=0.003),
    "best": Effort(share=200, rounds=100, annealing=4000, finish=200, cut=0.003),
}

GAUSSIAN_EFFORTS = EFFORTS | {"good": Effort(share=32, rounds=200, annealing=0, finish=0, cut=0.003)}
"""Of one Gaussian, one channel: annealing adds 0.02 dB, which `good` does without."""


@dataclass(frozen=True)
class MaskTables:
    """What is the same for all textures of a batch.

    `own` pairs the texels of one channel, `one` the same in the unit of several. `stencil`, `means`, `dense`,
    `value_dense` and `shares` are those of `rank_exchange.Params`.
    """

    shape: tuple[int, ...]
    channels: int
    bands: int
    effort: Effort
    radius: tuple[int, ...]
    stencil: Stencil
    means: Means
    dense: npt.NDArray[np.int32]
    value_dense: npt.NDArray[np.int32]
    value_weight: int
    damping: int
    sigmas: list[Decimal]
    hottest: Decimal
    shares: npt.NDArray[np.int32]
    one: Kernel
    cross: npt.NDArray[np.int32]
    own: Kernel

    def error(self, rank: Any) -> float:
        """The mean error of all thresholds under the filter, in dB below white noise's; for people to read.

        Ranks are int32 `(batch, channel, *space)`; each channel counts by itself.
        """
        return 10 * math.log10(max(self.relative_error(np.asarray(rank)), 1e-6))

    def relative_error(self, rank: npt.NDArray[np.int32]) -> float:
        """The same relative to white noise's: of whole numbers and a few products, the same everywhere."""
        difference = mean_difference(self.own, rank)
        return ((self.own.total + self.own.centre) / 6 - difference / 2) / (self.own.centre / 6)


def mean_difference(kernel: Kernel, rank: npt.NDArray[np.int32]) -> float:
    """The mean over the texels of sum K |u_i - u_j|, K in its integer units; each channel by itself.

    In numpy, exactly: a program of its own for each shape would take longer to compile than all its figures take.
    """
    space = rank.shape[2:]
    factor, divisor = value_scale(math.prod(space))
    values = (rank * factor // divisor).astype(np.int16).reshape(-1, *space)
    reach = kernel.radius[1:]
    padded = np.pad(values, [(0, 0), *((r, r) for r in reach)], mode="wrap")
    rows = max(1, FIGURE_TEXELS * space[0] // values.size)
    total = 0
    for first in range(0, space[0], rows):
        own = values[:, first : first + rows]
        for offset, weight in zip(kernel.offsets[:, 1:].tolist(), kernel.weights.tolist(), strict=True):
            starts = [first + reach[0] + offset[0], *(r + o for r, o in zip(reach[1:], offset[1:], strict=True))]
            window = tuple(slice(start, start + side) for start, side in zip(starts, own.shape[1:], strict=True))
            total += weight * int(np.abs(padded[:, *window] - own).sum(dtype=np.int64))
    return float(2 * total / values.size / value_range(math.prod(space)))


def mask_tables(spec: TextureSpec, channels: int | None = None) -> MaskTables:
    """The tables of a spec's texture, which has the threshold objective, alone or in a sum; or of so many channels."""
    objective = spec.objective.threshold if isinstance(spec.objective, Sum) else spec.objective
    assert isinstance(objective, Threshold)
    assert spec.filter is not None
    assert spec.effort is not None
    channels = channels or spec.channels
    seen = objective.seen(channels) if channels > 1 else (1.0,)
    return _tables(space_of(spec.filter), spec.effort, spec.shape, seen, objective.channel_weight)


@lru_cache(maxsize=16)
def _tables(
    filters: Filter, name: str, shape: tuple[int, ...], seen: tuple[float, ...], channel_weight: float
) -> MaskTables:
    channels = len(seen)
    effort = (GAUSSIAN_EFFORTS if channels == 1 and _is_gaussian(filters) else EFFORTS)[name]
    table = combined([(part.filter, part.weight) for part in filters], len(shape))
    values = combined([(part.filter, part.values) for part in filters], len(shape))
    own = kernel(table, shape, 1, 0.0, effort.cut)
    # where there are several channels, the unit leaves room for the pairs of one with one other
    two = min(channels, 2)
    one = own if channels == 1 else kernel(table, shape, two, 1.0, effort.cut).of_one_channel()
    flat = kernel(values, shape, two, 1.0, effort.cut).of_one_channel()
    reach = (0, *_reach(values, effort.cut))
    radius = tuple(max(a, b, c) for a, b, c in zip(one.radius, flat.radius, reach, strict=True))
    bands = _bands(shape)
    whole = 2**VALUE_BITS / value_range(math.prod(shape) // bands)
    relative = 32 * flat.mass / one.mass * whole if one.mass else Fraction(0)
    damping = DAMPING * (1 + 2 * flat.mass / one.mass) + FINE * fine_power(table) if one.mass else Fraction(0)
    weights = channel_matrix(seen, channel_weight)
    shares = [[weights[i][(i + further) % channels] for further in range(channels)] for i in range(channels)]
    with localcontext(prec=20):
        sigmas = [sigma + START_BLUR for sigma in core_sigma(table)]
        part = own.mass / one.mass if one.mass else Fraction(0)
        density = Decimal(own.centre) / (1 << 15)
        hottest = HOTTEST * density * density * Decimal(part.numerator) / part.denominator * _tail(table)
    return MaskTables(
        shape=shape,
        channels=channels,
        bands=bands,
        effort=effort,
        radius=radius,
        stencil=stencil_of(one),
        means=means_of(values, shape, radius[1:], weights, 2**VALUE_BITS / flat.mass if flat.mass else Fraction(0)),
        dense=one.dense(shape, radius[1:]),
        value_dense=flat.dense(shape, radius[1:]),
        value_weight=min(round(relative), 256),
        damping=min(round(damping * 2**DAMPING_BITS), 1 << 11),
        sigmas=sigmas,
        hottest=hottest,
        shares=np.array([[round(256 * share) for share in row] for row in shares], np.int32),
        cross=_start_matrix(weights),
        own=own,
        one=one,
    )


def channel_matrix(seen: tuple[float, ...], channel_weight: float) -> list[list[Fraction]]:
    """What the pairs of texels in channels i and j count: each channel's own error, and that of what is seen of all.

    I + c / (1 - c) w w^T with w the weights `seen`, of mean 1: of equal ones, others count c times as much as a
    channel's own. EVENLY as much again between all, so that channels of which little is seen are no copies. The
    largest row sums to 1.
    """
    if len(seen) == 1:
        return [[Fraction(1)]]
    weight = Fraction(str(channel_weight))
    mean = sum((Fraction(str(one)) for one in seen), Fraction(0)) / len(seen)
    w = [Fraction(str(one)) / mean for one in seen]
    strength = weight / (1 - weight)
    own, others = Fraction(1), EVENLY * strength
    rows = [[(own if i == j else others) + strength * a * b for j, b in enumerate(w)] for i, a in enumerate(w)]
    most = max(sum(row, Fraction(0)) for row in rows)
    return [[part / most for part in row] for row in rows]


def _start_matrix(weights: list[list[Fraction]]) -> npt.NDArray[np.int32]:
    """The same for the start, in 256ths of each channel's own; it heeds the others less."""
    rows = [
        [256 if i == j else round(256 * START_CROSS * weight / row[i]) for j, weight in enumerate(row)]
        for i, row in enumerate(weights)
    ]
    return np.array(rows, np.int32)


def _is_gaussian(filters: Filter) -> bool:
    kinds = [part.filter for part in filters if part.weight > 0]
    return len(kinds) == 1 and isinstance(kinds[0], GaussianFilter)


def _reach(table: Table, cut: float) -> tuple[int, ...]:
    """How far a kernel reaches on each axis, weights below `cut` of the centre left out."""
    middle = tuple(side // 2 for side in table.shape)
    places = np.argwhere(np.abs(table) >= max(1, round(Fraction(str(cut)) * int(table[middle]))))
    return tuple(int(r) for r in np.abs(places - middle).max(axis=0, initial=0))


def _tail(table: Table) -> Decimal:
    """1 for a Gaussian, more the heavier its tail: K(0) times the sum of K over twice the sum of its squares."""
    centre = int(table[tuple(side // 2 for side in table.shape)])
    return Decimal(centre * int(np.abs(table).sum())) / (2 * int((table * table).sum()))


def _bands(shape: tuple[int, ...]) -> int:
    """How many bands of the first axis exchange each for itself: so many that a band's ranks fit into a cache."""
    texels = math.prod(shape)
    fitting = [n for n in range(1, shape[0] // 16 + 1) if shape[0] % n == 0 and texels // n >= BAND_TEXELS]
    return max(fitting, default=1) if texels >= 2 * BAND_TEXELS else 1
