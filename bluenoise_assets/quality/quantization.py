"""What becomes of a rank: a value of the wanted distribution, then a stored texel, and back.

Of vectors a rank is the place of a point in the texture's set of points (`sample_spaces`).
"""

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality import importance, sample_spaces
from bluenoise_assets.spec import (
    Distribution,
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
)
from bluenoise_assets.spec.sample_space import DIRECTIONS

Texels = npt.NDArray[np.unsignedinteger[Any] | np.floating[Any]]
"""Stored texels: uint8 or uint16, or the values themselves as float16 or float32."""


def quantiles(distribution: Distribution, count: int) -> npt.NDArray[np.float64]:
    """The `count` values, rising, in [0, 1], that a texture of that many texels holds.

    The value of rank r is the distribution's quantile at (r + 1/2) / count. Shape `(count,)`, float64.
    """
    probability = (np.arange(count, dtype=np.float64) + 0.5) / count
    match distribution:
        case UniformDistribution():
            return np.asarray(probability)
        case TriangularDistribution():
            tail = np.minimum(probability, probability[::-1])  # exactly symmetric
            half = np.sqrt(tail / 2)
            return np.asarray(np.where(probability <= 0.5, half, 1 - half))
        case GaussianDistribution(sigma=sigma):
            normal = NormalDist()
            below = normal.cdf(-0.5 / sigma)
            inside = below + probability[: (count + 1) // 2] * (1 - 2 * below)
            lower = np.array([0.5 + sigma * normal.inv_cdf(p) for p in inside.tolist()])
            upper = 1 - lower[::-1]
            return np.asarray(np.clip(np.concatenate([lower, upper[count % 2 :]]), 0, 1))
        case TableDistribution(quantiles=table):
            return np.asarray(np.interp(probability, np.linspace(0, 1, len(table)), table))


def as_floats(values: npt.NDArray[np.float64], bits: int) -> npt.NDArray[np.floating[Any]]:
    """Values in [0, 1] as float16 or float32 (`bits`), kept above 0 and below 1, as shaders expect them."""
    kind: Any = np.float16 if bits == 16 else np.float32
    below_one = np.nextafter(kind(1), kind(0))
    return np.asarray(np.clip(values.astype(kind), np.finfo(kind).tiny, below_one))


def quantize(values: npt.NDArray[np.float64], bits: int) -> Texels:
    """Values in [0, 1] as unsigned integers, floor(v * 2^bits): every level equally often where values are uniform.

    Returns uint8 or uint16 of the same shape.
    """
    levels = np.clip(np.floor(values * 2**bits), 0, 2**bits - 1)
    return np.asarray(levels, np.uint8 if bits == 8 else np.uint16)


def dequantize(texels: Texels) -> npt.NDArray[np.float64]:
    """The values that a shader reads from stored texels: (stored + 1/2) / 2^bits, floats as they are.

    float64, same shape.
    """
    if texels.dtype.kind == "f":
        return np.asarray(texels, np.float64)
    return np.asarray((texels.astype(np.float64) + 0.5) / 2.0 ** (8 * texels.dtype.itemsize))


def ranks_of(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """The rank 0..N-1 of every value, each once, ties in reading order. int32, the same shape."""
    ranks = np.empty(values.size, np.int32)
    ranks[np.argsort(values, axis=None, kind="stable")] = np.arange(values.size, dtype=np.int32)
    return ranks.reshape(values.shape)


def points_of(spec: TextureSpec) -> npt.NDArray[np.float64]:
    """The points that each slice of a texture of vectors holds once, float64 `[texel count, component]`.

    In (0, 1), those of directions unit vectors. Rank r stands for the r-th of them.
    """
    density = None if spec.importance is None else importance.density(spec.importance)
    return sample_spaces.points(spec.sample_space, spec.texel_count, density)


def _stored_points(spec: TextureSpec) -> Texels:
    """Those points as texels: floats as they are, integers (v + 1) / 2 of a direction's component v, in [-1, 1]."""
    points, directions = points_of(spec), spec.sample_space in DIRECTIONS
    if spec.encoding == "unorm":
        return quantize((points + 1) / 2 if directions else points, spec.bits)
    if directions:
        return np.asarray(points, np.float16 if spec.bits == 16 else np.float32)
    return as_floats(points, spec.bits)


def samples_of_texels(texels: Texels, spec: TextureSpec) -> npt.NDArray[np.float64]:
    """The points or unit vectors that a shader's `sample` makes of stored texels, float64 `[..., component]`."""
    values = dequantize(texels)
    if spec.sample_space not in DIRECTIONS:
        return values
    if spec.encoding == "unorm":
        values = 2 * values - 1
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True))


def texels_of_ranks(ranks: npt.NDArray[np.int32], spec: TextureSpec) -> Texels:
    """The stored texels of ranks `[mask, (slice,) *shape]`, as `[(slice,) *shape, channel]`.

    The channel axis is dropped when there is one channel. Of vectors there is one mask, and a channel for each
    component.
    """
    if spec.is_vector:
        return np.asarray(_stored_points(spec)[ranks[0]])
    values = quantiles(spec.distribution, spec.texel_count)
    levels = (as_floats(values, spec.bits) if spec.encoding == "float" else quantize(values, spec.bits))[ranks]
    return levels[0] if len(levels) == 1 else np.ascontiguousarray(np.moveaxis(levels, 0, -1))


def channels_of_texels(texels: Texels, channels: int) -> list[Texels]:
    """The single channels, each `[*shape]`, of texels `[*shape]` or, if there is more than one, `[*shape, channel]`."""
    return [texels] if channels == 1 else [texels[..., channel] for channel in range(channels)]
