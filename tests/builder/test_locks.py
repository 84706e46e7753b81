"""One build holds a folder at a time, whoever is killed, and whatever the disk can do."""

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from filelock import FileLock as OtherLock
from support.projects import build, contents, project

from bluenoise_assets import BuildError
from bluenoise_assets.builder import locks
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME, FileLock, build_lock


def never():
    return False


def test_a_second_holder_waits_until_the_first_is_done(tmp_path):
    order = []
    told = threading.Event()

    def second():
        with build_lock(tmp_path, never, told.set) as held:
            order.append(("second", held))

    with build_lock(tmp_path, never, lambda: None) as held:
        assert held
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(10)
        order.append(("first", held))
    thread.join(10)
    assert order == [("first", True), ("second", True)]


def test_waiting_can_be_cancelled(tmp_path):
    cancelled = threading.Event()
    with build_lock(tmp_path, never, lambda: None), build_lock(tmp_path, cancelled.is_set, cancelled.set) as held:
        assert not held


def test_a_killed_holder_blocks_nobody(tmp_path):
    code = (
        "import sys, os, pathlib; from bluenoise_assets.builder.locks import build_lock\n"
        "with build_lock(pathlib.Path(sys.argv[1]), lambda: False, lambda: None): print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    waited = []
    with build_lock(tmp_path, never, lambda: waited.append(1)) as held:
        assert held
    assert not waited


def test_another_program_that_locks_the_file_is_waited_for(tmp_path):
    """`filelock` is what earlier versions used: a build of theirs and one of ours exclude each other."""
    path = tmp_path / "lock"
    ours, theirs = FileLock(path), OtherLock(path)
    with theirs:
        assert not ours.acquire()
    assert ours.acquire()
    with pytest.raises(TimeoutError), theirs.acquire(timeout=0.05):
        pass
    ours.release()
    assert not path.exists()


def test_a_folder_that_is_removed_while_it_is_waited_for_is_made_again(tmp_path):
    """As `clean` removes it, which was the holder."""
    out = tmp_path / "out"
    waiting, done = threading.Event(), []

    def second():
        with build_lock(out, waiting=waiting.set) as held:
            done.append(held and (out / BUILD_LOCK_NAME).exists())

    with build_lock(out):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        (out / BUILD_LOCK_NAME).unlink()
        out.rmdir()
    thread.join(10)
    assert done == [True]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no folders")
def test_a_folder_that_can_never_be_made_is_one_clear_error():
    with pytest.raises(BuildError, match="the output folder cannot be written"), build_lock(Path("/proc/none")):
        raise AssertionError


def test_holders_come_and_go_and_never_two_at_once(tmp_path):
    """The file and its folder vanish again and again under those who wait."""
    inside, most, rounds = [], [], []

    def work():
        for _ in range(30):
            with build_lock(tmp_path / "out"):
                inside.append(1)
                most.append(len(inside))
                inside.pop()
            with contextlib.suppress(OSError):
                (tmp_path / "out").rmdir()
            rounds.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(rounds) == 120
    assert max(most) == 1


@pytest.mark.skipif(os.name != "posix", reason="flock is POSIX's")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_disk_that_knows_no_locks_costs_a_warning(tmp_path, monkeypatch, number):
    def fail(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locks.fcntl, "flock", fail)
    told = []
    assert build(project(tmp_path), listener=told.append, cache=tmp_path / "cache").built == 3
    warnings = [event["text"] for event in told if event["event"] == "warning"]
    assert len(warnings) == 1
    assert "this disk knows no locks" in warnings[0]
    assert BUILD_LOCK_NAME not in contents(tmp_path / "out")
    assert build(tmp_path / "game.yaml").fresh == 3


@pytest.mark.skipif(os.name != "posix", reason="flock is POSIX's")
def test_a_failing_unlock_fails_nothing(tmp_path, monkeypatch):
    """Some network drives answer so when the file is closed."""
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    close = os.close

    def fail(descriptor):
        close(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(locks.os, "close", fail)
    lock.release()
    monkeypatch.undo()
    assert FileLock(tmp_path / "lock").acquire()


@pytest.fixture
def another_user():
    """A folder that all may write to, and a way to be nobody."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("becoming another user needs root")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        try:
            yield folder, lambda: os.seteuid(65534)
        finally:
            os.seteuid(0)


def test_what_a_killed_build_of_another_user_left_blocks_nobody(another_user):
    folder, become = another_user
    (folder / BUILD_LOCK_NAME).touch(mode=0o644)
    become()
    waited = []
    with build_lock(folder, waiting=lambda: waited.append(1)) as held:
        assert held
    assert not waited
    assert not (folder / BUILD_LOCK_NAME).exists()


def test_a_build_of_another_user_is_waited_for(another_user):
    folder, become = another_user
    holder = FileLock(folder / BUILD_LOCK_NAME)
    assert holder.acquire()
    become()
    assert not FileLock(folder / BUILD_LOCK_NAME).acquire()
    holder.release()
    assert FileLock(folder / BUILD_LOCK_NAME).acquire()


def test_a_lock_of_another_user_that_we_may_not_even_open_is_one_clear_error(another_user):
    folder, become = another_user
    (folder / BUILD_LOCK_NAME).touch(mode=0o600)
    become()
    with pytest.raises(BuildError, match=r"\.bluenoise\.build is another user's; remove it"), build_lock(folder):
        pass
