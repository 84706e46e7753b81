"""What is wrong with a texture, in words: `diagnose` looks at its texels as its spoilers leave them.

Each module asks one question and says which property of a good texture its test rests on and why its threshold is where
it is: `levels`, `transfer_curve` and `channels` of the values, `blocks`, `resampling`, `tiling` and `noise` of how they
lie, `loops` of slices. A test that a texture is too small for is silent.
"""

import numpy as np

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.diagnosis import (
    blocks,
    channels,
    levels,
    loops,
    noise,
    resampling,
    tiling,
    transfer_curve,
)
from bluenoise_assets.report.diagnosis.evidence import Evidence
from bluenoise_assets.report.diagnosis.fault import Fault
from bluenoise_assets.report.measured.texture_file import FileFacts

__all__ = ["Fault", "diagnose"]

TESTS = (
    channels.constant_channel,
    channels.copied_channel,
    channels.premultiplied,
    blocks.jpeg,
    blocks.block_compressed,
    levels.copy_of_8_bits,
    levels.few_levels,
    levels.clipped,
    transfer_curve.srgb,
    transfer_curve.tagged_srgb,
    loops.repeated_slice,
    loops.flipped_slice,
    loops.misplaced_frame,
    loops.missing_frame,
    resampling.resized,
    resampling.filtered,
    resampling.mipmaps,
    tiling.tiled,
    tiling.not_tileable,
    noise.white_noise,
    noise.not_blue,
)
"""Causes come before what they bring about."""

SPATIAL = {"filtered", "resized", "not_tileable", "white_noise", "not_blue"}
EXPLAINS = {
    "jpeg": {*SPATIAL, "few_levels", "clipped", "block_compressed"},
    "block_compressed": {*SPATIAL, "few_levels", "clipped", "copied_channel", "premultiplied"},
    "tiled": {*SPATIAL, "jpeg", "block_compressed"},
    "resized": {*SPATIAL - {"resized"}, "clipped"},
    "filtered": SPATIAL - {"filtered", "resized"},
    "not_blue": {"not_tileable"},
    "premultiplied": {"srgb", "clipped", "few_levels", "filtered", "resized"},
    "srgb": {"few_levels", "clipped"},
    "copy_of_8_bits": {"few_levels"},
    "few_levels": {"clipped"},
    "repeated_frame": {"missing_frame", "misplaced_frame"},
    "flipped_frame": {"missing_frame", "misplaced_frame"},
    "misplaced_frame": {"missing_frame"},
}
"""What each fault, by its name, brings about, so that it is named no fault of its own."""


def diagnose(image: TexelImage, facts: FileFacts, *, frames: bool) -> tuple[Fault, ...]:
    """The faults of a texture, none for a good one. `frames`: its slices are shown one after the other, in a loop."""
    if image.texels.dtype.kind == "f" and not np.isfinite(image.texels).all():
        return (levels.not_finite(image.texels),)
    evidence = Evidence(image, facts, frames and image.kind != "volume" and len(image.texels) > 1)
    found: dict[str, Fault] = {}
    for test in TESTS:
        fault = test(evidence)
        if fault is not None:
            found.setdefault(fault.name, fault)
    explained = {other for name in found for other in EXPLAINS.get(name, ())}
    return tuple(fault for name, fault in found.items() if name not in explained)
