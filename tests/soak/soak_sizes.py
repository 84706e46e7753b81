"""Masks, spectra and frames of many sizes and filters. Run: python -m pytest -n 2 tests/soak/soak_sizes.py"""

import numpy as np
import pytest
from hypothesis import given, settings
from support import golden_frames, golden_masks, golden_vectors
from support.mask_checks import assert_masks, assert_no_preset_is_better, wide_filters
from support.processors import digests_on

from bluenoise_assets import Optimizer, Spectrum, TextureSpec, generate_ranks
from bluenoise_assets.noise.vectors.optimize import optimize_vectors
from bluenoise_assets.spec.sample_space import COMPONENTS
from bluenoise_assets.spec.space_time import FRAME_PRESETS

FLAT = [(10, 10), (20, 20), (40, 40), (100, 37), (333, 1), (1, 9), (1, 3), (4, 4), (2, 2), (2, 1), (1, 1)]


@pytest.mark.parametrize("size", [*FLAT, (5, 4, 3), (16, 16, 16)])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_masks_of_any_size_have_every_rank_once(size, channels):
    for effort in ("fast", "good"):
        assert_masks(generate_ranks(TextureSpec("t", size, channels=channels, effort=effort)), size, channels)


@pytest.mark.parametrize("size", [*FLAT, (300, 300)])
def test_spectra_of_any_size_have_every_rank_once(size):
    quick = {"optimizer": Optimizer(steps=24), "objective": Spectrum(fine_tuning=24)}
    assert_masks(generate_ranks(TextureSpec("t", size, **quick)), size, 1)


@settings(max_examples=20, deadline=None)
@given(wide_filters())
def test_no_filter_ends_worse_under_itself_than_a_preset_does(filters):
    for size in ((32, 32), (64, 64)):
        assert_no_preset_is_better(filters, size)


@pytest.mark.parametrize("name", golden_masks.CASES)
def test_a_mask_does_not_depend_on_its_batch(name):
    assert golden_masks.digest(name, batch=True) == golden_masks.GOLDEN[name]


@pytest.mark.parametrize("isa", ["SSE4_2", "AVX2"])
@pytest.mark.parametrize("golden", [golden_masks, golden_frames, golden_vectors], ids=lambda module: module.__name__)
def test_bytes_do_not_depend_on_the_processor(isa, golden):
    assert digests_on(isa, golden.__name__) == golden.GOLDEN


def test_many_layers_are_independent_of_each_other():
    array = generate_ranks(TextureSpec("t", (32, 32), layers=16, channels=3, effort="fast"))
    together = np.corrcoef(array.reshape(48, -1))
    assert np.abs(together - np.eye(48)).max() < 0.2


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "keys",
    [
        *({"filter": name} for name in FRAME_PRESETS),
        {"filter": {"space": {"box": 3}}},
        {"filter": {"space": {"binomial": [4, 2]}, "time": {"box": 3}, "weight": 0.0}},
        {"filter": {"space": [{"gaussian": [1.5, 0.5]}, {"box": 2, "values": 1}], "weight": 1.0}},
        {"filter": {"space": {"table": [[1, -1]]}, "time": {"ema": 1}, "combine": "product"}},
    ],
)
def test_frames_of_any_size_are_permutations(keys, channels):
    for size, frames in (((1, 5), 3), ((10, 7), 3), ((6, 7), 4)):
        spec = TextureSpec("t", size, frames=frames, channels=channels, effort="fast", **keys)
        for frame in np.moveaxis(generate_ranks(spec), 1, 0):
            assert_masks(frame, size, channels)


@pytest.mark.parametrize("space", [space for space in COMPONENTS if space != "scalar"])
@pytest.mark.parametrize("filters", FRAME_PRESETS)
def test_vectors_of_any_size_hold_each_point_once(space, filters):
    for size, frames in (((1, 1), 2), ((2, 3), 2), ((13, 7), 3)):
        spec = TextureSpec("t", size, frames=frames, sample_space=space, effort="fast", filter=filters)
        found = np.sort(optimize_vectors(spec).reshape(frames, -1), axis=1)
        assert (found == np.arange(size[0] * size[1])).all()
