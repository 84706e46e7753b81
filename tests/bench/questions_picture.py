"""Draws manifests/spectrum.png, the picture of noise/spectrum/spectrum.md: textures, their spectra, what becomes of them.

Run: python tests/bench/questions_picture.py
64x64 textures; the power of each frequency, zero in the middle, black for none and white for thrice white noise's; the
values after a Gaussian of 1 texel, five times; the pattern of all values below 1/8. Each texel is 4 pixels wide, and the
page shows the picture at half its width.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from questions import common

from bluenoise_assets import Spectrum
from bluenoise_assets.quality.spectra import power_spectrum
from bluenoise_assets.report.pictures import png_of

TEXEL, SCREEN = 4, 2
PANEL = common.SIDE * TEXEL
GAP, HEADING, LEFT = 8 * SCREEN, 20 * SCREEN, 84 * SCREEN
GAIN = 5
GREYS = 16
TEXT = 13
FILE = Path(__file__).resolve().parents[2] / "manifests" / "spectrum.png"


def textures():
    """Values by what stands over each column."""
    return {
        "white noise": (common.white(0) + 0.5) / common.SIDE**2,
        "0.25, uniformity 0": common.texture(0, objective=Spectrum(uniformity=0)).values,
        "cutoff 0.25": common.texture(0, objective=Spectrum()).values,
        "cutoff 0.4": common.texture(0, objective=Spectrum(cutoff=0.4)).values,
        "the default mask": common.texture(0).values,
    }


def spectrum(values):
    return np.fft.fftshift(power_spectrum(values)) / 3


def blurred(values):
    response = np.sqrt(common.gaussian(1))  # a Gaussian's own spectrum is positive
    return 0.5 + GAIN * np.fft.irfft2(np.fft.rfft2(values - 0.5) * response, values.shape)


ROWS = {
    "values": lambda values: values,
    "their\nspectrum": spectrum,
    f"blurred,\n{GAIN} times": blurred,
    "below 1/8": lambda values: np.where(values < 1 / 8, 1.0, 0.0),
}


def main():
    columns = textures()
    size = (LEFT + len(columns) * (PANEL + GAP), HEADING + len(ROWS) * (PANEL + GAP))
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    for row, name in enumerate(ROWS):
        draw.text((GAP, HEADING + row * (PANEL + GAP)), name, fill=34, font_size=TEXT * SCREEN)
    for column, (name, values) in enumerate(columns.items()):
        x = LEFT + column * (PANEL + GAP)
        draw.text((x, SCREEN), name, fill=34, font_size=TEXT * SCREEN)
        for row, shown in enumerate(ROWS.values()):
            enlarged = np.kron(np.clip(shown(values), 0, 1), np.ones((TEXEL, TEXEL)))
            picture.paste(Image.fromarray(np.uint8(np.rint(255 * enlarged))), (x, HEADING + row * (PANEL + GAP)))
    step = 255 / (GREYS - 1)
    FILE.write_bytes(png_of(np.uint8(np.rint(np.rint(np.asarray(picture) / step) * step))))
    print(f"wrote {FILE}, {FILE.stat().st_size} bytes, to be shown {size[0] // SCREEN} pixels wide")


if __name__ == "__main__":
    main()
