"""Small projects on disk for tests: a manifest that builds in a moment, and what is in a folder."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

from support.paths import ROOT
from support.processes import PROGRESS_LINE, run_to_end, shown

from bluenoise_assets import load_manifest
from bluenoise_assets.builder import Summary, build_manifests
from bluenoise_assets.cli import main

QUICK = "optimizer: {steps: 8}, objective: {spectrum: {fine_tuning: 8}}"

MANIFEST = f"""\
schema: 1
output: out
defaults: {{{QUICK}}}
textures:
  a: {{size: 8, seed: 1}}
  b: {{size: [8, 4], channels: 2, bits: 16}}
  ui/c: {{size: 6, distribution: triangular}}
shaders: [glsl]
"""

FILES = {"a.glsl", "a.png", "b.glsl", "b.png", "bluenoise_common.glsl", "ui/c.glsl", "ui/c.png"}
"""What that manifest writes, beside the lock."""


def project(folder: Path, text: str = MANIFEST, name: str = "game.yaml") -> Path:
    """Write a manifest and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def build(*paths: Path, listener=lambda _event: None, **options) -> Summary:
    """Build manifests. The listener is given events as JSON has them."""
    manifests = [load_manifest(path) for path in paths]
    return build_manifests(manifests, jobs=2, listener=lambda event: listener(event.as_json()), **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """What would show that a file was written anew, even with the same bytes."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def run_cli(*arguments, cwd: Path, **environment) -> subprocess.CompletedProcess[str]:
    """What the command line says in a folder, with variables of its own; in this process, where JAX is loaded once.

    What its progress says, on a busy machine, is left out. `run_cli_process` is for what ends with a process: imports,
    signals, codecs, file descriptors; and variables that are read only where Python or JAX starts.
    """
    if any(name.startswith(("JAX_", "XLA_", "PYTHON", "LC_")) for name in environment):
        return run_cli_process(*arguments, cwd=cwd, **environment)
    words, before, here = [str(word) for word in arguments], dict(os.environ), Path.cwd()
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    os.environ.update(environment)
    os.chdir(cwd)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(words)
            except SystemExit as ended:  # of argparse
                code = ended.code
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
    told = []
    for stream in (out, err):
        stream.flush()
        told.append(stream.buffer.getvalue().decode())
    shown(" ".join(words), code, *told)
    return subprocess.CompletedProcess(words, code, told[0], PROGRESS_LINE.sub("", told[1]))


def run_cli_process(*arguments, cwd: Path, **environment) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "bluenoise_assets", *arguments]
    done = run_to_end(command, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment)
    done.stderr = PROGRESS_LINE.sub("", done.stderr)
    return done


def lock_of(folder: Path) -> dict:
    return json.loads((folder / "bluenoise.lock.json").read_text())["files"]
