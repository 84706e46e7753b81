"""The optimiser: the losses are what they claim, the fast form is the plain form, the histogram is exact."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.references import plain_descent, spectra

from bluenoise_assets import (
    Cancelled,
    GaussianDistribution,
    Optimizer,
    Spectrum,
    TextureSpec,
    TriangularDistribution,
    generate_ranks,
)
from bluenoise_assets.noise import descent, losses, programs, schedule, swaps
from bluenoise_assets.noise.counter_hash import mix, permutation, stream, unit_interval
from bluenoise_assets.noise.ranking import order_of, targets_of
from bluenoise_assets.noise.spectrum import optimize_spectrum
from bluenoise_assets.noise.updates import adam, momentum
from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.spec import LEARNING_RATES

SHAPES = [(8, 8), (7, 5), (6, 9), (10, 1), (1, 9), (4, 4)]


def noise(shape, seed=0):
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def setting(shape, cutoff=0.25, randomize=True, seed=1, **weights):
    count = int(np.prod(shape))
    quantiles = ((np.arange(count) + 0.5) / count).astype(np.float32)
    weight = losses.Weights(*(np.float32(weights.get(name, value)) for name, value in DEFAULTS.items()))
    return descent.Setting(
        quantiles,
        np.float32(quantiles.var()),
        losses.tables(shape, cutoff),
        weight,
        np.bool_(randomize),
        np.uint32(seed),
        np.float32(0.003),
        np.float32(0.9),
    )


DEFAULTS = {"low_frequency": 10, "uniformity": 1, "histogram": 100}


# ------------------------------------------------------------------ losses


@pytest.mark.parametrize("shape", SHAPES)
def test_losses_equal_their_definitions(shape):
    x, table = noise(shape), losses.tables(shape, 0.26)
    power = losses.power_spectrum(x, x.var())
    assert float(losses.low_frequency(power, table)) == pytest.approx(spectra.low_frequency(x, 0.26) or 0, abs=1e-4)
    assert float(losses.uniformity(power, table)) == pytest.approx(spectra.uniformity(x, 0.26), abs=1e-4)


def test_the_histogram_loss_by_hand():
    x, targets = jnp.array([[0.0, 1.0]]), jnp.array([[0.5, 1.0]])
    assert float(losses.histogram(x, targets, jnp.float32(0.25))) == 0.5  # (1/4 + 0)/2 / (1/4)


def test_where_no_frequency_is_low_the_loss_is_zero_and_never_nan():
    x, table = noise((4, 4)), losses.tables((4, 4), 0.25)
    assert float(losses.low_frequency(losses.power_spectrum(x, x.var()), table)) == 0
    with jax.debug_nans(True):
        given = setting((4, 4))
        state = descent.advance("adam", descent.start(x), given, jnp.int32(20))
    assert np.isfinite(np.asarray(state.x)).all()


def test_the_total_is_the_weighted_sum():
    x, given = noise((8, 8)), setting((8, 8))
    targets = targets_of(jnp.asarray(x), jnp.asarray(given.quantiles))
    total, low = losses.total(x, targets, given.variance, given.tables, given.weights)
    power = losses.power_spectrum(x, given.variance)
    parts = (
        losses.low_frequency(power, given.tables),
        losses.uniformity(power, given.tables),
        losses.histogram(x, targets, given.variance),
    )
    assert float(total) == pytest.approx(
        sum(float(w) * float(p) for w, p in zip(given.weights, parts, strict=True)), rel=1e-5
    )
    assert float(low) == pytest.approx(float(parts[0]))


# ------------------------------------------------------------------ the fast form and the plain form


@pytest.mark.parametrize("shape", [(8, 8), (16, 16), (7, 5)])
def test_at_a_refresh_the_gradient_is_that_of_the_plain_form(shape):
    given = setting(shape)
    for seed in range(5):
        x = noise(shape, seed)
        targets = targets_of(jnp.asarray(x), jnp.asarray(given.quantiles))
        fast = jax.grad(losses.total, has_aux=True)(x, targets, given.variance, given.tables, given.weights)[0]
        plain = plain_descent.gradient(x, given, given.weights)
        np.testing.assert_allclose(fast, plain, rtol=1e-4, atol=1e-5 * float(jnp.abs(plain).max()))


@pytest.mark.parametrize("method", ["adam", "momentum"])
def test_both_forms_end_at_the_same_quality(method):
    """Power below the cut-off after exact ranking, without swaps, mean of four: within 3 dB, both far below white."""
    shape, steps = (32, 32), 1000
    found = []
    for seed in range(4):
        given = setting(shape, seed=seed)._replace(learning_rate=np.float32(LEARNING_RATES[method]))
        x = given.quantiles[permutation(1024, np.uint32(seed))].reshape(shape)
        fast = np.asarray(programs.call(descent.advance, (method,), descent.start(x), given, np.int32(steps)).x)
        plain = plain_descent.descend(method, x, given, steps)
        found.append([decibels(ranks_of(result)) for result in (fast, plain)])
    fast_db, plain_db = np.mean(found, axis=0)
    assert fast_db < -40
    assert fast_db == pytest.approx(plain_db, abs=3)


def decibels(ranks, cutoff=0.25):
    """Mean power below the cut-off of exact ranks, by numpy's FFT."""
    x = ranks - ranks.mean()
    power = np.abs(np.fft.fft2(x)) ** 2 / (x**2).sum()
    return 10 * np.log10(power[spectra.is_below(ranks.shape, cutoff)].mean())


def test_cutting_a_descent_into_calls_changes_nothing():
    x, given = noise((8, 8)), setting((8, 8))
    whole = programs.call(descent.advance, ("adam",), descent.start(x), given, np.int32(20))
    parts = descent.start(x)
    for steps in (1, 2, 5, 12):
        parts = programs.call(descent.advance, ("adam",), parts, given, np.int32(steps))
    for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(parts), strict=True):
        assert np.array_equal(a, b)


# ------------------------------------------------------------------ updates and schedule


def test_adam_is_the_textbooks():
    rng = np.random.default_rng(0)
    moments = (jnp.zeros(4), jnp.zeros(4))
    m, v = np.zeros(4), np.zeros(4)
    for step in range(5):
        g = rng.normal(size=4)
        direction, moments = adam(jnp.asarray(g), moments, jnp.int32(step), jnp.float32(0.9))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        expected = (m / (1 - 0.9 ** (step + 1))) / np.sqrt(v / (1 - 0.999 ** (step + 1)))
        np.testing.assert_allclose(direction, expected, rtol=1e-3)


def test_momentum_is_the_heavy_ball():
    direction, moments = momentum(jnp.ones(4), (jnp.full(4, 2.0), jnp.zeros(4)), jnp.int32(0), jnp.float32(0.5))
    assert direction.tolist() == [5.0] * 4  # 0.5 * 2 + 1 * 4 texels
    assert moments[0].tolist() == [5.0] * 4


def test_random_factors():
    weights = losses.Weights(jnp.float32(1), jnp.float32(1), jnp.float32(1))
    drawn = np.array(
        [schedule.loss_weights(weights, jnp.bool_(True), jnp.uint32(7), jnp.int32(step)) for step in range(200)]
    )
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 0.07
    assert np.abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.2  # its own factor for each loss
    assert len(np.unique(drawn)) > 590
    off = schedule.loss_weights(weights, jnp.bool_(False), jnp.uint32(7), jnp.int32(3))
    assert [float(weight) for weight in off] == [1, 1, 1]


# ------------------------------------------------------------------ random numbers and ranks


def lowbias32(x):
    """In plain integers, from the author's page."""
    x = ((x ^ (x >> 16)) * 0x7FEB352D) % 2**32
    x = ((x ^ (x >> 15)) * 0x846CA68B) % 2**32
    return x ^ (x >> 16)


def test_the_hash_is_the_same_in_python_numpy_and_jax():
    x = np.arange(0, 2**32, 97_654_321, dtype=np.uint32)
    expected = [lowbias32(int(value)) for value in x]
    assert mix(x).tolist() == expected
    assert np.asarray(mix(jnp.asarray(x))).tolist() == expected
    key = 0
    for word in (3, 1, 4):
        key = lowbias32((key + 0x9E3779B9) % 2**32) ^ word
    assert int(stream(3, 1, 4)) == lowbias32(key)


def test_unit_interval_is_half_open():
    assert unit_interval(np.array([0, 2**32 - 1], np.uint32)).tolist() == [0, 1 - 2**-24]


def test_permutations():
    first = permutation(1000, stream(1, 0))
    assert np.array_equal(np.sort(first), np.arange(1000))
    for words in ((2, 0), (1, 1)):
        assert np.mean(first == permutation(1000, stream(*words))) < 0.02
    assert abs(np.corrcoef(first, np.arange(1000))[0, 1]) < 0.1


def test_ranks_and_targets():
    assert ranks_of(np.array([[0.3, 0.1], [0.3, 0.2]])).tolist() == [[2, 0], [3, 1]]  # ties in reading order
    x = noise((1025, 1024)).reshape(-1)  # beyond 2^20 texels: two keys
    assert np.array_equal(order_of(jnp.asarray(x)), np.argsort(x, kind="stable"))
    x = noise((32, 32), 3) * 1.4 - 0.2  # packed, some values outside [0, 1]
    quantiles = jnp.arange(1024, dtype=jnp.float32)
    targets = np.asarray(targets_of(jnp.asarray(x), quantiles))
    assert np.array_equal(np.sort(targets, axis=None), np.arange(1024))
    assert np.abs(targets - ranks_of(x)).max() <= 1  # packing rounds values to 22 bits


# ------------------------------------------------------------------ swaps


def swap_setting(shape, cutoff, values, group=None, stride=3):
    centred = (values - values.mean()).astype(np.float32)
    group = np.zeros(len(values), np.int32) if group is None else group
    return swaps.Setting(centred, group, swaps.kernel(shape, cutoff, values.var()), np.int32(stride), np.uint32(9))


def image(order, values, shape):
    flat = np.empty(len(values))
    flat[order] = values
    return flat.reshape(shape)


@pytest.mark.parametrize("shape", [(6, 7), (1, 20), (8, 8)])
def test_swaps_keep_the_values_and_never_raise_the_power(shape):
    count = int(np.prod(shape))
    values = np.linspace(0, 1, count) ** 2
    order = permutation(count, np.uint32(2))
    given = swap_setting(shape, 0.3, values)
    state = programs.call(swaps.start, (shape,), order, given)
    before = spectra.low_frequency(image(order, values, shape), 0.3)
    assert float(state.low) == pytest.approx(before, rel=1e-3)
    for _ in range(4):
        state = programs.call(swaps.advance, (shape,), state, given, np.int32(50))
        after = spectra.low_frequency(image(np.asarray(state.order), values, shape), 0.3)
        assert after <= before * (1 + 1e-4)
        assert float(state.low) == pytest.approx(after, rel=1e-2, abs=1e-6)
        before = after
    assert np.array_equal(np.sort(state.order), np.arange(count))
    assert after < 0.5 * float(programs.call(swaps.start, (shape,), order, given).low)


def test_swaps_stay_inside_their_group():
    shape, values = (8, 8), np.arange(64.0)
    order = permutation(64, np.uint32(2))
    group = (np.arange(64) // 8).astype(np.int32)
    given = swap_setting(shape, 0.3, values, group)
    state = programs.call(
        swaps.advance, (shape,), programs.call(swaps.start, (shape,), order, given), given, np.int32(50)
    )
    moved = np.asarray(state.order)
    assert not np.array_equal(moved, order)
    assert np.array_equal(np.sort(moved.reshape(8, 8)), np.sort(order.reshape(8, 8)))


def test_the_predicted_gain_of_a_swap_is_the_real_one():
    """The formula of the module, against computing the power anew."""
    shape, values = (6, 5), np.sqrt(np.arange(30.0))
    centred = values - values.mean()
    order = permutation(30, np.uint32(4))
    spectrum, space = swaps.kernel(shape, 0.3, values.var())
    x = image(order, centred, shape)
    field = np.fft.irfft2(np.fft.rfft2(x) * spectrum, shape)
    for rank in range(28):
        i, j = (np.array(np.unravel_index(order[k], shape)) for k in (rank, rank + 2))
        d = values[rank + 2] - values[rank]
        gain = 2 * d * (field[tuple(i)] - field[tuple(j)]) + 2 * d**2 * (space[0, 0] - space[tuple(np.abs(i - j))])
        swapped = order.copy()
        swapped[[rank, rank + 2]] = order[[rank + 2, rank]]
        real = spectra.low_frequency(image(swapped, values, shape), 0.3) - spectra.low_frequency(x, 0.3)
        assert gain == pytest.approx(real, abs=1e-5)


# ------------------------------------------------------------------ a whole channel


def quick(size, **more):
    return TextureSpec("t", size, optimizer=Optimizer(steps=24), objective=Spectrum(fine_tuning=24), **more)


@pytest.mark.parametrize(
    "size", [(10, 10), (20, 20), (40, 40), (100, 37), (333, 1), (1, 9), (4, 4), (2, 2), (2, 1), (1, 1), (300, 300)]
)
def test_every_rank_exactly_once(size):
    ranks = optimize_spectrum(quick(size), 0)
    assert ranks.shape == size[::-1]
    assert ranks.dtype == np.int32
    assert np.array_equal(np.sort(ranks, axis=None), np.arange(ranks.size))


@pytest.mark.parametrize("distribution", [TriangularDistribution(), GaussianDistribution(0.2)])
@pytest.mark.parametrize("method", ["adam", "momentum"])
def test_other_distributions_are_blue_too(distribution, method):
    from bluenoise_assets.quality.quantization import quantiles

    spec = TextureSpec(
        "t", (32, 32), distribution=distribution, optimizer=Optimizer(method), bits=16, objective=Spectrum()
    )
    values = quantiles(distribution, 1024)[optimize_spectrum(spec, 0)]
    assert decibels(values) < -45


@pytest.mark.parametrize(
    ("side", "cutoff", "goal", "seeds"), [(64, 0.25, -45, 1), (40, 0.25, -45, 2), (20, 0.25, -36, 3), (10, 0.2, -25, 5)]
)
@pytest.mark.parametrize("bits", [8, 16])
def test_the_goals_of_quality(side, cutoff, goal, seeds, bits):
    """Mean power below the cut-off after exact ranking, in dB below white noise, mean over seeds."""
    found = []
    for seed in range(seeds):
        spec = TextureSpec("t", (side, side), seed=seed, bits=bits, objective=Spectrum(cutoff=cutoff))
        found.append(decibels(optimize_spectrum(spec, 0), cutoff))
    assert np.mean(found) <= goal


def test_deterministic_for_a_seed_and_different_between_seeds_and_channels():
    spec = quick((16, 16), channels=2)
    first = generate_ranks(spec)
    assert np.array_equal(first, generate_ranks(spec))
    assert np.mean(first[0] == first[1]) < 0.05
    assert np.mean(first == generate_ranks(quick((16, 16), channels=2, seed=1))) < 0.05


def test_progress_rises_to_one_and_gives_the_power():
    told = []
    optimize_spectrum(quick((16, 16)), 0, lambda share, low: told.append((share, low)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(low < 10 for _, low in told)
    told.clear()
    optimize_spectrum(quick((4, 4)), 0, lambda share, low: told.append(low))
    assert set(told) == {None}


def test_cancelling_ends_it_within_a_chunk_or_two():
    told = []
    spec = TextureSpec("t", (16, 16), objective=Spectrum(), optimizer=Optimizer(steps=10_000_000))
    with pytest.raises(Cancelled):
        optimize_spectrum(spec, 0, lambda *_: told.append(1), lambda: len(told) >= 2)
    assert len(told) == 2


def test_a_second_texture_of_a_shape_compiles_nothing():
    """Watch mode lives from this: only the first build of a shape pays for the compiler."""
    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _seconds, **_more: compiled.append(name) if "backend_compile" in name else None
    )
    optimize_spectrum(quick((13, 11)), 0)
    assert compiled  # the listener hears
    compiled.clear()
    optimize_spectrum(quick((13, 11), seed=3, bits=16, distribution=TriangularDistribution()), 1)
    other = Spectrum(cutoff=0.15, low_frequency=3, uniformity=0.2, histogram=50, randomize=False, fine_tuning=17)
    optimize_spectrum(TextureSpec("t", (13, 11), objective=other, optimizer=Optimizer(steps=31, learning_rate=0.01)), 0)
    assert compiled == []
