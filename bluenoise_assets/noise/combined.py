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

from bluenoise_assets.noise.runtime import Progress, compiled
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.runtime.counter_hash import mix, stream, unit_interval
from bluenoise_assets.noise.spectrum import fine_tuning, losses
from bluenoise_assets.noise.threshold import rank_exchange
from bluenoise_assets.noise.threshold.kernel import Kernel, kernel
from bluenoise_assets.noise.threshold.optimize import optimize_threshold
from bluenoise_assets.noise.threshold.pairing import order_of, rank_pairs
from bluenoise_assets.noise.threshold.stencil import Stencil, neighbour_sums, rises, stencil_of
from bluenoise_assets.noise.threshold.tables import MaskTables, mask_tables
from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.kernels import combined, wrapped_spectrum
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.spec import Sum, TextureSpec, space_of

COMBINED = 24  # purpose of random numbers

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


class Params(NamedTuple):
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
    stencil: Stencil
    error_unit: Any
    value_unit: Any
    expected: Any
    strides: Any
    key: Any


def _spectrum_loss(rank: jax.Array, params: Params) -> tuple[jax.Array, jax.Array]:
    """The mean over the channels of the weighted loss and the filtered values' error; its slope by value."""
    x = params.values[rank[0]]

    def mean_loss(x: jax.Array) -> jax.Array:
        total: jax.Array = jnp.float32(0)
        for channel in x:
            loss, _ = losses.total(channel, channel, params.variance, params.tables, params.weights)
            power = losses.power_spectrum(channel, params.variance)
            total += params.weight * loss + jnp.sum(power * params.response)
        return total / len(x)

    loss, slope = jax.value_and_grad(mean_loss)(x)
    return loss, slope


def _total(radius: tuple[int, ...], rank: jax.Array, params: Params) -> jax.Array:
    """The weighted sum, less a constant."""
    value = rank_exchange.values_of(rank, math.prod(rank.shape[2:]))
    short = value.astype(jnp.uint16)
    (difference,) = neighbour_sums(
        lambda n, h: (jnp.maximum(n, h) - jnp.minimum(n, h),), short, (short,), params.stencil, radius
    )
    # less what it is on average, so that what is added up is small, and float32 tells a few exchanges apart
    unit = value.astype(jnp.float32) * params.value_unit
    residual = difference.astype(jnp.float32) - params.expected * (0.5 - unit + unit * unit)
    loss, _ = _spectrum_loss(rank, params)
    total: jax.Array = loss - params.error_unit * residual.mean()
    return total


def init(radius: tuple[int, ...], rank: jax.Array, order: jax.Array, params: Params) -> State:
    """The state before the first round."""
    total = _total(radius, rank, params)
    return State(rank, order, total, jnp.float32(fine_tuning.FIRST_SHARE), jnp.int32(0))


def step(radius: tuple[int, ...], state: State, params: Params, rounds: jax.Array) -> State:
    """Try `rounds` (int32) rounds."""
    shape = state.rank.shape
    channels, count = shape[1], math.prod(shape[2:])
    texel = jnp.arange(count, dtype=jnp.int32)[None]
    base = (jnp.arange(channels, dtype=jnp.int32) * count)[:, None]

    def at(array: jax.Array, index: jax.Array) -> jax.Array:
        return array.reshape(-1)[(base + index).reshape(-1)].reshape(channels, count)

    def one_round(_: jax.Array, state: State) -> State:
        random_bits = mix(params.key ^ mix(state.round.astype(jnp.uint32)))
        stride = params.strides[(random_bits >> 24).astype(jnp.int32) % len(params.strides)]
        rank = state.rank.reshape(channels, count)
        other = rank_pairs(rank, stride, random_bits, count)
        partner = at(state.order, other)

        here, there = rank_exchange.values_of(state.rank, count), rank_exchange.values_of(other.reshape(shape), count)
        gain = rises(here, there, params.stencil, radius)
        # each pair of texels stands twice in the sum
        threshold_gain = 2 * params.error_unit * gain.reshape(channels, count).astype(jnp.float32) / (channels * count)
        _, slope = _spectrum_loss(state.rank, params)
        delta = params.values[other] - params.values[rank]
        change = slope.reshape(channels, count) * delta - threshold_gain
        change = change + at(change, partner)
        change = jnp.where(texel < partner, change, at(change, partner))

        pair = jnp.minimum(texel, partner) + base
        chance = unit_interval(mix(mix(pair.astype(jnp.uint32)) ^ random_bits))
        moved = jnp.where((change < 0) & (chance < state.share), other, rank)
        order = order_of(moved, base)
        moved = moved.reshape(shape)
        total = _total(radius, moved, params)
        better = total < state.total
        return State(
            jnp.where(better, moved, state.rank),
            jnp.where(better, order, state.order),
            jnp.where(better, total, state.total),
            fine_tuning.adapted_share(state.share, better, count),
            state.round + 1,
        )

    end: State = lax.fori_loop(0, rounds, one_round, state)
    return end


def _value_response(spec: TextureSpec) -> npt.NDArray[np.float32]:
    """What power of the values at each frequency adds to the error; white noise's values have half the patterns'."""
    filters, shape = space_of(spec.filter or ()), spec.shape
    table = combined([(part.filter, part.values) for part in filters], len(shape))
    response = wrapped_spectrum(table, shape) * half_spectrum_multiplicity(shape) / spec.texel_count
    return np.asarray(response / sum(part.weight for part in filters) / 2, np.float32)


def _pairs(spec: TextureSpec, objective: Sum, tables: MaskTables) -> Kernel:
    """The pairs of texels of all channels, those of different ones with one weight."""
    if spec.channels == 1:
        return tables.own
    table = combined([(part.filter, part.weight) for part in space_of(spec.filter or ())], len(spec.shape))
    return kernel(table, spec.shape, spec.channels, objective.threshold.channel_weight, tables.effort.cut)


def optimize_combined(
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
    tables = mask_tables(spec)
    pairs = _pairs(spec, objective, tables)
    if not values.var() > 0 or not pairs.mass:
        return np.asarray(ranks[0])
    whole = float(rank_exchange.value_range(spec.texel_count))
    widest = max(0, spec.texel_count.bit_length() - 10)  # strides from 1 to about N / 512
    params = Params(
        values=values.astype(np.float32),
        variance=np.float32(values.var()),
        tables=losses.tables(spec.shape, objective.spectrum.cutoff),
        weights=losses.Weights(
            np.float32(objective.spectrum.low_frequency), np.float32(objective.spectrum.uniformity), np.float32(0)
        ),
        weight=np.float32(objective.weight),
        response=_value_response(spec),
        stencil=stencil_of(pairs),
        error_unit=np.float32(3 / pairs.centre / whole),
        value_unit=np.float32(1 / whole),
        expected=np.float32(pairs.total * whole),
        strides=np.array([1 << k for k in range(widest + 1)], np.int32),
        key=stream(spec.seed, COMBINED),
    )
    order = rank_exchange.init(ranks).order[0, :, 0]
    state = compiled.call(init, (pairs.radius,), ranks, order, params)
    loop = ChunkedLoop(
        ROUNDS[spec.effort],
        lambda share, figure: progress(THRESHOLD_PHASES + (1 - THRESHOLD_PHASES) * share, figure),
        cancelled,
    )
    state = loop.run(
        lambda state, count: compiled.call(step, (pairs.radius,), state, params, count),
        state,
        ROUNDS[spec.effort],
        lambda state: tables.error(state.rank),
    )
    return np.asarray(state.rank[0])
