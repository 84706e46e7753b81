"""Frames on several devices: the same bytes as on one. A process with four devices has made what is looked at."""

import pytest
from support import frames_on_devices
from support.golden_frames import GOLDEN


@pytest.fixture(scope="module")
def found():
    return frames_on_devices.found()


def test_frames_in_slabs_have_the_bytes_that_they_always_had(found):
    """In two slabs, each of which needs all rows of the other."""
    assert found["golden"] == GOLDEN["taa"]


def test_every_number_of_devices_takes_the_same_steps(found):
    *one, whole = found["steps"]["1"]
    *four, part = found["steps"]["4"]
    assert one == four
    assert part == whole // 4


def test_devices_are_used_as_far_as_rows_and_filters_allow(found):
    assert found["used"] == {"1": [1] * 5, "2": [2, 2, 2, 2, 1], "3": [2, 2, 3, 3, 1], "4": [4, 4, 3, 4, 1]}
