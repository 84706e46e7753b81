"""The threshold objective beside void-and-cluster and other generators' textures, measured in one run.

Run: python tests/bench/bench_threshold.py [--refs DIR] [--seeds N] [--only PART...]
Figures are in dB below white noise (0): `low` is the mean power below 1/8 cycle per texel, the others the error of the
thresholded patterns after a Gaussian of 1, 1.5 and 2 texels; means over the seeds, 128x128 unless said. Times are
wall-clock and warm unless said; only ratios within one run mean much. The eye, single tones, colours and photographs
have benches of their own: `bench_eye.py`, `bench_colours.py`, `bench_photographs.py`.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import compared_masks
from support.compared_masks import SIDE
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import GaussianFilter, TextureSpec, WeightedFilter, generate_ranks
from bluenoise_assets.quality import threshold_error
from bluenoise_assets.quality.spectra import low_frequency_db, radial_spectrum
from bluenoise_assets.spec import PRESETS


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


def mask_figures(masks):
    errors = np.mean([list(threshold_error.threshold_error_db(mask).values()) for mask in masks], axis=0)
    return [*errors, np.mean([low_frequency_db(mask) for mask in masks])]


def line(name, values, seconds=None):
    one, half, two, low = values
    shown = "" if seconds is None else f"  {seconds:7.3f} s"
    print(f"{name:44} low {low:6.1f}   {one:7.2f} {half:7.2f} {two:7.2f}{shown}", flush=True)


def made(seeds, **keys):
    """Ranks of the first channel for each seed, and the least wall-clock seconds of one."""
    found = compared_masks.made(len(seeds), **keys)
    return found.ranks[:, 0], found.wall_seconds


def classic(sigma, seeds):
    return compared_masks.classic(sigma, len(seeds))[:, 0]


def matched(seeds):
    print("matched: the lowest error under a Gaussian of S; void-and-cluster with its best sigma for S")
    for sigma, best in ((1.0, 1.2), (1.5, 1.7), (2.0, 2.2)):
        line(f"S={sigma}: void-and-cluster {best}", mask_figures(classic(best, seeds)))
        for effort in ("fast", "good", "best"):
            masks, seconds = made(seeds, filter=gaussian(sigma), effort=effort)
            line(f"S={sigma}: ours, {effort}", mask_figures(masks), seconds)


def presets(seeds):
    print("all at once")
    for sigma, preset in ((1.2, "sharp"), (1.5, "balanced"), (1.9, "smooth")):
        line(f"void-and-cluster {sigma}", mask_figures(classic(sigma, seeds)))
        for effort in ("fast", "good", "best"):
            masks, seconds = made(seeds, filter=PRESETS[preset], effort=effort)
            line(f"{preset}, {effort}", mask_figures(masks), seconds)


def pattern_anisotropy(mask, grey):
    """Mean anisotropy, in dB, of a thresholded pattern over the rings up to 1/2 cycle per texel; isotropic is 0."""
    frequency, power, anisotropy = radial_spectrum((mask < grey * mask.size).astype(float))
    rings = (frequency > 0.02) & (frequency <= 0.5) & (power > 1e-3)
    return float(np.mean(anisotropy[rings]))


def structure(seeds):
    print("anisotropy of the thresholded patterns at 1/8, 1/4, 1/2 (0 dB: isotropic), rings up to 1/2 cycle per texel")
    rows = {"white noise": [np.random.default_rng(s).permutation(SIDE**2).reshape(SIDE, SIDE) for s in seeds]}
    rows["void-and-cluster 1.5"] = list(classic(1.5, seeds))
    for preset in PRESETS:
        rows[f"{preset}, good"] = made(seeds, filter=PRESETS[preset])[0]
    for name, masks in rows.items():
        found = [np.mean([pattern_anisotropy(mask, grey) for mask in masks]) for grey in (1 / 8, 1 / 4, 1 / 2)]
        print(f"{name:44} " + " ".join(f"{value:6.2f}" for value in found), flush=True)


def references(folder):
    print(f"textures in {folder}")
    for name, channels in compared_masks.references(folder):
        line(name, mask_figures(channels[:1]))


def timed(spec):
    generate_ranks(spec)
    found = []
    for _ in range(5 if spec.texel_count < 10**6 else 1):
        began = time.perf_counter()
        ranks = generate_ranks(spec)
        found.append(time.perf_counter() - began)
    return ranks[0], min(found)


def speed(_seeds):
    print("speed, warm")
    began = time.perf_counter()
    classic_mask = void_and_cluster((SIDE, SIDE), 1.5, 0)
    classic_seconds = time.perf_counter() - began
    line("void-and-cluster 1.5 in numpy, 128x128", mask_figures([classic_mask]), classic_seconds)
    for filters, name in ((gaussian(1.3), "S=1.3"), (PRESETS["balanced"], "balanced")):
        ranks, seconds = timed(TextureSpec("t", (256, 256), filter=filters, effort="fast"))
        line(f"256x256 fast, {name}", mask_figures([ranks]), seconds)
    for effort in ("fast", "good"):
        per_texel = {}
        for side in (256, 512, 1024, 2048):
            spec = TextureSpec("t", (side, side), effort=effort)
            per_texel[side] = timed(spec)[1] / side**2
        shown = "  ".join(f"{side}: {1e6 * value:.2f} us" for side, value in per_texel.items())
        print(f"{effort}, per texel  {shown}  ratio 2048/256 {per_texel[2048] / per_texel[256]:.2f}", flush=True)


PARTS = {
    "matched": matched,
    "presets": presets,
    "structure": structure,
    "speed": speed,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refs", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=[*PARTS], default=[*PARTS])
    arguments = parser.parse_args()
    for part in arguments.only:
        PARTS[part](range(arguments.seeds))
    if arguments.refs:
        references(arguments.refs)
