"""The forces of `noise.frames` in plain 64-bit integers, offset by offset, with the limits that the fast forms need.

Every sum that is 16 bits wide there, or a float that must be a whole number, is asserted to be small enough.
"""

import numpy as np

from bluenoise_assets.noise.frames.descent import LATENT_BITS, MOMENTUM, RATE_BITS, VALUE_SHIFT
from bluenoise_assets.noise.frames.features import BLUR_BITS, FRAMES_TOGETHER, MODE_BITS, TAP_SUM, WAVE


def exact(numbers, bits=24):
    """Numbers that floats of 32 bits hold (or integers of `bits + 1`)."""
    assert np.abs(numbers).max(initial=0) <= 2**bits
    return numbers


def pair_sums(values, classes, weights, axes, shift, clip):
    """The weighted sums of clipped differences, one neighbour after the other."""
    values = values.astype(np.int64)
    total, size, place = np.zeros_like(values), 0, 0
    for chunk in classes.chunks:
        part = np.zeros_like(values)
        for members in chunk:
            for offset in members:
                neighbour = np.roll(values, [-o for o in offset], axis=(0, *axes))
                difference = exact(neighbour - values, 15) >> int(shift)
                part += int(weights[place]) * np.clip(difference, -int(clip), int(clip))
                size += abs(int(weights[place])) * int(clip)
            place += 1
        assert size < 2**15
        exact(part, 15)
        total, size = total + part, 0
    assert place == len(weights)
    return total


def wave(values, k, *, sine):
    """A parabola's cosine (sine) of pi k u, u = values / 2^14, in units of 1 / WAVE."""
    phase = (2 * values.astype(np.int64) * k - (2**14 if sine else 0) + 2**15) % 2**16 - 2**15  # pi is 2^15
    y = (2**14 - np.abs(phase)) >> 4
    return y * (2 * WAVE - np.abs(y)) // WAVE


def blurred(field, blur):
    def along(axis, field, taps):
        total = np.zeros_like(field)
        for i, tap in enumerate(taps.taps):
            total += tap * np.roll(field, -(taps.first + i), axis=axis)
        assert sum(map(abs, taps.taps)) * np.abs(field).max(initial=0) <= 2**24
        return total // TAP_SUM

    return exact(sum(along(-1, along(-2, field, y), x) for y, x in blur))


def product_force(values, count, blur, modes):
    frames = values.shape[1]
    analysis, synthesis = modes.analysis.astype(np.int64), modes.synthesis.astype(np.int64)
    log = next(i for i in range(20) if 2**i >= frames)
    most = next(2**i for i in range(20) if 2**i >= len(analysis))
    by_frame = np.moveaxis(values, 1, 0)
    total = np.zeros(by_frame.shape, np.int64)
    for k in range(1, count + 1):
        cosine = wave(by_frame, k, sine=False).reshape(frames, -1)
        for first in range(0, frames, FRAMES_TOGETHER):
            rows = slice(first, first + FRAMES_TOGETHER)
            exact(np.abs(analysis[:, rows]) @ np.abs(cosine[rows]))
        sums = (analysis @ cosine).astype(np.float32).astype(np.int64)  # rounded to 24 bits where there are many frames
        shift = 10 + MODE_BITS + log - BLUR_BITS
        slow = np.clip(sums >> shift if shift > 0 else sums << -shift, -(2**BLUR_BITS), 2**BLUR_BITS)
        slow = blurred(slow.reshape(-1, *by_frame.shape[1:]), blur).reshape(len(analysis), -1)
        slow = np.clip(slow, -(2 ** (BLUR_BITS - 2)), 2 ** (BLUR_BITS - 2))
        slow = slow * 4 // most if most > 4 else slow
        exact(np.abs(synthesis) @ np.abs(slow))
        whole = np.clip((synthesis @ slow) * max(4, most) // 2**10, -(2**13), 2**13).reshape(by_frame.shape)
        force = exact(wave(by_frame, k, sine=True) * whole) // 2**8
        total += exact(force * (2**12 // k), 31) >> 6
    return np.moveaxis(exact(total, 31), 0, 1)


def first_feature_force(values, blur):
    low = blurred(wave(values, 1, sine=False) * 2**BLUR_BITS // WAVE, blur)
    low = np.clip(low, -(2 ** (BLUR_BITS - 2)), 2 ** (BLUR_BITS - 2))
    return exact(wave(values, 1, sine=True) * low) // 2**4


def step(structure, state, params):
    """One step of the descent: latent and momentum."""
    now = type(params.schedule)(*(int(table[state.step]) for table in params.schedule))
    latent, momentum = state.latent.astype(np.int64), state.momentum.astype(np.int64)
    values = latent >> VALUE_SHIFT
    bits = LATENT_BITS - VALUE_SHIFT
    push = np.zeros_like(latent)
    for classes, weighting, axes, rate in (
        (structure.space, params.space, (2, 3), now.space),
        (structure.time, params.time, (1,), now.time),
    ):
        sums = pair_sums(values, classes, weighting.weights[now.stage], axes, now.shift, now.clip)
        mean = ((values - 2 ** (bits - 1)) >> 2) * now.clip * int(weighting.total[now.stage]) >> (bits - 3)
        push = exact(push - exact((sums + mean) * rate, 31), 31)
    push = push >> (RATE_BITS - LATENT_BITS)
    if structure.features:
        force = product_force(values, structure.features, structure.blur, params.modes)
        push += exact((force >> 6) * now.product, 31) >> 4
    if structure.low is not None:
        push += exact((first_feature_force(values, structure.low) >> 6) * now.low, 31) >> 4
    push = push * state.moves
    momentum = np.clip(exact(momentum * MOMENTUM, 31) >> 5, -(2**24), 2**24) + push
    exact(momentum * MOMENTUM, 31)
    latent = np.clip(exact(latent + momentum, 31), -(2 ** (LATENT_BITS - 1)), 3 * 2 ** (LATENT_BITS - 1) - 1)
    return latent, momentum
