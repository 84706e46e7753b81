import json
import shutil

import pytest

from bluenoise_assets.engines import resources
from bluenoise_assets.errors import BuildError


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "site" / "bluenoise_assets"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", folder)
    return folder


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


@pytest.mark.parametrize("name", ["shaders/bluenoise.glsl", "shaders/bluenoise.hlsl"])
def test_this_installation_has_its_shaders(name):
    assert "BLUENOISE_INCLUDED" in resources.text(name)


def test_a_clone_keeps_the_schema_with_the_manifests(package):
    write(package.parent / "manifests" / "bluenoise.schema.json", b"{}")
    assert json.loads(resources.text("bluenoise.schema.json")) == {}


def test_a_wheels_own_copy_wins_over_a_neighbour_in_site_packages(package):
    write(package / "_resources" / "shaders" / "a.glsl", b"ours")
    write(package.parent / "shaders" / "a.glsl", b"another package's")
    assert resources.text("shaders/a.glsl") == "ours"
    shutil.rmtree(package / "_resources")
    assert resources.text("shaders/a.glsl") == "another package's"


def test_a_windows_checkout_gives_the_same_text(package):
    write(package.parent / "shaders" / "a.glsl", b"one\r\ntwo\r\n")
    assert resources.text("shaders/a.glsl") == "one\ntwo\n"


def test_a_damaged_installation_is_told_in_one_sentence(package):
    with pytest.raises(BuildError, match=r"shaders/a\.glsl is missing .*; install bluenoise-assets again"):
        resources.text("shaders/a.glsl")
    write(package / "_resources" / "shaders" / "a.glsl", b"\xff")
    with pytest.raises(BuildError, match="cannot read"):
        resources.text("shaders/a.glsl")
