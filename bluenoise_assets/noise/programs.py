"""Compiled programs: each is compiled once in a process and shared by all threads."""

import os
import platform
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # a build must not take the whole GPU

import jax
import jaxlib.version

_set: Callable[[str, Any], None] = jax.config.update  # jax leaves it untyped

Result = TypeVar("Result")

Job = tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]
"""A function, its static arguments, which come first, and its arguments."""

_guard = threading.Lock()
_programs: dict[tuple[Any, ...], Future[Callable[..., Any]]] = {}


def call(function: Callable[..., Result], static: tuple[Any, ...], *arguments: Any) -> Result:
    """`function(*static, *arguments)`, compiled once for each `static` and each set of shapes."""
    job = (function, static, arguments)
    program, mine = _claim(job)
    if mine:  # two threads that need one program wait for one compilation
        _settle(program, job, lambda: _lowered(job).compile())
    result: Result = program.result()(*arguments)
    return result


def prepare(*jobs: Job) -> None:
    """Begin to compile what `call` will need, in this order, beside what runs now."""
    claimed = [(program, job) for job in jobs for program, mine in [_claim(job)] if mine]

    def lower_all() -> None:  # tracing holds Python's lock, so one after the other; compiling does not
        for program, job in claimed:
            _settle(program, job, partial(_compile_beside, program, job), later=True)

    threading.Thread(target=lower_all, daemon=True).start()


def _compile_beside(program: Future[Callable[..., Any]], job: Job) -> None:
    threading.Thread(target=_settle, args=(program, job, _lowered(job).compile), daemon=True).start()


def _lowered(job: Job) -> Any:
    function, static, arguments = job
    return jax.jit(partial(function, *static)).lower(*arguments)


def _name(job: Job) -> tuple[Any, ...]:
    function, static, arguments = job
    shapes = tuple((leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(arguments))
    return (function.__module__, function.__name__, static, shapes)


def _claim(job: Job) -> tuple[Future[Callable[..., Any]], bool]:
    """The program of a job, and whether it is the caller who has to compile it."""
    name = _name(job)
    with _guard:
        mine = name not in _programs
        return _programs.setdefault(name, Future()), mine


def _settle(program: Future[Callable[..., Any]], job: Job, work: Callable[[], Any], *, later: bool = False) -> None:
    """Do a part of a program's compilation; an error goes to all who wait for the program, and is not kept."""
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001 - handed on
        with _guard:
            del _programs[_name(job)]
        program.set_exception(error)
    else:
        if not later:
            program.set_result(found)


def use_compilation_cache(folder: Path | None) -> None:
    """Keep compiled programs in a folder of the user's, or nowhere.

    Each machine and jaxlib version gets a folder of its own: a program compiled for another processor can crash.
    """
    machine = f"{platform.node() or 'machine'}-{platform.machine()}"
    own = folder and folder / "programs" / f"jaxlib-{jaxlib.version.__version__}-{machine}"
    try:
        if own is not None:
            own.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home, a full disk: work without
        own = None
    _set("jax_enable_compilation_cache", own is not None)
    # An entry that cannot be read or written costs a compilation, and nobody can do anything about it.
    warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation cache entry")
    if own is not None:
        _set("jax_compilation_cache_dir", str(own))
        _set("jax_persistent_cache_min_compile_time_secs", 0)
