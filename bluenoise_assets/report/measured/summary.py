"""All that is known of a texture file, for people and for programs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bluenoise_assets.report.diagnosis import Fault, diagnose
from bluenoise_assets.report.measured.measurement import Measured
from bluenoise_assets.report.measured.texture_file import TextureFile

SHOWN = 8
"""Numbers that are told of many."""


@dataclass(frozen=True, eq=False)
class Summary:
    """A file by the name it is told with, its figures, and what is wrong with it."""

    name: str
    file: TextureFile
    figures: Measured
    faults: tuple[Fault, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, and what is not measured."""
        return self.file.notes + self.figures.notes

    @property
    def slices_are(self) -> str | None:
        """`frames`, `layers` or `volume`; None of a single picture."""
        kind = self.file.image.kind
        return None if kind == "2d" else "volume" if kind == "volume" else "frames" if self.file.frames else "layers"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON data, as `measured.md` says; what is not known is absent."""
        facts, layout, figures = self.file.facts, self.file.image.layout, self.figures
        slices, height, width, channels = layout.shape
        says = {
            "srgb": facts.is_srgb,
            "compression": facts.compression,
            "premultiplied": facts.is_premultiplied,
            "mip_levels": facts.mip_levels,
        }
        vectors = figures.vectors
        plain = {
            "file": self.name,
            "format": facts.format,
            "width": width,
            "height": height,
            "slices": slices,
            "slices_are": self.slices_are,
            "channels": channels,
            "bits": 8 * layout.item_bytes,
            "encoding": layout.encoding,
            "says": {name: value for name, value in says.items() if value is not None},
            "notes": list(self.notes),
            "figures": [channel.as_json() for channel in figures.channels],
            "channel_correlation": figures.channel_correlation or None,
            "slice_correlation": figures.slice_correlation,
            "vectors": vectors and {"sample_space": vectors.space, "pattern_rms": dict(vectors.pattern_rms)},
            "faults": [{"name": fault.name, "text": fault.text, "hint": fault.hint} for fault in self.faults],
        }
        return {name: value for name, value in plain.items() if value is not None}


def faults_of(file: TextureFile) -> tuple[Fault, ...]:
    """What is wrong with a file: what its texels show, and numbers that a folder's files leave out."""
    with np.errstate(over="ignore", invalid="ignore"):  # of floats near the largest
        found = diagnose(file.image, file.facts, frames=file.frames)
    if not file.missing or any(fault.name == "missing_frame" for fault in found):
        return found
    numbers = ", ".join(map(str, file.missing[:SHOWN])) + (", ..." if len(file.missing) > SHOWN else "")
    text = f"Frames are missing: no file in the series has the number {numbers}."
    return (*found, Fault("missing_frame", text, "Put them back, or make the loop anew."))
