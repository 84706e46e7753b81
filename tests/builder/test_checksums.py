"""SHA256SUMS as sha256sum itself reads it."""

import subprocess

from support.projects import MANIFEST, contents, project, run_cli
from support.tools import require


def verify(folder):
    tool = require("sha256sum", "apt-get install coreutils")
    return subprocess.run(
        [tool, "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_sha256sum_agrees_and_later_builds_keep_it_true(tmp_path):
    text = MANIFEST.replace("ui/c", '"ui/großes Rauschen #1 $x"')
    game, out = project(tmp_path, text), tmp_path / "out"
    assert run_cli("build", game, "--sha256sums", cwd=tmp_path).returncode == 0
    checked = verify(out)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(": OK\n") == len(contents(out)) - 1 == 7

    game.write_text(text.replace("seed: 1", "seed: 2"))
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    assert verify(out).returncode == 0
    assert run_cli("check", game, cwd=tmp_path).returncode == 0

    sums = out / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("a.png", "A.png"))
    done = run_cli("check", game, cwd=tmp_path)
    assert done.returncode == 3
    assert "SHA256SUMS:1:1: error: check: it is not what the lock says" in done.stderr
    assert run_cli("build", game, "--sha256sums", cwd=tmp_path).returncode == 0  # nothing else is stale
    assert verify(out).returncode == 0
    assert run_cli("clean", game, cwd=tmp_path).returncode == 0
    assert not out.exists()


def test_cleaning_keeps_sums_that_are_not_ours(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    (out / "SHA256SUMS").write_text("mine\n")
    assert run_cli("clean", game, cwd=tmp_path).returncode == 0
    assert contents(out) == {"SHA256SUMS": b"mine\n"}
