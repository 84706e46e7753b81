"""The pictures that are dithered, in linear light, and dithering."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats import png

Picture = npt.NDArray[np.float64]
"""`[height, width]`, 0 to 1, linear light."""

PHOTOGRAPH = Path(__file__).parent / "photograph.png"


def gradient(width: int, height: int) -> Picture:
    """From black on the left to white on the right, equal steps of light: float64 `[height, width]`."""
    return np.tile((np.arange(width) + 0.5) / width, (height, 1))


@cache
def photograph() -> Picture:
    """A cat's face: float64 `[128, 192]`."""
    coded = png.read(PHOTOGRAPH.read_bytes()).texels[0, ..., 0] / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)  # IEC 61966-2-1
    light.setflags(write=False)
    return np.asarray(light)


def dithered(picture: Picture, ranks: npt.NDArray[Any], levels: int) -> Picture:
    """A picture in so many equal steps of light, rounded by a mask's ranks, tiled, of the shape `[height, width]`.

    The threshold is (rank + 1/2) / N of the part that a step lacks.
    """
    repeats = [-(-side // own) for side, own in zip(picture.shape, ranks.shape, strict=True)]
    threshold = np.tile((ranks + 0.5) / ranks.size, repeats)[: picture.shape[0], : picture.shape[1]]
    steps = picture * (levels - 1)
    below = np.minimum(np.floor(steps), levels - 2)
    return np.asarray((below + (threshold < steps - below)) / (levels - 1))


def as_srgb(light: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Light from 0 to 1 as the bytes that a screen shows as so much, of the same shape (IEC 61966-2-1)."""
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * coded), np.uint8)
