"""The tables: the same on every machine, whatever the last bit of its logarithms and cosines; and within 32 bits."""

from dataclasses import replace

import numpy as np
import pytest

from bluenoise_assets import TextureSpec, Threshold
from bluenoise_assets.noise.frames import features, tables
from bluenoise_assets.noise.frames.pairs import CLIP
from bluenoise_assets.noise.frames.tables import EFFORTS, MIXES, frame_tables
from bluenoise_assets.quality.kernels import combined
from bluenoise_assets.spec.space_time import FRAME_PRESETS, SpaceTimeFilter

WIDE = {"space": {"gaussian": 8}}
NEGATIVE = {"space": {"table": [[0, -1, 0], [-1, 8, -1], [0, -1, 0]]}}
SUM_OF_ZERO = {"space": {"table": [[1, -1]]}, "time": {"box": 3}, "combine": "product"}


def spec(size=(16, 12), frames=8, **keys):
    return TextureSpec("t", size, frames=frames, **({"effort": "fast"} | keys))


def test_schedules_do_not_hang_on_a_last_bit(monkeypatch):
    """For every preset, effort and number of frames: rates and thresholds a part in 10^12 off give the same integers."""
    seen = []
    monkeypatch.setattr(tables, "_schedule", lambda *arguments: seen.append(arguments))
    for frames in range(2, 65):
        for filters in FRAME_PRESETS.values():
            tables._tables.__wrapped__(filters, "fast", (16, 16), frames, 1, 0.5)
    monkeypatch.undo()
    assert len({arguments[2] for arguments in seen}) > 10
    off = 1 + 1e-12
    for effort in EFFORTS.values():
        for mix, shares, low in {arguments[1:] for arguments in seen}:
            plain = tables._schedule(effort, mix, shares, low)
            for first, last in ((off, off), (1 / off, off), (off, 1 / off)):
                rate = (effort.rate[0] * first, effort.rate[1] * last)
                tau = (effort.tau[0] * last, effort.tau[1] * first)
                other = tables._schedule(
                    replace(effort, rate=rate, tau=tau), replace(mix, weight=mix.weight * first), shares, low * last
                )
                for a, b in zip(plain, other, strict=True):
                    assert np.array_equal(a, b)


class OtherMachine:
    """A numpy whose cosines, sines and transforms are a little off."""

    def __init__(self, off):
        self.off = off
        self.fft = self

    def __getattr__(self, name):
        return getattr(np, name)

    def cos(self, angle):
        return np.cos(angle) * (1 + self.off) + self.off

    def sin(self, angle):
        return np.sin(angle) * (1 - self.off) + self.off

    def rfft(self, values):
        return np.fft.rfft(values) * (1 + self.off) + self.off


def test_modes_of_time_do_not_hang_on_a_last_bit(monkeypatch):
    times = {filters.resolved.time for filters in FRAME_PRESETS.values()}
    for time in times:
        line = combined([(part.filter, part.weight) for part in time], 1)
        for frames in range(2, 65):
            for kept in {mix.kept for mix in MIXES.values()}:
                found = []
                for machine in (np, OtherMachine(1e-12), OtherMachine(-1e-12)):
                    monkeypatch.setattr(features, "np", machine)
                    found.append(features.time_modes(line, frames, kept))
                monkeypatch.undo()
                for other in found[1:]:
                    assert np.array_equal(found[0].analysis, other.analysis)
                    assert np.array_equal(found[0].synthesis, other.synthesis)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    "keys",
    [
        *({"filter": name} for name in FRAME_PRESETS),
        {"filter": SpaceTimeFilter(weight=0.0)},
        {"filter": SpaceTimeFilter(weight=1.0)},
        {"filter": WIDE, "size": (128, 96), "channels": 4, "objective": Threshold(channel_weight=0.9)},
        {"filter": {"space": {"box": 32}}, "size": (128, 96), "channels": 4},
        {"filter": NEGATIVE},
        {"filter": SUM_OF_ZERO},
        {"size": (1, 1), "frames": 2},
        {"size": (2, 3), "frames": 2, "channels": 3},
    ],
)
def test_no_push_needs_more_than_32_bits(keys, effort):
    """Every difference is `clip` at most, the mean force twice that: times the rate, of both kinds of pairs together."""
    found = frame_tables(spec(**keys, effort=effort))
    most = np.zeros(EFFORTS[effort].steps, dtype=object)
    for classes, weighting, rate in (
        (found.structure.space, found.params.space, found.params.schedule.space),
        (found.structure.time, found.params.time, found.params.schedule.time),
    ):
        counts = np.array([len(members) for chunk in classes.chunks for members in chunk], int)
        sizes = np.abs(weighting.weights.astype(int)) @ counts
        schedule = found.params.schedule
        clip = schedule.clip.astype(int)
        assert (clip <= CLIP).all()
        assert (rate >= 0).all()
        if classes.chunks:
            most += 3 * sizes[schedule.stage] * clip * rate.astype(int)
    assert most.max() < 2**31
    bound = 2**24 + most.max() // 64 + (2**21 * 5 // 64 * found.params.schedule.product.max() + 2**13 * 2048) // 16
    assert bound * 29 < 2**31


def test_the_two_kinds_of_pairs_have_their_shares():
    """A unit of push for each, at the same distance, whatever the filters; of a product less in time."""
    for keys, expected in (
        ({}, 1.13),
        ({"filter": SpaceTimeFilter(weight=0.25)}, 3 * 1.13),
        ({"filter": NEGATIVE}, 1.13),
    ):
        found = frame_tables(spec(**keys, frames=32))
        rates = []
        for classes, weighting, rate in (
            (found.structure.space, found.params.space, found.params.schedule.space),
            (found.structure.time, found.params.time, found.params.schedule.time),
        ):
            counts = np.array([len(members) for chunk in classes.chunks for members in chunk], int)
            rates.append(int(rate[-1]) * int(np.abs(weighting.weights[-1].astype(int)) @ counts))
        assert rates[1] / rates[0] == pytest.approx(expected, rel=5e-3)


def test_thresholds_of_distance_fall_as_said():
    for name, effort in EFFORTS.items():
        schedule = frame_tables(spec(effort=name)).params.schedule
        tau = schedule.clip * 2.0**schedule.shift / 2**14
        assert tau[[0, -1]] == pytest.approx(effort.tau, rel=0.02)
        assert (np.diff(tau) <= 0.02 * tau[1:]).all()
        assert schedule.clip[:-1].min() > CLIP // 2 - 1
        assert (schedule.low[: int(effort.low_from * effort.steps) - 1] == 0).all()
        assert schedule.low[-1] > 0
