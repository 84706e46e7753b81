"""A build of 24 textures with a remote cache in each kind of trouble, with the store's own number of attempts and the
default patience of 30 s; what each costs. Run: python -m pytest tests/soak/soak_remote.py -s
"""

import os
import subprocess

import pytest
from support.fault_proxy import FAULTS
from support.remote_faults import Trouble, as_user, clone
from support.s3 import s3_server

from bluenoise_assets.builder.cache.settings import DEFAULT_SECONDS

COUNT = 24
NONE = "none"


@pytest.fixture(scope="module")
def port():
    with s3_server() as found:
        yield found


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The seconds that a build without a remote takes, when all is compiled."""
    folder = tmp_path_factory.mktemp("alone")
    clone(folder / "warm", COUNT).build(None)
    _, _, seconds = clone(folder / "alone", COUNT).build(None)
    print(f"\n{COUNT} textures made without a remote: {seconds:.1f} s")
    return seconds


def told(what, made, warnings, seconds, alone):
    reused = sum(how == "remote" for how in made.values())
    print(f"\n{what}: {seconds:.1f} s, {reused} of {COUNT} from the remote, {len(warnings)} warnings: {warnings[:1]}")
    assert seconds < alone * 2 + DEFAULT_SECONDS + 5  # a machine at rest: it says nothing of a busy one


@pytest.mark.parametrize("fault", [NONE, "latency", "down", *FAULTS])
def test_reading(fault, port, alone, tmp_path):
    trouble = Trouble(tmp_path, port, f"reading-{fault}", COUNT)
    trouble.fill()
    trouble.proxy.latency = 5.0 * (fault == "latency")
    trouble.proxy.fault = fault if fault in FAULTS else ""
    if fault == "down":
        trouble.proxy.close()
    made, warnings, seconds = trouble.build("other", seconds=DEFAULT_SECONDS)
    told(f"reading, {fault}", made, warnings, seconds, alone)
    if fault in {NONE, "latency"}:
        assert (set(made.values()), warnings) == ({"remote"}, [])
    else:
        assert set(made.values()) == {"made"}
        assert warnings
    trouble.proxy.close()


@pytest.mark.parametrize("fault", [NONE, "latency", "down", "403", "500", "507", "hang"])
def test_writing(fault, port, alone, tmp_path):
    """Reading is in order, and finds nothing."""
    trouble = Trouble(tmp_path, port, f"writing-{fault}", COUNT)
    trouble.first.build(None)
    trouble.proxy.latency = 5.0 * (fault == "latency")
    trouble.proxy.fault, trouble.proxy.methods = fault if fault in FAULTS else "", ("PUT",)
    if fault == "down":
        trouble.proxy.close()
    made, warnings, seconds = trouble.build("other", write=True, seconds=DEFAULT_SECONDS)
    told(f"writing, {fault}", made, warnings, seconds, alone)
    assert set(made.values()) == {"made"}
    if fault != "latency":  # whose uploads may just not end in time
        assert bool(warnings) == (fault != NONE)
    trouble.proxy.close()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB, which takes a right that not every user has."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False)
    if mounted.returncode:
        pytest.skip("it takes root to mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_shared_folder(small_disk, alone, tmp_path):
    (small_disk / "filler").write_bytes(bytes(32 * 1024))
    first = clone(tmp_path / "first", COUNT)
    made, warnings, seconds = first.build(str(small_disk / "remote"), write=True, seconds=DEFAULT_SECONDS)
    told("writing, a full shared folder", made, warnings, seconds, alone)
    assert set(made.values()) == {"made"}
    assert len(warnings) == 1
    assert "there is no more room" in warnings[0]
    assert not [name for _, _, names in os.walk(small_disk) for name in names if "tmp" in name]


def test_a_full_local_disk(small_disk, port, alone, tmp_path):
    trouble = Trouble(tmp_path, port, "local", COUNT)
    trouble.fill()
    (small_disk / "filler").write_bytes(bytes(56 * 1024))
    second = clone(tmp_path / "second", COUNT)
    (second.folder / "cache").symlink_to(small_disk)
    with as_user(port):
        made, warnings, seconds = second.build(trouble.remote, seconds=DEFAULT_SECONDS)
    told("reading, a full local disk", made, warnings, seconds, alone)
    assert set(made.values()) == {"remote"}
    assert len(warnings) == 1
    assert second.textures == trouble.first.textures
