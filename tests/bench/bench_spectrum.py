"""Quality and speed of the spectrum objective, beside white noise, the plain form and other generators' textures.

Run: python tests/bench/bench_spectrum.py [--refs DIR]
`low` is the mean power below the cut-off, `error` the threshold error after a Gaussian of 1, 1.5 and 2 texels; white
noise is 0 dB. Times are wall-clock; only ratios within one run mean much.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.references import plain_descent

from bluenoise_assets import Optimizer, Spectrum, TextureSpec, generate_ranks
from bluenoise_assets.builder.encoding import texels_of
from bluenoise_assets.formats import png
from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.spectrum import descent, losses
from bluenoise_assets.quality.measure import measure, measure_built
from bluenoise_assets.quality.quantization import channels_of_texels, quantiles, ranks_of, texels_of_ranks
from bluenoise_assets.quality.spectra import low_frequency_db

SEEDS = 5
CASES = [(10, 0.2), (20, 0.25), (40, 0.25), (64, 0.25), (128, 0.25)]


def errors(entry):
    return " / ".join(f"{value:6.2f}" for value in entry.threshold_error_db.values())


def ours():
    print(
        f"ours, {SEEDS} seeds: low of exact ranks (mean, worst), low as stored (mean), anisotropy, error, warm seconds"
    )
    for side, cutoff in CASES:
        for bits in (8, 16):
            found, seconds = [], []
            for seed in range(SEEDS):
                spec = TextureSpec("t", (side, side), bits=bits, seed=seed, objective=Spectrum(cutoff=cutoff))
                began = time.perf_counter()
                ranks = generate_ranks(spec)
                seconds.append(time.perf_counter() - began)
                assert np.array_equal(np.sort(ranks, axis=None), np.arange(side * side))
                found += measure_built(spec, ranks, texels_of_ranks(ranks, spec))
            low = [entry.low_frequency_db for entry in found]
            stored = np.mean([entry.stored_low_frequency_db for entry in found])
            anisotropy = np.mean([entry.anisotropy_db for entry in found])
            print(
                f"{side:4}x{side:<4} cut-off {cutoff:4} {bits:2} bits  low {np.mean(low):6.1f} {max(low):6.1f}  stored "
                f"{stored:6.1f}  anisotropy {anisotropy:6.1f}  error {errors(found[0])}  {np.median(seconds):5.2f} s"
            )


def forms(side=64, steps=3000):
    print(f"the plain form (jnp.sort differentiated at every step) and ours, {side}x{side}, {steps} steps, no swaps")
    values = quantiles(TextureSpec("t", (side, side)).distribution, side * side).astype(np.float32)
    params = descent.Params(
        values,
        np.float32(values.var()),
        losses.tables((side, side), 0.25),
        losses.Weights(np.float32(10), np.float32(1), np.float32(100)),
        np.bool_(True),
        np.uint32(1),
        np.float32(0.003),
        np.float32(0.9),
    )
    x = np.random.default_rng(1).permutation(values).reshape(side, side)
    runs = {
        "plain": lambda: plain_descent.descend("adam", x, params, steps),
        "ours": lambda: np.asarray(compiled.call(descent.step, ("adam",), descent.init(x), params, np.int32(steps)).x),
    }
    seconds = {}
    for name, run in runs.items():
        run()  # compiles
        began = time.perf_counter()
        result = run()
        seconds[name] = time.perf_counter() - began
        low = low_frequency_db(ranks_of(result), 0.25)
        print(
            f"  {name:6} low {low:6.1f} dB  {seconds[name]:6.2f} s  {seconds['plain'] / seconds[name]:5.1f} x as fast"
        )


def cold():
    code = (
        "import time, sys; began = float(sys.argv[1]); import bluenoise_assets as bn\n"
        "bn.generate(bn.TextureSpec('t', (64, 64), objective=bn.Spectrum())); print(f'{time.time() - began:.2f} s')"
    )
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", code, str(time.time())]
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True, check=True)
    print(f"64x64 cold, from starting Python, with importing jax and compiling: {told.stdout.strip()}")


def others(folder):
    rng = np.random.default_rng(0)
    print("others, each channel: low below 1/4 and below 1/8, error")
    textures = {"white noise": rng.permutation(4096).reshape(64, 64).astype(np.uint16)}
    for path in sorted(folder.rglob("*.png")) if folder else []:
        texels = texels_of(png.read(path.read_bytes()))
        if texels.shape[0] == texels.shape[1]:
            textures[str(path.relative_to(folder))] = texels
    spec = TextureSpec("t", (128, 128), objective=Spectrum(), optimizer=Optimizer(), bits=16)
    textures["ours 128x128"] = texels_of_ranks(generate_ranks(spec), spec)
    for name, texels in textures.items():
        channel = channels_of_texels(texels, 1 if texels.ndim == 2 else texels.shape[2])[0]
        entry = measure(channel)[0]
        quarter = low_frequency_db(channel, 0.25)
        print(f"  {name:28} low {quarter:6.1f} {entry.low_frequency_db:6.1f}  error {errors(entry)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--refs", type=Path, metavar="DIR")
    options = parser.parse_args()
    cold()
    ours()
    forms()
    others(options.refs)


if __name__ == "__main__":
    main()
