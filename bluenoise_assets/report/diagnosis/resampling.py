"""Whether the texture was resampled: read between its texels, blurred, or brought to another size.

Blue noise has its power at high frequencies, white noise everywhere alike. Every interpolation takes the high ones
away, every repetition makes neighbours equal, and averages of values have a bell for a histogram.
"""

import numpy as np

from bluenoise_assets.report.diagnosis import levels, noise
from bluenoise_assets.report.diagnosis.evidence import MOST_VALUES, Evidence, Floats
from bluenoise_assets.report.diagnosis.fault import Fault

CORNER = 0.6
"""Cycles per texel: the frequencies beyond are in the corners of the spectrum, where every blur takes most."""

BAND = 0.05
MISSING = 0.3
"""The power in the corners over that of the strongest ring: 0.7 and more for masks of all kinds and for white noise;
0.06 after reading a quarter of a texel beside the centres, 0.2 after a Gaussian of 0.8 in 8 bits."""

LOWEST, DECIMATED = 0.07, (0.35, 2)
"""Where every other texel was left out, high frequencies may lack, too, but the lowest have white noise's power; of
what was blurred they have next to nothing, or most."""

EDGE = 0.43
"""Cycles per texel along one axis: the outermost strip, which a blur along this axis alone takes."""

LOPSIDED = 0.3
"""The power there over that of the other axis."""

FEWEST_FREQUENCIES = 24
LONGEST_PERIOD = 8
PERIODIC = 25
"""The power of a profile's line over the median: of 64 random lines the largest is above it once in 1e9."""

EQUAL_NEIGHBOURS = 0.15
"""The share of equal neighbours beyond chance: of a mask none, after scaling up by 6/5 without interpolation 0.17."""

NARROW = 0.12
"""Averages of four and more of blue noise's values deviate by less than this, of uniform ones by 0.29."""

CENTRED = 0.05
"""And have their mean so near to 1/2. (8 bits on a transfer curve are jagged, too, but not there.)"""

JAGGED = 0.4
"""By how much counts of neighbouring levels differ, as a share of what independent random values do: quantiles of any
law differ by rounding alone, below 0.1."""

HINT = "Take the texture in the size that it was made in, and read it with a point filter (nearest), never scaled."


def resized(e: Evidence) -> Fault | None:
    """Repeated texels, or high frequencies missing in a rhythm, or the jagged bell of averages."""
    if not e.fields or e.is_regular:
        return None
    equal = max(_equal_neighbours(e, axis) for axis in (1, 2))
    if equal > EQUAL_NEIGHBOURS:
        return Fault(
            "resized",
            f"{100 * equal:.0f}% of all texels are copies of a neighbour: it was scaled up by {1 / (1 - equal):.2g}.",
            HINT,
        )
    if _missing_power(e) is not None:
        periods = [_period(e, axis) for axis in range(2)]
        found = [period for period in periods if period]
        if found:
            return Fault(
                "resized",
                f"High frequencies are missing, and smoothness repeats every {found[0]:.2g} texels: it was scaled up.",
                HINT,
            )
    elif (spread := _averages_spread(e)) is not None:
        return Fault(
            "resized",
            f"Its values are the uneven bell that averages have (standard deviation {spread:.2f}): it was scaled down.",
            HINT,
        )
    return None


def filtered(e: Evidence) -> Fault | None:
    """High frequencies are missing, in all directions or along one axis."""
    missing = None if not e.fields or e.is_regular else _missing_power(e)
    if missing is None:
        return None
    return Fault(
        "filtered",
        f"Its highest frequencies have {100 * missing:.0f}% of the power of the strongest, where noise has most: "
        "it was blurred, or read between texels.",
        "Use a point filter (nearest), no mipmaps, no blur, and coordinates at the centres of texels.",
    )


def mipmaps(e: Evidence) -> Fault | None:
    if e.facts.mip_levels < 2:
        return None
    return Fault(
        "mipmaps",
        f"The file has {e.facts.mip_levels} mip levels: all but the first are averages, which are no noise any more.",
        "Export and import without mipmaps.",
    )


def _missing_power(e: Evidence) -> float | None:
    """The power of the highest frequencies over the strongest ring's, or one axis' over another's, if it is missing."""
    power, radius = e.power, e.radius
    rings = (radius / BAND + 1e-9).astype(np.int64).ravel()
    counts = np.bincount(rings)
    means = np.bincount(rings, power.ravel()) / np.maximum(counts, 1)
    corner = radius >= CORNER
    enough = FEWEST_FREQUENCIES / len(e.fields)
    strong = means[counts >= max(8, enough / 2)]
    reach = max(LOWEST, float(np.sort(radius, axis=None)[: FEWEST_FREQUENCIES + 1][-1]))
    lowest = power[(radius > 0) & (radius <= reach)]
    if lowest.size and DECIMATED[0] < lowest.mean() < DECIMATED[1]:
        return None
    if np.count_nonzero(corner) >= enough and len(strong):
        ratio = float(power[corner].mean() / strong.max())
        if ratio < MISSING:
            return ratio
    edges = [_edge_power(e, axis) for axis in range(power.ndim)]
    if all(count >= enough for _, count in edges):
        strips = [mean for mean, _ in edges]
        if min(strips) < LOPSIDED * max(strips):
            return min(strips) / max(strips)
    return None


def _edge_power(e: Evidence, axis: int) -> tuple[float, int]:
    """The mean power where the frequency along an axis is near 1/2, and of how many frequencies."""
    highest = np.abs(np.fft.fftfreq(e.power.shape[axis])) >= EDGE
    strip = np.compress(highest, e.power, axis)
    return (float(strip.mean()) if strip.size else 0.0), strip.size


def _period(e: Evidence, axis: int) -> float | None:
    """The period in texels, if the differences of neighbours along an axis of the planes are of periodic size.

    Interpolated values are the smoother the farther they lie from the source's texels (Gallagher, "Detection of linear
    and cubic interpolation in JPEG compressed images", 2005).
    """
    best, found = 0.0, None
    for order in (1, 2):
        profile = sum(np.mean(np.diff(plane, order, axis=axis) ** 2, axis=1 - axis) for plane in e.planes)
        first = len(profile) // LONGEST_PERIOD + 1
        if len(profile) < 2 * LONGEST_PERIOD or np.mean(profile) == 0:
            continue
        lines = np.abs(np.fft.rfft(profile / np.mean(profile) - 1)) ** 2
        line = first + int(np.argmax(lines[first:]))
        strength = float(lines[line] / max(float(np.median(lines[1:])), 1e-12))
        if strength > max(best, PERIODIC):
            best, found = strength, len(profile) / line
    return found


def _equal_neighbours(e: Evidence, axis: int) -> float:
    """The share of texels that equal the next one along an axis in all channels, beyond what chance gives."""
    texels = e.texels[..., list(e.channels)]
    if texels.shape[axis] < 4 or texels[..., 0].size < 64:
        return 0.0
    texels = texels[: max(1, MOST_VALUES // texels[0].size)]
    before, after = (np.delete(texels, end, axis) for end in (-1, 0))
    _, counts = np.unique(texels.reshape(-1, texels.shape[3]), axis=0, return_counts=True)
    return float(np.mean(np.all(before == after, axis=3))) - float(np.sum((counts / counts.sum()) ** 2))


def _averages_spread(e: Evidence) -> float | None:
    """The standard deviation in units of the range, if values are a narrow bell that is no law's set of quantiles."""
    if levels.few_levels(e) is not None or noise.white_noise(e) is not None:
        return None
    for channel in e.channels:
        several = e.values[..., channel].reshape(1 if e.is_volume else len(e.values), -1)
        values = several[0]
        spread = float(values.std())
        if values.size < 512 or not 0 < spread < NARROW or abs(float(values.mean()) - 0.5) > CENTRED or e.is_direction:
            continue
        third, fourth = (float(np.mean(((values - values.mean()) / spread) ** power)) for power in (3, 4))
        if abs(third) < 0.4 and 2.3 < fourth < 4 and _jaggedness(values, e) > JAGGED:
            return spread
    return None


def _jaggedness(values: Floats, e: Evidence) -> float:
    """The mean square second difference of the counts of neighbouring levels, over what independent values have."""
    if e.texels.dtype == np.uint8:
        counts = np.bincount(np.rint(values * 255).astype(np.int64))
    else:
        if len(np.unique(values)) <= 256:
            return 0.0
        counts = np.histogram(values, max(16, min(128, values.size // 16)))[0]
    counts = counts[counts.nonzero()[0][0] : counts.nonzero()[0][-1] + 1].astype(np.float64)
    if len(counts) < 8:
        return 0.0
    return float(np.sum(np.diff(counts, 2) ** 2) / (6 * counts[1:-1].sum()))
