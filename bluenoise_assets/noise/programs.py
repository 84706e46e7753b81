"""Compiled programs: each is compiled once in a process and shared by all threads."""

import os
import platform
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # a build must not take the whole GPU

import jax
import jaxlib.version

from bluenoise_assets.noise import descent, swaps

_set: Callable[[str, Any], None] = jax.config.update  # jax leaves it untyped

_guard = threading.Lock()
_locks: dict[tuple[Any, ...], threading.Lock] = {}
_programs: dict[tuple[Any, ...], Callable[..., Any]] = {}


def _program(function: Callable[..., Any], static: tuple[Any, ...], arguments: tuple[Any, ...]) -> Callable[..., Any]:
    shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(arguments))
    name = (function.__module__, function.__name__, static, shapes)
    with _guard:
        lock = _locks.setdefault(name, threading.Lock())
    with lock:  # two threads that need one program wait for one compilation
        if name not in _programs:
            _programs[name] = jax.jit(partial(function, *static)).lower(*arguments).compile()
        return _programs[name]


def advance_descent(method: str, state: descent.State, setting: descent.Setting, steps: Any) -> descent.State:
    """`descent.advance`, compiled."""
    arguments = (state, setting, steps)
    moved: descent.State = _program(descent.advance, (method,), arguments)(*arguments)
    return moved


def start_swaps(shape: tuple[int, ...], order: Any, setting: swaps.Setting) -> swaps.State:
    """`swaps.start`, compiled."""
    arguments = (order, setting)
    state: swaps.State = _program(swaps.start, (shape,), arguments)(*arguments)
    return state


def advance_swaps(shape: tuple[int, ...], state: swaps.State, setting: swaps.Setting, rounds: Any) -> swaps.State:
    """`swaps.advance`, compiled."""
    arguments = (state, setting, rounds)
    moved: swaps.State = _program(swaps.advance, (shape,), arguments)(*arguments)
    return moved


def use_compilation_cache(folder: Path | None) -> None:
    """Keep compiled programs in a folder of the user's, or nowhere.

    Each machine and jaxlib version gets a folder of its own: a program compiled for another processor can crash.
    """
    own = folder and folder / f"jaxlib-{jaxlib.version.__version__}-{platform.node() or 'machine'}-{platform.machine()}"
    try:
        if own is not None:
            own.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home, a full disk: work without
        own = None
    _set("jax_enable_compilation_cache", own is not None)
    if own is not None:
        _set("jax_compilation_cache_dir", str(own))
        _set("jax_persistent_cache_min_compile_time_secs", 0)
