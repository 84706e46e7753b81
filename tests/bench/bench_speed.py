"""The processor time and the time of making masks, per texel, beside an earlier version of this package.

Run: python tests/bench/bench_speed.py --base DIR [--sizes N...] [--runs N]
`DIR` is a checkout of that version. Each version runs in a process of its own, which compiles first and then makes the
same textures again; the two take turns, texture by texture, and what counts is the least of each. Ratios below 1 are
gains. On a busy machine times mean little, and processor times a bit more.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

CHILD = """
import json, sys, time
from bluenoise_assets import GaussianFilter, TextureSpec, WeightedFilter, generate_ranks
FILTER = (WeightedFilter(GaussianFilter(1.2), 1.0, 2.0),)
for line in sys.stdin:
    side, effort, channels = json.loads(line)
    spec = TextureSpec("t", (side, side), channels=channels, effort=effort, filter=FILTER)
    began, before = time.perf_counter(), time.process_time()
    generate_ranks(spec)
    seconds, used = time.perf_counter() - began, time.process_time() - before
    print(json.dumps([1e6 * used / (side * side * channels), 1e6 * seconds / (side * side * channels)]), flush=True)
"""


class Version:
    """A process that makes textures with the package of a checkout."""

    def __init__(self, checkout):
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        command = [sys.executable, "-c", CHILD]
        self.process = subprocess.Popen(
            command, cwd=checkout, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def made(self, case):
        """Processor time and time in microseconds per texel."""
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[64, 128, 256, 1024, 2048])
    parser.add_argument("--efforts", nargs="*", default=["fast", "good"])
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    versions = [Version(arguments.base.resolve()), Version(Path(__file__).resolve().parents[2])]
    print(f"{'':12} {'processor us/texel':>24}  ratio {'time us/texel':>24}  ratio")
    for effort in arguments.efforts:
        for side in arguments.sizes:
            case = [side, effort, arguments.channels]
            large = side > 512
            for version in versions:
                version.made([side, "fast", arguments.channels] if large else case)  # compiles
            found = [[], []]
            for _ in range(1 if large else arguments.runs):
                for version, entries in zip(versions, found, strict=True):
                    entries.append(version.made(case))
            (base, now) = ([min(column) for column in zip(*entries, strict=True)] for entries in found)
            shown = "  ".join(f"{b:11.2f} {n:11.2f}  {n / b:5.2f}" for b, n in zip(base, now, strict=True))
            print(f"{side:5} {effort:6} {shown}", flush=True)
    for version in versions:
        version.close()


if __name__ == "__main__":
    main()
