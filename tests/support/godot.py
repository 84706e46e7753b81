"""Godot 3, in a project of its own, with a home of its own."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from support.tools import require


def run_godot(folder: Path, program: str, *arguments: str, before: Sequence[str] = ()) -> str:
    """Run `godot3` or `godot3-server` on a project; what it says."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    tool = require(program, "apt-get install godot3 godot3-server")
    timeout = [require("timeout", "apt-get install coreutils"), "180"]  # ends all that it started, too
    run = subprocess.run(
        [*timeout, *before, tool, "--path", ".", *arguments],
        cwd=folder,
        env=os.environ | {"HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,  # the debugger would wait
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def draw(folder: Path, script: str) -> str:
    """Run a script with a display and the GLES3 renderer."""
    xvfb = require("xvfb-run", "apt-get install xvfb xauth")
    drawing = ["--video-driver", "GLES3", "--audio-driver", "Dummy", "-s", script]
    return run_godot(folder, "godot3", *drawing, before=[xvfb, "-a"])
