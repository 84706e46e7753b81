"""Whether values went through sRGB's transfer curve, by their histogram.

The laws of noise are symmetric: uniform, triangular, Gaussian, components of directions. Quantiles q of such a law
fulfil q(p) + q(1-p) = 1. The curve bends that, and its inverse restores it. So the texture was encoded (decoded) if its
law is not symmetric about its median, and what the inverse makes of it is symmetric about 1/2.

Of any law, 8 bits that went through the curve hold only levels that it maps some level to, 184 of 256.
"""

from collections.abc import Callable

import numpy as np

from bluenoise_assets.report.diagnosis.evidence import MOST_VALUES, Evidence, Floats
from bluenoise_assets.report.diagnosis.fault import Fault

ENOUGH = 128
"""Texels: below, quantiles are too few."""

PROBABILITIES = (np.arange(32) + 0.5) / 64

RESTORED = 0.02
"""How far from symmetric, as a mean over quantiles, the restored law may be: 8 bits leave 0.004, 4096 random values
0.008, a gamma of 2.2 0.010; the law of a cosine hemisphere's height, the square root, which is no fault, 0.056."""

BENT = 0.01
BENT_RATIO = 5
"""How far from symmetric the law itself must be, at least, and compared with the restored one."""


def encode(linear: Floats) -> Floats:
    """The transfer function of sRGB (IEC 61966-2-1), of values in [0, 1]."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def decode(encoded: Floats) -> Floats:
    """Its inverse."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4)


def asymmetry(quantiles: Floats, centre: float) -> float:
    """The mean of |q(p) + q(1-p) - 2 centre|."""
    return float(np.mean(np.abs(quantiles[:32] + quantiles[:31:-1] - 2 * centre)))


ENCODED = ("encoded as", "Export as linear data (no colour management, no gamma), never as a colour.")
DECODED = ("decoded from", "Import as linear data: Unity and Unreal: sRGB off; Godot: no hint source_color.")

NEVER, EXPECTED = 24, 32
"""Of the levels in its range at least so many are none that the curve leads to; and on these there would be, if levels
were as frequent as those around them, so many texels."""


def srgb(e: Evidence) -> Fault | None:
    """Values that an inverse of the curve makes symmetric, or levels that only the curve leads to."""
    for channel in e.channels:
        values = e.values[..., channel].reshape(-1)[:MOST_VALUES]
        if values.size < ENOUGH or values.min() < 0 or values.max() > 1:
            continue
        for curve, (how, hint) in ((encode, ENCODED), (decode, DECODED)):
            never = _levels_never_reached(e, channel, curve)
            if never:
                return Fault(
                    "srgb",
                    f"Of the levels in its range, {never} do not occur, just those that the sRGB curve skips in 8 "
                    f"bits: the values were {how} sRGB.",
                    hint,
                )
        quantiles = np.quantile(values, np.concatenate([PROBABILITIES, 1 - PROBABILITIES[::-1]]))
        bent = asymmetry(quantiles, float((quantiles[31] + quantiles[32]) / 2))
        for inverse, (how, hint) in ((decode, ENCODED), (encode, DECODED)):
            restored = asymmetry(inverse(quantiles), 0.5)
            if restored < RESTORED and bent > max(BENT, BENT_RATIO * restored):
                mean = float(values.mean())
                return Fault(
                    "srgb",
                    f"Its histogram has the shape of the sRGB curve (the mean is {mean:.2f} in place of 0.50): "
                    f"the values were {how} sRGB.",
                    hint,
                )
    return None


def _levels_never_reached(e: Evidence, channel: int, curve: Callable[[Floats], Floats]) -> int:
    """How many 8-bit levels in the channel's range the curve skips, if they are what is missing; 0 if not."""
    if e.texels.dtype != np.uint8:
        return 0
    counts = np.bincount(e.texels[..., channel].ravel(), minlength=256)
    reached = np.zeros(256, bool)
    reached[np.rint(255 * curve(np.arange(256) / 255)).astype(np.int64)] = True
    inside = (np.cumsum(counts) > 0) & (np.cumsum(counts[::-1])[::-1] > 0)
    skipped = inside & ~reached
    around = np.convolve(counts, np.ones(9), "same") / 9
    if counts[~reached].any() or skipped.sum() < NEVER or around[skipped].sum() < EXPECTED:
        return 0
    return int(skipped.sum()) if np.count_nonzero(counts[inside & reached]) > skipped.sum() else 0


def tagged_srgb(e: Evidence) -> Fault | None:
    """The file says that its values are sRGB, so that readers decode them."""
    if e.facts.is_srgb is not True:
        return None
    return Fault(
        "srgb",
        "The file says that its values are sRGB colours: who believes it decodes them, and half becomes 0.21.",
        "Save it in a linear format (UNORM, not SRGB; PNG without an sRGB chunk), or switch sRGB off on import.",
    )
