"""Random numbers by hashing."""

import jax.numpy as jnp
import numpy as np

from bluenoise_assets.noise.runtime.counter_hash import mix, permutation, stream, unit_interval


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
