"""A build with nothing to do puts right what kills, full disks and edits have left."""

import os
import tempfile
import threading
from pathlib import Path

import pytest
from support.projects import build, contents, project, run_cli, stamps

from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX
from bluenoise_assets.builder.checksums import write_sums
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME, FileLock


@pytest.fixture
def game(tmp_path):
    path = project(tmp_path)
    build(path)
    write_sums(tmp_path / "out")
    return path


def test_wrong_checksums_are_mended(game, tmp_path):
    """Once `build` said "nothing to do" for ever, while `check` failed."""
    good = contents(tmp_path / "out")
    for wrong in (b"", b"torn", good["SHA256SUMS"].replace(b"a.png", b"A.png")):
        (tmp_path / "out" / "SHA256SUMS").write_bytes(wrong)
        assert run_cli("check", game, cwd=tmp_path).returncode == 3
        assert build(game).fresh == 3
        assert contents(tmp_path / "out") == good
        done = run_cli("check", game, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_what_killed_builds_left_is_swept(game, tmp_path):
    out = tmp_path / "out"
    good = contents(out)
    for stray in (out / f"{TEMPORARY_PREFIX}1-a", out / "ui" / f"{TEMPORARY_PREFIX}1-a", out / BUILD_LOCK_NAME):
        stray.touch()
        assert build(game).fresh == 3
        assert contents(out) == good


def test_what_is_in_order_is_left_alone_and_not_even_locked(game, tmp_path, monkeypatch):
    before = stamps(tmp_path)
    monkeypatch.setattr(FileLock, "acquire", lambda *_args: pytest.fail("this takes the lock"))
    assert build(game).fresh == 3
    assert stamps(tmp_path) == before


def test_another_build_at_work_is_neither_waited_for_nor_disturbed(game, tmp_path):
    stray = tmp_path / "out" / f"{TEMPORARY_PREFIX}1-a"
    stray.touch()
    lock = FileLock(tmp_path / "out" / BUILD_LOCK_NAME)
    assert lock.acquire()
    done = []
    thread = threading.Thread(target=lambda: done.append(build(game)))
    thread.start()
    thread.join(30)
    assert done[0].fresh == 3
    assert stray.exists()
    lock.release()
    assert build(game).fresh == 3
    assert not stray.exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_folder_that_may_only_be_read_is_no_error():
    """Root may write anywhere, so this runs as an ordinary user, in a folder that one may enter."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        game, out = project(folder), folder / "out"
        build(game)
        (out / f"{TEMPORARY_PREFIX}1-a").touch()
        out.chmod(0o555)
        if root:
            os.seteuid(65534)
        try:
            assert build(game).fresh == 3
        finally:
            if root:
                os.seteuid(0)
            out.chmod(0o755)
