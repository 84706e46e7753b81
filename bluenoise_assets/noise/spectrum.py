"""The spectrum objective: one channel of one texture, from its spec to its ranks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise import descent, losses, programs, swaps
from bluenoise_assets.noise.chunks import Chunks, Progress
from bluenoise_assets.noise.counter_hash import permutation, stream
from bluenoise_assets.quality.frequencies import below_cutoff
from bluenoise_assets.quality.quantization import quantiles, quantize, ranks_of
from bluenoise_assets.spec import Spectrum, TextureSpec

Ranks = npt.NDArray[np.int32]
START, FACTORS, SWAPS_STORED, SWAPS_EXACT = range(4)  # purposes of random numbers


def optimize_spectrum(
    spec: TextureSpec,
    channel: int,
    progress: Progress = lambda _share, _low: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ranks:
    """The ranks, int32 of the spec's shape, each of 0..N-1 once, of one channel of a texture.

    Deterministic for a spec and a channel, on one kind of machine. Raises `Cancelled` soon after `cancelled()` turns
    true.
    """
    objective = _objective(spec)
    any_low = bool(below_cutoff(spec.shape, objective.cutoff).any())
    values = quantiles(spec.distribution, spec.texel_count)
    ranks = ranks_of(permutation(spec.texel_count, stream(spec.seed, channel, START)).reshape(spec.shape))
    if not values.var() > 0:
        return ranks  # a single texel
    swap_rounds = objective.fine_tuning if any_low else 0
    phases = _swap_phases(values, spec) if swap_rounds else []
    assert spec.optimizer is not None
    chunks = Chunks(spec.optimizer.steps + swap_rounds * len(phases), progress, cancelled)
    ranks = _descend(spec, channel, values, ranks, chunks)
    for purpose, counted, group, max_stride in phases:
        ranks = _swap(spec, stream(spec.seed, channel, purpose), (counted, group, max_stride), ranks, chunks)
    return ranks


def _objective(spec: TextureSpec) -> Spectrum:
    assert isinstance(spec.objective, Spectrum)
    return spec.objective


def _figure(spec: TextureSpec) -> Callable[[Any], float | None]:
    """The power below the cut-off in dB, from a state; None if no frequency lies there."""
    if not below_cutoff(spec.shape, _objective(spec).cutoff).any():
        return lambda _state: None
    return lambda state: float(10 * np.log10(max(float(state.low), 1e-30)))


def _descend(spec: TextureSpec, channel: int, values: npt.NDArray[np.float64], ranks: Ranks, chunks: Chunks) -> Ranks:
    objective, optimizer = _objective(spec), spec.optimizer
    assert optimizer is not None
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
        lambda state, steps: programs.call(descent.advance, (optimizer.method,), state, setting, steps),
        state,
        optimizer.steps,
        _figure(spec),
    )
    return ranks_of(np.asarray(state.x))


def _swap_phases(
    values: npt.NDArray[np.float64], spec: TextureSpec
) -> list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]:
    """First the stored values, which are what a shader sees; then the exact ones, inside each stored level."""
    everywhere = np.zeros(len(values), np.int32)
    if spec.encoding == "float":
        return [(SWAPS_EXACT, values, everywhere, 1)]
    levels = quantize(values, spec.bits).astype(np.int32)
    distinct = len(np.unique(levels))
    ranks_per_level = max(1, round(len(values) / distinct))
    phases: list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]
    phases = [(SWAPS_STORED, (levels + 0.5) / 2.0**spec.bits, everywhere, ranks_per_level)]
    if distinct < len(values):
        phases.append((SWAPS_EXACT, values, levels, max(1, ranks_per_level - 1)))
    return phases


def _swap(
    spec: TextureSpec,
    key: np.uint32,
    phase: tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int],
    ranks: Ranks,
    chunks: Chunks,
) -> Ranks:
    counted, group, max_stride = phase
    objective = _objective(spec)
    if not counted.var() > 0:
        return ranks
    setting = swaps.Setting(
        values=(counted - counted.mean()).astype(np.float32),
        group=group,
        kernel=swaps.kernel(spec.shape, objective.cutoff, counted.var()),
        max_stride=np.int32(max_stride),
        key=key,
    )
    order = np.empty(ranks.size, np.int32)
    order[ranks.reshape(-1)] = np.arange(ranks.size, dtype=np.int32)
    state = programs.call(swaps.start, (spec.shape,), order, setting)
    state = chunks.run(
        lambda state, rounds: programs.call(swaps.advance, (spec.shape,), state, setting, rounds),
        state,
        objective.fine_tuning,
        _figure(spec),
    )
    swapped = np.empty(ranks.size, np.int32)
    swapped[np.asarray(state.order)] = np.arange(ranks.size, dtype=np.int32)
    return swapped.reshape(ranks.shape)
