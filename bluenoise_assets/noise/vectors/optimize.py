"""Vectors for every texel, from a spec to points of a fixed set. What is derived, and from whom, is in `vectors.md`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.runtime import Progress, compiled
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.runtime.counter_hash import permutation, stream
from bluenoise_assets.noise.vectors import descent, exchange
from bluenoise_assets.noise.vectors.assignment import Targets, assign, targets_of
from bluenoise_assets.noise.vectors.pairs import Pairs, pairs_of
from bluenoise_assets.noise.vectors.schedule import CHORDS, Schedule, schedule
from bluenoise_assets.quality.quantization import points_of
from bluenoise_assets.quality.sample_spaces import DIMENSIONS
from bluenoise_assets.spec import TextureSpec

START, EXCHANGES = 32, 33  # purposes of random numbers

MATCHINGS = 64
ARCS = frozenset({"circle", "sphere"})
"""Where half-spaces go through the centre, and angles take the place of lengths."""


@dataclass(frozen=True)
class Effort:
    """`steps` of the descent, in parts of `part`, each followed by an assignment of points; `rounds` of exchanges.

    Each assignment takes `sweeps` over all points, the last one four times as many. Pairs are cut at `cut`.
    """

    steps: int
    part: int
    sweeps: int
    rounds: int
    cut: float
    product_cut: float


EFFORTS = {
    "fast": Effort(steps=150, part=75, sweeps=40, rounds=16, cut=0.02, product_cut=0.06),
    "good": Effort(steps=600, part=75, sweeps=80, rounds=64, cut=0.01, product_cut=0.04),
    "best": Effort(steps=3000, part=150, sweeps=160, rounds=256, cut=0.01, product_cut=0.03),
}


def optimize_vectors(
    spec: TextureSpec,
    progress: Progress = lambda _share, _error: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """Which point of `sample_spaces.points` each texel holds, int32 `[frames or 1, h, w]`: each point once in a frame.

    The result depends on nothing but the spec. Raises `Cancelled` soon after `cancelled()` turns true.
    """
    assert spec.effort is not None
    effort, space = EFFORTS[spec.effort], spec.sample_space
    height, width = spec.shape
    frames, count = spec.frames or 1, height * width
    start = np.stack([permutation(count, stream(spec.seed, START, frame)) for frame in range(frames)])
    pairs = pairs_of(spec, effort.cut, effort.product_cut)
    if count < 2 or not len(pairs.shares):
        return start.reshape(frames, height, width)
    targets = targets_of(space, points_of(spec), MATCHINGS)
    loop = ChunkedLoop(effort.steps + effort.rounds, progress, cancelled)
    held = _descend(targets, pairs, effort, start.reshape(frames, height, width), loop)
    return _exchange(targets, pairs, effort, held, loop, stream(spec.seed, EXCHANGES))


def _descend(
    targets: Targets, pairs: Pairs, effort: Effort, held: npt.NDArray[np.int32], loop: ChunkedLoop
) -> npt.NDArray[np.int32]:
    frames, count = held.shape[0], held.shape[1] * held.shape[2]
    arcs, on_sphere = targets.space in ARCS, targets.space not in DIMENSIONS
    offsets, weights = pairs.groups(descent.WEIGHT_TOTAL, np.int16)
    mass = int(np.abs(weights).sum())
    plan: Schedule = schedule(targets.fine, arcs=arcs, steps=effort.steps, part=effort.part, mass=mass)
    velocity = [np.zeros(held.shape, np.int32) for _ in targets.fine]
    for part in range(effort.steps // effort.part):
        params = descent.Params(offsets, weights, *plan.of_part(part))
        state = descent.State(list(targets.fine[:, held]), velocity, np.int32(0))
        state = loop.run(
            lambda state, steps, params=params: compiled.call(  # type: ignore[misc]
                descent.step, (pairs.radius, on_sphere, arcs), state, params, steps
            ),
            state,
            effort.part,
            lambda _state: None,
        )
        last = part == effort.steps // effort.part - 1
        places = np.stack(state.position).reshape(-1, frames, count) >> (descent.POSITION_BITS - 13)
        held = assign(targets, places, effort.sweeps * (4 if last else 1)).reshape(held.shape)
        velocity = state.velocity
    return held


def _exchange(
    targets: Targets, pairs: Pairs, effort: Effort, held: npt.NDArray[np.int32], loop: ChunkedLoop, key: np.uint32
) -> npt.NDArray[np.int32]:
    offsets, weights = pairs.groups(exchange.WEIGHT_TOTAL, np.int32)
    in_frame = pairs.in_frame((held.shape[1], held.shape[2]), exchange.WEIGHT_TOTAL)
    params = exchange.Params(targets.coordinates, targets.partners, offsets, weights, in_frame, np.int32(CHORDS), key)
    state = loop.run(
        lambda state, rounds: compiled.call(
            exchange.step, (pairs.radius, targets.space in ARCS), state, params, rounds
        ),
        exchange.State(held, np.int32(0)),
        effort.rounds,
        lambda _state: None,
    )
    return np.asarray(state.point)
