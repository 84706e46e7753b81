"""The figures of a channel, as data: what lock, cache, events and pages show. How they are measured is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

VERSION = 2
"""Goes up whenever a figure is added or its definition changes; figures of another version are measured again."""


BY_NAME = ("threshold_error_db", "tone_low_frequency_db", "pattern_rms")
"""Those that are several numbers."""


@dataclass(frozen=True)
class Figures:
    """The figures of one channel, or of vectors; None, or empty, where a texture defines none.

    In dB relative to white noise, rounded to 0.01, but `pattern_rms`.

    `low_frequency_db`: mean power of the values below a cut-off. `anisotropy_db`: the mean over the rings from the
    cut-off to 1/2 cycle per texel. `threshold_error_db`: error of the thresholded patterns after a Gaussian, by its
    sigma in texels, as text, and after the eye, by pixels per degree, as `eye 70`. `tone_low_frequency_db`: mean power
    below 1/16 cycle per texel of the pattern of one tone, by the tone, as `1/64`, relative to white noise of the same
    density. `error_db`: as `threshold_error_db`, under the texture's own filter. `stored_low_frequency_db`:
    `low_frequency_db` of the values that a shader reads. `pattern_rms`: of frames and of vectors, the error of the
    patterns after filters in space and time, by the filter (`temporal`, `half_spaces`), as a root mean square of
    patterns of 0 and 1, rounded to 0.00001.
    """

    low_frequency_db: float | None = None
    anisotropy_db: float | None = None
    threshold_error_db: Mapping[str, float] = field(default_factory=dict)
    error_db: float | None = None
    stored_low_frequency_db: float | None = None
    tone_low_frequency_db: Mapping[str, float] = field(default_factory=dict)
    pattern_rms: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON data: the figures that there are, by name."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in plain.items()
            if value not in (None, {})
        }

    @classmethod
    def from_json(cls, plain: Any) -> "Figures":
        """The inverse. Raises `ValueError` for anything else; a figure that is not known here is left out."""
        if isinstance(plain, dict):
            known = {one.name: plain[one.name] for one in fields(cls) if one.name in plain}
            several = [known[name] for name in BY_NAME if name in known]
            numbers = [value for name, value in known.items() if name not in BY_NAME]
            if all(isinstance(each, dict) for each in several):
                numbers += [value for each in several for value in each.values()]
                if all(map(_is_number, numbers)):
                    return cls(**known)
        raise ValueError("figures are a JSON object of numbers")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
