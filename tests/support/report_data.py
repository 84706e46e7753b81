"""Makes the data files of bluenoise_assets/report/pictures/ again.

Run from the repository: pip install -e ".[bench]" && python tests/support/report_data.py
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.pictures import linear
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.pictures import as_srgb, png_of
from bluenoise_assets.report.pictures.pictures import PHOTOGRAPH
from bluenoise_assets.report.pictures.reference_masks import VOID_AND_CLUSTER

LUMINANCE = (0.2126, 0.7152, 0.0722)
TOP, LEFT, HEIGHT, WIDTH = 10, 15, 128, 192
"""The face, in a picture of half the size."""
BRIGHTER = 1.9


def void_and_cluster_ranks():
    return void_and_cluster((64, 64), 1.5)


def main():
    grey = linear("chelsea") @ LUMINANCE
    grey = grey[: grey.shape[0] // 2 * 2, : grey.shape[1] // 2 * 2]
    half = grey.reshape(grey.shape[0] // 2, 2, grey.shape[1] // 2, 2).mean(axis=(1, 3))
    face = half[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH]
    PHOTOGRAPH.write_bytes(png_of(as_srgb(np.minimum(BRIGHTER * face, 1))))
    ranks = void_and_cluster_ranks().astype(np.uint16)
    VOID_AND_CLUSTER.write_bytes(png.encode(TexelImage(ranks[None, ..., None])))


if __name__ == "__main__":
    main()
