"""`build --distributed`: two processes make one texture; the second writes nothing, and its loss is borne.

Here it is killed once; `tests/soak/soak_distributed.py` disturbs either in many ways.
"""

import json
import os
import socket

import pytest
from support.distributed_builds import GAME, ended, golden_is_right, start, what_went_wrong
from support.paths import ROOT
from support.projects import contents, project, run_cli

from bluenoise_assets import TextureSpec, load_manifest
from bluenoise_assets.noise import following

pytestmark = pytest.mark.skipif(os.name != "posix", reason="JAX connects processors' processes on Linux and macOS")
HOST = socket.gethostname()


def test_two_processes_make_a_texture_and_the_first_bears_the_others_loss(tmp_path):
    project(tmp_path, GAME)
    first, second = start(tmp_path)
    told = []
    for line in first.stdout:
        told.append(line)
        if '"built"' in line:
            break
    second.kill()
    events = ended(first, told)
    assert ended(second) == []
    assert golden_is_right(tmp_path)
    assert contents(tmp_path / "nowhere") == {}
    wrong = what_went_wrong(events)
    assert wrong in ([], [f"process 1 on {HOST} is lost; build again, and what is missing is made"])
    assert first.returncode == (1 if wrong else 0)


def test_the_others_leave_when_the_first_one_fails(tmp_path):
    project(tmp_path, GAME.replace("fast", "bets"))
    first, second = start(tmp_path)
    assert [event["event"] for event in ended(first)] == ["problem", "problem"]
    assert first.returncode == 2
    assert (ended(second), second.returncode) == ([], 0)


def test_processes_of_other_versions_are_refused_by_name(tmp_path):
    project(tmp_path, GAME)
    for process in start(tmp_path, OTHER_VERSION="0.0.9"):
        (error,) = ended(process)
        assert error["event"] == "error"
        assert f"process 1 on {HOST} has bluenoise-assets 0.0.9, process 0 on {HOST} has " in error["text"]
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


@pytest.mark.parametrize("option", ["--executor=dask", "--scheduler=tcp://127.0.0.1:1"])
def test_it_is_not_for_dask_s_workers(tmp_path, option):
    project(tmp_path, GAME)
    done = run_cli("build", "--distributed", option, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().endswith("take one or the other")
