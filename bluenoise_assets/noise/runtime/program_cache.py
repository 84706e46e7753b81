"""Compiled programs on disk, in a folder of the user's: a later process need not compile them again.

JAX has a cache of its own, which its host configures, or does not; we leave that alone. An entry that cannot be read
or written costs a compilation, and nobody can do anything about it.
"""

import contextlib
import hashlib
import os
import platform
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_folder: Path | None = None


def use_program_cache(folder: Path | None) -> None:
    """Keep programs below a folder from now on, or nowhere. They are code: it must not be a shared one."""
    global _folder  # noqa: PLW0603 - one for the process, as the programs are
    _folder = folder and folder / "programs"


def file_of(lowered: Any, options: Mapping[str, Any]) -> Path | None:
    """Where the program of a lowered function, compiled with `options`, belongs; None if programs are not kept.

    Each machine and jaxlib version has a folder of its own: a program compiled for another processor can crash.
    """
    import jax
    import jaxlib.version

    chosen = jax.config.jax_default_device  # type: ignore[attr-defined] # jax declares its settings as it runs
    if _folder is None or chosen is not None:  # programs on disk know the first device alone
        return None
    device = jax.devices()[0]
    flags = f"{os.environ.get('XLA_FLAGS', '')} {options}"
    parts = (lowered.as_text(), jax.__version__, device.device_kind, device.client.platform_version, flags)
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    machine = f"{platform.node() or 'machine'}-{platform.machine()}"
    return _folder / f"jaxlib-{jaxlib.version.__version__}-{machine}" / name


def read_program(file: Path, lowered: Any) -> Any:
    """The program in a file, or None if there is no good one."""
    from jax.experimental.serialize_executable import deserialize_and_load

    try:
        data = file.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            return None
        return deserialize_and_load(data[32:], lowered.in_tree, lowered.out_tree)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be compiled anew
        return None


def write_program(file: Path, program: Any) -> None:
    """Keep a program, whole or not at all."""
    from jax.errors import JaxRuntimeError
    from jax.experimental.serialize_executable import serialize

    temporary = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    with contextlib.suppress(OSError, ValueError, JaxRuntimeError):  # a full disk; a device that gives no program away
        data = serialize(program)[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(hashlib.sha256(data).digest() + data)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
