"""The spectrum objective: one channel of one texture, from its spec to its ranks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.runtime import Progress, compiled
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.runtime.counter_hash import permutation, stream
from bluenoise_assets.noise.spectrum import descent, fine_tuning, losses
from bluenoise_assets.quality.frequencies import below_cutoff
from bluenoise_assets.quality.quantization import quantiles, quantize, ranks_of
from bluenoise_assets.spec import Spectrum, TextureSpec

Ranks = npt.NDArray[np.int32]
START, FACTORS, TUNE_STORED, TUNE_EXACT = range(4)  # purposes of random numbers


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
    rounds = objective.fine_tuning if any_low else 0
    phases = _phases(values, spec) if rounds else []
    assert spec.optimizer is not None
    loop = ChunkedLoop(spec.optimizer.steps + rounds * len(phases), progress, cancelled)
    ranks = _descend(spec, channel, values, ranks, loop)
    for purpose, counted, group, max_stride in phases:
        ranks = _fine_tune(spec, stream(spec.seed, channel, purpose), (counted, group, max_stride), ranks, loop)
    return ranks


def _objective(spec: TextureSpec) -> Spectrum:
    assert isinstance(spec.objective, Spectrum)
    return spec.objective


def _figure(spec: TextureSpec) -> Callable[[Any], float | None]:
    """The power below the cut-off in dB, from a state; None if no frequency lies there."""
    if not below_cutoff(spec.shape, _objective(spec).cutoff).any():
        return lambda _state: None
    return lambda state: float(10 * np.log10(max(float(state.low), 1e-30)))


def _descend(
    spec: TextureSpec, channel: int, values: npt.NDArray[np.float64], ranks: Ranks, loop: ChunkedLoop
) -> Ranks:
    objective, optimizer = _objective(spec), spec.optimizer
    assert optimizer is not None
    params = descent.Params(
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
    state = descent.init(params.quantiles[ranks])
    state = loop.run(
        lambda state, steps: compiled.call(descent.step, (optimizer.method,), state, params, steps),
        state,
        optimizer.steps,
        _figure(spec),
    )
    return ranks_of(np.asarray(state.x))


def _phases(
    values: npt.NDArray[np.float64], spec: TextureSpec
) -> list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]:
    """First the stored values, which are what a shader sees; then the exact ones, inside each stored level."""
    everywhere = np.zeros(len(values), np.int32)
    if spec.encoding == "float":
        return [(TUNE_EXACT, values, everywhere, 1)]
    levels = quantize(values, spec.bits).astype(np.int32)
    distinct = len(np.unique(levels))
    ranks_per_level = max(1, round(len(values) / distinct))
    phases: list[tuple[int, npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int]]
    phases = [(TUNE_STORED, (levels + 0.5) / 2.0**spec.bits, everywhere, ranks_per_level)]
    if distinct < len(values):
        phases.append((TUNE_EXACT, values, levels, max(1, ranks_per_level - 1)))
    return phases


def _fine_tune(
    spec: TextureSpec,
    key: np.uint32,
    phase: tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.int32], int],
    ranks: Ranks,
    loop: ChunkedLoop,
) -> Ranks:
    counted, group, max_stride = phase
    objective = _objective(spec)
    if not counted.var() > 0:
        return ranks
    params = fine_tuning.Params(
        values=(counted - counted.mean()).astype(np.float32),
        group=group,
        kernel=fine_tuning.kernel(spec.shape, objective.cutoff, counted.var()),
        max_stride=np.int32(max_stride),
        key=key,
    )
    order = np.empty(ranks.size, np.int32)
    order[ranks.reshape(-1)] = np.arange(ranks.size, dtype=np.int32)

    def step(state: fine_tuning.State, rounds: np.int32) -> fine_tuning.State:
        return compiled.call(fine_tuning.step, (spec.shape,), state, params, rounds)

    state = loop.run(
        step,
        step(fine_tuning.init(order), np.int32(1)),
        objective.fine_tuning,
        _figure(spec),
    )
    tuned = np.empty(ranks.size, np.int32)
    tuned[np.asarray(state.order)] = np.arange(ranks.size, dtype=np.int32)
    return tuned.reshape(ranks.shape)
