"""The cache gives back what was stored or nothing at all, stays in bounds, and never stops a build."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from support.paths import ROOT
from support.projects import MANIFEST, build, contents, lock_of, project, run_cli, run_cli_process

from bluenoise_assets import TextureSpec
from bluenoise_assets.builder.cache.cache import DEFAULT_LIMIT, Cache, clear, parse_size, size_limit, survey
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.cli import main
from bluenoise_assets.errors import UsageError
from bluenoise_assets.quality import figures
from bluenoise_assets.quality.figures import Figures


@pytest.fixture
def cache(tmp_path):
    warnings = []
    made = Cache(tmp_path / "cache", warnings.append)
    made.warnings = warnings
    return made


def spec_of(number=0, **more):
    return TextureSpec("t", (8, 4), seed=number, **more)


SPEC = spec_of()
KEY = SPEC.key()


def content(number=0, **figures):
    return Content(np.full((4, 8), number, np.uint8), (Figures(**figures),))


def test_no_change_of_a_byte_and_no_cut_goes_unnoticed(cache):
    cache.store(SPEC, content(7, error_db=-9.5))
    (path,) = [path for path in cache.folder.rglob("*") if path.is_file()]
    good = path.read_bytes()
    damages = [good[:length] for length in range(len(good))]
    damages += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(len(good))]
    for count, bad in enumerate([*damages, good + b"\0"], 1):
        path.write_bytes(bad)
        assert cache.load(SPEC) is None
        assert not path.exists()
        assert len(cache.warnings) == count
        assert "damaged" in cache.warnings[-1]


def test_least_recently_used_entries_go_first(tmp_path):
    specs = [TextureSpec("t", (100, 100), seed=number) for number in range(11)]
    big = Content(np.zeros((100, 100), np.uint8), (Figures(),))
    cache = Cache(tmp_path, pytest.fail, limit=110_000)
    for number, spec in enumerate(specs[:10]):
        cache.store(spec, big)
        os.utime(cache._path(spec.key()), (1000 + number, 1000 + number))
    cache.trim()
    assert survey(tmp_path)[0] == 10  # about 105 kB: in bounds
    cache.load(specs[0])  # the oldest is wanted again
    cache.store(specs[10], big)
    cache.trim()
    left = [number for number, spec in enumerate(specs) if cache.load(spec) is not None]
    assert left == [0, *range(3, 11)]  # down to nine tenths of the limit


def test_trimming_removes_what_killed_builds_left_but_not_what_is_being_written(tmp_path):
    cache = Cache(tmp_path, pytest.fail)
    cache.store(SPEC, content())
    old, young = (cache.folder / KEY[:2] / f".bluenoise-tmp-{name}" for name in ("old", "young"))
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    cache.trim()
    assert not old.exists()
    assert young.exists()
    assert cache.load(SPEC) is not None


def test_trimming_sweeps_the_locks_of_killed_builds_but_not_those_that_are_held(tmp_path):
    cache = Cache(tmp_path, pytest.fail)
    claim = cache.claim(KEY)
    assert claim is not None
    locks = cache.folder / "locks"
    for name in ("killed", "young"):
        (locks / name).touch()
    for name in ("killed", KEY):
        os.utime(locks / name, (time.time() - 7200,) * 2)
    cache.store(SPEC, content())
    cache.trim()
    assert sorted(file.name for file in locks.iterdir()) == sorted(["young", KEY])
    assert cache.claim(KEY) is None
    claim.release()


def test_swapped_entries_are_noticed_and_dropped(cache):
    """Their checksums are right; once they gave wrong textures that `check` called fresh."""
    other = spec_of(1)
    cache.store(SPEC, content(1))
    cache.store(other, content(2))
    one, two = cache._path(KEY), cache._path(other.key())
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert cache.load(SPEC) is cache.load(other) is None
    assert not one.exists()
    assert not two.exists()
    assert [warning.count("of another texture") for warning in cache.warnings] == [1, 1]


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_pipe_or_a_huge_file_in_place_of_an_entry_counts_as_absent_and_is_replaced(cache):
    path = cache._path(KEY)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert cache.load(SPEC) is None
    cache.store(SPEC, content(3))
    assert cache.load(SPEC) is not None
    os.truncate(path, 2**40)  # sparse: takes no room, but would not fit into memory
    assert cache.load(SPEC) is None
    cache.store(SPEC, content(3))
    assert cache.load(SPEC) is not None


def test_a_claim_excludes_others_and_leaves_no_file(tmp_path):
    first, second = Cache(tmp_path, pytest.fail), Cache(tmp_path, pytest.fail)
    claim = first.claim(KEY)
    assert claim is not None
    assert second.claim(KEY) is None
    other = second.claim(spec_of(1).key())
    assert other is not None
    other.release()
    claim.release()
    again = second.claim(KEY)
    assert again is not None
    again.release()
    assert contents(tmp_path) == {}


def test_a_killed_holder_blocks_nobody(tmp_path):
    code = f"""
import sys, time
from pathlib import Path
from bluenoise_assets.builder.cache.cache import Cache
claim = Cache(Path({str(tmp_path)!r}), print).claim({KEY!r})
assert claim
print("held", flush=True)
time.sleep(60)
"""
    root = str(ROOT)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert process.stdout.readline() == "held\n"
    cache = Cache(tmp_path, pytest.fail)
    assert cache.claim(KEY) is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    claim = cache.claim(KEY)
    assert claim is not None
    claim.release()


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1048576", 2**20), ("500M", 500 * 2**20), ("2 GiB", 2**31), ("1.5k", 1536), ("3tb", 3 * 2**40)],
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["much", "-1", "1X", "1 2", "G", "1e9"])
def test_what_is_no_size_is_refused(text, monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="is not a size like 500M"):
        parse_size(text)
    monkeypatch.setenv("BLUENOISE_CACHE_LIMIT", text)
    with pytest.raises(UsageError, match="BLUENOISE_CACHE_LIMIT"):
        size_limit()
    done = run_cli("build", project(tmp_path), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "out").exists()


def test_the_limit_defaults(monkeypatch):
    monkeypatch.setenv("BLUENOISE_CACHE_LIMIT", " ")
    assert size_limit() == DEFAULT_LIMIT


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def reused(*paths, **options):
    """How each texture that was built came to be."""
    found = {}

    def listen(event):
        if event["event"] == "built":
            found[event["texture"]] = event.get("reused", "optimised")

    build(*paths, listener=listen, **options)
    return found


def test_going_back_to_an_earlier_manifest_optimises_nothing(tmp_path):
    game, cache = project(tmp_path), tmp_path / "cache"
    assert set(reused(game, cache=cache).values()) == {"optimised"}
    first = contents(tmp_path / "out")
    edit(game, "seed: 1", "seed: 2")
    assert reused(game, cache=cache) == {"a": "optimised"}
    edit(game, "seed: 2", "seed: 1")
    assert reused(game, cache=cache) == {"a": "cache"}
    assert contents(tmp_path / "out") == first
    (tmp_path / "out" / "b.png").write_bytes(b"edited by hand")
    (tmp_path / "out" / "ui" / "c.png").unlink()
    assert reused(game, cache=cache) == {"b": "cache", "ui/c": "cache"}
    assert contents(tmp_path / "out") == first


def test_projects_share_a_cache_and_jax_is_not_even_imported(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project(tmp_path / name)
    first = run_cli("build", "--cache", "../cache", "game.yaml", cwd=tmp_path / "one")
    assert first.returncode == 0, first.stderr
    code = (
        "import sys; from bluenoise_assets.cli import main; code = main(); print('jax' in sys.modules); sys.exit(code)"
    )
    root = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", code, "build", "--cache", "../cache", "--quiet", "game.yaml"],
        cwd=tmp_path / "two",
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")
    one, two = lock_of(tmp_path / "one" / "out"), lock_of(tmp_path / "two" / "out")
    assert one == two
    assert contents(tmp_path / "one" / "out") == contents(tmp_path / "two" / "out")


def test_a_damaged_entry_is_made_anew_with_a_warning(tmp_path):
    game, cache = project(tmp_path), tmp_path / "cache"
    build(game, cache=cache)
    first = contents(tmp_path / "out")
    for path in (cache / "textures").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    (tmp_path / "out" / "a.png").unlink()
    done = run_cli("build", game, "--cache", cache, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning") == 1, done.stderr
    assert "damaged" in done.stderr
    assert contents(tmp_path / "out") == first


def test_swapped_entries_give_the_right_textures_all_the_same(tmp_path):
    text = MANIFEST.replace("ui/c: {size: 6, ", "ui/c: {size: 8, ")
    game, cache = project(tmp_path, text), tmp_path / "cache"
    build(game, cache=cache)
    first = contents(tmp_path / "out")
    keys = [lock_of(tmp_path / "out")[file]["key"] for file in ("a.png", "ui/c.png")]
    one, two = (cache / "textures" / key[:2] / key for key in keys)
    spare = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(spare)
    for file in ("a.png", "ui/c.png"):
        (tmp_path / "out" / file).unlink()
    assert reused(game, cache=cache) == {"a": "optimised", "ui/c": "optimised"}
    assert contents(tmp_path / "out") == first


def test_entries_of_before_or_with_other_figures_are_silently_made_anew(tmp_path, monkeypatch):
    game, cache = project(tmp_path), tmp_path / "cache"
    build(game, cache=cache)
    first = contents(tmp_path / "out")
    other = figures.VERSION + 1
    monkeypatch.setattr(figures, "VERSION", other)
    told = []
    assert build(game, cache=cache, listener=told.append).built == 3
    assert not any(event["event"] == "warning" for event in told)
    second = contents(tmp_path / "out")
    assert {file for file in first if first[file] != second[file]} == {"bluenoise.lock.json"}
    assert lock_of(tmp_path / "out")["a.png"]["figures"] == other
    for name in ("a.png", "b.png"):
        (tmp_path / "out" / name).unlink()
    assert reused(game, cache=cache) == {"a": "cache", "b": "cache"}


def test_two_names_for_one_content_are_optimised_once(tmp_path):
    text = MANIFEST.replace("ui/c:", "d: {size: 8, seed: 1}\n  e: {size: 8, seed: 1}\n  ui/c:")
    for cache in (None, tmp_path / "cache"):
        game = project(tmp_path, text)
        made = reused(game, cache=cache, output=tmp_path / f"out-{cache is None}")
        assert sorted(made[name] for name in "ade") == ["disk", "disk", "optimised"]


def test_a_cache_that_is_a_file_costs_one_warning(tmp_path):
    game = project(tmp_path)
    (tmp_path / "cache").write_text("mine")
    done = run_cli("build", game, "--cache", tmp_path / "cache", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: the cache is of no use now") == done.stderr.count("warning") == 1, done.stderr
    assert (tmp_path / "cache").read_text() == "mine"
    assert run_cli("check", game, cwd=tmp_path).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_cache_that_may_only_be_read_is_read():
    """Root may write anywhere, so this builds as an ordinary user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        game, cache = project(folder), folder / "cache"
        build(game, cache=cache)
        for path in [cache, *cache.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        out = folder / "elsewhere"
        out.mkdir(mode=0o777)
        out.chmod(0o777)
        edit(game, "size: 6", "size: 7")
        told = []
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            build(game, cache=cache, output=out, listener=told.append)
        finally:
            if root:
                os.seteuid(0)
        made = {event["texture"]: event.get("reused") for event in told if event["event"] == "built"}
        assert made == {"a": "cache", "b": "cache", "ui/c": None}
        assert [event["event"] for event in told].count("warning") == 1


def test_the_cache_command(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "bluenoise-assets"
    assert main(["cache"]) == 0
    assert "0 textures" in capsys.readouterr().out
    done = run_cli_process("build", project(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert main(["cache", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["folder"], told["textures"], told["limit"]) == (str(folder), 3, DEFAULT_LIMIT)
    assert told["bytes"] > 0
    assert told["programs_bytes"] > 0
    assert main(["cache", "--clear"]) == 0
    assert survey(folder) == (0, 0, 0)
    assert contents(folder) == {}
    clear(folder)  # nothing there: nothing to do
    assert main(["cache", "--cache", str(tmp_path / "other")]) == 0


def test_off_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    done = run_cli("build", project(tmp_path), "--cache", "off", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "home").exists()
