"""The optimiser: a spec in, ranks out. The only folder that imports jax; it reads and writes no files."""

from bluenoise_assets.noise.channel import Progress, optimize_channel
from bluenoise_assets.noise.programs import use_compilation_cache

__all__ = ["Progress", "optimize_channel", "use_compilation_cache"]
