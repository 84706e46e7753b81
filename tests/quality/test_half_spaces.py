"""The figures of vectors: against their definitions, and what they must be for white noise."""

import math

import numpy as np
import pytest
from support.references import moving_noise

from bluenoise_assets.quality import half_spaces, temporal
from bluenoise_assets.spec.sample_space import COMPONENTS

SPACES = [space for space in COMPONENTS if space != "scalar"]


def sample(space, count, seed=0):
    """Random points of a sample space, float64 `[count, components]`, by rejection and normal numbers."""
    generator = np.random.default_rng(seed)
    if space.startswith("vec"):
        return generator.random((count, COMPONENTS[space]))
    if space == "cosine_hemisphere":
        disc = generator.uniform(-1, 1, (2 * count, 2))
        disc = disc[(disc**2).sum(axis=1) < 1][:count]
        return np.column_stack([disc, np.sqrt(1 - (disc**2).sum(axis=1))])
    points = generator.normal(size=(count, COMPONENTS[space]))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    if space == "hemisphere":
        points[:, 2] = np.abs(points[:, 2])
    return points


def white(frames, height, width, seed=0):
    generator = np.random.default_rng(seed)
    count = height * width
    return np.stack([generator.permutation(count).reshape(height, width) for _ in range(frames)]).astype(np.int32)


@pytest.mark.parametrize("space", SPACES)
def test_figures_against_the_definition(space):
    points, indices = sample(space, 6 * 9), white(7, 6, 9)
    chosen = half_spaces.half_spaces(space).first(20)
    patterns = moving_noise.vector_patterns(points[indices], chosen.directions, chosen.offsets)
    expected = {"H1": moving_noise.single(patterns, 4)} | moving_noise.accumulated(patterns)
    if COMPONENTS[space] == 3 and space != "vec3":
        caps = half_spaces.caps(space).first(20)
        expected["caps"] = moving_noise.single(
            moving_noise.vector_patterns(points[indices], caps.directions, caps.offsets), 4
        )
    found = half_spaces.vector_rms(points, indices, space, 20)
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=4e-5), name


def test_a_single_slice_has_no_errors_in_time():
    found = half_spaces.vector_rms(sample("sphere", 64), white(1, 8, 8), "sphere", 8)
    assert set(found) == {"H1", "caps"}


def test_batches_of_half_spaces_change_nothing(monkeypatch):
    points, indices = sample("vec3", 64), white(5, 8, 8)
    together = half_spaces.vector_rms(points, indices, "vec3", 24)
    monkeypatch.setattr(temporal, "BATCH_TEXELS", 1)
    assert half_spaces.vector_rms(points, indices, "vec3", 24) == pytest.approx(together, rel=1e-6)


@pytest.mark.parametrize("space", SPACES)
def test_the_projection_of_a_sample_space(space):
    """No point lies beyond it, and of many random ones some lie near both ends."""
    directions = half_spaces.half_spaces(space).directions
    low, high = half_spaces.projection(space, directions)
    if space in {"circle", "sphere"}:  # halves by great circles alone
        assert not low.any()
        assert not high.any()
        return
    shares = sample(space, 40_000) @ directions.T
    assert (shares >= low - 1e-12).all()
    assert (shares <= high + 1e-12).all()
    assert np.max(shares.min(axis=0) - low) < 0.25 if space == "vec4" else 0.1
    assert np.max(high - shares.max(axis=0)) < 0.25 if space == "vec4" else 0.1


@pytest.mark.parametrize(("space", "published"), [("vec2", 0.1028), ("cosine_hemisphere", 0.1011), ("sphere", 0.1408)])
def test_white_noise_has_the_error_that_is_published_for_it(space, published):
    """The pattern of a half-space of share p has the variance p (1 - p), the Gaussian keeps 1 / (4 pi) of it."""
    chosen = half_spaces.half_spaces(space)
    shares = np.mean(sample(space, 100_000) @ chosen.directions.T < chosen.offsets, axis=0)
    expected = math.sqrt(np.mean(shares * (1 - shares)) / (4 * math.pi))
    found = half_spaces.vector_rms(sample(space, 64 * 64, 1), white(4, 64, 64), space)
    assert found["H1"] == pytest.approx(expected, rel=0.02)
    assert found["H1"] == pytest.approx(published, rel=0.02)
    assert expected == pytest.approx(published, rel=0.004)


def test_caps_part_two_directions_in_proportion_to_their_distance():
    """Cauchy and Crofton: the mean of |d.(x - y)| over all directions d is half of |x - y|, and caps span 2."""
    x, y = sample("sphere", 300, 1), sample("sphere", 300, 2)
    chosen = half_spaces.caps("sphere")
    parted = np.mean((x @ chosen.directions.T < chosen.offsets) != (y @ chosen.directions.T < chosen.offsets), axis=1)
    distance = np.linalg.norm(x - y, axis=1)
    assert np.mean(parted) == pytest.approx(np.mean(distance) / 4, rel=0.08)  # of 256 caps
    assert np.corrcoef(parted, distance)[0, 1] > 0.95


def test_caps_see_what_great_circles_do_not():
    """Opposite directions side by side, sorted by height: great circles find every place half full, caps do not."""
    points = sample("sphere", 512)
    ends = np.stack([points, -points], axis=1).reshape(-1, 3)
    by_height = np.argsort(np.abs(points[:, 2]))
    order = np.stack([2 * by_height, 2 * by_height + 1], axis=1).reshape(1, 32, 32).astype(np.int32)
    found = half_spaces.vector_rms(ends, order, "sphere")
    mixed = half_spaces.vector_rms(ends, white(1, 32, 32), "sphere")
    assert found["H1"] < 0.6 * mixed["H1"]
    assert found["caps"] > 0.8 * mixed["caps"]


def test_few_half_spaces_tell_about_the_same():
    """What a build measures is within a few percent of the definition's figure."""
    for space in ("vec2", "sphere", "cosine_hemisphere"):
        points, indices = sample(space, 1024), white(4, 32, 32)
        few = half_spaces.vector_rms(points, indices, space, half_spaces.FEW_HALF_SPACES)
        for name, value in half_spaces.vector_rms(points, indices, space).items():
            assert few[name] == pytest.approx(value, rel=0.06), (space, name)
