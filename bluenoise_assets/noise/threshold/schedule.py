"""What changes from round to round of an exchange, as tables, and the offsets of close pairs."""

import itertools
from decimal import Decimal, localcontext
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bluenoise_assets.noise.runtime.counter_hash import mix

ENTRIES = 256
"""Entries of the tables of strides and temperatures."""

COOLED = 4
"""Annealing goes from the hottest temperature down to a COOLED-th of that."""


@lru_cache(maxsize=64)
def strides(first: float, last: float, texels: int) -> npt.NDArray[np.int32]:
    """Powers of two, falling from 2^first to 2^last for 2^14 texels, and a random factor of up to 2."""
    offset = (texels.bit_length() - 15) * 16
    noise = (mix(np.arange(ENTRIES, dtype=np.uint32)) >> 27).astype(np.int64) - 16  # -16..15 sixteenths
    line = [16 * first + (16 * (last - first) * i) // (ENTRIES - 1) for i in range(ENTRIES)]
    exponents = np.clip((np.array(line, np.int64) + noise + offset + 8) >> 4, 0, 24)
    limit = max(0, texels.bit_length() - 2)
    return np.asarray(1 << np.minimum(exponents, limit), np.int32)


@lru_cache(maxsize=64)
def temperatures(hottest: Decimal) -> npt.NDArray[np.int32]:
    """Falling from the hottest, in units of 2^-29."""
    with localcontext(prec=20):
        steps = [hottest * Decimal(COOLED) ** (Decimal(-i) / (ENTRIES - 1)) for i in range(ENTRIES)]
        return np.array([min(int(step * (1 << 29)), 1 << 20) for step in steps], np.int32)


def near_offsets(shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Half of the offsets to the texels up to 2 away, along axes longer than that."""
    sides = [range(-2, 3) if side > 4 else range(1) for side in shape]
    offsets = [offset for offset in itertools.product(*sides) if offset > (0,) * len(shape)]
    return np.array(offsets or [(0,) * len(shape)], np.int32)
