"""The threshold objective over space and time, from a spec to ranks: random ranks, then a descent in stages.

What is derived, and what was tried, is in `frames.md` beside this file.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.frames import descent
from bluenoise_assets.noise.frames.sparse import sparse_ranks
from bluenoise_assets.noise.frames.tables import frame_tables
from bluenoise_assets.noise.runtime import Progress, compiled, slabs
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.runtime.counter_hash import permutation, stream
from bluenoise_assets.spec import TextureSpec

FRAMES = 32  # purpose of random numbers


def optimize_frames(
    spec: TextureSpec,
    progress: Progress = lambda _share, _error: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks, int32 `[channel, frame, height, width]`, each of 0..N-1 once in a frame of a channel.

    They depend on nothing but the spec: not on the processor, the device or the number of threads. Raises `Cancelled`
    soon after `cancelled()` turns true.
    """
    tables = frame_tables(spec)
    effort = tables.effort
    placed = sparse_ranks(spec)
    ranks = descent.ranks_of(start(spec), placed)
    mesh = descent.mesh_for(tables.structure, ranks.shape)
    structure = tables.structure._replace(slabs=slabs.count(mesh))
    loop = ChunkedLoop(effort.steps, progress, cancelled)
    with slabs.all_devices(mesh, cancelled):
        state = descent.init(ranks, placed < 0, mesh)
        for first in range(0, effort.steps, effort.every):
            state = loop.run(
                lambda state, count: compiled.call(descent.step, (structure,), state, tables.params, count),
                descent.moved(state, ranks, mesh),
                min(effort.every, effort.steps - first),
                lambda _state: None,
            )
            ranks = descent.ranks_of(state.latent, placed)
    return ranks


def start(spec: TextureSpec) -> npt.NDArray[np.int32]:
    """Random ranks, int32 `[channel, frame, height, width]`, of each frame its own."""
    assert spec.frames is not None
    ranks = np.empty((spec.channels, spec.frames, *spec.shape), np.int32)
    for channel, frame in np.ndindex(ranks.shape[:2]):
        key = stream(spec.seed, FRAMES, channel, frame)
        ranks[channel, frame] = permutation(spec.texel_count, key).reshape(spec.shape)
    return ranks
