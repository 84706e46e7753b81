"""Draws manifests/frames.png, the moving picture of the README: what an average of frames leaves of the noise.

Run: python tests/bench/frames_picture.py
A gradient on 2 levels and a toy of ambient occlusion, one ray a pixel and frame, are averaged with the frames before,
r = 0.1 b + 0.9 r, and shown from the 96th frame on: with independent layers, with one mask to which each frame adds the
golden ratio (the counter goes on for ever, as `animate` takes it), and with frames. Below, what is wrong in them after a
Gaussian of 1 texel, eight times. The figures are root mean squares over the 32 frames, of what is shown above them; a
ray at the random number u sees the sky if it is above the mean of the horizons around, in quarter turns.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import moving_scene as scenes

import bluenoise_assets as bn

SIDE, FRAMES = 128, 32
WIDTH, HEIGHT = 128, 64
"""Of one of the two, in texels, each of 2 x 2 pixels: both together are as large as the noise, and wrap as it does."""
AZIMUTHS = 16
GOLDEN = 2654435769 / 2**32
SHOWN = 12
MILLISECONDS = 80
GAP, HEADING, CAPTION = 12, 22, 20
GREYS = 24
"""Of which the picture is made, so that it stays small."""
GAIN = 8


def values_of(spec):
    """Ranks as values in (0, 1), `[slice, height, width]`."""
    ranks = bn.generate_ranks(spec)
    return (ranks.reshape(-1, SIDE, SIDE) + 0.5) / SIDE**2


def sets():
    """Values of every frame, by what they are."""
    mask = values_of(bn.TextureSpec(size=SIDE))
    return {
        "layers: independent masks": values_of(bn.TextureSpec(size=SIDE, layers=FRAMES)),
        "one mask + golden ratio": (mask + np.arange(scenes.STEPS)[:, None, None] * GOLDEN) % 1,
        "frames: 32": values_of(bn.TextureSpec(size=SIDE, frames=FRAMES)),
    }


def horizon(heights):
    """The mean over azimuths of how high the relief stands around each texel, 0 to 1: of a quarter turn."""
    y, x = np.mgrid[0 : heights.shape[0], 0 : heights.shape[1]]
    total = np.zeros(heights.shape)
    for turn in np.arange(AZIMUTHS) / AZIMUTHS:
        steepest = np.zeros(heights.shape)
        for distance in range(1, WIDTH // 2):
            row = np.clip(np.rint(y + distance * np.sin(2 * np.pi * turn)).astype(int), 0, heights.shape[0] - 1)
            column = np.clip(np.rint(x + distance * np.cos(2 * np.pi * turn)).astype(int), 0, heights.shape[1] - 1)
            steepest = np.maximum(steepest, (heights[row, column] - heights) / distance)
        total += np.arctan(steepest) / (np.pi / 2)
    return total / AZIMUTHS


def scene():
    """What is converged to: a gradient above, the share of rays that see the sky below."""
    x = np.arange(WIDTH) / (WIDTH - 1)
    return np.concatenate([np.broadcast_to(x, (HEIGHT, WIDTH)), 1 - horizon(scenes.relief(WIDTH, HEIGHT))])


def averaged(target, noise):
    """The averages from the 96th frame on, `[phase, height, width]`."""
    state, kept = 0.0, []
    for step in range(scenes.STEPS):
        drawn = target + scenes.tiled(noise[step % len(noise)], *target.shape) > 1
        state = drawn if step == 0 else (1 - scenes.ALPHA) * state + scenes.ALPHA * drawn
        if step >= scenes.STEADY:
            kept.append(state)
    return np.stack(kept)


def blurred(pictures):
    """After a Gaussian of 1 texel, wrapped."""
    frequencies = [np.fft.fftfreq(side) for side in pictures.shape[1:]]
    square = frequencies[0][:, None] ** 2 + frequencies[1] ** 2
    return np.fft.ifft2(np.fft.fft2(pictures) * np.exp(-2 * np.pi**2 * square)).real


def rms(errors):
    return float(np.sqrt(np.mean(errors**2)))


def enlarged(picture):
    levels = np.rint(np.clip(picture, 0, 1) * (GREYS - 1)) / (GREYS - 1)
    return Image.fromarray(np.kron(np.uint8(np.rint(255 * levels)), np.ones((2, 2), np.uint8)))


def main():
    target = scene()
    columns = []
    for name, noise in sets().items():
        pictures = averaged(target, noise)
        errors = pictures - target
        left = blurred(errors)
        columns.append((name, pictures, left))
        print(f"{name:28} {rms(errors):.4f} {rms(left):.4f}")
    width = 2 * WIDTH * len(columns) + GAP * (len(columns) + 1)
    panel = 2 * 2 * HEIGHT
    height = HEADING + 2 * (panel + CAPTION) + GAP
    frames = []
    for phase in range(SHOWN):
        picture = Image.new("L", (width, height), 255)
        draw = ImageDraw.Draw(picture)
        for i, (name, pictures, left) in enumerate(columns):
            x, y = GAP + i * (2 * WIDTH + GAP), HEADING
            draw.text((x, 3), name, fill=20, font_size=15)
            picture.paste(enlarged(pictures[phase]), (x, y))
            error = rms(pictures - target)
            draw.text((x, y + panel + 2), f"moving average of 0.1: error {error:.4f}", fill=40, font_size=13)
            y += panel + CAPTION
            picture.paste(enlarged(0.5 + GAIN * left[phase]), (x, y))
            draw.text(
                (x, y + panel + 2), f"its error x {GAIN} after a slight blur: {rms(left):.4f}", fill=40, font_size=13
            )
        frames.append(picture.quantize(64))
    path = Path(__file__).resolve().parents[2] / "manifests" / "frames.png"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0, optimize=True)
    print(f"wrote {path}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
