"""A build with nothing to do, with 100 textures, beside starting Python and importing yaml.

Run: python tests/bench/bench_noop.py
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
MANIFEST = """\
schema: 1
output: out
defaults: {optimizer: {steps: 1}, objective: {spectrum: {fine_tuning: 0}}}
textures:
  t_{a}_{b}:
    matrix: {a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
    size: 64
    seed: "{a}"
    channels: 1
    objective: {spectrum: {fine_tuning: 0, uniformity: "{b}"}}
"""


def main():
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    with tempfile.TemporaryDirectory() as name:
        manifest = Path(name) / "game.yaml"
        manifest.write_text(MANIFEST)
        build = [sys.executable, "-m", "bluenoise_assets", "build", str(manifest), "--quiet"]
        subprocess.run(build, env=environment, check=True)
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "python, import yaml": [sys.executable, "-c", "import yaml"],
            "build, nothing to do, 100 textures": build,
        }
        seconds = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, command in commands.items():  # side by side: these machines are noisy
                began = time.perf_counter()
                subprocess.run(command, env=environment, check=True)
                seconds[label].append(time.perf_counter() - began)
        reference = statistics.median(seconds["python, import yaml"])
        for label, values in seconds.items():
            median = statistics.median(values)
            print(f"{label:36} {median:6.3f} s   {median / reference:5.2f} x python with yaml")
        profile = subprocess.run(
            [sys.executable, "-X", "importtime", *build[1:]],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = {line.split(".")[0] for line in re.findall(r"\|\s+(\S+)$", profile.stderr, re.MULTILINE)}
        heavy = sorted(loaded & {"jax", "jaxlib", "numpy", "imageio", "PIL", "watchdog", "scipy", "filelock"})
        print(f"heavy modules loaded: {', '.join(heavy) or 'none'}")


if __name__ == "__main__":
    main()
