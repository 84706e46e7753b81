"""How fast files are written and read back, against numpy's plain copy of the same texels; and one build for all engines.

python tests/bench/bench_formats.py [--side 2048]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from bluenoise_assets.builder.encoding import decode, encode, image_of
from bluenoise_assets.engines.outputs import outputs
from bluenoise_assets.formats.registry import FORMATS, MAX_SOURCE_VALUES
from bluenoise_assets.spec import TextureSpec

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
BUILD_LIMIT = 15.0


def best(action) -> float:
    """The shortest of some runs, in seconds: what the machine does undisturbed."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return min(found)


def peak(action) -> int:
    tracemalloc.start()
    action()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def formats(side: int) -> None:
    rng = np.random.default_rng(0)
    print(f"{side} x {side}, 4 channels, best of {ROUNDS}; times and memory relative to a plain copy of the texels")
    print("                        encode    memory   read back")
    for encoding, dtype in (("unorm", np.uint16), ("float", np.float32)):
        for name in FORMATS:
            if encoding not in FORMATS[name].encodings:
                continue
            least = min(side, int((MAX_SOURCE_VALUES / 4) ** 0.5) // 4) if name in {"h", "cs"} else side
            texels = rng.integers(0, 65536, (least, least, 4), dtype=np.uint16)
            if encoding == "float":
                texels = ((texels + 0.5) / 65536).astype(dtype)
            spec = TextureSpec(
                "t", (least, least), channels=4, bits=8 * texels.itemsize, encoding=encoding, formats=(name,)
            )
            picture, output = image_of(texels, spec), outputs(spec)[0]
            copy = best(texels.tobytes)
            data = encode(output, spec, picture)
            writing = best(lambda o=output, s=spec, p=picture: encode(o, s, p))
            reading = best(lambda o=output, s=spec, d=data: decode(o, s, d))
            memory = peak(lambda o=output, s=spec, p=picture: encode(o, s, p)) / texels.nbytes
            print(
                f"{encoding} {name:<5} {len(data):>10} B {writing / copy:7.1f} x {memory:6.1f} x {reading / copy:9.1f} x"
            )


def build() -> None:
    """From nothing, with an empty cache, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CACHE_HOME": f"{folder}/cache", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bluenoise_assets", "build", "--quiet", "--output", f"{folder}/out"]
        began = time.perf_counter()
        subprocess.run([*command, ROOT / "manifests" / "engines.yaml"], env=environment, check=True)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import jax; jax.devices()"], env=environment, check=True)
        reference = time.perf_counter() - began
        files = sum(path.is_file() for path in Path(folder, "out").rglob("*"))
        shutil.rmtree(f"{folder}/out")
    ratio = seconds / reference
    print(
        f"manifests/engines.yaml, {files} files: {seconds:.1f} s (limit {BUILD_LIMIT:g}), {ratio:.1f} x importing jax"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=2048)
    formats(parser.parse_args().side)
    build()
