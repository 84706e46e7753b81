"""How triangular and Gaussian distributions change the optimisation: what is reached, how soon, and at what dithering."""

import numpy as np
from support.value_noise import value_error_db

from bluenoise_assets import GaussianDistribution, Spectrum, TriangularDistribution, UniformDistribution
from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity
from bluenoise_assets.quality.measure import figures
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.quality.spectra import low_frequency_db

from . import common

LAWS = {
    "uniform": UniformDistribution(),
    "triangular": TriangularDistribution(),
    "Gaussian, sigma 0.16": GaussianDistribution(0.16),
    "Gaussian, sigma 0.08": GaussianDistribution(0.08),
}
STEPS = (100, 300, 1000, 3000)
GREYS = 64


def reached(seeds):
    print("The spectrum objective, cut-off 0.25: power of the values below it after so many steps; after the swaps, of")
    print(
        "exact values and of stored bytes; the error of the texture's thresholded patterns after Gaussians 1 / 1.5 / 2"
    )
    rows = []
    for name, law in LAWS.items():
        path, tuned, stored, patterns = [], [], [], []
        for seed in range(seeds):
            found, _ = common.descended(STEPS, seed, distribution=law)
            path.append([low_frequency_db(values, 0.25) for values in found])
            made = common.texture(seed, distribution=law, objective=Spectrum())
            tuned.append(low_frequency_db(made.values, 0.25))
            in_bytes = common.texture(seed, bits=8, distribution=law, objective=Spectrum())
            stored.append(low_frequency_db(in_bytes.stored, 0.25))
            patterns.append([*figures(made.values, made.ranks, 0.25).threshold_error_db.values()][:3])
        rows.append([name, *map(common.cell, zip(*path, strict=True)), common.cell(tuned), common.cell(stored)])
        rows[-1].append(common.means(patterns))
    common.table(["law", *(f"{steps} steps" for steps in STEPS), "and swaps", "8 bits", "patterns"], rows)


def mapped(seeds):
    print("The threshold objective, default: its ranks are the same for every law. What the law does to their values:")
    print("power below 1/8, and after Gaussians 1 / 1.5 / 2; patterns as above")
    rows = []
    for name, law in LAWS.items():
        made = [common.texture(seed, distribution=law) for seed in range(seeds)]
        plain = [common.texture(seed) for seed in range(seeds)]
        assert all(np.array_equal(a.ranks, b.ranks) for a, b in zip(made, plain, strict=True))
        values = [[value_error_db(m.values, common.gaussian(s)) for s in (1, 1.5, 2)] for m in made]
        patterns = [[*figures(m.values, m.ranks, 0.125).threshold_error_db.values()][:3] for m in made]
        low = [low_frequency_db(m.values, 0.125) for m in made]
        rows.append([name, common.cell(low), common.means(values), common.means(patterns)])
    common.table(["law", "low", "values", "patterns"], rows)


def rounding(seeds):
    """Greys plus noise, rounded: the textbook's use of the triangular law (no bias, and errors that are alike everywhere)."""
    print(
        "A constant grey between two codes, plus noise, rounded, over 64 greys: the error's RMS in codes; how much it"
    )
    print(
        "swells and ebbs with the grey (its standard deviation over its mean); after Gaussians 1 / 1.5 / 2, in dB beside"
    )
    print("the error of independent uniform noise one code wide")
    greys = (np.arange(GREYS) + 0.5) / GREYS
    uniform = [common.gaussian(sigma) for sigma in (1, 1.5, 2)]
    times = half_spectrum_multiplicity((common.SIDE, common.SIDE))
    rows = []
    for law, width in (("uniform", 1), ("triangular", 2)):
        values_of = quantiles(LAWS[law], common.SIDE**2)
        noises = {
            "white noise": common.white,
            "the default mask": lambda seed: common.texture(seed).ranks,
            "`spectrum: 0.25`": lambda seed, law=law: (
                common.texture(seed, distribution=LAWS[law], objective=Spectrum()).ranks
            ),
        }
        for name, ranks_of_seed in noises.items():
            rms, swelling, seen = [], [], []
            for seed in range(seeds):
                noise = width * (values_of[ranks_of_seed(seed)] - 0.5)
                errors = np.floor(greys[:, None, None] + noise + 0.5) - greys[:, None, None]
                each = errors.std(axis=(1, 2))
                power = np.abs(np.fft.rfft2(errors)) ** 2
                power[:, 0, 0] = 0
                left = [(times * power * response).sum() / GREYS / common.SIDE**4 for response in uniform]
                of_white = [(times * response).sum() / common.SIDE**2 / 6 for response in uniform]
                rms.append(np.sqrt((each**2).mean()))
                swelling.append(each.std() / each.mean())
                seen.append(10 * np.log10(np.divide(left, of_white)))
            rows.append([f"{law}, {name}", common.cell(rms, 3), common.cell(swelling, 3), common.means(seen)])
    common.table(["noise", "RMS", "swelling", "after a blur"], rows)


def answer(seeds):
    reached(seeds)
    mapped(seeds)
    rounding(seeds)
