"""How the error of frames falls while they are averaged."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.temporal import ALPHA

THRESHOLDS = 16
MOST_FRAMES = 64
MOST_SIDE = 64
"""The error is the mean over so many texels a side."""

GOLDEN = (5**0.5 - 1) / 2

Errors = tuple[float, ...]
"""After 1, 2, 3, ... frames."""


@dataclass(frozen=True)
class Convergence:
    """RMS errors of thresholded patterns, of 0 and 1: of the mean of the frames so far, and of an EMA of 0.1.

    By whose they are: `ours`, `white`, `golden`.
    """

    mean: dict[str, Errors]
    ema: dict[str, Errors]


def convergence(ranks: npt.NDArray[np.int32], *, golden: bool) -> Convergence:
    """Of looping frames, from their ranks `[frame, height, width]`.

    `golden` is the first frame alone, to which each frame adds the golden ratio. White noise is as theory has it. Over
    the thresholds (k + 1/2)/16.
    """
    frames, *shape = ranks.shape
    count = min(max(frames, 32), MOST_FRAMES)
    uniform = ((ranks[:, :MOST_SIDE, :MOST_SIDE] + 0.5) / float(np.prod(shape))).astype(np.float32)
    mean, ema = {}, {}
    mean["ours"], ema["ours"] = _errors([uniform[frame % frames] for frame in range(count)])
    mean["white"], ema["white"] = white_errors(count)
    if golden:
        shifts = np.arange(count) * GOLDEN
        mean["golden"], ema["golden"] = _errors([(uniform[0] + np.float32(shift % 1)) % 1 for shift in shifts])
    return Convergence(mean, ema)


def white_errors(count: int) -> tuple[Errors, Errors]:
    """Of white noise, which is another in every frame: the variance t (1 - t), and the squares of the weights."""
    thresholds = (np.arange(THRESHOLDS) + 0.5) / THRESHOLDS
    single = float(np.sqrt(np.mean(thresholds * (1 - thresholds))))
    squares = [1.0]
    for _ in range(count - 1):
        squares.append(squares[-1] * (1 - ALPHA) ** 2 + ALPHA**2)
    number = np.arange(1, count + 1)
    return _rounded(single / np.sqrt(number)), _rounded(single * np.sqrt(squares))


def _errors(frames: list[npt.NDArray[np.float32]]) -> tuple[Errors, Errors]:
    thresholds = ((np.arange(THRESHOLDS, dtype=np.float32) + np.float32(0.5)) / THRESHOLDS)[:, None, None]
    total: npt.NDArray[np.float32] | None = None
    state: npt.NDArray[np.float32] | None = None
    means, averages = [], []
    for number, frame in enumerate(frames, 1):
        pattern = (frame < thresholds).astype(np.float32)
        total = pattern if total is None else total + pattern
        state = pattern if state is None else state + np.float32(ALPHA) * (pattern - state)
        means.append(_rms(total / np.float32(number) - thresholds))
        averages.append(_rms(state - thresholds))
    return _rounded(np.array(means)), _rounded(np.array(averages))


def _rms(error: npt.NDArray[np.floating[Any]]) -> float:
    return float(np.sqrt(np.mean(np.square(error, dtype=np.float64))))


def _rounded(errors: npt.NDArray[np.float64]) -> Errors:
    return tuple(round(float(error), 5) for error in errors)
