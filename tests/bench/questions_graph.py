"""Draws manifests/convergence.svg of noise/spectrum/spectrum.md: the power below the cut-off of 0.25 as the descent goes on.

Run: python tests/bench/questions_graph.py
64x64, means over 3 seeds of exact ranks' values, before any swaps. Left: each method with the rate that `bench_questions.py
methods` found best for 3000 steps, without random factors. Right: the package's own settings, law by law.
"""

import sys
from html import escape
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from questions import common, distributions, methods

from bluenoise_assets.quality.spectra import low_frequency_db

SEEDS = 3
STEPS = tuple(int(each) for each in np.unique(np.rint(np.geomspace(10, 3000, 26))))
BEST_RATES = {
    "plain descent": 0.0039,
    "momentum 0.9": 0.00078,
    "momentum 0.99": 0.0013,
    "Adam 0.9": 0.0078,
    "Adam 0.99": 1.0,
}
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#aa3377", "#222222")
"""Told apart by eyes that see few colours, too (Okabe and Ito, and Tol)."""
WIDTH, HEIGHT, LEFT, TOP, BETWEEN = 350, 260, 52, 34, 62
FLOOR = -65
FILE = Path(__file__).resolve().parents[2] / "manifests" / "convergence.svg"


def curve(**settings):
    paths = [common.descended(STEPS, seed, **settings)[0] for seed in range(SEEDS)]
    return np.mean([[low_frequency_db(values, 0.25) for values in path] for path in paths], axis=0)


def panel(x0, title, curves):
    def across(steps):
        return x0 + WIDTH * np.log(steps / STEPS[0]) / np.log(STEPS[-1] / STEPS[0])

    def down(decibels):
        return TOP + HEIGHT * decibels / FLOOR

    yield f'<text x="{x0}" y="{TOP - 14}" font-weight="bold">{escape(title)}</text>'
    for value in range(0, FLOOR - 1, -20):
        yield f'<path d="M{x0} {down(value):.1f}h{WIDTH}" stroke="#ccc"/>'
        yield f'<text x="{x0 - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value} dB</text>'
    for steps in (10, 30, 100, 300, 1000, 3000):
        yield f'<path d="M{across(steps):.1f} {TOP}v{HEIGHT}" stroke="#eee"/>'
        yield f'<text x="{across(steps):.1f}" y="{TOP + HEIGHT + 17}" text-anchor="middle">{steps}</text>'
    for row, ((name, found), colour) in enumerate(zip(curves.items(), COLOURS, strict=False)):
        points = " ".join(f"{across(s):.1f},{down(min(d, 0)):.1f}" for s, d in zip(STEPS, found, strict=True))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        y = TOP + HEIGHT - 12 - 17 * (len(curves) - 1 - row)
        yield f'<path d="M{x0 + 10} {y - 4}h22" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{x0 + 38}" y="{y}">{escape(name)}</text>'


def main():
    of_methods = {
        name: curve(method=method, momentum=momentum, rate=BEST_RATES[name], randomize=False)
        for name, (method, momentum) in methods.METHODS.items()
    }
    of_laws = {name: curve(distribution=law) for name, law in distributions.LAWS.items()}
    width, height = LEFT + 2 * WIDTH + BETWEEN + 24, TOP + HEIGHT + 40
    size = f'width="{width}" height="{height}"'
    drawing = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size}>',
        '<g font-family="sans-serif" font-size="13" fill="#222">',
        "<title>Power below the cut-off against steps of the descent, by method and by law</title>",
        f'<rect {size} fill="#fff"/>',
        *panel(LEFT, "methods, each at its best rate", of_methods),
        *panel(LEFT + WIDTH + BETWEEN, "laws, Adam 0.9 with random factors", of_laws),
        f'<text x="{width / 2}" y="{height - 6}" text-anchor="middle">steps</text>',
        "</g>",
        "</svg>\n",
    ]
    FILE.write_text("\n".join(drawing), encoding="utf-8")
    print(f"wrote {FILE}, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
