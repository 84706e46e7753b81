"""The report's page while a watch goes on, on the loopback address, refreshed as textures are made.

`server` answers requests, for a fixed table of paths and to nobody but this machine's browser; `stream` holds what the
page is told, for readers of any speed; `state` makes it of a watch's events. `live.js` is the page's side.
"""

from bluenoise_assets.report.live.server import DEFAULT_PORT, Server

__all__ = ["DEFAULT_PORT", "Server"]
