"""Figures of what noise should not have: single strong frequencies, borders that do not fit, alike channels."""

import itertools
import math

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.frequencies import radial_frequency
from bluenoise_assets.quality.spectra import Values, decibels, power_spectrum

RING = 8
"""Frequencies that a ring has at least."""

REACH = {2: 2, 3: 1}
"""By dimensions, how far a texel's neighbours are by which it is guessed."""
LEAST_SIDE = 8
RIDGE = 1e-3


def peak_db(values: Values) -> float | None:
    """The highest power of a single frequency over the mean of its ring, in dB; None for flat and tiny textures.

    Rings are those of Ulichney's radial average (`spectra.radial_spectrum`), of `RING` frequencies or more. The power
    of white noise is exponentially distributed, so that it has about 10 log10 ln(N/2): 9.5 dB for 128x128. More tells
    of tiles that repeat, and of ordered patterns.
    """
    power = power_spectrum(values).ravel()
    ring = np.rint(radial_frequency(values.shape).ravel() * max(values.shape)).astype(np.int64)
    count = np.bincount(ring)
    mean = np.bincount(ring, power) / np.maximum(count, 1)
    mean[(count < RING) | (mean < 1e-12)] = np.inf
    mean[0] = np.inf
    ratio = float((power / mean[ring]).max())
    return decibels(ratio) if ratio > 0 else None


def seam_db(values: Values) -> float | None:
    """How much worse a texel is guessed from its neighbours across the border than inside, in dB; the worse axis.

    The guess is the linear one of least squares from the neighbours up to `REACH` texels away (24 in two dimensions),
    whose weights come from the autocorrelation. At the border are the first and the last row, or column. A tile that
    fits has about 0, more where it is cut off. None for flat textures, and for sides below `LEAST_SIDE`.
    """
    centred = np.asarray(values, np.float64) - np.mean(values, dtype=np.float64)
    if min(values.shape) < LEAST_SIDE or np.ptp(values) == 0:
        return None
    axes = tuple(range(centred.ndim))
    reach = range(-REACH[centred.ndim], REACH[centred.ndim] + 1)
    near = [offset for offset in itertools.product(reach, repeat=centred.ndim) if any(offset)]
    correlation = np.fft.irfftn(np.abs(np.fft.rfftn(centred)) ** 2, s=centred.shape, axes=axes)
    pairs = np.array([[correlation[tuple(np.subtract(a, b))] for b in near] for a in near])
    ridge = RIDGE * correlation.flat[0] * np.eye(len(near))
    weights = np.linalg.solve(pairs + ridge, np.array([correlation[offset] for offset in near]))
    error = centred.copy()
    for offset, weight in zip(near, weights.tolist(), strict=True):
        error -= weight * np.roll(centred, offset, axes)
    error **= 2
    ratios = []
    for axis in axes:
        lines = error.mean(axis=tuple(other for other in axes if other != axis))
        ratios.append(float((lines[0] + lines[-1]) / 2 / max(lines[1:-1].mean(), 1e-30)))
    return decibels(max(ratios))


def correlations(slices: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Pearson's correlation of each pair of textures `[texture, texel]`, texel by texel; 0 with a flat one."""
    scaled = slices / slices.dtype.type(max(float(np.abs(slices).max()), 1e-30))  # so that no square overflows
    centred = scaled - scaled.mean(axis=1, keepdims=True, dtype=np.float64).astype(slices.dtype)
    products = np.asarray(centred @ centred.T, np.float64)
    norm = np.sqrt(np.diag(products))
    return np.asarray(products / np.where(norm > 0, norm, math.inf)[:, None] / np.where(norm > 0, norm, 1)[None])
