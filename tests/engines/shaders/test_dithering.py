"""Dithering keeps what it promises, colours' means and whole levels: run in every language, and the numpy reference."""

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import Job

from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution

LEVELS = (2, 4, 16, 256)

UNIFORM = UniformDistribution()

each_law = pytest.mark.parametrize("law", [UNIFORM, TriangularDistribution()], ids=["uniform", "triangular"])


def dithered(run, language, texels, colors, expressions, law=UNIFORM):
    """Expressions, which know `color` and the uniform `value`, at every pixel of `colors`: a strip of one channel."""
    _, height, width, _ = texels.shape
    spec = TextureSpec("fog", (width, height), 1, 8 * texels.itemsize, distribution=law)
    shader = shaders.render(language, spec, Binding("strip", texels.dtype.name))
    value = shaders.as_uniform(spec, "fog_load(tex, pixel)")
    job = Job(shader, "strip", texels, np.ascontiguousarray(colors, np.float32), value, expressions)
    return [got[..., :3] for got in run(language, job)]


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_color_on_a_level_stays_there_whatever_the_noise(run, language, dtype):
    """An image that has 8 bits already must come through unchanged, also under the least and the largest noise."""
    most = int(np.iinfo(dtype).max)
    texels = np.array([0, most, most - 1, 1], dtype).reshape(1, 2, 2, 1)
    colors = np.resize(np.arange(256, dtype=np.float32) / np.float32(255), (50, 90, 3))
    places = [f"fog_load(tex, pixel + ivec2({x}, {y}))" for x in (0, 1) for y in (0, 1)]
    frames = [f"bluenoise_animate(value, {frame})" for frame in range(1, 9)]
    expressions = tuple(f"vec4(bluenoise_dither(color, 256, {value}), 1.0)" for value in places + frames)
    for got in dithered(run, language, texels, colors, expressions):
        np.testing.assert_array_equal(np.rint(got * 255), np.rint(colors * 255))
        np.testing.assert_allclose(got, colors, rtol=2e-7)


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl"])
@each_law
def test_dithering_keeps_the_mean_of_a_color(run, language, law):
    """A 16x16 tile that holds every 8-bit level of its law once, under one colour a tile."""
    u = (np.arange(256) + 0.5) / 256
    values = np.where(u < 0.5, np.sqrt(u / 2), 1 - np.sqrt((1 - u) / 2)) if law == TriangularDistribution() else u
    texels = np.random.default_rng(1).permutation(np.floor(values * 65536)).astype(np.uint16).reshape(1, 16, 16, 1)
    tiles = np.random.default_rng(2).uniform(0, 1, (3, 5, 3))
    tiles[0, 0], tiles[0, 1] = 0, 1
    colors = np.repeat(np.repeat(tiles, 16, 0), 16, 1)
    names = [(name, levels) for name in ("dither", "dither_triangular") for levels in (2, 4, 256)]
    expressions = tuple(f"vec4(bluenoise_{name}(color, {levels}, value), 1.0)" for name, levels in names)
    for (name, levels), got in zip(names, dithered(run, language, texels, colors, expressions, law), strict=True):
        means = got.reshape(3, 16, 5, 16, 3).mean(axis=(1, 3))
        assert (np.abs(means - tiles) * (levels - 1)).max() < 1.5 / 256, (name, levels)


def every_value(law):
    """A 16-bit texture that holds every 65536th of its law once, `[1, 256, 256, 1]`."""
    u = (np.arange(65536) + 0.5) / 65536
    values = 0.5 + 0.5 * reference.trapezoid(u, 0.5) if law == TriangularDistribution() else u
    texels = np.floor(values * 65536).astype(np.uint16)
    return np.random.default_rng(6).permutation(texels).reshape(1, 256, 256, 1)


def check_triangular_moments(found, x, levels):
    """Of levels `[values, colors]` that colours of x levels `[colors]` came to under all values of the noise."""
    error = found - x
    np.testing.assert_allclose(error.mean(axis=0), 0, atol=1e-4)
    power, a = (error**2).mean(axis=0), reference.amplitude(x, levels)
    np.testing.assert_allclose(power[a == 0.5], 0.25, rtol=0.01)
    rest = x - np.floor(x)
    np.testing.assert_allclose(power[a < 0.5], (rest * (1 - rest))[a < 0.5], atol=2e-4)  # the least there can be
    assert np.all(found[:, x == 0] == 0)
    assert np.all(found[:, x == levels - 1] == levels - 1)


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl", "godot"])
@each_law
def test_triangular_dithering_keeps_every_mean_and_black_and_white(run, language, law):
    """Also within half a level of both ends; the error's power is 1/4 everywhere else."""
    texels = every_value(law)
    above = np.concatenate([np.arange(0, 2, 1 / 16), [0.01, 1 / 3, 0.49, 0.51, 1.499, 2.99]])  # black, in levels
    for levels in LEVELS:
        ends = above[above < levels - 1]
        x = np.concatenate([ends, levels - 1 - ends, [levels // 2 - 0.8, levels // 2 - 0.2]])
        tiles = (np.resize(x, (-(-x.size // 3), 3)) / (levels - 1)).astype(np.float32)
        colors = np.broadcast_to(np.repeat(tiles, 256, axis=0), (256, 256 * len(tiles), 3))
        expression = f"vec4(bluenoise_dither_triangular(color, {levels}, value), 1.0)"
        got = dithered(run, language, texels, colors, (expression,), law)[0]
        values = got.reshape(256, len(tiles), 256, 3).swapaxes(1, 2).reshape(65536, -1)
        found = np.rint(values * np.float32(levels - 1)).astype(np.float64)
        check_triangular_moments(found, reference.scaled(tiles.ravel(), levels), levels)


@pytest.mark.parametrize("levels", LEVELS)
@each_law
def test_triangular_dithering_has_its_moments_at_every_fraction_of_a_level(levels, law):
    """The reference itself: all fractions in steps of 1/64, near both ends and between them."""
    value = reference.decoded(every_value(law)).reshape(-1, 1, 1)
    ends = np.arange(min(128, 64 * (levels - 1))) / 64
    x = np.unique(np.concatenate([ends, levels - 1 - ends, levels // 2 - np.arange(64) / 64]))
    for some in np.array_split(np.resize(x, (-(-x.size // 3), 3)), 8):
        found = reference.dither_triangular((some / (levels - 1)).astype(np.float32), levels, value, law)
        check_triangular_moments(found.reshape(65536, -1), some.ravel(), levels)


@pytest.mark.parametrize("a", [0, 0.001, 0.2, 0.5])
def test_the_trapezoid_is_the_sum_of_two_uniform_laws(a):
    """The reference itself, against the sum's own distribution; its widest is the triangle."""
    steps = (np.arange(1000) + 0.5) / 1000 - 0.5
    sums = np.sort((steps[:, None] + 2 * a * steps[None, :]).ravel())
    u = (np.arange(sums.size) + 0.5) / sums.size
    np.testing.assert_allclose(reference.trapezoid(u, a), sums, atol=2e-3)
    if a == 0.5:
        triangle = reference.to_triangular(u.astype(np.float32), UNIFORM)
        np.testing.assert_allclose(reference.trapezoid(u, a), triangle, atol=2e-4)


@pytest.mark.parametrize("levels", LEVELS)
def test_triangular_dithering_rounds_a_color_with_its_noise(levels):
    """The reference itself, which knows the tails alone, against the noise; apart from what lies on a step."""
    random = np.random.default_rng(8)
    value, colors = random.uniform(0, 1, (2, 400, 400, 3)).astype(np.float32)
    colors[:100] *= 0.7 / (levels - 1)
    colors[100:200] = 1 - colors[100:200] * np.float32(0.7 / (levels - 1))
    x = reference.scaled(colors, levels)
    whole = x + reference.trapezoid(value, reference.amplitude(x, levels)) + 0.5
    clear = np.abs(whole - np.rint(whole)) > 1e-3
    assert clear.mean() > 0.9
    found = reference.dither_triangular(colors, levels, value, UNIFORM)
    np.testing.assert_array_equal(found[clear], np.floor(whole[clear]))
    assert found.min() >= 0
    assert found.max() <= levels - 1
