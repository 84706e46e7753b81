"""Shares of a build on several machines, and their union, which is what one machine would have built."""

import hashlib
import json
import os
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.projects import MANIFEST, build, contents, lock_of, project, run_cli

from bluenoise_assets import ManifestError, TextureSpec
from bluenoise_assets.builder.merge import merge
from bluenoise_assets.builder.shard import Shard, cost, share
from bluenoise_assets.cli import main

MANY = MANIFEST.replace("  a: {size: 8, seed: 1}", '  a_{i}: {matrix: {i: [1, 2, 3, 4, 5]}, size: 8, seed: "{i}"}')


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 300), max_size=30), st.integers(1, 6))
def test_each_texture_belongs_to_one_share_and_shares_are_about_equal(sides, count):
    specs = [TextureSpec(f"t{index}", (side, side)) for index, side in enumerate(sides)]
    shares = [share(specs, Shard(index, count)) for index in range(1, count + 1)]
    assert all(sum(column) == 1 for column in zip(*shares, strict=True))
    loads = [sum(cost(spec) for spec, mine in zip(specs, chosen, strict=True) if mine) for chosen in shares]
    longest = max((cost(spec) for spec in specs), default=0)
    assert max(loads) - min(loads) <= longest


@pytest.fixture
def parts(tmp_path):
    """Three machines, each with a checkout of its own, and what each built."""
    for index in (1, 2, 3):
        (tmp_path / f"machine{index}").mkdir()
        project(tmp_path / f"machine{index}", MANY)
        done = run_cli("build", "--shard", f"{index}/3", "game.yaml", cwd=tmp_path / f"machine{index}")
        assert done.returncode == 0, done.stderr
        done = run_cli("check", "--shard", f"{index}/3", "game.yaml", cwd=tmp_path / f"machine{index}")
        assert done.returncode == 0, done.stderr
        done = run_cli("check", "game.yaml", cwd=tmp_path / f"machine{index}")
        assert done.returncode == 3, done.stderr
        shutil.copytree(tmp_path / f"machine{index}" / "out", tmp_path / f"part{index}")
    return [tmp_path / f"part{index}" for index in (1, 2, 3)]


def test_the_parts_together_are_what_one_machine_builds(parts, tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    build(project(whole, MANY))
    game = project(tmp_path, MANY)
    assert set.union(*({*lock_of(part)} for part in parts)) == {*lock_of(whole / "out")}
    own = [file for part in parts for file, entry in lock_of(part).items() if entry["kind"] != "library"]
    assert len(own) == len(set(own))

    assert main(["merge", *map(str, parts), "--output", str(tmp_path / "out"), "--sha256sums"]) == 0
    merged = contents(tmp_path / "out")
    assert main(["check", str(game)]) == 0
    assert merged.pop("SHA256SUMS")
    assert merged == contents(whole / "out")
    assert merge(parts, tmp_path / "out") == []  # again: nothing changes
    assert main(["build", str(game), "--quiet"]) == 0


def test_what_the_target_holds_besides_is_kept(parts, tmp_path):
    text = MANIFEST.replace("  a:", "  other:").split("  b:")[0]
    build(project(tmp_path, text, "other.yaml"))
    merge(parts, tmp_path / "out")
    project(tmp_path, MANY)
    assert main(["check", str(tmp_path / "game.yaml"), str(tmp_path / "other.yaml")]) == 0


def test_problems_are_told_before_anything_is_written(parts, tmp_path):
    (tmp_path / "empty").mkdir()
    file = min(lock_of(parts[0]))
    (parts[0] / file).write_bytes(b"damaged in transport")
    missing = min(lock_of(parts[1]))
    (parts[1] / missing).unlink()
    shutil.copytree(parts[2], tmp_path / "again")
    lock = tmp_path / "again" / "bluenoise.lock.json"
    lock.write_text(lock.read_text().replace('"seed": ', '"seed": 1'))
    with pytest.raises(ManifestError) as raised:
        merge([*parts, tmp_path / "empty", tmp_path / "nowhere", tmp_path / "again"], tmp_path / "out")
    texts = [problem.text for problem in raised.value.problems]
    assert f"{file} is missing or not what the lock says" in texts
    assert f"{missing} is missing or not what the lock says" in texts
    assert texts.count("there is no bluenoise.lock.json in this folder") == 2
    assert any("was built differently" in text for text in texts)
    assert not (tmp_path / "out").exists()
    done = run_cli("merge", "empty", "--output", "out", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def forge(part, file, data, **fields):
    """Put a file into a part, and into its lock, with a right hash."""
    (part / file).parent.mkdir(parents=True, exist_ok=True)
    (part / file).write_bytes(data)
    lock = part / "bluenoise.lock.json"
    plain = json.loads(lock.read_text())
    plain["files"][file] = plain["files"]["b.glsl"] | {"sha256": hashlib.sha256(data).hexdigest()} | fields
    lock.write_text(json.dumps(plain))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (".git/config", "bluenoise-assets never writes a hidden file"),
        ("ui/.bashrc", "bluenoise-assets never writes a hidden file"),
        ("install.sh", "install.sh is no file that bluenoise-assets writes"),
        ("../up.glsl", "this is no file of its folder"),
        ("bluenoise.lock.json", "bluenoise.lock.json is no file that bluenoise-assets writes"),
    ],
)
def test_a_forged_part_writes_nothing(tmp_path, file, message):
    part = tmp_path / "part" / "deeper"
    build(project(tmp_path), output=part)
    forge(part, file, b"[core]\nfsmonitor = rm -rf\n") if file != "bluenoise.lock.json" else forge_own(part)
    with pytest.raises(ManifestError, match=message):
        merge([part], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def forge_own(part):
    lock = part / "bluenoise.lock.json"
    plain = json.loads(lock.read_text())
    plain["files"]["bluenoise.lock.json"] = plain["files"]["b.png"]
    lock.write_text(json.dumps(plain))


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_pipe_in_a_part_is_refused_not_waited_for(tmp_path):
    part = tmp_path / "part"
    build(project(tmp_path), output=part)
    (part / "a.png").unlink()
    os.mkfifo(part / "a.png")
    done = run_cli("merge", part, "--output", "out", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("a.png: cannot be read: it is a pipe or a device, not a file\n") == 1
