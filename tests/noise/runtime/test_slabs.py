"""One texture on several devices: the same bytes as on one. A process with four devices has made what is looked at."""

import threading

import pytest
from support import slabs_on_devices
from support.golden_masks import GOLDEN

from bluenoise_assets import Cancelled
from bluenoise_assets.noise.runtime import slabs


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return slabs_on_devices.found(tmp_path_factory.mktemp("programs"))


def test_a_mask_in_slabs_has_the_bytes_that_it_always_had(found):
    """Of 512x384 in three bands, of which each device gets one."""
    assert found["golden"] == [3, GOLDEN["in bands"]]


def test_every_number_of_devices_makes_the_same_bytes(found):
    """Two channels, annealed, with more bands than devices and more tiles than one in a slab."""
    one, two, four = (found["bands"][count] for count in "124")
    assert [one[0], two[0], four[0]] == [1, 2, 4]
    assert one[1] == two[1] == four[1]


def test_devices_are_used_as_far_as_bands_and_filters_allow(found):
    assert found["used"] == {"1": [1] * 5, "2": [2, 2, 2, 2, 2], "3": [2, 3, 3, 2, 2], "4": [4, 3, 3, 2, 2]}


def test_a_slab_sees_what_lies_around_it_in_the_texture(found):
    assert found["halos"] == []


def test_programs_for_several_devices_are_kept_on_disk(found):
    assert found["again"] == found["bands"]["4"]
    assert found["compilations"] == []


def test_textures_that_want_the_same_devices_take_turns(found):
    assert found["threads"] == [found["bands"]["4"]] * 2 + ["cancelled"]


def test_a_cancelled_texture_leaves_the_devices_to_others(found):
    assert found["cancelled"]


def test_waiting_for_the_devices_ends_when_cancelled_or_when_they_are_free():
    mesh, order = object(), []
    with slabs.all_devices(mesh, lambda: False):
        with pytest.raises(Cancelled), slabs.all_devices(mesh, lambda: True):
            pass
        with slabs.all_devices(None, lambda: True):  # who needs one device alone waits for nobody
            order.append("alone")
        other = threading.Thread(target=_has, args=(mesh, order))
        other.start()
        order.append("first")
    other.join(60)
    assert order == ["alone", "first", "second"]


def _has(mesh, order):
    with slabs.all_devices(mesh, lambda: False):
        order.append("second")


def test_one_device_needs_no_slabs():
    assert slabs.mesh_for(parts=64, rows=4096, least_rows=1, texels=1 << 24) is None
