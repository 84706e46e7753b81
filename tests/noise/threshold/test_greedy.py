"""The start: every texel once, as even as void-and-cluster's, in integers."""

from dataclasses import replace

import numpy as np
import pytest
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import GaussianFilter, TextureSpec, WeightedFilter
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.threshold.optimize import start
from bluenoise_assets.noise.threshold.tables import mask_tables
from bluenoise_assets.quality.threshold_error import threshold_error_db


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


@pytest.mark.parametrize(("shape", "channels"), [((5, 7), 3), ((6, 5, 4), 1), ((2, 1), 3)])
def test_the_start_fills_every_texel_once(shape, channels):
    spec = TextureSpec("t", shape[::-1], channels=channels)
    tables = mask_tables(spec)
    ranks = start(tables, [3], ChunkedLoop(1, lambda *_: None, lambda: False), 10)
    assert ranks.shape == (1, channels, *shape)
    for one in ranks[0]:
        assert np.array_equal(np.sort(one, axis=None), np.arange(one.size))


def test_filling_voids_in_batches_is_as_good_as_one_at_a_time():
    """Void-and-cluster's own figure, from a start in small batches; mean of three, and no worse than 0.1 dB."""
    sequential = [threshold_error_db(void_and_cluster((64, 64), 1.7, s), (1.5,))[1.5] for s in range(3)]
    tables = mask_tables(TextureSpec("t", (64, 64), filter=gaussian(1.5), effort="best"))
    tables = replace(tables, effort=replace(tables.effort, share=200))
    chunks = ChunkedLoop(1, lambda *_: None, lambda: False)
    starts = start(tables, [0, 1, 2], chunks, 10**6)
    batched = [threshold_error_db(ranks[0], (1.5,))[1.5] for ranks in starts]
    assert np.mean(batched) < np.mean(sequential) + 0.1
