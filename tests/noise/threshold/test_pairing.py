"""Who may exchange with whom, against looking each partner up."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold import pairing

YES = np.bool_(True)

# Programs, as they are parts of one: outside, each call compiles its `lax.cond` anew.
above, ahead, forward, swapped_by_place, swapped_by_rank, weight_at = map(
    jax.jit,
    (
        pairing.above,
        pairing.ahead,
        pairing.forward,
        pairing.swapped_by_place,
        pairing.swapped_by_rank,
        pairing.weight_at,
    ),
)
rank_pairs = jax.jit(pairing.rank_pairs, static_argnums=3)
first_of_pairs = jax.jit(pairing.first_of_pairs, static_argnums=0)
pair_weights = jax.jit(pairing.pair_weights, static_argnums=2)


@pytest.mark.parametrize("count", [1, 2, 7, 64, 100])
@own_settings()
def test_partners_by_rank_pair_up_and_exchange(count):
    rng = np.random.default_rng(count)
    bits = jnp.asarray(rng.integers(0, 1 << 32, (2, 1)).astype(np.uint32))
    for exponent in range(max(1, count.bit_length() - 1)):
        stride = jnp.int32(1 << exponent)
        ranks = jnp.broadcast_to(jnp.arange(count, dtype=jnp.int32), (2, count))
        mate = np.asarray(rank_pairs(ranks, stride, bits, count))
        assert np.array_equal(np.take_along_axis(mate, mate, 1), ranks)
        assert set(np.abs(mate - np.asarray(ranks)).ravel().tolist()) <= {0, 1 << exponent}
        array = rng.permuted(np.asarray(ranks), axis=1)
        moves = (mate > np.asarray(ranks)) & (rng.random((2, count)) < 0.5)
        higher = above(jnp.asarray(array), stride)
        swapped = swapped_by_rank(YES, jnp.asarray(array), higher, jnp.asarray(moves), stride)
        expected = array.copy()
        for one, low in np.argwhere(moves):
            high = mate[one, low]
            assert higher[one, low] == array[one, high]
            expected[one, [low, high]] = expected[one, [high, low]]
        assert np.array_equal(swapped, expected)


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("space", [(6, 9), (5, 3, 8), (1, 12)])
@own_settings()
def test_partners_by_place_pair_up_and_exchange(space, wraps):
    rng = np.random.default_rng(len(space))
    bits = jnp.asarray(rng.integers(0, 1 << 32, 2).astype(np.uint32))
    for _ in range(8):
        offset = np.array([rng.integers(-2, 3) if side > 4 else 0 for side in space], np.int32)
        if not offset.any():
            continue
        onwards = np.asarray(forward(jnp.asarray(offset)))
        assert np.array_equal(np.abs(onwards), np.abs(offset))
        first = np.asarray(first_of_pairs(space, jnp.asarray(offset), bits, jnp.bool_(wraps)))
        array = rng.integers(0, 1000, (2, *space)).astype(np.int32)
        further = ahead(YES, jnp.asarray(array), jnp.asarray(onwards))
        assert np.array_equal(further, np.roll(array, -onwards, range(1, array.ndim)))
        moves = first & (rng.random(first.shape) < 0.5)
        swapped = swapped_by_place(YES, jnp.asarray(array), further, jnp.asarray(moves), jnp.asarray(onwards))
        expected, seen = array.copy(), np.zeros(first.shape, int)
        for place in np.argwhere(first):
            assert wraps or 0 <= place[1] + onwards[0] < space[0]
            mate = (place[0], *((place[1:] + onwards) % space))
            seen[tuple(place)] += 1
            seen[mate] += 1
            if moves[tuple(place)]:
                expected[tuple(place)], expected[mate] = array[mate], array[tuple(place)]
        assert seen.max() == 1  # nobody has two partners
        assert np.array_equal(swapped, expected)


@pytest.mark.parametrize("wraps", [True, False])
@own_settings()
def test_weights_of_pairs_are_looked_up_around_the_tile(wraps):
    space, rng = (7, 10), np.random.default_rng(4)
    tables = [rng.integers(-(1 << 14), 1 << 14, (5, 7)).astype(np.int32) for _ in range(2)]
    texel, partner = rng.integers(0, 70, (2, 1, 200)).astype(np.int32)
    found = pair_weights(
        jnp.asarray(texel), jnp.asarray(partner), space, tuple(map(jnp.asarray, tables)), jnp.bool_(wraps)
    )
    for i, (a, b) in enumerate(zip(texel[0], partner[0], strict=True)):
        offset = [
            (q - p + side // 2) % side - side // 2
            for p, q, side in zip(divmod(a, 10), divmod(b, 10), space, strict=True)
        ]
        offset[0] = offset[0] if wraps else b // 10 - a // 10
        if 2 * abs(offset[1]) == 10:
            continue  # half a tile away has two names
        inside = abs(offset[0]) <= 2 and abs(offset[1]) <= 3
        for table, weights in zip(tables, found, strict=True):
            assert weights[0, i] == (table[offset[0] + 2, offset[1] + 3] if inside else 0)
    assert weight_at(jnp.asarray(tables[0]), jnp.array([-2, 3], jnp.int32)) == tables[0][0, 6]
    assert weight_at(jnp.asarray(tables[0]), jnp.array([-3, 0], jnp.int32)) == 0
