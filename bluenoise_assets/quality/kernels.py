"""Viewers' filters as tables of integers.

Of a filter g the threshold objective needs only the autocorrelation K, whose transform is |G|^2 (`threshold.md` in
`noise/threshold/` says why). Everything here is exact: taps are rounded once, from decimals of fixed precision, and all
that follows is integers, so that the tables are the same on every machine.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.spec import (
    AnyFilter,
    AnyTimeFilter,
    AxesFilter,
    BinomialFilter,
    BoxFilter,
    EmaFilter,
    EyeFilter,
    GaussianFilter,
    TableFilter,
)

TAP_BITS = 24
"""Taps of a filter are rounded to multiples of 2^-24 of their sum."""

SCALE = 1 << 40
"""Autocorrelations are kept relative to their centre, in units of 1 / SCALE."""

EMA_CUT = Decimal("0.001")
"""Where the autocorrelation of an exponential moving average is cut off."""

PI = Decimal("3.14159265358979323846264338327950288420")

EYE_REACH = Decimal("12.5")
"""Where the autocorrelation of the eye's filter is brought to 0, in texels."""

SENSITIVITY = (Decimal("0.525"), Decimal("3.91"))
"""Of f cycles per degree at L cd/m2 the eye keeps exp(-f / (the first times ln L, plus the second)): see `_eye`."""

LET_THROUGH = Decimal("0.0001")


def _cosines(halvings: int) -> list[Decimal]:
    """cos(2 pi k / 2^(halvings + 2)) for all k of one turn, from 0 by halving angles."""
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        first = Decimal(0)
        for _ in range(halvings):
            first = ((1 + first) / 2).sqrt()
        turn = [Decimal(1), first]
        while len(turn) < 4 << halvings:
            turn.append(2 * first * turn[-1] - turn[-2])
        return turn


COSINES = _cosines(5)
"""cos(2 pi k / 128)."""

Table = npt.NDArray[Any]
"""A dense array of Python integers with odd sides, centred on offset zero."""


@lru_cache(maxsize=1024)
def gaussian_taps(sigma: float | Decimal, reach: int) -> tuple[int, ...]:
    """exp(-x^2 / (2 sigma^2)) for x in -reach..reach, as integers that sum to about 2^TAP_BITS."""
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        variance = Decimal(str(sigma)) ** 2
        half = [(-Decimal(x * x) / (2 * variance)).exp() for x in range(reach + 1)]
        unit = Decimal(1 << TAP_BITS) / (half[0] + 2 * sum(half[1:]))
        rounded = [int((value * unit).to_integral_value()) for value in half]
    return tuple(rounded[:0:-1] + rounded)


def _line(taps: Sequence[int]) -> Table:
    """The autocorrelation of one axis' taps."""
    line = np.array(taps, dtype=object)
    return np.asarray(np.convolve(line, line[::-1]), dtype=object)


def _centred(table: Table) -> Table:
    centre = table[tuple(side // 2 for side in table.shape)]
    return np.asarray(table * SCALE // centre, dtype=object)


def _outer(lines: list[Table]) -> Table:
    product = np.array(1, dtype=object)
    for line in lines:
        product = np.multiply.outer(product, line)
    return product


def _per_axis(value: Any, axes: int) -> list[Any]:
    """A filter's number for each axis of an array, slowest first; manifests name x first."""
    return [value] * axes if not isinstance(value, tuple) else list(value[::-1])


def _ema_line(alpha: float) -> Table:
    """The autocorrelation of an exponential moving average, relative to its centre: (1 - alpha)^|offset|."""
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        kept = 1 - Decimal(str(alpha))
        reach = math.ceil(EMA_CUT.ln() / kept.ln()) if kept else 0
        half = [int((SCALE * kept**offset).to_integral_value()) for offset in range(1, reach + 1)]
    return np.array([*half[::-1], SCALE, *half], dtype=object)


def axis_lines(part: AnyFilter | AnyTimeFilter, axes: int) -> list[Table] | None:
    """The autocorrelation of a filter for each axis of an array, slowest first; None for one that is not a product.

    Raises `ValueError` if the axes do not fit.
    """
    match part:
        case GaussianFilter(sigma=sigma):
            lines = [_line(gaussian_taps(s, math.ceil(6 * s))) for s in _per_axis(sigma, axes)]
        case BoxFilter(width=width):
            lines = [_line([1] * w) for w in _per_axis(width, axes)]
        case BinomialFilter(width=width):
            lines = [_line([math.comb(w - 1, i) for i in range(w)]) for w in _per_axis(width, axes)]
        case EmaFilter(alpha=alpha):
            lines = [_ema_line(alpha) for _ in range(axes)]
        case AxesFilter(filters=filters):
            lines = [line for one in filters[::-1] for line in axis_lines(one, 1) or []]
        case TableFilter() | EyeFilter():
            return None
    if len(lines) != axes:
        raise ValueError(f"the filter has {len(lines)} axes and the texture {axes}")
    return lines


def autocorrelation(part: AnyFilter | AnyTimeFilter, axes: int) -> Table:
    """K of one filter over `axes` axes, relative to K(0) = SCALE. Raises `ValueError` if the axes do not fit."""
    if isinstance(part, TableFilter):
        return _table(part.rows, axes)
    if isinstance(part, EyeFilter):
        return _eye(part, axes)
    return _centred(_outer(axis_lines(part, axes) or []))


def _eye(part: EyeFilter, axes: int) -> Table:
    """K of the eye's filter, whose transform is exp(-2 pi s |f|): (1 + (r / s)^2)^(-(axes + 1) / 2).

    That is the Poisson kernel (Stein and Weiss 1971), with s = pixels per degree / (pi (0.525 ln L + 3.91)) texels,
    since of f cycles per degree at L cd/m2 the eye keeps exp(-f / (0.525 ln L + 3.91)): Nasanen, "Visibility of
    halftone dot textures", IEEE Transactions on Systems, Man, and Cybernetics 14(6), 1984, with the constants as in
    Kim and Allebach, "Impact of HVS models on model-based halftoning", IEEE Transactions on Image Processing 11(3),
    2002. (1 - (r / 12.5)^2)^2 ends it softly.
    """
    numbers = _per_axis(part.pixels_per_degree, axes)
    if len(numbers) != axes:
        raise ValueError(f"the filter has {len(numbers)} axes and the texture {axes}")
    reach = int(EYE_REACH)
    sides = (2 * reach + 1,) * axes
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        cutoff = SENSITIVITY[0] * Decimal(str(part.luminance)).ln() + SENSITIVITY[1]
        squares = [(Decimal(str(number)) / (PI * cutoff)) ** 2 for number in numbers]

        @cache
        def weight(*offset: int) -> int:
            outside = sum(x * x for x in offset) / EYE_REACH**2
            if outside >= 1:
                return 0
            base = 1 + sum((x * x / square for x, square in zip(offset, squares, strict=True)), Decimal(0))
            value = (1 - outside) ** 2 / (base.sqrt() ** (axes + 1))
            return int((SCALE * value).to_integral_value())

        weights = [weight(*(abs(i - reach) for i in place)) for place in np.ndindex(sides)]
    return np.array(weights, dtype=object).reshape(sides)


def _table(rows: tuple[tuple[float, ...], ...], axes: int) -> Table:
    taps = np.array([[round(Fraction(str(tap)) * (1 << TAP_BITS)) for tap in row] for row in rows], dtype=object)
    height, width = taps.shape
    table = np.zeros((2 * height - 1, 2 * width - 1), dtype=object)
    for y, x in np.ndindex(height, width):
        table[height - 1 - y : 2 * height - 1 - y, width - 1 - x : 2 * width - 1 - x] += taps[y, x] * taps
    if axes == 1 and height == 1:
        return _centred(table[0])
    if axes != 2:
        raise ValueError(f"a table filter is for two axes, and the texture has {axes}")
    return _centred(table)


def combined(filters: Sequence[tuple[AnyFilter | AnyTimeFilter, float]], axes: int) -> Table:
    """The weighted sum of filters' autocorrelations, each relative to its centre: a sum of normalised errors.

    Its centre is the sum of the weights, in units of 1 / SCALE.
    """
    tables = [autocorrelation(part, axes) for part, _ in filters]
    weights = [round(Fraction(str(weight)) * (1 << TAP_BITS)) for _, weight in filters]
    sides = np.max([table.shape for table in tables], axis=0)
    total = np.zeros(sides, dtype=object)
    for table, weight in zip(tables, weights, strict=True):
        start = [(whole - side) // 2 for whole, side in zip(sides, table.shape, strict=True)]
        total[tuple(slice(s, s + side) for s, side in zip(start, table.shape, strict=True))] += table * weight
    return np.asarray(total >> TAP_BITS, dtype=object)


def wrapped_spectrum(table: Table, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """K's transform, the filter's |DFT|^2, in `rfftn`'s layout, with K wrapped around a tile; float64."""
    tile = np.zeros(shape)
    places = [(np.arange(side) - side // 2) % whole for side, whole in zip(table.shape, shape, strict=True)]
    np.add.at(tile, np.ix_(*places), table.astype(np.float64) / SCALE)
    return np.asarray(np.fft.rfftn(tile).real)


def core_sigma(table: Table) -> list[Decimal]:
    """For each axis the sigma of the Gaussian filter that lets as little of fine patterns through; in 1/1000, >= 0.4.

    Both let as much of the most power through at one frequency: the last of which, or of finer ones, 10^-4 is left, but
    at most 0.45 cycles per texel. Second moments would tell of the tail of K instead, which says how far a pattern has
    to be even, and not how fine it may be.
    """
    step, edge = COSINES, 58
    sigmas = []
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        for axis, side in enumerate(table.shape):
            line = table.sum(axis=tuple(a for a in range(table.ndim) if a != axis)).tolist()
            power = [
                abs(sum(value * step[k * abs(i - side // 2) % len(step)] for i, value in enumerate(line)))
                for k in range(len(step) // 2 + 1)
            ]
            most = max(*power, Decimal(1))
            passed = [max(power[k:]) / most for k in range(1, edge + 1)]
            k = max((k for k, part in enumerate(passed, start=1) if part >= LET_THROUGH), default=1)
            level = max(-max(passed[k - 1], LET_THROUGH).ln(), Decimal(0))
            sigma = level.sqrt() * len(step) / (2 * PI * k)
            sigmas.append(max(sigma, Decimal("0.4")).quantize(Decimal("0.001")))
    return sigmas


def fine_power(table: Table) -> Fraction:
    """How much of the finest patterns, two texels a cycle on some axis, a filter lets through, of the most it does.

    Of frequencies of 0, 1/4 and 1/2 cycle on each axis, where all is in whole numbers.
    """
    power = table
    for side in table.shape:
        signs = [[(1, 1, 1), (1, 0, -1), (1, -1, 1), (1, 0, -1)][(i - side // 2) % 4] for i in range(side)]
        power = np.tensordot(power, np.array(signs, dtype=object), (0, 0))  # the last axis is of frequencies
    values = np.abs(power)
    finest = values[np.max(np.indices(values.shape), axis=0) == 2]
    most = int(values.max())
    return Fraction(int(finest.max()), most) if most else Fraction(0)
