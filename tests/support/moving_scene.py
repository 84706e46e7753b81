"""What a renderer draws with moving noise and accumulates: a gradient on few levels, ambient occlusion of one ray a pixel.

A scene is float32 `[height, width, 4]`. Where alpha is 0 red is a grey to dither; where it is 1, green and blue are the
horizons, in half turns: a ray at the random number u sees the sky if green < u < blue. Greys and horizons lie between
the values of 8 bits, so that no rounding decides anything, and are seen by as many of these values as they should be.
"""

from pathlib import Path

import numpy as np

LEVELS = 4
ALPHA = 0.1
STEPS = 128
"""Frames that are drawn."""
STEADY = 96
"""From here on pictures are kept: for a loop of 32 frames, each of its phases once."""
VALUES = 256


def scene(width: int, height: int) -> np.ndarray:
    """A gradient from black to white above, balls in a hollow below."""
    picture = np.zeros((2 * height, width, 4), np.float32)
    y, x = np.mgrid[0:height, 0:width]
    steps = (LEVELS - 1) * VALUES
    picture[:height, :, 0] = np.rint(steps * np.clip(x / (width - 1) + 0.06 * np.sin(7 * y / height), 0, 1)) / steps
    picture[height:, :, 1:3] = np.stack(horizons(relief(width, height)), axis=-1)
    picture[height:, :, 3] = 1
    return picture


def relief(width: int, height: int) -> np.ndarray:
    """Heights in pixels."""
    y, x = np.mgrid[0:height, 0:width]
    ground = np.where(np.abs(x - 0.5 * width) > 0.42 * width, 0.3 * height, 0.0)
    for place, size in ((0.25, 0.2), (0.52, 0.32), (0.8, 0.15)):
        radius = size * height
        square = radius**2 - (x - place * width) ** 2 - (y - 0.5 * height) ** 2
        ground = np.where(square > 0, radius + np.sqrt(np.maximum(square, 0)), ground)
    return ground


def horizons(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sky begins to the right and ends to the left, in half turns, in steps of 1/256."""
    width = heights.shape[1]
    rises = []
    for side in (-1, 1):
        steepest = np.zeros(heights.shape)
        for distance in range(1, width):
            seen = np.roll(heights, side * distance, axis=1)
            column = np.arange(width) - side * distance
            rise = np.where((column >= 0) & (column < width), (seen - heights) / distance, 0)
            steepest = np.maximum(steepest, rise)
        rises.append(np.rint(VALUES * np.arctan(steepest) / np.pi) / VALUES)
    return rises[1].astype(np.float32), 1 - rises[0].astype(np.float32)


def drawn(picture: np.ndarray, value: np.ndarray) -> np.ndarray:
    """One frame, with the noise's value under each pixel: float64 `[height, width]`."""
    level = np.floor(picture[..., 0].astype(np.float64) * (LEVELS - 1) + value) / (LEVELS - 1)
    sky = (value > picture[..., 1]) & (value < picture[..., 2])
    return np.where(picture[..., 3] > 0, sky, level)


def converged(picture: np.ndarray) -> np.ndarray:
    """The mean over all random numbers."""
    sky = picture[..., 2].astype(np.float64) - picture[..., 1]
    return np.where(picture[..., 3] > 0, sky, picture[..., 0].astype(np.float64))


def tiled(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    return frame[np.arange(height)[:, None] % frame.shape[0], np.arange(width) % frame.shape[1]]


def accumulated(picture: np.ndarray, noise: np.ndarray, steps: int = STEPS, keep_from: int = STEADY) -> np.ndarray:
    """The averages from `keep_from` on, with the values of looping frames `[frame, height, width]`."""
    state, kept = np.zeros(picture.shape[:2]), []
    for step in range(steps):
        frame = drawn(picture, tiled(noise[step % len(noise)], *picture.shape[:2]))
        state = frame if step == 0 else (1 - ALPHA) * state + ALPHA * frame
        if step >= keep_from:
            kept.append(state)
    return np.stack(kept)


def rms(pictures: np.ndarray, picture: np.ndarray) -> dict[str, float]:
    """The errors of accumulated pictures, of both halves."""
    error = pictures - converged(picture)
    middle = picture.shape[0] // 2
    return {
        "gradient": float(np.sqrt(np.mean(error[:, :middle] ** 2))),
        "occlusion": float(np.sqrt(np.mean(error[:, middle:] ** 2))),
    }


def save(path: Path, pictures: list[np.ndarray], scale: int = 4) -> None:
    """Pictures of 0 to 1 side by side, with texels of so many pixels, as a PNG."""
    from PIL import Image

    row = np.concatenate(pictures, axis=1)
    levels = np.uint8(np.rint(255 * np.clip(row, 0, 1)))
    Image.fromarray(np.kron(levels, np.ones((scale, scale), np.uint8))).save(path)
