"""How values are distributed, and how exactly: a mask's levels occur equally often, in each slice."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Shape = Literal["uniform", "triangular", "gaussian"]

LEAST_DISTANCE = 0.02
"""A distribution counts as known that is nearer than this, or than white noise of so many texels would be."""
WIDEST_SIGMA = 0.6
"""A wider Gaussian, cut off at 0 and 1, is as good as uniform."""
KOLMOGOROV = 1.36
"""Times 1/sqrt(N): the distance that 5% of samples of N values exceed."""


@dataclass(frozen=True)
class Histogram:
    """The values of a channel.

    `nearest` is the nearest of three distributions, `distribution` the same, or None where it is not near; `distance`
    is Kolmogorov's and Smirnov's: the largest difference of the shares of values below some value. Uniform and
    triangular ones are from `low` to `high`; of Gaussians `sigma` is the standard deviation before they were cut off
    at 0 and 1. `levels` is how many values there are. `texels_off`, of uniform ones, is the share of texels in a slice,
    the worst, that would have to change so that all levels of the type are equally often, within one texel, or, where a
    slice has fewer texels than levels, each value once. None for others, and for half floats, which lie uneven.
    """

    distribution: Shape | None
    nearest: Shape
    distance: float
    low: float
    high: float
    levels: int
    sigma: float | None = None
    texels_off: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


def histogram(texels: npt.NDArray[Any], values: npt.NDArray[np.float64]) -> Histogram:
    """Of slices `[slice, *shape]`: stored texels, and the values that a shader reads of them."""
    stored, counts = np.unique(texels, return_counts=True)
    if len(stored) == 1:
        value = float(values.flat[0])
        return Histogram(None, "uniform", 1.0, value, value, 1)
    integers = texels.dtype.kind == "u"
    if integers:  # a level is the interval of values around what is read
        step = 2.0 ** (-8 * texels.dtype.itemsize)
        at, share = (stored.astype(np.float64) + 1) * step, np.cumsum(counts) / texels.size
        low, high = float(at[0] - step), float(at[-1])
    else:
        at, share = stored.astype(np.float64), (np.cumsum(counts) - counts / 2) / texels.size
        margin = float(at[-1] - at[0]) / (2 * max(1, len(at) - 1))
        low, high = float(at[0] - margin), float(at[-1] + margin)
    mean, deviation = float(values.mean()), float(values.std())
    sigma = _sigma_before_cut(deviation) if low >= 0 and high <= 1 else deviation
    expected = {
        "uniform": np.clip((at - low) / (high - low), 0, 1),
        "triangular": _triangular(at, low, high),
        "gaussian": _gaussian(at, mean, sigma, cut=low >= 0 and high <= 1),
    }
    distances = {name: float(np.abs(each - share).max()) for name, each in expected.items()}
    if sigma > WIDEST_SIGMA:
        del distances["gaussian"]
    name: Any = min(distances, key=lambda name: distances[name])
    known = name if distances[name] <= max(LEAST_DISTANCE, KOLMOGOROV / math.sqrt(texels.size)) else None
    return Histogram(
        known,
        name,
        round(distances[name], 5),
        round(low, 5) + 0.0,
        round(high, 5),
        len(stored),
        round(sigma, 5) if known == "gaussian" else None,
        round(max(map(_texels_off, texels)), 5) if known == "uniform" and texels.dtype != np.float16 else None,
    )


def _texels_off(texels: npt.NDArray[Any]) -> float:
    """The share of one slice's texels that must change for equally frequent levels."""
    counts = np.unique(texels, return_counts=True)[1]
    levels = 2 ** (8 * texels.dtype.itemsize) if texels.dtype.kind == "u" else texels.size
    least, most = texels.size // levels, -(-texels.size // levels)
    too_many = int(np.maximum(counts - most, 0).sum())
    too_few = int(np.maximum(least - counts, 0).sum()) + (levels - len(counts)) * least
    return max(too_many, too_few) / texels.size


def _triangular(at: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    place = np.clip((at - low) / (high - low), 0, 1)
    return np.asarray(np.where(place < 0.5, 2 * place**2, 1 - 2 * (1 - place) ** 2))


def _gaussian(at: npt.NDArray[np.float64], mean: float, sigma: float, *, cut: bool) -> npt.NDArray[np.float64]:
    normal = NormalDist(mean, sigma)
    share = np.array([normal.cdf(value) for value in at.tolist()])
    if cut:
        below, above = normal.cdf(0), normal.cdf(1)
        share = np.clip((share - below) / (above - below), 0, 1)
    return share


def _sigma_before_cut(deviation: float) -> float:
    """The sigma of a Gaussian about 1/2 that has this standard deviation when it is cut off at 0 and 1; at most 10."""
    low, high, normal = 1e-4, 10.0, NormalDist()
    for _ in range(60):
        sigma = (low + high) / 2
        end = 0.5 / sigma
        rest = 1 - 2 * end * normal.pdf(end) / (2 * normal.cdf(end) - 1)
        low, high = (sigma, high) if sigma * math.sqrt(max(0.0, rest)) < deviation else (low, sigma)
    return (low + high) / 2
