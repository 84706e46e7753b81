"""The density of samples that an importance map asks for."""

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats import brightness
from bluenoise_assets.spec import Importance


def density(importance: Importance) -> npt.NDArray[np.int64]:
    """The density of samples over the unit square, int64 `[height, width]`, not normalised, in places above 0.

    The texel `[i, j]` is the part of the square with x in [j, j + 1] / width and y in [i, i + 1] / height: a
    picture's first row has the smallest y.
    """
    return brightness.decode(importance.data)
