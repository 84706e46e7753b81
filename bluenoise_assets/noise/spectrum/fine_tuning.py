"""The last phase: swap texels of neighbouring ranks wherever that lowers the power below the cut-off.

A swap keeps the histogram exactly as it is, so this phase repairs what the exact ranking cost. With L = u.Ku, where K
keeps the frequencies below the cut-off, and g = Ku, moving texel i up by d and texel j down by d changes L by
2d (g_i - g_j) + 2d^2 (K_0 - K_ij). In each round disjoint pairs of ranks (r, r + stride) are judged at once; of those
that gain, a random share is swapped. Pairs that are near each other interact, so the round counts only if L really
fell, and the share adapts.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.compiled import plain_loops
from bluenoise_assets.noise.runtime.counter_hash import mix, unit_interval
from bluenoise_assets.quality.frequencies import below_cutoff

FIRST_SHARE = 0.02


def least_share(count: int) -> float:
    """The share at which about one pair is swapped in a round: of the pairs, count / 2, about half gain."""
    return min(0.5, 4 / count)


def adapted_share(share: jax.Array, better: jax.Array, count: int) -> jax.Array:
    """The share of the pairs for the next round: more after a round that helped, less after one that did not."""
    return jnp.where(better, jnp.minimum(1.1 * share, 0.5), jnp.maximum(0.7 * share, least_share(count)))


class Kernel(NamedTuple):
    """K in frequency (`rfftn`'s layout) and in space (a texture's shape), float32; L is 1 for white noise."""

    spectrum: Any
    space: Any


class State(NamedTuple):
    """`order[r]` is the flat index, int32, of the texel of rank r; `field` is g; `share` adapts."""

    order: Any
    field: Any
    low: Any
    share: Any
    round: Any


class Params(NamedTuple):
    """`values[r]` counts for rank r (mean 0, float32); only ranks of one `group[r]` (int32) are swapped."""

    values: Any
    group: Any
    kernel: Kernel
    max_stride: Any
    key: Any


def kernel(shape: tuple[int, ...], cutoff: float, variance: float) -> Kernel:
    """K for a texture of that shape and variance; there must be a frequency below the cut-off."""
    mask = below_cutoff(shape, cutoff).astype(np.float64)
    mask /= mask.sum() * variance
    return Kernel(mask[..., : shape[-1] // 2 + 1].astype(np.float32), np.fft.ifftn(mask).real.astype(np.float32))


def _measure(shape: tuple[int, ...], order: jax.Array, params: Params) -> tuple[jax.Array, jax.Array]:
    values = jnp.zeros_like(params.values).at[order].set(params.values, unique_indices=True)
    spectrum = jnp.fft.rfftn(values.reshape(shape)) * params.kernel.spectrum.astype(jnp.complex64)
    field = jnp.fft.irfftn(spectrum, shape, axes=tuple(range(len(shape)))).reshape(-1)
    return field, jnp.vdot(values, field)


def init(order: npt.NDArray[np.int32]) -> State:
    """The state before round -1, which swaps nothing, and only measures: it needs no program of its own."""
    return State(order, np.zeros(order.size, np.float32), np.float32(np.inf), np.float32(0), np.int32(-1))


@plain_loops
def step(shape: tuple[int, ...], state: State, params: Params, rounds: jax.Array) -> State:
    """Try `rounds` (int32) rounds. The result does not depend on how they are cut into calls."""
    count = params.values.size
    rank = jnp.arange(count, dtype=jnp.int32)

    def one_round(_: jax.Array, state: State) -> State:
        random_bits = mix(params.key ^ mix(state.round.astype(jnp.uint32)))
        stride = 1 + (random_bits % params.max_stride.astype(jnp.uint32)).astype(jnp.int32)
        offset = (mix(random_bits) % (2 * stride).astype(jnp.uint32)).astype(jnp.int32)
        partner = jnp.where((rank + offset) % (2 * stride) < stride, rank + stride, rank - stride)
        exists = (partner >= 0) & (partner < count)
        partner = jnp.clip(partner, 0, count - 1)
        allowed = exists & (params.group == params.group[partner])

        here, there = state.order, state.order[partner]
        distance = tuple(
            jnp.abs(a - b) for a, b in zip(jnp.unravel_index(here, shape), jnp.unravel_index(there, shape), strict=True)
        )
        delta = params.values[partner] - params.values
        slope = state.field[here]
        change = 2 * delta * (slope - slope[partner])
        change += 2 * delta**2 * (params.kernel.space.reshape(-1)[0] - params.kernel.space[distance])

        pair = jnp.minimum(rank, partner).astype(jnp.uint32)  # both partners draw the same number
        chosen = unit_interval(mix(mix(pair) ^ random_bits)) < state.share
        order = jnp.where(allowed & chosen & (change < 0), there, here)
        field, low = _measure(shape, order, params)
        better = low < state.low
        first = jnp.float32(max(FIRST_SHARE, least_share(count)))
        share = jnp.where(state.round < 0, first, adapted_share(state.share, better, count))
        return State(
            jnp.where(better, order, state.order),
            jnp.where(better, field, state.field),
            jnp.where(better, low, state.low),
            share,
            state.round + 1,
        )

    end: State = lax.fori_loop(0, rounds, one_round, state)
    return end
