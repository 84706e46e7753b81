"""Masks that everybody knows, to look at beside ours."""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats import png

Ranks = npt.NDArray[np.int64]

SIDE = 64
BAYER_LEVELS = 6
VOID_AND_CLUSTER = Path(__file__).parent / "void_and_cluster.png"


@cache
def reference_masks() -> dict[str, Ranks]:
    """By name, the ranks of masks, int64 `[64, 64]`, each 0..4095 once."""
    white = np.random.default_rng(0).permutation(SIDE**2).reshape(SIDE, SIDE)
    clusters = png.read(VOID_AND_CLUSTER.read_bytes()).texels[0, ..., 0].astype(np.int64)
    masks = {"white": white, "Bayer": bayer(BAYER_LEVELS), "void and cluster": clusters}
    for mask in masks.values():
        mask.setflags(write=False)
    return masks


def bayer(levels: int) -> Ranks:
    """Bayer's ordered mask of 2^levels texels a side ("An optimum method for two-level rendition", ICC 1973)."""
    mask = np.zeros((1, 1), np.int64)
    for _ in range(levels):
        mask = np.block([[4 * mask, 4 * mask + 2], [4 * mask + 3, 4 * mask + 1]])
    return mask
