"""Graphs as SVG, drawn from data. Colours come from the page's style, by class: `ours`, `white`, `clusters`, `golden`.

A graph's frame, with grid, numbers and what every texture is compared with, is once in the page, and used by its id.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from bluenoise_assets.report.page.elements import MINUS
from bluenoise_assets.report.page.time import Errors
from bluenoise_assets.report.page.views import NEIGHBOURS, SAMPLES, Line
from bluenoise_assets.spec import SampleSpace
from bluenoise_assets.spec.sample_space import DIRECTIONS

WIDTH, HEIGHT = 340, 210
LEFT, RIGHT, TOP, BOTTOM = 42, 330, 12, 168


class Axes(NamedTuple):
    """A frame: the ends of its axes, numbers on them, and what they mean. `log` if both are logarithmic."""

    id: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_numbers: tuple[tuple[float, str], ...]
    y_numbers: tuple[tuple[float, str], ...]
    x_label: str
    y_label: str
    log: bool = False

    def place(self, x: float, y: float) -> str:
        """Where a point is, as a path has it; what is beyond the ends is put there."""
        scale: Callable[[float], float] = math.log if self.log else float
        across, up = (
            (scale(min(max(value, low), high)) - scale(low)) / (scale(high) - scale(low))
            for value, (low, high) in ((x, self.x), (y, self.y))
        )
        return f"{LEFT + across * (RIGHT - LEFT):.1f} {BOTTOM - up * (BOTTOM - TOP):.1f}"

    def path(self, points: Sequence[tuple[float, float]], kind: str) -> str:
        """A line through points."""
        joined = "L".join(self.place(x, y) for x, y in points)
        return f'<path class="{kind}" d="M{joined}"/>' if points else ""


DIAGONAL = 0.7072
RADIAL = Axes(
    "radial-frame",
    (0, DIAGONAL),
    (-50, 10),
    ((0, "0"), (0.125, "⅛"), (0.25, "¼"), (0.5, "½"), (DIAGONAL, "√½")),
    tuple((level, f"{level}".replace("-", MINUS)) for level in range(-50, 11, 10)),
    "cycles per texel",
    "power, dB",
)
ANISOTROPY = Axes(
    "anisotropy-frame",
    (0, DIAGONAL),
    (-20, 20),
    RADIAL.x_numbers,
    tuple((level, f"{level}".replace("-", MINUS)) for level in range(-20, 21, 10)),
    "cycles per texel",
    "anisotropy, dB",
)
HISTOGRAM = Axes(
    "histogram-frame",
    (0, 1),
    (0, 3),
    ((0, "0"), (0.25, "¼"), (0.5, "½"), (0.75, "¾"), (1, "1")),
    tuple((float(level), str(level)) for level in range(4)),
    "value",
    "share",
)
TIME = Axes(
    "time-frame",
    (1, 64),
    (0.003, 0.5),
    tuple((float(count), str(count)) for count in (1, 2, 4, 8, 16, 32, 64)),
    ((0.003, ".003"), (0.01, ".01"), (0.03, ".03"), (0.1, ".1"), (0.3, ".3")),
    "frames",
    "RMS error",
    log=True,
)
ALL_AXES = (RADIAL, ANISOTROPY, HISTOGRAM, TIME)


def frame(axes: Axes, inside: str = "") -> str:
    """A frame, to be used by its id."""
    parts = [f'<g id="{axes.id}" class="frame">']
    for value, text in axes.x_numbers:
        x = axes.place(value, axes.y[0]).split()[0]
        parts.append(f'<path class="grid" d="M{x} {TOP}V{BOTTOM}"/><text x="{x}" y="{BOTTOM + 15}">{text}</text>')
    for value, text in axes.y_numbers:
        y = axes.place(axes.x[0], value).split()[1]
        parts.append(f'<path class="grid" d="M{LEFT} {y}H{RIGHT}"/>')
        parts.append(f'<text class="level" x="{LEFT - 6}" y="{float(y) + 4:.1f}">{text}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) // 2}" y="{HEIGHT - 6}">{axes.x_label}</text>')
    return "".join([*parts, inside, "</g>"])


def graph(axes: Axes, description: str, inside: str) -> str:
    """A graph in its frame. `description` is for who does not see it."""
    return (
        f'<svg class="graph" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(description)}"><use href="#{axes.id}"/>{inside}</svg>'
    )


def lines(axes: Axes, description: str, drawn: Sequence[tuple[str, Line]]) -> str:
    """Lines, each with its class."""
    return graph(axes, description, "".join(axes.path(points, kind) for kind, points in drawn))


def histogram(channels: Sequence[Sequence[float]], wanted: Sequence[float], description: str) -> str:
    """The shares of values, of each channel, as steps; behind them, shaded, those that the distribution has."""
    kinds = ("ours",) if len(channels) == 1 else ("red", "green", "blue", "grey")
    areas = f'<path class="wanted" d="{_steps(wanted)}V{BOTTOM}H{LEFT}Z"/>' if wanted else ""
    steps = "".join(f'<path class="{kind}" d="{_steps(each)}"/>' for kind, each in zip(kinds, channels, strict=False))
    return graph(HISTOGRAM, description, areas + steps)


def _steps(shares: Sequence[float]) -> str:
    """The outline of bars, from left to right; what is equally high is one line."""
    parts = []
    for number, share in enumerate(shares):
        if number == 0 or share != shares[number - 1]:
            x, y = HISTOGRAM.place(number / len(shares), share).split()
            parts.append(f"M{x} {y}" if number == 0 else f"H{x}V{y}")
    return "".join([*parts, f"H{RIGHT}"])


def errors_in_time(errors: dict[str, Errors], description: str) -> str:
    """The error after 1, 2, 3, ... frames."""
    return lines(
        TIME, description, [(kind, tuple(enumerate(values, 1))) for kind, values in reversed(list(errors.items()))]
    )


def scatter(samples: Sequence[Sequence[float]], space: SampleSpace, description: str) -> str:
    """Vectors of a square of texels, those of the `NEIGHBOURS` x `NEIGHBOURS` in its corner in another colour.

    Spheres are seen from above and from below, of more than two numbers the first two are shown.
    """
    is_round = space in DIRECTIONS
    halves = 2 if space == "sphere" else 1
    side = round(len(samples) ** 0.5) or 1
    near = (
        {row * side + column for row in range(NEIGHBOURS) for column in range(NEIGHBOURS)} if side == SAMPLES else set()
    )

    def place(sample: Sequence[float]) -> str:
        x, y = sample[:2]
        shift = 210 if halves == 2 and sample[2] < 0 else 0
        across, down = (105 + 96 * x, 105 - 96 * y) if is_round else (9 + 192 * x, 201 - 192 * y)
        return f"M{across + shift:.1f} {down:.1f}h0"

    outline = '<rect class="grid" x="9" y="9" width="192" height="192"/>'
    if is_round:
        outline = "".join(f'<circle class="grid" cx="{105 + 210 * half}" cy="105" r="96"/>' for half in range(halves))
    far = "".join(place(sample) for number, sample in enumerate(samples) if number not in near)
    close = "".join(place(sample) for number, sample in enumerate(samples) if number in near)
    return (
        f'<svg class="scatter" viewBox="0 0 {210 * halves} 210" width="{210 * halves}" height="210" role="img" '
        f'aria-label="{escape(description)}">{outline}<path class="dots" d="{far}"/>'
        + (f'<path class="dots near" d="{close}"/>' if close else "")
        + "</svg>"
    )
