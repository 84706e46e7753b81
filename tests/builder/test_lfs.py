"""Git LFS: a checkout without the large files has pointers in their places, which say what belongs there."""

import re

import pytest
from support.projects import contents, lock_of, run_cli
from support.repositories import Repository
from support.tools import require

from bluenoise_assets.builder.atomic_files import file_sha256, pointer_oid
from bluenoise_assets.builder.lock import LOCK_NAME

MANIFEST = """\
schema: 1
output: out
defaults: {size: 8, effort: fast}
textures:
  a: {seed: 1, engines: [godot]}
  b: {seed: 2, formats: [png, dds]}
shaders: [glsl]
"""

TRACKED = "*.png filter=lfs diff=lfs merge=lfs -text\n*.dds filter=lfs diff=lfs merge=lfs -text\n"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """A repository whose textures are in LFS, as `git lfs track` has it."""
    require("git-lfs", "apt-get install git-lfs")
    repository = Repository(tmp_path_factory.mktemp("origin"))
    repository.git("lfs", "install", "--local")
    (repository.folder / ".gitattributes").write_text(TRACKED)
    (repository.folder / "game.yaml").write_text(MANIFEST)
    done = run_cli("build", "--sha256sums", "game.yaml", cwd=repository.folder)
    assert done.returncode == 0, done.stderr
    repository.commit()
    return repository


@pytest.fixture
def checkout(origin, tmp_path):
    """A clone of it on a machine without the large files, as CI makes it unless one asks for them."""
    folder = tmp_path / "checkout"
    origin.git("clone", "--quiet", "file://" + str(origin.folder), folder, GIT_LFS_SKIP_SMUDGE="1")
    for file in (folder / "out").rglob("*.png"):
        assert file.read_text().startswith("version https://git-lfs.github.com/spec/v1\n")
    return folder


def cli(folder, *words):
    return run_cli(*words, cwd=folder)


def test_pointers_are_as_fresh_as_what_they_stand_for(checkout):
    before = contents(checkout)
    for verb in ("check", "plan", "build"):
        done = cli(checkout, verb, "game.yaml")
        assert done.returncode == 0, done.stderr
        assert "all fresh" in done.stdout
    assert contents(checkout) == before, "a build leaves a pointer to the right file alone"
    done = cli(checkout, "build", "--sha256sums", "game.yaml")
    assert done.returncode == 0, done.stderr
    assert contents(checkout) == before


def test_a_pointer_to_another_file_is_stale_and_built(checkout, origin):
    pointer = checkout / "out" / "b.png"
    pointer.write_text(re.sub(r"sha256:\w{8}", "sha256:" + "0" * 8, pointer.read_text()))
    done = cli(checkout, "check", "game.yaml")
    assert done.returncode == 3
    assert done.stderr.count("the file was changed since it was built") == 1
    assert cli(checkout, "build", "game.yaml").returncode == 0
    assert pointer.read_bytes() == (origin.folder / "out" / "b.png").read_bytes()


def test_no_texture_is_made_of_a_pointer(checkout):
    """Neither under another name, of a file with the same texels, nor in another format."""
    manifest = checkout / "game.yaml"
    manifest.write_text(MANIFEST.replace("  b:", "  c:").replace("[png, dds]", "[npy]"))
    done = cli(checkout, "build", "game.yaml")
    assert done.returncode == 0, done.stderr
    assert "built c: " in done.stdout
    assert "the same content" not in done.stdout
    texels = {entry["texels"] for file, entry in lock_of(checkout / "out").items() if file in {"b.png", "c.npy"}}
    assert len(texels) == 1


def test_pointers_are_cleaned_away(checkout):
    done = cli(checkout, "clean", "game.yaml")
    assert done.returncode == 0, done.stderr
    assert "kept" not in done.stdout
    assert not (checkout / "out").exists()


def test_pointers_are_not_merged_as_textures(checkout, tmp_path):
    done = run_cli("merge", checkout / "out", "--output", "whole", cwd=tmp_path)
    assert done.returncode == 2
    assert "b.png is a Git LFS pointer; `git lfs pull` fetches the file" in done.stderr
    assert not (tmp_path / "whole").exists()


def test_import_settings_are_never_written_around_a_pointer(checkout):
    (sidecar,) = checkout.rglob("*.import")
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
    sidecar.write_text(text)
    done = cli(checkout, "check", "game.yaml")
    assert done.returncode == 3
    assert "the import settings cannot be read: it is a Git LFS pointer; `git lfs pull` fetches the file" in done.stderr
    done = cli(checkout, "build", "game.yaml")
    assert done.returncode == 1
    assert "it is a Git LFS pointer; `git lfs pull` fetches the file" in done.stderr
    assert sidecar.read_text() == text


def test_a_lock_in_lfs_is_one_clear_line(checkout):
    lock = checkout / "out" / LOCK_NAME
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{file_sha256(lock)}\nsize 1\n"
    lock.write_text(text)
    for verb in ("check", "build"):
        done = cli(checkout, verb, "game.yaml")
        assert done.returncode == 2
        assert "the lock is a Git LFS pointer; `git lfs pull` fetches it; better, keep it out of Git LFS" in done.stderr
    assert lock.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version https://git-lfs.github.com/spec/v1\n",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'A' * 64}\nsize 1\n",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize -1\n",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 1\n\n",
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize {'1' * 2000}\n",
        f"version https://git-lfs.github.com/spec/v1\next-0-x sha256:{'b' * 64}\noid sha256:{'a' * 64}\nsize 1\n",
    ],
    ids=range(7),
)
def test_what_is_no_pointer(text):
    assert pointer_oid(text.encode()) is None
    good = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 0\n"
    assert pointer_oid(good.encode()) == "a" * 64


def test_a_picture_in_lfs_that_a_texture_is_made_of_is_asked_for(tmp_path):
    (tmp_path / "p.png").write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n")
    (tmp_path / "a.yaml").write_text("schema: 1\ntextures: {a: {size: 8, sample_space: vec2, importance: p.png}}\n")
    done = cli(tmp_path, "check", "a.yaml")
    assert done.returncode == 2
    assert "this is a Git LFS pointer, not the file: p.png; `git lfs pull` fetches it" in done.stderr
