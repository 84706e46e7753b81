"""Masks: every rank once, better than others', the same bytes everywhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.golden_masks import CASES, GOLDEN, digest
from support.processors import ISAS, digests_on
from support.references import threshold_descent
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import PRESETS, Cancelled, GaussianFilter, TextureSpec, Threshold, WeightedFilter, generate_ranks
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold import greedy, rank_exchange, tables
from bluenoise_assets.noise.threshold.optimize import exchange_params, optimize_threshold
from bluenoise_assets.noise.threshold.tables import EFFORTS, mask_tables
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import pattern_power, sum_error_db, threshold_error_db


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


def random_ranks(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.int32)


@pytest.mark.parametrize(
    "size",
    [(10, 10), (20, 20), (40, 40), (100, 37), (333, 1), (4, 4), (2, 2), (1, 1), (2, 1), (1, 3), (8, 8, 8), (5, 4, 3)],
)
@pytest.mark.parametrize("effort", ["fast", "best"])
def test_any_size_has_every_rank_once(size, effort, monkeypatch):
    cheap = EFFORTS["best"]
    monkeypatch.setitem(EFFORTS, "best", cheap.__class__(8, 20, 40, 40, 10, 0.003))
    tables._tables.cache_clear()
    for channels in (1, 2):
        spec = TextureSpec("t", size, channels=channels, effort=effort)
        ranks = generate_ranks(spec)
        assert ranks.shape == (channels, *size[::-1])
        assert ranks.dtype == np.int32
        for one in ranks:
            assert np.array_equal(np.sort(one, axis=None), np.arange(one.size))
    tables._tables.cache_clear()


def test_better_than_void_and_cluster_on_every_figure():
    """The presets at effort `good`, 64x64, mean of three, against void-and-cluster of the three usual sigmas."""
    for sigma, preset in ((1.2, "sharp"), (1.5, "balanced"), (1.9, "smooth")):
        theirs = [void_and_cluster((64, 64), sigma, seed) for seed in range(3)]
        ours = [generate_ranks(TextureSpec("t", (64, 64), seed=s, filter=PRESETS[preset]))[0] for s in range(3)]

        def figures(masks):
            errors = np.mean([list(threshold_error_db(mask).values()) for mask in masks], axis=0)
            return [*errors, np.mean([low_frequency_db(mask) for mask in masks])]

        better = np.array(figures(ours)) - figures(theirs)
        assert (better[:3] < 0.03).all(), (preset, better)
        assert better[3] < -2


def test_better_than_plain_descent():
    plain = threshold_descent.descend(random_ranks((64, 64)), 1.5, steps=300)
    fast = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.5), effort="fast"))[0]
    errors = [threshold_error_db(ranks, (1.5,))[1.5] for ranks in (plain, fast)]
    assert errors[0] < -11
    assert errors[1] < errors[0] - 1


def test_more_effort_gives_less_error():
    errors = [
        threshold_error_db(generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2), effort=e))[0], (1.2,))
        for e in ("fast", "good", "best")
    ]
    fast, good, best = (entry[1.2] for entry in errors)
    assert best < good < fast < -11


def test_a_filter_for_one_axis_makes_noise_blue_along_it():
    ranks = generate_ranks(TextureSpec("t", (64, 64), filter=(WeightedFilter(GaussianFilter((2.5, 0.5))),)))[0]
    power = pattern_power(ranks)
    assert power[:, 1:8].mean() < 0.3 * power[1:8, :].mean()


def test_a_volume_is_blue_in_three_dimensions():
    ranks = generate_ranks(TextureSpec("t", (16, 16, 16), filter=gaussian(1.0), effort="fast"))[0]
    assert threshold_error_db(ranks, (1.0,))[1.0] < -12


def test_channels_together_make_a_better_sum_and_stay_good_masks():
    together = generate_ranks(TextureSpec("t", (64, 64), channels=3))
    apart = generate_ranks(TextureSpec("t", (64, 64), channels=3, objective=Threshold(channel_weight=0.0)))
    alone = generate_ranks(TextureSpec("t", (64, 64)))
    both, separate = (sum_error_db(masks, (1.5,))[1.5] for masks in (together, apart))
    assert both < separate - 1.8
    for mask in together:
        assert threshold_error_db(mask, (1.2,))[1.2] < threshold_error_db(alone[0], (1.2,))[1.2] + 0.35
    correlation = np.corrcoef(together.reshape(3, -1))
    assert np.abs(correlation[np.triu_indices(3, 1)]).max() < 0.1


def test_eight_bits_hold_every_level_equally_often():
    from bluenoise_assets import generate

    assert np.bincount(generate(TextureSpec("t", (64, 32))).ravel(), minlength=256).tolist() == [8] * 256
    counts = np.bincount(generate(TextureSpec("t", (37, 10))).ravel(), minlength=256)
    assert counts.max() - counts.min() <= 1


def test_another_seed_is_another_mask_and_the_same_seed_the_same():
    one, two, again = (generate_ranks(TextureSpec("t", (32, 32), seed=s, effort="fast")) for s in (1, 2, 1))
    assert np.array_equal(one, again)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.2


def test_cancelling_ends_it():
    calls = []
    with pytest.raises(Cancelled):
        optimize_threshold(
            [TextureSpec("t", (64, 64), effort="best")], lambda *_: calls.append(1), lambda: len(calls) >= 3
        )
    assert len(calls) == 3


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    """May change with ALGORITHM alone: the masks of every user become stale."""
    assert digest(name) == GOLDEN[name]


@pytest.mark.parametrize("name", ["40x40 fast", "100x37x3", "volume"])
def test_a_mask_does_not_depend_on_its_batch(name):
    assert digest(name, batch=True) == GOLDEN[name]


@pytest.mark.parametrize("isa", ISAS)
def test_a_mask_does_not_depend_on_the_processor(isa):
    assert digests_on(isa, "support.golden_masks") == GOLDEN


@own_settings()
def test_no_step_of_it_is_in_floating_point():
    """The compiled start and exchanges hold no float but the shown error's."""
    tables = mask_tables(TextureSpec("t", (16, 16), channels=2))
    params = jax.tree.map(jnp.asarray, exchange_params(tables, np.array([1], np.uint32), 1, (7, 3), hot=True))
    rounds = str(
        jax.make_jaxpr(lambda s: rank_exchange.step(tables.radius, s, params, np.int32(1)))(
            rank_exchange.init(np.stack([random_ranks((16, 16), s) for s in (0, 1)])[None])
        )
    )
    state = greedy.init((1, 2, 16, 16))
    filling = jax.tree.map(
        jnp.asarray,
        greedy.Params(
            greedy.taps_of(tables.sigmas, tables.shape),
            greedy.radius_of(tables.sigmas),
            np.int32(tables.cross),
            np.int32(4),
            np.int32(1),
            np.array([1], np.uint32),
        ),
    )
    batches = str(jax.make_jaxpr(lambda s: greedy.step(2, s, filling, np.int32(1)))(state))
    for text in (rounds, batches):
        assert "i32" in text
        assert "f32" not in text
        assert "f64" not in text
        assert "bf16" not in text
