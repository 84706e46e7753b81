"""The user's cache folder."""

from bluenoise_assets.builder.cache.user_folder import user_cache_folder


def test_the_cache_folder_honours_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache_folder() == tmp_path / "bluenoise-assets"
