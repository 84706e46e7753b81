"""Textures made by dask's workers: the same bytes, whatever is lost on the way. A real scheduler, real processes."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from support.farm import Farm, build_with_faults, until
from support.paths import ROOT
from support.projects import QUICK, build, contents, project

from bluenoise_assets import load_manifest
from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.executors.dask_cluster import DaskCluster

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and shell loops are POSIX's")


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    made = Farm(tmp_path_factory.mktemp("farm"), workers=2, seconds=0.3)
    yield made
    made.close()


def manifest(folder, *names, more=""):
    textures = "".join(f"  {name}: {{seed: {seed}{more}}}\n" for seed, name in enumerate(names, 10))
    return project(folder, f"schema: 1\noutput: out\ndefaults: {{size: 8, {QUICK}}}\ntextures:\n{textures}")


def build_on(farm, path, scheduler=None, **options):
    """A build, and what it told."""
    events, cluster = [], DaskCluster(scheduler or farm.address)
    try:
        summary = build(path, listener=events.append, cluster=cluster, **options)
    finally:
        cluster.close()
    return summary, events


def texts(events, kind):
    return [event["text"] for event in events if event["event"] == kind]


def test_a_lost_worker_and_a_lost_scheduler_lose_no_texture(tmp_path, farm):
    """A tenth of tests/soak/soak_dask.py."""
    print(build_with_faults(tmp_path, farm, 8))


def test_what_a_worker_tells_is_what_a_thread_tells(tmp_path, farm):
    path = manifest(tmp_path, "a", "b")
    here, there = [], []
    build(path, listener=here.append, output=tmp_path / "here")
    there = build_on(farm, path, str(farm.file), output=tmp_path / "there")[1]

    def stages(events, name):
        told = [event for event in events if event.get("texture") == name]
        assert [event["event"] for event in told[:2]] == ["started", "progress"]
        assert told[-1]["event"] == "built"
        shares = [event["share"] for event in told if event["event"] == "progress"]
        assert shares == sorted(shares)
        return list(dict.fromkeys(event["stage"] for event in told if event["event"] == "progress"))

    for name in "ab":
        assert stages(here, name) == stages(there, name) == ["starting", "optimising", "measuring", "writing"]
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_what_fails_on_a_worker_is_one_line_and_stops_no_other(tmp_path, farm):
    summary, events = build_on(farm, manifest(tmp_path, "broken", "full", "c"))
    assert (summary.built, summary.failed) == (1, 2)
    assert sorted(texts(events, "failed")) == ["the device is on fire", "there is not enough memory"]
    with pytest.raises(RuntimeError, match=r"on a dask worker:[\s\S]*ZeroDivisionError: ours"):
        build_on(farm, manifest(tmp_path, "bug"))


def test_workers_of_another_version_or_without_the_package_are_refused_by_name(tmp_path, farm):
    loops = [farm.add("ancient", "old"), farm.add("empty", "bare")]
    try:
        until(lambda: "name: empty" in log(farm) and "name: ancient" in log(farm), "two more workers")
        summary, events = build_on(farm, manifest(tmp_path, *"defghi"), force=True)
    finally:
        for loop in loops:
            farm.end(loop)
    assert summary.built == 6
    (told,) = texts(events, "warning")
    assert "these 2 dask workers get nothing to do: ancient has bluenoise-assets 0.0.9 (algorithm 1, figures 0)" in told
    assert "empty cannot import bluenoise_assets" in told


def test_two_users_who_want_the_same_at_once_get_it_made_once(tmp_path, farm):
    """By dask, as long as it is being made, and then by the remote cache, into which the workers put it."""
    path, remote = manifest(tmp_path, *"jklm"), tmp_path / "remote"
    remote.mkdir()
    built, before = {}, len(farm.notes("makes"))

    def user(name):
        cache = CacheSettings(tmp_path / name / "cache", str(remote), write=True)
        built[name] = build_on(farm, path, output=tmp_path / name / "out", cache=cache)

    users = [threading.Thread(target=user, args=(name,)) for name in ("ann", "bob")]
    for thread in users:
        thread.start()
    for thread in users:
        thread.join()
    assert [summary.built for summary, _ in built.values()] == [4, 4]
    assert contents(tmp_path / "ann" / "out") == contents(tmp_path / "bob" / "out")
    keys = {spec.key() for spec in load_manifest(path).textures}
    assert sorted(key.split()[0] for *_, key in farm.notes("makes")[before:]) == sorted(keys)
    assert {file.name for file in remote.rglob("*") if file.is_file()} == keys
    user("cid")
    assert {event["reused"] for event in built["cid"][1] if event["event"] == "built"} == {"remote"}


def log(farm):
    return (farm.folder / "scheduler.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_stop_when_the_build_is_interrupted_or_just_gone(tmp_path, farm, number):
    path = manifest(tmp_path, f"endless_{number.name.lower()}")
    before = len(farm.notes("cancelled"))
    command = [sys.executable, "-m", "bluenoise_assets", "build", path, "--scheduler", farm.address, "--cache", "off"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    count = len(farm.notes("makes"))
    until(lambda: len(farm.notes("makes")) > count, "begun")
    process.send_signal(number)
    out, err = process.communicate()
    until(lambda: len(farm.notes("cancelled")) > before, "cancelled")
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert err.splitlines()[-1] == "bluenoise-assets: error: interrupted"
    assert not out
    assert not list(tmp_path.rglob("*.png"))
