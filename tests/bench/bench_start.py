"""A start from the shell: what a new mask costs beside `import jax`, and what compiling the samples costs.

Run: python tests/bench/bench_start.py [--rounds N]
Ratios are of processor time (user and system) and of wall-clock time, each the least of the rounds, side by side.
Compiling is what a build with an empty cache takes more than one that finds its programs there: tracing, compiling,
writing the programs. Modules have their bytecode, as where they are installed.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable]
COMMAND = [*PYTHON, "-m", "bluenoise_assets", "build"]


class Shell:
    """A folder with an output and a cache of its own, in which commands run and are timed."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def timed(self, command):
        """Processor and wall-clock seconds."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, cwd=self.folder, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall

    def forget_textures(self):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        shutil.rmtree(self.folder / "cache" / "bluenoise-assets" / "textures", ignore_errors=True)

    def build(self, manifests):
        self.forget_textures()
        return self.timed([*COMMAND, str(manifests), "--output", "out", "--quiet"])

    def programs(self):
        """How many there are, and their bytes."""
        files = [p for p in (self.folder / "cache" / "bluenoise-assets" / "programs").rglob("*") if p.is_file()]
        return len(files), sum(file.stat().st_size for file in files)


def mask(shell, rounds):
    """A new 128x128 mask, good, all files written."""
    manifest = shell.folder / "a.yaml"
    manifest.write_text("schema: 1\ntextures: {a: {size: 128}}\n", encoding="utf-8")
    jax = [*PYTHON, "-c", "import jax"]
    shell.timed(jax)  # writes bytecode
    cold = shell.build(manifest)
    found = [(shell.timed(jax), shell.build(manifest)) for _ in range(rounds)]
    for place, kind in enumerate(("processor", "wall")):
        base, ours = (min(times[which][place] for times in found) for which in (0, 1))
        print(
            f"128x128, {kind}: import jax {base:.2f} s, a new mask {ours:.2f} s, ratio {ours / base:.2f}"
            f" (with empty caches {cold[place]:.2f} s)",
            flush=True,
        )


def samples(shell, rounds):
    """The README's first command."""
    cold = shell.build(ROOT / "manifests")
    warm = min(shell.build(ROOT / "manifests") for _ in range(max(1, rounds // 4)))
    count, size = shell.programs()
    print(
        f"samples: empty caches {cold[0]:.1f} s of processor time ({cold[1]:.1f} s), with programs {warm[0]:.1f} s"
        f" ({warm[1]:.1f} s): compiling {cold[0] - warm[0]:.1f} s, {count} programs of {size / 2**20:.1f} MiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    for part in (mask, samples):
        with tempfile.TemporaryDirectory() as temporary:
            part(Shell(Path(temporary)), arguments.rounds)
