"""The threshold objective: its mathematics against brute force, its arithmetic against plain loops, its masks."""

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import TESTS
from support.references import spectra, threshold_descent
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets import (
    PRESETS,
    BoxFilter,
    Cancelled,
    GaussianFilter,
    Spectrum,
    Sum,
    TableFilter,
    TextureSpec,
    Threshold,
    WeightedFilter,
    generate_ranks,
)
from bluenoise_assets.noise import exchange, field, greedy, programs, threshold
from bluenoise_assets.noise.field import neighbour_sums, pairs_of
from bluenoise_assets.noise.kernel import kernel
from bluenoise_assets.noise.threshold import optimize_threshold, problem_of
from bluenoise_assets.quality import threshold_error
from bluenoise_assets.quality.kernels import autocorrelation
from bluenoise_assets.quality.spectra import low_frequency_db


def gaussian(sigma):
    return (WeightedFilter(GaussianFilter(sigma)),)


def random_ranks(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.int32)


def advance(task, state, setting, rounds):
    return programs.call(exchange.advance, (task.reach,), state, setting, np.int32(rounds))


# ------------------------------------------------------------------ the closed form


@given(st.permutations(range(6)), st.lists(st.integers(-3, 5), min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_the_error_of_all_thresholds_is_a_constant_less_half_the_sum(order, taps):
    """noise/threshold.md's formula, in exact fractions: for any two masks of the same values, and any filter."""
    shape = (2, 3)
    places = [(0, 0), (0, 1), (1, 0), (1, 2)]
    filter_taps = dict(zip(places, map(Fraction, taps), strict=True))
    weights = {}
    for (a, x), (b, y) in itertools.product(filter_taps.items(), repeat=2):
        offset = tuple((j - i) % side for i, j, side in zip(a, b, shape, strict=True))
        weights[offset] = weights.get(offset, 0) + x * y

    def constant(ranks):
        values = np.array([Fraction(2 * int(r) + 1, 12) for r in ranks.ravel()], object).reshape(shape)
        error = threshold_descent.error_of_all_thresholds(values, filter_taps)
        scaled = sum(
            weights.get(tuple((q - p) % s for p, q, s in zip(i, j, shape, strict=True)), 0) * abs(values[i] - values[j])
            for i in np.ndindex(*shape)
            for j in np.ndindex(*shape)
        )
        return error + scaled / values.size / 2

    assert constant(np.array(order).reshape(shape)) == constant(np.arange(6).reshape(shape))


# ------------------------------------------------------------------ kernels and sums


@pytest.mark.parametrize("shape", [(16, 16), (5, 7), (4, 4), (3, 2), (1, 9), (2, 2), (6, 5, 4)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_pairs_of_a_kernel_are_all_images_of_the_filter(shape, channels):
    table = autocorrelation(GaussianFilter(1.0), len(shape))
    found = kernel(table, shape, channels, 0.5, 1e-6)
    expected = {}
    middle = [side // 2 for side in table.shape]
    for place in np.ndindex(*table.shape):
        offset = tuple((p - m) % side for p, m, side in zip(place, middle, shape, strict=True))
        for channel in range(channels):
            weight = float(table[place]) * (0.5 if channel else 1)
            expected[(channel, *offset)] = expected.get((channel, *offset), 0) + weight
    expected.pop((0,) * (len(shape) + 1))
    mass = sum(expected.values())
    sums = dict.fromkeys(expected, 0)
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            sums[tuple(sign * o % side for o, side in zip(offset, (channels, *shape), strict=True))] += weight
    for offset, weight in expected.items():
        assert sums[offset] == pytest.approx(weight / mass * 2**15, abs=2.1)


def test_the_dense_table_holds_the_same_weights():
    shape = (8, 5)
    found = kernel(autocorrelation(TableFilter(((1.0, 2.0), (0.0, 3.0))), 2), shape, 1, 0.0, 0.001)
    dense = found.dense(shape, (4, 2))
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            assert dense[4 + sign * offset[1], 2 + sign * offset[2]] == weight
    assert dense[4, 2] == 0
    assert dense.sum() == found.total


@pytest.mark.parametrize("shape", [(1, 1, 9, 7), (2, 3, 8, 8), (1, 1, 1, 12), (1, 2, 5, 6, 4), (1, 1, 40, 3)])
@pytest.mark.parametrize("block", [1 << 16, 16])
def test_neighbour_sums_are_what_rolling_gives(shape, block, monkeypatch):
    monkeypatch.setattr(field, "BLOCK_TEXELS", block)
    found = kernel(autocorrelation(GaussianFilter(1.0), len(shape) - 2), shape[2:], shape[1], 0.5, 0.01)
    values = np.random.default_rng(1).integers(0, 1000, shape).astype(np.int32)
    others = values[..., ::-1].copy()
    (plain, product) = neighbour_sums(
        lambda n, o: (jnp.abs(n - o), n),
        values,
        (others,),
        jax.tree.map(jnp.asarray, pairs_of(found, found)),
        found.reach,
    )
    expected = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for offset, weight in zip(found.offsets.tolist(), found.weights.tolist(), strict=True):
        for sign in (1, -1):
            neighbour = np.roll(values, [-sign * o for o in offset], range(1, len(shape)))
            expected[0][:] += weight * np.abs(neighbour - others)
            expected[1][:] += weight * neighbour
    assert np.array_equal(plain, expected[0])
    assert np.array_equal(product, expected[1])


# ------------------------------------------------------------------ the start and the exchanges


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(8, 8), (5, 7), (1, 30), (6, 5, 4), (2, 1)])
def test_the_start_fills_every_texel_once(shape, channels):
    spec = TextureSpec("t", shape[::-1], channels=channels)
    task = problem_of(spec)
    ranks = threshold._start(task, [3], threshold.Chunks(1, lambda *_: None, lambda: False), 10)
    assert ranks.shape == (1, channels, *shape)
    for one in ranks[0]:
        assert np.array_equal(np.sort(one, axis=None), np.arange(one.size))


def test_filling_voids_in_batches_is_as_good_as_one_at_a_time():
    """Void-and-cluster's own figure, from a start in small batches; mean of three, and no worse than 0.1 dB."""
    sequential = [threshold_error.threshold_error_db(void_and_cluster((64, 64), 1.7, s), (1.5,))[1.5] for s in range(3)]
    task = problem_of(TextureSpec("t", (64, 64), filter=gaussian(1.5), effort="best"))
    task = replace(task, effort=replace(task.effort, share=200))
    chunks = threshold.Chunks(1, lambda *_: None, lambda: False)
    starts = threshold._start(task, [0, 1, 2], chunks, 10**6)
    batched = [threshold_error.threshold_error_db(ranks[0], (1.5,))[1.5] for ranks in starts]
    assert np.mean(batched) < np.mean(sequential) + 0.1


def energy(ranks, spec):
    """Twice the objective, up to a constant, by loops over all pairs: thresholds and values."""
    part = spec.filter[0]
    table = autocorrelation(part.filter, ranks.ndim)
    middle = [side // 2 for side in table.shape]
    folded = {}
    for place in np.ndindex(*table.shape):
        offset = tuple((p - m) % side for p, m, side in zip(place, middle, ranks.shape, strict=True))
        folded[offset] = folded.get(offset, 0) + float(table[place])
    total = 0.0
    for i, j in itertools.product(np.ndindex(*ranks.shape), repeat=2):
        rise = abs(int(ranks[i]) - int(ranks[j])) / ranks.size
        offset = tuple((q - p) % side for p, q, side in zip(i, j, ranks.shape, strict=True))
        total += folded[offset] * (part.weight * rise + part.values * rise**2)
    return total / folded[(0,) * ranks.ndim]


def test_bands_exchange_within_themselves_and_share_the_ranks_evenly():
    ranks = np.stack([random_ranks((8, 6), s) for s in (0, 1)])[None]
    again = exchange.ranks_of(exchange.start(ranks, 4))
    for one, was in zip(again[0], ranks[0], strict=True):
        assert np.array_equal(np.sort(one, axis=None), np.arange(48))
        for band, old in zip(one.reshape(4, 12), was.reshape(4, 12), strict=True):
            assert np.array_equal(np.argsort(band), np.argsort(old))
            assert np.array_equal(np.sort(band) // 4, np.arange(12))
    assert np.array_equal(exchange.ranks_of(exchange.start(ranks)), ranks)


def test_a_large_texture_in_bands_is_as_good_and_exact(monkeypatch):
    spec = TextureSpec("t", (64, 64))
    errors = []
    for texels in (1 << 16, 1 << 10):
        monkeypatch.setattr(threshold, "BAND_TEXELS", texels)
        threshold._problem.cache_clear()
        ranks = generate_ranks(spec)[0]
        assert np.array_equal(np.sort(ranks, axis=None), np.arange(4096))
        errors.append(list(threshold_error.threshold_error_db(ranks).values()))
        assert low_frequency_db(ranks) < -34
    threshold._problem.cache_clear()
    assert errors[1] == pytest.approx(errors[0], abs=0.15)


@pytest.mark.parametrize("values", [0.0, 2.0])
@pytest.mark.parametrize("shape", [(6, 6), (3, 5), (1, 12), (4, 3, 2)])
def test_a_single_exchange_gains_what_all_pairs_say(shape, values):
    """Two texels are allowed to exchange, the others not: they do exactly when the sum over all pairs rises."""
    spec = TextureSpec("t", shape[::-1], filter=(WeightedFilter(GaussianFilter(0.8), 1.0, values),), effort="best")
    task, count = problem_of(spec), int(np.prod(shape))
    setting = threshold._setting(task, np.array([1], np.uint32), 1, (7, 3), hot=False)
    decided, gained = 0, 0.0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        ranks = random_ranks(shape, seed)
        stride = 1 << int(rng.integers(0, (count - 1).bit_length() - 1))
        state = exchange.start(ranks[None, None])
        given_stride = setting._replace(strides=np.full(256, stride, np.int32), key=np.array([seed], np.uint32))
        moved = np.asarray(advance(task, state, given_stride, 1).rank)[0, 0]
        # what one pair gains must not depend on the others: check each exchanged and each kept pair alone
        for rank in range(count):
            here = np.argwhere(ranks == rank)[0]
            if moved[tuple(here)] <= rank:
                continue
            there = np.argwhere(ranks == moved[tuple(here)])[0]
            alone = ranks.copy()
            alone[tuple(here)], alone[tuple(there)] = ranks[tuple(there)], ranks[tuple(here)]
            gain = energy(alone, spec) - energy(ranks, spec)
            assert gain > -1e-2  # what rounding to 2^-15 may hide
            gained += gain
            decided += 1
    assert decided > 40
    assert gained > 0.01 * decided


def test_partners_agree_even_where_rounding_could_part_them():
    """A mask that is no permutation any more would show it: many rounds, large values, several channels."""
    spec = TextureSpec("t", (50, 30), channels=4, effort="good", filter=PRESETS["balanced"])
    (ranks,) = optimize_threshold([spec])
    for one in ranks:
        assert np.array_equal(np.sort(one, axis=None), np.arange(1500))


def test_the_temperature_lots_are_minus_the_logarithm():
    lots = exchange.exponential_lots() / 2**8
    exact = -np.log((2 * np.arange(1024) + 1) / 2048)
    np.testing.assert_allclose(lots, exact, atol=2.0**-9 * 1.01)


def test_cutting_a_run_into_calls_changes_nothing():
    task = problem_of(TextureSpec("t", (16, 16)))
    setting = threshold._setting(task, np.array([1], np.uint32), 20, (7, 3), hot=True)
    whole = advance(task, exchange.start(random_ranks((1, 1, 16, 16))), setting, 20)
    parts = exchange.start(random_ranks((1, 1, 16, 16)))
    for rounds in (1, 2, 5, 12):
        parts = advance(task, parts, setting, rounds)
    assert np.array_equal(whole.rank, parts.rank)
    assert np.array_equal(whole.order, parts.order)


# ------------------------------------------------------------------ masks


@pytest.mark.parametrize(
    "size",
    [(10, 10), (20, 20), (40, 40), (100, 37), (333, 1), (4, 4), (2, 2), (1, 1), (2, 1), (1, 3), (8, 8, 8), (5, 4, 3)],
)
@pytest.mark.parametrize("effort", ["fast", "best"])
def test_any_size_has_every_rank_once(size, effort, monkeypatch):
    cheap = threshold.EFFORTS["best"]
    monkeypatch.setitem(threshold.EFFORTS, "best", cheap.__class__(8, 20, 40, 40, 10, 0.003))
    threshold._problem.cache_clear()
    for channels in (1, 2):
        spec = TextureSpec("t", size, channels=channels, effort=effort)
        ranks = generate_ranks(spec)
        assert ranks.shape == (channels, *size[::-1])
        assert ranks.dtype == np.int32
        for one in ranks:
            assert np.array_equal(np.sort(one, axis=None), np.arange(one.size))
    threshold._problem.cache_clear()


def test_better_than_void_and_cluster_on_every_figure():
    """The presets at effort `good`, 64x64, mean of three, against void-and-cluster of the three usual sigmas."""
    for sigma, preset in ((1.2, "sharp"), (1.5, "balanced"), (1.9, "smooth")):
        theirs = [void_and_cluster((64, 64), sigma, seed) for seed in range(3)]
        ours = [generate_ranks(TextureSpec("t", (64, 64), seed=s, filter=PRESETS[preset]))[0] for s in range(3)]

        def figures(masks):
            errors = np.mean([list(threshold_error.threshold_error_db(mask).values()) for mask in masks], axis=0)
            return [*errors, np.mean([low_frequency_db(mask) for mask in masks])]

        better = np.array(figures(ours)) - figures(theirs)
        assert (better[:3] < 0.03).all(), (preset, better)
        assert better[3] < -2


def test_better_than_plain_descent():
    plain = threshold_descent.descend(random_ranks((64, 64)), 1.5, steps=300)
    fast = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.5), effort="fast"))[0]
    errors = [threshold_error.threshold_error_db(ranks, (1.5,))[1.5] for ranks in (plain, fast)]
    assert errors[0] < -11
    assert errors[1] < errors[0] - 1


def test_more_effort_gives_less_error():
    errors = [
        threshold_error.threshold_error_db(
            generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2), effort=e))[0], (1.2,)
        )
        for e in ("fast", "good", "best")
    ]
    fast, good, best = (entry[1.2] for entry in errors)
    assert best < good < fast < -11


@pytest.mark.parametrize("filters", [gaussian(2.0), (WeightedFilter(BoxFilter(3)),), PRESETS["balanced"]])
def test_the_error_shown_is_the_error_measured(filters):
    spec = TextureSpec("t", (64, 64), filter=filters)
    told = []
    (ranks,) = optimize_threshold([spec], lambda share, error: told.append((share, error)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1, abs=0.01)
    response = threshold_error.wrapped_filter_spectrum(filters, (64, 64))
    measured = threshold_error.filtered_error_db(threshold_error.pattern_power(ranks[0]), (64, 64), response)
    assert told[-1][1] == pytest.approx(measured, abs=0.25)


def test_a_filter_for_one_axis_makes_noise_blue_along_it():
    ranks = generate_ranks(TextureSpec("t", (64, 64), filter=(WeightedFilter(GaussianFilter((2.5, 0.5))),)))[0]
    power = threshold_error.pattern_power(ranks)
    assert power[:, 1:8].mean() < 0.3 * power[1:8, :].mean()


def test_a_volume_is_blue_in_three_dimensions():
    ranks = generate_ranks(TextureSpec("t", (16, 16, 16), filter=gaussian(1.0), effort="fast"))[0]
    assert threshold_error.threshold_error_db(ranks, (1.0,))[1.0] < -12


def test_channels_together_make_a_better_sum_and_stay_good_masks():
    together = generate_ranks(TextureSpec("t", (64, 64), channels=3))
    apart = generate_ranks(TextureSpec("t", (64, 64), channels=3, objective=Threshold(channel_weight=0.0)))
    alone = generate_ranks(TextureSpec("t", (64, 64)))
    both, separate = (threshold_error.sum_error_db(masks, (1.5,))[1.5] for masks in (together, apart))
    assert both < separate - 1.8
    for mask in together:
        assert (
            threshold_error.threshold_error_db(mask, (1.2,))[1.2]
            < threshold_error.threshold_error_db(alone[0], (1.2,))[1.2] + 0.35
        )
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


def test_a_sum_lowers_the_spectrum_below_its_cutoff():
    alone = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2)))[0]
    objective = Sum(Threshold(), Spectrum(cutoff=0.125), 0.1)
    both = generate_ranks(TextureSpec("t", (64, 64), filter=gaussian(1.2), objective=objective))[0]
    assert np.array_equal(np.sort(both, axis=None), np.arange(4096))
    assert low_frequency_db(both) < low_frequency_db(alone) - 6
    assert threshold_error.threshold_error_db(both, (1.2,))[1.2] < -11


# ------------------------------------------------------------------ the same bytes everywhere

CASES = {
    "64x64": {"size": (64, 64)},
    "40x40 fast": {"size": (40, 40), "effort": "fast"},
    "100x37x3": {"size": (100, 37), "channels": 3, "effort": "fast"},
    "volume": {"size": (16, 16, 16), "effort": "fast"},
    "annealed": {"size": (24, 24), "effort": "best", "filter": PRESETS["sharp"]},
    "300x300": {"size": (300, 300), "effort": "fast", "filter": (WeightedFilter(BoxFilter(3)),)},
    "in bands": {"size": (512, 384), "effort": "fast"},
}
GOLDEN = {
    "64x64": "b65ee6d50c8d7892",
    "40x40 fast": "e8dc1ff7ab678485",
    "100x37x3": "9d4141fa563c4dc1",
    "volume": "16e3167f94943ad2",
    "annealed": "35d724c8c96bcf4d",
    "300x300": "26096b5a9d143e40",
    "in bands": "5548eb9ca914a5ce",
}
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from noise.test_threshold import CASES, digest
for name in CASES:
    print(name + ":" + digest(name))
"""


def digest(name, batch=False):
    spec = TextureSpec("t", seed=7, **CASES[name])
    specs = [TextureSpec("t", seed=seed, **CASES[name]) for seed in (3, 7, 9)] if batch else [spec]
    ranks = optimize_threshold(specs)[1 if batch else 0]
    return hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    """May change with ALGORITHM alone: the masks of every user become stale."""
    assert digest(name) == GOLDEN[name]


@pytest.mark.parametrize("name", ["40x40 fast", "100x37x3", "volume"])
def test_a_mask_does_not_depend_on_its_batch(name):
    assert digest(name, batch=True) == GOLDEN[name]


@pytest.mark.parametrize("isa", ["SSE4_2", "AVX2", None])
def test_a_mask_does_not_depend_on_the_processor(isa):
    tests = TESTS
    command = [sys.executable, "-c", PROGRAM, str(tests), str(tests.parent)]
    if isa is None:  # the host's own instructions, on one core
        if shutil.which("taskset") is None:
            pytest.skip("taskset is missing: apt install util-linux")
        command = ["taskset", "-c", "0", *command]
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    if isa is not None:
        environment["XLA_FLAGS"] = f"--xla_cpu_max_isa={isa}"
    environment["JAX_ENABLE_COMPILATION_CACHE"] = "false"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert dict(line.split(":") for line in done.stdout.split("\n") if line) == GOLDEN


def test_no_step_of_it_is_in_floating_point():
    """The compiled start and exchanges hold no float but the shown error's."""
    task = problem_of(TextureSpec("t", (16, 16), channels=2))
    setting = jax.tree.map(jnp.asarray, threshold._setting(task, np.array([1], np.uint32), 1, (7, 3), hot=True))
    rounds = str(
        jax.make_jaxpr(lambda s: exchange.advance(task.reach, s, setting, np.int32(1)))(
            exchange.start(np.stack([random_ranks((16, 16), s) for s in (0, 1)])[None])
        )
    )
    state = greedy.start((1, 2, 16, 16))
    filling = jax.tree.map(
        jnp.asarray,
        greedy.Setting(
            greedy.taps_of(task.sigmas, task.shape),
            greedy.reach_of(task.sigmas),
            np.int32(task.cross),
            np.int32(4),
            np.int32(1),
            np.array([1], np.uint32),
        ),
    )
    batches = str(jax.make_jaxpr(lambda s: greedy.advance(2, s, filling, np.int32(1)))(state))
    for text in (rounds, batches):
        assert "i32" in text
        assert "f32" not in text
        assert "f64" not in text
        assert "bf16" not in text


def test_spectra_reference_is_the_same_figure():
    ranks = generate_ranks(TextureSpec("t", (12, 9), effort="fast"))[0]
    assert threshold_error.threshold_error_db(ranks, (1.0,))[1.0] == pytest.approx(
        spectra.threshold_error_db(ranks, 1.0)
    )
