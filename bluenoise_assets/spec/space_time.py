"""Filters over space and time: what a viewer's eye and a renderer that accumulates its frames do to the noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from bluenoise_assets.spec.annotations import Key
from bluenoise_assets.spec.filter import (
    GAUSSIAN_PRESETS,
    MAX_FILTERS,
    PRESETS,
    BoxFilter,
    EmaFilter,
    Filter,
    FilterLike,
    GaussianFilter,
    WeightedFilter,
    check_filter,
)
from bluenoise_assets.spec.python_values import Resolved

AnyTimeFilter = EmaFilter | BoxFilter | GaussianFilter


@dataclass(frozen=True)
class WeightedTimeFilter(Resolved):
    """One of several filters in time whose errors, each relative to white noise's, are added up."""

    filter: Annotated[AnyTimeFilter, Key("The filter.")]
    weight: Annotated[float, Key("Weight of its error.", minimum=0, maximum=1000)] = 1.0


TimeFilter = tuple[WeightedTimeFilter, ...]

DEFAULT_SHARE = 0.5
DEFAULT_TIME: TimeFilter = (WeightedTimeFilter(EmaFilter(0.1)),)
DEFAULT_SPACE: Filter = (
    WeightedFilter(GaussianFilter(1.0)),
    WeightedFilter(GaussianFilter(1.8), weight=0.0, values=8.0),
)


def _check_time(filters: TimeFilter) -> str | None:
    if not 1 <= len(filters) <= MAX_FILTERS:
        return f"expected 1 to {MAX_FILTERS} filters, found {len(filters)}"
    if not any(part.weight > 0 for part in filters):
        return "no filter has a weight above 0"
    for part in filters:
        match part.filter:
            case GaussianFilter(sigma=number) | BoxFilter(width=number) if isinstance(number, tuple):
                return f"time is one axis, and {part.filter.tag()} has {len(number)} numbers"
    return None


@dataclass(frozen=True)
class SpaceTimeFilter(Resolved):
    """A filter in space, of each frame, and one in time, of each pixel; `time` is None where it is left out."""

    space: Annotated[
        Filter,
        Key(
            "What the eye does to one frame; as the filter of a texture without frames.",
            check=check_filter,
            presets=GAUSSIAN_PRESETS,
        ),
    ] = DEFAULT_SPACE
    time: Annotated[
        TimeFilter | None, Key("What the renderer does from frame to frame, or a list of filters.", check=_check_time)
    ] = None
    combine: Annotated[
        Literal["separate", "product"],
        Key("separate: each frame, and each pixel over time, looks even; product: only what both filters leave does."),
    ] = "separate"
    weight: Annotated[
        float, Key("The share of space in the error, of 1; the rest is time's.", minimum=0, maximum=1)
    ] = DEFAULT_SHARE

    if TYPE_CHECKING:

        def __init__(
            self,
            space: FilterLike | Sequence[FilterLike] = ...,
            time: AnyTimeFilter | WeightedTimeFilter | Mapping[str, Any] | Sequence[Any] | None = ...,
            combine: Literal["separate", "product"] = ...,
            weight: float = ...,
        ) -> None: ...

    @property
    def resolved(self) -> "SpaceTimeFilter":
        """With its time."""
        return self if self.time is not None else replace(self, time=DEFAULT_TIME)


AnySpaceTime = Filter | SpaceTimeFilter

_PLAIN: Filter = (WeightedFilter(GaussianFilter(1.0)),)

FRAME_PRESETS: dict[str, SpaceTimeFilter] = {
    "taa": SpaceTimeFilter(DEFAULT_SPACE, DEFAULT_TIME),
    "denoised": SpaceTimeFilter(_PLAIN, DEFAULT_TIME, "product"),
    "short_history": SpaceTimeFilter(DEFAULT_SPACE, (WeightedTimeFilter(BoxFilter(8)),)),
    "directions": SpaceTimeFilter(_PLAIN, DEFAULT_TIME),
}
"""Filters of frames by use."""

ALL_PRESETS: dict[str, AnySpaceTime] = {**PRESETS, **FRAME_PRESETS}

NAMED_SPACES = (DEFAULT_SPACE, *PRESETS.values(), *GAUSSIAN_PRESETS.values())
"""Filters in space that a user need not have written out."""

DEFAULT_FILTERS: dict[tuple[bool, bool], AnySpaceTime] = {
    (False, False): PRESETS["balanced"],
    (False, True): _PLAIN,
    (True, False): FRAME_PRESETS["taa"],
    (True, True): FRAME_PRESETS["directions"],
}
"""The filter of a texture that names none: whether it has frames, and whether its texels are vectors."""


def blurred_space(filters: AnySpaceTime) -> AnySpaceTime:
    """A preset as it is meant where no eye sees a slice as it is: of frames, which are averaged, volumes, vectors."""
    return next((GAUSSIAN_PRESETS[name] for name, preset in PRESETS.items() if filters == preset), filters)


def check_any_filter(filters: AnySpaceTime) -> str | None:
    """What is wrong with a texture's filter in itself, or None."""
    return None if isinstance(filters, SpaceTimeFilter) else check_filter(filters)


def space_of(filters: AnySpaceTime) -> Filter:
    """The filter of one slice."""
    return filters.space if isinstance(filters, SpaceTimeFilter) else filters


def without_values(filters: AnySpaceTime) -> AnySpaceTime:
    """A filter for vectors, whose values are no numbers that an error of their own could be told of."""
    space = tuple(replace(part, values=0.0) for part in space_of(filters) if part.weight > 0)
    return replace(filters, space=space) if isinstance(filters, SpaceTimeFilter) else space
