"""The optimiser: a spec in, ranks out. The only folder that imports jax; it reads and writes no files."""

from bluenoise_assets.noise.chunks import Progress
from bluenoise_assets.noise.parts import optimize_part, part_count
from bluenoise_assets.noise.programs import use_compilation_cache

__all__ = ["Progress", "optimize_part", "part_count", "use_compilation_cache"]
