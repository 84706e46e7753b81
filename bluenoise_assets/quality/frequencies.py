"""The discrete frequencies of a tileable texture."""

import numpy as np
import numpy.typing as npt

ROUNDING = 1e-9
"""Cycles per texel; far below the spacing of the frequencies of any texture."""


def radial_frequency(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Distance from zero of every frequency of a DFT, in cycles per texel, in `numpy.fft.fftn`'s order.

    Shape `shape`, float64. The first `n // 2 + 1` entries of the last axis are `rfftn`'s.
    """
    axes = np.meshgrid(*(np.fft.fftfreq(side) for side in shape), indexing="ij", sparse=True)
    return np.asarray(np.sqrt(sum(axis**2 for axis in axes)))


def below_cutoff(shape: tuple[int, ...], cutoff: float) -> npt.NDArray[np.bool_]:
    """Which frequencies are low: above zero and below `cutoff` cycles per texel. None may be.

    A frequency at the cut-off, but for rounding, is not below it.
    """
    radius = radial_frequency(shape)
    return (radius > 0) & (radius < cutoff - ROUNDING)


def half_spectrum_multiplicity(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """How often each entry of `rfftn` stands in the full spectrum: 1 or 2. Broadcasts over the other axes."""
    width = shape[-1]
    times = np.full(width // 2 + 1, 2.0)
    times[0] = 1
    if width % 2 == 0:
        times[-1] = 1
    return times
