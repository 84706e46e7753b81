"""Which levels occur: clipped values, copies of 8 bits, palettes.

A good texture holds a law's quantiles, each once: neighbouring levels are about equally frequent, and there are as
many as texels or bits allow.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.report.diagnosis.evidence import MOST_VALUES, Evidence
from bluenoise_assets.report.diagnosis.fault import Fault

PILE = 4
"""A level at an end that is so many times as frequent as those beside it was clipped: of a triangular, Gaussian or
uniform law it is at most as frequent as they are."""

NEIGHBOURS = 8
CLIPPED_SHARE, CLIPPED_COUNT = 0.004, 16
"""At least so many: a level's share of uniform 8 bits."""

GAPS = 0.6
"""A smooth law in 8 bits has most levels between its least and its largest, one of 7 bits 0.5 of them; a transfer curve
leaves 0.7."""

MOST_SLICES = 16
TEXELS_A_LEVEL = 8
"""So often a level must occur on average before it is no accident that others do not."""

WIDE = 1024
"""From so many texels on 256 levels are few for 16 bits."""


def not_finite(texels: npt.NDArray[Any]) -> Fault:
    count = int(np.count_nonzero(~np.isfinite(texels)))
    return Fault(
        "not_finite",
        f"{count} of {texels.size} values are infinite or no numbers.",
        "Write the file again: noise has values between 0 and 1, or -1 and 1.",
    )


def copy_of_8_bits(e: Evidence) -> Fault | None:
    """16 bits or floats with at most 256 levels, though there are texels for more."""
    texels = e.texels[..., list(e.channels)]
    slice_texels = texels[..., :1].size if e.is_volume else texels[0, ..., :1].size
    if texels.dtype == np.uint8 or not e.channels or slice_texels < WIDE:
        return None
    if texels.dtype == np.uint16:
        repeated = bool(np.all(texels % 257 == 0))
        if not repeated and np.any((texels & 255) != (texels.flat[0] & 255)):
            return None
        how = "each has the same byte twice" if repeated else "the lower byte is always the same"
    else:
        if slice_texels < 2 * WIDE or len(np.unique(texels.reshape(-1)[:MOST_VALUES])) > 256:
            return None
        how = "there are no others"
    levels = len(np.unique(texels))
    return Fault(
        "copy_of_8_bits",
        f"It has {8 * texels.dtype.itemsize} bits, but only {levels} different values ({how}): it was 8 bits before.",
        "Export with 16 bits from the start, or store it with 8: the file is twice as large for nothing.",
    )


def few_levels(e: Evidence) -> Fault | None:
    """Integers that leave out most levels between the least and the largest, though there are texels for them."""
    if e.texels.dtype.kind == "f" or e.is_direction or e.is_ordered:
        return None
    for channel in e.channels:
        slices = e.texels[..., channel].reshape(1 if e.is_volume else len(e.texels), -1)
        found = [np.unique(one) for one in slices[:MOST_SLICES] if np.ptp(one) > 0]
        if not found:
            continue
        levels = max(found, key=len)
        span = int(levels[-1]) - int(levels[0]) + 1
        if len(levels) <= GAPS * span and slices.shape[1] >= TEXELS_A_LEVEL * len(levels):
            return Fault(
                "few_levels",
                f"Only {len(levels)} of the {span} levels between its least and its largest value occur"
                f"{_of(e, channel)}: it was stored with fewer bits, or a palette.",
                "Save it as PNG with 8 or 16 bits a channel, without a palette, dithering or colour reduction.",
            )
    return None


def clipped(e: Evidence) -> Fault | None:
    """The least or the largest level is far more frequent than those beside it."""
    if e.is_direction:
        return None
    for channel in e.channels:
        levels, counts = np.unique(e.texels[..., channel].reshape(-1)[:MOST_VALUES], return_counts=True)
        if len(levels) < 2 * NEIGHBOURS:
            continue
        total = int(counts.sum())
        piles = [
            (level, int(count))
            for level, count, beside in (
                (levels[0], counts[0], counts[1 : 1 + NEIGHBOURS]),
                (levels[-1], counts[-1], counts[-1 - NEIGHBOURS : -1]),
            )
            if count >= max(CLIPPED_COUNT, CLIPPED_SHARE * total, PILE * float(np.median(beside)))
        ]
        if piles:
            named = " and ".join(f"{level:.4g}" for level, _ in piles)
            share = 100 * sum(count for _, count in piles) / total
            which = "levels" if len(piles) > 1 else "level"
            return Fault(
                "clipped",
                f"The {which} {named} {'hold' if len(piles) > 1 else 'holds'} {share:.1f}% of all texels"
                f"{_of(e, channel)}: values beyond were clipped.",
                "Export without contrast, levels or exposure; store floats unclamped, or scale them into 0 to 1 first.",
            )
    return None


def _of(e: Evidence, channel: int) -> str:
    return f" of channel {'RGBA'[channel]}" if len(e.channels) > 1 else ""
