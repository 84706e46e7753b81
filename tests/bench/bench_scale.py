"""2,000 textures in one manifest, with shaders in two languages: loading, planning, a build with nothing to do, memory.

Run: python tests/bench/bench_scale.py [--textures 2000] [--rounds 5]
Both a matrix and entries written out one by one. Ends with 1 if a limit is exceeded.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {
    "load and plan": 1.0,
    "no-op": 1.5,
    "peak memory": 150.0,
}

KINDS = ("", ", channels: 2", ", bits: 16", ", filter: sharp", ", distribution: {gaussian: 0.2}")

LOAD = """\
import sys, time
from bluenoise_assets import load_manifest, make_plan
began = time.perf_counter()
manifest = load_manifest(sys.argv[1])
loaded = time.perf_counter()
(plan,) = make_plan([manifest])
planned = time.perf_counter()
assert len(plan.textures) == int(sys.argv[2]) and len(plan.lock) == 3 * len(plan.textures) and not plan.stale
print(loaded - began, planned - loaded)
"""


def matrix(count):
    return f"""\
schema: 1
defaults: {{size: 8, effort: fast}}
textures:
  t_{{seed}}:
    matrix: {{seed: {list(range(count))}}}
    seed: "{{seed}}"
shaders: [glsl, hlsl]
"""


def written_out(count):
    """Entries of five kinds, in turn."""
    lines = [f"  t_{i}: {{size: 8, effort: fast, seed: {i}{KINDS[i % len(KINDS)]}}}" for i in range(count)]
    return "\n".join(["schema: 1", "textures:", *lines, "shaders: [glsl, hlsl]", ""])


def run(command, environment):
    """Seconds, peak memory in MB (0 where the system does not tell), and what was printed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    megabytes = 0.0
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        megabytes = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    seconds = time.perf_counter() - began
    process.stdout.close()
    if process.wait() != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return seconds, megabytes, said


def measure(folder, text, count, rounds, environment):
    """Medians of seconds, the largest peak of memory in MB."""
    folder.mkdir()
    manifest = folder / "game.yaml"
    manifest.write_text(text)
    build = [sys.executable, "-m", "bluenoise_assets", "build", str(manifest)]
    print(f"\n{folder.name}: building {count} textures...", flush=True)
    seconds, _, _ = run([*build, "--quiet"], environment)
    print(f"{'first build':28} {seconds:8.2f} s")
    commands = {
        "load": [sys.executable, "-c", LOAD, str(manifest), str(count)],
        "no-op": build,
    }
    seconds = {"load": [], "plan": [], "load and plan": []} | {label: [] for label in commands if label != "load"}
    memory = dict.fromkeys(commands, 0.0)
    for _ in range(rounds):
        for label, command in commands.items():
            took, megabytes, said = run(command, environment)
            memory[label] = max(memory[label], megabytes)
            if label == "load":
                loaded, planned = map(float, said.split())
                seconds["load"].append(loaded)
                seconds["plan"].append(planned)
                seconds["load and plan"].append(loaded + planned)
            else:
                assert said == f"nothing to do: {count} textures, all fresh\n", said
                seconds[label].append(took)
    exceeded = 0
    for label, values in seconds.items():
        median = statistics.median(values)
        limit = LIMITS.get(label)
        exceeded += limit is not None and median >= limit
        peak = f"  {memory[label]:6.1f} MB" if label in memory else ""
        print(f"{label:28} {median:8.3f} s{peak}" + ("" if limit is None else f"  (limit {limit} s)"))
    peak = max(memory.values())
    print(f"{'peak memory':28} {peak:8.1f} MB  (limit {LIMITS['peak memory']:.0f} MB)")
    return exceeded + (peak >= LIMITS["peak memory"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
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
        exceeded = 0
        for kind in (matrix, written_out):
            text = kind(options.textures)
            exceeded += measure(Path(name, kind.__name__), text, options.textures, options.rounds, environment)
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
