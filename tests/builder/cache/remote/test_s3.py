"""A remote cache in a store with a real S3 API: what one clone made no other makes, and no trouble stops a build."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.fault_proxy import SECRET, FaultProxy
from support.pages import fences, run_block
from support.paths import ROOT
from support.processes import PROGRESS_LINE, run_to_end, shown
from support.projects import contents
from support.remote_faults import TEXTURES, Trouble, as_user, clone
from support.s3 import BUCKET, KEYS, environment, file_system, s3_server
from support.saves import TIMEOUT

COUNT = 5


@pytest.fixture(scope="module")
def port():
    with s3_server() as found:
        yield found


@pytest.fixture
def trouble(request, port, tmp_path):
    made = Trouble(tmp_path, port, request.node.name.translate({ord("["): "-", ord("]"): None}), COUNT)
    yield made
    made.proxy.close()


def test_what_one_clone_made_the_other_does_not_by_the_commands_of_the_page(port, tmp_path):
    """Two clones, two users' caches, one remote."""
    everybody, ci = (fence.text for fence in fences("manifests/remote_cache.md"))
    clones = {}
    for name, block, how in (("ci", ci, ""), ("everybody", everybody, "  (from the remote cache)")):
        folder = clones[name] = tmp_path / name
        (folder / "manifests").mkdir(parents=True)
        (folder / "manifests" / "game.yaml").write_text(TEXTURES.format(count=4))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = (
            os.environ
            | environment(port)
            | {
                "PATH": path,
                "PYTHONPATH": str(ROOT),
                "XDG_CACHE_HOME": str(folder / "cache"),
                "BLUENOISE_REMOTE_TIMEOUT": "3000",
            }
        )
        done = run_block(block, folder, env)
        assert done.returncode == 0
        assert PROGRESS_LINE.sub("", done.stderr) == ""
        *built, last = done.stdout.splitlines()
        assert last == "4 built"
        assert [line.endswith(how) and ("  (" in line) == bool(how) for line in built] == [True] * 4
    first, second = clones.values()
    assert contents(second / "manifests" / "out") == contents(first / "manifests" / "out")
    entries = "cache/bluenoise-assets/textures"
    assert contents(second / entries) == contents(first / entries)
    for data in contents(first / "manifests" / "out").values():
        assert KEYS["AWS_SECRET_ACCESS_KEY"].encode() not in data
        assert BUCKET.encode() not in data


def test_it_is_only_read_unless_a_setting_says_otherwise_and_then_gets_what_is_in_the_local_cache(port, trouble):
    """So a remote that was down, or another one, when textures were made has them later."""
    store = file_system(port)
    with as_user(port):
        trouble.first.build(trouble.remote)
        assert store.find(trouble.remote) == []
        (trouble.first.folder / "out" / "t_1.png").unlink()
        made, warnings, _ = trouble.first.build(trouble.remote, write=True)
    assert (made, warnings) == ({"t_1": "cache"}, [])
    assert len(store.find(trouble.remote)) == 1


def test_a_slow_remote_is_waited_for_by_all_threads_at_once(trouble):
    trouble.fill()
    trouble.proxy.latency = 1.0
    made, warnings, _ = trouble.build("other")
    assert (set(made.values()), warnings) == ({"remote"}, [])


UNREAD = {
    "cut": "it cannot be reached, or the connection breaks off",
    "403": "access is denied, or there are no valid credentials",
    "500": "it reports an error of its own",
}


@pytest.mark.parametrize("fault", UNREAD)
def test_what_cannot_be_read_is_made(fault, trouble, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    trouble.fill()
    trouble.proxy.fault = fault
    made, warnings, _ = trouble.build("other")
    assert set(made.values()) == {"made"}
    (warning,) = warnings
    assert f"{trouble.remote}: the remote cache cannot be read: {UNREAD[fault]}" in warning


def test_an_object_that_is_damaged_on_its_way_is_named_and_its_texture_made(trouble):
    trouble.fill()
    trouble.proxy.fault = "flipped"
    made, warnings, _ = trouble.build("other")
    assert set(made.values()) == {"made"}
    assert len(warnings) == COUNT
    names = file_system(trouble.port).find(trouble.remote)
    for name in names:
        (warning,) = [text for text in warnings if f"s3://{name}: " in text]
        assert "was damaged (" in warning


def test_damaged_objects_are_replaced_by_who_may_write(port, trouble):
    trouble.fill()
    store = file_system(port)
    first, second, empty, swapped, huge = store.find(trouble.remote)
    good = store.cat([first, second, empty, swapped, huge])
    for name, bad in {
        first: good[first][:-1],
        empty: b"",
        swapped: good[second],
        huge: good[huge] + bytes(2**21),
    }.items():
        store.pipe_file(name, bad)
    with as_user(port):
        other = clone(trouble.folder / "writer", COUNT)
        made, warnings, _ = other.build(trouble.remote, write=True)
    assert sorted(made.values()) == ["made"] * 4 + ["remote"]
    whys = sorted(text.partition("(")[2].partition(")")[0] for text in warnings)
    assert whys == [
        "it is larger than such an entry can be",
        "it is of another texture: its key differs",
        "its checksum is wrong",
        "its checksum is wrong",
    ]
    assert store.cat([first, second, empty, swapped, huge]) == good
    assert other.textures == trouble.first.textures


def test_a_remote_that_is_full_costs_one_warning(trouble, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    trouble.proxy.fault, trouble.proxy.methods = "507", ("PUT",)
    trouble.first.build(None)
    made, warnings, _ = trouble.build("other", write=True)
    assert set(made.values()) == {"made"}
    (warning,) = warnings
    assert f"{trouble.remote}: the remote cache cannot be written: there is no more room" in warning


def test_a_remote_that_hangs_is_left_alone_after_its_time_and_by_the_next_builds(trouble):
    trouble.fill()
    trouble.proxy.fault = "hang"
    made, warnings, _ = trouble.build("other", seconds=1.0)
    assert set(made.values()) == {"made"}
    (warning,) = warnings
    assert "has made the build wait for 1 s in all; this build leaves it alone" in warning
    made, warnings, _ = trouble.build("again", seconds=1.0)
    assert (set(made.values()), warnings) == ({"made"}, [])  # it was not even asked, or there would be a warning


def test_a_bucket_that_is_not_there_is_told(port, trouble):
    with as_user(port):
        trouble.first.build("s3://no-such-bucket/noise")
        _, warnings, _ = clone(trouble.folder / "other", COUNT).build("s3://nor-this-one/noise", write=True)
    (warning,) = warnings
    assert "there is no such bucket, container or folder" in warning


ENDS = """
import os
from pathlib import Path

import bluenoise_assets as bn
from bluenoise_assets.builder.cache.settings import CacheSettings


def build(name, **more):
    cache = CacheSettings(Path("cache"), f"s3://{bucket}/{{name}}", **more)
    manifest = bn.load_manifest("game.yaml")
    listener = lambda event: print(event.text) if event.event == "warning" else None
    assert bn.build_manifests(manifest, Path(name), cache=cache, listener=listener).built == 5


os.environ["AWS_MAX_ATTEMPTS"] = "1"
build("refused", write=True, seconds=3000)
os.environ["AWS_ENDPOINT_URL"] = "{endpoint}"
for entry in Path("cache").rglob("*"):
    entry.is_file() and entry.unlink()
build("hangs", seconds=0.5)
"""


@pytest.mark.skipif(os.name != "posix", reason="the signals are POSIX's")
def test_neither_ctrl_c_nor_pythons_end_waits_for_a_remote_that_hangs_and_nothing_raw_is_shown(port, tmp_path):
    proxy = FaultProxy(port)
    proxy.fault = "hang"
    one = clone(tmp_path / "one", COUNT)
    command = [sys.executable, "-m", "bluenoise_assets", "build", "game.yaml", "--cache", "cache"]
    users = os.environ | environment(proxy.port) | {"PYTHONPATH": str(ROOT)}
    users |= {"BLUENOISE_REMOTE_CACHE": f"s3://{BUCKET}/hangs", "BLUENOISE_REMOTE_TIMEOUT": "3000"}
    process = subprocess.Popen(command, cwd=one.folder, env=users, stderr=subprocess.PIPE, text=True)
    while len(proxy.requests) < COUNT:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT)
    shown("build", process.returncode, "", err)
    assert process.returncode == 130
    assert err.endswith("bluenoise-assets: error: interrupted\n")
    refuses = FaultProxy(port)
    refuses.fault = "403"
    (one.folder / "code.py").write_text(ENDS.format(bucket=BUCKET, endpoint=f"http://127.0.0.1:{proxy.port}"))
    users |= environment(refuses.port)
    done = run_to_end([sys.executable, "code.py"], cwd=one.folder, env=users, timeout=TIMEOUT)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.splitlines()
    assert "cannot be read: access is denied" in first
    assert "cannot be written: access is denied" in second
    assert "has made the build wait for 0.5 s in all" in third
    assert SECRET not in done.stdout
    for one in (proxy, refuses):
        one.close()
