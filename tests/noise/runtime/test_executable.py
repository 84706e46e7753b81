"""Programs that outlive their process: compiled once, loaded without tracing, and never trusted when damaged."""

import os
import subprocess
import sys

import jax
import jaxlib.version
import numpy as np
import pytest
from support.paths import ROOT

from bluenoise_assets.noise.runtime import compiled, executable, program_cache


def double_at(rank, x):
    return x * np.int32(rank + 2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(program_cache, "_folder", None)
    monkeypatch.setattr(compiled, "_programs", {})
    program_cache.use_program_cache(tmp_path)
    return tmp_path / "programs"


@pytest.fixture
def compilations():
    found = []

    def listen(name, _seconds, **_more):
        if "backend_compile" in name:
            found.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield found
    jax.monitoring.unregister_event_duration_listener(listen)


def run(static=0, count=5):
    compiled._programs.clear()  # as in a new process
    x = np.arange(count, dtype=np.int32)
    assert np.array_equal(compiled.call(double_at, (static,), x), x * (static + 2))


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_program_is_compiled_once(folder, compilations):
    run()
    assert len(compilations) == 1
    assert len(files(folder)) == 1
    run()
    assert len(compilations) == 1
    run(1)
    assert len(compilations) == len(files(folder)) == 2
    run(1, count=6)
    assert len(compilations) == len(files(folder)) == 3


@pytest.mark.parametrize("damage", ["cut", "nonsense", "another program"])
def test_a_damaged_program_is_compiled_anew_and_mended(folder, compilations, damage):
    run()
    (file,) = files(folder)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    else:  # what has a good checksum, and is no program that fits
        bad = b"nonsense"
        if damage == "another program":
            run(count=6)
            (other,) = {*files(folder)} - {file}
            bad = program_cache.read(executable.place(), other.name)[:-200]
        program_cache.write(executable.place(), file.name, bad)
    before = len(compilations)
    run()
    assert len(compilations) == before + 1
    run()
    assert len(compilations) == before + 1


def test_a_folder_that_cannot_be_written_costs_a_compilation_and_no_more(folder, compilations):
    folder.write_text("a file where the folder should be")
    run()
    run()
    assert len(compilations) == 2


def test_without_a_folder_nothing_is_kept(folder, compilations):
    program_cache.use_program_cache(None)
    run()
    run()
    assert len(compilations) == 2
    assert not folder.exists()


def name(static=(0,), count=5, kind=np.int32, options=None):
    return executable.name_of(double_at, static, (np.zeros(count, kind),), options or {})


def test_the_name_tells_apart_all_that_is_compiled(folder):
    assert name() == name()
    others = [
        name(static=(1,)),
        name(static=("0",)),
        name(count=6),
        name(kind=np.uint32),
        name(options={"xla_cpu_prefer_vector_width": 512}),
        executable.name_of(double_at, (0,), ([np.zeros(5, np.int32)],), {}),
        executable.name_of(run, (0,), (np.zeros(5, np.int32),), {}),
    ]
    assert len({name(), *others}) == len(others) + 1


@pytest.mark.parametrize("what", ["jax", "jaxlib", "numpy", "processor", "flags", "precision", "sources"])
def test_the_name_tells_apart_all_that_compiles(folder, monkeypatch, what):
    before = name()
    if what == "jax":
        monkeypatch.setattr(jax, "__version__", "9.9.9")
    elif what == "jaxlib":
        monkeypatch.setattr(jaxlib.version, "__version__", "9.9.9")
    elif what == "numpy":
        monkeypatch.setattr(np, "__version__", "9.9.9")
    elif what == "processor":
        monkeypatch.setattr(executable, "processor", lambda: "flags: sse4_2")
    elif what == "flags":
        monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2")
    elif what == "sources":
        monkeypatch.setattr(executable, "sources_digest", lambda *_: "other code")
    if what == "precision":
        with jax.default_matmul_precision("bfloat16"):
            assert name() != before
    else:
        assert name() != before


def test_a_program_for_another_than_the_first_device_is_not_kept(folder):
    with jax.default_device(jax.devices()[0]):
        assert name() is None


def test_the_code_decides(tmp_path):
    def digest():
        executable.sources_digest.cache_clear()
        return executable.sources_digest(tmp_path, ("one", "two"))

    assert digest() is None  # no sources are no knowledge
    for file in ("one/a.py", "one/deep/b.py", "two/c.py", "three/d.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("A = 1\n")
    seen = [digest()]
    for change in (
        lambda: (tmp_path / "one/a.py").write_text("A = 2\n"),
        lambda: (tmp_path / "one/deep/b.py").write_text("A = 2\n"),
        lambda: (tmp_path / "two/c.py").rename(tmp_path / "two/e.py"),
        lambda: (tmp_path / "two/f.py").write_text(""),
        (tmp_path / "two/f.py").unlink,
    ):
        change()
        seen.append(digest())
    assert len({*seen}) == len(seen) - 1
    assert seen[-1] == seen[-3]
    (tmp_path / "three/d.py").write_text("A = 2\n")
    (tmp_path / "one/page.md").write_text("")
    assert digest() == seen[-1]
    executable.sources_digest.cache_clear()


def test_the_code_is_all_that_programs_are_traced_from():
    """What `noise` imports of this package, whole folders of it, is in the digest, but for errors' and formats' names."""
    loaded = (
        "import sys, bluenoise_assets.noise as noise; noise.load(); import bluenoise_assets.noise.vectors.optimize, "
        "bluenoise_assets.noise.frames.optimize\n"
        "print(*{name.split('.')[1] for name in sys.modules if name.startswith('bluenoise_assets.')})"
    )
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {*done.stdout.split()} == {*executable.SOURCES, "errors", "formats"}


PROGRAM = """
import sys, jax, bluenoise_assets as bn
from pathlib import Path
from bluenoise_assets.noise import use_program_cache
found = []
def listen(name, _seconds, **_more):
    if "compile" in name or "trace" in name or "mlir" in name:
        found.append(name.rpartition("/")[2])
jax.monitoring.register_event_duration_secs_listener(listen)
use_program_cache(Path(sys.argv[1]))
quick = {"optimizer": bn.Optimizer(steps=8), "objective": bn.Spectrum(fine_tuning=8)}
ranks = bn.generate_ranks(bn.TextureSpec("t", (9, 7), **quick))
print(*sorted({*found}), ranks.ravel()[:8])
"""


def test_another_process_neither_traces_nor_compiles(tmp_path):
    """With several devices; with one, see the next. Programs of whole numbers are loaded in ../test_host_settings.py."""
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=3"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    told = [subprocess.check_output(command, env=environment, cwd=ROOT, text=True).split("[") for _ in range(2)]
    assert told[0][0].split() == ["backend_compile_duration", "jaxpr_to_mlir_module_duration", "jaxpr_trace_duration"]
    assert told[1][0].split() == []
    assert told[0][1] == told[1][1]


def test_two_processes_at_once_compile_each_for_itself(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    pair = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=300)[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert len({line.split("[")[1] for line in told}) == 1
    assert subprocess.check_output(command, cwd=ROOT, text=True).split("[")[0].split() == []


def test_a_hosts_own_cache_spoils_nothing(tmp_path):
    """Programs that come out of JAX's cache give away only a part of themselves: such must not be kept."""
    hosts = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / "hosts"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    told = []
    for own in ("a", "a", "b", "b"):  # fresh ones, which are kept; those that JAX's cache has, which are not
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / own)]
        done = subprocess.run(command, env=os.environ | hosts, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        told.append(done.stdout.split("["))
    assert len({ranks for _, ranks in told}) == 1
    assert ["jaxpr_trace_duration" in events for events, _ in told] == [True, False, True, True]


def test_an_option_that_xla_does_not_have_is_done_without(folder, monkeypatch):
    monkeypatch.setattr(compiled, "_options", lambda _: {"xla_cpu_of_a_later_day": True})
    run()
    assert len(files(folder)) == 1


def test_what_cannot_be_compiled_is_not_tried_twice(monkeypatch):
    lowered = []

    class Lowered:
        def compile(self, compiler_options=None):
            lowered.append(compiler_options)
            raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory")

    with pytest.raises(jax.errors.JaxRuntimeError, match="memory"):
        executable.compiled(Lowered(), {"xla_cpu_prefer_vector_width": 512})
    assert len(lowered) == 1
