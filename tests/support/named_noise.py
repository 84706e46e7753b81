"""The named noise that textures are shown beside: each by its recipe, not by ours, and its figures."""

import math
from functools import cache
from pathlib import Path

import numpy as np
from support.references.ordered import bayer
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.half_spaces import vector_rms
from bluenoise_assets.report.measured.measurement import measured
from bluenoise_assets.report.measured.references import FRAMES, SIDE
from bluenoise_assets.report.measured.texture_file import FileFacts, TextureFile
from bluenoise_assets.spec.sample_space import COMPONENTS

GOLDEN = (5**0.5 - 1) / 2
R2 = 1 / 1.324717957244746  # the plastic number
SHAPE = (SIDE, SIDE)

WHITE = "random permutations, numpy's default generator"
CLASSIC = (
    "Ulichney, The void-and-cluster method for dither array generation, 1993; sigma {} texels, 10% start as points"
)
BAYER = (
    "Bayer, An optimum method for two-level rendition of continuous-tone pictures, 1973; the whole tile is one matrix"
)
FOURIER = (
    "Wronski, Optimizing blue noise dithering, 2020: low frequencies below 1/4, uniformity and histogram weigh 10, 0.1 "
    "and 100, 3000 steps of Adam, then ranks"
)
LOOP = f"{FRAMES} independent masks by void-and-cluster, sigma 1.5"
SHIFTED = "a mask by void-and-cluster, sigma 1.5, to which each frame adds the golden ratio"
RANDOM = "independent random points of the space"
TWO_SHIFTED = (
    "two masks by void-and-cluster, sigma 1.5, to which each frame adds a step of Roberts' R2 sequence, mapped to the "
    "space area for area"
)
SPACES = [space for space in COMPONENTS if space != "scalar"]
MAPPED = ("vec2", "sphere", "hemisphere", "cosine_hemisphere")


def all_of(seeds):
    """Name, kind, origin and a function for each seed that makes it: ranks `[frame, h, w]`, or vectors."""

    def each(maker, *arguments):
        return [lambda seed=seed: maker(seed, *arguments) for seed in range(seeds)]

    yield "white noise", "mask", WHITE, each(white)
    for sigma in ("1.0", "1.5", "1.9"):
        yield f"void-and-cluster {sigma}", "mask", CLASSIC.format(sigma), each(classic, float(sigma))
    yield "Bayer", "mask", BAYER, [lambda: bayer(SIDE)[None]]
    yield "Fourier recipe", "mask", FOURIER, each(fourier)
    yield "white noise", "frames", WHITE, each(white, FRAMES)
    yield "void-and-cluster loop", "frames", LOOP, [lambda: np.concatenate([classic(k, 1.5) for k in range(FRAMES)])]
    yield "golden ratio", "frames", SHIFTED, each(golden)
    for space in SPACES:
        yield "white noise", space, RANDOM, [lambda space=space: white_vectors(0, space)]
        if space in MAPPED:
            yield "R2 sequence", space, TWO_SHIFTED, [lambda space=space: shifted_vectors(0, space)]


@cache
def white(seed, frames=1):
    generator = np.random.default_rng(seed)
    return np.stack([generator.permutation(SIDE * SIDE).reshape(SHAPE) for _ in range(frames)])


@cache
def classic(seed, sigma):
    return void_and_cluster(SHAPE, sigma, seed)[None]


def golden(seed):
    """As ranks of the shifted values."""
    values = (classic(seed, 1.5) + 0.5) / SIDE**2
    return np.stack([ranks((values[0] + frame * GOLDEN) % 1) for frame in range(FRAMES)])


def ranks(values):
    return np.argsort(np.argsort(values, axis=None, kind="stable")).reshape(values.shape)


def fourier(seed, steps=3000):
    from support.references import plain_descent

    from bluenoise_assets.noise.spectrum import descent, losses

    values = ((np.arange(SIDE**2) + 0.5) / SIDE**2).astype(np.float32)
    weights = losses.Weights(np.float32(10), np.float32(0.1), np.float32(100))
    tables = losses.tables(SHAPE, 0.25)
    rate, momentum = np.float32(0.003), np.float32(0.9)
    key = np.uint32(seed + 1)
    params = descent.Params(values, np.float32(values.var()), tables, weights, np.bool_(True), key, rate, momentum)
    start = np.random.default_rng(seed).permutation(values).reshape(SHAPE)
    return ranks(plain_descent.descend("adam", start, params, steps))[None]


def white_vectors(seed, space):
    random = np.random.default_rng(seed).random((FRAMES, *SHAPE, COMPONENTS[space]))
    return random if space in {"vec2", "vec3", "vec4"} else on(space, random)


def shifted_vectors(seed, space):
    pair = np.stack([classic(2 * seed, 1.5)[0], classic(2 * seed + 1, 1.5)[0]], axis=-1)
    steps = np.arange(FRAMES)[:, None, None, None] * np.array([R2, R2 * R2])
    shifted = ((pair + 0.5) / SIDE**2 + steps) % 1
    return shifted if space == "vec2" else on(space, shifted)


def on(space, square):
    """Points of the unit square as directions, area for area."""
    turn, height = 2 * math.pi * square[..., 0], square[..., 1]
    if space == "circle":
        return np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    z = {"sphere": 1 - 2 * height, "hemisphere": 1 - height, "cosine_hemisphere": np.sqrt(1 - height)}[space]
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=-1)


def figures(kind, noise):
    """As `measure --json` has them."""
    if kind in {"mask", "frames"}:
        image = TexelImage(((noise + 0.5) / SIDE**2).astype(np.float32)[..., None], "2d" if kind == "mask" else "array")
        file = TextureFile(Path("x"), image, FileFacts("npy"), frames=kind == "frames")
        found = measured(file, "scalar").channels[0].as_json()
        return {name: value for name, value in found.items() if name not in {"channel", "histogram"}}
    indices = np.arange(noise[..., 0].size, dtype=np.int32).reshape(noise.shape[:3])
    return {"pattern_rms": vector_rms(noise.reshape(-1, noise.shape[-1]), indices, kind)}


def mean(found, digits=2):
    """The means of several seeds' figures, one by one."""
    if isinstance(found[0], dict):
        return {name: mean([each[name] for each in found], 5 if name == "pattern_rms" else digits) for name in found[0]}
    return round(float(np.mean(found)), digits)
