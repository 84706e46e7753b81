"""Objectives: what is minimised, and how the descent of the spectrum objective moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from bluenoise_assets.spec.annotations import Choice, Key
from bluenoise_assets.spec.python_values import Resolved

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Of linear red, green and blue: Recommendation ITU-R BT.709."""


def _check_weights(weights: tuple[float, ...]) -> str | None:
    if not all(0 <= weight <= 1000 for weight in weights):
        return "a weight is not between 0 and 1000"
    return None if any(weights) else "no weight is above 0"


@dataclass(frozen=True)
class Threshold(Resolved, Choice):
    """Optimise the patterns that thresholding makes, all thresholds at once, as the filter shows them."""

    unused_keys: ClassVar[tuple[str, ...]] = ("optimizer",)
    values_cutoff: ClassVar[None] = None

    channel_weight: Annotated[
        float,
        Key(
            "Weight of the pairs of texels in different channels; 0 makes the channels independent, more makes the "
            "sum of their patterns better and each channel a little worse.",
            minimum=0,
            maximum=0.9,
        ),
    ] = 0.35
    channel_weights: Annotated[
        tuple[float, ...] | None,
        Key(
            "How much the viewer sees of each channel; by default as much of each, but of three the luminance of red, "
            "green and blue (Rec. 709).",
            check=_check_weights,
        ),
    ] = None

    if TYPE_CHECKING:

        def __init__(self, channel_weight: float = ..., channel_weights: Sequence[float] | None = ...) -> None: ...

    def seen(self, channels: int) -> tuple[float, ...]:
        """The weights of so many channels."""
        return self.channel_weights or (LUMINANCE if channels == len(LUMINANCE) else (1.0,) * channels)


@dataclass(frozen=True)
class Spectrum(Resolved, Choice):
    """Optimise the power spectrum of the values themselves (Wronski 2020, the Fourier loss)."""

    unused_keys: ClassVar[tuple[str, ...]] = ("filter", "effort")

    cutoff: Annotated[
        float,
        Key("Frequencies below this are suppressed, in cycles per texel.", minimum=0.001, maximum=0.7),
    ] = 0.25
    low_frequency: Annotated[float, Key("Weight of the power below the cut-off.", minimum=0, maximum=1e6)] = 10.0
    uniformity: Annotated[
        float, Key("Weight of the smoothness of the spectrum above the cut-off.", minimum=0, maximum=1e6)
    ] = 1.0
    histogram: Annotated[float, Key("Weight of the distance from the wanted histogram.", minimum=0, maximum=1e6)] = (
        100.0
    )
    randomize: Annotated[
        bool, Key("Scale each loss by its own random factor at every step, to leave local minima.")
    ] = True
    fine_tuning: Annotated[
        int,
        Key(
            "Rounds of swaps after the histogram has become exact; they lower the power below the cut-off "
            "and keep every value. 0 turns them off.",
            minimum=0,
            maximum=1_000_000,
        ),
    ] = 1000

    @property
    def values_cutoff(self) -> float:
        """The frequency, in cycles per texel, below which the power of the values is minimised."""
        return self.cutoff


@dataclass(frozen=True)
class Sum(Resolved, Choice):
    """The weighted sum of both objectives: blue thresholded patterns and a blue spectrum of the values."""

    unused_keys: ClassVar[tuple[str, ...]] = ("optimizer",)

    threshold: Annotated[Threshold, Key("The threshold objective, weight 1.")] = Threshold()
    spectrum: Annotated[Spectrum, Key("The spectrum objective.")] = Spectrum()
    weight: Annotated[float, Key("Weight of the spectrum objective.", minimum=1e-6, maximum=1e6)] = 0.01

    @property
    def values_cutoff(self) -> float:
        """The frequency, in cycles per texel, below which the power of the values is minimised."""
        return self.spectrum.cutoff


Objective = Threshold | Spectrum | Sum

DEFAULT_OBJECTIVE = Threshold()

LEARNING_RATES = {"adam": 0.003, "momentum": 0.001}


@dataclass(frozen=True)
class Optimizer(Resolved):
    """How the descent moves."""

    method: Annotated[
        Literal["adam", "momentum"], Key("adam (Kingma and Ba 2015) or momentum (Polyak's heavy ball).")
    ] = "adam"
    steps: Annotated[int, Key("Steps of the descent.", minimum=1, maximum=10_000_000)] = 3000
    learning_rate: Annotated[
        float | None,
        Key("Step size; by default 0.003 for adam and 0.001 for momentum.", minimum=1e-8, maximum=10),
    ] = None
    momentum: Annotated[
        float, Key("Share of the last direction that is kept (adam's beta1).", minimum=0, maximum=0.9999)
    ] = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.learning_rate is None:  # resolved here, so that a spec never depends on a default elsewhere
            object.__setattr__(self, "learning_rate", LEARNING_RATES[self.method])
