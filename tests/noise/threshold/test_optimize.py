"""Masks: every rank once, better than others', the same bytes everywhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from support.golden_masks import CASES, GOLDEN, digest
from support.mask_checks import assert_masks, assert_no_preset_is_better, wide_filters
from support.processors import OLDEST, digests_on
from support.references import threshold_descent
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import (
    PRESETS,
    BoxFilter,
    Cancelled,
    EyeFilter,
    GaussianFilter,
    TableFilter,
    TextureSpec,
    Threshold,
    WeightedFilter,
    generate_ranks,
)
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold import greedy, rank_exchange, tables
from bluenoise_assets.noise.threshold.optimize import exchange_params, optimize_threshold
from bluenoise_assets.noise.threshold.tables import EFFORTS, mask_tables
from bluenoise_assets.quality.spectra import low_frequency_db
from bluenoise_assets.quality.threshold_error import (
    MEASURED_EYES,
    eye_spectrum,
    filtered_error_db,
    pattern_power,
    sum_error_db,
    threshold_error_db,
    wrapped_filter_spectrum,
)
from bluenoise_assets.quality.tones import tone_low_frequency_db
from bluenoise_assets.spec import LUMINANCE

UNLIKE = ["100x37x3", "volume", "annealed", "300x300", "in bands"]
"""Those of the golden masks that have the least in common."""


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


def random_ranks(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.int32)


@pytest.mark.parametrize(
    ("size", "channels"), [((10, 10), 1), ((333, 1), 2), ((2, 2), 2), ((1, 1), 1), ((1, 3), 1), ((5, 4, 3), 2)]
)
def test_any_size_has_every_rank_once(size, channels, monkeypatch):
    """Both efforts have the same programs. tests/soak/soak_sizes.py has more sizes, each in both numbers of channels."""
    cheap = EFFORTS["best"]
    monkeypatch.setitem(EFFORTS, "best", cheap.__class__(8, 20, 40, 10, 0.003))
    tables._tables.cache_clear()
    for effort in ("fast", "best"):
        assert_masks(generate_ranks(TextureSpec("t", size, channels=channels, effort=effort)), size, channels)
    tables._tables.cache_clear()


def eye_errors(masks):
    """Means in dB at 35, 70 and 140 pixels per degree."""
    responses = [eye_spectrum(masks[0].shape, pixels) for pixels in MEASURED_EYES]
    powers = [pattern_power(mask) for mask in masks]
    return np.mean([[filtered_error_db(power, masks[0].shape, r) for r in responses] for power in powers], axis=0)


def test_better_than_void_and_cluster_at_every_distance_and_in_every_tone():
    """The default at effort `good`, 64x64, mean of three, against void-and-cluster of the usual sigmas."""
    ours = [generate_ranks(TextureSpec("t", (64, 64), seed=s))[0] for s in range(3)]
    tones = np.mean([list(tone_low_frequency_db(mask).values()) for mask in ours], axis=0)
    for sigma in (1.2, 1.5, 1.9):
        theirs = [void_and_cluster((64, 64), sigma, seed) for seed in range(3)]
        assert (eye_errors(ours) < eye_errors(theirs) - 0.1).all(), sigma
        others = np.mean([list(tone_low_frequency_db(mask).values()) for mask in theirs], axis=0)
        assert (tones < others - 0.5).all(), (sigma, tones, others)
        assert np.mean([low_frequency_db(mask) for mask in ours]) < -36


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_leads_under_its_own_filter(preset):
    response = wrapped_filter_spectrum(PRESETS[preset], (64, 64))
    masks = {name: generate_ranks(TextureSpec("t", (64, 64), filter=name))[0] for name in PRESETS}
    errors = {name: filtered_error_db(pattern_power(mask), (64, 64), response) for name, mask in masks.items()}
    assert min(errors, key=lambda name: errors[name]) == preset


@settings(max_examples=2, deadline=None, derandomize=True)
@given(wide_filters())
def test_no_filter_ends_worse_under_itself_than_a_preset_does(filters):
    """tests/soak/soak_sizes.py tries 20. At a size of which the presets' programs are there already."""
    assert_no_preset_is_better(filters, (64, 64))


@pytest.mark.parametrize(
    "filters",
    [
        (WeightedFilter(GaussianFilter(1.2)), WeightedFilter(GaussianFilter(2.0), weight=0.0, values=3.0)),
        (WeightedFilter(BoxFilter(4)),),
        (WeightedFilter(TableFilter(((0, 1, 0), (1, 0, 1), (0, 1, 0)))),),
        (WeightedFilter(TableFilter(((0, -1, 0), (-1, 5, -1), (0, -1, 0)))),),
        (WeightedFilter(EyeFilter(160)),),
    ],
)
def test_moves_made_at_once_do_not_melt_a_mask(filters):
    """Each of these once ended as white noise, or worse."""
    mask = generate_ranks(TextureSpec("t", (64, 64), filter=filters))[0]
    error = filtered_error_db(pattern_power(mask), (64, 64), wrapped_filter_spectrum(filters, (64, 64)))
    assert error < -4


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
    ranks = generate_ranks(TextureSpec("t", (16, 16, 16), effort="fast"))[0]
    assert threshold_error_db(ranks, (1.0,))[1.0] < -12


def test_channels_together_make_a_better_sum_and_stay_good_masks():
    """Three by luminance; and by weights of one's own, of which one that is not seen stays out of it."""
    together = generate_ranks(TextureSpec("t", (64, 64), channels=3))
    apart = generate_ranks(TextureSpec("t", (64, 64), channels=3, objective=Threshold(channel_weight=0.0)))
    both, separate = (sum_error_db(masks, (1.5,), LUMINANCE)[1.5] for masks in (together, apart))
    assert both < separate - 0.4
    alone = eye_errors(apart)[1]
    for mask, loss in zip(together, (0.9, 0.3, 0.4), strict=True):
        assert eye_errors([mask])[1] < alone + loss
    assert np.abs(np.corrcoef(together.reshape(3, -1))[np.triu_indices(3, 1)]).max() < 0.2
    objective = Threshold(channel_weights=(1, 1, 0))
    pair = generate_ranks(TextureSpec("t", (64, 64), channels=3, objective=objective))
    two, none = (sum_error_db(masks[:2], (1.5,))[1.5] for masks in (pair, apart))
    assert two < none - 1


def test_eight_bits_hold_every_level_equally_often():
    from bluenoise_assets import generate

    assert np.bincount(generate(TextureSpec("t", (64, 64))).ravel(), minlength=256).tolist() == [16] * 256
    counts = np.bincount(generate(TextureSpec("t", (40, 40), effort="fast")).ravel(), minlength=256)
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


@pytest.mark.parametrize("name", ["100x37x3", "volume"])
def test_a_mask_does_not_depend_on_its_batch(name):
    assert digest(name, batch=True) == GOLDEN[name]


@pytest.mark.parametrize(("isa", "names"), [(OLDEST, UNLIKE), ("AVX2", ["100x37x3", "annealed"])])
def test_a_mask_does_not_depend_on_the_processor(isa, names):
    """tests/soak/soak_sizes.py makes all with both."""
    assert digests_on(isa, "support.golden_masks", names) == {name: GOLDEN[name] for name in names}


@own_settings()
def test_no_step_of_it_is_in_floating_point():
    """The compiled start and exchanges hold no float but the shown error's."""
    tables = mask_tables(TextureSpec("t", (16, 16), channels=2))
    params = jax.tree.map(jnp.asarray, exchange_params(tables, np.array([1], np.uint32), 1, (7, 3), hot=True))
    rounds = str(
        jax.make_jaxpr(lambda s: rank_exchange.step(tables.radius, 1, s, params, np.int32(1)))(
            rank_exchange.init(np.stack([random_ranks((16, 16), s) for s in (0, 1)])[None])
        )
    )
    state = greedy.init((1, 2, 16, 16))
    filling = jax.tree.map(
        jnp.asarray,
        greedy.Params(
            greedy.taps_of(tables.sigmas, tables.shape),
            greedy.radius_of(tables.sigmas),
            tables.cross,
            np.int32(4),
            np.int32(1),
            np.array([1], np.uint32),
        ),
    )
    batches = str(jax.make_jaxpr(lambda s: greedy.step(2, 1, s, filling, np.int32(1)))(state))
    for text in (rounds, batches):
        assert "i32" in text
        assert "f32" not in text
        assert "f64" not in text
        assert "bf16" not in text
