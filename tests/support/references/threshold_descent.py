"""The threshold objective in its plainest forms: all thresholds, and descent in floating point."""

import itertools
from fractions import Fraction

import numpy as np


def error_of_all_thresholds(values, filter_taps):
    """The mean over the texels of the integral over t in [0, 1] of (g * (1[u < t] - t))^2, exactly.

    `values` are Fractions in a 2D array, `filter_taps` maps offsets to Fractions. Between two neighbouring values the
    pattern does not change, and the integrand is a square in t.
    """
    shape = values.shape
    limits = sorted({Fraction(0), Fraction(1), *values.ravel().tolist()})
    gain = sum(filter_taps.values())
    total = Fraction(0)
    for low, high in itertools.pairwise(limits):
        for place in np.ndindex(*shape):
            seen = sum(
                tap
                for offset, tap in filter_taps.items()
                if values[tuple((p + o) % s for p, o, s in zip(place, offset, shape, strict=True))] <= low
            )
            # integral of (seen - gain t)^2 from low to high
            total += seen**2 * (high - low) - seen * gain * (high**2 - low**2) + gain**2 * (high**3 - low**3) / 3
    return total / values.size


def descend(ranks, sigma, steps=300, first_sigma=0.9, rerank=4):
    """Gradient descent with momentum on the smoothed closed form, sigma rising to the filter's."""
    count = ranks.size
    u = (ranks + 0.5) / count
    speed = np.zeros_like(u)
    reach = int(np.ceil(4 * sigma))
    places = [(y, x) for y in range(-reach, reach + 1) for x in range(-reach, reach + 1) if (y, x) != (0, 0)]
    for step in range(steps):
        done = step / max(1, steps - 1)
        now = first_sigma * (sigma / first_sigma) ** done
        tau, rate = 0.3 * (0.003 / 0.3) ** done, 0.6 * (0.01 / 0.6) ** done
        weights = np.array([np.exp(-(y * y + x * x) / (4 * now * now)) for y, x in places])
        weights /= weights.sum()
        slope = np.zeros_like(u)
        for (y, x), weight in zip(places, weights, strict=True):
            slope += weight * np.clip((u - np.roll(u, (y, x), (0, 1))) / tau, -1, 1)
        speed = 0.9 * speed + 0.1 * slope
        u = u + rate * speed * 0.3
        if step % rerank == 0 or step == steps - 1:
            order = np.argsort(u, axis=None, kind="stable")
            u.ravel()[order] = (np.arange(count) + 0.5) / count
    found = np.empty(count, np.int64)
    found[np.argsort(u, axis=None, kind="stable")] = np.arange(count)
    return found.reshape(ranks.shape)
