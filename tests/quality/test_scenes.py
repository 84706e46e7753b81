"""The scenes behind "which noise for what": what they converge to, and what white noise's error in them is."""

import math

import numpy as np
import pytest
from support import scenes

ROW, COLUMN = 60, 171
"""A pixel: of its neighbours nothing is asked."""


def scene(name, numbers=1):
    return next(one for one in scenes.ONE_NUMBER + scenes.TWO_NUMBERS if (one.name, one.numbers) == (name, numbers))


def at(drawn, number, row=ROW, column=COLUMN):
    return float(drawn(np.full(scenes.SHAPE, number))[row, column])


def taps_of(kind, size):
    offsets = np.arange(-64, 64)
    bump = np.exp(-(offsets**2) / (2 * size**2)) if kind == "gaussian" else np.abs(offsets) <= size // 2
    return dict(zip(offsets.tolist(), (bump / bump.sum()).tolist(), strict=True))


@pytest.mark.parametrize(("kind", "size"), [("gaussian", 1), ("gaussian", 3), ("box", 3), ("box", 5)])
def test_a_filter_is_the_sum_of_its_taps(kind, size):
    picture = np.random.default_rng(0).random(scenes.SHAPE)
    slow = picture
    for axis in (0, 1):
        slow = sum(tap * np.roll(slow, offset, axis) for offset, tap in taps_of(kind, size).items() if tap > 1e-12)
    filtered = scenes.transfer(kind, size)
    assert scenes.blurred(picture, filtered) == pytest.approx(slow, abs=1e-9)
    assert scenes.error_power(picture, filtered) == pytest.approx(float(np.mean(slow**2)))
    taps = [tap for tap in taps_of(kind, size).values() if tap > 1e-12]
    assert np.mean(filtered**2) == pytest.approx(sum(tap**2 for tap in taps) ** 2, rel=1e-6)


@pytest.mark.parametrize("name", ["dither, 2 levels", "displaced read", "fog, 2 steps", "antialiasing"])
def test_white_noise_has_the_error_that_its_variances_say(name):
    one = next(each for each in scenes.ONE_NUMBER + scenes.TWO_NUMBERS if each.name == name)
    target = scenes.converged(one)
    generator = np.random.default_rng(1)
    errors = []
    for _ in range(30):
        numbers = generator.random(scenes.SHAPE if one.numbers == 1 else (2, *scenes.SHAPE))
        errors.append(one.drawn(numbers) - target.mean)
    for kind, size, tolerance in (("box", 1, 0.02), ("gaussian", 1, 0.04), ("gaussian", 2, 0.08)):
        filtered = scenes.transfer(kind, size)
        found = np.mean([scenes.error_power(error, filtered) for error in errors])
        assert found == pytest.approx(scenes.white_power(target.variance, filtered), rel=tolerance), (kind, size)


def test_dithering_and_grain_converge_to_the_picture():
    shade = scenes.shade()
    for levels in (2, 4):
        found = scenes.converged(scene(f"dither, {levels} levels"))
        assert found.mean == pytest.approx(shade, abs=1 / scenes.VALUES)
        part = shade * (levels - 1) % 1
        assert found.variance == pytest.approx(part * (1 - part) / (levels - 1) ** 2, abs=1 / scenes.VALUES)
    found = scenes.converged(scene("grain"))
    assert found.mean == pytest.approx(shade)
    assert found.variance == pytest.approx(np.full(scenes.SHAPE, 0.16**2 / 12), rel=1e-4)


def marched(steps, number, row, column):
    """Fog along one pixel's ray, sample by sample."""
    rays, depths, greys = scenes.camera()
    ray, depth, grey = rays[:, row, column], depths[row, column], greys[row, column]
    light, left = 0.0, 1.0
    for step in range(steps):
        x, y, z = ray * depth * (step + number) / steps
        drift = math.sin(2.1 * x + 1.3 * z) * math.sin(2.9 * z - 1.7 * x + y)
        density = 0.4 * math.exp(-0.9 * (y + 1)) * max(0.5 + drift, 0)
        kept = math.exp(-density * depth / steps)
        square = (x + 0.4) ** 2 + (y - 0.6) ** 2 + (z - 5) ** 2
        light += left * (1 - kept) * (0.4 + 1 / (0.25 + square))
        left *= kept
    return light + left * grey


@pytest.mark.parametrize("steps", [2, 8])
def test_fog_is_marched_along_each_ray(steps):
    drawn = scene(f"fog, {steps} steps").drawn
    for number in (0.05, 0.5, 0.9):
        picture = drawn(np.full(scenes.SHAPE, number))
        for row, column in ((ROW, COLUMN), (20, 100), (100, 30)):
            assert picture[row, column] == pytest.approx(marched(steps, number, row, column))


def test_fog_converges_to_the_mean_of_many_marches():
    found = scenes.converged(scene("fog, 2 steps"))
    for row, column in ((ROW, COLUMN), (20, 100), (100, 30)):
        drawn = [marched(2, (i + 0.5) / 2000, row, column) for i in range(2000)]
        assert found.mean[row, column] == pytest.approx(np.mean(drawn), abs=1e-5)
        assert found.variance[row, column] == pytest.approx(np.var(drawn), rel=0.01, abs=1e-7)


def test_many_steps_of_fog_need_no_noise():
    apart = scenes.fog(200)(np.zeros(scenes.SHAPE)) - scenes.fog(200)(np.ones(scenes.SHAPE))
    assert np.abs(apart).max() < 0.02


def test_shafts_are_the_part_of_a_ray_that_lies_in_the_light():
    found = scenes.converged(scene("light shafts, 8 steps"))
    rays, depths, greys = scenes.camera()
    for row, column in ((ROW, COLUMN), (10, 40), (90, 120)):
        lit = 0
        for i in range(4_000):
            x, y, z = rays[:, row, column] * depths[row, column] * (i + 0.5) / 4_000
            rise = 3 - y  # to the ceiling, against the sun's direction (0.55, -1, 0.35)
            lit += math.hypot((x - 0.55 * rise) % 1.6 - 0.8, (z - 0.35 * rise) % 2 - 1) < 0.45
        expected = 0.3 * greys[row, column] + 0.09 * depths[row, column] * lit / 4_000
        assert found.mean[row, column] == pytest.approx(expected, abs=2e-3)


def blocked(floor, way, ball):
    """Whether the way from a point meets a ball: its nearest point to the centre, found by walking."""
    t = np.linspace(0, 1, 2001)[:, None]
    return float(np.min(np.linalg.norm(floor + t * way - ball[:3], axis=1))) < ball[3]


@pytest.mark.parametrize(("name", "numbers"), [("soft shadow", 1), ("soft shadow", 2), ("ambient occlusion", 2)])
def test_a_ray_is_stopped_by_the_balls_that_it_meets(name, numbers):
    drawn = scene(name, numbers).drawn
    generator = np.random.default_rng(2)
    seen = []
    for _ in range(3):
        chosen = generator.random(scenes.SHAPE if numbers == 1 else (2, *scenes.SHAPE))
        picture = drawn(chosen)
        for row, column in generator.integers(scenes.SHAPE, size=(25, 2)):
            floor = np.array([scenes.FLOOR_X[row, column], 0, scenes.FLOOR_Z[row, column]])
            number = chosen[..., row, column]
            if numbers == 1:
                way = np.array([2.6 * (number - 0.5), 4, 1.5 * (number - 0.5) - 0.5]) - floor
            else:
                turn, radius = 2 * math.pi * number[0], math.sqrt(number[1])
                high = 4 if name == "soft shadow" else math.sqrt(1 - radius**2)
                point = np.array([radius * math.cos(turn), high, radius * math.sin(turn)])
                way = point - floor if name == "soft shadow" else 8 * point
            free = not any(blocked(floor, way, ball) for ball in scenes.BLOCKERS)
            distance = float(np.linalg.norm(way))
            light = 0.8 * 16 * way[1] / distance**3 if name == "soft shadow" else 1.0
            assert picture[row, column] == pytest.approx(light * free)
            seen.append(free)
    assert {True, False} == set(seen)


def test_horizons_of_known_reliefs(monkeypatch):
    """A plain is open; a wall takes half of sin^2 of its height from the slices that meet it."""
    plain = np.zeros(scenes.SHAPE)
    monkeypatch.setattr(scenes, "heights", lambda: plain)
    assert np.all(scenes.horizon_occlusion(np.full(scenes.SHAPE, 0.3)) == 1)
    plain[:, COLUMN + 6 :] = 6  # 45 degrees up, seen 6 texels away
    assert at(scenes.horizon_occlusion, 0.0) == pytest.approx(1 - 0.5 * 0.5)
    assert at(scenes.horizon_occlusion, 0.5) == 1


def test_antialiasing_is_what_covers_a_pixel():
    found = scenes.converged(scene("antialiasing", 2))
    offsets = (np.arange(64) + 0.5) / 64
    for row, column in ((40, 100), (64, 168), (30, 111), (70, 140)):
        y, x = np.meshgrid(row + offsets - 64, column + offsets - 128, indexing="ij")
        spokes = np.floor(24 * np.arctan2(y, x) / np.pi) % 2 == 0
        ring = (np.hypot(x, y) > 34) & (np.hypot(x, y) < 46)
        assert found.mean[row, column] == pytest.approx(np.mean(spokes != ring), abs=0.01)
