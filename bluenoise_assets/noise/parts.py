"""The parts of a texture that can be optimised beside each other: layers, and channels that do not belong together."""

from collections.abc import Callable
from dataclasses import replace

import jax
import numpy as np
import numpy.typing as npt

from bluenoise_assets.errors import BuildError
from bluenoise_assets.noise.chunks import Progress
from bluenoise_assets.noise.counter_hash import stream
from bluenoise_assets.noise.spectrum import optimize_spectrum
from bluenoise_assets.noise.sums import optimize_sum
from bluenoise_assets.noise.threshold import optimize_threshold
from bluenoise_assets.spec import Spectrum, Sum, TextureSpec

LAYERS = 0x6C617965
"""Tells layers' seeds from all other uses of the counter hash."""


def part_count(spec: TextureSpec) -> int:
    """How many parts a texture has."""
    return (spec.layers or 1) * _parts_of_layer(spec)


def _parts_of_layer(spec: TextureSpec) -> int:
    return spec.channels if isinstance(spec.objective, Spectrum) else 1


def _layer(spec: TextureSpec, layer: int) -> TextureSpec:
    """One layer as a texture of its own, with a seed of its own; the first has the array's."""
    seed = spec.seed if layer == 0 else int(stream(spec.seed, LAYERS, layer))
    return replace(spec, layers=None, seed=seed)


def optimize_part(
    spec: TextureSpec,
    part: int,
    progress: Progress = lambda _share, _figure: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks of one part, int32 `[channel, *shape]`: in each channel each of 0..N-1 once.

    `progress` is called with the share that is done and the objective's figure in dB: the power below the cut-off for
    the spectrum objective, else the error of the thresholded patterns. Raises `Cancelled` soon after `cancelled()`
    turns true, `BuildError` if the device fails. The parts of a layer come one after the other.
    """
    layer, part = divmod(part, _parts_of_layer(spec))
    spec = _layer(spec, layer)
    try:
        if isinstance(spec.objective, Spectrum):
            return optimize_spectrum(spec, part, progress, cancelled)[None]
        if isinstance(spec.objective, Sum):
            return optimize_sum(spec, progress, cancelled)
        (ranks,) = optimize_threshold([spec], progress, cancelled)
        return np.asarray(ranks)
    except jax.errors.JaxRuntimeError as error:  # as a rule: out of memory
        raise BuildError(f"the optimiser failed: {error}") from error
