"""The sparse tones: even in every frame at both ends, each frame's own."""

import math

import numpy as np
import pytest

from bluenoise_assets import TextureSpec
from bluenoise_assets.noise.frames.optimize import optimize_frames
from bluenoise_assets.noise.frames.sparse import SHARE, offsets, sparse_ranks


def mean_nearest(points, size):
    """The mean distance of points, booleans on a tile, to the nearest other, over that of a hexagonal grid."""
    places = np.argwhere(points)
    apart = np.abs(places[:, None] - places[None])
    apart = np.minimum(apart, size - apart)
    squares = (apart**2).sum(axis=2) + np.eye(len(places), dtype=int) * 10**6
    largest = math.sqrt(2 / math.sqrt(3) * size * size / len(places))
    return np.sqrt(squares.min(axis=1)).mean() / largest


@pytest.mark.parametrize("frames", [2, 5, 16, 64])
def test_offsets_are_distinct_and_small(frames):
    found = offsets(frames)
    assert len(set(found)) == frames
    assert max(y * y + x * x for y, x in found) <= 21  # 64 places around zero: the area of a point


def test_more_frames_come_back_to_the_first():
    assert offsets(130) == [*offsets(64), *offsets(64), *offsets(2)]


def test_frames_after_each_other_lie_far_apart():
    found = offsets(8)
    assert min(math.dist(a, b) for i, a in enumerate(found) for b in found[:i]) >= 3


@pytest.mark.parametrize(("size", "channels", "frames"), [((8, 8), 1, 3), ((24, 20), 3, 2), ((70, 3), 4, 2)])
def test_placed_ranks_are_the_first_and_the_last(size, channels, frames):
    spec = TextureSpec("t", size, frames=frames, channels=channels, effort="fast")
    placed = sparse_ranks(spec)
    count = size[0] * size[1]
    each = count // SHARE
    assert placed.dtype == np.int32
    assert placed.shape == (channels, frames, size[1], size[0])
    wanted = [*range(each), *range(count - each, count)]
    for ranks in placed.reshape(-1, count):
        assert np.sort(ranks[ranks >= 0]).tolist() == wanted
        assert set(ranks[ranks < 0].tolist()) == {-1}
    for frame, offset in enumerate(offsets(frames)):
        assert np.array_equal(np.roll(placed[:, 0], offset, (1, 2)), placed[:, frame])


def test_a_tiny_texture_has_none():
    assert (sparse_ranks(TextureSpec("t", (9, 7), frames=2, effort="fast")) == -1).all()


def test_seeds_place_other_points():
    one, two = (sparse_ranks(TextureSpec("t", (16, 16), frames=2, seed=seed)) for seed in (0, 1))
    assert (one != two).any()


def test_sparse_tones_of_every_frame_are_even():
    """A sixty-fourth of all texels, dark and light; points at random have half the largest distance."""
    frames = optimize_frames(TextureSpec("t", (128, 128), frames=8, effort="fast"))[0]
    each = 128 * 128 // SHARE
    for frame in frames:
        assert mean_nearest(frame < each, 128) > 0.78
        assert mean_nearest(frame >= 128 * 128 - each, 128) > 0.78
