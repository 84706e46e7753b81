"""Loops in pieces: what the progress tells while iterations of different cost follow each other."""

import pytest

from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop


def test_progress_counts_what_iterations_cost():
    """Ten cheap ones and five that take four times as long: at the end of the first a third is done."""
    told = []
    loop = ChunkedLoop(30, lambda share, figure: told.append((share, figure)), lambda: False)
    count = loop.run(lambda state, now: state + now, 0, 10, lambda _state: None)
    assert count == 10
    assert told[-1] == (pytest.approx(1 / 3), None)
    first = len(told)
    loop.run(lambda state, now: state + now, 0, 5, float, cost=4)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[first] == pytest.approx((10 + 4) / 30)  # the first piece is one iteration
    assert told[-1] == (pytest.approx(1), 5.0)


def test_a_loop_that_ends_early_has_done_all_the_same():
    told = []
    loop = ChunkedLoop(8, lambda share, _figure: told.append(share), lambda: False)
    loop.run(lambda state, now: state + now, 0, 4, lambda _state: None, lambda state: state >= 1, 1.0)
    loop.run(lambda state, now: state + now, 0, 2, lambda _state: None, cost=2.0)
    assert told == sorted(told)
    assert told[-1] == 1
