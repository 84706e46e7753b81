"""A host's JAX: whatever it is set to, textures come out the same, and it is left as it was found."""

import json
import os
import subprocess
import sys

import pytest
from support.golden_masks import GOLDEN
from support.paths import ROOT, TESTS

SETTINGS = {
    "all": {
        "JAX_ENABLE_X64": "1",
        "JAX_NUMPY_DTYPE_PROMOTION": "strict",
        "JAX_NUMPY_RANK_PROMOTION": "raise",
        "JAX_DISABLE_JIT": "1",
        "JAX_DEBUG_NANS": "1",
    },
    "plain": {},
    "x64": {"JAX_ENABLE_X64": "1"},
    "strict": {"JAX_NUMPY_DTYPE_PROMOTION": "strict", "JAX_NUMPY_RANK_PROMOTION": "raise"},
    "no jit": {"JAX_DISABLE_JIT": "1"},
}
MASKS = ["40x40 fast", "100x37x3", "volume"]

PROGRAM = """
import hashlib, json, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from support.golden_masks import digest
import bluenoise_assets as bn
from bluenoise_assets.noise import use_program_cache
use_program_cache(Path(sys.argv[3]))
told = {name: digest(name) for name in json.loads(sys.argv[4])}
for name, keys in {
    "spectrum": {"objective": bn.Spectrum(fine_tuning=100), "optimizer": bn.Optimizer(steps=100), "channels": 2},
    "momentum": {"objective": bn.Spectrum(fine_tuning=100), "optimizer": bn.Optimizer("momentum", 100), "bits": 16},
    "sum": {"objective": bn.Sum(), "effort": "fast", "channels": 2},
}.items():
    ranks = bn.generate_ranks(bn.TextureSpec("t", (16, 12), **keys))
    told[name] = hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """For each setting what a process of its own makes. The first compiles for all, under the worst of them."""
    programs = tmp_path_factory.mktemp("programs")
    command = [sys.executable, "-c", PROGRAM, str(TESTS), str(ROOT), str(programs), json.dumps(MASKS)]

    def started(settings):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=os.environ | settings, **pipes)

    def ended(process):
        return (*process.communicate(timeout=600), process.returncode)

    first = {"all": ended(started(SETTINGS["all"]))}
    others = {name: started(settings) for name, settings in SETTINGS.items() if name != "all"}
    return first | {name: ended(process) for name, process in others.items()}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_hosts_settings_change_nothing(made, name):
    stdout, stderr, code = made[name]
    assert code == 0, stderr
    found = json.loads(stdout)
    assert {mask: found[mask] for mask in MASKS} == {mask: GOLDEN[mask] for mask in MASKS}
    assert found == json.loads(made["plain"][0])  # and the objectives in floating point, on one machine


FOUND = """
import json, os, sys, warnings
from pathlib import Path
import jax
from jax.experimental.compilation_cache import compilation_cache
import bluenoise_assets as bn
jax.config.update("jax_compilation_cache_dir", sys.argv[1] + "/hosts")
jax.config.update("jax_persistent_cache_min_compile_time_secs", 1000.0)

def state():
    settings = {name: repr(value) for name, value in jax.config.values.items()}
    return {"settings": settings, "environment": dict(os.environ), "filters": [*warnings.filters]}

before = state()
Path("a.yaml").write_text(
    "schema: 1\\ntextures: {a: {size: 8, effort: fast}, b: {size: 8, objective: spectrum, optimizer: {steps: 8}}}\\n"
)
summary = bn.build_manifests([bn.load_manifest("a.yaml")], cache=Path("cache"))
assert (summary.built, summary.failed) == (2, 0)
assert list(Path(os.environ["XDG_CACHE_HOME"]).rglob("jaxlib-*/*"))  # ours are kept
after = state()
assert after == before, {key: (before[key], after[key]) for key in before if after[key] != before[key]}
assert float(jax.jit(lambda x: x + 1)(1.0)) == 2  # and JAX goes on with the host's settings
"""


def test_a_build_leaves_its_host_as_it_found_it(tmp_path):
    """JAX's settings and its cache, the environment, the filters of warnings."""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "user"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FOUND, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert not list(tmp_path.glob("hosts/*"))


CANCELLED = """
import sys, time
import jax
import bluenoise_assets as bn
bn.generate_ranks
seconds = float(sys.argv[1])
limit = time.monotonic() + seconds
try:
    bn.generate_ranks(
        bn.TextureSpec("t", (70 + int(10 * seconds), 64), effort="best"), cancelled=lambda: time.monotonic() > limit
    )
except bn.Cancelled:
    print("cancelled")
"""


GIVEN_UP = """
import sys
import bluenoise_assets as bn
told = []
def listen(event):
    told.append(event)
    if len(told) > int(sys.argv[1]):
        raise BrokenPipeError
try:
    bn.build_manifests(bn.load_manifest("game.yaml"), listener=listen)
except BrokenPipeError:
    print("cancelled")
"""


@pytest.mark.parametrize(("program", "arguments"), [(CANCELLED, ("0", "0.3", "0.6")), (GIVEN_UP, ("2", "4", "6"))])
def test_giving_up_never_aborts_the_process(tmp_path, program, arguments):
    """Threads that compile must not be killed inside XLA when the interpreter ends, whatever thread began them."""
    (tmp_path / "game.yaml").write_text("schema: 1\ntextures: {a: {size: 64}}\n")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, argument],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for argument in arguments
    ]
    for process in running:
        stdout, stderr = process.communicate(timeout=300)
        assert (process.returncode, stdout) == (0, "cancelled\n"), stderr


def test_the_command_alone_keeps_jax_from_taking_the_whole_gpu(monkeypatch):
    """In a process of its own it may say so; a library may not."""
    code = (
        "import os, bluenoise_assets.noise as noise; noise.load()\n"
        "print('XLA_PYTHON_CLIENT_PREALLOCATE' in os.environ)\n"
        "import sys, atexit; sys.argv[1:] = ['--version']\n"
        "atexit.register(lambda: print(os.environ.get('XLA_PYTHON_CLIENT_PREALLOCATE')))\n"
        "from bluenoise_assets.__main__ import main; main()"
    )
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE", raising=False)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("False", "false"), done.stderr
