"""The sums of neighbours' values against rolling, and kernels as products of lines."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bluenoise_assets import BoxFilter, EyeFilter, GaussianFilter, TableFilter
from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.threshold.means import means_of, mixed, products_of_lines, window_means
from bluenoise_assets.noise.threshold.stencil import wrapped
from bluenoise_assets.quality.kernels import autocorrelation

DIAGONAL = TableFilter(((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


def product_sum(products, shape):
    total = np.zeros(shape)
    for lines, factor in products:
        product = np.array(float(factor))
        for line in lines:
            product = np.multiply.outer(product, np.array(line, float))
        total += product
    return total


@pytest.mark.parametrize(
    ("part", "axes"),
    [(GaussianFilter((1.0, 2.5)), 2), (GaussianFilter(1.5), 1), (GaussianFilter(0.8), 3), (BoxFilter(3), 2)],
)
def test_a_gaussian_and_a_box_are_one_product(part, axes):
    table = autocorrelation(part, axes)
    products = products_of_lines(table)
    assert len(products) == 1
    np.testing.assert_allclose(product_sum(products, table.shape), table.astype(float), atol=1e-9 * table.max())


@pytest.mark.parametrize("part", [EyeFilter(70.0), DIAGONAL])
def test_other_kernels_are_nearly_a_few(part):
    table = autocorrelation(part, 2)
    missing = np.abs(product_sum(products_of_lines(table), table.shape) - table.astype(float)).sum()
    assert missing < 0.006 * np.abs(table.astype(float)).sum()


@pytest.mark.parametrize(
    ("part", "shape"),
    [
        (GaussianFilter(2.0), (1, 1, 30, 40)),
        (GaussianFilter((2.0, 0.6)), (2, 3, 24, 9)),
        (GaussianFilter(0.45), (1, 1, 20, 20)),
        (GaussianFilter(1.5), (1, 2, 4, 6)),
        (GaussianFilter(1.5), (1, 1, 1, 50)),
        (EyeFilter(70.0), (1, 2, 40, 32)),
        (DIAGONAL, (1, 1, 16, 16)),
        (GaussianFilter(1.0), (1, 2, 8, 10, 12)),
    ],
)
@own_settings()
def test_means_are_what_rolling_gives(part, shape):
    """The weighted sum of all other texels' values, less its mean, within 1% of the values' range."""
    rng, space, channels = np.random.default_rng(3), shape[2:], shape[1]
    table = autocorrelation(part, len(space))
    radius = tuple(side // 2 for side in table.shape)
    mix = [[Fraction(1) if c == d else Fraction(1, 4) for d in range(channels)] for c in range(channels)]
    outside = int(np.abs(table).sum()) - int(table[radius])
    unit = Fraction(1 << 15) / outside
    means = jax.tree.map(jnp.asarray, means_of(table, space, radius, mix, unit))
    values = rng.integers(0, 1 << 15, shape).astype(np.int32)
    short = jnp.asarray(values, jnp.uint16)

    @jax.jit  # a program, as it is a part of one: operation by operation, each is compiled
    def program(yes, short, values, means):
        return window_means(
            yes, wrapped(mixed(short, means), (0, *radius)), values, means, jnp.arange(channels), radius
        )

    found = program(jnp.bool(True), short, jnp.asarray(values), means)
    expected = np.zeros(shape)
    for place in np.ndindex(*table.shape):
        offset = [p - r for p, r in zip(place, radius, strict=True)]
        weight = float(table[place] * unit) / (1 << 15)
        itself = all(o % side == 0 for o, side in zip(offset, space, strict=True))
        neighbour = np.roll(values, [-o for o in offset], range(2, len(shape)))
        for c in range(channels):
            for d in range(channels):
                if not (itself and c == d):
                    expected[:, c] += weight * float(mix[c][d]) * (neighbour[:, d] - (1 << 14))
    assert np.abs(np.asarray(found) - expected).max() < 0.01 * (1 << 15)
