"""The force of filters that reach too far to enumerate pairs: a few cosines of the ranks, blurred.

The error of all thresholds under a filter g is the sum over k of 2 / (pi k)^2 |g * cos(pi k u)|^2 (`frames.md`), so the
force on a texel is the sum of 4 / (pi k) sin(pi k u) (K * cos(pi k u)). Separable kernels blur along each axis; in time
the few slowest Fourier modes are all that an accumulating filter leaves.

Everything is whole numbers that 32-bit floats hold exactly: every product and every partial sum stays below 2^24, so no
order of additions and no fused multiplication can change a result, and matrix products may be anybody's.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.slabs import wrapped
from bluenoise_assets.quality.kernels import Table

FORCE = 2**21 * math.pi / 4
"""What stands for the force, between the values 0 and 1, of a kernel whose weights' sizes sum to 1."""

TAP_SUM = 256
"""About what the sizes of the taps of one axis sum to."""

WAVE = 1 << 10
"""What stands for 1 in cosines and sines."""

BLUR_BITS = 15
"""Bits of what is blurred; what stands for 1 there is 2^BLUR_BITS."""

MODE_BITS = 7
FRAMES_TOGETHER = 128
"""So many frames are summed in floats; more of them in whole numbers."""


class Taps(NamedTuple):
    """The first tap's offset and the taps of one axis, wrapped on its side: hashable, a part of the program."""

    first: int
    taps: tuple[int, ...]


Blur = tuple[tuple[Taps, Taps], ...]
"""A kernel over space as a sum of products of an axis each, `(along y, along x)`; all sizes sum to 1."""


class TimeModes(NamedTuple):
    """`analysis` float32 `[mode, frame]` and `synthesis` float32 `[frame, mode]`: whole numbers up to 2^MODE_BITS."""

    analysis: Any
    synthesis: Any


def taps_of(line: Table, side: int, weight: float = 1.0) -> Taps:
    """The taps of an axis from its kernel, centred; their sizes' sum is TAP_SUM times the weight."""
    reach = len(line) // 2
    folded = [0] * side
    for offset in range(-reach, reach + 1):
        folded[offset % side] += int(line[offset + reach])
    whole = sum(map(abs, folded)) or 1
    parts = round(weight * TAP_SUM)
    taps = {(o if 2 * o <= side else o - side): (2 * parts * v + whole) // (2 * whole) for o, v in enumerate(folded)}
    kept = [o for o, v in taps.items() if v] or [0]
    first, last = min(kept), max(kept)
    return Taps(first, tuple(taps.get(o, 0) for o in range(first, last + 1)))


def blur_of(parts: Sequence[tuple[Sequence[Table], float]], shape: tuple[int, int]) -> Blur:
    """A blur from products of lines `(y, x)` and their weights, which need not sum to 1."""
    whole = sum(weight for _, weight in parts)
    return tuple(
        (taps_of(lines[0], shape[0], weight / whole), taps_of(lines[1], shape[1])) for lines, weight in parts if weight
    )


def time_modes(table: Table, frames: int, kept: float) -> TimeModes:
    """The modes of a kernel in time, a centred line, wrapped over the period: all with `kept` of a constant's power."""
    reach = len(table) // 2
    period = np.zeros(frames)
    np.add.at(period, np.arange(-reach, reach + 1) % frames, table.astype(np.float64))
    power = np.round(np.fft.rfft(period / period.sum()).real, 6)  # far from where one machine's rounding is another's
    time = np.arange(frames)
    analysis, synthesis = [], []
    for mode in range(frames // 2 + 1):
        if power[mode] < kept:
            continue
        waves = [np.cos(2 * np.pi * mode * time / frames), np.sin(2 * np.pi * mode * time / frames)]
        for wave in waves[: 1 if 2 * mode % frames == 0 else 2]:
            analysis.append(_whole(wave * (2**MODE_BITS - 1)))
            times = (1 if 2 * mode % frames == 0 else 2) * 2 ** (MODE_BITS - 1 + _log2(frames)) / frames
            synthesis.append(_whole(wave * power[mode] * times))
    return TimeModes(np.array(analysis, np.float32), np.array(synthesis, np.float32).T)


def _log2(count: int) -> int:
    """The power of two that is not below a count."""
    return (count - 1).bit_length()


def _whole(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.rint(np.round(values, 6))


def wave(values: jax.Array, k: jax.Array, *, sine: bool) -> jax.Array:
    """cos(pi k u) or sin(pi k u), in units of 1 / WAVE, float32; u = values / 2^14, int16, in -1/2..3/2.

    An angle of 16 bits wraps by itself. It is a parabola's cosine: of a triangle wave y, 4 y (1 - |y|).
    """
    angle = (values + values) * k.astype(jnp.int16)  # pi is 2^15
    if sine:
        angle = angle - jnp.int16(1 << 14)
    triangle = ((1 << 14) - jnp.abs(angle.astype(jnp.int32))) >> 4  # -2^10..2^10
    y = triangle.astype(jnp.float32)
    return jnp.floor(y * (2 * WAVE - jnp.abs(y)) * (1 / WAVE))


def rows_reached(blur: Blur) -> int:
    """How many rows a blur reaches, up or down."""
    return max(max(-y.first, y.first + len(y.taps) - 1) for y, _ in blur)


def _blurred_along(axis: int, field: jax.Array, taps: Taps, of: int) -> jax.Array:
    side = field.shape[axis]
    after = taps.first + len(taps.taps) - 1
    pads = [(max(0, -taps.first), max(0, after)) if a == axis else (0, 0) for a in range(field.ndim)]
    padded = wrapped(field, pads, field.ndim - 2, of)
    total = jnp.zeros_like(field)
    for i, tap in enumerate(taps.taps):
        start = pads[axis][0] + taps.first + i
        total += jnp.float32(tap) * lax.slice_in_dim(padded, start, start + side, axis=axis)
    return jnp.floor(total * (1 / TAP_SUM))


def blurred(field: jax.Array, blur: Blur, of: int = 1) -> jax.Array:
    """Whole numbers of up to 2^BLUR_BITS `(..., height, width)`, blurred in space; of so many slabs of rows one."""
    parts = [_blurred_along(field.ndim - 1, _blurred_along(field.ndim - 2, field, y, of), x, of) for y, x in blur]
    return sum(parts[1:], parts[0])


def product_force(values: jax.Array, count: int, blur: Blur, modes: TimeModes, of: int = 1) -> jax.Array:
    """The force of a filter in space times one in time: the first `count` features; int32, FORCE stands for 1.

    `values` is int16 `(frame, channel, height, width)`, u = values / 2^14.
    """
    frames, channels, height, width = values.shape
    texels = channels * height * width
    together = min(frames, FRAMES_TOGETHER)
    scale = 2.0 ** (BLUR_BITS - 10 - MODE_BITS - _log2(frames))

    def one_feature(k: jax.Array, total: jax.Array) -> jax.Array:
        number = k + 1
        cosine = wave(values, number, sine=False).reshape(frames, texels)
        sums = jnp.zeros((modes.analysis.shape[0], texels), jnp.int32)
        for first in range(0, frames, together):
            part = _exact_dot(modes.analysis[:, first : first + together], cosine[first : first + together])
            sums += part.astype(jnp.int32)
        slow = jnp.floor(jnp.clip(sums.astype(jnp.float32) * scale, -(2.0**BLUR_BITS), 2.0**BLUR_BITS))
        slow = blurred(slow.reshape(-1, channels, height, width), blur, of).reshape(-1, texels)
        slow = jnp.clip(slow, -(2.0 ** (BLUR_BITS - 2)), 2.0 ** (BLUR_BITS - 2))
        most = 2.0 ** _log2(modes.analysis.shape[0])
        whole = _exact_dot(modes.synthesis, jnp.floor(slow * min(1.0, 4 / most)))
        whole = jnp.floor(whole * (max(4.0, most) / 4 * 2.0**-8)).reshape(values.shape)
        whole = jnp.clip(whole, -(2.0**13), 2.0**13)
        force = jnp.floor(wave(values, number, sine=True) * whole * 2.0**-8)
        return total + ((force.astype(jnp.int32) * ((1 << 12) // number)) >> 6)

    total: jax.Array = lax.fori_loop(0, count, one_feature, jnp.zeros(values.shape, jnp.int32))
    return total


def first_feature_force(values: jax.Array, blur: Blur, of: int = 1) -> jax.Array:
    """The force of a filter in space on the first feature alone, which empties low frequencies; units as above."""
    cosine = wave(values, jnp.int32(1), sine=False)
    low = blurred(cosine * (2.0**BLUR_BITS / WAVE), blur, of)
    low = jnp.clip(low, -(2.0 ** (BLUR_BITS - 2)), 2.0 ** (BLUR_BITS - 2))
    force = jnp.floor(wave(values, jnp.int32(1), sine=True) * low * 2.0**-4)
    return force.astype(jnp.int32)


def _exact_dot(a: jax.Array, b: jax.Array) -> jax.Array:
    """A product of matrices of whole numbers; graphics processors would round the factors by themselves."""
    return jnp.dot(a, b, precision=lax.Precision.HIGHEST)
