"""Pictures that manifests name: where they are looked for, what is recorded of them, and each mistake's one line."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.projects import run_cli

from bluenoise_assets import ManifestError, load_manifest
from bluenoise_assets.builder import depfile
from bluenoise_assets.builder.lock import Entry, lock_text
from bluenoise_assets.cli import main
from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.manifest import read_manifests
from bluenoise_assets.spec.input_file import InputFile

VECTORS = "schema: 1\ntextures:\n  a: {size: 8, sample_space: vec2, importance: map.png}\n"
COLUMN = 48
"""Of the path in line 3."""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files):
    for name, text in files.items():
        path = Path(f"{name.replace('__', '/')}.yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text("schema: 1\n" + text if not text.startswith("schema") else text)


def picture(path="map.png", white=255):
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes(png.encode(TexelImage(np.full((1, 2, 2, 1), white, np.uint8))))


def problems(path="game.yaml"):
    with pytest.raises(ManifestError) as raised:
        load_manifest(path)
    return [str(problem) for problem in raised.value.problems]


# ------------------------------------------------------------------ where it is, and what is known of it


def test_the_key_changes_with_the_bytes_and_not_with_the_name():
    write(game=VECTORS, other=VECTORS.replace("map.png", "sub/../renamed.png"))
    picture("map.png", 1)
    picture("renamed.png", 1)
    one, other = (load_manifest(f"{name}.yaml").textures[0] for name in ("game", "other"))
    assert one.key() == other.key()
    assert (one.importance.file, other.importance.file) == ("map.png", "renamed.png")
    before = load_manifest("game.yaml").sha256
    picture("map.png", 2)
    changed = load_manifest("game.yaml")
    assert changed.textures[0].key() != one.key()
    assert changed.sha256 != before  # or a watch would not see it, and `touch` would trust it


def test_a_path_is_relative_to_the_file_in_which_it_stands():
    """Of defaults and of extended entries, in a folder of their own, and inside a matrix."""
    write(
        shared__common=(
            "defaults: {sample_space: vec2, importance: near.png}\n"
            'textures: {.base: {importance: "{place}.png"}, .own: {importance: ../far.png}}\n'
        ),
        game=(
            "include: shared/common.yaml\ntextures:\n"
            "  a: {size: 8}\n"
            "  b: {size: 8, extends: .own}\n"
            "  c_{place}: {size: 8, extends: .base, matrix: {place: [near, other]}}\n"
            "  d: {size: 8, importance: shared/near.png}\n"
        ),
    )
    for name in ("shared/near", "far", "shared/other"):
        picture(f"{name}.png")
    found = {spec.name: Path(spec.importance.file) for spec in load_manifest("game.yaml").textures}
    near, far, other = Path("shared/near.png"), Path("far.png"), Path("shared/other.png")
    assert found == {"a": near, "b": far, "c_near": near, "c_other": other, "d": near}
    assert set(load_manifest("game.yaml").inputs) == {Path("game.yaml"), Path("shared/common.yaml"), near, far, other}


def test_it_is_among_the_inputs(capsys):
    write(game=VECTORS)
    picture()
    manifest = load_manifest("game.yaml")
    assert manifest.inputs == (Path("game.yaml"), Path("map.png"))
    assert main(["build", "game.yaml", "--list-inputs"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["game.yaml", "map.png"]
    rule = depfile.depfile_text([Path("out/a.png")], depfile.inputs([manifest]))
    assert "\n  map.png" in rule


def test_a_missing_picture_is_among_the_inputs_so_that_a_watch_sees_it_come():
    write(game=VECTORS)
    loaded = read_manifests([Path("game.yaml")])
    assert loaded.inputs == (Path("game.yaml"), Path("map.png"))
    assert len(loaded.problems) == 1


def test_it_is_read_once_for_all_textures_and_manifests(monkeypatch):
    read = []
    monkeypatch.setattr(InputFile, "read", classmethod(counted(InputFile.read.__func__, read)))
    write(
        game='textures: {"a_{n}": {matrix: {n: [1, 2]}, size: "{n}", sample_space: vec2, importance: map.png}}\n',
        other='textures: {"b_{n}": {matrix: {n: [map]}, size: 4, sample_space: vec2, importance: "{n}.png"}}\n',
    )
    picture()
    loaded = read_manifests([Path("game.yaml"), Path("other.yaml")])
    assert not loaded.problems
    assert read == [Path("map.png")]


def counted(function, calls):
    def read(kind, path):
        calls.append(path)
        return function(kind, path)

    return read


def test_a_manifest_without_pictures_has_the_hash_of_its_bytes():
    write(game="textures: {a: {size: 8}}\n")
    assert load_manifest("game.yaml").sha256 == hashlib.sha256(Path("game.yaml").read_bytes()).hexdigest()


@pytest.mark.parametrize("names", [True, False])
def test_numpy_is_loaded_for_pictures_alone(names):
    write(game=VECTORS if names else VECTORS.replace(", importance: map.png", ""))
    picture()
    code = "import sys, bluenoise_assets as b; b.load_manifest('game.yaml'); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{names}\n"


# ------------------------------------------------------------------ what a change does


def test_a_changed_picture_makes_stale_what_is_made_of_it(here):
    write(game=VECTORS)
    picture(white=1)
    spec = load_manifest("game.yaml").textures[0]
    out = here / "bluenoise"
    out.mkdir()
    (out / "a.png").write_bytes(b"as built")
    (out / "bluenoise.lock.json").write_text(lock_text({"a.png": built(spec)}))
    assert run_cli("plan", "game.yaml", cwd=here).stdout.strip().endswith("fresh")
    picture(white=2)
    told = run_cli("plan", "game.yaml", cwd=here).stdout
    new = load_manifest("game.yaml").textures[0]
    assert f"importance.sha256: {spec.importance.sha256[:12]} -> {new.importance.sha256[:12]}" in told
    assert run_cli("check", "game.yaml", cwd=here).returncode == 3


def built(spec):
    """A lock's entry, as after a build."""
    plain = json.loads(json.dumps(spec.content()))
    return Entry(
        "../game.yaml", "a", "texture", spec.key(), plain, hashlib.sha256(b"as built").hexdigest(), algorithm=1
    )


# ------------------------------------------------------------------ what is wrong


def one_line(text, path="map.png", hint=""):
    return [f"game.yaml:3:{COLUMN}: error: a.importance: {text}: {path}{hint and '; '}{hint}"]


def test_each_mistake_is_one_line_at_the_key(capsys):
    write(game=VECTORS)
    assert problems() == one_line("there is no such file")
    picture("mpa.png")
    assert problems() == one_line("there is no such file", hint="did you mean 'mpa.png'?")
    Path("map.png").mkdir()
    assert problems() == one_line("this is a folder, not a file")
    Path("map.png").rmdir()
    as_png = "save it as PNG, of at most 2^24 texels"
    Path("map.png").write_bytes(b"")
    assert problems() == one_line("this is not a PNG file", hint=as_png)
    picture()
    whole = Path("map.png").read_bytes()
    Path("map.png").write_bytes(whole[:50])
    assert problems() == one_line("this PNG file is damaged: the checksum of b'IDAT' is wrong", hint=as_png)
    picture(white=0)
    assert problems() == one_line(
        "the picture is black everywhere", hint="its brightness is the density of the samples"
    )
    assert main(["build", "game.yaml", "--output", "out"]) == 2
    assert capsys.readouterr().err.splitlines() == problems()
    assert not Path("out").exists()
    with Path("map.png").open("wb") as file:
        file.truncate(2**30)
    assert problems() == one_line("the file has 1024.0 MiB; an importance map has at most 64 MiB")


@pytest.mark.skipif(os.name != "posix", reason="pipes and permissions are POSIX's")
def test_a_pipe_and_a_file_that_may_not_be_read(here):
    write(game=VECTORS)
    os.mkfifo("map.png")  # opening it would wait for ever
    assert problems() == one_line("this is not a regular file")
    Path("map.png").unlink()
    picture()
    Path("map.png").chmod(0)
    user = os.geteuid()
    if user == 0:  # as root every file is readable
        here.chmod(0o755)
        os.seteuid(65534)
    try:
        found = problems()
    finally:
        os.seteuid(user)
    assert found == one_line("the file cannot be read: Permission denied")


@pytest.mark.parametrize(
    ("importance", "line"),
    [
        ("[map.png]", f"{COLUMN}: error: a.importance: expected a path, found a list"),
        ("{file: map.png}", f"{COLUMN}: error: a.importance: expected a path, found a mapping"),
        ("{map}", f'{COLUMN}: error: a.importance: expected a path, found a mapping; quote a template: "{{map}}"'),
        ("~", f"{COLUMN}: error: a.importance: expected a path, found nothing"),
        ('""', f"{COLUMN}: error: a.importance: '' is not a file's name"),
        ('"a\\nb"', f"{COLUMN}: error: a.importance: 'a\\nb' is not a file's name"),
        (
            "'*.png'",
            f"{COLUMN}: error: a.importance: there is no such file: *.png; name each file: patterns are not expanded",
        ),
        (
            "none/map.png",
            f"{COLUMN}: error: a.importance: there is no such file: none/map.png; there is no folder none",
        ),
    ],
)
def test_what_is_no_path(importance, line):
    picture()
    write(game=VECTORS.replace("map.png", importance))
    assert problems() == [f"game.yaml:3:{line}"]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            "importance: map.png",
            "3:28: error: a.importance: an importance map is for vec2, not for scalar; add `sample_space: vec2`",
        ),
        (
            "sample_space: sphere, importance: map.png",
            "3:50: error: a.importance: an importance map is for vec2, not for sphere; remove it",
        ),
    ],
)
def test_a_picture_for_what_has_no_density(keys, line):
    picture()
    write(game=f"schema: 1\ntextures:\n  a: {{size: 8, {keys}}}\n")
    assert problems() == [f"game.yaml:{line}"]


def test_a_mistake_in_an_included_file_is_told_there():
    write(
        shared__common="textures: {.base: {sample_space: vec2, importance: map.png}}\n",
        game="include: shared/common.yaml\ntextures: {a: {size: 8, extends: .base}}\n",
    )
    picture()
    assert problems() == [
        (
            "shared/common.yaml:2:52: error: .base.importance: there is no such file: shared/map.png; "
            "a path is relative to the file that names it"
        )
    ]
