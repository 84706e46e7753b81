"""Masks that the benches put beside each other: ours, void-and-cluster's, and other generators' in a folder."""

import argparse
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import TextureSpec, generate_ranks
from bluenoise_assets.builder.encoding import texels_of
from bluenoise_assets.formats import png
from bluenoise_assets.quality.quantization import channels_of_texels, ranks_of
from bluenoise_assets.spec import PRESETS

SIDE = 128
CLASSIC_SIGMAS = (1.0, 1.2, 1.5, 1.9)


def parser(description):
    """The arguments that the benches of masks have in common."""
    found = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--refs", type=Path, metavar="DIR", help="a folder with other generators' textures")
    found.add_argument("--seeds", type=int, default=5)
    found.add_argument("--efforts", nargs="*", default=["good"], choices=["fast", "good", "best"])
    found.add_argument("--presets", nargs="*", default=[*PRESETS], choices=[*PRESETS])
    found.add_argument("--classic", nargs="*", type=float, default=CLASSIC_SIGMAS, metavar="SIGMA")
    found.add_argument(
        "--mask",
        action="append",
        default=[],
        metavar="NAME=YAML",
        help="one more, by its keys as in a manifest: 'mine={filter: {gaussian: 1.3}, effort: best}'",
    )
    return found


def asked_for(arguments):
    """The keys of our masks by name: presets at each effort, and what `--mask` adds."""
    found = {
        f"{preset}, {effort}": {"filter": PRESETS[preset], "effort": effort}
        for preset in arguments.presets
        for effort in arguments.efforts
    }
    for text in arguments.mask:
        name, _, keys = text.partition("=")
        found[name] = yaml.safe_load(keys)
    return found


class Made(NamedTuple):
    """Ranks `[seed, channel, SIDE, SIDE]`, and the least seconds that one texture took; CPU is user and system."""

    ranks: np.ndarray
    cpu_seconds: float
    wall_seconds: float


def made(count, channels=1, **keys):
    masks, cpu, wall = [], [], []
    for seed in range(count):
        cpu_began, wall_began = time.process_time(), time.perf_counter()
        masks.append(generate_ranks(TextureSpec("t", (SIDE, SIDE), channels, seed=seed, **keys)))
        cpu.append(time.process_time() - cpu_began)
        wall.append(time.perf_counter() - wall_began)
    return Made(np.array(masks), min(cpu), min(wall))


@cache
def classic(sigma, count, channels=1):
    """Ranks `[seed, channel, SIDE, SIDE]` by void-and-cluster, each channel on its own."""
    masks = [void_and_cluster((SIDE, SIDE), sigma, seed) for seed in range(count * channels)]
    return np.array(masks).reshape(count, channels, SIDE, SIDE)


def white(count, channels=1):
    generator = np.random.default_rng(0)
    masks = [generator.permutation(SIDE * SIDE) for _ in range(count * channels)]
    return np.array(masks).reshape(count, channels, SIDE, SIDE)


def references(folder):
    """Name and ranks `[channel, side, side]` of the square textures in a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".png":
            texels = texels_of(png.read(path.read_bytes()))
            channels = channels_of_texels(texels, 1 if texels.ndim == 2 else texels.shape[2])
        elif path.suffix == ".exr":
            try:
                import OpenEXR
            except ImportError:
                print(f"{path.name}: reading it needs `pip install OpenEXR`")
                continue
            channels = [each.pixels for each in OpenEXR.File(str(path)).channels().values()]
            channels = [channel[..., 0] if channel.ndim == 3 else channel for channel in channels]
        else:
            continue
        if channels[0].shape[0] != channels[0].shape[1]:
            continue  # frames
        yield path.relative_to(folder).as_posix(), np.array([ranks_of(channel) for channel in channels])
