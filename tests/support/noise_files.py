"""What a build would leave, with white noise in it: quick, and nothing is optimised."""

from pathlib import Path

import numpy as np

from bluenoise_assets import load_manifest
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.plan import make_plan
from bluenoise_assets.builder.record import Record
from bluenoise_assets.builder.writer import Writer
from bluenoise_assets.quality.measure import measure_built
from bluenoise_assets.quality.quantization import texels_of_ranks


def random_ranks(spec, seed=0):
    """Ranks `[mask, (slice,) *shape]` of white noise."""
    generator = np.random.default_rng(seed)
    slices = [generator.permutation(spec.texel_count) for _ in range(spec.masks * (spec.array_length or 1))]
    shape = (spec.masks, *([spec.array_length] if spec.array_length else []), *spec.shape)
    return np.array(slices, np.int32).reshape(shape)


def write_noise(*paths: Path, seed=0, **options):
    """Make the files of all textures of manifests that are stale."""
    for plan in make_plan([load_manifest(path) for path in paths], **options):
        plan.output.mkdir(parents=True, exist_ok=True)
        record = Record(plan.output, plan.lock)
        writer = Writer(plan.output, record)
        for texture in plan.stale:
            ranks = random_ranks(texture.spec, seed)
            texels = texels_of_ranks(ranks, texture.spec)
            writer.images(texture, Content(texels, tuple(measure_built(texture.spec, ranks, texels))))
            writer.texts(texture)
        record.close()
