"""Draws manifests/scenes.png, a picture of the page "which noise for what": one sample a pixel, with several noises.

Run: python tests/bench/scenes_picture.py
Fog of 2 steps, light shafts, a soft shadow and ambient occlusion of support/scenes.py, with white noise, with values whose
spectrum is blue and with the default mask: on the left as it is drawn, on the right the same after a Gaussian of 1 texel,
as a denoiser leaves it. The figures are the whole scene's errors after that Gaussian, in dB beside white noise's.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import scenes

import bluenoise_assets as bn

SIDE = 128
NOISES = {"white noise": None, "objective: spectrum": {"objective": "spectrum"}, "a mask, the default": {}}
WIDTH, HEIGHT, LINE, GAP, HEADING, CAPTION = 76, 80, 2, 14, 22, 20
SHOWN = {  # where the part begins that is shown, and how much brighter it is
    "fog, 2 steps": (14, 84, 1.2),
    "light shafts, 8 steps": (2, 50, 2.0),
    "soft shadow": (2, 56, 1.1),
    "ambient occlusion": (24, 58, 1.0),
}
GREYS = 24
"""Of which the picture is made, so that it stays small."""


def values_of(keys):
    """Values in (0, 1), tiled over a scene."""
    if keys is None:
        return np.random.default_rng(0).random(scenes.SHAPE)
    ranks = bn.generate_ranks(bn.TextureSpec(size=SIDE, **keys))[0]
    return np.tile((ranks + 0.5) / SIDE**2, (scenes.HEIGHT // SIDE, scenes.WIDTH // SIDE))


def enlarged(picture):
    levels = np.rint(np.clip(picture, 0, 1) * (GREYS - 1)) / (GREYS - 1)
    return Image.fromarray(np.kron(np.uint8(np.rint(255 * levels)), np.ones((2, 2), np.uint8)))


def main():
    blur = scenes.transfer("gaussian", 1)
    chosen = [scene for scene in scenes.ONE_NUMBER if scene.name in SHOWN]
    width = GAP + len(NOISES) * (4 * WIDTH + LINE + GAP)
    height = HEADING + len(chosen) * (2 * HEIGHT + CAPTION)
    drawing = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(drawing)
    for column, (name, keys) in enumerate(NOISES.items()):
        x = GAP + column * (4 * WIDTH + LINE + GAP)
        draw.text((x, 3), name, fill=20, font_size=15)
        values = values_of(keys)
        for row, scene in enumerate(chosen):
            y = HEADING + row * (2 * HEIGHT + CAPTION)
            target = scenes.converged(scene)
            picture = scene.drawn(values)
            top, left, gain = SHOWN[scene.name]
            for part, place in ((picture, x), (scenes.blurred(picture, blur), x + 2 * WIDTH + LINE)):
                shown = gain * part[top : top + HEIGHT, left : left + WIDTH]
                drawing.paste(enlarged(shown), (place, y))
            power = scenes.error_power(picture - target.mean, blur) / scenes.white_power(target.variance, blur)
            draw.text((x, y + 2 * HEIGHT + 2), f"{scene.name}: {10 * np.log10(power):+.1f} dB", fill=40, font_size=13)
    path = Path(__file__).resolve().parents[2] / "manifests" / "scenes.png"
    drawing.quantize(32).save(path, optimize=True)
    print(f"wrote {path}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
