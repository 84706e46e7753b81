"""What a texture is: frozen dataclasses, their canonical form, and the key that names their content.

The annotations are the single source of the manifest's keys: `manifest.decode` reads YAML against them and
`manifest.schema` writes the JSON Schema from them.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

ALGORITHM = 1
"""Goes up whenever the texels of some spec change; part of every texture's key."""

MAX_SIDE = 16384
MAX_TEXELS = 2**28
MAX_TABLE_SIDE = 15
MAX_VALUE_WEIGHT = 8


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
        text = None if value is None else key.problem(value)
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
    return "a format is listed twice" if len(set(formats)) != len(formats) else None


def _check_engines(engines: tuple[str, ...]) -> str | None:
    return "an engine is listed twice" if len(set(engines)) != len(engines) else None


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


@dataclass(frozen=True)
class GaussianFilter(Choice):
    """A Gaussian blur: the usual model of an eye at a distance, or of a denoiser."""

    sigma: Annotated[
        float | tuple[float, ...],
        Key("Standard deviation in texels, or [x, y].", check=_check_each(0.3, 8)),
    ]

    @classmethod
    def tag(cls) -> str:
        return "gaussian"

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Box(Choice):
    """The mean of a block of texels, as of a lower resolution."""

    width: Annotated[int | tuple[int, ...], Key("Width of the block in texels, or [x, y].", check=_check_each(1, 32))]

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Binomial(Choice):
    """Binomial weights, as of a TAA or an upscaling filter: width 3 is 1 2 1."""

    width: Annotated[int | tuple[int, ...], Key("Number of taps, or [x, y].", check=_check_each(1, 32))]

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class TableFilter(Choice):
    """Any weights, row by row."""

    rows: Annotated[tuple[tuple[float, ...], ...], Key("The filter's taps, a list of rows.", check=_check_table)]

    @classmethod
    def tag(cls) -> str:
        return "table"

    def __post_init__(self) -> None:
        _check(self)


AnyFilter = GaussianFilter | Box | Binomial | TableFilter


@dataclass(frozen=True)
class WeightedFilter:
    """One of several filters whose errors, each relative to white noise's, are added up."""

    filter: Annotated[AnyFilter, Key("The filter.")]
    weight: Annotated[float, Key("Weight of the error of the thresholded patterns.", minimum=0, maximum=1000)] = 1.0
    values: Annotated[float, Key("Weight of the error of the values themselves.", minimum=0, maximum=1000)] = 0.0

    def __post_init__(self) -> None:
        _check(self)


Filter = tuple[WeightedFilter, ...]


def _gaussian(sigma: float, values: float) -> Filter:
    return (WeightedFilter(GaussianFilter(sigma), 1.0, values),)


PRESETS: dict[str, Filter] = {
    "sharp": _gaussian(1.0, 0.5),
    "balanced": _gaussian(1.2, 2.0),
    "smooth": _gaussian(1.6, 2.0),
}
"""Filters by name, chosen by measurement; the README's table has their figures."""

DEFAULT_FILTER = "balanced"
MAX_FILTERS = 8


def _check_filter(filters: Filter) -> str | None:
    if not 1 <= len(filters) <= MAX_FILTERS:
        return f"expected 1 to {MAX_FILTERS} filters, found {len(filters)}"
    if not any(part.weight > 0 for part in filters):
        return "no filter has a weight above 0"
    total = sum(part.weight for part in filters)
    if sum(part.values for part in filters) > MAX_VALUE_WEIGHT * total:
        return f"the sum of 'values' is more than {MAX_VALUE_WEIGHT} times the sum of 'weight'"
    return None


@dataclass(frozen=True)
class Threshold(Choice):
    """Optimise the patterns that thresholding makes, all thresholds at once, as the filter shows them."""

    channel_weight: Annotated[
        float,
        Key(
            "Weight of the pairs of texels in different channels; 0 makes the channels independent, more makes the "
            "sum of their patterns better and each channel a little worse.",
            minimum=0,
            maximum=1,
        ),
    ] = 0.3

    def __post_init__(self) -> None:
        _check(self)


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


@dataclass(frozen=True)
class Sum(Choice):
    """The weighted sum of both objectives: blue thresholded patterns and a blue spectrum of the values."""

    threshold: Annotated[Threshold, Key("The threshold objective, weight 1.")] = Threshold()
    spectrum: Annotated[Spectrum, Key("The spectrum objective.")] = Spectrum()
    weight: Annotated[float, Key("Weight of the spectrum objective.", minimum=1e-6, maximum=1e6)] = 0.01

    def __post_init__(self) -> None:
        _check(self)


Objective = Threshold | Spectrum | Sum

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


Storage = Literal["uint8", "uint16", "float16", "float32"]
"""The type of a texel's channels, as numpy calls it."""

Format = Literal["png", "dds", "ktx2", "exr", "raw", "h", "cs", "npy"]

FORMAT_CHANNELS: dict[str, tuple[int, ...]] = {
    "png": (1, 2, 3, 4),
    "dds": (1, 2, 4),  # graphics cards have no textures of three channels of 8 or 16 bits
    "ktx2": (1, 2, 4),
    "exr": (1, 2, 3, 4),
    "raw": (1, 2, 3, 4),
    "h": (1, 2, 3, 4),
    "cs": (1, 2, 3, 4),
    "npy": (1, 2, 3, 4),
}
"""How many channels each file format holds."""

FORMAT_ENCODINGS: dict[str, tuple[str, ...]] = {"png": ("unorm",), "exr": ("float",)}
"""Which encodings a file format holds; those that are not named hold both."""

STORAGES: dict[tuple[str, int], Storage] = {  # by encoding and bits
    ("unorm", 8): "uint8",
    ("unorm", 16): "uint16",
    ("float", 16): "float16",
    ("float", 32): "float32",
}

DEFAULT_FORMAT: dict[str, Format] = {"unorm": "png", "float": "exr"}

MAX_VOLUME_SIDE = 2048
"""Direct3D's and most graphics cards' limit for a volume; that for other textures is `MAX_SIDE`."""

MAX_LAYERS = 2048
"""Direct3D's and Vulkan's limit for an array."""

MAX_SOURCE_VALUES = 2**22
"""What compilers take as source code: gcc 12 needs 2.5 s and 250 MB of memory for each million of them (measured)."""

EngineName = Literal["unity", "unreal", "godot", "godot3", "bevy", "threejs", "raw"]

Kind = Literal["2d", "array", "volume"]


@dataclass(frozen=True)
class TextureSpec:
    """One texture with every key resolved. Sizes are (width, height) or (width, height, depth) in texels.

    With `layers` it is an array of so many independent textures of that size.

    `filter` and `effort` belong to the threshold objective (and to a sum), `optimizer` to the spectrum objective;
    what does not belong is None.
    """

    name: str
    size: Annotated[
        tuple[int, int] | tuple[int, int, int],
        Key("Side in texels, [width, height], or [width, height, depth] for a volume.", check=_check_size),
    ]
    channels: Annotated[int, Key("Channels, each with a content of its own.", minimum=1, maximum=4)] = 1
    bits: Annotated[Literal[8, 16, 32], Key("Bits for each channel; 16 or 32 with encoding: float.")] = 8
    seed: Annotated[int, Key("Another seed, another texture.", minimum=0, maximum=2**32 - 1)] = 0
    distribution: Annotated[Distribution, Key("The law of the values.")] = Uniform()
    objective: Annotated[Objective, Key("What is minimised.")] = Threshold()
    filter: Annotated[
        Filter | None,
        Key(
            "What the viewer's eye does to the noise; a preset's name, a filter, or a list of filters.",
            check=_check_filter,
        ),
    ] = None
    effort: Annotated[Literal["fast", "good", "best"] | None, Key("Time for quality: good by default.")] = None
    optimizer: Annotated[Optimizer | None, Key("How the descent of the spectrum objective moves.")] = None
    formats: Annotated[
        tuple[Format, ...],
        Key("File formats to write; png (for floats, exr) where there are no engines.", check=_check_formats),
    ] = ()
    engines: Annotated[
        tuple[EngineName, ...],
        Key(
            "Game engines: each gets a folder with what it reads, ready to use: the texture in the format that suits "
            "it, its import settings, a shader and a snippet.",
            check=_check_engines,
        ),
    ] = ()
    encoding: Annotated[
        Literal["unorm", "float"], Key("unorm: unsigned integers that stand for 0 to 1; float: the values as they are.")
    ] = "unorm"
    supercompression: Annotated[
        Literal["none", "zstd"], Key("Of KTX2 files, also those of engines: zstd makes some smaller to download.")
    ] = "none"
    dds_header: Annotated[
        Literal["dx10", "legacy"], Key("Of DDS files: legacy, without the DX10 header, is for old readers.")
    ] = "dx10"
    layers: Annotated[
        int | None, Key("Makes an array of so many independent slices.", minimum=2, maximum=MAX_LAYERS)
    ] = None

    def __post_init__(self) -> None:
        misplaced = misplaced_keys(self.objective)
        for name in misplaced:
            if getattr(self, name) is not None:
                raise ValueError(f"{name}: {misplaced[name]}")
        defaults = {"filter": PRESETS[DEFAULT_FILTER], "effort": "good", "optimizer": Optimizer()}
        for name, default in defaults.items():
            if name not in misplaced and getattr(self, name) is None:
                object.__setattr__(self, name, default)
        if not self.formats and not self.engines:
            object.__setattr__(self, "formats", (DEFAULT_FORMAT.get(self.encoding, "png"),))
        _check(self)
        for name, text, _ in key_problems(self):
            raise ValueError(f"{name}: {text}")

    @classmethod
    def unchecked(cls, name: str, values: dict[str, Any]) -> "TextureSpec":
        """One whose values have the right types, but may not fit together: to ask `key_problems` about."""
        spec = object.__new__(cls)
        for field in fields(cls):
            object.__setattr__(spec, field.name, values.get(field.name, field.default))
        object.__setattr__(spec, "name", name)
        return spec

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one channel's slice, or volume: `(height, width)` or `(depth, height, width)`."""
        return self.size[::-1]

    @property
    def texel_count(self) -> int:
        """The texels of one layer."""
        return math.prod(self.size)

    @property
    def kind(self) -> Kind:
        if self.layers is not None:
            return "array"
        return "volume" if len(self.size) == 3 else "2d"

    @property
    def slices(self) -> int:
        """Layers of an array, depth of a volume, else 1."""
        return self.layers or (*self.size, 1)[2]

    @property
    def storage(self) -> Storage:
        return STORAGES[self.encoding, self.bits]

    def content(self) -> dict[str, Any]:
        """Everything the texels depend on, as plain JSON data: all but the name and what is made of them."""
        plain = canonical(self)
        assert isinstance(plain, dict)
        unsaid = {"name", "formats", "engines", "supercompression", "dds_header"}
        if self.encoding == "unorm":
            unsaid.add("encoding")  # as keys were before there were floats
        return {name: value for name, value in plain.items() if name not in unsaid and value is not None}

    def key(self) -> str:
        """The SHA-256, in hex, of the content and of the algorithm's version."""
        return key_of(self.content())


def key_of(content: dict[str, Any]) -> str:
    """The key of a texture's content."""
    return digest({"algorithm": ALGORITHM, "content": content})


def misplaced_keys(objective: Objective) -> dict[str, str]:
    """The keys that have no meaning under an objective, with what to tell who sets them."""
    if isinstance(objective, Spectrum):
        text = "has no effect with the spectrum objective"
        return {"filter": text, "effort": text}
    return {"optimizer": f"has no effect with the {objective.tag()} objective"}


def axes_problem(filters: Filter, axes: int) -> str | None:
    """What is wrong with filters for a texture of so many axes, or None."""
    for part in filters:
        match part.filter:
            case TableFilter():
                if axes != 2:
                    return f"a table has 2 axes and the texture {axes}"
            case GaussianFilter(sigma=numbers) | Box(width=numbers) | Binomial(width=numbers):
                if isinstance(numbers, tuple) and len(numbers) != axes:
                    return f"{part.filter.tag()} has {len(numbers)} numbers and the texture {axes} axes"
    return None


def key_problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a texture's keys beside each other: the key, what is wrong with it, and a hint."""
    unfit = axes_problem(spec.filter or (), len(spec.size))
    if unfit is not None:
        yield "filter", unfit, ""
    held = [bits for encoding, bits in STORAGES if encoding == spec.encoding]
    if spec.bits not in held:
        other = " or encoding: float" if spec.bits == 32 else ""
        text = f"encoding: {spec.encoding} has {held[0]} or {held[1]} bits, not {spec.bits}"
        yield "bits", text, f"write bits: {min(held, key=lambda bits: abs(bits - spec.bits))}{other}"
    if spec.layers is not None and len(spec.size) == 3:
        yield "layers", "a volume has no layers", "give it two sides, or leave `layers` out"
    elif spec.layers is not None and spec.texel_count * spec.layers > MAX_TEXELS:
        yield "layers", f"{spec.layers} layers of {spec.texel_count} texels are more than 2^28", "make them smaller"
    unfit_format = formats_problem(spec)
    if unfit_format is not None:
        yield "formats", *unfit_format


def formats_problem(spec: TextureSpec) -> tuple[str, str] | None:
    """What is wrong with a texture's file formats for its channels, encoding and size, and a hint; or None."""
    for name in spec.formats:
        problem = _format_problem(name, spec)
        if problem is not None:
            able = [other for other in FORMAT_CHANNELS if _format_problem(other, spec) is None]
            return problem[0], f"write {_either(able)}{problem[1]}"
    return None


def _format_problem(name: str, spec: TextureSpec) -> tuple[str, str] | None:
    """Why a format does not hold a texture, and what helps beside another format."""
    held = FORMAT_CHANNELS[name]
    if spec.channels not in held:
        more = next((count for count in held if count > spec.channels), None)
        text = f"{name} holds {_either([str(count) for count in held])} channels, not {spec.channels}"
        return text, f", or channels: {more}" if more else ""
    encodings = FORMAT_ENCODINGS.get(name, (spec.encoding,))
    if spec.encoding not in encodings:
        return f"{name} holds {encodings[0]}, not {spec.encoding}", f", or encoding: {encodings[0]}"
    legacy = name == "dds" and spec.dds_header == "legacy"
    if legacy and (spec.storage != "uint8" or spec.kind == "array"):
        found = "an array" if spec.kind == "array" else f"{spec.bits} bits {spec.encoding}"
        return f"a legacy dds holds 8 bits unorm, 2D or a volume, not {found}", ", or dds_header: dx10"
    if name == "dds" and spec.kind == "volume" and max(spec.size) > MAX_VOLUME_SIDE:
        text = f"a dds volume has at most {MAX_VOLUME_SIDE} texels on a side, not {max(spec.size)}"
        return text, ", or make it smaller"
    values = math.prod(spec.size) * (spec.layers or 1) * spec.channels
    if name in {"h", "cs"} and values > MAX_SOURCE_VALUES:
        return f"source code holds {MAX_SOURCE_VALUES} values, not {values}", ", or make it smaller"
    return None


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


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
