"""One Chromium for all pages of a session."""

import pytest
from support.browser import Browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    one = Browser(tmp_path_factory.mktemp("browser"))
    yield one
    one.end()
