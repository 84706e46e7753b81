"""The distributions of a texture's values."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from bluenoise_assets.spec.annotations import Choice, Key
from bluenoise_assets.spec.python_values import Resolved


def _check_quantiles(quantiles: tuple[float, ...]) -> str | None:
    if not 2 <= len(quantiles) <= 65536:
        return f"a table of quantiles has 2 to 65536 values, not {len(quantiles)}"
    for value in quantiles:
        if not 0 <= value <= 1:
            return f"the quantile {value} is not between 0 and 1"
    for before, after in pairwise(quantiles):
        if after < before:
            return f"the quantiles must not fall, but {after} follows {before}"
    if quantiles[0] == quantiles[-1]:
        return "all quantiles are the same: the texture would be one flat colour"
    return None


@dataclass(frozen=True)
class UniformDistribution(Resolved, Choice):
    """Every value between 0 and 1 equally often."""


@dataclass(frozen=True)
class TriangularDistribution(Resolved, Choice):
    """The sum of two uniform variables, on [-1, 1], mapped to the texture's range (0.5 is 0)."""


@dataclass(frozen=True)
class GaussianDistribution(Resolved, Choice):
    """A normal law around 0.5, cut off at 0 and 1."""

    sigma: Annotated[float, Key("Standard deviation, in units of the texture's range.", minimum=1e-3, maximum=10)] = (
        0.16
    )


@dataclass(frozen=True)
class TableDistribution(Resolved, Choice):
    """Values with the given quantiles, interpolated linearly between them."""

    quantiles: Annotated[
        tuple[float, ...],
        Key("Quantiles at equal steps of probability from 0 to 1, rising, in [0, 1].", check=_check_quantiles),
    ]

    if TYPE_CHECKING:

        def __init__(self, quantiles: Sequence[float]) -> None: ...


Distribution = UniformDistribution | TriangularDistribution | GaussianDistribution | TableDistribution

DEFAULT_DISTRIBUTION = UniformDistribution()
