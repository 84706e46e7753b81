"""Whether the texture tiles, and whether it is one tile."""

import math

import numpy as np

from bluenoise_assets.quality.spectra import decibels
from bluenoise_assets.report.diagnosis.evidence import Evidence, Floats
from bluenoise_assets.report.diagnosis.fault import Fault

SIGMA = 1.5
"""Texels. A Gaussian of this width leaves little of blue noise, but much of what does not fit together at a seam."""

MARGIN = 4
SHORTEST = 24
"""Texels: from so many on there is an inside to compare the seam with."""

SEAM = 2.5
SEAM_OVER_LARGEST = 1.6
"""The energy at the seam over the mean inside, and over the largest inside: about 1 and 0.6 in tileable textures, 5 to
30 and 3 to 8 where unrelated texels meet."""


def tiled(e: Evidence) -> Fault | None:
    """The file has several copies of a smaller tile."""
    if e.is_ordered or not e.channels:
        return None
    texels = e.texels[..., list(e.channels)]
    times = {}
    for axis in (1, 2):
        side = texels.shape[axis]
        for count in range(side // 2, 1, -1):
            if side % count == 0 and np.array_equal(texels, np.roll(texels, side // count, axis)):
                times[axis] = count
                break
    if not times:
        return None
    down, across = times.get(1, 1), times.get(2, 1)
    height, width = texels.shape[1] // down, texels.shape[2] // across
    return Fault(
        "tiled",
        f"It is the same {width}x{height} texels {down * across} times ({across} across, {down} down).",
        f"Cut out {width}x{height} texels and let the sampler repeat them.",
    )


def not_tileable(e: Evidence) -> Fault | None:
    """Low frequencies gather at the borders, where opposite ones meet and do not fit."""
    if e.is_regular or not e.fields:
        return None
    names = ("front and back", "top and bottom", "left and right")[3 - e.fields[0].ndim :]
    found = {name: ratio for axis, name in enumerate(names) if (ratio := _seam(e.fields, axis)) is not None}
    if not found:
        return None
    worst = max(found.values())
    return Fault(
        "not_tileable",
        f"Its low frequencies are {decibels(worst):.0f} dB louder where {' and '.join(found)} meet: it does not tile, "
        "as a part cut out of a larger texture.",
        "Use the whole texture, in the size that it was made in.",
    )


def _seam(fields: list[Floats], axis: int) -> float | None:
    """The low-frequency energy at the seam across an axis over that inside, if it stands out."""
    shape = fields[0].shape
    if shape[axis] < SHORTEST or math.prod(shape) < SHORTEST**2:
        return None
    response = np.ones(())
    for side in shape:
        response = np.multiply.outer(response, np.exp(-2 * (math.pi * SIGMA * np.fft.fftfreq(side)) ** 2))
    others = tuple(other for other in range(len(shape)) if other != axis)
    profile = sum(np.mean(np.fft.ifftn(np.fft.fftn(field) * response).real ** 2, axis=others) for field in fields)
    inside = profile[MARGIN:-MARGIN]
    pairs = (inside[1:] + inside[:-1]) / 2
    seam = float(profile[0] + profile[-1]) / 2
    if seam > SEAM * float(inside.mean()) and seam > SEAM_OVER_LARGEST * float(pairs.max()):
        return seam / float(inside.mean())
    return None
