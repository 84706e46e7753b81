"""Runs plans: optimise, measure, encode, write atomically, record in the lock. May import all but the command line.

`plan` finds what is stale and `reasons` says why; `run` builds manifests, `folder` is one output folder on its way,
`schedule` spreads its textures over threads, `executors/` make them, `work` says how far it all is, `writer` writes
their files, `record` the lock, and `salvage` reads one that git could not merge; `mend` looks after a folder that is
fresh, `godot_projects` hides what is not Godot's, `gates` holds figures against bars, `clean` takes away what was
built, `merge` joins the output folders of several machines, `watch/` builds again and again. `cache/` is what was made
before, here or anywhere; `rebuild` makes a `sample` of what is fresh again, to compare. `events` are what all of them
tell, `bar` is that in a line.
"""

from bluenoise_assets.builder.run import build_manifests
from bluenoise_assets.builder.summary import Summary

__all__ = ["Summary", "build_manifests"]
