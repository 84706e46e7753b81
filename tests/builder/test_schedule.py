"""Every part is done once, whoever is busy; nothing runs after the end."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluenoise_assets.builder.schedule import Schedule
from bluenoise_assets.errors import Cancelled


def never():
    return False


class Recorder:
    """Items are (name, parts, refusals): `begin` says "elsewhere" that many times first."""

    def __init__(self, jobs, work=lambda item, part: None):
        self.begun, self.done, self.refused = [], [], {}
        self.running = self.most = 0
        self.guard = threading.Lock()
        self.work_on = work
        self.schedule = Schedule(jobs, self.begin, self.work)

    def begin(self, item):
        name, parts, refusals = item
        with self.guard:
            self.refused[name] = self.refused.get(name, 0) + 1
            if self.refused[name] <= refusals:
                return None
            self.begun.append(name)
        return parts

    def work(self, item, part):
        with self.guard:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            self.work_on(item, part)
        finally:
            with self.guard:
                self.running -= 1
                self.done.append((item[0], part))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0, 0, 0, 0, 1])), max_size=8),
    st.integers(1, 4),
)
def test_every_part_is_done_once(shapes, jobs):
    items = [(name, parts, refusals) for name, (parts, refusals) in enumerate(shapes)]
    recorder = Recorder(jobs)
    recorder.schedule.run(items, never, pytest.fail)
    assert sorted(recorder.begun) == list(range(len(items)))
    assert sorted(recorder.done) == [(name, part) for name, parts, _ in items for part in range(parts)]
    assert recorder.most <= jobs


def test_parts_of_what_was_begun_come_first():
    recorder = Recorder(1)
    recorder.schedule.run([("a", 3, 0), ("b", 2, 0)], never, pytest.fail)
    assert recorder.done == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]


def test_what_is_made_elsewhere_does_not_hold_up_the_rest():
    recorder = Recorder(1)
    recorder.schedule.run([("a", 1, 3), ("b", 1, 0), ("c", 1, 0)], never, pytest.fail)
    assert recorder.done == [("b", 0), ("c", 0), ("a", 0)]


def test_cancelling_ends_when_no_thread_is_at_work():
    cancelled = threading.Event()

    def work(item, part):
        if part == 1:
            cancelled.set()
            time.sleep(0.3)
        if cancelled.is_set():
            raise Cancelled

    recorder = Recorder(2, work)
    recorder.schedule.run([(name, 3, 0) for name in range(50)], cancelled.is_set, pytest.fail)
    assert recorder.running == 0
    assert len(recorder.begun) < 10


def test_an_error_is_raised_and_the_workers_are_told():
    abandoned = threading.Event()

    def work(item, part):
        if item[0] == 0:
            raise ZeroDivisionError
        assert abandoned.wait(10)

    recorder = Recorder(2, work)
    with pytest.raises(ZeroDivisionError):
        recorder.schedule.run([(0, 1, 0), (1, 1, 0), (2, 1, 0)], abandoned.is_set, abandoned.set)
    assert abandoned.is_set()
    assert recorder.running == 0
