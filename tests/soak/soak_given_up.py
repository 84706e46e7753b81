"""Giving up at 20 moments. Run: python -m pytest tests/soak/soak_given_up.py"""

import pytest
from support.given_up import CANCELLED, GIVEN_UP, assert_given_up


@pytest.mark.parametrize("tenths", range(0, 20, 2))
def test_cancelled_while_programs_are_compiled(tmp_path, tenths):
    assert_given_up(tmp_path, CANCELLED, [str(tenths / 10), str((tenths + 1) / 10)])


@pytest.mark.parametrize("events", range(2, 8, 2))
def test_given_up_by_a_listener(tmp_path, events):
    assert_given_up(tmp_path, GIVEN_UP, [str(events), str(events + 1)])
