"""Exchanges: exact gains, against a plain sum over all pairs."""

import numpy as np
import pytest

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.vectors import exchange
from bluenoise_assets.noise.vectors.assignment import targets_of
from bluenoise_assets.noise.vectors.pairs import pairs_of
from bluenoise_assets.quality.sample_spaces import points


def energy(vectors, pairs, weights, arcs):
    """The sum of K |x_i - x_j| over all texels and offsets, in floating point."""
    total = 0.0
    for offset, weight in zip(pairs.offsets.tolist(), weights.tolist(), strict=False):
        other = np.roll(vectors, [-o for o in offset], (0, 1, 2))
        if arcs:
            total += weight * np.arccos(np.clip((vectors * other).sum(axis=3), -1, 1)).sum()
        else:
            total += weight * np.sqrt(((vectors - other) ** 2).sum(axis=3)).sum()
    return total


@pytest.mark.parametrize("space", ["vec2", "vec3", "sphere", "hemisphere"])
def test_one_exchange_gains_what_it_says(space):
    """With two texels for partners and all others alone, a round exchanges them exactly if the energy rises."""
    spec = TextureSpec("t", (6, 5), frames=3, sample_space=space)
    arcs, chosen, rng = space == "sphere", points(space, 30), np.random.default_rng(5)
    targets, pairs = targets_of(space, chosen, 1), pairs_of(spec, 0.01, 0.04)
    offsets, weights = pairs.groups(exchange.WEIGHT_TOTAL, np.int32)
    held = np.stack([rng.permutation(30) for _ in range(3)]).reshape(3, 5, 6).astype(np.int32)
    agreed = chosen_often = 0
    for trial in range(40):
        partners = np.arange(30, dtype=np.int32)[None].copy()
        a, b = rng.permutation(30)[:2]
        partners[0, [a, b]] = b, a
        in_frame = pairs.in_frame((5, 6), exchange.WEIGHT_TOTAL)
        params = exchange.Params(
            targets.coordinates, partners, offsets, weights, in_frame, np.int32(0), np.uint32(trial)
        )
        state = compiled.call(
            exchange.step, (pairs.radius, arcs), exchange.State(held, np.int32(0)), params, np.int32(1)
        )
        moved = np.asarray(state.point)
        for frame in range(3):
            other = held.copy()
            other[frame] = np.where(held[frame] == a, b, np.where(held[frame] == b, a, held[frame]))
            rise = energy(chosen[other], pairs, weights.reshape(-1), arcs) - energy(
                chosen[held], pairs, weights.reshape(-1), arcs
            )
            if abs(rise) < 2000:  # of 2^15, the weights of one texel
                continue
            if (moved[frame] == other[frame]).all():
                chosen_often += 1
                agreed += rise > 0
            else:
                assert (moved[frame] == held[frame]).all()
    assert agreed == chosen_often > 10


@pytest.mark.parametrize("space", ["vec2", "sphere"])
def test_rounds_raise_the_energy(space):
    spec = TextureSpec("t", (16, 16), frames=4, sample_space=space)
    arcs, chosen, rng = space == "sphere", points(space, 256), np.random.default_rng(6)
    targets, pairs = targets_of(space, chosen, 16), pairs_of(spec, 0.01, 0.04)
    offsets, weights = pairs.groups(exchange.WEIGHT_TOTAL, np.int32)
    held = np.stack([rng.permutation(256) for _ in range(4)]).reshape(4, 16, 16).astype(np.int32)
    in_frame = pairs.in_frame((16, 16), exchange.WEIGHT_TOTAL)
    params = exchange.Params(
        targets.coordinates, targets.partners, offsets, weights, in_frame, np.int32(0), np.uint32(1)
    )
    levels, state = [], exchange.State(held, np.int32(0))
    for _ in range(6):
        levels.append(energy(chosen[np.asarray(state.point)], pairs, weights.reshape(-1), arcs))
        state = compiled.call(exchange.step, (pairs.radius, arcs), state, params, np.int32(8))
    assert levels == sorted(levels)


def test_distances():
    rng = np.random.default_rng(7)
    first, second = (v / np.linalg.norm(v, axis=0) for v in rng.normal(size=(2, 3, 5000)))
    second[:, :3] = first[:, :3] * [1, -1, 1]
    units = [np.round(v * 8192).astype(np.int32) for v in (first, second)]
    lengths = np.asarray(exchange.length(list(units[0]), list(units[1])))
    np.testing.assert_allclose(lengths / 8192, np.sqrt(((first - second) ** 2).sum(axis=0)), atol=3e-4)
    arcs = np.asarray(exchange.arc(list(units[0]), list(units[1])))
    exact = np.arccos(np.clip((first * second).sum(axis=0), -1, 1))
    far = np.sin(exact) > 0.05
    np.testing.assert_allclose(arcs[far] / 8192, exact[far], atol=2e-3)
    np.testing.assert_allclose(arcs / 8192, exact, atol=0.02)
