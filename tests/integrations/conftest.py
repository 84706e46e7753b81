"""Programs that come with Python packages, such as Meson, are looked for beside the running Python too."""

import os
import sys
from pathlib import Path

import pytest
from support.tool import Tool


@pytest.fixture(autouse=True, scope="session")
def _path():
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    yield
    os.environ["PATH"] = before


@pytest.fixture
def tool(tmp_path_factory, _path):
    """A tool for each test: some change it."""
    return Tool(tmp_path_factory.mktemp("tool"))
