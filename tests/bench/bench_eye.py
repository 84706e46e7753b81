"""Masks behind the eye, in single tones and in flat patches, beside void-and-cluster and other generators' textures.

Run: python tests/bench/bench_eye.py [--refs DIR] [--efforts good best] [--mask 'NAME={filter: {gaussian: 1.3}}']...
In dB, lower is better, means over the seeds, 128x128. White noise is 0, but for the peak:
  eye     the error of the thresholded patterns after the eye at 35, 70 and 140 pixels per degree
  tones   mean power of one tone's pattern below 1/16 cycle per texel, from few points to few holes
  low     mean power of the values below 1/8 cycle per texel
  sigma   the error of the thresholded patterns after a Gaussian of 1, 1.5 and 2 texels
  peak    in flat patches of 1/2, 1/3 and 1/4 the strongest frequency over the mean of its ring, the worst of the three;
          rings from 1/16 to 1/2 cycle per texel, a step of the DFT wide. In noise without structure the power of a frequency is
          exponentially distributed, and the strongest of three times 6000 is 10.1 dB above the mean.
The time is of the CPU, user and system, the least of the seeds.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import compared_masks

from bluenoise_assets.quality.frequencies import radial_frequency
from bluenoise_assets.quality.measure import figures
from bluenoise_assets.quality.spectra import MASK_CUTOFF, decibels, power_spectrum

VIEWERS = ("eye 35", "eye 70", "eye 140")
TONES = ("1/64", "1/32", "1/16", "1/2", "15/16", "31/32", "63/64")
SIGMAS = ("1", "1.5", "2")
PATCHES = (1 / 2, 1 / 3, 1 / 4)


def peak_db(ranks, grey):
    """The strongest frequency of a flat patch over the mean of its ring, of rings from 1/16 to 1/2 cycle per texel."""
    power = power_spectrum((ranks + 0.5) / ranks.size < grey).ravel()
    radius = radial_frequency(ranks.shape).ravel()
    ring = np.rint(radius * max(ranks.shape)).astype(int)
    mean = np.bincount(ring, power) / np.maximum(np.bincount(ring), 1)
    kept = (radius >= 1 / 16) & (radius <= 1 / 2) & (mean[ring] > 0)
    return decibels(float((power[kept] / mean[ring[kept]]).max()))


def row(ranks):
    """The figures of one mask, in the table's order; of a size that does not define one, NaN."""
    found = figures((ranks + 0.5) / ranks.size, ranks, MASK_CUTOFF)
    return [
        *(found.threshold_error_db[name] for name in VIEWERS),
        *(found.tone_low_frequency_db.get(name, np.nan) for name in TONES),
        found.low_frequency_db,
        *(found.threshold_error_db[name] for name in SIGMAS),
        max(peak_db(ranks, grey) for grey in PATCHES),
    ]


def show(name, masks, seconds=None):
    values = np.mean([row(ranks) for ranks in masks], axis=0)
    eye, tones, low, sigmas, peak = values[:3], values[3:10], values[10], values[11:14], values[14]
    parts = (" ".join(f"{value:6.2f}" for value in part) for part in (eye, tones, [low], sigmas, [peak]))
    print(f"{name:34} {'  | '.join(parts)}" + (f"  | {seconds:.3f} s" if seconds is not None else ""), flush=True)


def main():
    arguments = compared_masks.parser(__doc__).parse_args()
    columns = [" ".join(f"{name:>6}" for name in part) for part in (VIEWERS, TONES, ["low"], SIGMAS, ["peak"])]
    print(f"{'':34} {'  | '.join(columns)}")
    show("white noise", compared_masks.white(arguments.seeds)[:, 0])
    for sigma in arguments.classic:
        show(f"void-and-cluster {sigma}", compared_masks.classic(sigma, arguments.seeds)[:, 0])
    for name, keys in compared_masks.asked_for(arguments).items():
        made = compared_masks.made(arguments.seeds, **keys)
        show(name, made.ranks[:, 0], made.cpu_seconds)
    for name, channels in compared_masks.references(arguments.refs) if arguments.refs else ():
        show(name, channels[:1])


if __name__ == "__main__":
    main()
