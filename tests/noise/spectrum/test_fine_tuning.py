"""Swaps keep every value and only ever lower the power below the cut-off."""

import numpy as np
import pytest
from support.references import spectra

from bluenoise_assets.noise.runtime import compiled
from bluenoise_assets.noise.runtime.counter_hash import permutation
from bluenoise_assets.noise.spectrum import fine_tuning


def params(shape, cutoff, values, group=None, stride=3):
    centred = (values - values.mean()).astype(np.float32)
    group = np.zeros(len(values), np.int32) if group is None else group
    return fine_tuning.Params(
        centred, group, fine_tuning.kernel(shape, cutoff, values.var()), np.int32(stride), np.uint32(9)
    )


def image(order, values, shape):
    flat = np.empty(len(values))
    flat[order] = values
    return flat.reshape(shape)


def begun(shape, order, given):
    """After the round that only measures."""
    state = compiled.call(fine_tuning.step, (shape,), fine_tuning.init(order), given, np.int32(1))
    assert np.array_equal(state.order, order)
    return state


@pytest.mark.parametrize("shape", [(6, 7), (1, 20), (8, 8)])
def test_swaps_keep_the_values_and_never_raise_the_power(shape):
    count = int(np.prod(shape))
    values = np.linspace(0, 1, count) ** 2
    order = permutation(count, np.uint32(2))
    given = params(shape, 0.3, values)
    state = begun(shape, order, given)
    before = spectra.low_frequency(image(order, values, shape), 0.3)
    assert float(state.low) == pytest.approx(before, rel=1e-3)
    for _ in range(4):
        state = compiled.call(fine_tuning.step, (shape,), state, given, np.int32(50))
        after = spectra.low_frequency(image(np.asarray(state.order), values, shape), 0.3)
        assert after <= before * (1 + 1e-4)
        assert float(state.low) == pytest.approx(after, rel=1e-2, abs=1e-6)
        before = after
    assert np.array_equal(np.sort(state.order), np.arange(count))
    assert after < 0.5 * float(begun(shape, order, given).low)


def test_swaps_stay_inside_their_group():
    shape, values = (8, 8), np.arange(64.0)
    order = permutation(64, np.uint32(2))
    group = (np.arange(64) // 8).astype(np.int32)
    given = params(shape, 0.3, values, group)
    state = compiled.call(fine_tuning.step, (shape,), begun(shape, order, given), given, np.int32(50))
    moved = np.asarray(state.order)
    assert not np.array_equal(moved, order)
    assert np.array_equal(np.sort(moved.reshape(8, 8)), np.sort(order.reshape(8, 8)))


def test_the_predicted_gain_of_a_swap_is_the_real_one():
    """The formula of the module, against computing the power anew."""
    shape, values = (6, 5), np.sqrt(np.arange(30.0))
    centred = values - values.mean()
    order = permutation(30, np.uint32(4))
    spectrum, space = fine_tuning.kernel(shape, 0.3, values.var())
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
