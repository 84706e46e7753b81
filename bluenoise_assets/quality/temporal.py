"""What frames of noise are worth to who accumulates them: errors of their thresholded patterns in space and time.

Errors are RMS over texels about the picture's mean, of patterns that are 0 or 1. The frames loop. An exponential moving
average (EMA) with factor a is r = a b + (1 - a) r for every frame's pattern b.

H1: of single frames after a Gaussian of 1 texel, over the first 8 frames and 32 thresholds (k + 1/2)/32. EMA, ST: after
an EMA of 0.1 from frame 0's pattern up to the 32nd frame, without and with that Gaussian, over 16 thresholds. Steady
EMA, steady ST: the same when the loop has run for long, over all its phases. Of 32 frames of white noise these are
.1152, .0949, .0268, .0969 and .0273.
"""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality import spectra
from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.threshold_error import MANY_TEXELS, wrapped_gaussian_spectrum

Floats = npt.NDArray[np.float32]
Ranks = npt.NDArray[np.int32]
Patterns = Callable[[int], npt.NDArray[np.bool_]]
"""From a frame's number to its patterns, `[pattern, height, width]`."""

ALPHA = 0.1
SIGMA = 1.0
"""The Gaussian of what has a blur, in texels."""

SINGLE_FRAMES = 8
SINGLE_THRESHOLDS = 32
THRESHOLDS = 16
ACCUMULATED = 32
"""Frames that the error from the first frame on takes."""

LOW_FRAMES = 16
MIN_PHASES = 64
PHASE_TEXELS = 2**24
"""The steady state is measured in a loop's first `PHASE_TEXELS / texels` phases, and in `MIN_PHASES` at least."""

CLAMPED_THRESHOLDS = 8
CLAMPED_FROM = 96

FORGOTTEN = 1e-5
"""A share of an EMA's weights that is left out."""

BATCH_TEXELS = 2**17
"""Texels of the patterns that are held at a time; one picture may have more."""

KEYS = ("H1", "ST", "EMA", "steady EMA", "steady ST")


class MeanPower:
    """The mean power of pictures `[height, width]` about their means, in `rfftn`'s layout, as they are added."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.total = np.zeros((shape[0], shape[1] // 2 + 1))
        self.count = 0

    def add(self, pictures: npt.NDArray[np.bool_] | Floats) -> None:
        """Take in pictures `[picture, height, width]`."""
        spectrum = np.fft.rfft2(pictures.astype(np.float32, copy=False))
        self.total += np.einsum("nyx,nyx->yx", spectrum.real, spectrum.real)
        self.total += np.einsum("nyx,nyx->yx", spectrum.imag, spectrum.imag)
        self.count += len(pictures)

    def rms(self, sigma: float | None = None) -> float:
        """The RMS of the pictures, after a Gaussian of `sigma` texels if there is one."""
        power = self.total * half_spectrum_multiplicity(self.shape)
        power[0, 0] = 0
        if sigma is not None:
            power *= wrapped_gaussian_spectrum(self.shape, sigma)
        return math.sqrt(float(power.sum()) / self.count) / math.prod(self.shape)


def threshold_patterns(ranks: Ranks, thresholds: int) -> Iterator[Patterns]:
    """The patterns u < (k + 1/2)/thresholds of ranks `[frame, height, width]`, u = (rank + 1/2)/N, in batches.

    Of frames with more than `MANY_TEXELS` texels a quarter of the thresholds.
    """
    count = ranks[0].size
    if count > MANY_TEXELS:
        thresholds //= 4
    # 2 * thresholds * (rank + 1/2) < (2 k + 1) * count, for whole ranks
    limits = np.array([-((thresholds - (2 * k + 1) * count) // (2 * thresholds)) for k in range(thresholds)], np.int32)
    for rows in batches(thresholds, count):
        some = limits[rows, None, None]
        yield lambda frame, some=some: ranks[frame] < some  # type: ignore[misc]


def batches(patterns: int, texels: int) -> Iterator[slice]:
    """So many patterns at a time that their pictures have `BATCH_TEXELS` texels or are one."""
    size = max(1, BATCH_TEXELS // texels)
    for start in range(0, patterns, size):
        yield slice(start, start + size)


def moving_average(patterns: Patterns, frames: Iterable[int], alpha: float, state: Floats) -> Iterator[Floats]:
    """The EMA after each of the frames, from `state` on, which is changed in place and is what it yields."""
    rate = np.float32(alpha)
    for frame in frames:
        state *= 1 - rate
        state += rate * patterns(frame)
        yield state


def average_from_first(patterns: Patterns, frames: int, alpha: float, count: int) -> Floats:
    """The EMA of `count` frames of a loop that begins with frame 0's pattern as it is."""
    state = patterns(0).astype(np.float32)
    for _ in moving_average(patterns, (frame % frames for frame in range(1, count)), alpha, state):
        pass
    return state


def steady_average(patterns: Patterns, frames: int, alpha: float, phases: int) -> Iterator[Floats]:
    """The EMA of a loop that has run for ever, after each of its first `phases` frames; the same array every time.

    One loop from zero, divided by the share 1 - (1 - alpha)^frames of the weights that falls on it, is the sum over all
    loops. Of a longer loop the part that matters does.
    """
    reach = min(frames, math.ceil(math.log(FORGOTTEN) / math.log(1 - alpha)))
    state = np.zeros(patterns(0).shape, np.float32)
    for _ in moving_average(patterns, range(frames - reach, frames), alpha, state):
        pass
    state /= np.float32(1 - (1 - alpha) ** reach)
    return moving_average(patterns, range(phases), alpha, state)


def phases_of(frames: int, texels: int) -> int:
    """In how many phases the steady state of a loop is measured."""
    return min(frames, max(MIN_PHASES, PHASE_TEXELS // texels))


def single_rms(batched: Iterable[Patterns], frames: int, shape: tuple[int, ...]) -> float:
    """The RMS of the first `frames` frames' patterns after a Gaussian of `SIGMA`."""
    power = MeanPower(shape)
    for patterns in batched:
        for frame in range(frames):
            power.add(patterns(frame))
    return power.rms(SIGMA)


def accumulated_rms(batched: Iterable[Patterns], frames: int, shape: tuple[int, ...]) -> dict[str, float]:
    """`ST`, `EMA`, `steady EMA` and `steady ST` of a loop of `frames` frames."""
    first, steady = MeanPower(shape), MeanPower(shape)
    for patterns in batched:
        first.add(average_from_first(patterns, frames, ALPHA, ACCUMULATED))
        for state in steady_average(patterns, frames, ALPHA, phases_of(frames, math.prod(shape))):
            steady.add(state)
    return {
        "ST": first.rms(SIGMA),
        "EMA": first.rms(),
        "steady EMA": steady.rms(),
        "steady ST": steady.rms(SIGMA),
    }


def pattern_rms(ranks: Ranks) -> dict[str, float]:
    """`KEYS` of looping frames, from their ranks, int32 `[frame, height, width]`, each frame a permutation."""
    shape = ranks.shape[1:]
    single = single_rms(threshold_patterns(ranks, SINGLE_THRESHOLDS), min(len(ranks), SINGLE_FRAMES), shape)
    return {"H1": single} | accumulated_rms(threshold_patterns(ranks, THRESHOLDS), len(ranks), shape)


def low_frequency_db(ranks: Ranks) -> float | None:
    """The mean power below 1/8 cycle per texel over the first 16 frames, relative to white noise's; None if undefined.

    Shape `[frame, height, width]`, ranks or values.
    """
    found = [spectra.low_frequency_db(frame) for frame in ranks[:LOW_FRAMES]]
    powers = [10 ** (value / 10) for value in found if value is not None]
    return spectra.decibels(math.fsum(powers) / len(powers)) if powers else None


def _rms_of_states(ranks: Ranks, states: Callable[[Patterns], Iterable[Floats]]) -> tuple[float, float]:
    """The RMS of what becomes of the patterns, without and with a Gaussian of `SIGMA`."""
    power = MeanPower(ranks.shape[1:])
    for patterns in threshold_patterns(ranks, THRESHOLDS):
        for state in states(patterns):
            power.add(state)
    return power.rms(), power.rms(SIGMA)


def ema_rms(ranks: Ranks, alpha: float) -> tuple[float, float]:
    """The steady error under an EMA of another factor, without and with a Gaussian of `SIGMA`."""
    phases = phases_of(len(ranks), ranks[0].size)
    return _rms_of_states(ranks, lambda patterns: steady_average(patterns, len(ranks), alpha, phases))


def box_rms(ranks: Ranks, width: int) -> tuple[float, float]:
    """The error of the mean of the last `width` frames, over all phases, without and with a Gaussian of `SIGMA`."""

    def means(patterns: Patterns) -> Iterator[Floats]:
        total = sum((patterns(-k % len(ranks)).astype(np.float32) for k in range(1, width)), np.float32(0))
        for frame in range(phases_of(len(ranks), ranks[0].size)):
            total = total + patterns(frame)
            yield total / np.float32(width)
            total = total - patterns((frame - width + 1) % len(ranks))

    return _rms_of_states(ranks, means)


def read_rms(ranks: Ranks, count: int, sigma: float, alpha: float = ALPHA) -> float:
    """The error after an EMA from frame 0's pattern over `count` frames and a Gaussian of `sigma` texels."""
    power = MeanPower(ranks.shape[1:])
    for patterns in threshold_patterns(ranks, THRESHOLDS):
        power.add(average_from_first(patterns, len(ranks), alpha, count))
    return power.rms(sigma)


def clamped_rms(ranks: Ranks) -> tuple[float, float]:
    """The steady error under an EMA of 0.1 whose history is clamped, without and with a Gaussian of `SIGMA`.

    Before a frame is taken in, each texel's history is clamped between the least and the largest of the frame's
    pattern in the 3x3 texels around it, as TAA does against ghosts. Over 8 thresholds and the phases from the 96th
    frame on. Without the Gaussian it is the error from what the patterns' mean is, not from the picture's own:
    clamping moves that.
    """
    frames, shape = len(ranks), ranks.shape[1:]
    power, errors = MeanPower(shape), []
    for patterns in threshold_patterns(ranks, CLAMPED_THRESHOLDS):
        state = patterns(0).astype(np.float32)
        mean = state.mean(axis=(1, 2), keepdims=True)
        for frame in range(1, CLAMPED_FROM + phases_of(frames, math.prod(shape))):
            pattern = patterns(frame % frames)
            state[~_any_beside(pattern)] = 0
            state[~_any_beside(~pattern)] = 1
            state *= np.float32(1 - ALPHA)
            state += np.float32(ALPHA) * pattern
            if frame >= CLAMPED_FROM:
                power.add(state)
                errors.extend(np.mean((state - mean) ** 2, axis=(1, 2)).tolist())
    return math.sqrt(math.fsum(errors) / len(errors)), power.rms(SIGMA)


def _any_beside(pattern: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether any of the 3x3 texels around each, wrapped, is set."""
    for axis in (1, 2):
        pattern = pattern | np.roll(pattern, 1, axis) | np.roll(pattern, -1, axis)
    return pattern
