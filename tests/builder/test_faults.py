"""Killed builds, full disks, read-only folders, two builds at once: nothing torn, nothing lost, one clear line."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.faults import builders_of_one_cache, concurrent_builders, killed_builds, random_edits, said
from support.projects import MANIFEST, build, contents, project, run_cli, run_cli_process
from support.tools import missing

from bluenoise_assets import BuildError


def test_8_killed_builds(tmp_path, record_property):
    """tests/soak/soak_kill.py runs 200."""
    inside = killed_builds(tmp_path, 8)
    record_property("kills_inside_the_window", inside)
    print(f"{inside} of 8 kills fell between the first temporary file and the lock's replacement")
    assert inside >= 4


def test_three_builds_of_one_folder_at_once_optimise_each_texture_once(tmp_path):
    """tests/soak/soak_concurrency.py runs 20."""
    concurrent_builders(tmp_path, 3)


def test_builds_that_share_a_cache_optimise_each_texture_once(tmp_path):
    assert builders_of_one_cache(tmp_path, 3) == {f"n_{i}": 1 for i in range(1, 9)}


def test_50_random_edits_during_builds(tmp_path):
    """tests/soak/soak_edits.py makes 500."""
    random_edits(tmp_path, 50)


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
    done = run_cli("build", game, "--output", small_disk, "--cache", "off", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    before = contents(small_disk)
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2").replace("[8, 4]", "[64, 64]"))
    done = run_cli("build", game, "--output", small_disk, "--cache", "off", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    for line in said(done).splitlines():
        assert line.startswith("bluenoise-assets: error: ")
    after = contents(small_disk)
    after.pop("filler")
    assert after == before
    (small_disk / "filler").unlink()
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    done = run_cli("build", game, "--output", small_disk, "--cache", "off", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


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
    assert done.returncode == 1, done.stderr
    assert said(done).count("\n") == 1, done.stderr
    assert "the output folder cannot be written" in done.stderr
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_link_out_of_the_output_folder_is_never_written_through(tmp_path):
    game, out, elsewhere = project(tmp_path), tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "c.png").write_text("mine")
    out.mkdir()
    (out / "ui").symlink_to(elsewhere)
    (elsewhere / "target").write_text("mine")
    (elsewhere / ".bluenoise-tmp-1").write_text("another build's")
    (out / "a.png").symlink_to(elsewhere / "target")
    done = run_cli("build", game, "--cache", "off", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert said(done) == (
        f"bluenoise-assets: error: ui/c: {Path('out', 'ui')}: a symbolic link leads out of the output folder; "
        "remove the link, or set `output`\n"
    )
    assert contents(elsewhere) == {"c.png": b"mine", "target": b"mine", ".bluenoise-tmp-1": b"another build's"}
    assert not (out / "a.png").is_symlink()  # a link in place of a file is replaced, and what it names left alone
    assert build(game).fresh == 2

    (out / "ui").unlink()
    build(game)
    (out / "ui").rename(tmp_path / "moved")
    (out / "ui").symlink_to(tmp_path / "moved")
    before = contents(tmp_path / "moved")
    done = run_cli("clean", game, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert said(done).count("\n") == 1, done.stderr
    assert contents(tmp_path / "moved") == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_a_file_system_of_ascii_names_fails_the_textures_it_cannot_store(tmp_path):
    """With one clear line each, in every command; they were bugs in us once."""
    game = project(tmp_path, MANIFEST.replace("ui/c:", "ui/\N{LATIN SMALL LETTER E WITH ACUTE}:"))
    ascii_names = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}
    why = "the file system cannot store this name"
    done = run_cli_process("build", game, "--cache", "off", cwd=tmp_path, **ascii_names)
    assert done.returncode == 1, done.stderr
    assert said(done) == f"bluenoise-assets: error: ui/\xe9: out/ui/\xe9.png: {why}\n"
    assert sorted(contents(tmp_path / "out")) == [
        "a.glsl",
        "a.png",
        "b.glsl",
        "b.png",
        "bluenoise.lock.json",
        "bluenoise_common.glsl",
    ]
    build(game)
    for command, code, count in (("plan", 0, 1), ("check", 3, 1), ("build", 1, 1), ("clean", 1, 1)):
        done = run_cli_process(command, game, cwd=tmp_path, **ascii_names)
        assert done.returncode == code, done.stderr
        assert (done.stdout + done.stderr).count(why) == count
    assert build(game).fresh == 3
    for key in ("output", "include"):
        other = project(
            tmp_path, MANIFEST.replace("output: out", f"{key}: \N{LATIN SMALL LETTER E WITH ACUTE}/out"), "b.yaml"
        )
        done = run_cli_process("build", other, cwd=tmp_path, **ascii_names)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr


def test_a_folder_that_becomes_a_link_while_a_texture_is_made(tmp_path, monkeypatch):
    game, out, elsewhere = project(tmp_path), tmp_path / "out", tmp_path / "elsewhere"
    build(game)
    elsewhere.mkdir()
    game.write_text(MANIFEST.replace("size: 6", "size: 7"))
    from bluenoise_assets import noise

    def swap_first(*args, **options):
        (out / "ui").rename(tmp_path / "moved")
        (out / "ui").symlink_to(elsewhere)
        return optimize_work_item(*args, **options)

    optimize_work_item = noise.optimize_work_item
    monkeypatch.setattr(noise, "optimize_work_item", swap_first)
    told = []
    assert build(game, listener=told.append).failed == 1
    (text,) = [event["text"] for event in told if event["event"] == "failed"]
    assert "a symbolic link leads out of the output folder" in text
    assert contents(elsewhere) == {}


def test_a_folder_in_place_of_a_file_fails_one_texture(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    build(game)
    (out / "a.png").unlink()
    (out / "a.png").mkdir()
    (out / "b.png").unlink()
    done = run_cli("check", game, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "a: a.png: the file cannot be read: Is a directory" in done.stderr
    done = run_cli("build", game, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith("1 built, 1 failed, 1 fresh\n")
    (out / "a.png").rmdir()
    assert build(game).built == 1


@pytest.mark.parametrize("when", [0, 10**9, 2**31 - 1])
def test_clocks_do_not_matter(tmp_path, when):
    """Only hashes decide: not a manifest of the year 1970, nor outputs of 2038."""
    game, out = project(tmp_path), tmp_path / "out"
    build(game)
    for path in [game, *out.rglob("*")]:
        os.utime(path, (when, when))
    assert build(game).fresh == 3
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    os.utime(game, (when, when))
    assert build(game).built == 1


def test_a_full_disk_below_the_cache_costs_a_warning(small_disk, tmp_path):
    game = project(tmp_path)
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    done = run_cli("build", game, "--cache", small_disk, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert said(done).count("\n") == done.stderr.count("warning: the cache is of no use now") == 1, done.stderr
    assert set(contents(small_disk)) == {"filler"}
    assert build(game).fresh == 3


def test_a_missing_tool_is_loud_in_ci(monkeypatch):
    """A skipped check must not look like a passed one."""
    monkeypatch.setenv("BLUENOISE_REQUIRE_TOOLS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nothing"):
        missing("nothing", "apt-get install nothing")
    monkeypatch.delenv("BLUENOISE_REQUIRE_TOOLS")
    with pytest.raises(pytest.skip.Exception, match="apt-get install nothing"):
        missing("nothing", "apt-get install nothing")
