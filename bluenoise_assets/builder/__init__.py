"""Runs plans: optimise, measure, encode, write atomically, record in the lock.

`plan` finds what is stale and `reasons` says why; `run` builds manifests, `folder` is one output folder on its way,
`schedule` spreads its textures over threads, `writer` writes their files, `record` the lock; `mend` looks after a
folder that is fresh, `clean` takes away what was built, `merge` joins the output folders of several machines.
"""

from bluenoise_assets.builder.checksums import SUMS_NAME, sums_problem, write_sums
from bluenoise_assets.builder.clean import clean
from bluenoise_assets.builder.merge import merge
from bluenoise_assets.builder.run import build_manifests
from bluenoise_assets.builder.summary import Listener, Summary

__all__ = ["SUMS_NAME", "Listener", "Summary", "build_manifests", "clean", "merge", "sums_problem", "write_sums"]
