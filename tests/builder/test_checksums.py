"""SHA256SUMS as sha256sum itself reads it."""

import os
import subprocess

import pytest
from support.projects import MANIFEST, contents, project, run_cli
from support.tools import require


def verify(folder):
    tool = require("sha256sum", "apt-get install coreutils")
    return subprocess.run(
        [tool, "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )


def assert_code(code, done):
    assert done.returncode == code, done.stderr


def test_sha256sum_agrees_and_later_builds_keep_it_true(tmp_path):
    text = MANIFEST.replace("ui/c", '"ui/großes Rauschen #1 $x"')
    game, out = project(tmp_path, text), tmp_path / "out"
    assert_code(0, run_cli("build", game, "--sha256sums", cwd=tmp_path))
    checked = verify(out)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK\n") == len(contents(out)) - 1 == 8

    game.write_text(text.replace("seed: 1", "seed: 2"))
    assert_code(0, run_cli("build", game, cwd=tmp_path))
    assert verify(out).returncode == 0
    assert_code(0, run_cli("check", game, cwd=tmp_path))

    sums = out / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("a.png", "A.png"))
    done = run_cli("check", game, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "SHA256SUMS:1:1: error: check: it is not what the lock says" in done.stderr
    assert_code(0, run_cli("build", game, "--sha256sums", cwd=tmp_path))  # nothing else is stale
    assert verify(out).returncode == 0
    assert_code(0, run_cli("clean", game, cwd=tmp_path))
    assert not out.exists()


def test_a_lock_with_other_line_ends_is_hashed_as_it_is(tmp_path):
    """As git may check it out; `sha256sum` sees the file, not what we would have written."""
    game, out = project(tmp_path), tmp_path / "out"
    assert_code(0, run_cli("build", game, cwd=tmp_path))
    lock = out / "bluenoise.lock.json"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert_code(0, run_cli("build", game, "--sha256sums", cwd=tmp_path))
    assert verify(out).returncode == 0
    assert_code(0, run_cli("check", game, cwd=tmp_path))


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_pipe_in_place_of_the_sums_is_not_waited_for(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    assert_code(0, run_cli("build", game, cwd=tmp_path))
    os.mkfifo(out / "SHA256SUMS")
    done = run_cli("check", game, cwd=tmp_path)
    assert_code(3, done)
    assert "SHA256SUMS:1:1: error: check: it cannot be read" in done.stderr
    assert_code(0, run_cli("build", game, cwd=tmp_path))


def test_cleaning_keeps_sums_that_are_not_ours(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    assert_code(0, run_cli("build", game, cwd=tmp_path))
    (out / "SHA256SUMS").write_text("mine\n")
    assert_code(0, run_cli("clean", game, cwd=tmp_path))
    assert contents(out) == {"SHA256SUMS": b"mine\n"}
