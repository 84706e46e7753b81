"""The threshold objective, from a spec to ranks: a greedy start, then exchanges. Integers throughout.

What is derived, and from whom, is in `threshold.md` beside this file.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise import exchange, greedy, programs
from bluenoise_assets.noise.chunks import Chunks, Progress
from bluenoise_assets.noise.counter_hash import mix, stream
from bluenoise_assets.noise.field import Pairs, neighbour_sums, pairs_of
from bluenoise_assets.noise.kernel import Kernel, kernel
from bluenoise_assets.quality.kernels import combined, effective_sigma
from bluenoise_assets.spec import Filter, Sum, TextureSpec, Threshold

START, EXCHANGES, ANNEALING, FINISH = range(16, 20)  # purposes of random numbers

BAND_TEXELS = 1 << 16
"""Texels of a large texture exchange ranks with others of a band of at least this many."""

COURSE = 256
"""Entries of the tables of strides and temperatures."""


@dataclass(frozen=True)
class Effort:
    """How much is done: `share` of the greedy batches, rounds of each phase, `cut` of the kernel's weights.

    Several channels gain much by annealing, and are annealed at an effort that leaves one channel cold.
    """

    share: int
    rounds: int
    annealing: int
    annealing_together: int
    finish: int
    cut: float


EFFORTS = {
    "fast": Effort(share=4, rounds=60, annealing=0, annealing_together=0, finish=0, cut=0.003),
    "good": Effort(share=24, rounds=200, annealing=0, annealing_together=600, finish=100, cut=0.003),
    "best": Effort(share=40, rounds=100, annealing=8000, annealing_together=8000, finish=200, cut=0.003),
}

START_BLUR = Decimal("0.2")
"""The start is blurred by this more, in texels, than the filter: measured at sigma 1, 1.5 and 2."""

START_CROSS = 0.3
"""The share of the channels' weight that the start heeds, measured: more costs each channel, less the sum."""

HOTTEST = Decimal("0.04")
COOLED = 6
"""Annealing goes from HOTTEST times the square of K(0) over the sum of K down to a COOLED-th of that."""


@dataclass(frozen=True)
class Problem:
    """What is the same for all textures of a batch."""

    shape: tuple[int, ...]
    channels: int
    effort: Effort
    reach: tuple[int, ...]
    pairs: Pairs
    dense: npt.NDArray[np.int32]
    value_dense: npt.NDArray[np.int32]
    value_weight: int
    sigmas: list[Decimal]
    hottest: Decimal
    cross: int
    main: Kernel
    own: Kernel
    own_pairs: Pairs

    @property
    def main_pairs(self) -> Pairs:
        """The thresholds' kernel alone."""
        return pairs_of(self.main)

    def error(self, rank: Any) -> float:
        """The mean error of all thresholds under the filter, in dB below white noise's; for people to read.

        Ranks are int32 `(batch, channel, *space)`; each channel counts by itself.
        """
        disagreement = float(programs.call(_disagreement, (self.own.reach,), rank, self.own_pairs))
        white = self.own.centre / 6
        error = (self.own.total + self.own.centre) / 6 - disagreement / 2
        return 10 * math.log10(max(error / white, 1e-6))


def _disagreement(reach: tuple[int, ...], rank: jax.Array, pairs: Pairs) -> jax.Array:
    """The mean over the texels of sum K |u_i - u_j|, K in its integer units; each channel by itself."""
    value = exchange.values_of(rank, math.prod(rank.shape[2:])).reshape(-1, 1, *rank.shape[2:])
    (sums,) = neighbour_sums(lambda n, h: (jnp.abs(n - h),), value, (value,), pairs, reach)
    return sums.astype(jnp.float32).mean() / float(value_range(math.prod(rank.shape[2:])))


def value_range(count: int) -> Fraction:
    """The values of `count` ranks are in units of one over this."""
    return Fraction(count) * Fraction(*exchange.value_scale(count))


def threshold_of(spec: TextureSpec) -> Threshold:
    """The threshold objective of a spec that has one."""
    objective = spec.objective.threshold if isinstance(spec.objective, Sum) else spec.objective
    assert isinstance(objective, Threshold)
    return objective


def problem_of(spec: TextureSpec) -> Problem:
    """The tables of a spec's texture."""
    assert spec.filter is not None
    assert spec.effort is not None
    return _problem(spec.filter, spec.effort, spec.shape, spec.channels, threshold_of(spec).channel_weight)


@lru_cache(maxsize=16)
def _problem(filters: Filter, name: str, shape: tuple[int, ...], channels: int, weight: float) -> Problem:
    effort = EFFORTS[name]
    table = combined([(part.filter, part.weight) for part in filters], len(shape))
    values = combined([(part.filter, part.values) for part in filters], len(shape))
    main = kernel(table, shape, channels, weight, effort.cut)
    flat = kernel(values, shape, channels, weight, effort.cut)
    own = kernel(table, shape, 1, 0.0, effort.cut)
    reach = tuple(max(a, b) for a, b in zip(main.reach, flat.reach, strict=True))
    texels = math.prod(shape) // _bands(shape)
    whole = 2**exchange.VALUE_BITS / value_range(texels)
    relative = 32 * flat.mass / main.mass * whole if main.mass else Fraction(0)
    with localcontext(prec=20):
        sigmas = [sigma + START_BLUR for sigma in effective_sigma(table)]
        part = own.mass / main.mass if main.mass else Fraction(0)
        share = Decimal(part.numerator) / part.denominator
        density = Decimal(own.centre) / (1 << 15)
        hottest = HOTTEST * density * density * share
        if channels > 1:  # too hot, and channels that repel each other part into black and white areas
            hottest *= 1 - Decimal(str(weight))
    return Problem(
        shape=shape,
        channels=channels,
        effort=effort,
        reach=reach,
        pairs=pairs_of(main, flat),
        dense=main.dense(shape, reach[1:]),
        value_dense=flat.dense(shape, reach[1:]),
        value_weight=min(round(relative), 256),
        sigmas=sigmas,
        hottest=hottest,
        cross=round(256 * weight * START_CROSS) if channels > 1 else 0,
        main=main,
        own=own,
        own_pairs=pairs_of(own),
    )


def optimize_threshold(
    specs: list[TextureSpec],
    progress: Progress = lambda _share, _error: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks of textures that differ in nothing but their seeds, int32 `[texture, channel, *shape]`.

    Each slice holds each of 0..N-1 once. The ranks depend on nothing but the spec: not on the other textures of the
    batch, the processor, the device or the number of threads. Raises `Cancelled` soon after `cancelled()` turns true.
    """
    task, seeds = problem_of(specs[0]), [spec.seed for spec in specs]
    effort = task.effort
    swaps = len(task.own.weights) > 0
    annealing = effort.annealing if task.channels == 1 else effort.annealing_together
    rounds = effort.rounds + (annealing + effort.finish if annealing else 0) if swaps else 0
    batches = _batches(task)
    chunks = Chunks(batches + rounds, progress, cancelled)
    if swaps:
        _prepare(task, seeds)
    ranks = _start(task, seeds, chunks, batches)
    if not swaps:
        return ranks
    spread = (7, 3)  # strides from N/128 to N/2048
    ranks = _exchange(task, _keys(seeds, EXCHANGES), ranks, chunks, effort.rounds, spread)
    if annealing:
        ranks = _exchange(task, _keys(seeds, ANNEALING), ranks, chunks, annealing, (7, 7), hot=True)
        ranks = _exchange(task, _keys(seeds, FINISH), ranks, chunks, effort.finish, (6, 3))
    return ranks


def _keys(seeds: list[int], purpose: int) -> npt.NDArray[np.uint32]:
    return np.array([stream(seed, purpose) for seed in seeds], np.uint32)


def _batches(task: Problem) -> int:
    """About how many batches the start takes."""
    half = max(1, math.prod(task.shape) // 2)
    return task.channels * 2 * (min(half, task.effort.share) + math.ceil(task.effort.share * math.log(half + 1)))


def _apart(task: Problem) -> int:
    """A void is the lowest within so many texels."""
    return max(1, round(2 * min(task.sigmas)))


def _start_setting(task: Problem, seeds: list[int]) -> greedy.Setting:
    return greedy.Setting(
        taps=greedy.taps_of(task.sigmas, task.shape),
        reach=greedy.reach_of(task.sigmas),
        cross=np.int32(task.cross),
        share=np.int32(task.effort.share),
        least=np.int32(max(1, math.prod(task.shape) >> 14)),
        key=_keys(seeds, START),
    )


def _start(task: Problem, seeds: list[int], chunks: Chunks, batches: int) -> npt.NDArray[np.int32]:
    texels, apart, setting = math.prod(task.shape), _apart(task), _start_setting(task, seeds)
    state = greedy.start((len(seeds), task.channels, *task.shape))
    state = chunks.run(
        lambda state, steps: programs.call(greedy.advance, (apart,), state, setting, steps),
        state,
        batches,
        lambda _state: None,
        lambda state: bool(np.asarray(state.filled).min() == texels),
    )
    while np.asarray(state.filled).min() < texels:  # the estimate was too low: a tiny tile
        state = programs.call(greedy.advance, (apart,), state, setting, np.int32(batches))
    return greedy.ranks(state)


def _course(first: float, last: float, texels: int) -> npt.NDArray[np.int32]:
    """Strides, powers of two, falling from 2^first to 2^last for 2^14 texels, and a random factor of up to 2."""
    offset = (texels.bit_length() - 15) * 16
    lots = (mix(np.arange(COURSE, dtype=np.uint32)) >> 27).astype(np.int64) - 16  # -16..15 sixteenths
    line = [16 * first + (16 * (last - first) * i) // (COURSE - 1) for i in range(COURSE)]
    exponents = np.clip((np.array(line, np.int64) + lots + offset + 8) >> 4, 0, 24)
    limit = max(0, texels.bit_length() - 2)
    return np.asarray(1 << np.minimum(exponents, limit), np.int32)


def _temperatures(hottest: Decimal) -> npt.NDArray[np.int32]:
    with localcontext(prec=20):
        steps = [hottest * Decimal(COOLED) ** (Decimal(-i) / (COURSE - 1)) for i in range(COURSE)]
        return np.array([min(int(step * (1 << 29)), 1 << 20) for step in steps], np.int32)


def _steps(shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Half of the directions to the texels up to 2 away, along axes longer than that."""
    sides = [range(-2, 3) if side > 4 else range(1) for side in shape]
    steps = [step for step in itertools.product(*sides) if step > (0,) * len(shape)]
    return np.array(steps or [(0,) * len(shape)], np.int32)


def _exchange(
    task: Problem,
    key: npt.NDArray[np.uint32],
    ranks: npt.NDArray[np.int32],
    chunks: Chunks,
    rounds: int,
    spread: tuple[int, int],
    *,
    hot: bool = False,
) -> npt.NDArray[np.int32]:
    bands = _bands(task.shape)
    for part in range(2 if bands > 1 else 1):  # in bands, and then in bands half a band further
        count = (rounds + part) // 2 if bands > 1 else rounds
        shift = part * task.shape[0] // bands // 2
        setting = _setting(task, mix(key + np.uint32(part)) if part else key, count, spread, hot=hot)
        state = chunks.run(
            lambda state, count, setting=setting: programs.call(  # type: ignore[misc]
                exchange.advance, (task.reach,), state, setting, count
            ),
            exchange.start(np.roll(ranks, -shift, 2), bands),
            count,
            lambda state: task.error(exchange.ranks_of(state)),
        )
        ranks = np.roll(exchange.ranks_of(state), shift, 2)
    return ranks


def _bands(shape: tuple[int, ...]) -> int:
    """How many bands of the first axis exchange each for itself: so many that a band's ranks fit into a cache."""
    texels = math.prod(shape)
    fitting = [n for n in range(1, shape[0] // 16 + 1) if shape[0] % n == 0 and texels // n >= BAND_TEXELS]
    return max(fitting, default=1) if texels >= 2 * BAND_TEXELS else 1


def _prepare(task: Problem, seeds: list[int]) -> None:
    """Compile the programs beside each other, the start's first."""
    shape = (len(seeds), task.channels, *task.shape)
    bands = _bands(task.shape)
    ranks = np.broadcast_to(np.int32(0), shape)
    order = ranks.reshape(shape[0], shape[1] * bands, -1)
    state = exchange.State(ranks, order, np.int32(0))
    setting = _setting(task, _keys(seeds, EXCHANGES), 1, (7, 3), hot=False)
    programs.prepare(
        (greedy.advance, (_apart(task),), (greedy.start(shape), _start_setting(task, seeds), np.int32(1))),
        (exchange.advance, (task.reach,), (state, setting, np.int32(1))),
        (_disagreement, (task.own.reach,), (ranks, task.own_pairs)),
    )


def _setting(
    task: Problem, key: npt.NDArray[np.uint32], rounds: int, spread: tuple[int, int], *, hot: bool
) -> exchange.Setting:
    return exchange.Setting(
        pairs=task.pairs,
        dense=task.dense,
        value_dense=task.value_dense,
        value_weight=np.int32(task.value_weight),
        key=key,
        steps=_steps(task.shape),
        near_share=np.int32(128 if hot else 0),
        strides=_course(*spread, math.prod(task.shape) // _bands(task.shape)),
        temperatures=_temperatures(task.hottest) if hot else np.zeros(COURSE, np.int32),
        rounds=np.int32(rounds),
        lots=exchange.exponential_lots(),
    )
