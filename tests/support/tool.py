"""A copy of bluenoise-assets that tells how often it ran, and that a test may change."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from support.paths import PACKAGE, ROOT
from support.processes import run_to_end

SCRIPT = """\
import json, runpy, sys
sys.path.insert(0, {tree!r})
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
runpy.run_module("bluenoise_assets", run_name="__main__", alter_sys=True)
"""


class Tool:
    """The program `bluenoise-assets` in the folder `bin`, made from the package in the folder `tree`."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        shutil.copytree(PACKAGE, self.tree / "bluenoise_assets")  # with the compiled files: that saves half a second
        shutil.copytree(ROOT / "shaders", self.tree / "shaders")
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        self.log.touch()
        script = folder / "script.py"
        script.write_text(SCRIPT.format(tree=str(self.tree), log=str(self.log)), encoding="utf-8")
        program = self.bin / "bluenoise-assets"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.listings: list[list[str]] = []
        self.environment: dict[str, str] = {}
        """Variables of its own, for what it runs."""

    @property
    def env(self) -> dict[str, str]:
        """An environment in which it comes first on the PATH."""
        return os.environ | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"} | self.environment

    def run(self, *command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """A program, in that environment; its messages in English, stderr with stdout."""
        return run_to_end(command, cwd=cwd, env=self.env | {"LC_ALL": "C.UTF-8"}, stderr=subprocess.STDOUT)

    def builds(self) -> list[list[str]]:
        """The builds since the last call; those that only list files are in `listings`."""
        calls = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        self.log.write_text("", encoding="utf-8")
        self.listings = [call for call in calls if {"--list-outputs", "--list-inputs"} & set(call)]
        return [call for call in calls if call[0] == "build" and call not in self.listings]


def save(path: Path, text: str) -> None:
    """Write a file as an editor would, later than everything so far, to the nanosecond."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    now = time.time_ns()
    os.utime(path, ns=(now, now))
