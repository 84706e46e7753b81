"""Frames and samples as shaders read them: GLSL and HLSL on llvmpipe, WGSL on lavapipe, each compared with numpy."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import Job

from bluenoise_assets.builder.encoding import image_of
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.formats.storage import convert
from bluenoise_assets.spec import TextureSpec, TriangularDistribution
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS

LANGUAGES = ("glsl", "hlsl", "wgsl", "godot")
WIDTH, HEIGHT = 40, 30
SIZE = (WIDTH, HEIGHT)
NO_COLORS = np.zeros((HEIGHT, WIDTH, 3), np.float32)


@dataclass(frozen=True)
class Case:
    """A texture of vectors, and how it is bound; `held` is what a file holds in place of its own type."""

    space: str
    dtype: str = "uint8"
    frames: int | None = None
    layout: str = "strip"
    held: str | None = None

    @property
    def id(self):
        return f"{self.space}-{self.dtype}-{self.held or ''}-{self.frames or 1}-{self.layout}"

    @cached_property
    def spec(self):
        bits, encoding = np.dtype(self.dtype).itemsize * 8, "float" if "float" in self.dtype else "unorm"
        return TextureSpec("fog", (17, 12), bits=bits, encoding=encoding, frames=self.frames, sample_space=self.space)

    @cached_property
    def texels(self):
        """Samples at random, with the ends of their ranges among them, `[slice, height, width, component]`."""
        random, components = np.random.default_rng(3), COMPONENTS[self.space]
        shape = (self.spec.slices, 12, 17, components)
        values = random.uniform(0, 1, shape)
        if self.space in DIRECTIONS:
            vectors = random.normal(size=shape)
            vectors[0, 0, : 2 * components] = np.concatenate([np.eye(components), -np.eye(components)])
            if "hemisphere" in self.space:
                vectors[..., 2] = np.abs(vectors[..., 2])
            vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
            values = vectors if "float" in self.dtype else (vectors + 1) / 2
        if "float" in self.dtype:
            return values.astype(self.dtype)
        levels = np.iinfo(self.dtype).max + 1
        return np.clip(np.floor(values * levels), 0, levels - 1).astype(self.dtype)

    @property
    def signed(self):
        return "float" in self.dtype

    def job(self, language, expressions, value="fog_load(tex, pixel)", colors=NO_COLORS):
        texels, stored = self.texels, self.dtype
        if self.held is not None:
            texels = ((texels.astype(np.float64) + 0.5) / 2 ** (8 * texels.itemsize)).astype(self.held)
            stored = self.held
        binding = Binding(self.layout, stored if stored.startswith("u") else "float")
        shader = shaders.render(language, self.spec, binding)
        return Job(shader, self.layout, texels, colors, value, tuple(expressions))


CASES = [
    Case("vec2"),
    Case("vec3", "uint16", 4),
    Case("vec4", "float32", 3, "array"),
    Case("circle"),
    Case("circle", "float16", 3, "array"),
    Case("sphere", "uint8", 5, "array"),
    Case("sphere", "uint16", held="float32"),
    Case("sphere", "float32", 3),
    Case("hemisphere"),
    Case("hemisphere", "uint8", 3, "volume"),
    Case("hemisphere", "uint16", 3, "volume", held="float32"),  # as three.js has it
    Case("cosine_hemisphere", "uint8", 7, "strip"),
    Case("cosine_hemisphere", "uint16", 2, "array"),
    Case("cosine_hemisphere", "float16"),
]


def full(expression, components):
    """An expression of so many components as a vec4."""
    return expression if components == 4 else f"vec4({expression}{', 0.0' * (3 - components)}, 1.0)"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_sample_is_what_was_stored(run, language, case):
    components, values = COMPONENTS[case.space], reference.decoded(case.texels)
    expressions, expected = [full("fog_sample(value)", components)], [(0, 0)]
    if case.frames:
        expressions.append(full("fog_sample(fog_load_frame(tex, pixel + ivec2(-5, 3), -1))", components))
        expected.append((-1, (-5, 3)))
    for got, (frame, offset) in zip(run(language, case.job(language, expressions)), expected, strict=True):
        value = reference.covering(values, SIZE, offset or (0, 0), frame)
        samples = got[..., :components].astype(np.float64)
        if case.space not in DIRECTIONS:
            np.testing.assert_array_equal(samples, value)
            assert samples.min() > 0
            assert samples.max() < 1
            continue
        np.testing.assert_allclose(samples, reference.sample(value, case.space, case.signed), atol=1e-6)
        assert np.abs(np.linalg.norm(samples, axis=-1) - 1).max() < 1e-6
        if "hemisphere" in case.space:
            assert samples[..., 2].min() >= 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", ["strip", "array", "volume"])
@pytest.mark.parametrize("count", [2, 5])
def test_a_loop_of_any_length_repeats_for_any_integer(run, language, layout, count):
    spec = TextureSpec("fog", (6, 4), frames=count, distribution=TriangularDistribution())
    texels = np.random.default_rng(1).integers(0, 256, (count, 4, 6, 1)).astype(np.uint8)
    frames = [0, 1, -1, count - 1, count, count + 1, -count, 1000003, -1000003, 2**31 - 1, -(2**31)]
    words = ["(-2147483647 - 1)" if frame == -(2**31) else str(frame) for frame in frames]
    shader = shaders.render(language, spec, Binding(layout, "uint8"))
    expressions = tuple(f"fog_load_frame(tex, pixel, {word})" for word in words)
    job = Job(shader, layout, texels, NO_COLORS, "fog_load(tex, pixel)", (*expressions, "value"))
    *results, first = run(language, job)
    values = reference.decoded(texels)
    for frame, got in zip(frames, results, strict=True):
        which = frame - count * (frame // count)
        np.testing.assert_array_equal(got[..., :1], reference.covering(values, SIZE, (0, 0), which), str(frame))
    np.testing.assert_array_equal(first[..., :1], reference.covering(values, SIZE, (0, 0), 0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hemisphere_turns_to_a_normal_as_a_solid_body(run, language):
    """What defines such a turn: +z becomes the normal, and the axes stay at right angles, in their order."""
    normals = np.random.default_rng(9).normal(size=(HEIGHT, WIDTH, 3))
    normals[0, :6] = np.concatenate([np.eye(3), -np.eye(3)])
    normals[1, :2] = [[0, 1e-4, -1], [1e-3, 0, 1e-6]]
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    axes = ["vec3(1.0, 0.0, 0.0)", "vec3(0.0, 1.0, 0.0)", "vec3(0.0, 0.0, 1.0)"]
    case = Case("hemisphere")
    expressions = [f"vec4(bluenoise_around({axis}, color), 1.0)" for axis in (*axes, "fog_sample(value)")]
    job = case.job(language, expressions, colors=normals.astype(np.float32))
    x, y, z, turned = (got[..., :3].astype(np.float64) for got in run(language, job))
    np.testing.assert_allclose(z, normals, atol=1e-6)
    np.testing.assert_allclose(np.cross(x, y), normals, atol=1e-5)
    for axis in (x, y):
        np.testing.assert_allclose((axis * axis).sum(axis=-1), 1, atol=1e-5)
        np.testing.assert_allclose((axis * normals).sum(axis=-1), 0, atol=1e-5)
    sample = reference.sample(reference.covering(reference.decoded(case.texels), SIZE), "hemisphere", False)
    body = sample[..., :1] * x + sample[..., 1:2] * y + sample[..., 2:] * z
    np.testing.assert_allclose(turned, body, atol=1e-5)
    assert (turned * normals).sum(axis=-1).min() > -1e-5


@pytest.mark.parametrize("engine", ["unity", "unreal", "godot", "bevy", "threejs", "raw"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
def test_what_an_engine_gets_decodes_to_the_directions_that_were_made(run, engine, dtype):
    """Its own file's texels under its own shader: as bytes, as the floats that integers stand for, as they are."""
    case, engine = Case("cosine_hemisphere", dtype, 3), engine_of(engine)
    storage = engine.storage_layout(case.spec)
    layout = engine.layout(case.spec)
    shown = convert(image_of(case.texels, case.spec), storage).texels
    texels = shown.reshape(3, 12, 17, -1)  # as importers take a strip apart, and as a job wants it
    language = "hlsl" if engine.shaders[0] == "ush" else engine.shaders[0]
    shader = shaders.render(engine.shaders[0], case.spec, Binding(layout, shaders.storage_of(storage.storage)))
    expressions = ("vec4(fog_sample(fog_load_frame(tex, pixel, 4)), 1.0)",)
    job = Job(shader, layout, texels, NO_COLORS, "fog_load(tex, pixel)", expressions)
    value = reference.covering(reference.decoded(case.texels), SIZE, (0, 0), 1)
    got = run(language, job)[0][..., :3]
    np.testing.assert_allclose(got, reference.sample(value, case.space, case.signed), atol=1e-6)
