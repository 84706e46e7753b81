"""A real engine draws our DDS files: what is on the screen are the texels that were written."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from support.paths import TESTS
from support.tools import missing, require_module

from bluenoise_assets.formats import dds
from bluenoise_assets.formats.image import TexelImage

SHAPES = [((1, 6, 10), "2d"), ((3, 5, 7), "array"), ((4, 6, 10), "volume")]
# With the DX10 header, Panda3D 1.10 knows no R8 and R8G8.
FORMATS = [
    (dtype, channels, False)
    for dtype in ("uint8", "uint16", "float16", "float32")
    for channels in (1, 2, 4)
    if dtype != "uint8" or channels == 4
] + [("uint8", channels, True) for channels in (1, 2, 4)]
CASES = {
    f"{way}-{'legacy' if legacy else 'dx10'}-{dtype}-{channels}-{kind}": (way, shape, kind, dtype, channels, legacy)
    for way in ("card", "shader")
    for shape, kind in SHAPES
    for dtype, channels, legacy in FORMATS
    if not (legacy and kind == "array") and not (way == "card" and kind != "2d")
}


def picture(shape, dtype, kind):
    """Numbers from 0 to 1: the fixed pipeline clamps others."""
    count = int(np.prod(shape))
    bits = np.frombuffer(hashlib.shake_256(dtype.encode()).digest(2 * count), np.uint16).reshape(shape)
    texels = bits.astype(dtype) if dtype.startswith("u") else (bits / 65535).astype(dtype)
    return TexelImage(texels, kind)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """What Panda3D shows of every case, `[row, column, channel]`: one process for all."""
    require_module("panda3d.core", "pip install panda3d")
    folder = tmp_path_factory.mktemp("panda3d")
    for name, (_, shape, kind, dtype, channels, legacy) in CASES.items():
        one = picture((*shape, channels), dtype, kind)
        (folder / f"{name}.dds").write_bytes(dds.encode(one, legacy=legacy))
    script = TESTS / "support" / "render_panda3d.py"
    done = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False, timeout=300)
    if "no OpenGL without a display" in done.stderr:
        missing("OpenGL without a display", "apt-get install libegl1 libgl1 libgl1-mesa-dri")
    assert done.returncode == 0, done.stderr
    return {file.stem: np.frombuffer(file.read_bytes(), "<f4") for file in folder.glob("*.rgba")}


@pytest.mark.parametrize("name", CASES)
def test_what_is_drawn_are_the_texels(name, drawn):
    _, (slices, height, width), kind, dtype, channels, legacy = CASES[name]
    texels = picture((slices, height, width, channels), dtype, kind).texels
    largest = np.iinfo(dtype).max if dtype.startswith("u") else 1
    shown = drawn[name].reshape(slices, height, width, 4).astype(np.float64) * largest
    if kind == "array":
        # The output's lowest rows show slice 0 of the shader. In a volume that is our last one: Panda3D's z goes outwards.
        shown = shown[::-1]
    grey = legacy and channels < 4
    places = [0, 3][:channels] if grey else range(channels)  # luminance and alpha
    # Drivers make floats of 16 bits a little off: by less than a hundredth of a step.
    assert np.abs(shown[..., places] - texels).max() < (0.01 if dtype.startswith("u") else 1e-30)
    if grey:
        assert np.array_equal(shown[..., 1:3], np.repeat(shown[..., :1], 2, axis=3))
    if channels < 4 and 3 not in places:
        assert (shown[..., 3] == largest).all()
    assert grey or (shown[..., channels:3] == 0).all()


def test_a_swapped_channel_or_row_would_be_seen(drawn):
    """The comparison above can fail."""
    texels = picture((1, 6, 10, 4), "uint8", "2d").texels.astype(np.float64)
    shown = drawn["shader-dx10-uint8-4-2d"].reshape(1, 6, 10, 4) * 255
    for wrong in (texels[:, ::-1], texels[:, :, ::-1], texels[..., [2, 1, 0, 3]], np.roll(texels, 1, axis=2)):
        assert np.abs(shown - wrong).max() > 1
