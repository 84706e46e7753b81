"""Figures of values that are added, not thresholded, in dB beside white noise, 0; and of a spectrum's structure."""

import numpy as np

from bluenoise_assets.quality.frequencies import half_spectrum_multiplicity, radial_frequency
from bluenoise_assets.quality.measure import figures
from bluenoise_assets.quality.quantization import ranks_of
from bluenoise_assets.quality.spectra import power_spectrum

FEWEST = 16
"""Frequencies of a ring whose peak is looked at."""


def value_error_db(values, response):
    """The power of values after a filter, `response` being its squared spectrum in `rfftn`'s layout."""
    shape = values.shape
    weight = half_spectrum_multiplicity(shape) * response
    weight[(0,) * len(shape)] = 0
    power = power_spectrum(values)[..., : shape[-1] // 2 + 1]
    return 10 * np.log10((weight * power).sum() / weight.sum())


def structure(values, cutoff):
    """How uneven the rings of the spectrum above a cut-off are, and by how much the highest peak stands over its ring.

    The unevenness is Ulichney's anisotropy, the mean over the rings up to 1/2 cycle per texel, which has about 0 dB where
    amplitudes are independent. The peak is over all rings of 16 frequencies or more; white noise of 64x64 has about 8.5 dB.
    """
    power, side = power_spectrum(values).ravel(), max(values.shape)
    ring = np.rint(radial_frequency(values.shape).ravel() * side).astype(int)
    count = np.bincount(ring)
    mean = np.bincount(ring, power) / np.maximum(count, 1)
    kept = (count[ring] >= FEWEST) & (ring >= cutoff * side + 1)
    peak = 10 * np.log10((power[kept] / mean[ring[kept]]).max())
    return figures(values, ranks_of(values), cutoff).anisotropy_db, float(peak)
