"""Frames beside one mask with the golden ratio, white noise and other generators' textures, measured in one run.

Run: python tests/bench/bench_frames.py [--refs DIR] [--seeds N] [--part PART...] [--efforts EFFORT...]
Figures are means over the seeds, 128x128 and 32 frames; H1, ST, EMA and the steady ones as `quality/temporal.py` and
`quality/half_spaces.py` say (all 256 half-spaces), pairs without and with a Gaussian of 1 texel; `low` is in dB. Times
are CPU seconds of all threads, beside those of a 256x256 `fast` mask in the same run.

`product` adds the filters under which EA FAST's product textures are published, so defined here: of 16 thresholds'
patterns an EMA of 0.1 that starts as frame 0's pattern and has taken in 64 frames (the loop goes round), then a wrapped
Gaussian of 1.3435 texels; the RMS about the mean, in dB of amplitude (20 log10) beside the FAST product texture.

`sparse`: the mean distance from each point of the pattern at 1/64 to the nearest other, as a share of what a hexagonal
lattice has, sqrt(2 / (sqrt(3) density)): the frame with the least, and the mean over the frames.
"""

import argparse
import multiprocessing
import re
import resource
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np

from bluenoise_assets import TextureSpec, generate_ranks
from bluenoise_assets.builder.encoding import texels_of
from bluenoise_assets.formats import png
from bluenoise_assets.quality import half_spaces, temporal
from bluenoise_assets.quality.quantization import ranks_of

SIDE, FRAMES = 128, 32
GOLDEN = (5**0.5 - 1) / 2
ENDLESS = 233
R2 = 1 / 1.324717957244746  # the plastic number: Roberts' two-dimensional sequence
EA_SIGMA, EA_FRAMES = 1.3435, 64
FAST_PRODUCT = "scalar_gauss1_ema0.1_product"

SCALAR_GOALS = {
    "goal: best": "low -30.5  H1 .0396  ST .0056  EMA .0363  steady EMA .0414",
    "goal: good": "low -30.0  H1 .0402  ST .0059  EMA .0366  steady EMA .0416",
    "goal: fast": "low -28.0  H1 .0410  ST .0062  EMA .0372  steady EMA .0420",
}
VECTOR_GOALS = {
    "vec2": "goal .0512 / .0095 / .0423",
    "cosine_hemisphere": "goal .0546 / .0103 / .0447",
    "sphere": "goal .0430 / .0075 / .0425",
}
GOAL_SECONDS = {32: 15, 64: 25}


def row(name, text):
    print(f"{name:34} {text}", flush=True)


def pair(values):
    return f"{values[0]:.4f}/{values[1]:.4f}"


# sets of frames, int32 [frame, height, width]


@cache
def white(seed):
    generator = np.random.default_rng(seed)
    return np.stack([generator.permutation(SIDE * SIDE).reshape(SIDE, SIDE) for _ in range(FRAMES)]).astype(np.int32)


@cache
def mask(seed, channels=1):
    return generate_ranks(TextureSpec(size=SIDE, seed=seed, channels=channels))


@cache
def golden(seed):
    """One mask, to which every frame adds the golden ratio."""
    values = (mask(seed)[0] + 0.5) / SIDE**2
    return np.stack([ranks_of((values + frame * GOLDEN) % 1) for frame in range(FRAMES)])


@cache
def unending(seed):
    """The same when the counter goes on for ever: nearly so, since 233 is a Fibonacci number."""
    values = (mask(seed)[0] + 0.5) / SIDE**2
    return np.stack([ranks_of((values + frame * GOLDEN) % 1) for frame in range(ENDLESS)])


@cache
def layers(seed):
    return generate_ranks(TextureSpec(size=SIDE, layers=FRAMES, seed=seed)).reshape(FRAMES, SIDE, SIDE)


@cache
def ours(effort, seed, preset="taa"):
    return generate_ranks(TextureSpec(size=SIDE, frames=FRAMES, seed=seed, effort=effort, filter=preset))[0]


def frames_in(path):
    """The frames of a picture in which they are stacked, `[frame, height, width, channel]`, as its name tells."""
    width, height, count = map(int, re.search(r"(\d+)x(\d+)x(\d+)$", path.stem).groups())
    return texels_of(png.read(path.read_bytes())).reshape(count, height, width, -1)


def scalar_references(folder):
    for path in sorted(folder.rglob("scalar_*.png")) if folder else ():
        yield path.stem, np.stack([ranks_of(frame) for frame in frames_in(path)[..., 0]])


def scalar_rows(options, preset="taa"):
    """Each row's name and its sets of frames."""
    yield "white noise", [white(seed) for seed in options.seeds]
    for name, ranks in scalar_references(options.refs):
        yield name.removesuffix("_128x128x32"), [ranks]
    yield "layers: independent masks", [layers(seed) for seed in options.seeds]
    yield "one mask + golden ratio", [golden(seed) for seed in options.seeds]
    yield "one mask + golden ratio, no loop", [unending(options.seeds[0])]
    for effort in options.efforts:
        yield f"ours, {preset}, {effort}", [ours(effort, seed, preset) for seed in options.seeds]


# parts


def scalar(options):
    print(
        "scalars: low, H1, ST, EMA, steady EMA/ST; then steady: box 8, EMA .05, EMA .1 clamped to the 3x3 texels around"
    )
    for name, sets in scalar_rows(options):
        found = [temporal.pattern_rms(ranks) for ranks in sets]
        h1, st, ema, steady, steady_st = (np.mean([each[key] for each in found]) for key in temporal.KEYS)
        low = np.mean([temporal.low_frequency_db(ranks) for ranks in sets])
        others = [
            pair(np.mean([figure(ranks) for ranks in sets], axis=0))
            for figure in (
                lambda ranks: temporal.box_rms(ranks, 8),
                lambda ranks: temporal.ema_rms(ranks, 0.05),
                temporal.clamped_rms,
            )
        ]
        own = f"low {low:6.1f}  {h1:.4f} {st:.5f} {ema:.4f}  steady {pair((steady, steady_st))}"
        row(name, f"{own}  {'  '.join(others)}")
    for name, text in SCALAR_GOALS.items():
        row(name, text)


def product(options):
    print("product: H1, ST, EMA, and after EA's own filters, in dB beside the FAST product texture")
    rows = [(name, sets, ea_error(sets)) for name, sets in scalar_rows(options, "denoised")]
    beside = next((error for name, _, error in rows if name == FAST_PRODUCT), None)
    for name, sets, error in rows:
        found = [temporal.pattern_rms(ranks) for ranks in sets]
        h1, st, ema = (np.mean([each[key] for each in found]) for key in temporal.KEYS[:3])
        shown = "" if beside is None else f"  {20 * np.log10(error / beside):+6.2f} dB"
        row(name, f"{h1:.4f} {st:.5f} {ema:.4f}   {error:.6f}{shown}")
    row("goal", ".0390 .00560 with `good` or `best`;  -0.7 dB")


def ea_error(sets):
    return float(np.mean([temporal.read_rms(ranks, EA_FRAMES, EA_SIGMA) for ranks in sets]))


def mapped(space, square):
    """Points of the unit square on a sample space, area for area."""
    turn, height = 2 * np.pi * square[..., 0], square[..., 1]
    if space == "vec2":
        return square
    z = 1 - 2 * height if space == "sphere" else np.sqrt(1 - height)
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=-1)


def shifted_vectors(space, seed):
    """Two channels of one mask, to which every frame adds a step of the R2 sequence, mapped: `[frame, h, w, c]`."""
    values = np.moveaxis((mask(seed, 2) + 0.5) / SIDE**2, 0, -1)
    return mapped(space, np.stack([(values + frame * np.array([R2, R2 * R2])) % 1 for frame in range(FRAMES)]))


def vector_figures(space, points, indices):
    found = half_spaces.vector_rms(points, indices, space)
    if "caps" in found:
        caps = half_spaces.half_space_rms(points, indices, half_spaces.caps(space))
        found = found | {f"caps {key}": caps[key] for key in ("H1", "ST", "EMA")}
    return found


def of_list(space, vectors):
    """The figures of any vectors: each texel is a point of its own."""
    indices = np.arange(vectors[..., 0].size, dtype=np.int32).reshape(vectors.shape[:3])
    return vector_figures(space, vectors.reshape(-1, vectors.shape[-1]), indices)


def vector_row(name, found, seconds=None):
    keys = [key for key in found[0] if key != "caps"]
    h1, st, ema, steady, steady_st, *caps = (float(np.mean([each[key] for each in found])) for key in keys)
    text = f"{h1:.4f} / {st:.4f} / {ema:.4f}   steady {steady:.4f}/{steady_st:.4f}"
    text += f"   caps {caps[0]:.4f} / {caps[1]:.4f} / {caps[2]:.4f}" if caps else ""
    row(name, text + ("" if seconds is None else f"   {seconds:.1f} CPU s"))


def vectors(options):
    print("vectors: H1 / ST / EMA, steady EMA/ST, under half-spaces; then under caps")
    for space, goal in VECTOR_GOALS.items():
        points = mapped(space, np.random.default_rng(1).random((SIDE**2, 2)))
        vector_row(f"{space}: white noise", [vector_figures(space, points, white(seed)) for seed in options.seeds])
        for path in sorted(options.refs.rglob(f"{space}_*.png")) if options.refs else ():
            components = half_spaces.COMPONENTS[space]
            vector_row(
                path.stem.removesuffix("_128x128x32"), [of_list(space, (frames_in(path)[..., :components] + 0.5) / 256)]
            )
        vector_row(f"{space}: mask + R2", [of_list(space, shifted_vectors(space, seed)) for seed in options.seeds])
        for effort in options.efforts:
            own_vectors(space, effort, options.seeds)
        row(f"{space}: {goal}", "")


def own_vectors(space, effort, seeds):
    from bluenoise_assets.quality.sample_spaces import points

    found, seconds = [], []
    for seed in seeds:
        spec = TextureSpec(size=SIDE, frames=FRAMES, seed=seed, effort=effort, sample_space=space)
        began = time.process_time()
        indices = generate_ranks(spec)[0]
        seconds.append(time.process_time() - began)
        found.append(vector_figures(space, points(space, spec.texel_count), indices))
    vector_row(f"{space}: ours, {effort}", found, min(seconds))


def nearest_share(frame):
    """The mean distance to the nearest other point of the pattern at 1/64, wrapped, over a hexagonal lattice's."""
    count = frame.size // 64
    points = np.argwhere(frame < count)
    apart = np.abs(points[:, None] - points[None])
    apart = np.minimum(apart, np.array(frame.shape) - apart)
    distance = np.sqrt((apart**2).sum(axis=2).astype(float))
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1).mean() / np.sqrt(2 / (np.sqrt(3) * count / frame.size))


def sparse(options):
    print("sparse: mean nearest distance at 1/64, share of the largest possible: least of the frames, mean (goal: .78)")
    rows = [*scalar_rows(options), ("one mask, frame 0", [golden(seed)[:1] for seed in options.seeds])]
    for name, sets in rows:
        shares = [nearest_share(frame) for ranks in sets for frame in ranks]
        row(name, f"{min(shares):.3f}  {np.mean(shares):.3f}")


def made_apart(keys):
    """In a process of its own: CPU seconds of the first and of a warm run, and the process' largest memory in bytes."""
    spec = TextureSpec(**keys)
    seconds = []
    for _ in range(2 if keys.get("frames") else 4):
        began = time.process_time()
        generate_ranks(spec)
        seconds.append(time.process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return seconds[0], min(seconds[1:]), peak


def apart(**keys):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(made_apart, (keys,))


def timed(options):
    print("time: CPU seconds, warm, as multiples of a 256x256 `fast` mask's; memory of the process")
    once = apart(size=256, effort="fast")[1]
    row("256x256 fast mask", f"{once:.3f} s")
    for effort in options.efforts:
        for side, count in ((SIDE, 32), (SIDE, 64), (2 * SIDE, 32)):
            first, warm, peak = apart(size=side, frames=count, effort=effort)
            texels = side * side * count
            goal = f" (goal: {GOAL_SECONDS[count]})" if effort == "fast" and side == SIDE else ""
            limit = (40 * texels + 500e6) / 1e6
            text = f"{warm:.2f} s = {warm / once:.1f} masks{goal}, first {first:.1f} s, {1e6 * warm / texels:.2f} us a texel"
            row(f"{effort}, {side}x{side}x{count}", f"{text}, {peak / 1e6:.0f} of {limit:.0f} MB")


PARTS = {"scalar": scalar, "product": product, "vectors": vectors, "time": timed, "sparse": sparse}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", nargs="*", choices=[*PARTS], default=[*PARTS])
    parser.add_argument("--efforts", nargs="*", choices=["fast", "good", "best"], default=["fast", "good", "best"])
    arguments = parser.parse_args()
    arguments.seeds = range(arguments.seeds)
    for part in arguments.part:
        PARTS[part](arguments)
