"""What a texture is: frozen dataclasses, their canonical form, and the key that names their content.

The annotations are the single source of the manifest's keys: `manifest.decode` reads YAML against them and
`manifest.schema` writes the JSON Schema from them.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

ALGORITHM = 1
"""Goes up whenever the texels of some spec change; part of every texture's key."""

MAX_SIDE = 16384
MAX_TEXELS = 2**28


@dataclass(frozen=True)
class Key:
    """A manifest key: what it means (shown by editors) and which values it takes."""

    doc: str
    minimum: float | None = None
    maximum: float | None = None
    check: Callable[[Any], str | None] | None = None

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value of the right type, or None."""
        if isinstance(value, float) and not math.isfinite(value):
            return f"{value} is not a finite number"
        if self.minimum is not None and value < self.minimum:
            return f"{value} is below the smallest allowed, {self.minimum}"
        if self.maximum is not None and value > self.maximum:
            return f"{value} is above the largest allowed, {self.maximum}"
        return self.check(value) if self.check is not None else None


class Choice:
    """Base of the alternatives of a key, written `gaussian`, `{gaussian: 0.2}` or `{gaussian: {sigma: 0.2}}`."""

    @classmethod
    def tag(cls) -> str:
        """Its name in a manifest."""
        return cls.__name__.lower()


@cache
def _keys(kind: Any) -> tuple[tuple[str, Any, Key], ...]:
    """The fields of a dataclass that are manifest keys: name, plain type, key."""
    hints = get_type_hints(kind, include_extras=True).items()
    return tuple((name, hint.__origin__, hint.__metadata__[0]) for name, hint in hints if get_origin(hint) is Annotated)


def _check(part: Any) -> None:
    whole: Any = type(part)
    for name, kind, key in _keys(whole):
        value = getattr(part, name)
        if not _is(value, kind):
            raise ValueError(f"{name}: {value!r} is not {_words(kind)}")
        text = key.problem(value)
        if text is not None:
            raise ValueError(f"{name}: {text}")


def _is(value: Any, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return any(value == choice and type(value) is type(choice) for choice in inner)
    if origin in {Union, UnionType}:
        return any(_is(value, choice) for choice in inner)
    if origin is tuple:
        kinds = inner[:1] * len(value) if isinstance(value, tuple) and inner[-1] is Ellipsis else inner
        return isinstance(value, tuple) and len(value) == len(kinds) and all(map(_is, value, kinds))
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _words(kind: Any) -> str:
    """A type for people: `8 or 16`, `int`, `tuple[int, int]`."""
    if get_origin(kind) in {Literal, Union, UnionType}:
        return " or ".join(inner.__name__ if isinstance(inner, type) else str(inner) for inner in get_args(kind))
    return kind.__name__ if get_origin(kind) is None else str(kind).replace("typing.", "")


def _check_size(size: tuple[int, ...]) -> str | None:
    for side in size:
        if not 1 <= side <= MAX_SIDE:
            return f"a side of {side} texels is not between 1 and {MAX_SIDE}"
    if math.prod(size) > MAX_TEXELS:
        return f"{math.prod(size)} texels are more than 2^28"
    return None


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


def _check_formats(formats: tuple[str, ...]) -> str | None:
    if not formats:
        return "the list is empty"
    if len(set(formats)) != len(formats):
        return "a format is listed twice"
    return None


@dataclass(frozen=True)
class Uniform(Choice):
    """Every value between 0 and 1 equally often."""


@dataclass(frozen=True)
class Triangular(Choice):
    """The sum of two uniform variables, on [-1, 1], mapped to the texture's range (0.5 is 0)."""


@dataclass(frozen=True)
class Gaussian(Choice):
    """A normal law around 0.5, cut off at 0 and 1."""

    sigma: Annotated[float, Key("Standard deviation, in units of the texture's range.", minimum=1e-3, maximum=10)] = (
        0.16
    )

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Table(Choice):
    """Values with the given quantiles, interpolated linearly between them."""

    quantiles: Annotated[
        tuple[float, ...],
        Key("Quantiles at equal steps of probability from 0 to 1, rising, in [0, 1].", check=_check_quantiles),
    ]

    def __post_init__(self) -> None:
        _check(self)


Distribution = Uniform | Triangular | Gaussian | Table


@dataclass(frozen=True)
class Spectrum(Choice):
    """Optimise the power spectrum of the values themselves (Wronski 2020, the Fourier loss)."""

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

    def __post_init__(self) -> None:
        _check(self)


Objective = Spectrum

LEARNING_RATES = {"adam": 0.003, "momentum": 0.001}


@dataclass(frozen=True)
class Optimizer:
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
        if self.learning_rate is None:  # resolved here, so that a spec never depends on a default elsewhere
            object.__setattr__(self, "learning_rate", LEARNING_RATES.get(self.method))
        _check(self)


Format = Literal["png"]


@dataclass(frozen=True)
class TextureSpec:
    """One texture with every key resolved. Sizes are (width, height) in texels."""

    name: str
    size: Annotated[tuple[int, int], Key("Side in texels, or [width, height]; 1 to 16384 each.", check=_check_size)]
    channels: Annotated[int, Key("Channels, each with a content of its own.", minimum=1, maximum=4)] = 1
    bits: Annotated[Literal[8, 16], Key("Bits for each channel.")] = 8
    seed: Annotated[int, Key("Another seed, another texture.", minimum=0, maximum=2**32 - 1)] = 0
    distribution: Annotated[Distribution, Key("The law of the values.")] = Uniform()
    objective: Annotated[Objective, Key("What is minimised.")] = Spectrum()
    optimizer: Annotated[Optimizer, Key("How the descent moves.")] = Optimizer()
    formats: Annotated[tuple[Format, ...], Key("File formats to write.", check=_check_formats)] = ("png",)

    def __post_init__(self) -> None:
        _check(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one channel's array, `(height, width)`."""
        return self.size[::-1]

    @property
    def texel_count(self) -> int:
        return math.prod(self.size)

    def content(self) -> dict[str, Any]:
        """Everything the texels depend on, as plain JSON data: all but the name and the formats."""
        plain = canonical(self)
        assert isinstance(plain, dict)
        return {name: value for name, value in plain.items() if name not in {"name", "formats"}}

    def key(self) -> str:
        """The SHA-256, in hex, of the content and of the algorithm's version."""
        return digest({"algorithm": ALGORITHM, "content": self.content()})


def output_files(spec: TextureSpec, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The files a texture gives, relative to the output folder: one a format, one a shader language."""
    return tuple(f"{spec.name}.{suffix}" for suffix in (*spec.formats, *languages))


def canonical(value: Any) -> Any:
    """A spec, or a part of one, as plain JSON data; a choice becomes `{tag: {its fields}}`."""
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: canonical(getattr(value, field.name)) for field in fields(value)}
        return {value.tag(): plain} if isinstance(value, Choice) else plain
    if isinstance(value, tuple):
        return [canonical(item) for item in value]
    return value


def digest(plain: Any) -> str:
    """The SHA-256, in hex, of plain JSON data in its one canonical spelling."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
