"""The descent's force, against the gradient in floating point."""

import numpy as np
import pytest

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.vectors import descent
from bluenoise_assets.noise.vectors.assignment import targets_of
from bluenoise_assets.noise.vectors.pairs import pairs_of
from bluenoise_assets.noise.vectors.schedule import schedule
from bluenoise_assets.quality.sample_spaces import points


def gradient(vectors, pairs, arcs):
    """Of the sum of K |x_i - x_j|, `[frame, h, w, component]`: sums of unit vectors."""
    total = np.zeros_like(vectors)
    for offset, share in zip(pairs.offsets.tolist(), (pairs.shares / pairs.shares.sum()).tolist(), strict=True):
        other = np.roll(vectors, [-o for o in offset], (0, 1, 2))
        apart = vectors - other
        if arcs:  # along the great circle away from the other
            apart = (vectors * other).sum(axis=3, keepdims=True) * vectors - other
        total += share * apart / np.maximum(np.linalg.norm(apart, axis=3, keepdims=True), 1e-9)
    return total


@pytest.mark.parametrize("space", ["vec2", "vec3", "sphere", "hemisphere"])
def test_the_velocity_follows_the_gradient(space):
    """At rate 0, after many rotations; away from the mean force, which moves no vector against another."""
    arcs, on_sphere = space == "sphere", not space.startswith("vec")
    spec = TextureSpec("t", (16, 16), frames=4, sample_space=space)
    chosen = points(space, 256)
    held = np.stack([np.random.default_rng(i).permutation(256) for i in range(4)]).reshape(4, 16, 16)
    targets, pairs = targets_of(space, chosen, 1), pairs_of(spec, 0.01, 0.04)
    offsets, weights = pairs.groups(descent.WEIGHT_TOTAL, np.int16)
    steps = 128
    plan = schedule(targets.fine, arcs=arcs, steps=steps, part=steps, mass=int(weights.sum()))
    rotations, scales, rates, lines, chords, mean = plan.of_part(0)
    params = descent.Params(
        offsets, weights, rotations, scales * 0 + 300, rates * 0, lines[-1:].repeat(steps, 0), chords, mean * 0
    )
    total = np.zeros((*held.shape, chosen.shape[1]))
    nothing = [np.zeros(held.shape, np.int32) for _ in targets.fine]
    for step in range(steps):
        state = descent.State(list(targets.fine[:, held]), nothing, np.int32(step))
        after = compiled.call(descent.step, (pairs.radius, on_sphere, arcs), state, params, np.int32(1))
        total += np.stack(after.velocity, -1)
    exact = gradient(chosen[held], pairs, arcs)
    if on_sphere:
        exact -= (exact * chosen[held]).sum(axis=3, keepdims=True) * chosen[held]
    alike = (total * exact).sum() / np.sqrt((total**2).sum() * (exact**2).sum())
    assert alike > 0.98


@pytest.mark.parametrize("space", ["vec2", "cosine_hemisphere"])
def test_the_mean_force_keeps_vectors_from_flying_apart(space):
    spec = TextureSpec("t", (16, 16), frames=4, sample_space=space)
    chosen = points(space, 256)
    held = np.stack([np.random.default_rng(i).permutation(256) for i in range(4)]).reshape(4, 16, 16)
    targets, pairs = targets_of(space, chosen, 1), pairs_of(spec, 0.01, 0.04)
    offsets, weights = pairs.groups(descent.WEIGHT_TOTAL, np.int16)
    plan = schedule(targets.fine, arcs=False, steps=100, part=100, mass=int(weights.sum()))
    nothing = [np.zeros(held.shape, np.int32) for _ in targets.fine]
    spreads = []
    for factor in (0, 1):
        rotations, scales, rates, lines, chords, mean = plan.of_part(0)
        params = descent.Params(offsets, weights, rotations, scales, rates // 16, lines, chords, mean * factor)
        state = descent.State(list(targets.fine[:, held]), nothing, np.int32(0))
        run = (pairs.radius, not space.startswith("vec"), False)
        end = compiled.call(descent.step, run, state, params, np.int32(100))
        spreads.append(np.stack(end.position).std() / targets.fine.std())
    assert abs(spreads[1] - 1) < 0.25 * abs(spreads[0] - 1)
