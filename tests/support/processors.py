"""Golden textures made as on other processors: in a process of its own, with fewer instructions or on one core."""

import os
import shutil
import subprocess
import sys

import pytest
from support.paths import TESTS

ISAS = ["SSE4_2", "AVX2", None]
"""What XLA may use; None is all that the host has, on one core."""

PROGRAM = """
import importlib, sys
sys.path[:0] = sys.argv[2:]
golden = importlib.import_module(sys.argv[1])
for name in golden.CASES:
    print(name + ":" + golden.digest(name))
"""


def digests_on(isa, golden):
    """What a module with `CASES` and `digest(name)`, as `support.golden_masks`, finds there: digests by name."""
    command = [sys.executable, "-c", PROGRAM, golden, str(TESTS), str(TESTS.parent)]
    if isa is None:
        if shutil.which("taskset") is None:
            pytest.skip("taskset is missing: apt install util-linux")
        command = ["taskset", "-c", "0", *command]
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    if isa is not None:
        environment["XLA_FLAGS"] = f"--xla_cpu_max_isa={isa}"
    environment["JAX_ENABLE_COMPILATION_CACHE"] = "false"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(line.split(":") for line in done.stdout.split("\n") if line)
