"""Filters: what a viewer's eye, a denoiser or an upscaler does to the noise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from bluenoise_assets.spec.annotations import Choice, Key
from bluenoise_assets.spec.python_values import Resolved

MAX_TABLE_SIDE = 15
MAX_VALUE_WEIGHT = 8


def _check_table(rows: tuple[tuple[float, ...], ...]) -> str | None:
    sides = {len(row) for row in rows}
    if len(sides) != 1 or 0 in sides:
        return "the rows of a table must have one length, at least 1"
    if len(rows) > MAX_TABLE_SIDE or max(sides) > MAX_TABLE_SIDE:
        return f"a table has at most {MAX_TABLE_SIDE} rows and columns"
    if not any(tap for row in rows for tap in row):
        return "all taps are 0"
    if any(not abs(tap) <= 1e3 for row in rows for tap in row):
        return "a tap is larger than 1000"
    return None


def _check_each(minimum: float, maximum: float) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        for number in value if isinstance(value, tuple) else (value,):
            if not minimum <= number <= maximum:
                return f"{number} is not between {minimum} and {maximum}"
        if isinstance(value, tuple) and not 1 <= len(value) <= 3:
            return f"expected one number, or one for each axis, found {len(value)}"
        return None

    return check


def _check_axes(filters: Any) -> str | None:
    for part in filters:
        for number in vars(part).values():
            if isinstance(number, tuple):
                return f"a filter of one axis has one number, and this {part.tag()} has {len(number)}"
    return None if 1 <= len(filters) <= 3 else f"expected 1 to 3 filters, found {len(filters)}"


@dataclass(frozen=True)
class GaussianFilter(Resolved, Choice):
    """A Gaussian blur: the usual model of an eye at a distance, or of a denoiser."""

    sigma: Annotated[
        float | tuple[float, ...],
        Key("Standard deviation in texels, or [x, y].", check=_check_each(0.3, 8)),
    ]

    if TYPE_CHECKING:

        def __init__(self, sigma: float | Sequence[float]) -> None: ...


@dataclass(frozen=True)
class EyeFilter(Resolved, Choice):
    """The eye's contrast sensitivity (Nasanen 1984): the finer a pattern, the less is seen of it."""

    pixels_per_degree: Annotated[
        float | tuple[float, ...],
        Key(
            "Texels in a degree of the viewer's field, or [x, y]: 35 a monitor at arm's length, 70 a dense one, 140 a "
            "phone or a television.",
            check=_check_each(10, 160),
        ),
    ]
    luminance: Annotated[float, Key("The picture's brightness, in cd/m2.", minimum=0.1, maximum=10_000)] = 100.0

    if TYPE_CHECKING:

        def __init__(self, pixels_per_degree: float | Sequence[float], luminance: float = ...) -> None: ...


@dataclass(frozen=True)
class BoxFilter(Resolved, Choice):
    """The mean of a block of texels, as of a lower resolution."""

    width: Annotated[int | tuple[int, ...], Key("Width of the block in texels, or [x, y].", check=_check_each(1, 32))]

    if TYPE_CHECKING:

        def __init__(self, width: int | Sequence[int]) -> None: ...


@dataclass(frozen=True)
class BinomialFilter(Resolved, Choice):
    """Binomial weights, as of a TAA or an upscaling filter: width 3 is 1 2 1."""

    width: Annotated[int | tuple[int, ...], Key("Number of taps, or [x, y].", check=_check_each(1, 32))]

    if TYPE_CHECKING:

        def __init__(self, width: int | Sequence[int]) -> None: ...


@dataclass(frozen=True)
class TableFilter(Resolved, Choice):
    """Any weights, row by row."""

    rows: Annotated[tuple[tuple[float, ...], ...], Key("The filter's taps, a list of rows.", check=_check_table)]

    if TYPE_CHECKING:

        def __init__(self, rows: Sequence[Sequence[float]]) -> None: ...


@dataclass(frozen=True)
class EmaFilter(Resolved, Choice):
    """An exponential moving average, as of a renderer that accumulates its frames: r = alpha b + (1 - alpha) r."""

    alpha: Annotated[float, Key("The share of the new frame.", check=_check_each(0.01, 1))]


@dataclass(frozen=True)
class AxesFilter(Resolved, Choice):
    """A filter for each axis, x first: `{axes: [{gaussian: 1}, {gaussian: 1}, {box: 4}]}`."""

    filters: Annotated[
        tuple[GaussianFilter | BoxFilter | BinomialFilter | EmaFilter, ...],
        Key("A filter for each axis, x first.", check=_check_axes),
    ]


AnyFilter = GaussianFilter | EyeFilter | BoxFilter | BinomialFilter | TableFilter | AxesFilter


@dataclass(frozen=True)
class WeightedFilter(Resolved):
    """One of several filters whose errors, each relative to white noise's, are added up."""

    filter: Annotated[AnyFilter, Key("The filter.")]
    weight: Annotated[float, Key("Weight of the error of the thresholded patterns.", minimum=0, maximum=1000)] = 1.0
    values: Annotated[float, Key("Weight of the error of the values themselves.", minimum=0, maximum=1000)] = 0.0


Filter = tuple[WeightedFilter, ...]

FilterLike = str | AnyFilter | WeightedFilter | Mapping[str, Any]
"""What Python may write for a filter: a preset's name, one filter, or a mapping as in a manifest."""


def _eyes(weights: Mapping[float, float], values: float) -> Filter:
    """Eyes by their pixels per degree, and the values' error under a Gaussian."""
    eyes = [WeightedFilter(EyeFilter(pixels), weight) for pixels, weight in weights.items()]
    return (*eyes, WeightedFilter(GaussianFilter(1.5), weight=0.0, values=values))


def _gaussian(sigma: float, values: float) -> Filter:
    return (WeightedFilter(GaussianFilter(sigma), 1.0, values),)


PRESETS: dict[str, Filter] = {
    "sharp": _eyes({35.0: 1.0}, 0.5),
    "balanced": _eyes({35.0: 0.75, 80.0: 1.0, 140.0: 0.15}, 3.0),
    "smooth": _eyes({140.0: 1.0}, 4.0),
}
"""Filters by name, chosen by measurement; manifests/quality.md has their figures."""

GAUSSIAN_PRESETS: dict[str, Filter] = {
    "sharp": _gaussian(1.0, 0.5),
    "balanced": _gaussian(1.2, 2.0),
    "smooth": _gaussian(1.6, 2.0),
}
"""What the names mean of frames, volumes and vectors."""

MAX_FILTERS = 8


def check_filter(filters: Filter) -> str | None:
    """What is wrong with filters beside each other, or None."""
    if not 1 <= len(filters) <= MAX_FILTERS:
        return f"expected 1 to {MAX_FILTERS} filters, found {len(filters)}"
    if not any(part.weight > 0 for part in filters):
        return "no filter has a weight above 0"
    total = sum(part.weight for part in filters)
    if sum(part.values for part in filters) > MAX_VALUE_WEIGHT * total:
        return f"the sum of 'values' is more than {MAX_VALUE_WEIGHT} times the sum of 'weight'"
    return None


def axes_problem(filters: Filter, axes: int) -> str | None:
    """What is wrong with filters for a texture of so many axes, or None."""
    for part in filters:
        match part.filter:
            case TableFilter():
                if axes != 2:
                    return f"a table has 2 axes and the texture {axes}"
            case (
                GaussianFilter(sigma=numbers)
                | EyeFilter(pixels_per_degree=numbers)
                | BoxFilter(width=numbers)
                | BinomialFilter(width=numbers)
            ):
                if isinstance(numbers, tuple) and len(numbers) != axes:
                    return f"{part.filter.tag()} has {len(numbers)} numbers and the texture {axes} axes"
            case AxesFilter(filters=each):
                if len(each) != axes:
                    return f"axes has {len(each)} filters and the texture {axes} axes"
    return None
