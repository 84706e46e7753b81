"""Slow, obvious forms of the figures and losses: sums over all texels and all frequencies, straight from the definitions."""

import cmath
import itertools
import math
from fractions import Fraction

import numpy as np


def frequencies(shape):
    """Every frequency of the full spectrum, in cycles per texel, each axis in [-1/2, 1/2)."""
    axes = [[Fraction(k if 2 * k < side else k - side, side) for k in range(side)] for side in shape]
    return list(itertools.product(*axes))


def power(values):
    """|sum x exp(-2 pi i f.p)|^2 about the mean, over N times the variance, by frequency index."""
    x = np.asarray(values, float) - np.mean(values)
    variance = float(np.mean(x**2))
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        total = sum(
            x[position]
            * cmath.exp(-2j * math.pi * sum(k * p / n for k, p, n in zip(index, position, x.shape, strict=True)))
            for position in np.ndindex(x.shape)
        )
        result[index] = abs(total) ** 2 / (x.size * variance)
    return result


def radius(shape):
    return np.array([math.hypot(*map(float, f)) for f in frequencies(shape)]).reshape(shape)


def is_below(shape, cutoff):
    """In exact arithmetic: frequencies at the cut-off are not below it, however they round."""
    limit = Fraction(str(cutoff)) ** 2
    return np.array([0 < sum(f * f for f in each) < limit for each in frequencies(shape)]).reshape(shape)


def low_frequency(values, cutoff):
    """Mean power below the cut-off; None where there is no frequency."""
    low = power(values)[is_below(values.shape, cutoff)]
    return sum(low) / len(low) if len(low) else None


def uniformity(values, cutoff):
    """Mean squared difference of amplitudes over pairs of neighbours above the cut-off.

    Neighbours along an axis; the full spectrum wraps along every axis but the last, where the pairs are those of the
    half-spectrum, each counted with its mirror image.
    """
    amplitude, below = np.sqrt(power(values)), is_below(values.shape, cutoff)
    below[(0,) * values.ndim] = True
    total, count = 0.0, 0
    last = len(values.shape) - 1
    half = values.shape[last] // 2
    for index in np.ndindex(values.shape):
        if index[last] > half:
            continue
        times = 1 if index[last] == 0 or 2 * index[last] == values.shape[last] else 2
        for axis, side in enumerate(values.shape):
            if side == 1 or (axis == last and index[axis] == 0):
                continue
            other = list(index)
            other[axis] -= 1
            other = tuple(other)
            if below[index] or below[other]:
                continue
            total += times * (amplitude[index] - amplitude[other]) ** 2
            count += times
    return total / max(count, 1)


def threshold_error_db(ranks, sigma):
    """The filtered patterns' variance over 64 thresholds, by wrapped convolution in space, relative to white noise's."""
    return sum_error_db([ranks], [1], sigma)


def sum_error_db(masks, weights, sigma):
    """The same of a weighted sum of several masks' patterns, relative to that sum of independent white masks."""
    shape = masks[0].shape
    kernel = np.zeros(shape)
    reach = math.ceil(8 * sigma)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            kernel[dy % shape[0], dx % shape[1]] += math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))
    kernel /= kernel.sum()
    error = 0.0
    for k in range(64):
        pattern = sum(
            weight * ((ranks + 0.5) / ranks.size < (k + 0.5) / 64) for weight, ranks in zip(weights, masks, strict=True)
        )
        filtered = sum(
            kernel[offset] * np.roll(pattern, offset, axis=(0, 1))
            for offset in np.ndindex(shape)
            if kernel[offset] > 1e-18
        )
        error += filtered.var() / 64
    return 10 * math.log10(error / ((kernel**2).sum() / 6 * sum(weight**2 for weight in weights)))


def eye_error_db(ranks, pixels_per_degree):
    """The patterns' error after Nasanen's contrast sensitivity at 100 cd/m2, frequency by frequency."""
    seen = np.exp(-2 * pixels_per_degree * radius(ranks.shape) / (0.525 * math.log(100) + 3.91))
    error = 0.0
    for k in range(64):
        pattern = ((ranks + 0.5) / ranks.size < (k + 0.5) / 64).astype(float)
        if pattern.any() and not pattern.all():
            error += (power(pattern) * seen).sum() * pattern.var() / 64
    return 10 * math.log10(error / (seen.sum() / 6))
