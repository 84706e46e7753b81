"""The other processes of a build: they make what process 0 says, with it, drop the result, and end when it ends."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.noise.work_items import optimize_work_item
from bluenoise_assets.spec import ALGORITHM, TextureSpec

if TYPE_CHECKING:
    from bluenoise_assets.noise.runtime.processes import Group


def join_processes(version: str, hung: Callable[[str], None]) -> "Group":
    """Meet the other processes of a build; all have to have this `version` of the package. See `processes.join`."""
    from pathlib import Path

    import jax
    import jaxlib.version

    from bluenoise_assets.noise.runtime import executable, processes

    versions = {
        "bluenoise-assets": version,
        "algorithm": str(ALGORITHM),
        "jax": jax.__version__,
        "jaxlib": jaxlib.version.__version__,
        "source code": str(executable.sources_digest(Path(__file__).parents[1], executable.SOURCES))[:12],
    }
    return processes.join(versions, hung)


def follow(group: "Group") -> None:
    """Make what the leader says until it says that all is done. Raises `BuildError` if it is gone or this fails."""
    from bluenoise_assets.noise.runtime.processes import Ended

    with suppress(Ended):
        while "end" not in (message := group.hear()):
            if "item" in message:  # else it is about one in which this process has no part any more
                _make(**message["item"])
    group.end()


def _make(content: dict[str, Any], key: str, item: int) -> None:
    spec = TextureSpec("texture", **_as_typed(content))
    if spec.key() != key:
        raise BuildError("what process 0 asks for is not understood here")
    try:
        optimize_work_item(spec, item)
    except Cancelled:
        return
    except MemoryError as error:
        raise BuildError("there is not enough memory for what process 0 asks for") from error


def _as_typed(value: Any) -> Any:
    """The canonical form of a spec as a user may type it: a filter's weight stands beside it."""
    if isinstance(value, list):
        return [_as_typed(item) for item in value]
    if isinstance(value, dict):
        plain = {name: _as_typed(item) for name, item in value.items() if item is not None}
        return plain.pop("filter") | plain if {"filter", "weight"} <= plain.keys() else plain
    return value
