"""Looking up ahead: in order, never more than fits, nothing that nobody wants; one trouble at a time is told."""

import threading
import time

import pytest

from bluenoise_assets.builder.cache.remote import remote as module
from bluenoise_assets.builder.cache.remote.remote import AHEAD_BYTES, MOST_THREADS, Remote, Wanted
from bluenoise_assets.builder.cache.remote.store import StoreError
from bluenoise_assets.errors import Cancelled

MIB = 2**20
TIMEOUT = 60


class Fake:
    """A store whose objects are as large as they say; each lookup waits until it is let go."""

    def __init__(self):
        self.asked, self.written, self.fails = [], [], {}
        self.open = threading.Event()
        self.open.set()

    def load(self):
        pass

    def read(self, name, limit):
        self.asked.append(name)
        self.open.wait(TIMEOUT)
        if name in self.fails:
            raise StoreError(self.fails[name])
        return None if name.startswith("no") else bytes(limit)

    def write(self, name, data):
        if "written" in self.fails:
            raise StoreError(self.fails["written"])
        self.written.append((name, data))


@pytest.fixture
def store(monkeypatch):
    made = Fake()
    monkeypatch.setattr(module, "Store", lambda _url, write: made)
    monkeypatch.setattr(module, "_processes", {})
    return made


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def remote(store, warnings):
    made = Remote("x://y", warnings.append, 30.0, write=True)
    yield made
    store.open.set()
    made.close()


def wanted(count, size=MIB, kind="a"):
    return [Wanted(f"{kind}{number}", size, size) for number in range(count)]


def until(condition):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def take(remote, one):
    return remote.take(one, lambda: False)


def test_what_lies_ahead_in_memory_is_bounded_and_goes_on_as_it_is_taken(remote, store):
    ones = wanted(100)
    remote.expect(ones)
    until(lambda: len(store.asked) == AHEAD_BYTES // MIB)
    time.sleep(0.1)
    assert len(store.asked) == AHEAD_BYTES // MIB
    for number, one in enumerate(ones):
        assert len(take(remote, one)) == MIB
        until(lambda many=number: len(store.asked) == min(100, AHEAD_BYTES // MIB + many + 1))
    assert sorted(store.asked) == sorted(one.name for one in ones)  # each once


def test_what_is_not_there_takes_no_room(remote, store):
    remote.expect(wanted(200, kind="no"))
    until(lambda: len(store.asked) == 200)


def test_what_is_larger_than_all_room_is_looked_up_when_it_is_asked_for(remote, store):
    first, second = wanted(2, 2 * AHEAD_BYTES)
    remote.expect([first, second])
    time.sleep(0.1)
    assert store.asked == []
    assert len(take(remote, second)) == 2 * AHEAD_BYTES
    assert store.asked == [second.name]


def test_what_the_build_waits_for_comes_first(remote, store):
    store.open.clear()
    ones = wanted(MOST_THREADS + 20, 1)
    remote.expect(ones)
    until(lambda: len(store.asked) == MOST_THREADS)
    done = []
    waiter = threading.Thread(target=lambda: done.append(take(remote, ones[-1])))
    waiter.start()
    until(lambda: remote._urgent)
    store.open.set()
    waiter.join(TIMEOUT)
    assert done == [b"\0"]
    assert store.asked.index(ones[-1].name) < MOST_THREADS + 1


def test_nothing_more_is_looked_up_for_a_build_that_has_ended(remote, store):
    store.open.clear()
    remote.expect(wanted(100, 1))
    until(lambda: len(store.asked) == MOST_THREADS)
    remote.close()
    store.open.set()
    until(lambda: remote._threads == 0)
    assert len(store.asked) == MOST_THREADS


def test_what_was_found_elsewhere_is_not_looked_up(remote, store):
    ones = wanted(2, 2 * AHEAD_BYTES)
    remote.expect([*ones, *wanted(1, 1, "b")])
    for one in ones:
        remote.drop(one.name)
    until(lambda: store.asked == ["b0"])


def test_a_cancelled_build_does_not_wait(remote, store):
    store.open.clear()
    with pytest.raises(Cancelled):
        remote.take(wanted(1)[0], lambda: True)


def test_a_store_that_fails_again_and_again_is_left_alone(remote, store, warnings):
    ones = wanted(50, 1)
    store.fails = dict.fromkeys([one.name for one in ones], "server")
    remote.expect(ones)
    assert [take(remote, one) for one in ones] == [None] * 50
    assert len(store.asked) <= MOST_THREADS + 3
    remote.close()
    assert len(warnings) == 1
    assert "cannot be read: it reports an error of its own; this build leaves it alone" in warnings[0]


def test_what_fails_now_and_then_is_told_once_at_the_end(remote, store, warnings):
    store.fails = {"a1": "down", "a3": "down"}
    assert [take(remote, one) is None for one in wanted(5, 1)] == [False, True, False, True, False]
    assert warnings == []
    remote.close()
    assert len(warnings) == 1
    assert "cannot be read: it cannot be reached, or the connection breaks off (2 times)" in warnings[0]


def test_absent_objects_that_look_forbidden_do_not_turn_a_store_off(remote, store, warnings):
    """S3 forbids what is not there to those who may not list a bucket."""
    ones = wanted(30, 1)
    store.fails = dict.fromkeys([one.name for one in ones[:-1]], "forbidden")
    assert [take(remote, one) for one in ones] == [None] * 29 + [b"\0"]
    remote.close()
    assert len(warnings) == 1


def test_writing_goes_on_behind_the_build_and_is_waited_for(remote, store, tmp_path):
    for number in range(40):
        (tmp_path / str(number)).write_bytes(bytes([number]))
        remote.put(f"w{number}", tmp_path / str(number), 10)
    remote.put("huge", tmp_path / "0", 0)
    remote.put("gone", tmp_path / "gone", 10)
    remote.put("a-known", tmp_path / "0", 10, look_first=True)
    remote.put("no-known", tmp_path / "1", 10, look_first=True)
    remote.finish(lambda: False)
    assert dict(store.written) == {f"w{number}": bytes([number]) for number in range(40)} | {"no-known": b"\1"}


def test_writing_stops_at_the_first_refusal_and_reading_goes_on(remote, store, warnings, tmp_path):
    store.fails = {"written": "full"}
    (tmp_path / "file").write_bytes(b"x")
    for number in range(50):
        remote.put(f"w{number}", tmp_path / "file", 10)
    remote.finish(lambda: False)
    assert take(remote, wanted(1, 1)[0]) == b"\0"
    remote.close()
    (warning,) = warnings
    assert "cannot be written: there is no more room" in warning


def test_threads_that_hang_in_earlier_builds_are_not_added_to(remote, store, warnings):
    store.open.clear()
    remote.expect(wanted(100, 1))
    until(lambda: len(store.asked) == MOST_THREADS)
    remote.close()
    before = threading.active_count()
    again = Remote("x://y", warnings.append, 0.2, write=True)
    again.expect(wanted(100, 1, "b"))
    assert take(again, wanted(1, 1, "b")[0]) is None
    assert threading.active_count() <= before
    assert len(store.asked) == MOST_THREADS
    assert "has made the build wait for 0.2 s in all" in warnings[0]
