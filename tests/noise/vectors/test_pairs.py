"""Which pairs of texels count: the filters' autocorrelations, wrapped around the tile and the period."""

import numpy as np
import pytest

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.vectors.pairs import pairs_of


def spec(size, frames=None, **keys):
    return TextureSpec("t", size, frames=frames, sample_space="vec2", **keys)


def shares(pairs):
    return {
        tuple(o): w for o, w in zip(pairs.offsets.tolist(), (pairs.shares / pairs.shares.max()).tolist(), strict=True)
    }


def test_a_gaussian_in_space_and_an_average_in_time():
    """exp(-r^2 / 4) and 0.9^|t|, each of which is half of all weights."""
    found = shares(pairs_of(spec((32, 32), 512), 0.0001, 0.04))
    in_space = {offset: share for offset, share in found.items() if offset[0] == 0}
    in_time = {offset: share for offset, share in found.items() if offset[0]}
    assert sum(in_space.values()) == pytest.approx(sum(in_time.values()), rel=0.01)
    for (_, y, x), share in in_space.items():
        assert share / in_space[0, 0, 1] == pytest.approx(np.exp(-(y * y + x * x - 1) / 4), abs=2e-3)
    for t, y, x in in_time:
        assert (y, x) == (0, 0)
        assert found[t, 0, 0] / found[1, 0, 0] == pytest.approx(0.9 ** (abs(t) - 1), abs=2e-3)


def test_a_period_shorter_than_the_filter():
    """0.9^t comes again with every period: the geometric series, by hand."""
    found = shares(pairs_of(spec((8, 8), 4), 0.001, 0.04))

    def wrapped(t):
        return (0.9**t + 0.9 ** (4 - t)) / (1 - 0.9**4)

    ratio = found[2, 0, 0] / found[1, 0, 0]
    assert ratio == pytest.approx(wrapped(2) / wrapped(1), rel=2e-3)
    assert set(found) & {(0, 4, 0), (0, 0, 4)}
    assert all(-4 < y <= 4 for _, y, _ in found)


def test_a_product():
    found = shares(pairs_of(spec((32, 32), 64, filter="denoised"), 0.01, 0.05))
    assert found[1, 1, 0] / found[1, 0, 0] == pytest.approx(np.exp(-1 / 4), rel=2e-3)
    assert found[3, 1, 2] / found[0, 1, 2] == pytest.approx(0.9**3, rel=2e-3)
    assert (20, 2, 2) not in found


@pytest.mark.parametrize(("size", "frames"), [((1, 1), 2), ((2, 3), 2), ((9, 4), None), ((16, 16), 7)])
def test_opposite_offsets_weigh_the_same(size, frames):
    pairs = pairs_of(spec(size, frames), 0.01, 0.04)
    sides = (frames or 1, *size[::-1])
    found = shares(pairs)
    wrapped = {tuple(o % s for o, s in zip(offset, sides, strict=True)): share for offset, share in found.items()}
    assert len(wrapped) == len(found)
    assert (0, 0, 0) not in wrapped
    for offset, share in wrapped.items():
        assert wrapped[tuple(-o % s for o, s in zip(offset, sides, strict=True))] == share


def test_weights_fill_their_integers():
    pairs = pairs_of(spec((32, 32), 32), 0.01, 0.04)
    offsets, weights = pairs.groups(2048, np.int16)
    assert offsets.shape == (*weights.shape, 3)
    assert 2040 <= weights.sum() <= 2048
    table = pairs.in_frame((32, 32), 1 << 15)
    assert (table == np.roll(table[::-1, ::-1], (1, 1), (0, 1))).all()
    assert table[0, 0] == 0
    assert table.argmax() in (1, 31, 32, 31 * 32)
