"""Lossy compression, by what it leaves in its blocks: JPEG's cosine coefficients, 8x8, GPU formats' few levels, 4x4."""

import numpy as np
import numpy.typing as npt

from bluenoise_assets.report.diagnosis.evidence import Evidence, Floats
from bluenoise_assets.report.diagnosis.fault import Fault

MOST_BLOCKS, MOST_JPEG_BLOCKS = 4096, 128
LUMA = np.array([0.299, 0.587, 0.114])

FEWEST_JPEG_BLOCKS = 12
FEWEST_LEVELS = 16
"""The coefficients of fewer levels lie on steps of their own."""

LARGEST_STEP = 128
COMBED = 0.6
"""A coefficient sits on multiples of a step q if |mean exp(2 pi i c / q)| is above this: rounding to 8 bits leaves
exp(-pi^2 / 6 q^2), 0.83 for q = 3. Of n random ones it is about 1 / sqrt(n), 2.3 times that for the best step."""

EMPTY, FLAT = 0.35, 2
"""Levels. Half of a coefficient's values are below 0.35, by rounding alone: the step is larger than they are. Where the
whole texture deviates by 2 levels or less, that says nothing."""

COMBED_SHARE = 0.3
"""So many of the 63 coefficients must: of random ones none or a few do."""

FEWEST_BLOCKS = 9
FEWER_LEVELS = 0.7
STANDARD_ERRORS = 6
NARROWER = 0.5
"""How many levels fewer, on average, and how much less the logarithm of the determinant of the channels' correlations
must be in blocks on the grid than in blocks beside it. In a good texture they are alike."""


def jpeg(e: Evidence) -> Fault | None:
    """The 8x8 cosine transform of 8 bits, on the grid, has most of its coefficients on multiples of a step."""
    said = e.facts.compression == "JPEG" or e.facts.format == "jpeg"
    share = 0.0 if e.texels.dtype != np.uint8 or e.is_regular else _combed_share(e)
    if share > COMBED_SHARE:
        text = f"{100 * share:.0f}% of the cosine coefficients of its 8x8 blocks lie on a few steps: it was a JPEG."
    elif said:
        text = "It is a JPEG, which rounds away what makes noise even."
    else:
        return None
    return Fault("jpeg", text, "Make it again as PNG or EXR; converting the JPEG does not bring the noise back.")


def _combed_share(e: Evidence) -> float:
    """The largest share of quantised coefficients of a channel, or of the luma of colours."""
    some = e.texels[: -(-64 * MOST_JPEG_BLOCKS // e.texels[0, ..., 0].size)]
    planes = [some[..., channel].astype(np.float64) for channel in e.channels]
    planes = [plane for plane in planes if len(np.unique(plane)) >= FEWEST_LEVELS]
    if some.shape[3] >= 3 and len(e.channels) > 1:
        planes.append(some[..., :3] @ LUMA)
    best = 0.0
    for plane in planes:
        coefficients = _cosine_coefficients(plane)
        if len(coefficients) >= FEWEST_JPEG_BLOCKS:
            best = max(best, float(np.mean(_are_combed(coefficients[:, 1:], float(plane.std())))))
    return best


def _cosine_coefficients(plane: Floats) -> Floats:
    """The orthonormal DCT-II of the 8x8 blocks of `[slice, height, width]`: `[block, 64]`, the mean first."""
    k = np.arange(8)
    basis = np.sqrt(np.where(k == 0, 1, 2) / 8)[:, None] * np.cos(np.pi * k[:, None] * (2 * k + 1) / 16)
    cut = _blocks(plane, 8, 0, 0)[:MOST_JPEG_BLOCKS].reshape(-1, 8, 8)
    return np.asarray(basis @ cut @ basis.T).reshape(-1, 64)


def _are_combed(coefficients: Floats, spread: float) -> npt.NDArray[np.bool_]:
    """Which columns of `[block, coefficient]` lie on multiples of a step below twice their spread, or are emptied."""
    spreads = coefficients.std(axis=0)
    found = (np.median(np.abs(coefficients), axis=0) < EMPTY) & (spread > FLAT)
    bound = max(COMBED, 3.2 / np.sqrt(len(coefficients)))
    for step in range(2, LARGEST_STEP):
        wide = (step < 2 * spreads) & ~found
        if wide.any():
            phases = np.exp(np.complex64(2j * np.pi / step) * coefficients[:, wide].astype(np.float32))
            found[wide] = np.abs(phases.mean(axis=0)) > bound
    return np.asarray(found)


def block_compressed(e: Evidence) -> Fault | None:
    """Blocks of 4x4 texels on the grid hold fewer levels, or channels nearer to a line, than blocks beside the grid."""
    if e.facts.compression not in (None, "JPEG"):
        text = f"It is compressed as {e.facts.compression}, which keeps few values in each block of texels."
        return _compressed(text)
    if e.is_regular:
        return None
    for channel in e.channels:
        plane = e.texels[..., channel]
        on, beside = (_distinct(_blocks(plane, 4, offset, offset)[:MOST_BLOCKS]) for offset in (0, 2))
        if min(len(on), len(beside)) < FEWEST_BLOCKS:
            return None
        fewer = float(beside.mean() - on.mean())
        error = float(np.sqrt(beside.var() / len(beside) + on.var() / len(on)))
        if fewer > max(FEWER_LEVELS, STANDARD_ERRORS * error):
            return _compressed(
                f"Blocks of 4x4 texels hold {on.mean():.1f} different values on average, {beside.mean():.1f} if they "
                "are cut elsewhere: it was compressed in blocks (BC, DXT, ETC)."
            )
    if len(e.channels) >= 2:
        on, beside = (_flatness(e, offset) for offset in (0, 2))
        error = float(np.sqrt(beside.var() / len(beside) + on.var() / len(on)))
        if float(beside.mean() - on.mean()) > max(NARROWER, STANDARD_ERRORS * error):
            return _compressed(
                "The colours of each block of 4x4 texels lie near lines, those of blocks cut elsewhere do not: it was "
                "compressed in blocks (BC, DXT, ETC)."
            )
    return None


def _compressed(text: str) -> Fault:
    return Fault(
        "block_compressed",
        text,
        "Import it uncompressed. Unity: Compression None; Unreal: VectorDisplacementmap or Grayscale; Godot: Lossless.",
    )


def _blocks(plane: npt.NDArray[np.generic], side: int, top: int, left: int) -> npt.NDArray[np.generic]:
    """The blocks of `[slice, height, width]`, side by side from a corner: `[block, side * side]`."""
    slices, height, width = plane.shape
    rows, columns = max(0, height - top) // side, max(0, width - left) // side
    cut = plane[:, top : top + rows * side, left : left + columns * side]
    cut = cut.reshape(slices, rows, side, columns, side)
    return cut.transpose(0, 1, 3, 2, 4).reshape(slices * rows * columns, side * side)


def _distinct(blocks: npt.NDArray[np.generic]) -> Floats:
    """How many different values each block has."""
    ordered = np.sort(blocks, axis=1)
    return np.asarray(1.0 + np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1))


def _flatness(e: Evidence, offset: int) -> Floats:
    """The logarithm of the determinant of the correlations of a block's channels: the nearer to a line, the less."""
    cut = np.stack(
        [_blocks(e.texels[..., channel], 4, offset, offset)[:MOST_BLOCKS] for channel in e.channels], axis=1
    ).astype(np.float64)
    cut -= cut.mean(axis=2, keepdims=True)
    length = np.linalg.norm(cut, axis=2, keepdims=True)
    cut = cut / np.where(length == 0, 1, length)
    correlations = cut @ cut.transpose(0, 2, 1) + 0.01 * np.eye(len(e.channels))
    return np.asarray(np.log(np.maximum(np.linalg.det(correlations), 1e-12)))
