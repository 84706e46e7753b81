"""The updates are the textbooks'."""

import jax.numpy as jnp
import numpy as np

from bluenoise_assets.noise.runtime.compiled import own_settings
from bluenoise_assets.noise.spectrum.updates import adam, momentum


@own_settings()
def test_adam_is_the_textbooks():
    rng = np.random.default_rng(0)
    moments = (jnp.zeros(4), jnp.zeros(4))
    m, v = np.zeros(4), np.zeros(4)
    for step in range(5):
        g = rng.normal(size=4)
        direction, moments = adam(jnp.asarray(g, jnp.float32), moments, jnp.int32(step), jnp.float32(0.9))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        expected = (m / (1 - 0.9 ** (step + 1))) / np.sqrt(v / (1 - 0.999 ** (step + 1)))
        np.testing.assert_allclose(direction, expected, rtol=1e-3)


@own_settings()
def test_momentum_is_the_heavy_ball():
    direction, moments = momentum(jnp.ones(4), (jnp.full(4, 2.0), jnp.zeros(4)), jnp.int32(0), jnp.float32(0.5))
    assert direction.tolist() == [5.0] * 4  # 0.5 * 2 + 1 * 4 texels
    assert moments[0].tolist() == [5.0] * 4
