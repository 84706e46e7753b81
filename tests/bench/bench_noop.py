"""A build with nothing to do, beside ninja's with as many outputs: the ratio, and where the time goes.

Run: python tests/bench/bench_noop.py [--textures 100] [--rounds 25]
Ends with 1 if the ratio to ninja is 15 or more.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 15
ROOT = Path(__file__).resolve().parents[2]

MANIFEST = """\
schema: 1
output: out
defaults: {{effort: fast, size: 64}}
textures:
  t_{{seed}}:
    matrix: {{seed: {seeds}}}
    seed: "{{seed}}"
"""

RUN = "from bluenoise_assets.__main__ import main; main()"

PARTS = """\
import sys, time
now = time.perf_counter
start = now()
import hashlib
hashes = now()
from bluenoise_assets.cli import noop
ours = now()
path = noop._record_path(sys.argv[1:])
key = now()
assert noop._recall(path) is not None
print([hashes - start, ours - hashes, key - ours, now() - key])
"""


def ninja_project(folder, count):
    """As many outputs, each copied from one file."""
    folder.mkdir()
    (folder / "input").write_text("input")
    copy = "cmd /c copy $in $out" if os.name == "nt" else "cp $in $out"
    lines = ["rule copy", f"  command = {copy}", *(f"build out/t_{i}: copy input" for i in range(count))]
    (folder / "build.ninja").write_text("\n".join([*lines, ""]))
    subprocess.run(["ninja", "-C", str(folder)], check=True, stdout=subprocess.DEVNULL)


def medians(commands, rounds, environment):
    """Seconds for each command, side by side: these machines are noisy."""
    seconds = {label: [] for label in commands}
    for _ in range(rounds):
        for label, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            seconds[label].append(time.perf_counter() - began)
    return {label: statistics.median(values) for label, values in seconds.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        # Compiled files are kept as after an installation, also where the environment says otherwise.
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT), name]),
            "PYTHONPYCACHEPREFIX": str(Path(name, "pycache")),
            "XDG_CACHE_HOME": str(Path(name, "cache")),
        }
        for variable in ("PYTHONDONTWRITEBYTECODE", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            environment.pop(variable, None)
        manifest = Path(name) / "game.yaml"
        manifest.write_text(MANIFEST.format(seeds=list(range(options.textures))))
        (Path(name) / "empty.py").write_text("")
        module = [sys.executable, "-m", "bluenoise_assets"]
        build = ["build", str(manifest), "--quiet"]
        print(f"building {options.textures} textures...", flush=True)
        subprocess.run([*module, *build], env=environment, check=True)
        ninja_project(Path(name) / "ninja", options.textures)
        commands = {
            "ninja": ["ninja", "-C", str(Path(name, "ninja")), "--quiet"],
            "python -c pass": [sys.executable, "-c", "pass"],
            'python -c "import yaml"': [sys.executable, "-c", "import yaml"],
            "python -m (an empty module)": [sys.executable, "-m", "empty"],
            "no-op: python -m bluenoise_assets": [*module, *build],
            "no-op: full run (--cache off)": [*module, *build, "--cache", "off"],
        }
        script = shutil.which("bluenoise-assets", path=str(Path(sys.executable).parent))
        if script:
            commands["no-op: bluenoise-assets"] = [script, *build]
        medians(commands, 2, environment)  # the first run records its answer
        found = medians(commands, options.rounds, environment)
        print(f"\nmedians of {options.rounds}, {options.textures} outputs, nothing to do")
        for label, seconds in found.items():
            ratios = f"{seconds / found['ninja']:6.1f} x ninja"
            yaml = seconds / found['python -c "import yaml"']
            print(f"{label:36} {seconds * 1e3:7.1f} ms {ratios} {yaml:6.2f} x python with yaml")

        subprocess.run([sys.executable, "-c", RUN, *build], env=environment, check=True)  # its path is another one
        rows = []
        for _ in range(options.rounds):
            command = [sys.executable, "-c", PARTS, *build]
            done = subprocess.run(command, env=environment, check=True, capture_output=True)
            rows.append(json.loads(done.stdout))
        hashes, ours, key, facts = map(statistics.median, zip(*rows, strict=True))
        fast = found["no-op: python -m bluenoise_assets"]
        start = found["python -c pass"]
        runpy = found["python -m (an empty module)"] - start
        parts = {
            "starting and ending Python": start,
            "python -m (runpy)": runpy,
            "import hashlib (OpenSSL)": hashes,
            "import bluenoise_assets, noop": ours,
            "which record: the program's files": key,
            f"facts: hashing {options.textures} files and inputs": facts,
        }
        parts["the rest"] = fast - sum(parts.values())
        print("\nwhere the time of `python -m bluenoise_assets` goes")
        for label, seconds in parts.items():
            print(f"{label:36} {seconds * 1e3:7.1f} ms {seconds / fast:6.0%}")
        ratio = fast / found["ninja"]
        print(f"\nratio to ninja: {ratio:.1f} (limit {LIMIT})")
        return 0 if ratio < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
