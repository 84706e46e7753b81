"""The graphics devices, started once, and what runs a job on them."""

import pytest
from support.gpu import Lavapipe, Llvmpipe, closing


@pytest.fixture(scope="session")
def llvmpipe():
    yield from closing(Llvmpipe)


@pytest.fixture(scope="session")
def lavapipe():
    return Lavapipe()


@pytest.fixture
def run(request, tmp_path):
    """A job's results, by the language of its shader."""

    def run_in(language, job):
        match language:
            case "wgsl":
                return request.getfixturevalue("lavapipe").wgsl(job)
            case "hlsl":
                return request.getfixturevalue("llvmpipe").hlsl(job, tmp_path)
            case _:  # Godot's functions are GLSL
                return request.getfixturevalue("llvmpipe").glsl(job)

    return run_in
