"""The density that an importance map asks for."""

import numpy as np
import pytest

from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.importance import density
from bluenoise_assets.spec import Importance, TextureSpec


def test_a_picture_from_python_is_the_density(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texels = np.array([[0, 1, 2], [3, 4, 5]], np.uint8)
    (tmp_path / "map.png").write_bytes(png.encode(TexelImage(texels[None, :, :, None])))
    spec = TextureSpec(size=8, sample_space="vec2", importance="map.png")
    found = density(spec.importance)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, 10_000 * texels.astype(np.int64))
    assert TextureSpec(size=8, sample_space="vec2", importance=tmp_path / "map.png") == spec
    assert TextureSpec(size=8, sample_space="vec2", importance=Importance.read("map.png")).key() == spec.key()


def test_what_is_no_density_is_a_clear_value_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "black.png").write_bytes(png.encode(TexelImage(np.zeros((1, 2, 2, 1), np.uint8))))
    (tmp_path / "text.png").write_text("no picture")
    for name, text in {
        "black.png": "importance: the picture is black everywhere: black.png; its brightness is the density",
        "text.png": "importance: this is not a PNG file: text.png; save it as PNG",
        ".": "importance: this is a folder, not a file: .",
    }.items():
        with pytest.raises(ValueError) as raised:
            TextureSpec(size=8, sample_space="vec2", importance=name)
        assert str(raised.value).startswith(text)
