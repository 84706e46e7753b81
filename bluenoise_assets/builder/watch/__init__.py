"""Builds, and builds again whenever a manifest, or a file that one includes, changes.

An event of the file system only means "something changed": after a moment of quiet the manifests are read again, and
what to do follows from the plan, by hash. So duplicate events, touches, renames, new and deleted manifests need no
code of their own.

`loop` looks, builds and waits; `cycle` is one look with the build after it; `folders` says which folders are watched,
and by what; `links` follows a path through its symbolic links; `command` runs the user's command after a build. What a
watch tells is in `../events.md`.
"""

from bluenoise_assets.builder.watch.command import split_command
from bluenoise_assets.builder.watch.cycle import Cycle
from bluenoise_assets.builder.watch.folders import POLL_SECONDS, poll_seconds
from bluenoise_assets.builder.watch.loop import watch

__all__ = ["POLL_SECONDS", "Cycle", "poll_seconds", "split_command", "watch"]
