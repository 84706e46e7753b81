"""Photographs that scikit-image's wheel holds, dithered, and what an eye makes of the difference.

They are free: taken by NASA and SpaceX, given by their photographers or from collections without known restrictions;
`skimage.data` names each one's source.
"""

import math

import numpy as np
from scipy import fft

GREY = ("astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "moon", "rocket", "retina")
GREY += ("hubble_deep_field",)
COLOURED = ("astronaut", "chelsea", "coffee", "rocket", "retina", "hubble_deep_field")
LARGEST = 512


def linear(name):
    """A photograph in linear light, 0 to 1, `[height, width, 3]`; of large ones the middle 512 x 512."""
    import skimage.data

    texels = getattr(skimage.data, name)()
    texels = np.repeat(texels[..., None], 3, axis=2) if texels.ndim == 2 else texels
    top, left = (max(0, (side - LARGEST) // 2) for side in texels.shape[:2])
    coded = texels[top : top + LARGEST, left : left + LARGEST] / 255  # sRGB, IEC 61966-2-1
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def dithered(values, ranks, levels):
    """`values` `[height, width]` from 0 to 1 in that many equal steps of linear light, by a mask's ranks, tiled."""
    height, width = values.shape
    repeats = [-(-side // own) for side, own in zip(values.shape, ranks.shape, strict=True)]
    threshold = np.tile((ranks + 0.5) / ranks.size, repeats)[:height, :width]
    steps = values * (levels - 1)
    below = np.minimum(np.floor(steps), levels - 2)
    return (below + (threshold < steps - below)) / (levels - 1)


def mirrored_frequency(shape):
    """Radial frequency, in cycles per texel, of each coefficient of a DCT-II: of a picture mirrored at its borders."""
    rows, columns = (np.arange(side) / (2 * side) for side in shape)
    return np.hypot(rows[:, None], columns)


def psnr_after_eye(error, pixels_per_degree, luminance=100):
    """PSNR, in dB, of white 1, of an error `[height, width]` after Nasanen's contrast sensitivity; exact in frequency.

    The picture is mirrored at its borders; by Parseval's theorem the coefficients' squares add up to the error's.
    """
    seen = np.exp(-pixels_per_degree / (0.525 * math.log(luminance) + 3.91) * mirrored_frequency(error.shape))
    return -10 * math.log10(np.mean((fft.dctn(error, norm="ortho") * seen) ** 2))
