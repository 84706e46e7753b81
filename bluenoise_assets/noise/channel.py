"""One channel of one texture, from its spec to its ranks."""

import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.frequencies import below_cutoff
from bluenoise_assets.noise import descent, losses, programs, swaps
from bluenoise_assets.noise.counter_hash import permutation, stream
from bluenoise_assets.noise.ranking import ranks_of
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.values import quantiles, stored

Ranks = npt.NDArray[np.int32]
Progress = Callable[[float, float | None], None]
"""Called with the share that is done, 0 to 1, and the power below the cut-off in dB (None if there is none)."""

CHUNK_SECONDS = 0.05
"""About how long a compiled program runs before the host looks up: for progress and for a cancellation."""

START, FACTORS, SWAPS_STORED, SWAPS_EXACT = range(4)  # purposes of random numbers


class _Chunks:
    """Runs a compiled loop in pieces of about `CHUNK_SECONDS`, telling progress, obeying cancellation."""

    def __init__(self, total: int, progress: Progress, cancelled: Callable[[], bool], *, any_low: bool) -> None:
        self.total, self.progress, self.cancelled, self.any_low = total, progress, cancelled, any_low
        self.done = 0
        self.size = 1

    def run(self, advance: Callable[[Any, Any], Any], state: Any, count: int) -> Any:
        """Apply `advance(state, iterations)` until `count` iterations are done."""
        left = count
        while left > 0:
            if self.cancelled():
                raise Cancelled
            size = min(self.size, left)
            began = time.perf_counter()
            state = advance(state, np.int32(size))
            low = float(state.low)  # waits for the program
            spent = max(time.perf_counter() - began, 1e-6)
            self.size = max(1, min(4 * size, int(size * CHUNK_SECONDS / spent)))
            left -= size
            self.done += size
            self.progress(self.done / self.total, 10 * np.log10(max(low, 1e-30)) if self.any_low else None)
        return state


def optimize_channel(
    spec: TextureSpec,
    channel: int,
    progress: Progress = lambda _share, _low: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ranks:
    """The ranks, int32 `[height, width]`, each of 0..N-1 once, of one channel of a texture.

    Deterministic for a spec and a channel. Raises `Cancelled` soon after `cancelled()` turns true,
    `BuildError` if the device fails.
    """
    try:
        return _optimize(spec, channel, progress, cancelled)
    except jax.errors.JaxRuntimeError as error:  # as a rule: out of memory
        raise BuildError(f"the optimiser failed: {error}") from error


def _optimize(spec: TextureSpec, channel: int, progress: Progress, cancelled: Callable[[], bool]) -> Ranks:
    objective = spec.objective
    any_low = bool(below_cutoff(spec.shape, objective.cutoff).any())
    values = quantiles(spec.distribution, spec.texel_count)
    ranks = ranks_of(permutation(spec.texel_count, stream(spec.seed, channel, START)).reshape(spec.shape))
    if not values.var() > 0:
        return ranks  # a single texel
    swap_rounds = objective.fine_tuning if any_low else 0
    phases = _swap_phases(values, spec.bits) if swap_rounds else []
    total = spec.optimizer.steps + swap_rounds * len(phases)
    chunks = _Chunks(total, progress, cancelled, any_low=any_low)
    ranks = _descend(spec, channel, values, ranks, chunks)
    for purpose, counted, group, max_stride in phases:
        ranks = _swap(spec, stream(spec.seed, channel, purpose), (counted, group, max_stride), ranks, chunks)
    return ranks


def _descend(spec: TextureSpec, channel: int, values: npt.NDArray[np.float64], ranks: Ranks, chunks: _Chunks) -> Ranks:
    objective, optimizer = spec.objective, spec.optimizer
    setting = descent.Setting(
        quantiles=values.astype(np.float32),
        variance=np.float32(values.var()),
        tables=losses.tables(spec.shape, objective.cutoff),
        weights=losses.Weights(
            np.float32(objective.low_frequency),
            np.float32(objective.uniformity),
            np.float32(objective.histogram),
        ),
        randomize=np.bool_(objective.randomize),
        key=stream(spec.seed, channel, FACTORS),
        learning_rate=np.float32(optimizer.learning_rate or 0),
        momentum=np.float32(optimizer.momentum),
    )
    state = descent.start(setting.quantiles[ranks])
    state = chunks.run(
        lambda state, steps: programs.advance_descent(optimizer.method, state, setting, steps),
        state,
        optimizer.steps,
    )
    return ranks_of(np.asarray(state.x))


def _swap_phases(
    values: npt.NDArray[np.float64], bits: int
) -> list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]:
    """First the stored values, which are what a shader sees; then the exact ones, inside each stored level."""
    levels = stored(values, bits).astype(np.int32)
    distinct = len(np.unique(levels))
    ranks_per_level = max(1, round(len(values) / distinct))
    everywhere = np.zeros(len(values), np.int32)
    phases: list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]
    phases = [(SWAPS_STORED, (levels + 0.5) / 2.0**bits, everywhere, ranks_per_level)]
    if distinct < len(values):
        phases.append((SWAPS_EXACT, values, levels, max(1, ranks_per_level - 1)))
    return phases


def _swap(
    spec: TextureSpec,
    key: np.uint32,
    phase: tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int],
    ranks: Ranks,
    chunks: _Chunks,
) -> Ranks:
    counted, group, max_stride = phase
    if not counted.var() > 0:
        return ranks
    setting = swaps.Setting(
        values=(counted - counted.mean()).astype(np.float32),
        group=group,
        kernel=swaps.kernel(spec.shape, spec.objective.cutoff, counted.var()),
        max_stride=np.int32(max_stride),
        key=key,
    )
    order = np.empty(ranks.size, np.int32)
    order[ranks.reshape(-1)] = np.arange(ranks.size, dtype=np.int32)
    state = programs.start_swaps(spec.shape, order, setting)
    state = chunks.run(
        lambda state, rounds: programs.advance_swaps(spec.shape, state, setting, rounds),
        state,
        spec.objective.fine_tuning,
    )
    swapped = np.empty(ranks.size, np.int32)
    swapped[np.asarray(state.order)] = np.arange(ranks.size, dtype=np.int32)
    return swapped.reshape(ranks.shape)
