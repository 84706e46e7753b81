"""What all tests of a texture look at, worked out once: its values, its planes, and their power spectrum."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.frequencies import radial_frequency
from bluenoise_assets.quality.spectra import MASK_CUTOFF, power_spectrum
from bluenoise_assets.report.diagnosis.time_structure import TimeStructure, time_structures
from bluenoise_assets.report.measured.texture_file import FileFacts

Floats = npt.NDArray[np.float64]

MOST_VALUES = 2**19
"""So many of a large texture's values are looked at where more would not tell more."""

REGULAR_SHARE = 0.4
"""Above the low frequencies, which of pictures have most of the power, too."""

UNIT = 0.05
"""How far from 1 the length of a direction may be, by rounding to 8 bits."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """A texture under examination; `frames`: its slices follow in time and loop."""

    image: TexelImage
    facts: FileFacts
    frames: bool

    @property
    def texels(self) -> npt.NDArray[Any]:
        """`[slice, height, width, channel]`, as stored."""
        return self.image.texels

    @property
    def is_volume(self) -> bool:
        return self.image.kind == "volume"

    @cached_property
    def channels(self) -> tuple[int, ...]:
        """Those that vary and are not copies of one before them: grey as RGB has one, the alpha 1 is none."""
        found: list[int] = []
        for channel in range(self.texels.shape[3]):
            values = self.texels[..., channel]
            if np.ptp(values) > 0 and not any(np.array_equal(values, self.texels[..., one]) for one in found):
                found.append(channel)
        return tuple(found)

    @cached_property
    def values(self) -> Floats:
        """As a shader reads them: integers over their maximum, floats as they are."""
        if self.texels.dtype.kind == "f":
            return self.texels.astype(np.float64)
        return np.asarray(self.texels / np.float64(np.iinfo(self.texels.dtype).max))

    @cached_property
    def planes(self) -> list[Floats]:
        """The two-dimensional slices of its channels, standardised, no flat ones, of a large texture the first."""
        return self._standardised([self.values[..., channel] for channel in self.channels])

    @cached_property
    def fields(self) -> list[Floats]:
        """The slices of its channels as they tile: volumes in three dimensions, all others in two."""
        if not self.is_volume:
            return self.planes
        return self._standardised([self.values[None, ..., channel] for channel in self.channels])

    def _standardised(self, channels: list[Floats]) -> list[Floats]:
        slices = max(1, MOST_VALUES // sum(one[0].size for one in channels)) if channels else 0
        planes = [one for several in zip(*channels, strict=True) for one in several][: slices * len(channels)]
        return [(one - one.mean()) / one.std() for one in planes if np.ptp(one) > 0]

    @cached_property
    def power(self) -> Floats:
        """The mean power of the fields at every frequency, relative to white noise's, in `fftn`'s layout."""
        return np.asarray(np.mean([power_spectrum(field) for field in self.fields], axis=0))

    @cached_property
    def radius(self) -> Floats:
        """The distance of those frequencies from 0, in cycles per texel."""
        return radial_frequency(self.power.shape)

    @cached_property
    def is_direction(self) -> bool:
        """Whether texels are unit vectors, of two or three components: their laws have peaks at the ends."""
        values = self.values if self.texels.dtype.kind == "f" else 2 * self.values - 1
        return any(
            values.shape[3] >= count and bool(np.all(np.abs(np.linalg.norm(values[..., :count], axis=3) - 1) < UNIT))
            for count in (2, 3)
        )

    @cached_property
    def is_regular(self) -> bool:
        """Whether it is a pattern that is no noise, as ordered dithers and lattices: a few frequencies have it all.

        Of noise the strongest hundredth of the frequencies has 6% of the power, as exponential variables do.
        """
        if not self.fields or self.is_ordered:
            return self.is_ordered
        high = np.sort(self.power[self.radius > MASK_CUTOFF])
        return float(high[-max(2, high.size // 100) :].sum()) > REGULAR_SHARE * float(self.power.sum())

    @cached_property
    def is_ordered(self) -> bool:
        """Whether it is an ordered dither, as Bayer's: the pattern of its median repeats every two texels."""
        return all(
            np.array_equal(above[2:], above[:-2]) and np.array_equal(above[:, 2:], above[:, :-2])
            for above in (plane > np.median(plane) for plane in self.planes)
        )

    @cached_property
    def time_structures(self) -> tuple[TimeStructure, ...]:
        """How its frames hang together, the clearest view first; none if they are no loop, or too few."""
        if not self.frames or not self.channels or self.is_regular:
            return ()
        return time_structures(self.values[..., list(self.channels)])
