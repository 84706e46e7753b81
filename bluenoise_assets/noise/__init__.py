"""The optimiser: a spec in, ranks out. It imports spec and quality, and is the only folder that imports jax.

`work_items.py` cuts a texture into work items and does one, by `objectives.py`, the registry of all objectives;
`threshold/` and `spectrum/` hold one objective each, `combined.py` their weighted sum; `frames/` and `vectors/` do
with the threshold objective what moves and what has several components; `runtime/` is what they share.
`following.py` is what the other processes of a build do that takes several.
Importing this costs nothing: jax and numpy are loaded by the first work item, or by `load`.
"""

from bluenoise_assets.noise.following import follow, join_processes
from bluenoise_assets.noise.objectives import METHODS, Method, method_of
from bluenoise_assets.noise.runtime import Progress
from bluenoise_assets.noise.runtime.program_cache import use_program_cache
from bluenoise_assets.noise.work_items import item_slices, join, load, optimize_work_item, work_item_count

__all__ = [
    "METHODS",
    "Method",
    "Progress",
    "follow",
    "item_slices",
    "join",
    "join_processes",
    "load",
    "method_of",
    "optimize_work_item",
    "use_program_cache",
    "work_item_count",
]
