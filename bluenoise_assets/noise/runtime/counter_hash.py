"""Random numbers by hashing a counter: the same on every machine, in any order, with no library's generator.

The mixing function is Chris Wellons' `lowbias32` (nullprogram.com/blog/2018/07/31, public domain). It works on
numpy and on JAX arrays alike.
"""

from typing import Any

import numpy as np
import numpy.typing as npt


def mix(x: Any) -> Any:
    """A bijection of 32-bit unsigned integers whose output bits all depend on all input bits."""
    x = (x ^ (x >> 16)) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * np.uint32(0x846CA68B)
    return x ^ (x >> 16)


def stream(*words: int) -> np.uint32:
    """One 32-bit key from several integers, to tell apart seeds, channels and purposes."""
    key = np.zeros(1, np.uint32)  # an array: numpy's scalars warn where integers wrap
    for word in words:
        key = mix(key + np.uint32(0x9E3779B9)) ^ np.uint32(word)
    return np.uint32(mix(key)[0])


def unit_interval(bits: Any) -> Any:
    """32 random bits as a float32 in [0, 1): the top 24 of them, so that it is exact."""
    return (bits >> 8).astype(np.float32) * np.float32(2.0**-24)


def permutation(count: int, key: np.uint32) -> npt.NDArray[np.int32]:
    """A random order of 0..count-1, int32: the counters sorted by 64 bits of hash."""
    counter = np.arange(count, dtype=np.uint32)
    high = mix(mix(counter) ^ key)
    low = mix(high + mix(counter ^ np.uint32(0xA5A5A5A5)))
    bits = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    return np.argsort(bits, kind="stable").astype(np.int32)
