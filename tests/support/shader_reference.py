"""What the shaders' functions are, in numpy: from their definitions, in float64 where float32 is not part of them."""

from fractions import Fraction

import numpy as np

from bluenoise_assets.spec import TriangularDistribution
from bluenoise_assets.spec.sample_space import DIRECTIONS

F = np.float32

GOLDEN = Fraction(2654435769, 2**32)
"""The golden ratio's fraction in 32 bits."""


def decoded(texels: np.ndarray) -> np.ndarray:
    """What stored texels stand for, float32."""
    if texels.dtype.kind == "f":
        return texels.astype(F)
    return (texels.astype(F) + F(0.5)) / F(2 ** (8 * texels.dtype.itemsize))


def covering(
    values: np.ndarray, size: tuple[int, int], offset: tuple[int, int] = (0, 0), slice_: int = 0
) -> np.ndarray:
    """The values under every pixel of an image of a size: the tile goes on in all directions, slices too."""
    slices, height, width, _ = values.shape
    rows = (np.arange(size[1]) + offset[1]) % height  # numpy's % takes the sign of the divisor
    columns = (np.arange(size[0]) + offset[0]) % width
    return values[slice_ % slices][rows[:, None], columns[None, :]]


def repeated(value: np.ndarray, channels: int = 4) -> np.ndarray:
    """A texture's own channels, and in the others those again."""
    return value[..., np.arange(channels) % value.shape[-1]]


def rgb(value: np.ndarray) -> np.ndarray:
    return repeated(value, 3)


def to_uniform(value: np.ndarray, law: object) -> np.ndarray:
    """The distribution function; of its upper half what is missing to 1, in steps of 2^-24, so never 0."""
    if law != TriangularDistribution():
        return value
    tail = np.minimum(value, F(1) - value)
    square = F(2) * tail * tail
    upper = F(1) - np.ceil(square * F(2**24)) / F(2**24)
    return np.where(value < F(0.5), square, upper)


def triangle(u: np.ndarray) -> np.ndarray:
    centred = F(2) * u - F(1)
    return np.sign(centred) * (F(1) - np.sqrt(F(1) - np.abs(centred)))


def to_triangular(value: np.ndarray, law: object) -> np.ndarray:
    return triangle(to_uniform(value, law))


def animate(value: np.ndarray, law: object, frame: int) -> np.ndarray:
    """Uniform values plus the frame's multiple of the golden ratio, without its whole part, in steps of 2^-24.

    They are uniform, whatever the law was.
    """
    step = int(frame * GOLDEN % 1 * 2**24)
    moved = (np.floor(to_uniform(value, law).astype(np.float64) * 2**24) + step) % 2**24
    return (np.maximum(moved, 1) / 2**24).astype(F)


def scaled(color: np.ndarray, levels: int) -> np.ndarray:
    """A colour in levels, to the nearest 1/65536 of one."""
    product = np.clip(color, F(0), F(1)) * F(levels - 1)
    return np.rint(product.astype(np.float64) * 65536) / 65536


def dither(color: np.ndarray, levels: int, value: np.ndarray, law: object) -> np.ndarray:
    """The levels' numbers: the colour plus uniform noise, rounded down."""
    return np.floor(scaled(color, levels) + to_uniform(rgb(value), law))


def amplitude(x: np.ndarray, levels: int) -> np.ndarray:
    """a of the noise U(-1/2, 1/2) + U(-a, a) that triangular dithering adds to a colour of x levels."""
    return np.minimum(0.5, np.minimum(x, levels - 1 - x))


def trapezoid(u: np.ndarray, a: np.ndarray) -> np.ndarray:
    """The quantile of U(-1/2, 1/2) + U(-a, a), 0 <= a <= 1/2, at u in (0, 1); float64.

    The density is 1 up to 1/2 - a, from there on it falls to 0 at 1/2 + a: t from there the tail is t^2 / 4a.
    """
    tail = np.minimum(u, 1 - np.asarray(u, np.float64))
    size = np.where(tail < a, 0.5 + a - 2 * np.sqrt(a * tail), 0.5 - tail)
    return np.where(np.asarray(u) < 0.5, -size, size)


def dither_triangular(color: np.ndarray, levels: int, value: np.ndarray, law: object) -> np.ndarray:
    """The nearest levels to colour plus noise: floor(x + trapezoid(u, a) + 1/2), by its tails, exact in float64."""
    u = np.floor(to_uniform(rgb(value), law).astype(np.float64) * 2**24) / 2**24
    x = scaled(color, levels)
    a, nearest = amplitude(x, levels), np.floor(x + 0.5)
    width = np.where(a > 0, 4 * a, 1)
    below, above = ((a + sign * (x - nearest)) ** 2 / width for sign in (-1, 1))
    return nearest - (u < below) + (u >= 1 - above)


def directions(u: np.ndarray) -> dict[str, np.ndarray]:
    """Points by the number of the functions' components, from uniform values; float64."""
    first, second = u[..., 0].astype(np.float64), u[..., min(1, u.shape[-1] - 1)].astype(np.float64)

    def circle(fraction: np.ndarray) -> np.ndarray:
        angle = 2 * np.pi * fraction
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1)

    ring = circle(second)
    z = 1 - 2 * first
    disk = np.sqrt(first)[..., None] * ring
    return {
        "circle": circle(first),
        "disk": disk,
        "sphere": np.concatenate([np.sqrt(1 - z * z)[..., None] * ring, z[..., None]], axis=-1),
        "cosine_hemisphere": np.concatenate([disk, np.sqrt(1 - first)[..., None]], axis=-1),
    }


def sample(value: np.ndarray, space: str, signed: bool) -> np.ndarray:
    """The points or unit vectors of loaded values, float64; `signed` are components in [-1, 1]."""
    exact = value.astype(np.float64)
    if space not in DIRECTIONS:
        return exact
    vectors = exact if signed else 2 * exact - 1
    return vectors / np.sqrt((vectors**2).sum(axis=-1, keepdims=True))
