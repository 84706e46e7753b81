"""A compiled program as bytes, under a name that is known before anything is traced.

Tracing a function takes as long as a small texture. So a program's name is not that of the traced text, as in JAX's own
cache, but made of all that the text is made of: the source code, the static arguments, shapes and types; and of what
compiles it. Only programs that this process compiled itself are kept.
"""

import hashlib
import os
import pickle
import platform
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.errors
import jax.monitoring
import jaxlib.version
import numpy as np
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from bluenoise_assets.noise.runtime import program_cache, slabs

Program = Callable[..., Any]

SOURCES = ("noise", "quality", "spec")
"""The folders whose code decides what is traced."""

SETTINGS = (
    "jax_default_matmul_precision",
    "jax_disable_most_optimizations",
    "jax_exec_time_optimization_effort",
    "jax_memory_fitting_effort",
    "jax_memory_fitting_level",
    "jax_optimization_level",
)
"""Settings of a host that get into programs; `compiled.own_settings` overrules others."""


def place() -> str:
    """Each machine and jaxlib version has a subfolder of its own: a program for another processor can crash."""
    return f"jaxlib-{jaxlib.version.__version__}-{platform.node() or 'machine'}-{platform.machine()}"


def name_of(
    function: Callable[..., Any], static: tuple[Any, ...], arguments: tuple[Any, ...], options: Mapping[str, Any]
) -> str | None:
    """The name of the program of a function, compiled with `options`; None if it cannot be kept."""
    source = sources_digest(Path(__file__).parents[2], SOURCES)
    chosen = jax.config.jax_default_device  # type: ignore[attr-defined] # jax declares its settings as it runs
    if not program_cache.in_use() or source is None or chosen is not None:  # those on disk know the first device alone
        return None
    device, layout = jax.local_devices()[0], slabs.layout(arguments)
    if any(each.process_index != jax.process_index() for each in _devices(arguments)):
        return None  # a part of what several processes have compiled
    shapes = [(np.shape(leaf), str(leaf.dtype)) for leaf in jax.tree.leaves(arguments)]
    parts = (
        source,
        f"{function.__module__}.{function.__qualname__}",
        repr(static),
        f"{jax.tree.structure(arguments)} {shapes}",
        f"{jax.__version__} {jaxlib.version.__version__} {np.__version__}",
        f"{device.device_kind} {device.client.platform_version} {processor()}",
        f"{os.environ.get('XLA_FLAGS', '')} {sorted(options.items())}",
        str([getattr(jax.config, setting, None) for setting in SETTINGS]),
        *([str(layout)] if layout else []),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def sources_digest(package: Path, folders: tuple[str, ...]) -> str | None:
    """SHA-256, in hex, of all modules below folders of a package, and of their names; None if there is no source."""
    digest = hashlib.sha256()
    files = sorted(
        (file.relative_to(package).as_posix(), file) for name in folders for file in _modules(package / name)
    )
    for name, file in files:
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest() if files else None


def _modules(folder: Path) -> list[Path]:
    return list(folder.rglob("*.py"))


@cache
def processor() -> str:
    """What tells processors apart that run different programs, as far as the system says."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            lines = file.read(1 << 13).split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor()
    told = ("model name", "flags", "features", "cpu implementer", "cpu part")
    return "\n".join(line for line in lines if line.partition(":")[0].strip().lower() in told)


def load(name: str, arguments: tuple[Any, ...]) -> Program | None:
    """The program that was kept under a name, for arguments of this structure; None if there is no good one."""
    data = program_cache.read(place(), name)
    if data is None:
        return None
    try:
        content, out_tree = pickle.loads(data)  # noqa: S301 - this user's own, as the code in it is
        in_tree = jax.tree.structure((arguments, {}))
        program: Program = deserialize_and_load(content, in_tree, out_tree, execution_devices=_devices(arguments))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be compiled anew
        return None
    return program


def _devices(arguments: tuple[Any, ...]) -> list[Any]:
    """Where a program for such arguments runs."""
    mesh = slabs.mesh_of(arguments)
    return jax.local_devices()[:1] if mesh is None else list(mesh.devices.flat)


def compiled(lowered: Any, options: Mapping[str, Any]) -> tuple[Program, bool]:
    """The program of a lowered function, and whether it was compiled just now: else it is from the host's JAX cache.

    The options make programs faster, not different: an XLA that has no such option compiles without.
    """
    before = _retrieved.count
    try:
        program: Program = lowered.compile(compiler_options=dict(options) or None)
    except jax.errors.JaxRuntimeError as error:
        if "No such compile option" not in str(error):
            raise
        program = lowered.compile()
    return program, _retrieved.count == before


def keep(name: str, program: Any) -> None:
    """Keep a program that was compiled just now.

    One from JAX's cache gives away only a part of itself, which is not noticed before another process runs it.
    """
    try:
        content, _, out_tree = serialize(program)
        data = pickle.dumps((content, out_tree))
    except Exception:  # noqa: BLE001 - a device that gives no program away
        return
    program_cache.write(place(), name, data)


class _Retrieved(threading.local):
    """How many programs a thread got out of JAX's cache."""

    count = 0


_retrieved = _Retrieved()


def _listen(event: str, **_: Any) -> None:
    if event == "/jax/compilation_cache/cache_hits":
        _retrieved.count += 1


jax.monitoring.register_event_listener(_listen)
