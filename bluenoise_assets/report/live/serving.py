"""The live page of a watch, from the first look to the last."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.builder.events import Listener
from bluenoise_assets.manifest import Given
from bluenoise_assets.report.live.server import Server
from bluenoise_assets.report.live.state import LiveReport
from bluenoise_assets.report.live.stream import Stream


class Serving(NamedTuple):
    """Where the page is, and who wants to hear what the watch tells."""

    url: str
    listener: Listener


@contextlib.contextmanager
def serving(port: int, paths: list[Path], output: Path | None, variables: Given | None) -> Iterator[Serving]:
    """Serve the page of what these paths build, until the end of the block.

    Raises `UsageError` for a port that cannot be had.
    """
    stream = Stream()
    report = LiveReport(paths, output, variables, stream)
    server = Server(port, report.pages, stream)
    server.start()
    report.start()
    try:
        yield Serving(server.url, report.take)
    finally:
        report.stop()
        server.stop()
