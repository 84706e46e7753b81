"""External tools: a test without its tool is skipped, or fails where all tools must be there (CI)."""

import importlib
import os
import shutil
from types import ModuleType
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    """Skip the test; fail it if the environment says BLUENOISE_REQUIRE_TOOLS=1."""
    text = f"{what} is missing; install it with: {install}"
    if os.environ.get("BLUENOISE_REQUIRE_TOOLS") == "1":
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def require(tool: str, install: str) -> str:
    """The path of a program."""
    return shutil.which(tool) or missing(tool, install)


def require_module(name: str, install: str) -> ModuleType:
    """A Python module."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(name, install)
