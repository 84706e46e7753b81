"""Killed builds, full disks, read-only folders, two builds at once: nothing torn, nothing lost, one clear line."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from faults import killed_builds
from projects import MANIFEST, build, contents, project, run_cli
from tools import missing

from bluenoise_assets import BuildError


def test_20_killed_builds(tmp_path, record_property):
    """tests/soak/soak_kill.py runs 200."""
    inside = killed_builds(tmp_path, 20)
    record_property("kills_inside_the_window", inside)
    print(f"{inside} of 20 kills fell between the first temporary file and the lock's replacement")
    assert inside >= 10


def test_two_builds_at_once_optimise_each_texture_once(tmp_path):
    project(tmp_path, MANIFEST.replace("steps: 8", "steps: 3000"))
    command = [sys.executable, "-m", "bluenoise_assets", "build", "game.yaml", "--json", "--cache", "off"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    processes = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(text.count('"event": "built"') for text in told) == 3
    assert sorted(file for file in contents(tmp_path / "out") if "tmp" in file) == []
    assert build(tmp_path / "game.yaml").fresh == 3


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk, tmp_path):
    """Textures that fit are built, the others fail with one line each, old files stay, no temporary file is left."""
    game = project(tmp_path, MANIFEST)
    assert run_cli("build", game, "--output", small_disk, "--cache", "off", "--quiet", cwd=tmp_path).returncode == 0
    before = contents(small_disk)
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2").replace("[8, 4]", "[64, 64]"))
    done = run_cli("build", game, "--output", small_disk, "--cache", "off", cwd=tmp_path)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    for line in done.stderr.splitlines():
        assert line.startswith("bluenoise-assets: error: ")
    after = contents(small_disk)
    after.pop("filler")
    assert after == before
    (small_disk / "filler").unlink()
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    assert run_cli("build", game, "--output", small_disk, "--cache", "off", "--quiet", cwd=tmp_path).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_read_only_output_folder():
    """Root may write anywhere, so this runs as an ordinary user, in a folder that one may enter."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        game, out = project(folder), folder / "out"
        build(game)
        before = contents(out)
        game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
        out.chmod(0o555)
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(BuildError, match=r"out: the output folder cannot be written: .*ermission"):
                build(game)
        finally:
            if root:
                os.seteuid(0)
            out.chmod(0o755)
        assert contents(out) == before


def test_an_output_that_is_a_file(tmp_path):
    game = project(tmp_path)
    (tmp_path / "out").write_text("mine")
    done = run_cli("build", game, "--cache", "off", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "the output folder cannot be written" in done.stderr
    assert (tmp_path / "out").read_text() == "mine"


def test_a_missing_tool_is_loud_in_ci(monkeypatch):
    """A skipped check must not look like a passed one."""
    monkeypatch.setenv("BLUENOISE_REQUIRE_TOOLS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nothing"):
        missing("nothing", "apt-get install nothing")
    monkeypatch.delenv("BLUENOISE_REQUIRE_TOOLS")
    with pytest.raises(pytest.skip.Exception, match="apt-get install nothing"):
        missing("nothing", "apt-get install nothing")
