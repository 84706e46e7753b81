"""Compiled loops run in short pieces, so that the host can look up: for progress and for a cancellation."""

import math
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from bluenoise_assets.errors import Cancelled
from bluenoise_assets.noise.runtime import Progress, processes

CHUNK_SECONDS = 0.3
"""About how long a compiled program runs before the host looks up: every call of a large one allocates anew."""

FIGURE_SHARE = 0.05
"""At most about this share of the time goes into the figure that is shown."""

_wait: Callable[[Any], Any] = jax.block_until_ready  # jax leaves it untyped


class ChunkedLoop:
    """Runs iterations that cost `total` in all, in pieces of about `CHUNK_SECONDS`."""

    def __init__(self, total: float, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self.total, self.progress, self.cancelled = total, progress, cancelled
        self.done = 0.0
        self._figure: float | None = None
        self._next_figure = 0.0

    def run(
        self,
        step: Callable[[Any, Any], Any],
        state: Any,
        count: int,
        figure: Callable[[Any], float | None],
        finished: Callable[[Any], bool] = lambda _state: False,
        cost: float = 1.0,
    ) -> Any:
        """Apply `step(state, iterations)` until `count` iterations are done, or the state is `finished`.

        `cost` is an iteration's part of `total`, so that the progress keeps pace with the time. Raises `Cancelled`
        between two pieces.
        """
        left, size = count, 1
        while left > 0 and not finished(state):
            if self.cancelled():
                raise Cancelled
            now = processes.agreed(min(size, left))
            began = time.perf_counter()
            state = _wait(step(state, np.int32(now)))
            ended = time.perf_counter()
            size = max(1, min(4 * now, int(now * CHUNK_SECONDS / max(ended - began, 1e-6))))
            left -= now
            done = self.done + (count - left) * cost
            if processes.agreed(ended >= self._next_figure or math.isclose(done, self.total)):
                self._figure = figure(state)
                spent = time.perf_counter() - ended
                self._next_figure = time.perf_counter() + spent / FIGURE_SHARE
            self.progress(min(1.0, done / self.total), self._figure)
        self.done += count * cost
        return state
