"""A host's JAX: whatever it is set to, textures come out the same, and it is left as it was found."""

import json
import os
import subprocess
import sys

import pytest
from support.given_up import CANCELLED, GIVEN_UP, assert_given_up
from support.golden_masks import GOLDEN
from support.paths import ROOT, TESTS

STRICT = {"jax_numpy_dtype_promotion": "strict", "jax_numpy_rank_promotion": "raise"}
SETTINGS = {
    "all": {"jax_enable_x64": True, **STRICT, "jax_disable_jit": True, "jax_debug_nans": True},
    "x64": {"jax_enable_x64": True},
    "strict": STRICT,
    "no jit": {"jax_disable_jit": True},
    "plain": {},
}
DEFAULTS = {
    "jax_enable_x64": False,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
    "jax_disable_jit": False,
    "jax_debug_nans": False,
}
MASKS = ["40x40 fast", "volume"]

PROGRAM = """
import hashlib, json, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from support.golden_masks import digest
import jax
import bluenoise_assets as bn
from bluenoise_assets.noise import use_program_cache
from bluenoise_assets.noise.runtime import compiled
use_program_cache(Path(sys.argv[3]))
for settings in json.loads(sys.argv[5]):
    compiled._programs.clear()  # each loads them anew
    for name, value in settings.items():
        jax.config.update(name, value)
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
    """For each setting what is made. A process compiles for all, under the worst of them; another loads, under each."""
    programs = tmp_path_factory.mktemp("programs")

    def told(*chosen):
        settings = [DEFAULTS | SETTINGS[name] for name in chosen]
        command = [sys.executable, "-c", PROGRAM, str(TESTS), str(ROOT), str(programs), json.dumps(MASKS)]
        first = {name.upper(): str(value) for name, value in settings[0].items()}  # before anything is imported
        command.append(json.dumps(settings))
        done = subprocess.run(command, env=os.environ | first, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return dict(zip(chosen, map(json.loads, done.stdout.splitlines()), strict=True))

    return told("all") | told(*[name for name in SETTINGS if name != "all"])


@pytest.mark.parametrize("name", SETTINGS)
def test_a_hosts_settings_change_nothing(made, name):
    found = made[name]
    assert {mask: found[mask] for mask in MASKS} == {mask: GOLDEN[mask] for mask in MASKS}
    assert found == made["plain"]  # and the objectives in floating point, on one machine


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


@pytest.mark.parametrize(("program", "arguments"), [(CANCELLED, ("0", "0.4")), (GIVEN_UP, ("3",))])
def test_giving_up_never_aborts_the_process(tmp_path, program, arguments):
    """Threads that compile must not be killed inside XLA when the interpreter ends, whatever thread began them.

    tests/soak/soak_given_up.py gives up at more moments.
    """
    assert_given_up(tmp_path, program, arguments)


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
