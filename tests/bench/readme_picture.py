"""Draws manifests/picture.png, the picture of the README: a texture, its spectrum, and what it does to a gradient.

Run from the repository: python tests/bench/readme_picture.py
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import bluenoise_assets as bn
from bluenoise_assets.quality.quantization import dequantize
from bluenoise_assets.quality.spectra import power_spectrum

PANEL, GAP, CAPTION = 256, 16, 24
SHADES = 5


def spectrum_picture(values):
    """Power with zero frequency in the middle, 0 black, twice white noise's power white."""
    power = np.fft.fftshift(power_spectrum(values))
    return enlarge(np.clip(power / 2, 0, 1), PANEL // len(values))


def enlarge(image, factor):
    return np.kron(image, np.ones((factor, factor)))


def gradient(width, height):
    """A soft ramp with a sphere's shading, 0 to 1."""
    y, x = np.mgrid[0:height, 0:width]
    ramp = 0.05 + 0.5 * x / width
    u, v = (x - 0.62 * width) / (0.42 * height), (y - 0.5 * height) / (0.42 * height)
    inside = u**2 + v**2 < 1
    z = np.sqrt(np.clip(1 - u**2 - v**2, 0, 1))
    shade = np.clip(0.1 + 0.85 * (-0.5 * u - 0.5 * v + 0.7 * z), 0, 1)
    return np.where(inside, shade, ramp)


def dithered(image, noise):
    repeats = [side // size + 1 for side, size in zip(image.shape, noise.shape, strict=True)]
    tiled = np.tile(noise, repeats)[: image.shape[0], : image.shape[1]]
    return np.clip(np.floor(image * (SHADES - 1) + tiled), 0, SHADES - 1) / (SHADES - 1)


def main():
    noise = dequantize(bn.generate(bn.TextureSpec("picture", (64, 64), seed=1)))
    levels = np.repeat(np.arange(256, dtype=np.uint8), 16)
    white = dequantize(np.random.default_rng(1).permutation(levels).reshape(64, 64))
    scene = gradient(PANEL, PANEL // 2)
    banded = np.rint(scene * (SHADES - 1)) / (SHADES - 1)
    panels = [
        ("a 64 x 64 texture, 2 x 2 tiles", enlarge(np.tile(noise, (2, 2)), PANEL // 128)),
        ("its spectrum: dark in the middle", spectrum_picture(noise)),
        ("5 shades: banding, white noise", np.vstack([banded, dithered(scene, white)])),
        ("the scene; 5 shades, blue noise", np.vstack([scene, dithered(scene, noise)])),
    ]
    width = len(panels) * PANEL + (len(panels) + 1) * GAP
    picture = Image.new("L", (width, PANEL + CAPTION + 2 * GAP), 255)
    draw = ImageDraw.Draw(picture)
    for i, (caption, panel) in enumerate(panels):
        left = GAP + i * (PANEL + GAP)
        picture.paste(Image.fromarray(np.uint8(np.rint(panel * 255))), (left, GAP))
        draw.text((left, GAP + PANEL + 6), caption, fill=40, font_size=15)
    target = Path(__file__).resolve().parents[2] / "manifests" / "picture.png"
    picture.save(target, optimize=True)
    print(f"wrote {target}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
