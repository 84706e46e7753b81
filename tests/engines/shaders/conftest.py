"""The graphics devices, started once."""

import pytest
from support.gpu import Lavapipe, Llvmpipe, closing


@pytest.fixture(scope="session")
def llvmpipe():
    yield from closing(Llvmpipe)


@pytest.fixture(scope="session")
def lavapipe():
    return Lavapipe()
