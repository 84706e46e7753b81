"""How the frames of a loop hang together, and which do not.

Frames that were made for a filter in time are correlated with those near them, by an amount that depends on the lag
alone. c(t, l) is the correlation of frames t and t + l, m(l) its median over the loop, and s the deviation from the
medians over all t and l. A frame in its place has the fit sum c m / sum m^2 = 1 on average over its neighbours on both
sides, one that is not has 0, each within 1 / evidence; evidence = sqrt(2 sum m^2) / s. Layers, which are independent of
each other, have none.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LAGS = 8
MOST_MISSING = 3
FEWEST_FRAMES = 5
SIGMAS = (0.0, 1.0, 1.5)
"""Texels: a filter in time alone correlates texels, one of space and time together only what a blur leaves of them."""


@dataclass(frozen=True)
class Gap:
    """`missing` frames are missing after frame `before`, counted from 0; `gain`: what that explains."""

    before: int
    missing: int
    gain: float


@dataclass(frozen=True, eq=False)
class TimeStructure:
    """`planes` float64 `[frame, height, width, channel]`; `correlations` `[lag - 1, frame]`; `sigma` as in `SIGMAS`."""

    planes: Floats
    normalised: Floats
    correlations: Floats
    sigma: float

    @cached_property
    def medians(self) -> Floats:
        """m(1), m(2), ..."""
        return np.asarray(np.median(self.correlations, axis=1))

    @cached_property
    def deviation(self) -> float:
        """s: 1.4826 times the median distance from the medians, as for a normal law."""
        return 1.4826 * float(np.median(np.abs(self.correlations - self.medians[:, None]))) + 1e-6

    @property
    def lags(self) -> int:
        """How many lags tell a frame's place; those beyond are for gaps."""
        return min(LAGS, len(self.medians))

    @property
    def evidence(self) -> float:
        return math.sqrt(2 * float(np.sum(self.medians[: self.lags] ** 2))) / self.deviation

    @cached_property
    def fits(self) -> Floats:
        """Of each frame."""
        forward = self.correlations[: self.lags]
        backward = np.stack([np.roll(one, lag) for lag, one in enumerate(forward, 1)])
        weights = self.medians[: self.lags, None]
        return np.asarray(np.sum((forward + backward) * weights, axis=0) / (2 * float(np.sum(weights**2)) or 1.0))

    def fit_of(self, frame: int, plane: Floats) -> float:
        """The fit that a frame would have with other texels."""
        one, count = _normalised(plane[None], self.sigma)[0], len(self.planes)
        weights, total = self.medians[: self.lags], 0.0
        for lag, weight in enumerate(weights.tolist(), 1):
            for other in ((frame + lag) % count, (frame - lag) % count):
                total += weight * float(one @ self.normalised[other])
        return total / (2 * float(np.sum(weights**2)) or 1.0)

    def gap(self) -> Gap:
        """Between which frame and the next frames are most likely to be missing.

        If k are, all pairs of frames across the gap, l apart, correlate as others do that are l + k apart. What that
        explains better than no gap is the difference of the squared distances from m(l) and from m(l + k), in units of
        s^2, which is above x^2 by chance no more often than a normal variable is above x.
        """
        found = [self._gap(missing) for missing in range(1, min(MOST_MISSING, len(self.medians) - 1) + 1)]
        return max(found, key=lambda one: one.gain)

    def _gap(self, missing: int) -> Gap:
        lags = min(LAGS, len(self.medians) - missing)
        expected, otherwise = self.medians[:lags, None], self.medians[missing : missing + lags, None]
        here = self.correlations[:lags]
        better = ((here - expected) ** 2 - (here - otherwise) ** 2) / self.deviation**2
        gain = np.zeros(here.shape[1])
        for lag, one in enumerate(better, 1):
            for before in range(lag):  # the pair begins so many frames before the gap
                gain += np.roll(one, before)
        return Gap(int(np.argmax(gain)), missing, float(gain.max()))


def time_structures(planes: Floats) -> tuple[TimeStructure, ...]:
    """Of frames `[frame, height, width, channel]`, at several scales, the clearest first; none of too few frames."""
    count = len(planes)
    if count < FEWEST_FRAMES:
        return ()
    lags = min((count - 1) // 2, LAGS + MOST_MISSING)
    found = []
    for sigma in SIGMAS:
        normalised = _normalised(planes, sigma)
        correlations = [
            np.einsum("tn,tn->t", normalised, np.roll(normalised, -lag, axis=0)) for lag in range(1, lags + 1)
        ]
        found.append(TimeStructure(planes, normalised, np.stack(correlations), sigma))
    return tuple(sorted(found, key=lambda one: -one.evidence))


def _normalised(planes: Floats, sigma: float) -> Floats:
    """Each frame's texels, after a Gaussian, as a vector of length 1 about the mean of each channel."""
    if sigma:
        height, width = planes.shape[1:3]
        lines = [np.exp(-2 * (math.pi * sigma * np.fft.fftfreq(side)) ** 2) for side in (height, width)]
        response = np.multiply.outer(*lines)[None, :, :, None]
        planes = np.fft.ifft2(np.fft.fft2(planes, axes=(1, 2)) * response, axes=(1, 2)).real
    centred = planes - planes.mean(axis=(1, 2), keepdims=True)
    lengths = np.sqrt(np.sum(centred**2, axis=(1, 2), keepdims=True))
    centred = centred / np.where(lengths == 0, 1, lengths)
    return np.asarray((centred / math.sqrt(planes.shape[3])).reshape(len(planes), -1))
