"""Slow, obvious forms of the figures of single frequencies and of borders, straight from the definitions."""

import itertools
import math

import numpy as np
from support.references import spectra


def peak_db(values):
    """The highest power over the mean of its ring, rings of 8 frequencies and more, one step of 1/N wide."""
    power, radius = spectra.power(values), spectra.radius(values.shape)
    rings = {}
    for index in np.ndindex(values.shape):
        rings.setdefault(round(radius[index] * max(values.shape)), []).append(power[index])
    ratios = [max(ring) / (sum(ring) / len(ring)) for number, ring in rings.items() if number > 0 and len(ring) >= 8]
    return 10 * math.log10(max(ratios))


def seam_db(values, reach=2, ridge=1e-3):
    """The squared error of the best linear guess from neighbours in the border's lines, over that of the others."""
    x = values - values.mean()
    near = [o for o in itertools.product(range(-reach, reach + 1), repeat=2) if o != (0, 0)]
    shifted = np.stack([np.roll(x, o, (0, 1)).ravel() for o in near], axis=1)  # wrapped: one row a texel
    normal = shifted.T @ shifted + ridge * (x**2).sum() * np.eye(len(near))
    error = (x - (shifted @ np.linalg.solve(normal, shifted.T @ x.ravel())).reshape(x.shape)) ** 2
    ratios = []
    for lines in (error, error.T):
        inside = [texel for line in lines[1:-1] for texel in line]
        border = [texel for line in (lines[0], lines[-1]) for texel in line]
        ratios.append(np.mean(border) / np.mean(inside))
    return 10 * math.log10(max(ratios))
