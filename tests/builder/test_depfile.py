"""What build systems are told, read by Ninja and Make themselves."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import PACKAGE
from support.projects import MANIFEST, contents, project, run_cli
from support.tools import require

from bluenoise_assets import BuildError, load_manifest
from bluenoise_assets.builder import depfile
from bluenoise_assets.builder.depfile import depfile_text, listed

ODD = ["plain", "a b", "a  b", "hash#tag", "dol$lar", "größe/霧", "a\\ b", "back\\slash", "x=y", "(1)", "a+b,c@d", "~t"]


ODD_NAMES = st.text("ab #$é.", min_size=1, max_size=6).map(lambda name: f"/n/x{name}x")


def prerequisites_that_ninja_reads(text, folder):
    ninja = require("ninja", "apt-get install ninja-build")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "in.d").write_text(text, encoding="utf-8")
    rules = "rule r\n  command = touch out && cp in.d x.d\n  depfile = x.d\n  deps = gcc\nbuild out: r in.d\n"
    (folder / "build.ninja").write_text(rules)
    done = subprocess.run([ninja], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    told = subprocess.run(
        [ninja, "-t", "deps", "out"], cwd=folder, capture_output=True, encoding="utf-8", check=False
    ).stdout
    return [line[4:] for line in told.splitlines()[1:] if line]


def prerequisites_that_make_reads(text, folder):
    """Make tells of each prerequisite that is not there."""
    make = require("make", "apt-get install make")
    (folder / "x.d").write_text(text, encoding="utf-8")
    (folder / "first").touch()
    done = subprocess.run(
        [make, "--dry-run", "--debug=b", "-f", "x.d", "out"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"LC_ALL": "C"},
        check=False,
    )
    assert done.returncode == 0, done.stderr  # a file that is gone stops nothing
    lines = [line.strip() for line in done.stdout.splitlines()]
    found = [line[6:-17] for line in lines if line.startswith("File '") and line.endswith("' does not exist.")]
    return [name for name in found if name != "out"]


def test_ninja_and_make_read_back_every_odd_name(tmp_path):
    names = [f"/nowhere/{name}" for name in ODD]
    text = depfile_text([Path("out")], [Path("first"), *map(Path, names)])
    assert prerequisites_that_ninja_reads(text, tmp_path / "ninja") == ["first", *names]
    readable = [name for name in names if "=" not in name]  # a rule for x=y: is an assignment to Make
    text = depfile_text([Path("out")], [Path("first"), *map(Path, readable)])
    assert prerequisites_that_make_reads(text, tmp_path) == readable


@settings(max_examples=25, deadline=None)
@given(st.lists(ODD_NAMES, min_size=1, max_size=5, unique=True))
def test_any_mixture_of_them(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("depfile")
    text = depfile_text([Path("out")], [Path("first"), *map(Path, names)])
    assert prerequisites_that_ninja_reads(text, folder / "ninja") == ["first", *names]
    assert prerequisites_that_make_reads(text, folder) == names


def test_a_line_break_cannot_be_listed():
    for text in ("a\nb", "a\rb"):
        with pytest.raises(BuildError, match="line break"):
            listed([Path(text)])


def test_lists_are_exact(tmp_path):
    """The outputs are what a build writes; the inputs what it reads."""
    text = MANIFEST.replace("ui/c", '"ui/großes Rauschen #1 $x"')
    project(tmp_path, text)
    build = ("build", "game.yaml", "--output", "o u t")
    told = run_cli(*build, "--list-outputs", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert not (tmp_path / "o u t").exists()
    inputs = run_cli(*build, "--list-inputs", cwd=tmp_path).stdout.splitlines()
    assert inputs[0] == "game.yaml"
    assert {Path(line).name for line in inputs[1:3]} == {"texture.glsl", "bluenoise_common.glsl"}
    assert Path(inputs[3]) == PACKAGE / "spec" / "canonical.py"
    assert len(inputs) == 4

    done = run_cli(*build, "--depfile", "x.d", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = {f"o u t/{file}" for file in contents(tmp_path / "o u t")}
    assert set(told.stdout.splitlines()) == written - {"o u t/bluenoise.lock.json"}
    outputs = [Path(line) for line in told.stdout.splitlines()]
    assert (tmp_path / "x.d").read_text(encoding="utf-8") == depfile_text(outputs, [Path(line) for line in inputs])


def test_without_output_the_lists_are_absolute(tmp_path):
    project(tmp_path)
    told = run_cli("build", "game.yaml", "--list-outputs", cwd=tmp_path).stdout.splitlines()
    assert told[0] == (tmp_path / "out" / "a.png").resolve().as_posix()


def test_lists_of_a_wrong_manifest_are_its_problems(tmp_path):
    project(tmp_path, MANIFEST.replace("size: 6", "sise: 6"))
    for option in ("--list-outputs", "--list-inputs"):
        done = run_cli("build", "game.yaml", option, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("game.yaml:7:")


def times(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*") if path.suffix in {".png", ".glsl"}}


def test_sources_of_an_engines_shaders_are_inputs_and_its_files_outputs(tmp_path):
    text = "schema: 1\noutput: out\ntextures:\n  a: {size: 8, engines: [bevy, godot]}\nshaders: [glsl]\n"
    manifest = load_manifest(project(tmp_path, text))
    sources = {path.name for path in depfile.inputs([manifest]) if path.parent.name == "shaders"}
    suffixes = ("glsl", "wgsl", "gdshaderinc")
    assert sources == {f"{stem}.{suffix}" for stem in ("bluenoise_common", "texture") for suffix in suffixes}
    files = {path.relative_to(manifest.output).as_posix() for path in depfile.outputs([manifest])}
    assert {"a.glsl", "bevy/a.ktx2", "bevy/a.ktx2.meta", "godot/a.png.import", "godot/a.md"} <= files


def test_touch_makes_all_outputs_newer_than_their_inputs(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    for path in out.rglob("*"):
        os.utime(path, (1000, 1000))
    os.utime(game, (2000, 2000))
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    assert set(times(out).values()) == {1000 * 10**9}  # write-if-changed: nothing was
    began = time.time_ns()
    assert run_cli("build", game, "--touch", cwd=tmp_path).returncode == 0
    assert min(times(out).values()) >= began


def test_what_is_saved_during_a_build_stays_newer_than_its_outputs(tmp_path, monkeypatch):
    """Else a build system would never see it."""
    from bluenoise_assets import load_manifest
    from bluenoise_assets.builder import build_manifests

    game = project(tmp_path)
    manifests = [load_manifest(game)]
    began = time.time_ns()
    build_manifests(manifests)
    time.sleep(0.02)
    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    depfile.touch(depfile.outputs(manifests), manifests, began)
    assert max(times(tmp_path / "out").values()) < game.stat().st_mtime_ns


def test_a_manifest_from_the_future_does_not_run_the_step_for_ever(tmp_path):
    game, out = project(tmp_path), tmp_path / "out"
    future = time.time() + 86400
    os.utime(game, (future, future))
    assert run_cli("build", game, "--touch", cwd=tmp_path).returncode == 0
    assert min(times(out).values()) >= game.stat().st_mtime_ns


def test_a_failed_build_writes_no_depfile_and_touches_nothing(tmp_path):
    game, out = project(tmp_path, MANIFEST.replace("ui/c", "a.png/c")), tmp_path / "out"
    game.write_text(MANIFEST)
    out.mkdir()
    (out / "ui").write_text("a file where a folder should be")
    done = run_cli("build", game, "--depfile", "x.d", "--touch", cwd=tmp_path)
    assert done.returncode == 1
    assert not (tmp_path / "x.d").exists()


def test_a_depfile_that_cannot_be_written_is_one_line(tmp_path):
    game = project(tmp_path)
    (tmp_path / "file").write_text("")
    done = run_cli("build", game, "--depfile", "file/x.d", "--quiet", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr
