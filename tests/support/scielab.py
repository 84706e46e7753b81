"""S-CIELAB: CIE's colour difference of what an eye sees at a distance.

X. Zhang and B. A. Wandell, "A spatial extension of CIELAB for digital color image reproduction", SID Symposium 1996:
a picture is parted into luminance, red-green and blue-yellow, each is blurred by the eye's Gaussians for it, and put
together again. The matrix has the digits of the authors' own program.
"""

import numpy as np
from scipy import fft
from support.pictures import mirrored_frequency

XYZ_OF_RGB = np.array(  # linear, of sRGB's primaries and D65, IEC 61966-2-1
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ_OF_RGB.sum(axis=1)
OPPONENTS_OF_XYZ = np.array(
    [[0.2787336, 0.7218031, -0.1065520], [-0.4487736, 0.2898056, 0.0771569], [0.0859513, -0.5899859, 0.5011089]]
)
BLURS = (  # weights, which are brought to a sum of 1, and spreads s in degrees, of exp(-(r / s)^2)
    ((0.921, 0.0283), (0.105, 0.133), (-0.108, 4.336)),
    ((0.531, 0.0392), (0.330, 0.494)),
    ((0.488, 0.0536), (0.371, 0.386)),
)


def blurred(channel, blur, pixels_per_degree):
    """One opponent channel `[height, width]` as the eye sees it; mirrored at the borders, exact in frequency."""
    frequency = mirrored_frequency(channel.shape) * pixels_per_degree
    response = sum(weight * np.exp(-((np.pi * spread * frequency) ** 2)) for weight, spread in blur)
    return fft.idctn(fft.dctn(channel) * (response / sum(weight for weight, _ in blur)))


def lab(xyz):
    """CIELAB `[..., 3]` of XYZ, white as D65 (CIE 15)."""
    ratio = xyz / WHITE
    cube = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(cube, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def seen(rgb, pixels_per_degree):
    """A picture in linear RGB, `[height, width, 3]`, as the eye sees it, in CIELAB."""
    opponents = rgb @ XYZ_OF_RGB.T @ OPPONENTS_OF_XYZ.T
    parts = [blurred(opponents[..., i], blur, pixels_per_degree) for i, blur in enumerate(BLURS)]
    return lab(np.stack(parts, axis=-1) @ np.linalg.inv(OPPONENTS_OF_XYZ).T)
