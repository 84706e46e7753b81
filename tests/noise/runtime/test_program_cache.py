"""Programs on disk: used by later processes, and never trusted when damaged."""

import subprocess
import sys

import jax
import numpy as np
import pytest

from bluenoise_assets.noise.runtime import compiled, program_cache


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


def run(static=0):
    compiled._programs.clear()  # as in a new process
    x = np.arange(5, dtype=np.int32)
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


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "good sum of nonsense"])
def test_a_damaged_program_is_compiled_anew_and_mended(folder, compilations, damage):
    run()
    (file,) = files(folder)
    good = file.read_bytes()
    nonsense = program_cache.hashlib.sha256(b"nonsense").digest() + b"nonsense"
    bad = {"cut": good[:-100], "changed": good[:-1] + b"?", "empty": b"", "good sum of nonsense": nonsense}[damage]
    file.write_bytes(bad)
    run()
    assert len(compilations) == 2
    run()
    assert len(compilations) == 2
    assert len(files(folder)) == 1


def test_a_folder_that_cannot_be_written_costs_a_compilation_and_no_more(tmp_path, folder, compilations):
    folder.write_text("a file where the folder should be")
    run()
    run()
    assert len(compilations) == 2


def test_without_a_folder_nothing_is_kept(tmp_path, folder, compilations):
    program_cache.use_program_cache(None)
    run()
    run()
    assert len(compilations) == 2
    assert not folder.exists()


def test_another_process_compiles_nothing(tmp_path):
    code = (
        "import sys, jax, bluenoise_assets as bn\n"
        "from pathlib import Path\n"
        "from bluenoise_assets.noise import use_program_cache\n"
        "found = []\n"
        "listen = lambda name, _seconds, **_more: found.append(name) if 'backend_compile' in name else None\n"
        "jax.monitoring.register_event_duration_secs_listener(listen)\n"
        "use_program_cache(Path(sys.argv[1]))\n"
        "bn.generate_ranks(bn.TextureSpec('t', (9, 7), effort='fast'))\n"
        "print(len(found))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    told = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert told == ["3\n", "0\n"]
