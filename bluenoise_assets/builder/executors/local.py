"""Textures are made by the calling threads, as many as fit into this machine's memory."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bluenoise_assets import noise
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.executors import Made, Tell
from bluenoise_assets.builder.memory import PROCESS_BYTES, Budget, available_bytes, check_memory, work_item_bytes
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class LocalExecutor:
    """The processors of this process, or its GPU.

    `programs` is a folder for compiled programs, `memory` what the process may take in bytes (default: what there is).
    """

    elsewhere = False

    def __init__(self, jobs: int, programs: Path | None, memory: int | None = None) -> None:
        self.jobs, self._programs = jobs, programs
        self._memory = Budget(max(1, (memory or available_bytes()) - PROCESS_BYTES))
        self._loading = threading.Lock()
        self._loaded = False

    def check(self, spec: TextureSpec) -> None:
        check_memory(spec)

    def make(self, spec: TextureSpec, tell: Tell, cancelled: Callable[[], bool], then: Made) -> None:
        def measure(ranks: "npt.NDArray[np.int32]") -> None:
            tell("measuring", 0.0, None)
            then(content_of_ranks(spec, [ranks]), None)

        self.optimize(spec, 0, tell, cancelled, measure)

    def optimize(
        self,
        spec: TextureSpec,
        item: int,
        tell: Tell,
        cancelled: Callable[[], bool],
        then: "Callable[[npt.NDArray[np.int32]], None]",
    ) -> None:
        with self._memory.reserved(work_item_bytes(spec), cancelled):
            tell("starting", 0.0, None)
            self._load()
            ranks = noise.optimize_work_item(
                spec, item, lambda share, figure: tell("optimising", share, figure), cancelled
            )
            then(ranks)

    def _load(self) -> None:
        """Importing JAX is what a build pays for only when it has to, and once."""
        with self._loading:
            if not self._loaded:
                noise.load()
                noise.use_program_cache(self._programs)
                self._loaded = True


def content_of_ranks(spec: TextureSpec, items: "Sequence[npt.NDArray[np.int32]]") -> Content:
    """The texels of a texture's work items, and what they are worth."""
    from bluenoise_assets.quality.measure import measure_built
    from bluenoise_assets.quality.quantization import texels_of_ranks

    ranks = noise.join(spec, items)
    texels = texels_of_ranks(ranks, spec)
    return Content(texels, measure_built(spec, ranks, texels))
