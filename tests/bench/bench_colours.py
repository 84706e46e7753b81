"""Three masks for red, green and blue: what is seen of their brightness, and of pictures dithered with them.

Run: python tests/bench/bench_colours.py [--refs DIR] [--efforts good best] [--mask 'NAME={filter: ...}']...
Means over the seeds, 128x128.
  luminance  the error of 0.2126 R + 0.7152 G + 0.0722 B of the thresholded patterns (Rec. 709) after a Gaussian of 1
             and of 1.5 texels and after the eye at 70 pixels per degree, in dB of independent white masks; lower is better
  sum        the same of R + G + B
  channels   each one's own error after the eye at 70 pixels per degree, in dB of white noise, and the largest
             correlation of two of them
  Delta E    S-CIELAB's mean difference of six photographs dithered in linear light to 2 and 4 levels a channel, at 35
             and 70 pixels per degree, and the part of it that is lightness, the mean |Delta L|; lower is better. The
             photographs are in scikit-image's wheel: without `pip install -e ".[bench]"` these columns are missing.
"""

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import compared_masks, pictures, scielab

from bluenoise_assets import Threshold
from bluenoise_assets.quality.threshold_error import (
    eye_spectrum,
    filtered_error_db,
    pattern_power,
    sum_pattern_power,
    wrapped_gaussian_spectrum,
)
from bluenoise_assets.spec import LUMINANCE

EQUAL = (1.0, 1.0, 1.0)
VIEWS = [(levels, number) for levels in (2, 4) for number in (35, 70)]


def sum_errors(channels, weights):
    shape, power = channels[0].shape, sum_pattern_power(channels, weights)
    responses = [wrapped_gaussian_spectrum(shape, 1.0), wrapped_gaussian_spectrum(shape, 1.5), eye_spectrum(shape, 70)]
    return [filtered_error_db(power, shape, response) for response in responses]


def channel_errors(channels):
    shape = channels[0].shape
    return [filtered_error_db(pattern_power(mask), shape, eye_spectrum(shape, 70)) for mask in channels]


@cache
def picture_seen(name, number):
    return scielab.seen(pictures.linear(name), number)


def differences(channels):
    """Delta E by view, then |Delta L|, the means over the photographs."""
    found = np.empty((len(pictures.COLOURED), 2, len(VIEWS)))
    for place, name in enumerate(pictures.COLOURED):
        rgb = pictures.linear(name)
        shown = {
            levels: np.stack([pictures.dithered(rgb[..., i], channels[i], levels) for i in range(3)], axis=-1)
            for levels in (2, 4)
        }
        for view, (levels, number) in enumerate(VIEWS):
            error = scielab.seen(shown[levels], number) - picture_seen(name, number)
            found[place, :, view] = np.linalg.norm(error, axis=-1).mean(), np.abs(error[..., 0]).mean()
    return found.mean(axis=0)


def show(name, masks, seconds=None):
    """`masks` are ranks `[seed, 3, side, side]`."""
    flat = masks.reshape(len(masks), 3, -1)
    related = max(np.abs(np.corrcoef(each)[np.triu_indices(3, 1)]).max() for each in flat)
    parts = [np.mean([sum_errors(each, weights) for each in masks], axis=0) for weights in (LUMINANCE, EQUAL)] + [
        np.mean([channel_errors(each) for each in masks], axis=0)
    ]
    columns = [" ".join(f"{value:6.2f}" for value in part) for part in parts]
    columns[-1] += f" {related:.3f}"
    if find_spec("skimage"):
        seen = np.mean([differences(each) for each in masks], axis=0)
        columns += [" ".join(f"{value:6.3f}" for value in part) for part in seen]
    print(f"{name:34} {'  | '.join(columns)}" + ("" if seconds is None else f"  | {seconds:.2f} s"), flush=True)


def main():
    arguments = compared_masks.parser(__doc__).parse_args()
    count = arguments.seeds
    views = " ".join(f"{levels}, {number}" for levels, number in VIEWS)
    print(
        f"{'':34} luminance: 1, 1.5, 70 | sum: 1, 1.5, 70     | red, green, blue          | Delta E: {views} | |Delta L|"
    )
    show("white noise", compared_masks.white(count, 3))
    for sigma in arguments.classic:
        show(f"void-and-cluster {sigma}, three", compared_masks.classic(sigma, count, 3))
    for name, keys in compared_masks.asked_for(arguments).items():
        made = compared_masks.made(count, 3, **keys)
        show(name, made.ranks, made.cpu_seconds)
        if "objective" not in keys:
            alone = compared_masks.made(count, 3, **keys, objective=Threshold(channel_weight=0.0))
            show(f"{name}, independent", alone.ranks, alone.cpu_seconds)
            show(f"{name}, one for all three", np.repeat(alone.ranks[:, :1], 3, axis=1))
    for name, channels in compared_masks.references(arguments.refs) if arguments.refs else ():
        if len(channels) >= 3:
            show(name, channels[None, :3])


if __name__ == "__main__":
    main()
