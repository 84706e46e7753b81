"""The balance of the losses, whether uniformity matters, and what the random factors are for."""

from support.value_noise import structure, value_error_db

from bluenoise_assets import Spectrum
from bluenoise_assets.quality.spectra import low_frequency_db

from . import common

CUTOFF = 0.25
STEPS = 3000


def row(name, seeds, **settings):
    weights = dict(
        zip(("low_frequency", "uniformity", "histogram"), settings.get("weights", common.WEIGHTS), strict=True)
    )
    randomize = settings.get("randomize", True)
    found = []
    for seed in range(seeds):
        (raw,), _ = common.descended([STEPS], seed, randomize=randomize, weights=[*weights.values()], cutoff=CUTOFF)
        made = common.texture(seed, objective=Spectrum(CUTOFF, **weights, randomize=randomize))
        anisotropy, peak = structure(made.values, CUTOFF)
        early = structure(raw, CUTOFF)
        found.append(
            [
                low_frequency_db(raw, CUTOFF),
                low_frequency_db(made.values, CUTOFF),
                early[0],
                anisotropy,
                peak,
                value_error_db(made.values, common.gaussian(1)),
                value_error_db(made.values, common.gaussian(2)),
            ]
        )
    return [name, *map(common.cell, zip(*found, strict=True))]


def answer(seeds):
    print(f"cut-off {CUTOFF}, {STEPS} steps of adam: after the descent, then after the swaps too")
    head = ["weights", "low", "and swaps", "anisotropy", "and swaps", "peak", "G 1", "G 2"]
    rows = [
        row(f"low {low}, uniformity 1, histogram {histogram}", seeds, weights=(low, 1, histogram))
        for low in (0.1, 1, 10, 100)
        for histogram in (10, 100, 1000)
    ]
    common.table(head, rows)
    rows = [
        row(f"low 10, uniformity {weight}, histogram 100", seeds, weights=(10, weight, 100))
        for weight in (0, 0.1, 1, 3, 10, 30, 100)
    ]
    common.table(head, rows)
    rows = [row(f"uniformity {w}, no random factors", seeds, weights=(10, w, 100), randomize=False) for w in (0, 1, 10)]
    common.table(head, rows)
    print(
        "white noise: anisotropy / peak",
        common.means([structure(common.white(seed), CUTOFF) for seed in range(seeds)]),
    )
