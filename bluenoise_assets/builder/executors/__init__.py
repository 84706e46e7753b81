"""Where textures are made: what every executor can do; `local` is the threads of this process, `dask_*` are others.

An executor gives back what a texture is made of; files, the lock and the order of things are the builder's. Of dask,
`dask_cluster` is the connection to a scheduler, `dask_fleet` says which workers are of use, `dask_executor` asks them,
and `dask_worker` is what runs there.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.errors import BuildError
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Tell = Callable[[str, float, float | None], None]
"""Told of a work item: the stage as `events.Progress` has it, the share of that stage, and the figure in dB or None."""

Made = Callable[[Content, str | None], None]
"""Given a texture, and where it was found if nobody had to make it (`events.Built.reused`)."""


class ExecutorError(BuildError):
    """No texture can be made any more: a build ends with it."""


class Executor(Protocol):
    """Makes textures, or parts of them. All is called by many threads at once.

    `then` is given what was made while the memory for it is held; what it raises is raised. Both ways of making raise
    `Cancelled` soon after `cancelled()` turns true, `BuildError` or `MemoryError` if this texture cannot be made, and
    `ExecutorError` if none can.
    """

    elsewhere: bool
    """Whether other processes make the textures, several at once, and put them into the remote cache themselves."""

    @property
    def jobs(self) -> int:
        """How many work items are to be asked for at once."""

    def check(self, spec: TextureSpec) -> None:
        """Raise `BuildError` if it is known already that a texture does not fit into the memory."""

    def make(self, spec: TextureSpec, tell: Tell, cancelled: Callable[[], bool], then: Made) -> None:
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


class Cluster(Protocol):
    """Machines, or processes, that make textures for one build after the other."""

    def executor(
        self,
        jobs: int | None,
        cache: CacheSettings,
        warn: Callable[[str], None],
        cancelled: Callable[[], bool],
        *,
        force: bool,
    ) -> Executor:
        """For one build; with `force` it makes what is in the cache anew. Nothing is started until it is needed."""

    def close(self) -> None:
        """End what was started."""
