"""Whether it is blue noise at all."""

import numpy as np

from bluenoise_assets.quality.spectra import MASK_CUTOFF, decibels
from bluenoise_assets.report.diagnosis.evidence import Evidence
from bluenoise_assets.report.diagnosis.fault import Fault

FEWEST_FREQUENCIES = 8

WHITE = 0.35
LOUD = 2.5
"""Mean power below 1/8 cycle per texel, where white noise has 1, blue noise at most 0.05. Of 8 frequencies, 4 of them
independent, white noise has less than 0.35 once in 20 times, and more than 2.5 once in 100."""


def white_noise(e: Evidence) -> Fault | None:
    """As much power at low frequencies as at others."""
    power = _low_power(e)
    if power is None or not WHITE < power <= LOUD:
        return None
    return Fault(
        "white_noise",
        f"This is white noise: its low frequencies are at {decibels(power):.1f} dB, where blue noise has -20 and less.",
        "Make a blue-noise texture; if it was one, its texels were mixed up, left out, or cut into pieces.",
    )


def not_blue(e: Evidence) -> Fault | None:
    """Most of the power at low frequencies, as in pictures."""
    power = _low_power(e)
    if power is None or power <= LOUD:
        return None
    return Fault(
        "not_blue",
        f"This is no blue noise: its low frequencies are {decibels(power):.1f} dB louder than white noise's.",
        "Look whether it is the right file; a picture, or clouds, look like that.",
    )


def _low_power(e: Evidence) -> float | None:
    """The mean power below the cut-off; None for ordered patterns and where there are too few frequencies."""
    if not e.fields or e.is_regular:
        return None
    low = (e.radius > 0) & (e.radius < MASK_CUTOFF)
    if np.count_nonzero(low) * len(e.fields) < FEWEST_FREQUENCIES:
        return None
    return float(e.power[low].mean())
