import numpy as np
import pytest
from support.references import structure as slow
from support.references.ordered import bayer
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets.report.measured import structure

rng = np.random.default_rng(3)


@pytest.mark.parametrize("shape", [(12, 12), (16, 12)])
def test_peaks_and_seams_as_their_slow_forms(shape):
    for values in (rng.random(shape), void_and_cluster(shape, 1.0)):
        assert structure.peak_db(values) == pytest.approx(slow.peak_db(values), abs=1e-6)
        assert structure.seam_db(values) == pytest.approx(slow.seam_db(values), abs=1e-6)


def test_a_border_that_does_not_fit_is_seen():
    whole = void_and_cluster((48, 48), 1.5)
    assert structure.seam_db(whole) < 1.5
    assert structure.seam_db(whole[:32, :32]) > 5
    assert structure.seam_db(whole[:32]) > 5
    smooth = np.cumsum(np.cumsum(rng.normal(size=(32, 32)), 0), 1)  # a picture of any kind
    assert structure.seam_db(smooth) > 5


def test_repeated_tiles_and_ordered_patterns_have_peaks():
    tile = void_and_cluster((16, 16), 1.5)
    white = structure.peak_db(rng.random((64, 64)))
    assert white == pytest.approx(10 * np.log10(np.log(64 * 64 / 2)), abs=2)
    assert structure.peak_db(np.tile(tile, (4, 4))) > white + 5
    assert structure.peak_db(bayer(64)) > white + 10


def test_volumes_and_tiny_textures():
    assert structure.seam_db(rng.random((8, 8, 8))) == pytest.approx(0, abs=1.5)
    assert structure.seam_db(rng.random((4, 4))) is None
    assert structure.seam_db(np.ones((8, 8))) is None
    assert structure.peak_db(np.ones((8, 8))) is None
    assert structure.peak_db(rng.random((2, 2))) is None


def test_correlations_by_hand():
    a, b = rng.random((2, 100)).astype(np.float32)
    found = structure.correlations(np.stack([a, b, 1 - a, np.ones_like(a)]))
    assert found[0, 1] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-5)
    assert found[0, 2] == pytest.approx(-1, abs=1e-5)
    assert found[0, 3] == found[3, 3] == 0
