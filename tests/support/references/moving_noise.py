"""Slow, obvious forms of the figures of frames: every pattern, every frame, one at a time, straight from the definitions."""

import math

import numpy as np


def below(frame, share):
    """The pattern u < share of one frame's ranks."""
    return ((frame + 0.5) / frame.size < share).astype(float)


def scalar_patterns(frames, thresholds):
    """For each threshold the frames' patterns."""
    return [[below(frame, (k + 0.5) / thresholds) for frame in frames] for k in range(thresholds)]


def vector_patterns(vectors, directions, offsets):
    """For each half-space the frames' patterns; vectors `[frame, height, width, component]`."""
    return [
        [(np.tensordot(frame, d, axes=1) < o).astype(float) for frame in vectors]
        for d, o in zip(directions, offsets, strict=True)
    ]


def blurred(pictures, sigma):
    """A wrapped convolution of each picture with a Gaussian, offset by offset."""
    reach = math.ceil(8 * sigma)
    result, total = np.zeros(pictures.shape), 0.0
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            weight = math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))
            result += weight * np.roll(pictures, (dy, dx), (1, 2))
            total += weight
    return result / total


def rms(pictures, sigma=None):
    """About each picture's mean, after a Gaussian if there is one."""
    shown = np.array(pictures) if sigma is None else blurred(np.array(pictures), sigma)
    return math.sqrt(np.mean([np.mean((picture - picture.mean()) ** 2) for picture in shown]))


def averages(patterns, steps, alpha):
    """The moving average after each of `steps` frames of a loop that begins with frame 0's pattern."""
    state, states = patterns[0], [patterns[0]]
    for step in range(1, steps):
        state = alpha * patterns[step % len(patterns)] + (1 - alpha) * state
        states.append(state)
    return states


def accumulated(all_patterns):
    """ST, EMA and their steady forms, from the 96th frame on over one loop."""
    last, steady = [], []
    for patterns in all_patterns:
        states = averages(patterns, 96 + len(patterns), 0.1)
        last.append(states[31])
        steady += states[96:]
    return {"ST": rms(last, 1), "EMA": rms(last), "steady EMA": rms(steady), "steady ST": rms(steady, 1)}


def single(all_patterns, frames):
    """H1, over the first frames."""
    return rms([pattern for patterns in all_patterns for pattern in patterns[:frames]], 1)


def scalar_figures(frames):
    return {"H1": single(scalar_patterns(frames, 32), 8)} | accumulated(scalar_patterns(frames, 16))


def boxes(patterns, width):
    """The mean of the last frames, at each phase of the loop."""
    return [sum(patterns[(frame - k) % len(patterns)] for k in range(width)) / width for frame in range(len(patterns))]


def clamped(patterns):
    """The moving average of 0.1 with its history clamped to the 3x3 texels around, from the 96th frame on."""
    state, states = patterns[0], []
    height, width = state.shape
    for step in range(1, 96 + len(patterns)):
        pattern, kept = patterns[step % len(patterns)], state.copy()
        for y, x in np.ndindex(state.shape):
            around = [pattern[(y + dy) % height, (x + dx) % width] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            kept[y, x] = min(max(state[y, x], min(around)), max(around))
        state = 0.1 * pattern + 0.9 * kept
        if step >= 96:
            states.append(state)
    return states
