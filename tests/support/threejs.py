"""What the tests of three.js share: textures' files as a build writes them, pictures, and what they come to."""

import base64
from pathlib import Path

import numpy as np
import pytest
from support import shader_reference as reference

from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.formats import ktx2
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.storage import convert
from bluenoise_assets.spec import TextureSpec, TriangularDistribution

ENGINE = engine_of("threejs")
COMMON = ENGINE.common
LEVELS = (2, 4, 16, 256)
PICTURE = (40, 23)  # several tiles of every texture


def picture_of(dtype, channels, kind, height, width, slices=3):
    """Any bytes; floats in (0, 1), as textures have them."""
    random = np.random.default_rng([channels, height, width, slices])
    shape = (1 if kind == "2d" else slices, height, width, channels)
    if dtype.startswith("float"):
        return TexelImage((0.001 + 0.998 * random.random(shape)).astype(dtype), kind)
    return TexelImage(random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True), kind)


def picture_for(spec):
    dtype = f"{'float' if spec.encoding == 'float' else 'uint'}{spec.bits}"
    return picture_of(dtype, spec.channels, spec.kind, spec.size[1], spec.size[0], spec.slices)


def asset_of(spec):
    return Asset(spec, ENGINE.storage_layout(spec), f"threejs/{spec.name}.ktx2")


def values_of(picture):
    """What the stored texels stand for, in double precision."""
    texels = picture.texels.astype(np.float64)
    return texels if picture.texels.dtype.kind == "f" else (texels + 0.5) / (np.iinfo(picture.texels.dtype).max + 1)


def noise_over(picture, slice_number):
    """The values of a slice, which repeat, under each pixel of the target, for red, green and blue."""
    values = values_of(picture)[slice_number % len(picture.texels)]
    width, height = PICTURE
    tiled = values[np.arange(height)[:, None] % values.shape[0], np.arange(width) % values.shape[1]]
    return reference.rgb(tiled)


def moved(colors, spec, noise, levels):
    """What a colour comes to in levels, with its noise: the level is the whole number below."""
    x = colors[..., :3].astype(np.float64) * (levels - 1)
    if isinstance(spec.distribution, TriangularDistribution):
        u = reference.to_uniform(noise.astype(np.float32), spec.distribution)
        return x + reference.trapezoid(u, reference.amplitude(x, levels)) + 0.5
    return x + noise


def gradient_for(spec, picture):
    """Ramps of colour, none so near to a step between two levels that rounding in single precision decides."""
    width, height = PICTURE
    colors = np.ones((height, width, 4), np.float32)
    colors[..., 0] = np.linspace(0, 1, width)
    colors[..., 1] = np.linspace(0, 1, height)[:, None] * np.linspace(1, 0.2, width)
    colors[..., 2] = 0.31
    for _ in range(20):
        near = np.zeros((height, width, 3), bool)
        for levels in LEVELS:
            for number in range(spec.slices):
                whole = moved(colors, spec, noise_over(picture, number), levels)
                near |= np.abs(whole - np.round(whole)) < 1e-4
        if not near.any():
            return colors
        colors[..., :3] = np.where(near, np.abs(colors[..., :3] - np.float32(0.0011)), colors[..., :3])
    pytest.fail("no gradient found")


def dithered(colors, spec, picture, levels, number):
    """The 8 bits that a slice's noise makes of colours, `[height, width, 3]`."""
    level = np.floor(moved(colors, spec, noise_over(picture, number), levels)).clip(0, levels - 1)
    assert (np.abs(level / (levels - 1) - colors[..., :3]) < 2 / (levels - 1)).all()
    return np.round(255 * level / (levels - 1))


def write(folder: Path, spec: TextureSpec, picture: TexelImage) -> str:
    """A texture's files as a build writes them, with those that all textures share; the module's place."""
    asset = asset_of(spec)
    binding = shaders.Binding(ENGINE.layout(spec), shaders.storage_of(asset.storage_layout.storage))
    texts = {
        f"threejs/{spec.name}.glsl": shaders.render("glsl", spec, binding),
        f"threejs/{spec.name}.js": ENGINE.snippet(asset),
        "threejs/bluenoise_common.glsl": shaders.common_text("glsl"),
        f"threejs/{COMMON.name}": COMMON.read_text(encoding="utf-8"),
    }
    (folder / asset.file).parent.mkdir(parents=True, exist_ok=True)
    (folder / asset.file).write_bytes(ktx2.encode(convert(picture, asset.storage_layout)))
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8", newline="\n")
    return f"threejs/{spec.name}.js"


def base64_of(array):
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def array_of(text, dtype, shape):
    return np.frombuffer(base64.b64decode(text), np.dtype(dtype).newbyteorder("<")).reshape(shape)
