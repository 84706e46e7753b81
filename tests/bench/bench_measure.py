"""What `measure` says of other generators' textures, beside their figures by independent code; and how long it takes.

Run: python tests/bench/bench_measure.py [--refs DIR] [--part PART...]
`refs`: the folder's textures that are known, each figure with how far it is from the expected one, and fails beyond 2%.
`low` is of ranks there. `time`: seconds and memory of masks and frames, each in a process of its own.
"""

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MOST = 0.02
EXPECTED = {
    "HDR_L_0_128.png": {"low": -36.3, "H1": 0.0445},
    "BlueNoise_256x256.exr": {"low": -31.7, "H1": 0.0371},
    "scalar_gauss1_ema0.1_separate0.5_128x128x32.png": {"low": -22.5, "H1": 0.0501, "ST": 0.0071, "EMA": 0.0386},
    "scalar_binomial3_ema0.1_product_128x128x32.png": {"low": -25.6, "H1": 0.0407, "ST": 0.0061, "EMA": 0.0878},
    "vec2_gauss1_ema0.1_separate0.5_128x128x32.png": {"H1": 0.0544, "ST": 0.0100, "EMA": 0.0430},
}
SIZES = {"128x128": (128, 128), "1024x1024": (1024, 1024), "2048x2048": (2048, 2048)} | {
    "128x128, 32 frames": (32, 128, 128),
    "512x512, 32 frames": (32, 512, 512),
}


def refs(options):
    if options.refs is None:
        sys.exit("--refs DIR: a folder with other generators' textures")
    files = sorted(path for path in options.refs.rglob("*") if path.suffix in {".png", ".exr", ".dds", ".ktx2", ".npy"})
    command = [sys.executable, "-m", "bluenoise_assets", "measure", "--json", *map(str, files)]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    worst, seen = 0.0, set()
    for found in map(json.loads, lines):
        name, channel = Path(found["file"]).name, found["figures"][0]
        rms = found.get("vectors", channel)["pattern_rms"]
        figures = {"low": channel["rank_low_frequency_db"]} | rms
        texts = [f"{key} {value:.4f}" if key != "low" else f"low {value:.2f}" for key, value in figures.items()]
        for place, (key, expected) in enumerate(EXPECTED.get(name, {}).items()):
            away = abs(figures[key] / expected - 1)
            worst = max(worst, away)
            index = [text.split(" ")[0] for text in texts].index(key)
            texts[index] += f" ({expected:g}: {100 * away:.1f}%)"
            seen.add((name, place))
        faults = ", ".join(fault["name"] for fault in found["faults"])
        print(f"{name:48} {'  '.join(texts)}{f'  faults: {faults}' if faults else ''}")
    wanted = sum(map(len, EXPECTED.values()))
    print(f"{len(seen)} of {wanted} expected figures; the farthest is {100 * worst:.2f}% away")
    if worst > MOST or len(seen) < wanted:
        sys.exit(1)


def measured_apart(path):
    from bluenoise_assets.report.measured.measurement import measured
    from bluenoise_assets.report.measured.reading import read_textures

    began = time.process_time(), time.perf_counter()
    (file,) = read_textures(Path(path))
    measured(file)
    cpu, wall = time.process_time() - began[0], time.perf_counter() - began[1]
    return cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def timed(_):
    with tempfile.TemporaryDirectory() as folder:
        for name, shape in SIZES.items():
            path = Path(folder, "noise.npy")
            np.save(path, np.random.default_rng(0).integers(0, 65536, shape, np.uint16))
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                cpu, wall, peak = pool.apply(measured_apart, (str(path),))
            print(f"{name:24} {cpu:6.1f} CPU s, {wall:6.1f} s, {peak / 1e6:6.0f} MB", flush=True)


PARTS = {"refs": refs, "time": timed}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path, metavar="DIR")
    parser.add_argument("--part", nargs="*", choices=[*PARTS], default=[*PARTS])
    arguments = parser.parse_args()
    for part in arguments.part:
        PARTS[part](arguments)
