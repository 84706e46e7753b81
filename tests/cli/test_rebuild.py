"""`check --rebuild`: what a cache was given in a texture's name is found out, on any machine that makes it itself."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from fractions import Fraction
from xml.etree import ElementTree as ET

import imageio.v3
import numpy as np
import pytest
from support.paths import ROOT
from support.projects import build, lock_of, project, stamps
from support.saves import TIMEOUT, until

from bluenoise_assets import load_manifest, make_plan
from bluenoise_assets.builder.cache.cache import Cache
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.cache.user_folder import user_cache_folder
from bluenoise_assets.builder.sample import Sample, draw
from bluenoise_assets.cli import main

MASKS = """\
schema: 1
output: {default: out, raw: raw}
defaults: {size: 8, effort: fast}
textures:
  a_{i}: {matrix: {i: [1, 2, 3, 4]}, seed: "{i}"}
  twice: {seed: 5, engines: [raw], formats: [png]}
shaders: [glsl]
"""
TWICE = "game.yaml:6:3: error: twice: "


@pytest.fixture
def game(tmp_path, monkeypatch):
    """A clone whose manifest nobody has built."""
    monkeypatch.chdir(tmp_path)
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    return project(tmp_path, MASKS)


def poison(game, name, cache, change=lambda texels: texels[::-1].copy(), **quality):
    """What somebody puts into a shared cache: other texels under the right key, with a right checksum."""
    (spec,) = [spec for spec in load_manifest(game).textures if spec.name == name]
    store = Cache(cache, pytest.fail)
    made = store.load(spec)
    figures = [type(one).from_json(one.as_json() | quality) for one in made.quality]
    store.store(spec, Content(change(made.texels), figures))


def build_from_poisoned_cache(game, name="twice", **how):
    """The user's own, which `check` would find, too."""
    cache = user_cache_folder()
    assert cache.is_relative_to(game.parent)
    build(game, cache=cache, output=game.parent / "somebody else's")
    poison(game, name, cache, **how)
    told = []
    build(game, cache=cache, listener=told.append)
    assert {event["reused"] for event in told if event["event"] == "built"} == {"cache", "disk"}


def run(capsys, *arguments, verb="check"):
    code = main([verb, *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_what_is_right_stays_as_it_is(game, capsys):
    build(game)
    before = stamps(game.parent)
    code, out, err = run(capsys, "--rebuild", "100%")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("making 5 of 5 fresh textures again (--seed ")
    assert out.splitlines()[-1].startswith("all fresh; made again 5 of 5 fresh textures (--seed ")
    assert out.endswith("): 5 the same\n")
    assert stamps(game.parent) == before, "nothing is written"


def test_a_poisoned_cache_is_found_out_and_its_hint_mends_it(game, capsys):
    build_from_poisoned_cache(game)
    assert run(capsys) == (0, "all fresh\n", ""), "hashes alone agree"
    assert run(capsys, "--rebuild", "--only", "a_*")[0] == 0
    code, out, err = run(capsys, "--rebuild", "--only", "twice", "--junit", "tests.xml", "--jobs", "1")
    assert code == 1
    assert out.splitlines()[-1].endswith(": 1 different")
    (line,) = err.splitlines()  # one, though it lies in two folders
    locked = lock_of(game.parent / "out")["twice.png"]["texels"]
    assert line.startswith(TWICE)
    assert f"and the lock says {locked[:16]}; its cache entry was wrong, or other code made it" in line
    (failure,) = ET.parse("tests.xml").iter("failure")
    assert failure.text.startswith("game.yaml:6:3: twice.png: made again here")

    code, out, _ = run(capsys, "--rebuild", "100%", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    names = [event["event"] for event in told]
    assert code == 1
    assert (names[0], names[-1]) == ("rebuilding", "checked")
    assert names.count("rebuilt") == 6
    assert not {"started", "built"} & {*names}
    wrong = [event for event in told if event["event"] == "rebuilt" and event["different"]]
    assert {event["output"] for event in wrong} == {str(game.parent / folder) for folder in ("out", "raw")}
    assert all(event["locked"] == locked != event["texels"] for event in wrong)
    counts = {"textures": 5, "stale": 0, "failed": 0, "rebuilt": 5, "different": 1, "uncertain": 0, "not_made": 0}
    assert told[-1] == {"event": "checked", **counts, "seed": told[0]["seed"]}
    hint = line.rpartition("`bluenoise-assets ")[2].partition("`")[0].split()
    assert run(capsys, *hint[1:], verb=hint[0])[0] == 0
    assert run(capsys, "--rebuild", "100%")[0] == 0
    told = []
    build(game, cache=user_cache_folder(), output=game.parent / "third clone", listener=told.append)
    sums = [lock_of(game.parent / folder)["twice.png"]["sha256"] for folder in ("out", "third clone")]
    assert sums[0] == sums[1], "the cache is mended, too"


def test_figures_that_a_cache_entry_lies_about_do_not_pass_a_bar(game, capsys):
    """The texels are right, and the figures are another's: only who makes the texture can know."""
    text = game.read_text().replace("{seed: 5,", "{seed: 5, require: {error_db: {max: -90}},")
    game.write_text(text)
    build_from_poisoned_cache(game, change=lambda texels: texels, error_db=-91.0)
    assert run(capsys)[0] == 0
    code, _, err = run(capsys, "--rebuild", "100%")
    assert code == 1
    assert err.startswith("game.yaml:6:")
    assert "error_db is -" in err
    assert "and require says at most -90" in err


def test_github_shows_it_beside_the_line(game, capsys, monkeypatch):
    build_from_poisoned_cache(game)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    out = run(capsys, "--rebuild", "5")[1]
    assert "::error file=game.yaml,line=6,col=3,title=bluenoise-assets::twice: " in out
    assert "| twice | game.yaml:6 | " in (game.parent / "summary.md").read_text()


def test_what_is_stale_is_told_as_ever_and_not_made(game, capsys):
    build_from_poisoned_cache(game)
    (game.parent / "out" / "a_1.png").unlink()
    (game.parent / "out" / "a_2.glsl").write_text("mine")
    code, out, err = run(capsys, "--rebuild", "100%", "--only", "a_*")
    assert code == 3
    assert "2 of 4 textures are stale" in out
    assert "made again 2 of 2 fresh textures" in out
    assert err.count("\n") == 2
    assert run(capsys, "--rebuild", "100%")[0] == 1  # which is worse than stale
    code, out, _ = run(capsys, "--rebuild", "--only", "a_1")
    assert (code, out.splitlines()[-1].partition("; ")[0]) == (3, "1 of 1 textures are stale")
    assert out.endswith("no fresh texture to make again\n")


def test_a_file_that_other_code_has_packed_otherwise_is_the_same_texture(game, capsys):
    """What counts are texels; and they have to be those that the lock names."""
    build(game)
    lock, file = game.parent / "out" / "bluenoise.lock.json", game.parent / "out" / "a_1.png"
    texels, right = imageio.v3.imread(file), file.read_bytes()
    for image, found in ((texels, "5 the same\n"), (texels[::-1], "4 the same, 1 different\n")):
        imageio.v3.imwrite(file, image)
        plain = json.loads(lock.read_text())
        plain["files"]["a_1.png"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        lock.write_text(json.dumps(plain))
        assert file.read_bytes() != right
        _, out, err = run(capsys, "--rebuild", "100%")
        assert out.rpartition(": ")[2] == found
        assert ("a_1.png: made again here, this does not hold the texels" in err) == (image is not texels)


def test_floating_point_proves_nothing(tmp_path, capsys, monkeypatch):
    """Another kind of processor gives other bytes; that is a warning, and no accusation."""
    monkeypatch.chdir(tmp_path)
    text = "schema: 1\noutput: out\ntextures:\n  twice: {size: 8, objective: {spectrum: {fine_tuning: 8}},"
    game = project(tmp_path, f"{text} optimizer: {{steps: 8}}}}\n")
    cache = tmp_path / "cache"
    build(game, cache=cache, output=tmp_path / "other machine")
    poison(game, "twice", cache, change=lambda texels: texels ^ np.uint8(1))
    build(game, cache=cache)
    code, out, err = run(capsys, "--rebuild")
    assert code == 0
    assert out.endswith(": 1 not comparable\n")
    assert err.startswith("bluenoise-assets: warning: game.yaml:4: twice: twice.png: made again here")
    assert err.endswith("floating point, which differs between kinds of processors: this proves nothing\n")


def drawn(game, size, seed, only=None):
    chosen, fresh = draw(make_plan([load_manifest(game)], only=only), Sample.parse(size), seed)
    assert fresh == (5 if only is None else len(only))
    return {name for _, name in chosen}


def test_a_seed_draws_the_same_in_every_clone_and_one_at_least(game, tmp_path, capsys):
    build(game)
    (tmp_path / "clone").mkdir()
    clone = project(tmp_path / "clone", "# a comment\n" + MASKS)
    build(clone)
    samples = [drawn(game, "40%", seed) for seed in range(40)]
    assert samples == [drawn(clone, "2", seed) for seed in range(40)]
    assert set.union(*samples) == {"a_1", "a_2", "a_3", "a_4", "twice"}
    assert [len(drawn(game, size, 1)) for size in ("0.1%", "5%", "21%", "100%", "3", "9")] == [1, 1, 2, 5, 3, 5]
    assert Sample.parse("2.5%").count(100_000) == 2500
    assert Sample(Fraction(1, 20), is_share=True).count(0) == 0
    _, out, _ = run(capsys, "--rebuild", "2", "game.yaml", "--seed", "3", "--json")
    rebuilt = {event["texture"] for event in map(json.loads, out.splitlines()) if event["event"] == "rebuilt"}
    assert rebuilt == drawn(game, "2", 3)
    shares = [run(capsys, "--rebuild", "100%", "--shard", f"{index}/2")[1].split()[1] for index in (1, 2)]
    assert sum(map(int, shares)) == 5


@pytest.mark.parametrize("text", ["0", "0%", "101%", "1.5", "1/20", "-1", "five", "5 5", "1e3", "%"])
def test_a_sample_that_is_none(text, game, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["check", f"--rebuild={text}"])
    assert raised.value.code == 2
    assert capsys.readouterr().err.endswith(f"{text!r} is not a share like 5%, nor a number of textures like 20\n")


def test_options_of_rebuild_alone_say_nothing(game, capsys):
    for option in ("--seed", "--jobs"):
        code, _, err = run(capsys, option, "1")
        assert (code, err.count("\n")) == (2, 1)
        assert f"{option} says how --rebuild makes textures" in err


@pytest.mark.skipif(os.name != "posix", reason="the signal is POSIX's")
def test_a_signal_ends_it_and_nothing_is_left(game, tmp_path):
    game.write_text(MASKS.replace("size: 8, effort: fast", "size: 512, effort: best").split("  a_{i}")[0] + "  a: {}\n")
    (tmp_path / "tmp").mkdir()
    quick = tmp_path / "quick.py"  # a lock that names texels which nobody has to wait for
    quick.write_text(
        "import numpy as np\n"
        "from bluenoise_assets import load_manifest, build_manifests, noise\n"
        "noise.optimize_work_item = lambda spec, *_: np.arange(512 * 512, dtype=np.int32).reshape(1, 1, 512, 512)\n"
        "build_manifests(load_manifest('game.yaml'))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    subprocess.run([sys.executable, quick], cwd=tmp_path, env=environment, check=True)
    command = [sys.executable, "-m", "bluenoise_assets", "check", "--rebuild", "--json"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if '"optimising"' in line or '"starting"' in line:
            break
    assert list((tmp_path / "tmp").iterdir())
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 143
    assert out.endswith('{"event": "error", "text": "interrupted"}\n')
    until(lambda: not list((tmp_path / "tmp").iterdir()))
