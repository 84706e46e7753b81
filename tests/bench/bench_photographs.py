"""Photographs dithered to 1 and 2 bits in linear light, as the eye sees them, mask beside mask.

Run: pip install -e ".[bench]"   # scikit-image, whose wheel has the pictures
     python tests/bench/bench_photographs.py [--refs DIR] [--efforts good best] [--mask 'NAME={filter: ...}']...
PSNR in dB after the eye's contrast sensitivity at 35 and 70 pixels per degree, higher is better: means over twelve
photographs and the seeds. The second columns are the differences to the base, the mean and, in brackets, the worst
photograph's; the base is void-and-cluster 1.5 unless `--base` names another, as `--base 'filter: {gaussian: 1.2}'`.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import compared_masks, pictures

from bluenoise_assets.spec import LUMINANCE

VIEWS = [(levels, number) for levels in (2, 4) for number in (35, 70)]


@cache
def grey(name):
    return pictures.linear(name) @ LUMINANCE


def psnr(masks):
    """Of each photograph and view, the mean over masks: `[picture, view]`."""
    found = np.empty((len(pictures.GREY), len(VIEWS)))
    for place, name in enumerate(pictures.GREY):
        picture = grey(name)
        errors = {levels: [pictures.dithered(picture, mask, levels) - picture for mask in masks] for levels in (2, 4)}
        found[place] = [
            np.mean([pictures.psnr_after_eye(error, number) for error in errors[levels]]) for levels, number in VIEWS
        ]
    return found


def show(name, found, base):
    means = "  ".join(f"{value:6.2f}" for value in found.mean(axis=0))
    gains = "  ".join(f"{value.mean():+5.2f} ({value.min():+5.2f})" for value in (found - base).T)
    print(f"{name:34} {means}  |  {gains}", flush=True)


def main():
    parser = compared_masks.parser(__doc__)
    parser.add_argument("--base", metavar="YAML", help="keys of the texture that the others are compared with")
    arguments = parser.parse_args()
    count = arguments.seeds
    if arguments.base:
        base = psnr(compared_masks.made(count, **yaml.safe_load("{" + arguments.base + "}")).ranks[:, 0])
    else:
        base = psnr(compared_masks.classic(1.5, count)[:, 0])
    views = [f"{levels.bit_length() - 1} bit, {number}" for levels, number in VIEWS]
    print(f"{'':34} {' '.join(f'{view:>7}' for view in views)}  |  {'  '.join(f'{view:>13}' for view in views)}")
    show("the base", base, base)
    show("white noise", psnr(compared_masks.white(count)[:, 0]), base)
    for sigma in arguments.classic:
        show(f"void-and-cluster {sigma}", psnr(compared_masks.classic(sigma, count)[:, 0]), base)
    for name, keys in compared_masks.asked_for(arguments).items():
        show(name, psnr(compared_masks.made(count, **keys).ranks[:, 0]), base)
    for name, channels in compared_masks.references(arguments.refs) if arguments.refs else ():
        show(name, psnr(channels[:1]), base)


if __name__ == "__main__":
    main()
