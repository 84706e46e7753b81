"""The cache gives back what was stored or nothing at all, stays in bounds, and never stops a build."""

import hashlib
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
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.paths import ROOT
from support.projects import MANIFEST, build, contents, lock_of, project, run_cli

from bluenoise_assets.builder.cache import DEFAULT_LIMIT, Cache, clear, parse_size, size_limit, survey
from bluenoise_assets.cli import main
from bluenoise_assets.errors import UsageError
from bluenoise_assets.quality.figures import Figures

KEY = "ab" * 32


@pytest.fixture
def cache(tmp_path):
    warnings = []
    made = Cache(tmp_path / "cache", warnings.append)
    made.warnings = warnings
    return made


def key_of(number):
    return f"{number:064x}"


def some_texels(number=0):
    return np.full((4, 8), number, np.uint8)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(st.sampled_from([np.uint8, np.uint16]), hnp.array_shapes(max_dims=4, max_side=5)),
    st.lists(st.builds(Figures, st.none() | st.floats(-99, 99), error_db=st.none() | st.floats(-99, 99)), max_size=3),
)
def test_what_is_stored_comes_back(texels, quality):
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), pytest.fail)
        assert cache.load(KEY) is None
        cache.store(KEY, texels, quality)
        found = Cache(Path(folder), pytest.fail).load(KEY)
        assert found.texels.dtype == texels.dtype
        assert np.array_equal(found.texels, texels)
        assert list(found.quality) == quality


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_floats_come_back_as_they_are(cache, dtype):
    texels = ((np.arange(24) + 0.5) / 24).astype(dtype).reshape(2, 3, 4)
    cache.store(KEY, texels, [])
    found = cache.load(KEY)
    assert found is not None
    assert found.texels.dtype == dtype
    assert np.array_equal(found.texels, texels)


def test_an_entry_from_before_there_were_floats_is_read(cache):
    body = json.dumps({"bits": 16, "shape": [2], "quality": []}).encode() + b"\n" + bytes([1, 0, 2, 1])
    path = cache.folder / KEY[:2] / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(hashlib.sha256(body).digest() + body)
    found = cache.load(KEY)
    assert found is not None
    assert found.texels.tolist() == [1, 258]


def test_no_change_of_a_byte_and_no_cut_goes_unnoticed(cache):
    cache.store(KEY, some_texels(7), [Figures(error_db=-9.5)])
    (path,) = [path for path in cache.folder.rglob("*") if path.is_file()]
    good = path.read_bytes()
    damages = [good[:length] for length in range(len(good))]
    damages += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(len(good))]
    for count, bad in enumerate([*damages, good + b"\0"], 1):
        path.write_bytes(bad)
        assert cache.load(KEY) is None
        assert not path.exists()
        assert len(cache.warnings) == count
        assert "damaged" in cache.warnings[-1]


def test_least_recently_used_entries_go_first(tmp_path):
    big = np.zeros((100, 100), np.uint8)
    cache = Cache(tmp_path, pytest.fail, limit=105_000)
    for number in range(10):
        cache.store(key_of(number), big, [])
        os.utime(cache._path(key_of(number)), (1000 + number, 1000 + number))
    cache.trim()
    assert survey(tmp_path)[0] == 10  # about 100 kB: in bounds
    cache.load(key_of(0))  # the oldest is wanted again
    cache.store(key_of(10), big, [])
    cache.trim()
    left = [number for number in range(11) if cache.load(key_of(number)) is not None]
    assert left == [0, *range(3, 11)]  # down to nine tenths of the limit


def test_trimming_removes_what_killed_builds_left_but_not_what_is_being_written(tmp_path):
    cache = Cache(tmp_path, pytest.fail)
    cache.store(KEY, some_texels(), [])
    old, young = (cache.folder / "ab" / f".bluenoise-tmp-{name}" for name in ("old", "young"))
    for file in (old, young):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    cache.trim()
    assert not old.exists()
    assert young.exists()
    assert cache.load(KEY) is not None


def test_a_claim_excludes_others_and_leaves_no_file(tmp_path):
    first, second = Cache(tmp_path, pytest.fail), Cache(tmp_path, pytest.fail)
    claim = first.claim(KEY)
    assert claim is not None
    assert second.claim(KEY) is None
    other = second.claim(key_of(1))
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
from bluenoise_assets.builder.cache import Cache
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
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
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
    assert run_cli("build", "--cache", "../cache", "game.yaml", cwd=tmp_path / "one").returncode == 0
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
    assert done.returncode == 0
    assert done.stderr.count("warning") == 1
    assert "damaged" in done.stderr
    assert contents(tmp_path / "out") == first


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
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "warning: the cache is of no use now" in done.stderr
    assert (tmp_path / "cache").read_text() == "mine"
    assert len(lock_of(tmp_path / "out")) == 6


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
    assert run_cli("build", project(tmp_path), cwd=tmp_path).returncode == 0
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
    assert run_cli("build", project(tmp_path), "--cache", "off", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "home").exists()
