"""What is worked out on the host, once for all textures that differ in their seeds alone: kernels, features, schedule."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from bluenoise_assets.noise.frames.descent import LATENT_BITS, RATE_BITS, VALUE_SHIFT, Params, Schedule, Structure
from bluenoise_assets.noise.frames.features import FORCE, Blur, blur_of, time_modes
from bluenoise_assets.noise.frames.pairs import CLIP, classes_of
from bluenoise_assets.noise.threshold.kernel import kernel
from bluenoise_assets.quality.kernels import SCALE, Table, autocorrelation, axis_lines, combined
from bluenoise_assets.spec import SpaceTimeFilter, TextureSpec, Threshold

STAGES = 4
"""Steps in which the filter in space grows."""

NARROW = Fraction(100, 72)
"""K is raised to this power at first: a Gaussian of .85 of its sigma, measured at sigma 1."""

SPACE_CUT, TIME_CUT = 0.01, 0.001
"""Weights below these of the centre are left out."""

LOW_FROM = 0.6
"""The share of the run after which low frequencies are emptied."""

LEAST_TAP = SCALE >> 10

FIRST_RATE, FIRST_TAU = 1.5, 0.3
PRODUCT_WEIGHT, STABLE = 3.0, 2.0
"""Weight of the features under both filters, and the most that their rates may sum to."""

LOW_STABLE = 0.3


@dataclass(frozen=True)
class Effort:
    """Steps, between `every` of which the values are moved to their ranks; features; where rate and tau end."""

    steps: int
    every: int
    features: int
    last_rate: float
    last_tau: float


EFFORTS = {
    "fast": Effort(160, 40, 4, 0.3, 0.008),
    "good": Effort(400, 40, 8, 0.15, 0.006),
    "best": Effort(1500, 40, 24, 0.1, 0.004),
}


@dataclass(frozen=True)
class FrameTables:
    effort: Effort
    structure: Structure
    params: Params


def frame_tables(spec: TextureSpec) -> FrameTables:
    """The tables of a spec's texture, which has frames."""
    assert isinstance(spec.filter, SpaceTimeFilter)
    assert isinstance(spec.objective, Threshold)
    assert spec.effort is not None
    assert spec.frames is not None
    height, width = spec.shape
    weight = spec.objective.channel_weight
    return _tables(spec.filter, spec.effort, (height, width), spec.frames, spec.channels, weight)


@lru_cache(maxsize=8)
def _tables(
    filters: SpaceTimeFilter, name: str, shape: tuple[int, int], frames: int, channels: int, channel_weight: float
) -> FrameTables:
    effort, space_filter, time_filter = EFFORTS[name], filters.space, filters.resolved.time or ()
    space_table = combined([(part.filter, part.weight) for part in space_filter], 2)
    time_table = combined([(part.filter, part.weight) for part in time_filter], 1)
    powers = [1 + (NARROW - 1) * (STAGES - 1 - i) / (STAGES - 1) for i in range(STAGES)]
    space, space_weights = classes_of(kernel(space_table, shape, channels, channel_weight, SPACE_CUT), powers)
    time, time_weights = classes_of(
        kernel(time_table, (frames,), channels, channel_weight, TIME_CUT), [Fraction(1)] * STAGES
    )
    values = [(part.filter, part.values) for part in space_filter if part.values]
    low = sum(weight for _, weight in values)
    structure = Structure(
        space=space,
        time=time,
        features=effort.features,
        blur=_blur([(part.filter, part.weight) for part in space_filter if part.weight], shape),
        low=_blur(values, shape) if values else None,
    )
    share = 0.75 if filters.combine == "product" else filters.weight
    schedule = _schedule(effort, share, low, (int(space_weights.total[-1]), int(time_weights.total[-1])))
    return FrameTables(effort, structure, Params(schedule, space_weights, time_weights, time_modes(time_table, frames)))


def _blur(parts: list[tuple[object, float]], shape: tuple[int, int]) -> Blur:
    """Filters' kernels as products of lines; a table, which is none, is a product for each of its rows."""
    found: list[tuple[list[Table], float]] = []
    for part, weight in parts:
        lines = axis_lines(part, 2)
        if lines is not None:
            found.append(([_trimmed(line) for line in lines], weight))
            continue
        table = autocorrelation(part, 2)
        whole = float(table.sum())
        for row, line in enumerate(table):
            shifted = np.zeros(len(table), dtype=object)
            shifted[row] = SCALE
            found.append(([shifted, line], weight * float(line.sum()) / whole))
    return blur_of(found, shape)


def _trimmed(line: Table) -> Table:
    """A line without its faint ends."""
    faint = int(line[len(line) // 2]) >> 10
    reach = max(abs(i - len(line) // 2) for i, tap in enumerate(line) if abs(tap) > faint)
    return line[len(line) // 2 - reach : len(line) // 2 + reach + 1]


def _schedule(effort: Effort, share: float, low: float, totals: tuple[int, int]) -> Schedule:
    """Rate and tau fall geometrically. `totals` are what the pairs' weights sum to in space and in time."""
    at = np.arange(effort.steps) / max(1, effort.steps - 1)
    rate = FIRST_RATE * (effort.last_rate / FIRST_RATE) ** at
    tau = FIRST_TAU * (effort.last_tau / FIRST_TAU) ** at * 2 ** (LATENT_BITS - VALUE_SHIFT)
    shift = np.array([max(0, math.ceil(math.log2(t / CLIP))) for t in tau.tolist()])
    clip = np.clip(np.rint(tau / 2.0**shift), 1, CLIP)
    unit = 2.0**RATE_BITS / clip
    features = np.minimum(PRODUCT_WEIGHT * rate, STABLE / max(1, effort.features))
    lowest = np.where(at >= LOW_FROM, np.minimum(low * rate, LOW_STABLE), 0)
    to_latent = 2.0 ** (LATENT_BITS + 10) / FORCE

    def whole(values: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.rint(np.round(values, 3)).astype(np.int32)

    return Schedule(
        shift=shift.astype(np.int16),
        clip=clip.astype(np.int16),
        stage=np.minimum(np.arange(effort.steps) * STAGES // effort.steps, STAGES - 1).astype(np.int32),
        space=whole(rate * share * unit / max(1, totals[0])),
        time=whole(rate * (1 - share) * unit / max(1, totals[1])),
        product=whole(features * to_latent),
        low=whole(lowest * to_latent),
    )
