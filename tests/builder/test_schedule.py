"""Every part is done once, whoever is busy; nothing runs after the end."""

import os
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.paths import ROOT

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
        assert abandoned.wait(120)

    recorder = Recorder(2, work)
    with pytest.raises(ZeroDivisionError):
        recorder.schedule.run([(0, 1, 0), (1, 1, 0), (2, 1, 0)], abandoned.is_set, abandoned.set)
    assert abandoned.is_set()
    assert recorder.running == 0


def run_python(code):
    """What a program prints, which must end by itself and without an error."""
    command, environment = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


INTERRUPTED = """
import random, signal, threading, time
from bluenoise_assets.builder.schedule import Schedule

def never():
    return False

inside = interrupts = 0
for round in range(150):
    abandoned = threading.Event()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.002, 0.03))
        schedule = Schedule(2, lambda item: 3, lambda item, part: None)
        while True:
            schedule.run(range(200), abandoned.is_set, abandoned.set)
    except KeyboardInterrupt:
        interrupts += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    abandoned.set()
print(interrupts, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="the timer is POSIX's")
def test_ctrl_c_among_very_short_tasks_never_hangs():
    """Raised inside of `concurrent.futures.wait`, it left locks taken, which the next wait then wanted."""
    assert run_python(INTERRUPTED) == "150\n"


LONG = """
import os, signal, threading, time
from bluenoise_assets.builder.schedule import Schedule

abandoned, at_work = threading.Event(), threading.Event()

def work(item, part):
    os.kill(os.getpid(), signal.SIGINT)
    assert abandoned.wait(60)
    time.sleep(2)
    print("the worker has ended", flush=True)

try:
    Schedule(1, lambda item: 2, work).run(["a"], abandoned.is_set, abandoned.set)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupt_is_not_held_up_by_a_worker_and_the_interpreter_ends_after_it():
    """Half a second, and the caller goes on; a worker that is cut off inside XLA would abort the process."""
    assert run_python(LONG) == "interrupted\nthe worker has ended\n"
