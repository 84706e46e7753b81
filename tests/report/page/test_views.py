"""What is drawn of a texture is what is in it."""

import base64
import io
import itertools
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from support.noise_files import random_ranks
from support.references.spectra import power as power_by_definition

from bluenoise_assets.quality.measure import measure
from bluenoise_assets.quality.quantization import texels_of_ranks
from bluenoise_assets.quality.spectra import power_spectrum
from bluenoise_assets.report.page.views import TONES, radial_lines, spectrum_picture, views_of
from bluenoise_assets.report.pictures import as_srgb, dithered, gradient, photograph
from bluenoise_assets.spec import TextureSpec


def drawn(picture):
    data = base64.b64decode(picture.uri.partition(",")[2], validate=True)
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (picture.width, picture.height)
        return np.asarray(image.convert("RGB"))


def grey(picture):
    found = drawn(picture)
    assert (found == found[..., :1]).all()
    return found[..., 0]


def made(**keys):
    """A texture's spec, ranks and texels `[slice, height, width, channel]`."""
    spec = TextureSpec(**keys)
    ranks = random_ranks(spec)
    return spec, ranks, texels_of_ranks(ranks, spec).reshape(spec.layout.shape)


def test_a_mask():
    spec, _ranks, texels = made(size=(24, 16))
    views = views_of(texels, spec)
    assert np.array_equal(grey(views.tile), texels[0, ..., 0])
    assert np.array_equal(grey(views.tiling), np.tile(texels[0, ..., 0], (2, 2)))
    assert not views.is_part
    for tone, picture in zip(TONES, views.patterns, strict=True):
        lit = grey(picture) == 255
        assert lit.sum() == round(tone * 384)
        assert texels[0, ..., 0][lit].max() <= texels[0, ..., 0][~lit].min()
    both = np.vstack([gradient(192, 32), photograph()])
    own = texels[0, ..., 0].ravel().argsort(kind="stable").argsort().reshape(16, 24)
    for levels, picture in zip((2, 4), views.dithered, strict=True):
        assert np.array_equal(grey(picture), as_srgb(dithered(both, own, levels)))
    assert views.histogram == ((1.0,) * 64,)
    assert (views.alpha, views.animation, views.convergence, views.samples) == (None, None, None, ())


def test_the_spectrum_has_zero_in_the_middle_and_white_noise_is_grey():
    spec, _, texels = made(size=(6, 4))
    power = power_by_definition(texels[0, ..., 0].astype(float) + 0.5)
    found = grey(views_of(texels, spec).spectrum)
    assert np.array_equal(found, np.rint(255 * np.clip(np.roll(power, (2, 3), (0, 1)) / 2, 0, 1)))
    assert found[2, 3] == 0
    large = spectrum_picture(power_spectrum(np.random.default_rng(0).random((256, 150))))
    assert large.shape == (128, 75)
    assert large.mean() == pytest.approx(127.5, abs=5)


def test_the_lines_are_those_of_the_figures():
    spec, _, texels = made(size=32)
    views = views_of(texels, spec)
    (figures,) = measure(texels[0, ..., 0])
    rings = [level for frequency, level in views.anisotropy if 1 / 8 <= frequency <= 1 / 2]
    assert np.mean(rings) == pytest.approx(figures.anisotropy_db, abs=0.02)
    flat = 10 ** (np.array([level for _, level in views.radial]) / 10)
    assert 0.7 < flat.mean() < 1.3
    assert views.radial[-1][0] <= 0.5**0.5
    many, _ = radial_lines([np.random.default_rng(0).random((400, 400))])
    assert 64 <= len(many) <= 128
    assert all(before < after for (before, _), (after, _) in itertools.pairwise(many))


def test_channels_are_colours_and_the_fourth_is_apart():
    spec, _, texels = made(size=8, channels=4)
    views = views_of(texels, spec)
    assert np.array_equal(drawn(views.tile), texels[0, ..., :3])
    assert np.array_equal(grey(views.alpha), texels[0, ..., 3])
    assert len(views.histogram) == 4
    spec, _, texels = made(size=8, channels=2, bits=16)
    shown = drawn(views_of(texels, spec).tile)
    assert np.array_equal(shown[..., :2], texels[0] >> 8)
    assert not shown[..., 2].any()


def test_of_large_textures_a_part_and_the_corner_where_four_tiles_meet():
    spec, _, texels = made(size=(300, 20))
    views = views_of(texels, spec)
    one = texels[0, ..., 0]
    assert views.is_part
    assert np.array_equal(grey(views.tile), one[:, :256])
    assert np.array_equal(grey(views.tiling), np.tile(np.hstack([one[:, 236:], one[:, :64]]), (2, 1)))
    assert np.array_equal(grey(views.small_tile), one[:, :64])
    assert all(max(picture.width, picture.height) <= 256 for picture in (views.tile, views.tiling, *views.patterns))


def test_floats_and_directions():
    spec, _, texels = made(size=8, encoding="float", bits=32)
    assert np.array_equal(grey(views_of(texels, spec).tile), np.floor(texels[0, ..., 0] * 256))
    spec, _, texels = made(size=8, encoding="float", bits=32, sample_space="sphere")
    views = views_of(texels, spec)
    assert np.array_equal(drawn(views.tile), np.clip(np.floor((texels[0] + 1) * 128), 0, 255))
    assert np.allclose(views.samples, texels[0].reshape(-1, 3), atol=1e-3)
    assert views.dithered == ()
    lit = grey(views.patterns[TONES.index(Fraction(1, 2))]) == 255
    assert texels[0, ..., 0][lit].max() < texels[0, ..., 0][~lit].min()


def test_frames_are_a_strip():
    spec, _ranks, texels = made(size=8, frames=5)
    views = views_of(texels, spec)
    strip = grey(views.animation).reshape(5, 32, 128)
    assert views.animated == 5
    for frame, shown in zip(texels[..., 0], strip, strict=True):
        order = frame.ravel().argsort(kind="stable").argsort().reshape(8, 8)
        assert np.array_equal(shown, 255 * dithered(gradient(128, 32), order, 2))
    assert set(views.convergence.mean) == {"ours", "white", "golden"}
    assert set(views.convergence.ema) == {"ours", "white", "golden"}


def test_a_volume_shows_its_first_slice_and_the_plane_without_depth():
    spec, _ranks, texels = made(size=(8, 8, 8))
    views = views_of(texels, spec)
    assert np.array_equal(grey(views.tile), texels[0, ..., 0])
    plane = np.fft.fftshift(power_spectrum(texels[..., 0])[0])
    assert np.abs(grey(views.spectrum) - 255 * np.clip(plane / 2, 0, 1)).max() <= 1
    assert grey(views.patterns[2]).shape == (8, 8)


def test_a_row_has_no_rings():
    spec, _, texels = made(size=(33, 1))
    views = views_of(texels, spec)
    assert views.radial
    assert views.anisotropy == ()


def test_one_texel_has_a_tile_and_no_more():
    spec, _, texels = made(size=1)
    views = views_of(texels, spec)
    assert views.spectrum is None
    assert (views.patterns, views.dithered, views.radial) == ((), (), ())
