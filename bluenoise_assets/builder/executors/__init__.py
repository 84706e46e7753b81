"""Where textures are optimised: what every executor can do; `local` is the threads of this process.

An executor gives back what a texture is made of; files, the lock and the order of things are the builder's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bluenoise_assets.builder.cache_entry import Content
from bluenoise_assets.errors import BuildError
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Tell = Callable[[str, float, float | None], None]
"""Told of a work item: the stage as `events.Progress` has it, the share of that stage, and the figure in dB or None."""


class ExecutorError(BuildError):
    """No texture can be made any more: a build ends with it."""


class Executor(Protocol):
    """Makes textures, or parts of them. All is called by many threads at once.

    `then` is given what was made while the memory for it is held; what it raises is raised. Both ways of making raise
    `Cancelled` soon after `cancelled()` turns true, `BuildError` or `MemoryError` if this texture cannot be made, and
    `ExecutorError` if none can.
    """

    @property
    def jobs(self) -> int:
        """How many work items are to be asked for at once."""

    def check(self, spec: TextureSpec) -> None:
        """Raise `BuildError` if a texture can be made nowhere."""

    def make(
        self, spec: TextureSpec, tell: Tell, cancelled: Callable[[], bool], then: Callable[[Content], None]
    ) -> None:
        """Make a texture that is one work item."""

    def optimize(
        self,
        spec: TextureSpec,
        item: int,
        tell: Tell,
        cancelled: Callable[[], bool],
        then: "Callable[[npt.NDArray[np.int32]], None]",
    ) -> None:
        """Make the ranks of one work item of several (`noise.optimize_work_item`)."""
