"""Slices that are not what they should be: copies, mirror images, frames in a wrong place, a loop with a gap."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.report.diagnosis.evidence import Evidence
from bluenoise_assets.report.diagnosis.fault import Fault

Slice = npt.NDArray[Any]

TURNS: dict[str, Callable[[Slice], Slice]] = {
    "mirrored left to right": lambda one: one[:, ::-1],
    "flipped upside down": lambda one: one[::-1],
    "turned by 180 degrees": lambda one: one[::-1, ::-1],
    "transposed": lambda one: one.swapaxes(0, 1),
    "turned by 90 degrees": lambda one: np.rot90(one),
    "turned by 270 degrees": lambda one: np.rot90(one, 3),
    "turned and mirrored": lambda one: one[::-1, ::-1].swapaxes(0, 1),
}
"""All that maps a square of texels `[height, width, channel]` on itself; of an oblong the first three."""

ENOUGH = 64
"""Texels: smaller slices may be equal by chance."""

EVIDENT = 6
"""Standard errors by which a loop's structure must show before what contradicts it is a fault."""

LIKELIER = 0.5
"""Between what a frame in its place has (1) and one that is not (0)."""


def turns(one: Slice) -> dict[str, Slice]:
    names = list(TURNS) if one.shape[0] == one.shape[1] else list(TURNS)[:3]
    return {name: TURNS[name](one) for name in names}


def _slices(e: Evidence) -> list[Slice]:
    """None of volumes, or of slices that are too small or flat."""
    if e.is_volume or len(e.texels) < 2 or e.texels[0, ..., 0].size < ENOUGH or e.is_regular:
        return []
    return list(e.texels)


def _word(e: Evidence) -> str:
    return "frame" if e.frames else "layer"


def repeated_slice(e: Evidence) -> Fault | None:
    """Two slices with the same texels."""
    seen: dict[bytes, int] = {}
    copies = []
    for number, one in enumerate(_slices(e), 1):
        first = seen.setdefault(one.tobytes(), number)
        if first != number:
            copies.append((number, first))
    if not copies:
        return None
    number, first = copies[0]
    more = "" if len(copies) == 1 else f", and {len(copies) - 1} more are copies, too"
    return Fault(
        "repeated_frame",
        f"{_word(e).capitalize()} {number} is a copy of {_word(e)} {first}{more} (of {len(e.texels)}).",
        "Export all of them again, each once.",
    )


def flipped_slice(e: Evidence) -> Fault | None:
    """A slice is another one's mirror image, or fits its neighbours in time only when it is turned."""
    slices = _slices(e)
    seen = {one.tobytes(): number for number, one in enumerate(slices, 1)}
    for number, one in enumerate(slices, 1):
        for name, turned in turns(one).items():
            other = seen.get(np.ascontiguousarray(turned).tobytes(), number)
            if other < number:
                return _flipped(e, number, f"is {_word(e)} {other} {name}")
    structure = e.time_structure
    if structure is None:
        return None
    for frame in np.flatnonzero(structure.fits < LIKELIER).tolist():
        fits = {name: structure.fit_of(frame, turned) for name, turned in turns(structure.planes[frame]).items()}
        name, fit = max(fits.items(), key=lambda item: item[1])
        if fit > LIKELIER and structure.evidence > EVIDENT:
            return _flipped(e, frame + 1, f"fits those before and after it only if it is {name}")
    return None


def _flipped(e: Evidence, number: int, what: str) -> Fault:
    return Fault(
        "flipped_frame",
        f"{_word(e).capitalize()} {number} (of {len(e.texels)}) {what}.",
        "Export it again in the orientation of the others.",
    )


def misplaced_frame(e: Evidence) -> Fault | None:
    """A few frames have nothing to do with those before and after them, while the others have."""
    structure = e.time_structure
    if structure is None or structure.evidence < EVIDENT:
        return None
    alien = np.flatnonzero(structure.fits < LIKELIER)
    if not 0 < len(alien) <= len(e.texels) // 4:
        return None
    return Fault(
        "misplaced_frame",
        f"Frame {', '.join(str(one + 1) for one in alien)} (of {len(e.texels)}) does not continue those before, as "
        "the others do: it is of another texture, or in a wrong place.",
        "Export the frames again, in their order.",
    )


def missing_frame(e: Evidence) -> Fault | None:
    """Between two frames the correlations are those of frames farther apart."""
    structure = e.time_structure
    if structure is None:
        return None
    gap, missing = structure.gap(EVIDENT)
    if gap is None:
        return None
    after = (gap + 1) % len(e.texels) + 1
    return Fault(
        "missing_frame",
        f"Frames {gap + 1} and {after} are related as others are that lie {missing + 1} frames apart: "
        f"{'a frame is' if missing == 1 else 'frames are'} missing between them.",
        "Export the whole loop again, and count its frames in the reader.",
    )
