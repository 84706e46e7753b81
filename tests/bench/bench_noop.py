"""A build with nothing to do, beside ninja's with as many outputs and beside Python with YAML; what its imports take.

Run: python tests/bench/bench_noop.py [--textures 100] [--rounds 25]
Ends with 1 if it takes more than 2.5 times the processor time of `python -c "import yaml"`.
"""

import argparse
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 2.5
YAML = 'python -c "import yaml"'
BUILD = "bluenoise-assets build"
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


def ninja_project(folder, count):
    """As many outputs, each copied from one file."""
    folder.mkdir()
    (folder / "input").write_text("input")
    copy = "cmd /c copy $in $out" if os.name == "nt" else "cp $in $out"
    lines = ["rule copy", f"  command = {copy}", *(f"build out/t_{i}: copy input" for i in range(count))]
    (folder / "build.ninja").write_text("\n".join([*lines, ""]))
    subprocess.run(["ninja", "-C", str(folder)], check=True, stdout=subprocess.DEVNULL)


def least(commands, rounds, environment):
    """The least processor time (user and system) of each command, in seconds, side by side: machines are noisy."""
    seconds = dict.fromkeys(commands, math.inf)
    for _ in range(rounds):
        for label, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            seconds[label] = min(seconds[label], used)
    return seconds


def imports(command, environment, count=15):
    """The modules that take longest to import, themselves alone, in microseconds."""
    profiled = [command[0], "-X", "importtime", *command[1:]]
    said = subprocess.run(profiled, env=environment, check=True, capture_output=True, text=True).stderr
    found = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", said)
    return sorted(((int(own), name) for own, name in found), reverse=True)[:count]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        # Compiled files are kept as after an installation, also where the environment says otherwise.
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(Path(name, "pycache")),
            "XDG_CACHE_HOME": str(Path(name, "cache")),
        }
        for variable in ("PYTHONDONTWRITEBYTECODE", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            environment.pop(variable, None)
        manifest = Path(name) / "game.yaml"
        manifest.write_text(MANIFEST.format(seeds=list(range(options.textures))))
        build = [sys.executable, "-m", "bluenoise_assets", "build", str(manifest)]
        print(f"building {options.textures} textures...", flush=True)
        subprocess.run([*build, "--quiet"], env=environment, check=True)
        ninja_project(Path(name) / "ninja", options.textures)
        commands = {
            "ninja": ["ninja", "-C", str(Path(name, "ninja")), "--quiet"],
            "python -c pass": [sys.executable, "-c", "pass"],
            YAML: [sys.executable, "-c", "import yaml"],
            "imports alone": [sys.executable, "-c", "import argparse, signal, bluenoise_assets.cli.build"],
            "python -m bluenoise_assets build": build,
        }
        script = shutil.which("bluenoise-assets", path=str(Path(sys.executable).parent))
        if script:
            commands[BUILD] = [script, *build[3:]]
        least(commands, 2, environment)  # warm
        found = least(commands, options.rounds, environment)
        print(f"\nleast processor time of {options.rounds} runs, {options.textures} textures, nothing to do")
        for label, seconds in found.items():
            ratios = f"{seconds / found['ninja']:6.1f} x ninja {seconds / found[YAML]:6.2f} x {YAML}"
            print(f"{label:34} {seconds * 1e3:7.1f} ms {ratios}")
        print("\nthe slowest imports, each without what it imports")
        for own, module in imports(build, environment):
            print(f"{module:44} {own / 1e3:6.1f} ms")
        ratio = found.get(BUILD, found["python -m bluenoise_assets build"]) / found[YAML]
        print(f"\nratio to {YAML}: {ratio:.2f} (limit {LIMIT})")
        return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
