"""Compiled programs: each is compiled once in a process and shared by all threads.

They are traced and run under settings of our own, in a scope, so that nothing a host sets for itself (types of 64
bits, strict promotion, no compiling) changes or breaks them, and nothing of its settings is touched. Ours are JAX's
strictest: that shows every type in the code.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import jax

from bluenoise_assets.noise.runtime import executable, slabs
from bluenoise_assets.noise.runtime.executable import Program

Result = TypeVar("Result")

Job = tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]
"""A function, its static arguments, which come first, and its arguments."""

VECTOR_WIDTH = {"xla_cpu_prefer_vector_width": 512}
"""What XLA is told of whole numbers: sums of 16 bits take three quarters of the time; processors without do as ever."""

IN_TREES = "tree_reduction_rewriter"
"""XLA's pass that sums in trees, for the sake of floating point's rounding, and ten times as slowly."""

SHARED_OUT = "cpu-parallel-task-assigner"
"""XLA's pass that shares out long operations among threads."""

QUICK = {"xla_backend_optimization_level": 1}
"""Of whole numbers: the first level makes programs as fast as the third, in a tenth to a quarter less time."""

PLAIN_LOOPS = {"xla_cpu_use_fusion_emitters": False}
"""XLA's older way from fused operations to loops: compiled in half the time, and for FFTs' sake up to 1.6 times as fast
where arrays are in floating point; where they are whole numbers it makes programs several times as slow."""

_exact: set[tuple[str, str]] = set()
_plain: set[tuple[str, str]] = set()
_alone: set[tuple[str, str]] = set()
_guard = threading.Lock()
_programs: dict[tuple[Any, ...], Future[Program]] = {}


def whole_numbers(function: Callable[..., Result]) -> Callable[..., Result]:
    """Marks a function all of whose sums are exact, in whatever order: it may be compiled for the widest vectors."""
    _exact.add((function.__module__, function.__name__))
    return function


def one_thread(function: Callable[..., Result]) -> Callable[..., Result]:
    """Marks a function whose operations are too short to share out: waking threads costs more than they bring."""
    _alone.add((function.__module__, function.__name__))
    return function


def plain_loops(function: Callable[..., Result]) -> Callable[..., Result]:
    """Marks a function in floating point that is little more than FFTs, sorting, and arithmetic by element."""
    _plain.add((function.__module__, function.__name__))
    return function


def _options(function: Callable[..., Any]) -> dict[str, str | int | bool]:
    """What XLA is told of a function."""
    name = (function.__module__, function.__name__)
    exact, alone, plain = name in _exact, name in _alone, name in _plain
    passes = [*([SHARED_OUT] if alone else []), *([IN_TREES] if exact else [])]
    on_cpu = jax.default_backend() == "cpu"
    return {
        **(VECTOR_WIDTH if exact else {}),
        **(QUICK if exact and on_cpu else {}),
        **(PLAIN_LOOPS if plain and on_cpu else {}),
        **({"xla_disable_hlo_passes": ",".join(passes)} if passes else {}),
    }


def call(function: Callable[..., Result], static: tuple[Any, ...], *arguments: Any) -> Result:
    """`function(*static, *arguments)`, compiled once for each `static` and each set of shapes.

    Arguments that are spread over several devices (`slabs.put`) make it a program for all of these.
    """
    ready = program_of(function, static, *arguments)
    with own_settings():
        result: Result = ready(*arguments)
    return result


def program_of(function: Callable[..., Any], static: tuple[Any, ...], *arguments: Any) -> Program:
    """The program that `call` runs."""
    job = (function, static, arguments)
    program, mine = _claim(job)
    if mine:  # two threads that need one program wait for one compilation
        _attempt(program, job, lambda: program.set_result(_loaded(job) or _compiled(job, _lowered(job))))
    return program.result()


def prepare(*jobs: Job) -> None:
    """Begin to compile what `call` will need, in this order, beside what runs now.

    The threads are no daemons, whatever thread calls: one that is killed inside XLA, as the interpreter ends, takes the
    process with it.
    """
    claimed = [(program, job) for job in jobs for program, mine in [_claim(job)] if mine]

    def compile_beside(program: Future[Program], job: Job) -> None:
        loaded = _loaded(job)
        if loaded is not None:
            program.set_result(loaded)
            return
        lowered = _lowered(job)
        work = partial(_attempt, program, job, lambda: program.set_result(_compiled(job, lowered)))
        threading.Thread(target=work, name="bluenoise-compile", daemon=False).start()

    def lower_all() -> None:  # tracing holds Python's lock, so one after the other; compiling does not
        for program, job in claimed:
            _attempt(program, job, partial(compile_beside, program, job))

    threading.Thread(target=lower_all, name="bluenoise-trace", daemon=False).start()


@contextmanager
def own_settings() -> Iterator[None]:
    """The settings of a thread while it traces or runs a program."""
    with (
        jax.enable_x64(False),
        jax.numpy_dtype_promotion("strict"),
        jax.numpy_rank_promotion("raise"),
        jax.disable_jit(False),
    ):
        yield


def _lowered(job: Job) -> Any:
    function, static, arguments = job
    with own_settings():
        return jax.jit(slabs.spread(partial(function, *static), arguments)).lower(*arguments)


def _loaded(job: Job) -> Program | None:
    """The program of a job from disk, if it was compiled before."""
    name = executable.name_of(*job, _options(job[0]))
    return None if name is None else executable.load(name, job[2])


def _compiled(job: Job, lowered: Any) -> Program:
    """The program of a lowered function, which is kept on disk."""
    options = _options(job[0])
    with own_settings():
        program, fresh = executable.compiled(lowered, options)
    name = executable.name_of(*job, options)
    if fresh and name is not None:
        executable.keep(name, program)
    return program


def _claim(job: Job) -> tuple[Future[Program], bool]:
    """The program of a job, and whether it is the caller who has to compile it."""
    name = _name(job)
    with _guard:
        mine = name not in _programs
        return _programs.setdefault(name, Future()), mine


def _name(job: Job) -> tuple[Any, ...]:
    function, static, arguments = job
    shapes = tuple((leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(arguments))
    return (function.__module__, function.__name__, static, shapes, slabs.layout(arguments))


def _attempt(program: Future[Program], job: Job, work: Callable[[], None]) -> None:
    """Do a part of a program's compilation; an error goes to all who wait for the program, and is not kept."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - handed on
        with _guard:
            del _programs[_name(job)]
        program.set_exception(error)
