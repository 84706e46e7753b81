import shutil

import pytest

from bluenoise_assets.engines.shaders import sources
from bluenoise_assets.errors import BuildError


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "site" / "bluenoise_assets"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sources, "PACKAGE", folder)
    return folder


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


@pytest.mark.parametrize("name", ["bluenoise_common.glsl", "bluenoise_common.hlsl"])
def test_this_installation_has_its_shaders(name):
    assert "#define BLUENOISE_COMMON\n" in sources.text(name)


def test_a_wheels_own_copy_wins_over_a_neighbour_in_site_packages(package):
    write(package / sources.OWN / "a.glsl", b"ours")
    write(package.parent / "shaders" / "a.glsl", b"another package's")
    assert sources.text("a.glsl") == "ours"
    shutil.rmtree(package / "engines")
    assert sources.text("a.glsl") == "another package's"


def test_a_windows_checkout_gives_the_same_text(package):
    write(package.parent / "shaders" / "a.glsl", b"one\r\ntwo\r\n")
    assert sources.text("a.glsl") == "one\ntwo\n"


def test_a_damaged_installation_is_told_in_one_sentence(package):
    with pytest.raises(BuildError, match=r"shaders/a\.glsl is missing .*; install bluenoise-assets again"):
        sources.text("a.glsl")
    write(package / sources.OWN / "a.glsl", b"\xff")
    with pytest.raises(BuildError, match="cannot read"):
        sources.text("a.glsl")
