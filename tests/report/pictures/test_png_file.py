"""The pages' own PNG files, read by Pillow."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from bluenoise_assets.report.pictures import data_uri, png_of

GENERATOR = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("texels", "bits"),
    [
        (GENERATOR.integers(0, 2, (5, 9)).astype(bool), 1),
        (np.full((3, 3), 255, np.uint8), 1),
        (GENERATOR.choice(np.array([0, 85, 170, 255], np.uint8), (7, 13)), 2),
        (GENERATOR.choice(np.array([0, 156, 213, 255], np.uint8), (7, 13)), 2),
        (GENERATOR.choice(np.arange(0, 250, 25, dtype=np.uint8), (7, 13)), 4),
        (GENERATOR.integers(0, 256, (20, 21)).astype(np.uint8), 8),
        (GENERATOR.integers(0, 256, (6, 5, 3)).astype(np.uint8), 8),
    ],
)
def test_another_reader_finds_the_same_texels_in_as_few_bits_as_hold_them(texels, bits):
    data = png_of(texels)
    assert data[24] == bits
    with Image.open(io.BytesIO(data)) as image:
        found = np.asarray(image.convert("RGB" if texels.ndim == 3 else "L"))
    assert np.array_equal(found, texels * np.uint8(255) if texels.dtype == bool else texels)


def test_a_picture_within_a_page():
    data = png_of(np.eye(3, dtype=bool))
    head, _, body = data_uri(data).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body, validate=True) == data
