"""No test reads or writes the user's own cache; compiled programs are shared by the tests of a session."""

import os
import signal

import pytest

OTHERS = (
    "BLUENOISE_REMOTE_CACHE",
    "BLUENOISE_CACHE_WRITE",
    "BLUENOISE_REMOTE_TIMEOUT",
    "BLUENOISE_EXECUTOR",
    "BLUENOISE_SCHEDULER",
)

for name in (
    "SIGINT",
    "SIGHUP",
):  # under nohup, or in a shell's background, they are ignored, and children inherit that
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)  # as deaf as before, but children start with the default


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    before = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")}
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "BLUENOISE_POLL", "BLUENOISE_CACHE_LIMIT", *OTHERS):
        os.environ.pop(name, None)  # our own CI must not change what the tests see
    yield
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})
