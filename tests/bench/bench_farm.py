"""What many textures cost besides making them: 1,000, 10,000, 100,000 of them, all in the cache, on one machine.

Run: python tests/bench/bench_farm.py [--textures 1000 10000] [--folder DIR] [--report]
Nothing is optimised: the cache is filled with random texels of 64x64. Manifests have at most 10,000 textures each; all
have one output folder, and so one lock. Processor time (user and system, all threads), and time on the clock, which a
busy machine or a slow disk lengthens; peak memory. DIR is where to work: the system's temporary folder by default.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PER_MANIFEST = 10_000

FILL = """\
import sys
from pathlib import Path
import numpy as np
from bluenoise_assets import load_manifest, measure
from bluenoise_assets.builder.cache.cache import Cache
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.manifest import read_paths
cache = Cache(Path(sys.argv[2]), print)
random = np.random.default_rng(1)
specs = [spec for manifest in read_paths([Path(sys.argv[1])]).manifests for spec in manifest.textures]
texels = random.integers(0, 256, (64, 64, 64), dtype=np.uint8)
quality = measure(texels[0])
for index, spec in enumerate(specs):
    cache.store(spec, Content(texels[index % 64], quality))
"""

LOCK = """\
import sys, time
from pathlib import Path
from bluenoise_assets.builder.lock import LOCK_NAME, lock_text, read_lock
began = time.process_time()
lock = read_lock(Path(sys.argv[1]))
read = time.process_time()
text = lock_text(lock)
print(f"{len(text) / 1e6:.1f} MB, read in {read - began:.2f} s, written as text in {time.process_time() - read:.2f} s")
"""

READ = """\
import sys
from pathlib import Path
from bluenoise_assets.builder.cache.cache import Cache
from bluenoise_assets.manifest import read_paths
cache = Cache(Path(sys.argv[2]), print)
for manifest in read_paths([Path(sys.argv[1])]).manifests:
    for spec in manifest.textures:
        assert cache.load(spec) is not None
"""

TRIM = """\
import sys
from pathlib import Path
from bluenoise_assets.builder.cache.cache import Cache, survey
cache = Cache(Path(sys.argv[1]), print, limit=survey(Path(sys.argv[1]))[1] // 2)
cache._stored = True
cache.trim()
print(f"{survey(Path(sys.argv[1]))[0]} left")
"""


def write_manifests(folder, count):
    folder.mkdir()
    for first in range(0, count, PER_MANIFEST):
        seeds = list(range(first, min(count, first + PER_MANIFEST)))
        text = f"""\
schema: 1
output: ../out
defaults: {{size: 64, effort: fast}}
textures:
  t_{{seed}}:
    matrix: {{seed: {seeds}}}
    seed: "{{seed}}"
"""
        (folder / f"farm_{first // PER_MANIFEST:02}.yaml").write_text(text)


def measured(label, count, command, environment, code=0):
    """Run a command and print what it took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, cwd=environment["XDG_CACHE_HOME"], stdout=subprocess.PIPE, text=True
    )
    said = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode != code:
        sys.exit(f"{label} ended with {process.returncode}")
    used = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    each = f"{1e3 * used / count:7.3f} ms each"
    last = said.splitlines()[-1][:60] if said else ""
    print(f"  {label:28} {used:8.2f} s {each} {wall:9.2f} s on the clock {peak:7.0f} MB  {last}", flush=True)


def farm(folder, count, environment, *, report):
    manifests, cache, out = folder / "manifests", folder / "cache", folder / "out"
    write_manifests(manifests, count)
    python = [sys.executable, "-c"]
    program = [sys.executable, "-m", "bluenoise_assets"]
    print(f"\n{count} textures", flush=True)
    measured("filling the cache", count, [*python, FILL, manifests, cache], environment)
    measured("plan, of nothing built", count, [*program, "plan", manifests], environment)
    measured(
        "build, all from the cache", count, [*program, "build", manifests, "--cache", cache, "--quiet"], environment
    )
    measured("build, nothing to do", count, [*program, "build", manifests, "--cache", cache], environment)
    measured("check", count, [*program, "check", manifests], environment)
    measured("check --shard 1/50", count, [*program, "check", manifests, "--shard", "1/50"], environment)
    measured("the lock", count, [*python, LOCK, out], environment)
    measured("reading the cache's entries", count, [*python, READ, manifests, cache], environment)
    measured("cache", count, [*program, "cache", "--cache", cache], environment)
    measured("trimming it to half", count, [*python, TRIM, cache], environment)
    if report:
        measured("report", count, [*program, "report", manifests], environment)
        print(f"  report.html: {sum(file.stat().st_size for file in out.glob('report.html')) / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--report", action="store_true", help="the page with pictures, too: it takes longest")
    options = parser.parse_args()
    for count in options.textures:
        name = Path(tempfile.mkdtemp(dir=options.folder))
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(name / "user"),
            "BLUENOISE_CACHE_LIMIT": "100G",
        }
        for variable in ("PYTHONDONTWRITEBYTECODE", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            environment.pop(variable, None)
        (name / "user").mkdir()
        try:
            farm(name, count, environment, report=options.report)
        finally:
            shutil.rmtree(name, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
