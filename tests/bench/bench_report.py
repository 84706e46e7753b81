"""A report about many masks: what it takes beside a build with nothing to do, how large it is, and one texture's part.

Run: python tests/bench/bench_report.py [--textures 50] [--rounds 5]
Seconds are each the least of the rounds. Ends with 1 if the report takes 10 seconds or more, or its page has 3 MB.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_BYTES = 10, 3_000_000
PYTHON_WITH_NUMPY = "import numpy"
ONE = 128

MANIFEST = """\
schema: 1
output: out
defaults: {{effort: fast, size: 64}}
textures:
  t_{{seed}}: {{matrix: {{seed: 1..{count}}}, seed: "{{seed}}"}}
  one: {{size: {one}}}
"""

REFRESH = """\
import sys, time
from pathlib import Path
from bluenoise_assets import load_manifest
from bluenoise_assets.report.page import collect, row_html, section_html
manifest = load_manifest(Path("game.yaml"))
collect([manifest])  # what is done once
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    (texture,) = collect([manifest], None, frozenset({(manifest.path, "one")})).textures
    row_html(texture), section_html(texture)
    print(time.perf_counter() - began)
"""


def timed(command, folder, environment):
    """Processor and wall-clock seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    tool = [sys.executable, "-m", "bluenoise_assets"]
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name), Path(name) / "out"
        (folder / "game.yaml").write_text(MANIFEST.format(count=options.textures, one=ONE))
        build, report = [*tool, "build", "game.yaml"], [*tool, "report", "game.yaml"]
        timed(build, folder, environment)
        some = [*report, "--only", "t_*", "--output", "out"]
        commands = {
            "build, nothing to do": build,
            'python -c "import numpy"': [sys.executable, "-c", PYTHON_WITH_NUMPY],
            f"report, {options.textures} masks of 64x64": some,
        }
        print(f"{'':36} processor s  wall s")
        for label, command in commands.items():
            rounds = [timed(command, folder, environment) for _ in range(options.rounds)]
            processor, wall = map(min, zip(*rounds, strict=True))
            print(f"{label:36} {processor:11.2f} {wall:7.2f}")
        size = {each: (out / f"report.{each}").stat().st_size for each in ("html", "json")}
        print(f"page {size['html'] / 1e6:.2f} MB, JSON {size['json'] / 1e6:.2f} MB")
        refresh = [sys.executable, "-c", REFRESH, str(options.rounds)]
        said = subprocess.run(refresh, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
        print(f"one mask of {ONE}x{ONE} anew: {min(map(float, said.split())):.3f} s")
    return int(wall >= MOST_SECONDS or size["html"] >= MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
