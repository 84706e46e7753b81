"""Slices that are not what they should be: copies, mirror images, frames in a wrong place, a loop with a gap."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.report.diagnosis.evidence import Evidence
from bluenoise_assets.report.diagnosis.fault import Fault
from bluenoise_assets.report.diagnosis.time_structure import MOST_MISSING

Slice = npt.NDArray[Any]

TURNS: dict[str, Callable[[Slice], Slice]] = {
    "mirrored left to right": lambda one: one[:, ::-1],
    "flipped upside down": lambda one: one[::-1],
    "turned by 180 degrees": lambda one: one[::-1, ::-1],
    "transposed": lambda one: one.swapaxes(0, 1),
    "turned by 90 degrees": np.rot90,
    "turned by 270 degrees": lambda one: np.rot90(one, 3),
    "turned and mirrored": lambda one: one[::-1, ::-1].swapaxes(0, 1),
}
"""All that maps a square of texels `[height, width, channel]` on itself; of an oblong the first three."""

ENOUGH = 64
"""Texels: smaller slices may be equal by chance."""

EVIDENT, VERY_EVIDENT = 6, 8
"""How many standard errors a loop's structure must be above none before what contradicts it is a fault."""

LIKELIER, ALIEN = 0.5, 0.25
"""Between the fit of a frame in its place (1) and one that is not (0); beside a gap it is about 1/2."""

GAP_EVIDENT = 4.5
"""Standard errors: by chance once in 300,000 links between frames."""


def turns(one: Slice) -> dict[str, Slice]:
    names = list(TURNS) if one.shape[0] == one.shape[1] else list(TURNS)[:3]
    return {name: TURNS[name](one) for name in names}


def _slices(e: Evidence) -> list[Slice]:
    """None of volumes, or of slices that are too small or flat."""
    if e.is_volume or len(e.texels) < 2 or e.texels[0, ..., 0].size < ENOUGH or e.is_ordered:
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
    if not e.time_structures or e.time_structures[0].evidence < EVIDENT:
        return None
    structure = e.time_structures[0]
    for frame in np.flatnonzero(structure.fits < LIKELIER).tolist():
        fits = {name: structure.fit_of(frame, turned) for name, turned in turns(structure.planes[frame]).items()}
        name, fit = max(fits.items(), key=lambda item: item[1])
        if fit > LIKELIER:
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
    if not e.time_structures or e.time_structures[0].evidence < VERY_EVIDENT:
        return None
    alien = np.flatnonzero(e.time_structures[0].fits < ALIEN)
    if not 0 < len(alien) <= len(e.texels) // 4 or {0, len(e.texels) - 1} <= set(alien.tolist()):
        return None  # where both ends do not fit, the loop does not close
    frames, verb = ("Frames", "do") if len(alien) > 1 else ("Frame", "does")
    return Fault(
        "misplaced_frame",
        f"{frames} {', '.join(str(one + 1) for one in alien)} (of {len(e.texels)}) {verb} not continue those before, "
        "as the others do: of another texture, or in a wrong place.",
        "Export the frames again, in their order.",
    )


def missing_frame(e: Evidence) -> Fault | None:
    """Between two frames the correlations are those of frames farther apart."""
    gaps = [one.gap() for one in e.time_structures if one.evidence > EVIDENT]
    if not gaps or (gap := max(gaps, key=lambda one: one.gain)).gain < GAP_EVIDENT**2:
        return None
    after = (gap.before + 1) % len(e.texels)
    more = " or more" if gap.missing == MOST_MISSING else ""
    which = "a frame is" if gap.missing == 1 else "frames are"
    return Fault(
        "missing_frame",
        f"Frames {gap.before + 1} and {after + 1} are related as others are that lie {gap.missing + 1}{more} frames "
        "apart: "
        + (f"{which} missing between them." if after else f"{which} missing at the loop's end, or it is no loop."),
        "Export the whole loop again, and count its frames where they are read.",
    )
