"""What channels have to do with each other: alpha that colours were multiplied by, copies, channels that are flat."""

import numpy as np

from bluenoise_assets.report.diagnosis.evidence import Evidence
from bluenoise_assets.report.diagnosis.fault import Fault

ENOUGH = 16
"""Texels: that all of so many independent values are below others by chance has a probability of 2^-16 and less."""


def premultiplied(e: Evidence) -> Fault | None:
    """No colour above its alpha: of independent channels half are."""
    texels = e.texels
    if texels.shape[3] != 4 or texels[..., 3].size < ENOUGH or np.ptp(texels[..., 3]) == 0 or e.is_direction:
        return None
    colours = texels[..., :3]
    said = bool(e.facts.is_premultiplied)
    if np.ptp(colours) > 0 and bool(np.all(colours <= texels[..., 3:])):
        text = "No red, green or blue value is above its alpha, where half should be: colours were multiplied by alpha."
    elif said:
        text = "The file says that its colours are multiplied by alpha, and readers may divide by it."
    else:
        return None
    return Fault("premultiplied", text, "Save with straight alpha, or keep noise out of alpha: use RGB, or two files.")


def constant_channel(e: Evidence) -> Fault | None:
    """One value in all of a channel that does not just fill the format up: it is neither all 0 nor all 1."""
    if len(e.texels[..., 0].flat) < ENOUGH:
        return None
    full = 1 if e.texels.dtype.kind == "f" else np.iinfo(e.texels.dtype).max
    for channel in range(e.texels.shape[3]):
        values = e.texels[..., channel]
        first = values.flat[0]
        if np.ptp(values) == 0 and (not e.channels or first not in (0, full)):
            return Fault(
                "constant_channel",
                f"Channel {'RGBA'[channel]} holds no noise: it is {first:.4g} everywhere.",
                "Export that channel again; a channel that nobody needs is better left out.",
            )
    return None


def copied_channel(e: Evidence) -> Fault | None:
    """Two channels of several are the same. (Grey that was saved as RGB is no fault: all colours are.)"""
    varying = [one for one in range(e.texels.shape[3]) if np.ptp(e.texels[..., one]) > 0]
    colours = [one for one in varying if one < 3]
    if e.texels[..., 0].size < ENOUGH or len(e.channels) < 2 or all(one not in e.channels for one in colours[1:]):
        return None
    for channel in varying:
        if channel not in e.channels:
            source = next(one for one in e.channels if np.array_equal(e.texels[..., one], e.texels[..., channel]))
            return Fault(
                "copied_channel",
                f"Channel {'RGBA'[channel]} is a copy of {'RGBA'[source]}, while others have noise of their own.",
                "Export the channels again, each with a mask of its own.",
            )
    return None
