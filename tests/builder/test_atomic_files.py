"""Files are read whole and only if they are files, and written whole or not at all, never out of their folder."""

import os
from pathlib import Path

import pytest

from bluenoise_assets import BuildError
from bluenoise_assets.builder import atomic_files
from bluenoise_assets.builder.atomic_files import (
    TEMPORARY_PREFIX,
    file_sha256,
    read_regular,
    remove_file,
    remove_strays,
    write_atomic,
)
from bluenoise_assets.builder.locks import build_lock


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

    def fail(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files.os, step, fail)
    with pytest.raises(BuildError, match="x: cannot be written: No space left on device"):
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_a_disk_that_lies_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files, "_read_back", lambda _name, _folder: b"garbage")
    with pytest.raises(BuildError, match="gave other bytes"):
        write_atomic(tmp_path / "x", b"new")
    assert os.listdir(tmp_path) == []


def test_a_file_in_place_of_a_folder_is_one_clear_error(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(BuildError, match="cannot be written"):
        write_atomic(tmp_path / "out" / "x", b"new")
    with (
        pytest.raises(BuildError, match="out: the output folder cannot be written"),
        build_lock(tmp_path / "out"),
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


def test_only_regular_files_of_a_size_are_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert read_regular(path, 3) == b"abc"
    with pytest.raises(OSError, match="larger than 2 bytes"):
        read_regular(path, 2)
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path, 3)
    for name in ("nowhere", "x/below"):
        with pytest.raises((FileNotFoundError, NotADirectoryError)):
            read_regular(tmp_path / name, 3)
    for name in ("a\0b", "\ud800"):
        with pytest.raises(OSError, match="cannot store this name"):
            read_regular(tmp_path / name, 3)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are POSIX's")
def test_pipes_and_devices_are_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="a pipe or a device"):
            read_regular(path, 10)
        with pytest.raises(BuildError, match="a pipe or a device"):
            file_sha256(path)
    assert write_atomic(tmp_path / "pipe", b"abc", inside=tmp_path)
    assert (tmp_path / "pipe").read_bytes() == b"abc"


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
@pytest.mark.parametrize("when", ["before", "during"])
def test_a_folder_that_becomes_a_link_is_not_followed_out(tmp_path, when):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    (out / "ui").mkdir(parents=True)
    elsewhere.mkdir()

    def swap(_data=b""):
        (out / "ui").rename(out / "was")
        (out / "ui").symlink_to(elsewhere)

    if when == "before":
        swap()
        with pytest.raises(BuildError, match="a symbolic link leads out of the output folder"):
            write_atomic(out / "ui" / "x", b"new", inside=out)
        (elsewhere / "x").write_text("mine")
        with pytest.raises(BuildError, match="a symbolic link leads out of the output folder"):
            remove_file(out / "ui" / "x", out)
        assert os.listdir(elsewhere) == ["x"]
    else:
        write_atomic(out / "ui" / "x", b"new", swap, inside=out)
        assert os.listdir(elsewhere) == []
        assert os.listdir(out / "was") == ["x"]


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_link_that_is_put_there_after_the_check_is_not_followed(tmp_path, monkeypatch):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / "sub").mkdir(parents=True)
    (out / "sub" / "ui").symlink_to(elsewhere)
    monkeypatch.setattr(atomic_files, "check_inside", lambda _folder, _path: None)
    with pytest.raises(BuildError, match="symbolic link"):
        write_atomic(out / "sub" / "ui" / "x", b"new", inside=out)
    monkeypatch.setattr(Path, "resolve", lambda path: path)
    for file in (out / "sub" / "ui" / "x", out / "sub" / "ui" / "new" / "x"):
        with pytest.raises(BuildError, match="cannot be written"):
            write_atomic(file, b"new", inside=out)
    assert os.listdir(elsewhere) == []


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_link_within_the_folder_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "ui").symlink_to("real")
    assert write_atomic(tmp_path / "ui" / "below" / "x", b"new", inside=tmp_path)
    assert (tmp_path / "real" / "below" / "x").read_bytes() == b"new"
    remove_file(tmp_path / "ui" / "below" / "x", tmp_path)
    remove_file(tmp_path / "ui" / "below" / "x", tmp_path)  # there is none any more
    assert not (tmp_path / "real" / "below" / "x").exists()


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_link_in_place_of_a_temporary_file_is_not_written_through(tmp_path, monkeypatch):
    (tmp_path / "mine").write_text("mine")
    written = []
    monkeypatch.setattr(atomic_files.os, "replace", lambda temporary, *_args, **_options: written.append(temporary))
    write_atomic(tmp_path / "x", b"new")
    (tmp_path / written[0]).symlink_to("mine")
    monkeypatch.undo()
    write_atomic(tmp_path / "x", b"new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["mine", "x"]


def test_a_system_without_descriptors_of_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files, "_HAS_FOLDER_DESCRIPTORS", False)
    path = tmp_path / "ui" / "x"
    assert write_atomic(path, b"new", inside=tmp_path)
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path / "ui") == ["x"]
    remove_file(path, tmp_path)
    assert not path.exists()
