"""What changes from step to step of the descent: rotations, how soft a distance is, how far a step goes."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.vectors.assignment import rotation
from bluenoise_assets.noise.vectors.descent import BIN_BITS, BINS, CLIP, POSITION_BITS, PROJECTION_BITS, ROTATION_BITS
from bluenoise_assets.quality.sample_spaces import sine_and_cosine

SOFTNESS = ("0.3", "0.03")
"""Below this difference, from the first step to the last, a distance counts by its square."""

ARC_SOFTNESS = ("0.3", "0.1")
ARC_RATES = ("3.5", "0.04")
RATES = ("0.8", "0.03")
"""How far a step goes under the largest force, in units of the space."""

CHORDS = 16
"""How many parts of `descent.CHORD_PARTS` of an arc are its chord: `vectors.md` has the figures."""

ROTATIONS = 256
TANGENTS = (0.0, 0.75, 0.93, 0.99)
"""The cosines at which lines touch 1 / sine, which they stand for."""

Ints = npt.NDArray[Any]


@dataclass(frozen=True)
class Schedule:
    """Of all steps; see `descent.Params`. `histograms`, int64 `[rotation, axis, BINS]`, count the projected points."""

    part: int
    rotations: Ints
    scales: Ints
    rates: Ints
    lines: Ints
    histograms: Ints
    mass: int

    def of_part(self, part: int) -> tuple[Any, ...]:
        """`rotations`, `scales`, `rates`, `lines`, `chords` and `mean_force` of a part's steps."""
        steps = np.arange(part * self.part, (part + 1) * self.part)
        rotations = steps % ROTATIONS
        scales = np.full(self.part, self.scales[steps[0]], np.int32)
        bins = (np.arange(BINS) - BINS // 2) * (1 << BIN_BITS) + (1 << BIN_BITS) // 2
        terms = np.clip(((bins[:, None] - bins) * int(scales[0])) >> 14, -CLIP, CLIP)
        force = np.einsum("ij,raj->rai", terms, self.histograms[rotations]) * self.mass
        count = self.histograms[0, 0].sum()
        return (
            self.rotations[rotations],
            scales,
            self.rates[steps],
            self.lines[steps],
            np.int32(CHORDS),
            (force // count).astype(np.int32),
        )


def schedule(points: Ints, *, arcs: bool, steps: int, part: int, mass: int) -> Schedule:
    """The schedule for points int32 `[component, point]`, in units of 2^-POSITION_BITS; `mass` sums up the weights."""
    rotations = _rotations(len(points))
    soft = _falling(*(ARC_SOFTNESS if arcs else SOFTNESS), steps)
    coarse = (points >> (POSITION_BITS - PROJECTION_BITS)).astype(np.int64)
    histograms = np.zeros((ROTATIONS, len(points), BINS), np.int64)
    for i, turned in enumerate(rotations.astype(np.int64)):
        for axis, along in enumerate(turned @ coarse >> ROTATION_BITS):
            places = np.clip((along >> BIN_BITS) + BINS // 2, 0, BINS - 1)
            histograms[i, axis] = np.bincount(places, minlength=BINS)
    return Schedule(
        part=part,
        rotations=rotations,
        scales=np.floor(2 * CLIP / soft + 0.5).astype(np.int32),
        rates=np.floor(34952 * _falling(*(ARC_RATES if arcs else RATES), steps) + 0.5).astype(np.int32),
        lines=_lines(soft),
        histograms=histograms,
        mass=mass,
    )


def _falling(first: str, last: str, steps: int) -> npt.NDArray[np.float64]:
    """A geometric series."""
    with localcontext(prec=20):
        start, ratio = Decimal(first), Decimal(last) / Decimal(first)
        return np.array([float(start * ratio ** (Decimal(i) / max(1, steps - 1))) for i in range(steps)])


def _rotations(components: int) -> Ints:
    """int32 `[ROTATIONS, axis, component]`; in the plane they are evenly spread."""
    if components != 2:
        return np.stack([rotation(components, 1000 + i) for i in range(ROTATIONS)]).astype(np.int32)
    turns = (np.arange(ROTATIONS) * 40503 % 65536) / (4 * 65536)
    sine, cosine = sine_and_cosine(turns)
    turned = np.stack([np.stack([cosine, sine], -1), np.stack([-sine, cosine], -1)], 1)
    return np.floor(turned * (1 << ROTATION_BITS) + 0.5).astype(np.int32)


def _lines(soft: npt.NDArray[np.float64]) -> Ints:
    """Lines whose upper bound stands for 1 / sqrt(1 - c^2 + soft^2): int16 `[steps, line, (slope, height)]`.

    They take the size of the cosine in units of 2^-7 and give the value in units of 2^-7.
    """
    table = np.zeros((len(soft), len(TANGENTS), 2), np.int16)
    for line, cosine in enumerate(TANGENTS):
        value = 1 / np.sqrt(1 - cosine * cosine + soft * soft)
        slope = cosine * value * value * value
        table[:, line, 0] = np.minimum(np.floor(slope + 0.5), 250)
        table[:, line, 1] = np.floor((value - slope * cosine) * 128 + 0.5)
    return table
