"""What becomes of a rank: a value of the wanted distribution, then a stored texel, and back."""

from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.spec import (
    Distribution,
    GaussianDistribution,
    TableDistribution,
    TextureSpec,
    TriangularDistribution,
    UniformDistribution,
)

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


def texels_of_ranks(ranks: npt.NDArray[np.int32], spec: TextureSpec) -> Texels:
    """The stored texels of ranks `[channel, (layer,) *shape]`, as `[(layer,) *shape, channel]`.

    The channel axis is dropped when there is one channel.
    """
    values = quantiles(spec.distribution, spec.texel_count)
    levels = (as_floats(values, spec.bits) if spec.encoding == "float" else quantize(values, spec.bits))[ranks]
    return levels[0] if len(levels) == 1 else np.ascontiguousarray(np.moveaxis(levels, 0, -1))


def channels_of_texels(texels: Texels, channels: int) -> list[Texels]:
    """The single channels, each `[*shape]`, of texels `[*shape]` or, if there is more than one, `[*shape, channel]`."""
    return [texels] if channels == 1 else [texels[..., channel] for channel in range(channels)]
