"""Data on disk that is code: whole, this user's own, never another's, and not too much of it."""

import os
import subprocess
import sys
import time

import pytest

from bluenoise_assets.noise.runtime import program_cache

DATA = bytes(range(256)) * 40


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(program_cache, "_folder", None)
    program_cache.use_program_cache(tmp_path)
    return tmp_path / "programs"


@pytest.fixture
def file(folder):
    program_cache.write("here", "name", DATA)
    assert program_cache.read("here", "name") == DATA
    return folder / "here" / "name"


def test_nothing_is_kept_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(program_cache, "_folder", None)
    monkeypatch.chdir(tmp_path)
    program_cache.write("here", "name", DATA)
    assert program_cache.read("here", "name") is None
    assert not program_cache.in_use()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", ["cut", "changed", "empty", "longer", "another place's", "another name's", "a folder"]
)
def test_a_damaged_entry_is_none(folder, file, damage):
    good = file.read_bytes()
    program_cache.write("there", "name", DATA)
    program_cache.write("here", "other", DATA)
    bad = {
        "cut": good[:-100],
        "changed": good[:-1] + b"?",
        "empty": b"",
        "longer": good + b"\0",
        "another place's": (folder / "there" / "name").read_bytes(),
        "another name's": (folder / "here" / "other").read_bytes(),
    }
    file.unlink()
    if damage == "a folder":
        file.mkdir()
    else:
        file.write_bytes(bad[damage])
        file.chmod(0o600)
    assert program_cache.read("here", "name") is None


def test_an_entry_can_be_replaced(file):
    program_cache.write("here", "name", b"new")
    assert program_cache.read("here", "name") == b"new"
    assert [path.name for path in file.parent.iterdir()] == ["name"]


needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no modes here")


@needs_owners
def test_what_others_could_have_written_is_not_read(folder, file):
    for path, bad, good in ((file, 0o620, 0o600), (file, 0o602, 0o600), (file.parent, 0o770, 0o700)):
        path.chmod(bad)
        assert program_cache.read("here", "name") is None, (path, oct(bad))
        path.chmod(good)
        assert program_cache.read("here", "name") == DATA


@needs_owners
def test_another_users_files_are_not_read(file, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert program_cache.read("here", "name") is None


@needs_owners
def test_links_are_not_followed(file, tmp_path):
    target = tmp_path / "elsewhere"
    file.rename(target)
    file.symlink_to(target)
    assert program_cache.read("here", "name") is None
    program_cache.write("here", "name", DATA)
    assert program_cache.read("here", "name") == DATA
    assert not file.is_symlink()


@needs_owners
def test_the_folder_is_the_users_alone_whatever_the_umask(folder):
    old = os.umask(0)
    try:
        program_cache.write("here", "name", DATA)
    finally:
        os.umask(old)
    assert (folder / "here").stat().st_mode & 0o777 == 0o700
    assert (folder / "here" / "name").stat().st_mode & 0o777 == 0o600
    (folder / "here").chmod(0o777)
    program_cache.write("here", "name", DATA)
    assert (folder / "here").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_written_is_no_error(folder):
    folder.write_text("a file where the folder should be")
    program_cache.write("here", "name", DATA)
    assert program_cache.read("here", "name") is None


def test_the_least_recently_used_goes_first(folder, monkeypatch):
    monkeypatch.setattr(program_cache, "LIMIT_BYTES", 3 * (len(DATA) + 32))
    for age, name in enumerate("abc"):
        program_cache.write("here", name, DATA)
        os.utime(folder / "here" / name, (0, 1000 + age))
    assert program_cache.read("here", "a") == DATA  # used just now
    program_cache.write("there", "d", DATA)
    assert [program_cache.read("here", name) is None for name in "abc"] == [False, True, False]
    assert program_cache.read("there", "d") == DATA


KILLED = """
import os, signal, sys
from pathlib import Path
from bluenoise_assets.noise.runtime import program_cache
program_cache.use_program_cache(Path(sys.argv[1]))
Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)  # all is written, and not yet in its place
program_cache.write("here", "name", b"new")
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_process_killed_while_it_writes_leaves_the_old_one_and_no_litter(tmp_path, folder, file):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode < 0
    assert program_cache.read("here", "name") == DATA
    strays = [path for path in file.parent.iterdir() if path != file]
    assert len(strays) == 1
    program_cache.write("here", "other", DATA)
    assert strays[0].exists()  # it might be a living process's
    old = time.time() - program_cache.STRAY_SECONDS - 1
    os.utime(strays[0], (old, old))
    program_cache.write("here", "other", DATA)
    assert not strays[0].exists()
    assert program_cache.read("here", "other") == DATA


RACE = """
import sys
from pathlib import Path
from bluenoise_assets.noise.runtime import program_cache
program_cache.use_program_cache(Path(sys.argv[1]))
own = sys.argv[2].encode() * 100_000
for _ in range(200):
    program_cache.write("here", "name", own)
    found = program_cache.read("here", "name")
    assert found is not None and len(found) == 100_000 and len({*found}) == 1, found and found[:9]
"""


def test_two_processes_at_once_see_whole_entries_alone(tmp_path):
    pair = [subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), letter]) for letter in "ab"]
    assert [process.wait(timeout=120) for process in pair] == [0, 0]
    assert [path.name for path in (tmp_path / "programs" / "here").iterdir()] == ["name"]
