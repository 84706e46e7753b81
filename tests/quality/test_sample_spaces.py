"""Point sets: right marginals, evenly spread, the same on every machine."""

import hashlib
import itertools

import numpy as np
import pytest

from bluenoise_assets.quality.sample_spaces import groups, points, sine_and_cosine

SPACES = ["vec2", "vec3", "vec4", "circle", "sphere", "hemisphere", "cosine_hemisphere"]
BOXES = {"vec2": 2, "vec3": 3, "vec4": 4}
DIRECTIONS = [space for space in SPACES if space not in BOXES]

GOLDEN = {
    "vec2": "34372e46be36a833",
    "vec3": "ea0d065986f5b622",
    "vec4": "b8e79dd190eb955c",
    "circle": "f3f56444e4134916",
    "sphere": "114efc0dded07e72",
    "hemisphere": "96820bb5e95d2711",
    "cosine_hemisphere": "c9e3820daf361838",
}


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [1, 2, 3, 7, 97, 1000, 4096])
def test_any_count_gives_points_of_the_space(space, count):
    found = points(space, count)
    assert found.shape == (count, BOXES.get(space, 2 if space == "circle" else 3))
    assert found.dtype == np.float64
    assert len(np.unique(found, axis=0)) == count
    if space in BOXES:
        assert found.min() > 0
        assert found.max() < 1
    else:
        np.testing.assert_allclose((found**2).sum(axis=1), 1, atol=1e-14)
    if "hemisphere" in space:
        assert found[:, 2].min() >= 0


@pytest.mark.parametrize(
    ("space", "first", "second"),
    [
        ("vec2", [1 / 2] * 2, [1 / 3] * 2),
        ("vec3", [1 / 2] * 3, [1 / 3] * 3),
        ("vec4", [1 / 2] * 4, [1 / 3] * 4),
        ("circle", [0, 0], [1 / 2] * 2),
        ("sphere", [0, 0, 0], [1 / 3] * 3),
        ("hemisphere", [0, 0, 1 / 2], [1 / 3] * 3),
        ("cosine_hemisphere", [0, 0, 2 / 3], [1 / 4, 1 / 4, 1 / 2]),
    ],
)
@pytest.mark.parametrize("count", [1009, 4096])
def test_moments(space, first, second, count):
    """The integrals of x and x^2, by hand; white noise would be off by 0.01 to 0.02."""
    found = points(space, count)
    np.testing.assert_allclose(found.mean(axis=0), first, atol=1.5e-3)
    np.testing.assert_allclose((found**2).mean(axis=0), second, atol=3e-3)


@pytest.mark.parametrize("space", SPACES)
def test_each_part_of_the_space_has_its_share(space):
    """Random half-spaces hold a share of the points that a million random points agree on: much closer than chance."""
    count, rng = 4096, np.random.default_rng(1)
    found, many = points(space, count), _random(space, 400_000, rng)
    normals = rng.normal(size=(40, found.shape[1]))
    worst = 0.0
    for normal in normals:
        along = np.sort(many @ normal)
        for share in (0.1, 0.5, 0.8):
            worst = max(worst, abs(float(np.mean(found @ normal < along[int(share * len(along))])) - share))
    by_chance = 0.5 / np.sqrt(count)  # one standard deviation: 0.0078
    assert worst < (0.8 if space in ("vec3", "vec4") else 0.5) * by_chance + 0.002


@pytest.mark.parametrize("space", ["sphere", "hemisphere", "cosine_hemisphere"])
def test_octants(space):
    found = points(space, 4096)
    counts = np.bincount((found > 0) @ [1, 2, 4], minlength=8)
    wanted = 4096 / (8 if space == "sphere" else 4)
    present = counts if space == "sphere" else counts[4:]
    assert np.abs(present - wanted).max() < 0.25 * np.sqrt(wanted)  # chance alone: about sqrt(wanted)


@pytest.mark.parametrize("space", sorted(BOXES))
def test_every_axis_is_stratified(space):
    """Each sixteenth of each axis holds its share of the points."""
    found = points(space, 4096)
    for axis in found.T:
        counts = np.histogram(axis, 16, (0, 1))[0]
        assert np.abs(counts - 256).max() <= 16


@pytest.mark.parametrize("space", SPACES)
def test_groups_are_runs_of_the_order(space):
    """The assignment relies on it: groups follow each other along their axis."""
    found = points(space, 1000)
    levels = groups(space, 1000)
    assert len(levels) == {"circle": 0, "vec3": 2, "vec4": 3}.get(space, 1)
    if not levels:
        return
    axis = found[:, -1] if space in BOXES else -found[:, 2]
    starts = levels[0]
    assert starts[0] == 0
    assert starts[-1] == 1000
    ends = [(axis[a:b].min(), axis[a:b].max()) for a, b in itertools.pairwise(starts)]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))


def test_a_density():
    """A third of the picture's weight is in one texel, two thirds in another; there is nothing elsewhere."""
    density = np.zeros((4, 8), np.int64)
    density[1, 2], density[3, 5] = 1, 2
    found = points("vec2", 999, density)
    column, row = np.floor(found[:, 0] * 8), np.floor(found[:, 1] * 4)
    first, second = (column == 2) & (row == 1), (column == 5) & (row == 3)
    assert first.sum() == 333
    assert second.sum() == 666
    inside = (found[first] * [8, 4]) % 1
    np.testing.assert_allclose(inside.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose((inside**2).mean(axis=0), 1 / 3, atol=0.01)


def test_an_even_density_is_the_unit_square():
    np.testing.assert_allclose(points("vec2", 500, np.full((3, 5), 7)), points("vec2", 500), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_any_density(seed):
    """Each texel of a picture gets its share, and black ones nothing."""
    rng = np.random.default_rng(seed)
    density = rng.integers(0, 256, (6, 9)) * rng.integers(0, 2, (6, 9))
    density[2] = 0
    found = points("vec2", 20_000, density)
    counts = np.zeros(density.shape, np.int64)
    np.add.at(counts, (np.floor(found[:, 1] * 6).astype(int), np.floor(found[:, 0] * 9).astype(int)), 1)
    assert not counts[density == 0].any()
    wanted = 20_000 * density / density.sum()
    assert np.abs(counts - wanted).max() < 2.5 * np.sqrt(wanted.max()) / 2


def test_huge_densities_do_not_leave_their_rows():
    density = np.array([[2**50, 0], [0, 1], [1, 2**51]])
    found = points("vec2", 301, density)
    assert not ((found[:, 1] < 1 / 3) & (found[:, 0] >= 0.5)).any()
    assert ((found > 0) & (found < 1)).all()


def test_sine_and_cosine():
    turns = np.linspace(0, 1, 40_001)
    sine, cosine = sine_and_cosine(turns)
    np.testing.assert_allclose(sine, np.sin(2 * np.pi * turns), atol=1e-15)
    np.testing.assert_allclose(cosine, np.cos(2 * np.pi * turns), atol=1e-15)
    assert sine_and_cosine(np.array([0.0, 0.25, 0.5, 0.75]))[1].tolist() == [1, 0, -1, 0]


@pytest.mark.parametrize("space", SPACES)
def test_golden(space):
    """May change with ALGORITHM alone: a texture's texels are these points."""
    data = b"".join(points(space, count).astype("<f8").tobytes() for count in (1, 17, 1000))
    assert hashlib.sha256(data).hexdigest()[:16] == GOLDEN[space]


def _random(space, count, rng):
    if space in BOXES:
        return rng.random((count, BOXES[space]))
    found = rng.normal(size=(count, 2 if space == "circle" else 3))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    if space == "hemisphere":
        found[:, 2] = np.abs(found[:, 2])
    if space == "cosine_hemisphere":  # a point of the sphere, plus the pole (Lambert's law), is along a cosine's ray
        found[:, 2] += 1
        found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found
