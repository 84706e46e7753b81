"""Golden textures made as on other processors: in a process of its own, with fewer instructions, also on one core."""

import os
import shutil
import subprocess
import sys

import pytest
from support.paths import TESTS

OLDEST = "SSE4_2"
"""What XLA may use at least, here on one core. All that the host has, on all cores, is what other tests of them use."""

PROGRAM = """
import importlib, sys
sys.path[:0] = sys.argv[2:4]
golden = importlib.import_module(sys.argv[1])
for name in sys.argv[4:] or golden.CASES:
    print(name + ":" + golden.digest(name))
"""


def digests_on(isa, golden, names=()):
    """What a module with `CASES` and `digest(name)`, as `support.golden_masks`, finds there: digests by name, or of some."""
    command = [sys.executable, "-c", PROGRAM, golden, str(TESTS), str(TESTS.parent), *names]
    if isa == OLDEST:
        if shutil.which("taskset") is None:
            pytest.skip("taskset is missing: apt install util-linux")
        command = ["taskset", "-c", "0", *command]
    environment = os.environ | {"XLA_FLAGS": f"--xla_cpu_max_isa={isa}", "JAX_ENABLE_COMPILATION_CACHE": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr
    return dict(line.split(":") for line in done.stdout.split("\n") if line)
