"""What is worked out on the host, once for all textures that differ in seeds alone: kernels, features, schedule."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.frames.descent import LATENT_BITS, RATE_BITS, VALUE_SHIFT, Params, Schedule, Structure
from bluenoise_assets.noise.frames.features import FORCE, Blur, blur_of, time_modes
from bluenoise_assets.noise.frames.pairs import CLIP, classes_of, size_of
from bluenoise_assets.noise.threshold.kernel import kernel
from bluenoise_assets.quality.kernels import SCALE, Table, autocorrelation, axis_lines, combined
from bluenoise_assets.spec import AnyFilter, SpaceTimeFilter, TextureSpec, Threshold

STAGES = 4
"""Steps in which the filter in space grows."""

NARROW = Fraction(100, 72)
"""K is raised to this power at first: a Gaussian of .85 of its sigma, measured at sigma 1."""

SPACE_CUT, TIME_CUT = 0.01, 0.001
"""Weights below these of the centre are left out. In time a cut at .05 does harm: it lets some frequencies grow."""

STABLE = 0.5
"""The most that a feature's weight times the rate may be; more, and the descent swings."""

LOW_STABLE = 0.45
"""The most that the weight of what empties low frequencies times the rate may be."""


@dataclass(frozen=True)
class Effort:
    """Steps, between `every` of which the values are moved to their ranks; features; rate and tau, first and last.

    `time` scales the pairs in time: many features do a part of their work. Low frequencies are emptied in what follows
    the share `low_from` of the run.
    """

    steps: int
    every: int
    features: int
    time: float
    low_from: float
    rate: tuple[float, float]
    tau: tuple[float, float]


EFFORTS = {
    "fast": Effort(280, 20, 7, 1.13, 0.65, (1.5, 0.12), (0.3, 0.009)),
    "good": Effort(900, 20, 24, 0.97, 0.35, (2.0, 0.04), (0.5, 0.005)),
    "best": Effort(2000, 20, 40, 0.97, 0.3, (2.0, 0.03), (0.5, 0.004)),
}


@dataclass(frozen=True)
class Mix:
    """How the forces are mixed. `features` times an effort's share out `together` of weight times rate, at most.

    `weight` is that of all features at a rate of 1, `kept` the least share of a constant's power that a mode of time is
    kept for, `time` scales the pairs in time.
    """

    features: int
    weight: float
    together: float
    kept: float
    time: float


MIXES = {"separate": Mix(1, 6.5, 6.0, 0.2, 1.0), "product": Mix(3, 20.0, 10.0, 0.02, 0.2)}
PRODUCT_SHARE = 0.6
"""The share of the pairs in space where the filters are multiplied; measured."""


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
    mix = MIXES[filters.combine]
    structure = Structure(
        space=space,
        time=time,
        features=effort.features * mix.features,
        blur=_blur([(part.filter, part.weight) for part in space_filter if part.weight], shape),
        low=_blur(values, shape) if values else None,
    )
    share = PRODUCT_SHARE if filters.combine == "product" else filters.weight
    shares = (
        share / max(1, size_of(space, space_weights)),
        (1 - share) * mix.time / max(1, size_of(time, time_weights)),
    )
    schedule = _schedule(effort, mix, shares, low)
    modes = time_modes(time_table, frames, mix.kept)
    return FrameTables(effort, structure, Params(schedule, space_weights, time_weights, modes))


def _blur(parts: list[tuple[AnyFilter, float]], shape: tuple[int, int]) -> Blur:
    """Filters' kernels as products of lines; a table, which is none, is a product for each of its rows."""
    found: list[tuple[list[Table], float]] = []
    for part, weight in parts:
        lines = axis_lines(part, 2)
        if lines is not None:
            found.append(([_trimmed(line) for line in lines], weight))
            continue
        table = autocorrelation(part, 2)
        whole = float(np.abs(table).sum())
        for row, line in enumerate(table):
            shifted = np.zeros(len(table), dtype=object)
            shifted[row] = SCALE
            found.append(([shifted, line], weight * float(np.abs(line).sum()) / whole))
    return blur_of(found, shape)


def _trimmed(line: Table) -> Table:
    """A line without its faint ends."""
    faint = int(line[len(line) // 2]) >> 10
    reach = max(abs(i - len(line) // 2) for i, tap in enumerate(line) if abs(tap) > faint)
    return line[len(line) // 2 - reach : len(line) // 2 + reach + 1]


def _schedule(effort: Effort, mix: Mix, shares: tuple[float, float], low: float) -> Schedule:
    """Rate and tau fall geometrically. `shares` are of the pairs in space and in time, for a unit of their weights."""
    at = np.arange(effort.steps) / max(1, effort.steps - 1)
    rate = effort.rate[0] * (effort.rate[1] / effort.rate[0]) ** at
    tau = effort.tau[0] * (effort.tau[1] / effort.tau[0]) ** at * 2 ** (LATENT_BITS - VALUE_SHIFT)
    shift = np.array([max(0, math.ceil(math.log2(t / CLIP))) for t in np.round(tau, 3).tolist()])
    clip = np.clip(_whole(tau / 2.0**shift), 1, CLIP)
    unit = 2.0**RATE_BITS / clip
    features = np.minimum(mix.weight * rate, min(STABLE, mix.together / max(1, effort.features * mix.features)))
    lowest = np.where(at >= effort.low_from, np.minimum(low * rate, LOW_STABLE), 0)
    to_latent = 2.0 ** (LATENT_BITS + 10) / FORCE
    return Schedule(
        shift=shift.astype(np.int16),
        clip=clip.astype(np.int16),
        stage=np.minimum(np.arange(effort.steps) * STAGES // effort.steps, STAGES - 1).astype(np.int32),
        space=_whole(rate * shares[0] * unit),
        time=_whole(rate * shares[1] * effort.time * unit),
        product=_whole(features * to_latent),
        low=_whole(lowest * to_latent),
    )


def _whole(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Rounded twice, so that where one machine's last bit differs the result does not."""
    return np.asarray(np.rint(np.round(values, 3)), np.int32)
