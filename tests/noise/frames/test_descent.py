"""The descent: exact in 32 bits from the worst of states, the same in any pieces; ranks are permutations."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.references import frame_forces

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.frames import descent
from bluenoise_assets.noise.frames.descent import LATENT_BITS, VALUE_SHIFT, State, init, moved, ranks_of
from bluenoise_assets.noise.frames.pairs import CLIP
from bluenoise_assets.noise.frames.tables import frame_tables
from bluenoise_assets.noise.runtime import compiled

LEAST, MOST = -(1 << (LATENT_BITS - 1)), 3 * (1 << (LATENT_BITS - 1)) - 1
NONE_PLACED = np.full((1, 1, 2, 3), -1, np.int32)
NEGATIVE = {"space": [{"table": [[0, -1, 0], [-1, 8, -1], [0, -1, 0]]}, {"gaussian": 2, "values": 1}]}


def tables_of(**keys):
    return frame_tables(TextureSpec("t", **({"size": (7, 6), "frames": 5, "effort": "fast"} | keys)))


def run(tables, state, count):
    return State(
        *map(np.asarray, compiled.call(descent.step, (tables.structure,), state, tables.params, np.int32(count)))
    )


def random_ranks(shape, seed=0):
    rng = np.random.default_rng(seed)
    slices = [rng.permutation(shape[2] * shape[3]) for _ in range(shape[0] * shape[1])]
    return np.array(slices, np.int32).reshape(shape)


def test_ranks_of_ties_are_in_reading_order():
    latent = np.array([[5, -7, 5], [MOST, 5, LEAST]], np.int32)[None, None]
    assert ranks_of(latent, NONE_PLACED)[0, 0].tolist() == [[2, 1, 3], [5, 4, 0]]


def test_placed_ranks_are_kept():
    latent = np.array([[LEAST, MOST, 9], [MOST, 1, 4]], np.int32)[None, None]
    placed = np.array([[5, 0, -1], [-1, -1, 4]], np.int32)[None, None]
    assert ranks_of(latent, placed)[0, 0].tolist() == [[5, 0, 2], [3, 1, 4]]


@given(
    st.integers(0, 2**32 - 1), st.sampled_from([(1, 2, 1, 1), (2, 2, 2, 3), (1, 3, 8, 9), (3, 2, 16, 8)]), st.booleans()
)
@settings(max_examples=40, deadline=None)
def test_ranks_are_permutations(seed, shape, narrow):
    rng = np.random.default_rng(seed)
    latent = rng.integers(*((0, 3) if narrow else (LEAST, MOST + 1)), shape).astype(np.int32)
    count = shape[2] * shape[3]
    placed = random_ranks(shape, seed)
    each = count // 5
    placed[(placed >= each) & (placed < count - each)] = -1
    ranks = ranks_of(latent, placed)
    assert ranks.dtype == np.int32
    assert (np.sort(ranks.reshape(*shape[:2], -1), axis=2) == np.arange(count)).all()
    assert np.array_equal(ranks[placed >= 0], placed[placed >= 0])
    for one, values, free in zip(
        ranks.reshape(-1, count), latent.reshape(-1, count), placed.reshape(-1, count) < 0, strict=True
    ):
        assert (np.diff(values[free][np.argsort(one[free])]) >= 0).all()


def test_latents_of_ranks_are_the_middles_of_their_shares():
    ranks = random_ranks((2, 3, 5, 7))
    state = init(ranks, np.ones(ranks.shape, bool))
    assert np.abs(state.latent - (ranks + 0.5) / 35 * 2**LATENT_BITS).max() <= 1
    assert not state.momentum.any()
    again = moved(state._replace(momentum=ranks, latent=ranks), ranks)
    assert np.array_equal(again.latent, state.latent)
    assert np.array_equal(again.momentum, ranks)


@pytest.mark.parametrize("keys", [{}, {"filter": "denoised"}, {"filter": NEGATIVE, "channels": 2, "frames": 3}])
def test_steps_do_not_depend_on_the_pieces(keys):
    tables = tables_of(**keys)
    ranks = random_ranks((keys.get("channels", 1), keys.get("frames", 5), 6, 7))
    whole = run(tables, init(ranks, ranks > 3), 21)
    pieces = init(ranks, ranks > 3)
    for _ in range(7):
        pieces = run(tables, pieces, 3)
    for a, b in zip(whole, pieces, strict=True):
        assert np.array_equal(a, b)
    assert whole.step == 21


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"filter": "denoised", "frames": 2},
        {"filter": "short_history", "channels": 3, "size": (3, 4)},
        {"filter": NEGATIVE, "channels": 2},
        {"filter": {"space": {"gaussian": 3}, "weight": 1.0}, "size": (20, 1), "frames": 2, "effort": "best"},
        {"filter": {"time": {"ema": 0.02}, "weight": 0.0}, "size": (4, 3), "frames": 33},
    ],
)
def test_steps_are_exact_from_any_state(keys):
    """Against 64-bit integers that assert that nothing leaves its range; from states as bad as can be."""
    tables = tables_of(**keys)
    size = keys.get("size", (7, 6))
    shape = (keys.get("channels", 1), keys.get("frames", 5), *size[::-1])
    rng = np.random.default_rng(4)
    steps = len(tables.params.schedule.low)
    everywhere = np.full(shape, MOST)
    one_apart = everywhere.copy()
    one_apart[0, 0, 0, 0] = LEAST
    checkered = np.where(np.indices(shape).sum(axis=0) % 2, MOST, LEAST)
    far = 26 * 10**6 + 2**24  # a step adds less to what is left of the last
    for latent, momentum in (
        (rng.integers(0, 1 << LATENT_BITS, shape), rng.integers(-(2**20), 2**20, shape)),
        (rng.integers(LEAST, MOST + 1, shape), rng.integers(-far, far, shape)),
        (everywhere, np.full(shape, far)),
        (one_apart, np.full(shape, -far)),
        (LEAST + MOST - one_apart, np.full(shape, far)),
        (checkered, np.sign(checkered) * far),
    ):
        for at in (0, steps // 2, steps - 1):
            moves = (rng.random(shape) < 0.9).astype(np.int8)
            state = State(latent.astype(np.int32), momentum.astype(np.int32), moves, np.int32(at))
            found = run(tables, state, 1)
            expected = frame_forces.step(tables.structure, state, tables.params)
            assert np.array_equal(found.latent, expected[0])
            assert np.array_equal(found.momentum, expected[1])
            assert found.step == at + 1
            assert LEAST <= found.latent.min() <= found.latent.max() <= MOST


@pytest.mark.parametrize("total", [0, -880, 1024, 16000])
def test_the_mean_force_is_exact(total):
    """Of filters so wide, in so many channels, that the product of its factors has more than 32 bits, too."""
    values = np.arange(LEAST >> VALUE_SHIFT, MOST + 1 >> VALUE_SHIFT)
    for clip in (30, CLIP):
        found = descent._mean_force(values.astype(np.int16), jnp.int16(clip), jnp.int32(total))
        assert np.array_equal(found, (((values - 2**13) >> 2) * clip * total) >> 11)


def test_values_that_are_placed_stay():
    tables = tables_of()
    ranks = random_ranks((1, 5, 6, 7))
    state = init(ranks, ranks >= 10)
    end = run(tables, state, 20)
    assert np.array_equal(end.latent[ranks < 10], state.latent[ranks < 10])
    assert (end.latent[ranks >= 10] != state.latent[ranks >= 10]).mean() > 0.9


def test_values_of_one_frame_spread_on_their_own():
    """All in the middle but for a little, they are pushed apart; with no texel beside them they go to the middle."""
    tables = tables_of(size=(8, 8), frames=2)
    middle = 1 << (LATENT_BITS - 1)
    start = middle + np.random.default_rng(0).integers(-(2**12), 2**12, (1, 2, 8, 8)).astype(np.int32)
    state = State(start, np.zeros_like(start), np.ones(start.shape, np.int8), np.int32(0))
    assert np.ptp(run(tables, state, 40).latent) > 0.8 * 2**LATENT_BITS
    assert np.abs(run(tables, state, 40).latent.mean() - middle) < 0.1 * 2**LATENT_BITS
