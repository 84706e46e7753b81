"""The weighted sum of both objectives: exchanges that lower the threshold error and the spectrum's loss together.

From the threshold objective's result, neighbouring ranks are exchanged where that lowers the sum. What a pair gains in
threshold error is exact; what it gains in the spectrum's loss is the slope times the step. Pairs far apart work on the
same frequencies, so a round counts only if the sum really fell, and the share of pairs that may move adapts. The loss
is in floating point: unlike the threshold objective's, these bytes can differ between kinds of processors.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise import exchange, losses, programs, swaps
from bluenoise_assets.noise.chunks import Chunks, Progress
from bluenoise_assets.noise.counter_hash import mix, stream, unit_interval
from bluenoise_assets.noise.field import Pairs, neighbour_sums
from bluenoise_assets.noise.threshold import optimize_threshold, problem_of, value_range
from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.kernels import combined, wrapped_spectrum
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.spec import Sum, TextureSpec

SUMS = 24  # purpose of random numbers

ROUNDS = {"fast": 200, "good": 600, "best": 2000}

THRESHOLD_PHASES = 0.5
"""The share of the progress bar that the threshold objective gets."""


class State(NamedTuple):
    """`rank`, int32 `(1, channel, *space)`; `order`, int32 `(channel, count)`; the weighted sum; the share of pairs."""

    rank: jax.Array
    order: jax.Array
    total: jax.Array
    share: jax.Array
    round: jax.Array


class Setting(NamedTuple):
    """`values[r]` counts for rank r (float32), `variance` is theirs.

    `error_unit` turns weighted sums of differences into the error relative to white noise's; `weight` is the spectrum
    objective's; `response` that of the values' error by frequency. `value_unit` brings the values of the sums to 0..1;
    `expected` is the weight of all neighbours in those units.
    """

    values: Any
    variance: Any
    tables: losses.Tables
    weights: losses.Weights
    weight: Any
    response: Any
    pairs: Pairs
    error_unit: Any
    value_unit: Any
    expected: Any
    strides: Any
    key: Any


def _spectrum_loss(rank: jax.Array, setting: Setting) -> tuple[jax.Array, jax.Array]:
    """The mean over the channels of the weighted loss and the filtered values' error; its slope by value."""
    x = setting.values[rank[0]]

    def mean_loss(x: jax.Array) -> jax.Array:
        total: jax.Array = jnp.float32(0)
        for channel in x:
            loss, _ = losses.total(channel, channel, setting.variance, setting.tables, setting.weights)
            power = losses.power_spectrum(channel, setting.variance)
            total += setting.weight * loss + jnp.sum(power * setting.response)
        return total / len(x)

    loss, slope = jax.value_and_grad(mean_loss)(x)
    return loss, slope


def _total(reach: tuple[int, ...], rank: jax.Array, setting: Setting) -> jax.Array:
    """The weighted sum, less a constant."""
    value = exchange.values_of(rank, math.prod(rank.shape[2:]))
    (apart,) = neighbour_sums(lambda n, h: (jnp.abs(n - h),), value, (value,), setting.pairs, reach)
    # less what it is on average, so that what is added up is small, and float32 tells a few exchanges apart
    unit = value.astype(jnp.float32) * setting.value_unit
    residual = apart.astype(jnp.float32) - setting.expected * (0.5 - unit + unit * unit)
    loss, _ = _spectrum_loss(rank, setting)
    total: jax.Array = loss - setting.error_unit * residual.mean()
    return total


def start(reach: tuple[int, ...], rank: jax.Array, order: jax.Array, setting: Setting) -> State:
    """The state before the first round."""
    total = _total(reach, rank, setting)
    return State(rank, order, total, jnp.float32(swaps.FIRST_SHARE), jnp.int32(0))


def advance(reach: tuple[int, ...], state: State, setting: Setting, rounds: jax.Array) -> State:
    """Try `rounds` (int32) rounds."""
    shape = state.rank.shape
    channels, count = shape[1], math.prod(shape[2:])
    flat = jnp.arange(count, dtype=jnp.int32)
    base = (jnp.arange(channels, dtype=jnp.int32) * count)[:, None]

    def at(array: jax.Array, index: jax.Array) -> jax.Array:
        return array.reshape(-1)[(base + index).reshape(-1)].reshape(channels, count)

    def one_round(_: jax.Array, state: State) -> State:
        draw = mix(setting.key ^ mix(state.round.astype(jnp.uint32)))
        stride = setting.strides[(draw >> 24).astype(jnp.int32) % len(setting.strides)]
        rank = state.rank.reshape(channels, count)
        other = exchange.rank_pairs(rank, stride, draw, count)
        partner = at(state.order, other)

        here, there = exchange.values_of(state.rank, count), exchange.values_of(other.reshape(shape), count)
        (lone,) = neighbour_sums(
            lambda n, h, t: (jnp.abs(t - n) - jnp.abs(h - n),), here, (here, there), setting.pairs, reach
        )
        # each pair of texels stands twice in the sum
        gain = 2 * setting.error_unit * lone.reshape(channels, count).astype(jnp.float32) / (channels * count)
        _, slope = _spectrum_loss(state.rank, setting)
        rise = setting.values[other] - setting.values[rank]
        change = slope.reshape(channels, count) * rise - gain
        change = change + at(change, partner)
        change = jnp.where(flat < partner, change, at(change, partner))

        lot = unit_interval(mix(mix(jnp.minimum(flat, partner).astype(jnp.uint32) + base.astype(jnp.uint32)) ^ draw))
        moved = jnp.where((change < 0) & (lot < state.share), other, rank)
        order = exchange.order_of(moved, base)
        moved = moved.reshape(shape)
        total = _total(reach, moved, setting)
        better = total < state.total
        return State(
            jnp.where(better, moved, state.rank),
            jnp.where(better, order, state.order),
            jnp.where(better, total, state.total),
            swaps.adapted_share(state.share, better, count),
            state.round + 1,
        )

    end: State = lax.fori_loop(0, rounds, one_round, state)
    return end


def _value_response(spec: TextureSpec) -> npt.NDArray[np.float32]:
    """What power of the values at each frequency adds to the error; white noise's values have half the patterns'."""
    filters, shape = spec.filter or (), spec.shape
    table = combined([(part.filter, part.values) for part in filters], len(shape))
    response = wrapped_spectrum(table, shape) * half_spectrum_multiplicity(shape) / spec.texel_count
    return np.asarray(response / sum(part.weight for part in filters) / 2, np.float32)


def optimize_sum(
    spec: TextureSpec,
    progress: Progress = lambda _share, _error: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks, int32 `[channel, *shape]`, each of 0..N-1 once in a channel. Raises `Cancelled`."""
    objective = spec.objective
    assert isinstance(objective, Sum)
    assert spec.effort is not None
    ranks = optimize_threshold([spec], lambda share, figure: progress(THRESHOLD_PHASES * share, figure), cancelled)
    values = quantiles(spec.distribution, spec.texel_count)
    task = problem_of(spec)
    if not values.var() > 0 or not task.main.mass:
        return np.asarray(ranks[0])
    whole = float(value_range(spec.texel_count))
    widest = max(0, spec.texel_count.bit_length() - 10)  # strides from 1 to about N / 512
    setting = Setting(
        values=values.astype(np.float32),
        variance=np.float32(values.var()),
        tables=losses.tables(spec.shape, objective.spectrum.cutoff),
        weights=losses.Weights(
            np.float32(objective.spectrum.low_frequency), np.float32(objective.spectrum.uniformity), np.float32(0)
        ),
        weight=np.float32(objective.weight),
        response=_value_response(spec),
        pairs=task.main_pairs,
        error_unit=np.float32(3 / task.main.centre / whole),
        value_unit=np.float32(1 / whole),
        expected=np.float32(task.main.total * whole),
        strides=np.array([1 << k for k in range(widest + 1)], np.int32),
        key=stream(spec.seed, SUMS),
    )
    order = exchange.start(ranks).order[0]
    state = programs.call(start, (task.main.reach,), ranks, order, setting)
    chunks = Chunks(
        ROUNDS[spec.effort],
        lambda share, figure: progress(THRESHOLD_PHASES + (1 - THRESHOLD_PHASES) * share, figure),
        cancelled,
    )
    state = chunks.run(
        lambda state, count: programs.call(advance, (task.main.reach,), state, setting, count),
        state,
        ROUNDS[spec.effort],
        lambda state: task.error(state.rank),
    )
    return np.asarray(state.rank[0])
