"""Where a work item is sent: to workers that have the memory, and a GPU where that is worth it."""

import pytest

import bluenoise_assets as bn
from bluenoise_assets.builder.executors import ExecutorError, dask_fleet
from bluenoise_assets.builder.executors.dask_fleet import Fleet
from bluenoise_assets.builder.executors.dask_worker import version
from bluenoise_assets.errors import BuildError

SMALL, LARGE = bn.TextureSpec("s", (8, 8)), bn.TextureSpec("l", (1024, 1024))
GIB = 2**30


class Client:
    """What a fleet asks of dask's: which workers there are, and what each answers."""

    def __init__(self, **workers):
        self.workers = {
            name: {"name": name, "nthreads": 2, "memory_limit": 8 * GIB, "resources": {}} | data
            for name, data in workers.items()
        }
        self.answers = {}
        self.asked = []

    def scheduler_info(self, n_workers):
        return {"workers": dict(self.workers)}

    def run(self, function, source, variables, workers, on_error):
        self.asked += workers
        return {name: self.answers.get(name, version()) for name in workers}


def fleet_of(client, warn=pytest.fail):
    fleet = Fleet(client, "tcp://s:1", warn)
    fleet.look()
    return fleet


def test_all_workers_may_make_all_as_long_as_they_can():
    fleet = fleet_of(Client(a={}, b={}))
    assert fleet.places(SMALL) == fleet.places(LARGE) == {}
    assert fleet.threads == 4


def test_what_does_not_fit_goes_elsewhere_or_nowhere():
    client = Client(a={"memory_limit": GIB // 2}, b={"memory_limit": 0})
    fleet = fleet_of(client)
    assert fleet.places(SMALL) == {}
    assert fleet.places(bn.TextureSpec("h", (8192, 8192))) == {"workers": ["b"]}
    del client.workers["b"]
    fleet.look()
    with pytest.raises(BuildError, match=r"needs about 7\.\d GiB of memory, and the largest dask worker has 0\.5 GiB"):
        fleet.places(bn.TextureSpec("h", (8192, 8192)))


def test_declared_memory_is_shared_out_by_dask():
    fleet = fleet_of(Client(a={"resources": {"memory": 4e9}}, b={"resources": {"memory": 4e9}}))
    found = fleet.places(SMALL)
    assert found.keys() == {"resources"}
    assert 2**28 < found["resources"]["memory"] < 2**29


def test_large_work_prefers_a_gpu():
    fleet = fleet_of(Client(a={}, b={"resources": {"GPU": 1}}))
    assert fleet.places(SMALL) == {}
    assert fleet.places(LARGE) == {"workers": ["b"], "allow_other_workers": True}


def test_new_workers_are_asked_once_and_refused_once():
    told, client = [], Client(a={}, b={})
    client.answers["b"] = (version()[0] + 1, *version()[1:])
    fleet = fleet_of(client, told.append)
    fleet.look()
    assert sorted(client.asked) == ["a", "b"]
    assert len(told) == 1
    assert told[0].startswith("this dask worker gets nothing to do: b has bluenoise-assets")
    assert fleet.places(SMALL) == {"workers": ["a"]}
    client.workers["c"] = dict(client.workers["a"], name="c")
    fleet.look()
    assert fleet.places(SMALL) == {"workers": ["a", "c"]}
    assert fleet.is_useful(["c"])
    assert not fleet.is_useful(["b"])
    fleet.check()
    del client.workers["a"], client.workers["c"]
    fleet.look()
    with pytest.raises(ExecutorError, match=r"no worker of the dask scheduler at tcp://s:1 is of use: it has"):
        fleet.check()


def test_a_cluster_without_workers_is_waited_for_and_not_for_ever(monkeypatch):
    fleet = fleet_of(Client())
    fleet.check()
    assert fleet.places(LARGE) == {}
    monkeypatch.setattr(dask_fleet, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(ExecutorError, match="has had no worker for"):
        fleet.check()
