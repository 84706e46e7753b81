"""Processes that give up a texture while programs are compiled for it."""

import os
import subprocess
import sys

from support.paths import ROOT

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


def assert_given_up(folder, program, arguments):
    """Each process, at once with the others, ends as it should: no abort inside XLA."""
    (folder / "game.yaml").write_text("schema: 1\ntextures: {a: {size: 64}}\n")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, argument],
            cwd=folder,
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
