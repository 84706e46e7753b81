"""Work items: together they are the texture, small layers go together, and that changes no byte."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from bluenoise_assets import Optimizer, Spectrum, Sum, TextureSpec, generate_ranks
from bluenoise_assets.noise import item_slices, join, optimize_work_item, work_item_count, work_items
from bluenoise_assets.noise.threshold import optimize

QUICK = {"optimizer": Optimizer(steps=20), "objective": Spectrum(fine_tuning=20)}


def items_of(spec):
    return [optimize_work_item(spec, item) for item in range(work_item_count(spec))]


@pytest.mark.parametrize(
    ("keys", "count", "slices"),
    [
        ({"size": (32, 32), "layers": 16}, 1, 16),
        ({"size": (32, 32), "layers": 17}, 2, 9),  # the second has eight
        ({"size": (32, 32), "layers": 16, "channels": 3}, 4, 12),
        ({"size": (128, 128), "layers": 3}, 3, 1),
        ({"size": (256, 256), "channels": 4}, 1, 4),
        ({"size": (8, 8), "layers": 3, "channels": 2, **QUICK}, 6, 1),
        ({"size": (8, 8), "layers": 3, "channels": 2, "objective": Sum()}, 3, 2),
    ],
)
def test_how_a_texture_is_cut(keys, count, slices):
    spec = TextureSpec("t", **keys)
    assert (work_item_count(spec), item_slices(spec)) == (count, slices)


@pytest.mark.parametrize("limit", [1, 1024])
def test_layers_together_are_the_layers_one_by_one(limit, monkeypatch):
    """Five layers of two channels: in five items, and in three of which the last is not full."""
    monkeypatch.setattr(work_items, "BATCH_TEXELS", limit)
    spec = TextureSpec("t", (16, 16), channels=2, layers=5, effort="fast", seed=4)
    items = items_of(spec)
    assert [len(item) for item in items] == {1: [2] * 5, 1024: [4, 4, 2]}[limit]
    ranks = join(spec, items)
    assert ranks.shape == (2, 5, 16, 16)
    assert hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16] == "3549d179bbe1a490"  # as one by one
    assert np.array_equal(ranks[:, 0], generate_ranks(TextureSpec("t", (16, 16), channels=2, effort="fast", seed=4)))


def test_an_array_of_small_layers_is_one_call_of_the_optimiser(monkeypatch):
    """Sixteen 32x32 masks in one call take a third of the processor time."""
    calls = []

    def counted(specs, *_):
        calls.append(len({spec.seed for spec in specs}))
        return np.stack([np.full((1, 8, 8), layer, np.int32) for layer in range(len(specs))])

    monkeypatch.setattr(optimize, "optimize_threshold", counted)
    ranks = generate_ranks(TextureSpec("t", (8, 8), layers=16, effort="fast"))
    assert calls == [16]
    assert ranks[0, :, 0, 0].tolist() == [*range(16)]


def test_items_of_channels_that_stand_alone_keep_their_order():
    spec = TextureSpec("t", (8, 8), channels=2, layers=3, **QUICK)
    ranks = join(spec, items_of(spec))
    for layer in range(3):
        for channel in range(2):
            assert np.array_equal(ranks[channel, layer], optimize_work_item(spec, 2 * layer + channel)[0])


def test_asking_about_work_items_loads_no_jax():
    code = (
        "import sys; from bluenoise_assets import TextureSpec; from bluenoise_assets.noise import *\n"
        "spec = TextureSpec('t', (8, 8), layers=3)\n"
        "print(work_item_count(spec), item_slices(spec), method_of(spec).work(spec))\n"
        "print({'jax', 'jaxlib', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["1 3 3", "set()", ""], done.stderr
