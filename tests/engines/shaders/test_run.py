"""The shaders compute the definitions: GLSL and HLSL run on llvmpipe, WGSL on lavapipe, each compared with numpy."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import Job

from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution, UniformDistribution

WIDTH, HEIGHT = 90, 50  # no multiple of a tile
SIZE = (WIDTH, HEIGHT)
OFFSET = (-333, 1000)
VALUE = f"fog_load(tex, pixel + ivec2({OFFSET[0]}, {OFFSET[1]}))"
FRAMES = (0, 1, 2, 1000, -1, 2**31 - 1, -(2**31))
SLICES = (1, -1, 1000003, -(2**31))
LEVELS = (2, 4, 16, 256)


@dataclass(frozen=True)
class Case:
    """A texture and how it is bound. `dtype` is what its texels are stored as."""

    size: tuple[int, ...]
    channels: int
    dtype: str
    law: object = UniformDistribution()
    layers: int | None = None
    layout: str = "strip"

    @property
    def id(self):
        sides = "x".join(map(str, self.size)) + (f"x{self.layers}" if self.layers else "")
        return f"{sides}-{self.layout}-{self.channels}-{self.dtype}-{self.law.tag()}"

    @property
    def spec(self):
        bits, encoding = np.dtype(self.dtype).itemsize * 8, "float" if "float" in self.dtype else "unorm"
        return TextureSpec(
            "fog", self.size, self.channels, bits, encoding=encoding, layers=self.layers, distribution=self.law
        )

    @property
    def texels(self):
        """Texels at random, with the least and the largest among them."""
        spec, random = self.spec, np.random.default_rng(7)
        shape = (spec.slices, spec.size[1], spec.size[0], spec.channels)
        if spec.encoding == "float":  # what a texture of so many texels holds at its ends
            count = spec.slices * spec.size[0] * spec.size[1]
            ranks = random.integers(0, count, shape)
            ranks.reshape(-1)[:2] = 0, count - 1
            return ((ranks + 0.5) / count).astype(self.dtype)
        texels = random.integers(0, 2**spec.bits, shape)
        texels.reshape(-1)[:2] = 0, 2**spec.bits - 1
        return texels.astype(self.dtype)

    def shader(self, language, **keys):
        storage = self.dtype if self.dtype.startswith("u") else "float"
        return shaders.render(language, replace(self.spec, **keys), Binding(self.layout, storage))


CASES = [
    Case((64, 64), 1, "uint8"),
    Case((100, 37), 3, "uint8"),
    Case((10, 10), 2, "uint16"),
    Case((64, 1), 4, "uint16"),
    Case((37, 41), 3, "float32"),
    Case((16, 16), 1, "float16"),
    Case((64, 64), 1, "uint8", TriangularDistribution()),
    Case((100, 37), 3, "uint16", TriangularDistribution()),
    Case((20, 20), 1, "float32", TriangularDistribution()),
    Case((10, 10), 1, "uint8", layers=3),
    Case((10, 10), 3, "uint8", layers=3, layout="array"),
    Case((16, 9), 1, "uint16", TriangularDistribution(), layers=5, layout="array"),
    Case((12, 12), 2, "float16", layers=2, layout="array"),
    Case((16, 9, 5), 1, "uint8"),
    Case((16, 9, 5), 2, "uint8", layout="volume"),
    Case((8, 8, 4), 4, "uint16", layout="volume"),
    Case((10, 10, 10), 1, "float32", layout="volume"),
]


@cache
def some_colors():
    """Gradients from below 0 to above 1, some colours exactly on a level of 8 bits; float32."""
    colors = np.linspace(-0.05, 1.05, HEIGHT * WIDTH * 3).astype(np.float32)
    colors[:256] = np.arange(256, dtype=np.float32) / np.float32(255)
    return np.random.default_rng(3).permutation(colors).reshape(HEIGHT, WIDTH, 3)


class Expectations:
    """Pairs of an expression and a check of what it gives."""

    def __init__(self):
        self.expressions = []
        self.checks = []

    def add(self, expression, check):
        self.expressions.append(expression.replace("@", "bluenoise_"))
        self.checks.append(check)

    def equal(self, expression, expected):
        """To the last bit, in the channels that are expected."""
        channels = expected.shape[-1]
        assert expected.dtype == np.float32
        self.add(expression, lambda got: np.testing.assert_array_equal(got[..., :channels], expected, expression))

    def levels(self, expression, levels, expected):
        """The levels, exactly, and no other value: a division may be off by a unit in the last place."""

        def check(got):
            found = got[..., :3].astype(np.float64) * (levels - 1)
            np.testing.assert_array_equal(np.rint(found), expected, expression)
            np.testing.assert_allclose(found, expected, rtol=2e-7, atol=0, err_msg=expression)

        self.add(expression, check)

    def close(self, expression, expected, atol):
        channels = expected.shape[-1]
        self.add(
            expression,
            lambda got: np.testing.assert_allclose(got[..., :channels], expected, atol=atol, err_msg=expression),
        )


def number(value):
    """An integer as all languages can write it."""
    return "(-2147483647 - 1)" if value == -(2**31) else str(value)


def expectations(case):
    """Everything that a texture's file offers, with what it must give."""
    values, law, colors = reference.decoded(case.texels), case.law, some_colors()
    have = Expectations()
    for offset in ((0, 0), (-1, -1), OFFSET, (2**30, -(2**31))):
        place = f"pixel + ivec2({number(offset[0])}, {number(offset[1])})"
        have.equal(f"fog_load(tex, {place})", reference.repeated(reference.covering(values, SIZE, offset)))
    for slice_ in SLICES:
        expected = reference.repeated(reference.covering(values, SIZE, (0, 0), slice_))
        have.equal(f"fog_load_slice(tex, pixel, {number(slice_)})", expected)
    value = reference.repeated(reference.covering(values, SIZE, OFFSET))
    uniform = reference.to_uniform(value, law)
    assert uniform.min() > 0
    assert uniform.max() < 1
    u = shaders.as_uniform(case.spec, "value")
    have.equal(u, uniform)
    have.equal("@to_uniform(value)", reference.to_uniform(value, TriangularDistribution()))
    have.equal(f"@to_triangular({u})", reference.to_triangular(value, law))
    for levels in LEVELS:
        expected = reference.dither(colors, levels, value, law)
        have.levels(f"vec4(@dither(color, {levels}, {u}), 1.0)", levels, expected)
        expected = reference.dither_triangular(colors, levels, value, law)
        have.levels(f"vec4(@dither_triangular(color, {levels}, {u}), 1.0)", levels, expected)
    for frame in FRAMES:
        moved, animated = reference.animate(value, law, frame), f"@animate({u}, {number(frame)})"
        have.equal(animated, moved)
    levels = 65536  # the most there are; with a frame, as it is used
    expected = reference.dither(colors, levels, moved, UniformDistribution())
    have.levels(f"vec4(@dither(color, {levels}, {animated}), 1.0)", levels, expected)
    expected = reference.dither_triangular(colors, levels, moved, UniformDistribution())
    have.levels(f"vec4(@dither_triangular(color, {levels}, {animated}), 1.0)", levels, expected)
    first = uniform[..., 0]
    have.equal(
        f"vec4(float(@alpha(color.x, {u})), 0.0, 0.0, 1.0)", (colors[..., :1] > first[..., None]).astype(np.float32)
    )
    keeps = first < np.maximum(colors[..., 1], np.float32(0.001))  # one level of detail, and all but it the other
    fade = "max(color.y, 0.001)"
    have.equal(
        f"vec4(float(@lod({fade}, {u})), float(@lod(-{fade}, {u})), 0.0, 1.0)",
        np.stack([keeps, ~keeps], axis=-1).astype(np.float32),
    )
    same = f"{u}.x"  # where alpha and fade are the noise itself
    tests = f"float(@alpha({same}, {u})), float(@lod({same}, {u})), float(@lod(-{same}, {u}))"
    have.equal(f"vec4({tests}, 1.0)", np.broadcast_to(np.float32([0, 0, 1]), (HEIGHT, WIDTH, 3)))
    points = reference.directions(uniform)
    for name in ("circle", "disk", "sphere", "cosine_hemisphere"):
        zeros = ", 0.0, 1.0" if points[name].shape[-1] == 2 else ", 1.0"
        have.close(f"vec4(@{name}({u}){zeros})", points[name], atol=2e-6)
    return have


@cache
def cached_expectations(case):
    return expectations(case)


@pytest.mark.parametrize(
    ("language", "case"),
    [(language, case) for language in ("glsl", "hlsl", "wgsl") for case in CASES]
    + [("godot", case) for case in CASES[::3]],
    ids=lambda value: getattr(value, "id", value),
)
def test_every_function_gives_what_its_definition_says(run, language, case):
    have = cached_expectations(case)
    job = Job(case.shader(language), case.layout, case.texels, some_colors(), VALUE, tuple(have.expressions))
    for got, check in zip(run(language, job), have.checks, strict=True):
        check(got)


FUSED = {
    "value * TOP + 0.5": f"vec4({', '.join(f'fused(value.{channel}, TOP, 0.5)' for channel in 'xyzw')})",
    "2.0 * value - 1.0": f"vec4({', '.join(f'fused(2.0, value.{channel}, -1.0)' for channel in 'xyzw')})",
    "1.0 - ceil(square * 16777216.0) / 16777216.0": "vec4({})".format(
        ", ".join(f"fused(ceil(square.{channel} * 16777216.0), -1.0 / 16777216.0, 1.0)" for channel in "xyzw")
    ),
}
"""Every product that a compiler may fuse with a sum; the directions', which are not exact anyway, apart."""


@pytest.mark.parametrize("case", [CASES[1], CASES[7], CASES[8]], ids=lambda case: case.id)
def test_no_result_depends_on_fused_products(llvmpipe, case):
    have = cached_expectations(case)
    shader = case.shader("glsl", shader_files="single")
    for plain, fused in FUSED.items():
        top = f"{2**case.spec.bits - 1}.0"
        assert plain.replace("TOP", top) in shader or case.spec.encoding == "float"
        shader = shader.replace(plain.replace("TOP", top), fused.replace("TOP", top))
    # Mesa's own fma is a product and a sum.
    function = "float fused(float a, float b, float c) { return float(double(a) * double(b) + double(c)); }\n"
    proof = "vec4(fused(color.x, 1.0 / 3.0, -(color.x * (1.0 / 3.0))))"
    expressions = (*have.expressions, proof)
    job = Job(function + shader, case.layout, case.texels, some_colors(), VALUE, expressions)
    *results, error = llvmpipe.glsl(job, "450")
    assert np.any(error != 0)
    for got, check in zip(results, have.checks, strict=True):
        check(got)


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl"])
def test_another_law_has_its_values(run, language):
    case = Case((10, 10), 3, "uint8", GaussianDistribution(), layers=3, layout="array")
    values = reference.decoded(case.texels)
    expressions = ("value", "fog_load_slice(tex, pixel, 5)")
    job = Job(case.shader(language), case.layout, case.texels, some_colors(), "fog_load(tex, pixel)", expressions)
    for got, slice_ in zip(run(language, job), (0, 5), strict=True):
        np.testing.assert_array_equal(got[..., :3], reference.covering(values, SIZE, (0, 0), slice_))


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl"])
def test_directions_follow_their_laws(run, language):
    """A grid of 50 x 50 points in the first two channels, each once."""
    case = Case((50, 50), 2, "uint16")
    grid = np.floor((np.arange(50) + 0.5) / 50 * 65536).astype(np.uint16)
    texels = np.stack(np.meshgrid(grid, grid), axis=-1)[None]
    colors = np.zeros((50, 50, 3), np.float32)
    expressions = (
        "vec4(bluenoise_circle(value), 0.0, 1.0)",
        "vec4(bluenoise_disk(value), 0.0, 1.0)",
        "vec4(bluenoise_sphere(value), 1.0)",
        "vec4(bluenoise_cosine_hemisphere(value), 1.0)",
    )
    job = Job(case.shader(language), "strip", texels, colors, "fog_load(tex, pixel)", expressions)
    circle, disk, sphere, hemisphere = (got[..., :3].reshape(-1, 3).astype(np.float64) for got in run(language, job))
    for unit in (circle, sphere, hemisphere):
        np.testing.assert_allclose((unit**2).sum(axis=1), 1, atol=1e-6)
    for centred in (circle, disk, sphere, hemisphere[:, :2]):
        np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-4)
    squares = (np.arange(2500) // 50 + 0.5) / 50
    np.testing.assert_allclose(np.sort((disk**2).sum(axis=1)), squares, atol=1e-4)  # equal areas
    np.testing.assert_allclose(np.sort(sphere[:, 2]), 2 * squares - 1, atol=1e-4)  # Archimedes
    np.testing.assert_allclose((sphere**2).mean(axis=0), 1 / 3, atol=1e-3)
    np.testing.assert_allclose(np.sort(hemisphere[:, 2] ** 2), squares, atol=1e-4)  # density z / pi
    assert hemisphere[:, 2].min() > 0


def test_frames_walk_by_the_golden_ratio():
    """The reference itself: the definition in words, without its fixed point."""
    value = np.float32([0.001, 0.3, 0.5, 0.999])
    for frame in (0, 1, 7, 100):
        expected = (value + frame * (np.sqrt(5) - 1) / 2) % 1
        distance = np.abs(reference.animate(value, UniformDistribution(), frame) - expected)
        assert np.minimum(distance, 1 - distance).max() < 1e-6
    for frame in (-5, 2**31 - 1):
        np.testing.assert_array_equal(
            reference.animate(value, UniformDistribution(), frame),
            reference.animate(value, UniformDistribution(), frame + 2**32),
        )


def test_the_triangular_law_is_the_sum_of_two_uniform_ones():
    """The reference itself, against the sum's own distribution."""
    sums = np.sort((np.arange(1000)[:, None] + np.arange(1000)[None, :] + 1.0).ravel() / 2000)
    u = (np.arange(sums.size) + 0.5) / sums.size
    np.testing.assert_allclose(
        reference.to_triangular(u.astype(np.float32), UniformDistribution()), 2 * sums - 1, atol=2e-3
    )
    np.testing.assert_allclose(reference.to_uniform(sums.astype(np.float32), TriangularDistribution()), u, atol=1e-3)
