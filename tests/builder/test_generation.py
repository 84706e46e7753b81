"""The Python API for one texture, and golden bytes."""

import hashlib
import sys

import numpy as np
import pytest

import bluenoise_assets as bn


def test_generate_gives_texels():
    quick = {"optimizer": bn.Optimizer(steps=8), "objective": bn.Spectrum(fine_tuning=8)}
    assert bn.generate(bn.TextureSpec("t", (5, 3), **quick)).shape == (3, 5)
    three = bn.generate(bn.TextureSpec("t", (5, 3), channels=3, bits=16, **quick))
    assert (three.shape, three.dtype) == ((3, 5, 3), np.uint16)
    shares = []
    bn.generate_ranks(bn.TextureSpec("t", (5, 3), channels=2, **quick), lambda share, _low: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_every_public_name_is_there():
    for name in bn.__all__:
        assert getattr(bn, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bn.nothing
    assert "bluenoise_assets.builder.generation" in sys.modules


def test_the_start_pattern_is_the_same_on_every_machine():
    """Integer arithmetic alone. If this changes, ALGORITHM must go up."""
    from bluenoise_assets.noise.runtime.counter_hash import permutation, stream

    data = permutation(4096, stream(1, 0, 0)).astype("<i4").tobytes()
    assert hashlib.sha256(data).hexdigest() == "d2df236ed18dd105d806529a30636561ff35d9c6640827143ebe865eb82dfc56"
