"""The time in which any thread waits counts once, is bounded, and comes back to a process that goes on."""

import pytest

from bluenoise_assets.builder.cache.remote import patience as module
from bluenoise_assets.builder.cache.remote.patience import RENEWED_SECONDS, Patience


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def test_waits_of_several_threads_count_once(clock):
    patience = Patience()
    patience.begin(30)
    with patience.waiting():
        clock.now += 3
        with patience.waiting():
            clock.now += 4
            assert patience.left() == 23
        clock.now += 5
    clock.now += 100  # nobody waits: the build makes textures
    with patience.waiting():
        clock.now += 1
    assert patience.left() == 17


def test_it_ends_and_does_not_come_back_while_the_build_goes_on(clock):
    patience = Patience()
    patience.begin(30)
    with patience.waiting():
        clock.now += 31
        assert patience.left() == 0
    clock.now += 10 * RENEWED_SECONDS
    assert patience.left() == 0


def test_a_watch_has_it_back_after_a_while(clock):
    patience = Patience()
    patience.begin(30)
    patience.end()
    clock.now += RENEWED_SECONDS - 1
    patience.begin(30)  # the next save
    assert patience.left() == 0
    clock.now += 1
    patience.begin(30)
    assert patience.left() == 30
