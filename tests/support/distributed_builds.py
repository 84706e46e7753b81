"""Builds by two processes, and what becomes of them when one is killed, stopped or interrupted."""

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time

import numpy as np
from support.golden_frames import GOLDEN
from support.paths import ROOT, TESTS
from support.processes import shown
from support.projects import build, contents, project
from support.saves import TIMEOUT

FRAMES = "{size: 16, frames: 8, effort: fast, formats: [npy], seed: %d}"
GAME = f"""schema: 1
output: out
textures:
  golden: {FRAMES % 7}
  next: {FRAMES % 8}
"""

ACTS = [(1, "SIGKILL"), (1, "SIGSTOP"), (1, "SIGTERM"), (0, "SIGKILL"), (0, "SIGINT"), (0, "SIGTERM")]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(folder, **environment_of_second):
    """Two processes that build what a folder's manifest says; the second one is elsewhere, where there is none."""
    nowhere = folder / "nowhere"
    nowhere.mkdir(exist_ok=True)
    command = [sys.executable, TESTS / "support" / "distributed_build.py", "build", "--distributed", "--json"]
    command += ["--jobs", "1", "--cache", "off"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "XLA_FLAGS": "", "JAX_NUM_PROCESSES": "2"}
    environment["JAX_COORDINATOR_ADDRESS"] = f"127.0.0.1:{free_port()}"
    return [
        subprocess.Popen(
            command,
            cwd=place,
            env=environment | {"JAX_PROCESS_ID": str(index)} | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index, (place, more) in enumerate([(folder, {}), (nowhere, environment_of_second)])
    ]


def ended(process, before=()):
    """The events that a process told, once it has ended."""
    out, err = process.communicate(timeout=TIMEOUT)
    shown("build --distributed", process.returncode, out, err)
    return [json.loads(line) for line in [*before, *out.splitlines()]]


def golden_is_right(folder):
    """Whether the golden texture is there, with the bytes that it always had: each texel is its rank."""
    texels = np.load(folder / "out" / "golden.npy")
    return hashlib.sha256(texels[None].astype("<i4").tobytes()).hexdigest()[:16] == GOLDEN["taa"]


def what_went_wrong(events):
    return [event["text"] for event in events if event["event"] in {"failed", "error"}]


def disturbed_builds(folder, count, seed):
    """Builds of which one process is disturbed at a random moment; in how many that was before anything was built."""
    chance, early = random.Random(seed), 0
    for turn in range(count):
        place = folder / str(turn)
        place.mkdir()
        project(place, GAME)
        pair = start(place)
        begun = pair[0].stdout.readline()
        assert '"begun"' in begun
        time.sleep(chance.uniform(0, 8))
        which, name = ACTS[turn % len(ACTS)]
        pair[which].send_signal(getattr(signal, name))
        events = ended(pair[0], [begun])
        if name == "SIGSTOP":
            pair[1].kill()
        ended(pair[1])
        texts = what_went_wrong(events)
        is_done = events[-1]["event"] == "done" and events[-1]["failed"] == 0
        assert len(texts) == (0 if is_done or (which, name) == (0, "SIGKILL") else 1), (name, texts)
        assert contents(place / "nowhere") == {}
        early += not any(event["event"] == "built" for event in events)
        assert build(place / "game.yaml").failed == 0
        assert golden_is_right(place)
    return early
