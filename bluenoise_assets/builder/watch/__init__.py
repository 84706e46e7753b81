"""Builds, and builds again whenever a manifest, or a file that one includes, changes.

An event of the file system only means "something changed": after a moment of quiet the manifests are read again, and
what to do follows from the plan, by hash. So duplicate events, touches, renames, new and deleted manifests need no
code of their own.

`folders` says which folders are watched, and by what; `loop` looks, builds and waits; `command` runs the user's
command after a build. What a watch tells in JSON is in `../events.md`.
"""

from bluenoise_assets.builder.watch.command import split_command
from bluenoise_assets.builder.watch.folders import POLL_SECONDS, poll_seconds
from bluenoise_assets.builder.watch.loop import Round, watch

__all__ = ["POLL_SECONDS", "Round", "poll_seconds", "split_command", "watch"]
