"""Runs plans: optimise, measure, encode, write atomically, record in the lock.

`run` builds manifests, `folder` is one output folder on its way, `schedule` spreads its textures over threads, `clean`
takes away what was built, `merge` joins the output folders of several machines.
"""

from bluenoise_assets.build.clean import clean
from bluenoise_assets.build.merge import merge
from bluenoise_assets.build.run import build_manifests
from bluenoise_assets.build.summary import Listener, Summary
from bluenoise_assets.build.sums import SUMS_NAME, sums_problem, write_sums

__all__ = ["SUMS_NAME", "Listener", "Summary", "build_manifests", "clean", "merge", "sums_problem", "write_sums"]
