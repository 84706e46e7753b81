"""`build --distributed`: two processes make one texture; the second writes nothing, and its loss is borne."""

import hashlib
import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
from support.golden_frames import GOLDEN
from support.paths import ROOT, TESTS
from support.processes import shown
from support.projects import contents, project, run_cli
from support.saves import TIMEOUT

from bluenoise_assets import TextureSpec, load_manifest
from bluenoise_assets.noise import following

pytestmark = pytest.mark.skipif(os.name != "posix", reason="JAX connects processors' processes on Linux and macOS")

FRAMES = "{size: 16, frames: 8, effort: fast, formats: [npy], seed: %d}"
GAME = f"""schema: 1
output: out
textures:
  golden: {FRAMES % 7}
  next: {FRAMES % 8}
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(folder, **environment_of_second):
    """Two processes that build what a folder's manifest says, one after the other; the second one has no manifest."""
    nowhere = folder / "nowhere"
    nowhere.mkdir()
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


def test_two_processes_make_a_texture_and_the_first_bears_the_others_loss(tmp_path):
    project(tmp_path, GAME)
    first, second = start(tmp_path)
    told = []
    for line in first.stdout:
        told.append(line)
        if '"built"' in line and '"golden"' in line:
            break
    second.kill()
    events = ended(first, told)
    assert ended(second) == []
    texels = np.load(tmp_path / "out" / "golden.npy")  # as many shades as texels: each is its rank
    digest = hashlib.sha256(texels[None].astype("<i4").tobytes()).hexdigest()[:16]
    assert digest == GOLDEN["taa"]
    assert contents(tmp_path / "nowhere") == {}
    told = [event["text"] for event in events if event["event"] in {"failed", "error"}]
    host = socket.gethostname()
    assert told in ([], [f"process 1 on {host} is lost; build again, and what is missing is made"])
    assert first.returncode == (1 if told else 0)


def test_others_leave_when_nothing_is_to_be_done_or_the_first_one_fails(tmp_path):
    project(tmp_path, GAME.replace("fast", "bets"))
    first, second = start(tmp_path)
    problems = [event["event"] for event in ended(first)]
    assert (problems, first.returncode) == (["problem"] * 2, 2)
    assert (ended(second), second.returncode) == ([], 0)


def test_processes_of_other_versions_are_refused_by_name(tmp_path):
    project(tmp_path, GAME)
    first, second = start(tmp_path, OTHER_VERSION="0.0.9")
    for process in (first, second):
        (error,) = ended(process)
        assert error["event"] == "error"
        assert f"process 1 on {socket.gethostname()} has bluenoise-assets 0.0.9, process 0 on " in error["text"]
        assert process.returncode == 1
    assert not (tmp_path / "out").exists()


def test_where_there_is_no_cluster_a_line_says_what_to_set(tmp_path):
    project(tmp_path, GAME)
    done = run_cli("build", "game.yaml", "--distributed", cwd=tmp_path, JAX_NUM_PROCESSES="2", JAX_PROCESS_ID="0")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "JAX_COORDINATOR_ADDRESS=HOST:PORT" in done.stderr


@pytest.mark.parametrize("file", sorted(ROOT.joinpath("manifests").glob("*.yaml")), ids=lambda file: file.name)
def test_a_texture_is_understood_elsewhere_as_it_was_meant(file):
    for spec in load_manifest(file).textures:
        said = json.loads(json.dumps(spec.content()))
        assert TextureSpec("t", **following._as_typed(said)).key() == spec.key()
