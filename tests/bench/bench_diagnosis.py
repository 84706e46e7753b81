"""Faults made of good textures, and what the diagnosis names: a table, and every case in which it is not the right one.

Run: python tests/bench/bench_diagnosis.py [--refs DIR] [--seeds N] [--faults NAME...]
Good textures are ours (all sample spaces, laws, objectives, sizes), void-and-cluster's, ordered dither, and with
`--refs` those in a folder (PNG and EXR; `*_WxHxN.png` are N frames). Each is examined as it is, then with each fault
that can happen to it. `right`: the fault is named; `only`: nothing else is; `silent`: nothing is named (small textures,
mostly); `wrong`: something else alone is. Beside the table: the slowest diagnosis, in CPU seconds.
"""

import argparse
import re
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.broken_textures import FAULTS
from support.references.ordered import bayer
from support.references.void_and_cluster import void_and_cluster

import bluenoise_assets as bn
from bluenoise_assets.builder.encoding import image_of
from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.quantization import quantize
from bluenoise_assets.report.diagnosis import diagnose
from bluenoise_assets.report.measured.texture_file import FileFacts

GAUSSIAN = bn.GaussianDistribution
OURS = {
    "64": {"size": 64},
    "64, fast": {"size": 64, "effort": "fast"},
    "128, best": {"size": 128, "effort": "best"},
    "64, 16 bits": {"size": 64, "bits": 16},
    "128, 16 bits": {"size": 128, "bits": 16},
    "256, 16 bits, fast": {"size": 256, "bits": 16, "effort": "fast"},
    "64, two channels": {"size": 64, "channels": 2},
    "64, RGB": {"size": 64, "channels": 3},
    "64, RGBA": {"size": 64, "channels": 4},
    "128, RGB, 16 bits": {"size": 128, "channels": 3, "bits": 16, "effort": "fast"},
    "64, sharp": {"size": 64, "filter": "sharp"},
    "64, smooth": {"size": 64, "filter": "smooth"},
    "64, box 4": {"size": 64, "filter": bn.BoxFilter(4)},
    "128, Gaussian 3": {"size": 128, "filter": bn.GaussianFilter(3.0)},
    "64, triangular": {"size": 64, "distribution": "triangular"},
    "64, normal 0.16": {"size": 64, "distribution": GAUSSIAN(0.16)},
    "64, normal 0.1, 16 bits": {"size": 64, "bits": 16, "distribution": GAUSSIAN(0.1)},
    "64, normal 0.05": {"size": 64, "distribution": GAUSSIAN(0.05)},
    "64, normal 0.2, float": {"size": 64, "encoding": "float", "bits": 32, "distribution": GAUSSIAN(0.2)},
    "64, skew table": {"size": 64, "distribution": bn.TableDistribution([0, 0.1, 0.25, 0.45, 1])},
    "64, table in two parts": {"size": 64, "distribution": bn.TableDistribution([0.3, 0.4, 0.8, 0.9])},
    "64, spectrum": {"size": 64, "objective": "spectrum"},
    "64, spectrum 0.15": {"size": 64, "objective": bn.Spectrum(cutoff=0.15)},
    "64, grain": {"size": 64, "objective": bn.Spectrum(cutoff=0.4), "distribution": GAUSSIAN(0.16)},
    "8": {"size": 8},
    "10": {"size": 10},
    "16": {"size": 16},
    "16, RGB": {"size": 16, "channels": 3},
    "32": {"size": 32},
    "40, 16 bits": {"size": 40, "bits": 16},
    "100x37": {"size": [100, 37]},
    "a line of 256": {"size": [256, 1]},
    "64, float": {"size": 64, "encoding": "float", "bits": 32},
    "64, half": {"size": 64, "encoding": "float", "bits": 16},
    "64, 8 layers": {"size": 64, "layers": 8},
    "16, 4 layers": {"size": 16, "layers": 4},
    "16x16x16": {"size": [16, 16, 16]},
    "32x32x32": {"size": [32, 32, 32]},
    "64, 16 frames": {"size": 64, "frames": 16, "effort": "fast"},
    "32, 32 frames": {"size": 32, "frames": 32},
    "16, 8 frames": {"size": 16, "frames": 8},
    "64, 32 frames, triangular": {"size": 64, "frames": 32, "bits": 16, "effort": "fast", "distribution": "triangular"},
    "32, 8 frames, RGB": {"size": 32, "frames": 8, "channels": 3, "effort": "fast"},
    "64, 16 frames, denoised": {"size": 64, "frames": 16, "filter": "denoised", "effort": "fast"},
    "64, 16 frames, short history": {"size": 64, "frames": 16, "filter": "short_history", "effort": "fast"},
    "32, 16 frames, vec2": {"size": 32, "frames": 16, "sample_space": "vec2", "effort": "fast"},
    "32, 16 frames, cosine": {"size": 32, "frames": 16, "sample_space": "cosine_hemisphere", "effort": "fast"},
    "64, vec2": {"size": 64, "sample_space": "vec2"},
    "64, vec3": {"size": 64, "sample_space": "vec3"},
    "32, vec4": {"size": 32, "sample_space": "vec4"},
    "64, circle": {"size": 64, "sample_space": "circle"},
    "64, sphere": {"size": 64, "sample_space": "sphere"},
    "64, hemisphere, 16 bits": {"size": 64, "sample_space": "hemisphere", "bits": 16},
    "64, cosine, float": {"size": 64, "sample_space": "cosine_hemisphere", "encoding": "float", "bits": 32},
}


def plain(ranks, bits=8):
    return TexelImage(quantize((ranks + 0.5) / ranks.size, bits)[None, ..., None])


def in_exr(path):
    """Its first channel; by OpenEXR's own library, since the file is compressed."""
    import OpenEXR

    with OpenEXR.File(str(path)) as file:
        pixels = next(iter(file.channels().values())).pixels
    return TexelImage(pixels.astype(np.float32).reshape(1, *pixels.shape[:2], -1))


def good_textures(options):
    """Names, images, and whether their slices are frames."""
    for seed in range(options.seeds):
        for name, keys in OURS.items():
            spec = bn.TextureSpec(seed=seed, **keys)
            yield f"{name} #{seed}", image_of(bn.generate(spec), spec), spec.frames is not None
        for sigma in (1.0, 1.5, 1.9):
            ranks = void_and_cluster((64, 64), sigma, seed)
            yield f"void-and-cluster {sigma} #{seed}", plain(ranks), False
            yield f"void-and-cluster {sigma}, 16 bits #{seed}", plain(ranks, 16), False
    for side in (4, 8, 16, 64):
        yield f"Bayer {side}", plain(bayer(side)), False
        yield f"Bayer {side}, 16 bits", plain(bayer(side), 16), False
    for path in sorted(options.refs.rglob("*.*")) if options.refs else ():
        if path.suffix in {".png", ".exr"}:
            image = png.read(path.read_bytes()) if path.suffix == ".png" else in_exr(path)
            size = re.search(r"_(\d+)x(\d+)x(\d+)$", path.stem)
            yield path.stem, image, False
            if size:
                width, height, count = map(int, size.groups())
                yield f"{path.stem}, frames", TexelImage(image.texels.reshape(count, height, width, -1), "array"), True


def kind_of(image, frames):
    return "frames" if frames else {"2d": "2d", "array": "layers", "volume": "volume"}[image.kind]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path, metavar="DIR", help="a folder with other generators' textures")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--faults", nargs="*", default=[*FAULTS], choices=[*FAULTS])
    options = parser.parse_args()
    textures = list(good_textures(options))
    slowest, named = ("", 0.0), 0
    for name, image, frames in textures:
        start = time.process_time()
        found = diagnose(image, FileFacts("png"), frames=frames)
        seconds = time.process_time() - start
        slowest = max(slowest, (name, seconds), key=lambda one: one[1])
        named += bool(found)
        for fault in found:
            print(f"GOOD, BUT NAMED: {name}: {fault.name}: {fault.text}")
    print(f"{len(textures)} good textures, {named} with faults; slowest: {slowest[0]}, {slowest[1]:.2f} s")
    print(f"{'fault':26} {'made':>5} {'right':>5} {'only':>5} {'silent':>6} {'wrong':>5}", flush=True)
    for fault in options.faults:
        counts, notes, generator = np.zeros(5, int), [], np.random.default_rng(0)
        for name, image, frames in textures:
            if kind_of(image, frames) not in FAULTS[fault].kinds or "Bayer" in name:
                continue
            broken = FAULTS[fault].break_(image.texels, generator)
            if broken is None:
                continue
            kind = "array" if image.kind == "2d" and len(broken) > 1 else image.kind
            broken_image = TexelImage(np.ascontiguousarray(broken), kind)
            found = {one.name for one in diagnose(broken_image, FileFacts("png"), frames=frames)}
            right = bool(found & set(FAULTS[fault].expected))
            counts += [1, right, right and len(found) == 1, not found, bool(found) and not right]
            if not right or len(found) > 1:
                notes.append(f"{name}: {'+'.join(sorted(found)) or 'silent'}")
        made, right, only, silent, wrong = counts
        print(f"{fault:26} {made:5} {right:5} {only:5} {silent:6} {wrong:5}", flush=True)
        for note in notes:
            print(f"    {note}")


if __name__ == "__main__":
    main()
