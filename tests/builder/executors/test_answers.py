"""What dask says instead of a result: one line, or asked again."""

import types

import pytest
from support.farm import INSTALL
from support.tools import require_module

from bluenoise_assets.builder.executors import ExecutorError
from bluenoise_assets.builder.executors.dask_executor import _answer
from bluenoise_assets.errors import BuildError


@pytest.fixture
def distributed():
    return require_module("distributed", INSTALL)


class Session:
    def __init__(self, lost=False):
        self.lost, self.looks = lost, 0
        self.fleet = types.SimpleNamespace(look=self.look)

    def look(self):
        self.looks += 1


def answer(session, result):
    def give(timeout):
        if isinstance(result, Exception):
            raise result
        return result

    return _answer(session, types.SimpleNamespace(result=give))


def test_what_is_asked_again(distributed):
    for lost in (distributed.CancelledError("t"), TimeoutError(), {"cancelled": True}):
        assert answer(Session(), lost) is None
    assert answer(Session(lost=True), OSError("the connection has gone")) is None
    for wrong in ({"refused": (1, 0, "0.0.9")}, ModuleNotFoundError("no", name="bluenoise_assets")):
        session = Session()
        assert answer(session, wrong) is None
        assert session.looks == 1


def test_what_is_an_error(distributed):
    killed = distributed.scheduler.KilledWorker("t", types.SimpleNamespace(address="tcp://w:1"), 3)
    with pytest.raises(BuildError, match="4 dask workers ended while they made it; they may lack the memory"):
        answer(Session(), killed)
    with pytest.raises(ExecutorError, match="the dask cluster cannot run a task: OSError: why"):
        answer(Session(), OSError("why"))
    with pytest.raises(MemoryError):
        answer(Session(), {"memory": True})
