"""`require`: bars that a texture's figures have to reach, and which figures a texture has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple

from bluenoise_assets.spec.annotations import Key, NonEmpty
from bluenoise_assets.spec.python_values import Resolved
from bluenoise_assets.spec.sample_space import DIRECTIONS

if TYPE_CHECKING:
    from bluenoise_assets.spec.texture import TextureSpec

MASK_CUTOFF, TONE_CUTOFF = 1 / 8, 1 / 16
"""Cycles per texel: where low frequencies end, of values without a cut-off of their own, and of tones' patterns."""


@dataclass(frozen=True)
class Bar(Resolved, NonEmpty):
    """The least and the most that a figure may be."""

    example: ClassVar[str] = "{max: -40}"

    max: Annotated[float | None, Key("The most that the figure may be.")] = None
    min: Annotated[float | None, Key("The least that the figure may be.")] = None

    def problem(self) -> tuple[str, str] | None:
        if self.max is not None and self.min is not None and self.min > self.max:
            return f"min, {number(self.min)}, is above max, {number(self.max)}", "no figure is both"
        return super().problem()

    def miss(self, figure: float) -> str | None:
        """The side that a figure is beyond, as `at most -40`; None for one that is within."""
        if self.max is not None and not figure <= self.max:
            return f"at most {number(self.max)}"
        if self.min is not None and not figure >= self.min:
            return f"at least {number(self.min)}"
        return None

    def __str__(self) -> str:
        ends = (("at least", self.min), ("at most", self.max))
        return " and ".join(f"{word} {number(end)}" for word, end in ends if end is not None)


Filtered = Literal["1", "1.5", "2", "eye 35", "eye 70", "eye 140"]
Tone = Literal["1/64", "1/32", "1/16", "1/2", "15/16", "31/32", "63/64"]
Pattern = Literal["H1", "ST", "EMA", "steady EMA", "steady ST", "caps"]


class FigureName(NamedTuple):
    """Which number of a `Figures`: `name` is that within a figure of several."""

    figure: str
    name: str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The keys of a texture that lead to its bar."""
        return "require", self.figure, *(() if self.name is None else (self.name,))

    def __str__(self) -> str:
        return self.figure if self.name is None else f"{self.figure} ({self.name})"


@dataclass(frozen=True)
class Requirement(Resolved, NonEmpty):
    """Bars by figure: its fields are those of `quality.figures.Figures`."""

    example: ClassVar[str] = "{low_frequency_db: {max: -40}}"

    low_frequency_db: Annotated[
        Bar | None, Key("Mean power of the values below the cut-off, in dB: how blotchy the texture is.")
    ] = None
    anisotropy_db: Annotated[Bar | None, Key("How uneven the spectrum's rings are, in dB.")] = None
    threshold_error_db: Annotated[
        Mapping[Filtered, Bar] | None,
        Key("Error of the patterns, in dB, behind a Gaussian of so many texels or the eye at so many pixels a degree."),
    ] = field(default=None, hash=False)
    error_db: Annotated[
        Bar | None, Key("Error of the patterns behind the texture's own filter, in dB: what is seen of it.")
    ] = None
    stored_low_frequency_db: Annotated[
        Bar | None, Key("low_frequency_db of the values that a shader reads, with the spectrum objective.")
    ] = None
    tone_low_frequency_db: Annotated[
        Mapping[Tone, Bar] | None, Key("Mean power of one tone's pattern below 1/16 cycle per texel, in dB.")
    ] = field(default=None, hash=False)
    pattern_rms: Annotated[
        Mapping[Pattern, Bar] | None,
        Key("Of frames and vectors: RMS error of the patterns after filters in space and time."),
    ] = field(default=None, hash=False)

    def bars(self) -> Iterator[tuple[FigureName, Bar]]:
        """Every bar, and of what it is."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Bar):
                yield FigureName(one.name), value
            elif value is not None:
                for name, bar in value.items():
                    yield FigureName(one.name, name), bar

    def of_what_has(self, spec: "TextureSpec") -> "Requirement | None":
        """The same without what a texture never has; None if nothing is left."""
        bars = dict(self.bars())
        kept = {each: bar for each, bar in bars.items() if missing(spec, each) is None}
        if len(kept) == len(bars):
            return self
        values: dict[str, Any] = {one.name: None for one in fields(self)}
        for (figure, name), bar in kept.items():
            values[figure] = bar if name is None else {**(values[figure] or {}), name: bar}
        return replace(self, **values) if kept else None


def unmeasured(spec: "TextureSpec") -> Iterator[tuple[FigureName, str]]:
    """What a texture has a bar of and never has, and why; its other keys have to fit together."""
    for figure, _ in spec.require.bars() if spec.require is not None else ():
        why = missing(spec, figure)
        if why is not None:
            yield figure, why


def missing(spec: "TextureSpec", wanted: FigureName) -> str | None:
    """Why a texture never has a figure; None for one that it has."""
    figure, name = wanted
    sides = "x".join(map(str, spec.size))
    if figure == "pattern_rms":
        if not spec.is_vector and spec.frames is None:
            return "only frames and vectors have it"
        return _missing_pattern(spec, str(name)) or (None if spec.is_vector or spec.texel_count > 1 else _small(sides))
    if spec.is_vector and figure != "low_frequency_db":
        return f"vectors have none, and this is a {spec.sample_space}"
    if figure == "error_db" and "filter" in spec.objective.unused_keys:
        return f"there is none with the {spec.objective.tag()} objective, which has no filter"
    cutoff = None if spec.is_vector else spec.objective.values_cutoff
    if figure == "stored_low_frequency_db" and cutoff is None:
        return f"there is none with the {spec.objective.tag()} objective"
    if figure == "anisotropy_db" and cutoff is not None and cutoff >= 0.5:
        return "it is of the rings from the cut-off to 1/2 cycle per texel, and there are none"
    return None if _is_defined(spec, figure, name, cutoff or MASK_CUTOFF) else _small(sides)


def _missing_pattern(spec: "TextureSpec", name: str) -> str | None:
    if name == "caps" and (spec.sample_space not in DIRECTIONS or spec.sample_space == "circle"):
        return "only directions in three dimensions have it"
    return "only frames have it" if name not in {"H1", "caps"} and spec.frames is None else None


def _is_defined(spec: "TextureSpec", figure: str, name: str | None, cutoff: float) -> bool:
    """Whether a texture of numbers is large enough for a figure that its kind has."""
    side, count = max(spec.size), spec.texel_count
    match figure:
        case "anisotropy_db":
            return side > 2
        case "tone_low_frequency_db":
            over, under = map(int, str(name).split("/"))
            is_partly_lit = 2 * over * count > under and 2 * (under - over) * count >= under
            return _has_frequencies(side, TONE_CUTOFF) and is_partly_lit
        case "low_frequency_db" | "stored_low_frequency_db":
            return _has_frequencies(side, cutoff)
    return count > 1


def _has_frequencies(side: int, cutoff: float) -> bool:
    """Whether a texture whose longest side is `side` has frequencies above 0 and below the cut-off."""
    return side > 1 and 1 / side < cutoff - 1e-9


def _small(sides: str) -> str:
    return f"{sides} texels are too small for it"


def number(value: float) -> str:
    """A number as people write it: `-40`, `0.006`."""
    return f"{value:.10g}"
