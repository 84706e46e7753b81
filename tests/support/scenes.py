"""Toy scenes that a renderer draws with one random number a pixel, or two, and what they converge to.

A scene is a function from the numbers, each in (0, 1), to a picture, whose greys are about 0 to 1. Each pixel sees its
own numbers alone. What the picture converges to is the mean over all numbers: what a still camera's average over many
frames comes to. (A march of few steps converges to something else than one of many; that part of its error is the same
for every noise, and is left out.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from support.moving_scene import relief

Picture = npt.NDArray[np.float64]

HEIGHT, WIDTH = SHAPE = 128, 256
VALUES = 256
"""Of an 8-bit texel: all are equally likely, so the mean over them is exact."""
POINTS, GENERATOR = 987, 610
"""Two Fibonacci numbers: a lattice for two random numbers."""


@dataclass(frozen=True)
class Scene:
    """`drawn` takes float64 `[HEIGHT, WIDTH]`, or `[2, HEIGHT, WIDTH]` where `numbers` is 2, and gives a picture."""

    name: str
    what: str
    drawn: Callable[[npt.NDArray[np.float64]], Picture]
    numbers: int = 1


@dataclass(frozen=True)
class Converged:
    """The mean and the variance of each pixel over all its random numbers."""

    mean: Picture
    variance: Picture


@cache
def converged(scene: Scene) -> Converged:
    """Over all 256 values of an 8-bit texel; of two numbers over a lattice, moved about from pixel to pixel."""
    if scene.numbers == 1:
        chosen = [np.full(SHAPE, (value + 0.5) / VALUES) for value in range(VALUES)]
    else:
        moved = np.random.default_rng(0).random((2, *SHAPE))
        points = np.arange(POINTS)[:, None] * np.array([1, GENERATOR]) / POINTS
        chosen = ((moved + point[:, None, None]) % 1 for point in points)
    total, square, count = np.zeros(SHAPE), np.zeros(SHAPE), 0
    for numbers in chosen:
        picture = scene.drawn(numbers)
        total, square, count = total + picture, square + picture**2, count + 1
    return Converged(total / count, np.maximum(square / count - (total / count) ** 2, 0))


def transfer(kind: str, size: float) -> npt.NDArray[np.float64]:
    """What a wrapped filter does to each frequency: `gaussian` of so many texels, `box` of so many, an odd number."""
    lines = []
    for side in SHAPE:
        apart = np.minimum(np.arange(side), side - np.arange(side))
        taps = np.exp(-(apart**2) / (2 * size**2)) if kind == "gaussian" else (apart <= size // 2).astype(np.float64)
        lines.append(np.fft.fft(taps / taps.sum()).real)  # the taps are symmetric
    return np.multiply.outer(*lines)


def error_power(error: Picture, filtered: npt.NDArray[np.float64]) -> float:
    """The mean square of an error after a filter, given by its `transfer`."""
    return float(np.mean(np.abs(np.fft.fft2(error)) ** 2 * filtered**2) / error.size)


def white_power(variance: Picture, filtered: npt.NDArray[np.float64]) -> float:
    """What that is to be expected of independent pixels: their mean variance times the sum of the squared taps."""
    return float(np.mean(variance) * np.mean(filtered**2))


def blurred(picture: Picture, filtered: npt.NDArray[np.float64]) -> Picture:
    return np.fft.ifft2(np.fft.fft2(picture) * filtered).real


Y, X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)


# One number: thresholds and values


def shade() -> Picture:
    """A smooth picture."""
    return np.clip(X / (WIDTH - 1) + 0.08 * np.sin(7 * Y / HEIGHT + 3), 0, 1)


def dithered(levels: int) -> Callable[[Picture], Picture]:
    return lambda number: np.floor(shade() * (levels - 1) + number) / (levels - 1)


def grained(number: Picture) -> Picture:
    return shade() + 0.16 * (number - 0.5)


def ripples(x: Picture) -> Picture:
    """A smooth picture of waves 20 to 60 texels long, read anywhere."""
    waves = np.sin(x / 8 + np.sin(Y / 15)) + np.sin(x / 3.5 - Y / 9) + np.sin(x / 5 + Y / 4)
    return 0.5 + waves / 6


def displaced(number: Picture) -> Picture:
    return ripples(X + 6 * (number - 0.5))


# A room with a camera, in metres: a floor, a wall at the far end, balls

BALLS = np.array([[-2.2, -0.3, 4.5, 0.7], [0.4, -0.55, 3.2, 0.45], [2.4, 0.1, 6.0, 1.1], [-0.9, 0.9, 7.5, 0.8]])
"""Centres and radii."""
FLOOR, WALL = -1.0, 10.0
LAMP = np.array([-0.4, 0.6, 5.0])
SUN = np.array([0.55, -1.0, 0.35])
CEILING = 3.0


def dot(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.einsum("i...,i...->...", first, second)


def sphere_ends(origin, direction, ball) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """How far along rays of length-1 directions a ball begins, and whether it is hit."""
    centre, radius = ball[:3], ball[3]
    apart = origin - centre.reshape(3, *[1] * (np.ndim(origin) - 1))
    along = dot(apart, direction)
    inside = along**2 - dot(apart, apart) + radius**2
    return -along - np.sqrt(np.maximum(inside, 0)), inside > 0


@cache
def camera() -> tuple[npt.NDArray[np.float64], Picture, Picture]:
    """Directions `[3, HEIGHT, WIDTH]`, depths along them and the greys of what they hit."""
    direction = np.stack(
        [(X + 0.5 - WIDTH / 2) / (WIDTH / 2), (HEIGHT / 2 - Y - 0.5) / (WIDTH / 2), np.full_like(X, 0.9)]
    )
    direction /= np.sqrt(dot(direction, direction))
    depth = WALL / direction[2]
    grey = np.full_like(X, 0.25)
    with np.errstate(divide="ignore"):
        floor = np.where(direction[1] < 0, FLOOR / direction[1], np.inf)
    grey, depth = np.where(floor < depth, 0.4, grey), np.minimum(floor, depth)
    for ball in BALLS:
        near, hit = sphere_ends(np.zeros_like(direction), direction, ball)
        normal = (near * direction - ball[:3].reshape(3, 1, 1)) / ball[3]
        lit = 0.1 + 0.6 * np.maximum(dot(normal, -SUN.reshape(3, 1, 1)) / np.linalg.norm(SUN), 0)
        hit &= near < depth
        grey, depth = np.where(hit, lit, grey), np.where(hit, near, depth)
    return direction, depth, grey


def fog(steps: int) -> Callable[[Picture], Picture]:
    """Beer's law and the glow of a lamp, stepped through drifting fog; the number is where in a step it is looked at."""

    def drawn(number: Picture) -> Picture:
        direction, depth, grey = camera()
        light, left = np.zeros_like(depth), np.ones_like(depth)
        for step in range(steps):
            place = direction * ((step + number) / steps * depth)
            drift = np.sin(2.1 * place[0] + 1.3 * place[2]) * np.sin(2.9 * place[2] - 1.7 * place[0] + place[1])
            density = 0.4 * np.exp(-0.9 * (place[1] - FLOOR)) * np.maximum(0.5 + drift, 0)
            kept = np.exp(-density * depth / steps)
            apart = place - LAMP.reshape(3, 1, 1)
            light += left * (1 - kept) * (0.4 + 1 / (0.25 + dot(apart, apart)))
            left *= kept
        return light + left * grey

    return drawn


def shafts(steps: int) -> Callable[[Picture], Picture]:
    """Sun through round holes in a ceiling, in even haze: each step is in the light or is not."""

    def drawn(number: Picture) -> Picture:
        direction, depth, grey = camera()
        lit = np.zeros_like(depth)
        for step in range(steps):
            place = direction * ((step + number) / steps * depth)
            back = (CEILING - place[1]) / SUN[1]
            x, z = place[0] + back * SUN[0], place[2] + back * SUN[2]
            lit += (x % 1.6 - 0.8) ** 2 + (z % 2.0 - 1.0) ** 2 < 0.45**2
        return 0.3 * grey + 0.09 * depth * lit / steps

    return drawn


# A floor seen from above, 8 metres wide; lights 4 metres above it

SHADOWING = np.array([[-2.5, 0.7, 0.4, 0.7], [-0.4, 1.2, -0.8, 0.5], [1.2, 0.4, 0.9, 0.4], [2.8, 1.6, -0.2, 0.8]])
"""Balls again: x, height, z and radius."""
POSTS = np.array([-3.4, -1.4, 0.3, 2.1])
"""Thin upright discs in a row at z = -1.4, each of radius 0.22 and 1.1 high up."""
BLOCKERS = np.concatenate([SHADOWING, [[x, 1.1, -1.4, 0.22] for x in POSTS]])
FLOOR_X, FLOOR_Z = 8 * (X + 0.5) / WIDTH - 4, 4 * (Y + 0.5) / HEIGHT - 2


def lit_from(light: npt.NDArray[np.float64]) -> Picture:
    """The floor under one point of a light, `[3, HEIGHT, WIDTH]`: 0 in the shadow, else as cosine and distance have it."""
    floor = np.stack([FLOOR_X, np.zeros_like(X), FLOOR_Z])
    way = light - floor
    distance = np.sqrt(dot(way, way))
    direction = way / distance
    seen = np.ones(X.shape, bool)
    for ball in BLOCKERS:
        seen &= ~sphere_ends(floor, direction, ball)[1]
    return np.where(seen, 0.8 * 16 * direction[1] / distance**2, 0.0)


def tube_shadow(number: Picture) -> Picture:
    """A tube, 3 metres long, askew."""
    along = number - 0.5
    return lit_from(np.stack([2.6 * along, np.full_like(X, 4.0), 1.5 * along - 0.5]))


def disk_shadow(numbers: npt.NDArray[np.float64]) -> Picture:
    """A round light of radius 1."""
    turn, radius = 2 * np.pi * numbers[0], np.sqrt(numbers[1])
    return lit_from(np.stack([radius * np.cos(turn), np.full_like(X, 4.0), radius * np.sin(turn)]))


# Ambient occlusion

REACH = 24
AO_STEPS = 8


@cache
def heights() -> Picture:
    return relief(WIDTH, HEIGHT)


def horizon_occlusion(number: Picture) -> Picture:
    """One slice a pixel through a relief, in a direction that the number chooses; the light that both horizons let in."""
    ground = heights()
    turn = np.pi * number
    light = np.ones_like(number)
    for side in (1, -1):
        steepest = np.zeros_like(number)
        for step in range(1, AO_STEPS + 1):
            distance = REACH * step / AO_STEPS
            row = np.clip(np.rint(Y + side * distance * np.sin(turn)), 0, HEIGHT - 1).astype(int)
            column = np.clip(np.rint(X + side * distance * np.cos(turn)), 0, WIDTH - 1).astype(int)
            steepest = np.maximum(steepest, (ground[row, column] - ground) / distance)
        light -= 0.5 * steepest**2 / (1 + steepest**2)  # sin^2: what a horizon takes of a cosine-weighted slice
    return light


def ray_occlusion(numbers: npt.NDArray[np.float64]) -> Picture:
    """One ray a pixel from the floor, with a density proportional to the cosine; 1 where it meets none of the balls."""
    turn, radius = 2 * np.pi * numbers[0], np.sqrt(numbers[1])
    direction = np.stack([radius * np.cos(turn), np.sqrt(1 - numbers[1]), radius * np.sin(turn)])
    floor = np.stack([FLOOR_X, np.zeros_like(X), FLOOR_Z])
    free = np.ones(X.shape, bool)
    for ball in BLOCKERS:
        free &= ~sphere_ends(floor, direction, ball)[1]
    return free.astype(np.float64)


def antialiased(numbers: npt.NDArray[np.float64]) -> Picture:
    """Hard-edged spokes and a ring, looked at once in each pixel, anywhere in it."""
    x, y = X + numbers[0] - WIDTH / 2, Y + numbers[1] - HEIGHT / 2
    around, away = np.arctan2(y, x), np.hypot(x, y)
    return ((np.sin(24 * around) > 0) ^ (np.abs(away - 40) < 6)).astype(np.float64)


ONE_NUMBER = (
    Scene("dither, 2 levels", "a gradient in black and white", dithered(2)),
    Scene("dither, 4 levels", "the same in four greys", dithered(4)),
    Scene("fog, 2 steps", "a lamp in drifting fog, marched from a jittered start", fog(2)),
    Scene("fog, 8 steps", "the same", fog(8)),
    Scene("light shafts, 8 steps", "sun through holes in a ceiling: in light or not", shafts(8)),
    Scene("soft shadow", "one ray to a tube of light", tube_shadow),
    Scene("ambient occlusion", "one slice of horizons in a direction of the half circle", horizon_occlusion),
    Scene("displaced read", "a smooth picture read up to 3 texels aside", displaced),
    Scene("grain", "the number itself, added", grained),
)
TWO_NUMBERS = (
    Scene("soft shadow", "one ray to a disk of light", disk_shadow, 2),
    Scene("ambient occlusion", "one ray of the hemisphere", ray_occlusion, 2),
    Scene("antialiasing", "one point of each pixel", antialiased, 2),
)
