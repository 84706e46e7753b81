"""Plain descent, momentum, Adam: how far each gets in so many steps, each with its own best rate."""

import numpy as np

from bluenoise_assets.quality.spectra import low_frequency_db

from . import common

METHODS = {
    "plain descent": ("momentum", 0.0),
    "momentum 0.9": ("momentum", 0.9),
    "momentum 0.99": ("momentum", 0.99),
    "Adam 0.9": ("adam", 0.9),
    "Adam 0.99": ("adam", 0.99),
}
STEPS = (30, 100, 300, 1000, 3000)
RATES = {"momentum": 2.0 ** np.arange(-16, 0), "adam": 2.0 ** np.arange(-13, 1)}
"""From far too small to where it diverges; momentum's are divided by what a constant gradient adds up to."""


def scanned(name, seeds, randomize, cutoff=0.25):
    """Powers `[rate, seed, checkpoint]` in dB, the rates, and CPU seconds a step."""
    method, momentum = METHODS[name]
    rates = RATES[method] * ((1 - momentum) if method == "momentum" else 1)
    powers, seconds = [], []
    for rate in rates:
        powers.append([])
        for seed in range(seeds):
            found, cpu = common.descended(STEPS, seed, method, rate, momentum, randomize, cutoff=cutoff)
            powers[-1].append([low_frequency_db(values, cutoff) for values in found])
            seconds.append(cpu)
    return np.array(powers), rates, float(np.median(seconds))


def best(powers):
    """At each checkpoint the place of the best rate, by its mean over the seeds."""
    return powers.mean(axis=1).argmin(axis=0)


def answer(seeds):
    for randomize in (True, False):
        print(
            f"power below the cut-off of 0.25, random factors: {randomize}; in brackets the best rate for so many steps"
        )
        rows, scans, first = [], [], None
        for name in METHODS:
            powers, rates, seconds = scanned(name, seeds, randomize)
            first = first or seconds
            chosen = best(powers)
            cells = [f"{common.cell(powers[place, :, k])} ({rates[place]:.2g})" for k, place in enumerate(chosen)]
            at_end = powers[:, :, -1].mean(axis=1)
            scans.append([name, " ".join(f"{x:.0f}" for x in at_end), f"{rates[0]:.2g} to {rates[-1]:.2g}"])
            rows.append([name, *cells, f"{seconds / first:.2f} ({1e6 * seconds:.0f} us)"])
        common.table(["", *(f"{steps} steps" for steps in STEPS), "CPU a step"], rows)
        common.table(["", f"{STEPS[-1]} steps at each rate, a factor of 2 apart", "rates"], scans)
