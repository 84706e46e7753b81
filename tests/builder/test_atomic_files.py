"""Files are written whole or not at all; one build holds a folder at a time."""

import os
import subprocess
import sys
import threading

import pytest

from bluenoise_assets import BuildError
from bluenoise_assets.builder import atomic_files
from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX, build_lock, file_sha256, remove_strays, write_atomic


def never():
    return False


def test_write_and_hash(tmp_path):
    path = tmp_path / "folder" / "x.bin"
    assert write_atomic(path, b"abc")
    assert path.read_bytes() == b"abc"
    # FIPS 180-2, appendix B.1
    assert file_sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_sha256(tmp_path / "none") is None
    assert file_sha256(path / "below a file") is None


def test_the_same_bytes_are_not_written_again(tmp_path):
    path = tmp_path / "x"
    write_atomic(path, b"abc")
    before = path.stat()
    assert not write_atomic(path, b"abc")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_atomic(path, b"abd")


def test_what_does_not_verify_never_replaces_the_old_file(tmp_path):
    path = tmp_path / "x"
    write_atomic(path, b"old")

    def verify(data):
        assert data == b"new"
        raise BuildError("other texels")

    with pytest.raises(BuildError, match="other texels"):
        write_atomic(path, b"new", verify)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file_and_no_temporary_one(tmp_path, monkeypatch, step):
    path = tmp_path / "x"
    write_atomic(path, b"old")

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files.os if step == "fsync" else atomic_files.Path, step, fail)
    with pytest.raises(BuildError, match="x: cannot be written: No space left on device"):
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_a_disk_that_lies_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files.Path, "read_bytes", lambda _path: b"garbage")
    with pytest.raises(BuildError, match="gave other bytes"):
        write_atomic(tmp_path / "x", b"new")
    assert os.listdir(tmp_path) == []


def test_a_file_in_place_of_a_folder_is_one_clear_error(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(BuildError, match="cannot be written"):
        write_atomic(tmp_path / "out" / "x", b"new")
    with (
        pytest.raises(BuildError, match="out: the output folder cannot be written"),
        build_lock(tmp_path / "out", never, lambda: None),
    ):
        pass


def test_strays_of_killed_builds_are_removed_and_nothing_else(tmp_path):
    for folder in (tmp_path, tmp_path / "unity" / "ui", tmp_path / "else"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{TEMPORARY_PREFIX}123-abc").write_text("torn")
        (folder / "mine.png").write_text("whole")
    remove_strays(tmp_path, ["a.png", "unity/ui/b.png", "nowhere/c.png"])
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"mine.png", "unity/ui/mine.png", "else/mine.png", f"else/{TEMPORARY_PREFIX}123-abc"}


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
        "import sys, os, pathlib; from bluenoise_assets.builder.atomic_files import build_lock\n"
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


def test_the_cache_folder_honours_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert atomic_files.user_cache_folder() == tmp_path / "bluenoise-assets"
