"""The report's page while a watch goes on, on the loopback address, kept up to date as textures are made.

`server` answers requests, for a fixed table of paths and to nobody but this machine's browser; `stream` holds what the
page is told, for readers of any speed; `state` makes that of a watch's events, `serving` is all of them together.
`live.js` is the page's side.
"""

from bluenoise_assets.report.live.serving import serving

__all__ = ["serving"]
