"""Builds that are killed at a random moment, and what must be true afterwards. Shared by the suite and tests/soak/."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from projects import contents

from bluenoise_assets import load_manifest, make_plan
from bluenoise_assets.build import build_manifests
from bluenoise_assets.encode import png
from bluenoise_assets.lock import read_lock
from bluenoise_assets.store import TEMPORARY_PREFIX

TEXTURES = 24
MANIFEST = """\
schema: 1
output: out
defaults: {optimizer: {steps: 200}, objective: {spectrum: {fine_tuning: 50}}}
textures:
  n_{i}:
    matrix: {i: [%s]}
    size: 24
    seed: "{i}"
shaders: [glsl, hlsl]
"""


def killed_builds(folder: Path, kills: int, seed: int = 0) -> int:
    """Kill that many builds; return how many died between the first temporary file and the last lock's replacement."""
    rng = random.Random(seed)
    manifest = folder / "game.yaml"
    manifest.write_text(MANIFEST % ", ".join(map(str, range(TEXTURES))))
    out, cache = folder / "out", folder / "cache"
    command = [sys.executable, "-m", "bluenoise_assets", "build", str(manifest), "--quiet", "--jobs", "1"]
    paths = os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(cache)}

    def start():
        return subprocess.Popen(command, env=environment)

    def wait_for_the_first_file(process):
        while process.poll() is None:
            if out.is_dir() and any(name != ".bluenoise.build" for name in os.listdir(out)):
                return time.monotonic()
            time.sleep(0.001)
        raise AssertionError("the build ended before it was seen to write")

    assert start().wait() == 0  # fills the cache of compiled programs
    reference = contents(out)
    windows = []
    for _ in range(3):
        shutil.rmtree(out)
        process = start()
        began = wait_for_the_first_file(process)
        while is_inside(out, reference):
            time.sleep(0.001)
        windows.append(time.monotonic() - began)
        assert process.wait() == 0
    window = sorted(windows)[1]

    inside = 0
    for _ in range(kills):
        shutil.rmtree(out)
        process = start()
        wait_for_the_first_file(process)
        time.sleep(rng.uniform(0, window))
        process.kill()
        process.wait()
        inside += is_inside(out, reference)
        check_whole(out, reference)
        complete(manifest, out, reference)
    return inside


def is_inside(out: Path, reference: dict[str, bytes]) -> bool:
    """Whether a build that has begun to write has not yet put its last lock in place."""
    lock = out / "bluenoise.lock.json"
    return not lock.exists() or lock.read_bytes() != reference["bluenoise.lock.json"]


def check_whole(out: Path, reference: dict[str, bytes]) -> None:
    """Every file under its own name is whole, and what the lock says is true."""
    lock = read_lock(out)
    found = contents(out)
    for file, data in found.items():
        if file == "bluenoise.lock.json" or file.startswith(TEMPORARY_PREFIX):
            continue
        assert data == reference[file], f"{file} is torn"
        if file.endswith(".png"):
            png.decode(data)
    assert set(lock) <= set(found)


def complete(manifest: Path, out: Path, reference: dict[str, bytes]) -> None:
    """The next build makes everything, leaves no temporary file, and `check` agrees."""
    summary = build_manifests([load_manifest(manifest)], jobs=2)
    assert summary.failed == 0
    assert contents(out) == reference
    (plan,) = make_plan([load_manifest(manifest)])
    assert not plan.stale
