"""The cosine features: whole numbers in floats, exact, and close to the formula that they stand for."""

import itertools
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.references import frame_forces

from bluenoise_assets import BoxFilter, EmaFilter, GaussianFilter, TableFilter
from bluenoise_assets.noise.frames.features import (
    FORCE,
    MODE_BITS,
    TAP_SUM,
    WAVE,
    blur_of,
    blurred,
    first_feature_force,
    product_force,
    taps_of,
    time_modes,
    wave,
)
from bluenoise_assets.noise.frames.tables import _blur
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.quality.kernels import SCALE, autocorrelation, combined

LEAST, MOST = -(1 << 13), 3 * (1 << 13) - 1
SHARPENED = TableFilter([[0, -1, 0], [-1, 8, -1], [0, -1, 0]])
FRAMES = [2, 5, 32, 64, 130]
SPACE, TIME = GaussianFilter(1), EmaFilter(0.1)


@lru_cache
def program(function, **static):
    def product(values, modes):  # which wants the frames first
        return jnp.moveaxis(product_force(jnp.moveaxis(values, 1, 0), modes=modes, **static), 0, 1)

    at = {product_force: product}
    return jax.jit(at.get(function, partial(function, **static)))


@own_settings()
def run(function, *arrays, **static):
    return np.asarray(program(function, **static)(*arrays))


def random_values(shape, seed=0, least=0, most=(1 << 14) - 1):
    return np.random.default_rng(seed).integers(least, most + 1, shape).astype(np.int16)


def wrapped(table, shape):
    """A kernel on a tile, of size 1, plainly."""
    tile = np.zeros(shape)
    middle = [side // 2 for side in table.shape]
    for place in np.ndindex(table.shape):
        tile[tuple((p - m) % s for p, m, s in zip(place, middle, shape, strict=True))] += float(table[place]) / SCALE
    return tile / np.abs(tile).sum()


@pytest.mark.parametrize("sine", [False, True])
def test_a_wave_is_a_cosine_within_the_parabola(sine):
    values = np.arange(LEAST, MOST + 1, dtype=np.int16)
    for k in (1, 2, 3, 7, 24, 72):
        found = run(wave, values, np.int32(k), sine=sine)
        assert np.array_equal(found, frame_forces.wave(values, k, sine=sine))
        angle = np.pi * k * values.astype(float) / 2**14
        exact = WAVE * (np.sin(angle) if sine else np.cos(angle))
        assert np.abs(found - exact).max() < 0.0585 * WAVE
        assert np.abs(found).max() == WAVE
        assert found[np.abs(exact) > WAVE - 1e-6] == pytest.approx(exact[np.abs(exact) > WAVE - 1e-6])


@pytest.mark.parametrize(
    "part", [GaussianFilter(1), GaussianFilter((8, 0.4)), BoxFilter(5), SHARPENED, TableFilter([[1, -1]])]
)
@pytest.mark.parametrize("shape", [(16, 12), (5, 3), (1, 2)])
def test_a_blur_is_exact(part, shape):
    """Of numbers as large as can be, too: all of one sign, or each of its tap's."""
    blur = _blur([(part, 1.0)], shape)
    rng = np.random.default_rng(1)
    fields = [
        rng.integers(-(2**15), 2**15 + 1, (3, *shape)),
        np.full((1, *shape), 2**15),
        np.where(np.indices(shape).sum(axis=0) % 2, 2**15, -(2**15))[None],
    ]
    for field in fields:
        found = run(blurred, field.astype(np.float32), blur=blur)
        assert np.array_equal(found, frame_forces.blurred(field, blur))


@pytest.mark.parametrize("part", [GaussianFilter(1), GaussianFilter((2.5, 0.5)), BoxFilter(4), SHARPENED])
@pytest.mark.parametrize("shape", [(32, 24), (9, 5), (2, 3)])
def test_a_blur_is_its_filters_kernel(part, shape):
    dense = np.zeros(shape)
    for y, x in _blur([(part, 1.0)], shape):
        for (i, a), (j, b) in [((i, a), (j, b)) for i, a in enumerate(y.taps) for j, b in enumerate(x.taps)]:
            dense[(y.first + i) % shape[0], (x.first + j) % shape[1]] += a * b / TAP_SUM**2
    exact = wrapped(autocorrelation(part, 2), shape)
    if part is SHARPENED:  # its size is taken row by row, before taps of a small tile come to lie on each other
        exact *= dense.flat[0] / exact.flat[0]
        assert 0.1 < dense.flat[0] < 1
    assert np.abs(dense - exact).max() < 0.012 * exact.max() + 2e-3
    assert np.abs(dense).sum() < 1.04


def test_several_filters_are_blurred_by_their_weights():
    lines = [np.array([1, 2, 1], object), np.array([4], object)]
    blur = blur_of([(lines, 1.0), (lines[::-1], 3.0), (lines, 0.0)], (8, 8))
    assert [sum(y.taps) for y, _ in blur] == [TAP_SUM // 4, 3 * TAP_SUM // 4]
    assert [x.taps for _, x in blur] == [(TAP_SUM,), (64, 128, 64)]


def test_taps_wrap():
    assert taps_of(np.array([1, 1, 4, 1, 1], object), 2) == (0, (192, 64))
    assert taps_of(np.array([-1, 2, -1], object), 1) == (0, (0,))


def circulant(part, frames):
    line = wrapped(combined([(part, 1.0)], 1), (frames,))
    return np.array([[line[(j - i) % frames] for j in range(frames)] for i in range(frames)])


@pytest.mark.parametrize("frames", [2, 3, 5, 8, 32, 64, 100, 130])
@pytest.mark.parametrize("part", [EmaFilter(0.1), BoxFilter(8), GaussianFilter(2)])
def test_modes_of_time_are_the_kernel(part, frames):
    modes = time_modes(combined([(part, 1.0)], 1), frames, 0.02)
    assert modes.analysis.dtype == modes.synthesis.dtype == np.float32
    assert np.array_equal(modes.analysis, np.rint(modes.analysis))
    assert np.abs(modes.analysis).max() < 2**MODE_BITS
    scale = (2**MODE_BITS - 1) * 2 ** (MODE_BITS - 1) * 2.0 ** np.ceil(np.log2(frames))
    found = modes.synthesis.astype(float) @ modes.analysis / scale
    exact = circulant(part, frames)
    time = np.arange(frames)
    for mode in range(4):
        for phase in (0, 1):
            slow = np.cos(2 * np.pi * mode * time / frames + phase)
            kept = np.abs(np.fft.fft(exact[0])[mode % frames]) >= 0.02
            assert np.abs(found @ slow - (exact @ slow if kept else 0)).max() < 0.02


def test_a_mode_that_is_kept_is_as_strong_as_said():
    line = combined([(EmaFilter(0.1), 1.0)], 1)
    power = np.abs(np.fft.fft(circulant(EmaFilter(0.1), 64)[0]))
    for kept in (0.5, 0.1, 0.02):
        assert len(time_modes(line, 64, kept).analysis) == (power >= kept).sum()


def modes_and_blur(frames, shape, space=SPACE, time=TIME, kept=0.02):
    return time_modes(combined([(time, 1.0)], 1), frames, kept), _blur([(space, 1.0)], shape)


@pytest.mark.parametrize(
    ("frames", "space"), [*zip(FRAMES, itertools.cycle([SHARPENED, GaussianFilter(1)]), strict=False)]
)
def test_the_product_force_is_exact(frames, space):
    """Equal to whole numbers, which assert that no sum of theirs needs more than 24 bits; values as bad as can be."""
    shape = (2, frames, 6, 5)
    modes, blur = modes_and_blur(frames, shape[2:], space)
    kinds = [
        random_values(shape, 3, LEAST, MOST),
        np.zeros(shape, np.int16),
        np.full(shape, 1 << 14, np.int16),
        np.where(np.indices(shape).sum(axis=0) % 2, 1 << 13, LEAST).astype(np.int16),
        np.broadcast_to(np.where(np.arange(frames) < frames // 2, 100, (1 << 14) - 100)[:, None, None], shape).astype(
            np.int16
        ),
    ]
    for values in kinds:
        found = run(product_force, values, modes, count=9, blur=blur)
        assert found.dtype == np.int32
        assert np.array_equal(found, frame_forces.product_force(values, 9, blur, modes))


@pytest.mark.parametrize("part", [EmaFilter(1), BoxFilter(1), BoxFilter(2)])
def test_filters_that_keep_all_modes_are_exact(part):
    modes, blur = modes_and_blur(33, (4, 4), time=part, kept=0.001)
    values = random_values((1, 33, 4, 4), 5)
    assert len(modes.analysis) >= 32
    assert np.array_equal(
        run(product_force, values, modes, count=3, blur=blur), frame_forces.product_force(values, 3, blur, modes)
    )


@pytest.mark.parametrize(
    ("frames", "space"), [*zip(FRAMES, itertools.cycle([GaussianFilter(1), BoxFilter((3, 2))]), strict=False)]
)
def test_the_product_force_is_the_formulas(frames, space):
    """4 / (pi k) sin(pi k u) (K * cos(pi k u)) summed over k: in floats, within what parabolas and few modes leave."""
    shape = (1, frames, 12, 10)
    modes, blur = modes_and_blur(frames, shape[2:], space)
    values = random_values(shape, 7)
    found = run(product_force, values, modes, count=5, blur=blur) / FORCE
    kernel = wrapped(autocorrelation(space, 2), shape[2:])
    u = values[0] / 2**14
    exact = np.zeros(u.shape)
    for k in range(1, 6):
        slow = np.tensordot(circulant(EmaFilter(0.1), frames), np.cos(np.pi * k * u), 1)
        slow = np.fft.ifft2(np.fft.fft2(slow) * np.fft.fft2(kernel)).real
        exact += 4 / (np.pi * k) * np.sin(np.pi * k * u) * slow
    error = found[0] - exact
    assert np.sqrt((error**2).mean()) < 0.12 * np.sqrt((exact**2).mean())
    assert (found[0] * exact).sum() / (exact**2).sum() == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("space", [GaussianFilter(1.8), BoxFilter(3), SHARPENED])
def test_the_first_features_force(space):
    shape = (2, 2, 12, 10)
    blur = _blur([(space, 1.0)], shape[2:])
    for values in (random_values(shape, 8), random_values(shape, 9, LEAST, MOST), np.zeros(shape, np.int16)):
        found = run(first_feature_force, values, blur=blur)
        assert found.dtype == np.int32
        assert np.array_equal(found, frame_forces.first_feature_force(values, blur))
    values = random_values(shape, 8)
    kernel = wrapped(autocorrelation(space, 2), shape[2:])
    u = values / 2**14
    slow = np.fft.ifft2(np.fft.fft2(np.cos(np.pi * u)) * np.fft.fft2(kernel)).real
    exact = 4 / np.pi * np.sin(np.pi * u) * np.clip(slow, -0.25, 0.25)
    error = run(first_feature_force, values, blur=blur) / FORCE - exact
    assert np.sqrt((error**2).mean()) < 0.11 * np.sqrt((exact**2).mean())
