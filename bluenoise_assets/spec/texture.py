"""One texture with every key resolved: `TextureSpec`, and what is wrong with its keys beside each other."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from os import PathLike
from typing import TYPE_CHECKING, Annotated, Any, Literal

from bluenoise_assets.formats import registry
from bluenoise_assets.formats.layout import STORAGES, FormatName, Kind, Layout, Storage, Variant
from bluenoise_assets.formats.registry import MAX_LAYERS, MAX_SIDE
from bluenoise_assets.spec.annotations import Key
from bluenoise_assets.spec.canonical import canonical_form, key_of
from bluenoise_assets.spec.distribution import DEFAULT_DISTRIBUTION, Distribution
from bluenoise_assets.spec.filter import FilterLike, axes_problem
from bluenoise_assets.spec.importance import Importance
from bluenoise_assets.spec.objective import DEFAULT_OBJECTIVE, Objective, Optimizer, Sum, Threshold
from bluenoise_assets.spec.python_values import Resolved
from bluenoise_assets.spec.requirement import Requirement, unmeasured
from bluenoise_assets.spec.sample_space import COMPONENTS, SampleSpace
from bluenoise_assets.spec.space_time import (
    ALL_PRESETS,
    DEFAULT_FILTERS,
    DEFAULT_SHARE,
    NAMED_SPACES,
    AnySpaceTime,
    SpaceTimeFilter,
    blurred_space,
    check_any_filter,
    space_of,
    without_values,
)

MAX_TEXELS = 2**28
DEFAULT_NAME = "noise"


def _check_size(size: tuple[int, ...]) -> str | None:
    for side in size:
        if not 1 <= side <= MAX_SIDE:
            return f"a side of {side} texels is not between 1 and {MAX_SIDE}"
    if math.prod(size) > MAX_TEXELS:
        return f"{math.prod(size)} texels are more than 2^28"
    return None


def _no_size() -> tuple[int, int]:
    raise TypeError("a TextureSpec needs its size: TextureSpec(size=64), or TextureSpec('name', (64, 32))")


def _check_formats(formats: tuple[str, ...]) -> str | None:
    return "a format is listed twice" if len(set(formats)) != len(formats) else None


def _check_engines(engines: tuple[str, ...]) -> str | None:
    return "an engine is listed twice" if len(set(engines)) != len(engines) else None


def _check_shaders(languages: tuple[str, ...]) -> str | None:
    return "a language is listed twice" if len(set(languages)) != len(languages) else None


DEFAULTS = {"effort": "good", "optimizer": Optimizer()}
DEFAULT_FORMAT: dict[str, FormatName] = {"unorm": "png", "float": "exr"}

EngineName = Literal["unity", "unreal", "godot", "godot3", "bevy", "threejs", "raw"]
Language = Literal["hlsl", "glsl", "wgsl", "godot"]
SHADERS = "shaders"
"""The group of the shader files that belong to no engine."""


@dataclass(frozen=True)
class TextureSpec(Resolved):
    """One texture with every key resolved. Sizes are (width, height) or (width, height, depth) in texels.

    With `layers` it is an array of so many independent textures of that size, with `frames` one whose third axis is
    time, which loops. `channels` of vectors are their components.

    `filter` and `effort` belong to the threshold objective (and to a sum), `optimizer` to the spectrum objective;
    what does not belong is None.

    It takes the short forms of manifests: `TextureSpec(size=64, filter="smooth", objective={"spectrum": 0.2},
    formats=["png"])`. Its fields have the one full form. Raises `ValueError` for what a manifest could not say.
    """

    name: str = DEFAULT_NAME
    size: Annotated[
        tuple[int, int] | tuple[int, int, int],
        Key("Side in texels, [width, height], or [width, height, depth] for a volume.", check=_check_size),
    ] = field(default_factory=_no_size)
    channels: Annotated[int, Key("Channels, each with a content of its own.", minimum=1, maximum=4)] = 1
    bits: Annotated[Literal[8, 16, 32], Key("Bits for each channel; 16 or 32 with encoding: float.")] = 8
    seed: Annotated[int, Key("Another seed, another texture.", minimum=0, maximum=2**32 - 1)] = 0
    distribution: Annotated[Distribution, Key("The law of the values.")] = DEFAULT_DISTRIBUTION
    objective: Annotated[Objective, Key("What is minimised.")] = DEFAULT_OBJECTIVE
    filter: Annotated[
        AnySpaceTime | None,
        Key(
            "What the viewer's eye does to the noise; a preset's name, a filter, or a list of filters. "
            "With frames also {space: ..., time: ..., combine: ..., weight: ...}.",
            check=check_any_filter,
            presets=ALL_PRESETS,
        ),
    ] = None
    effort: Annotated[Literal["fast", "good", "best"] | None, Key("Time for quality: good by default.")] = None
    optimizer: Annotated[Optimizer | None, Key("How the descent of the spectrum objective moves.")] = None
    formats: Annotated[
        tuple[FormatName, ...],
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
    shaders: Annotated[
        tuple[Language, ...], Key("Languages to write shader functions in, beside the formats.", check=_check_shaders)
    ] = ()
    shader_files: Annotated[
        Literal["shared", "single"],
        Key("shared: what the shaders of all textures have in common is a file of its own; single: it is in each."),
    ] = "shared"
    encoding: Annotated[
        Literal["unorm", "float"], Key("unorm: unsigned integers that stand for 0 to 1; float: the values as they are.")
    ] = "unorm"
    dds_header: Annotated[
        Literal["dx10", "legacy"], Key("Of DDS files: legacy, without the DX10 header, is for old readers.")
    ] = "dx10"
    layers: Annotated[
        int | None, Key("Makes an array of so many independent slices.", minimum=2, maximum=MAX_LAYERS)
    ] = None
    frames: Annotated[
        int | None,
        Key("Makes an array of so many slices that follow each other in time and loop.", minimum=2, maximum=MAX_LAYERS),
    ] = None
    sample_space: Annotated[SampleSpace, Key("What a texel holds: a number, a vector, or a direction.")] = "scalar"
    importance: Annotated[
        Importance | None,
        Key("A PNG picture, relative to this file, whose brightness is the density of a vec2's samples."),
    ] = None
    require: Annotated[
        Requirement | None,
        Key("Bars for the texture's figures: one that is beyond a bar is not written, and fails the build."),
    ] = None

    if TYPE_CHECKING:  # what __post_init__ takes besides the fields' own types

        def __init__(
            self,
            name: str = ...,
            size: int | Sequence[int] = ...,
            channels: int = ...,
            bits: Literal[8, 16, 32] = ...,
            seed: int = ...,
            distribution: Distribution | str | Mapping[str, Any] = ...,
            objective: Objective | str | Mapping[str, Any] = ...,
            filter: FilterLike | SpaceTimeFilter | Sequence[FilterLike] | None = ...,
            effort: Literal["fast", "good", "best"] | None = ...,
            optimizer: Optimizer | Mapping[str, Any] | None = ...,
            formats: Sequence[FormatName] = ...,
            engines: Sequence[EngineName] = ...,
            shaders: Sequence[Language] = ...,
            shader_files: Literal["shared", "single"] = ...,
            encoding: Literal["unorm", "float"] = ...,
            dds_header: Literal["dx10", "legacy"] = ...,
            layers: int | None = ...,
            frames: int | None = ...,
            sample_space: SampleSpace = ...,
            importance: Importance | str | PathLike[str] | None = ...,
            require: Requirement | Mapping[str, Any] | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, text in misplaced_keys(self.objective).items():
            if getattr(self, name) is not None:
                raise ValueError(f"{name}: {text}")
        for name, text, _ in key_problems(self):
            raise ValueError(f"{name}: {text}")
        for figure, text in unmeasured(self):
            raise ValueError(f"{'.'.join(figure.path)}: {text}")
        self.fill_in()

    def fill_in(self) -> None:
        """What depends on other keys where it is left out."""
        for name, default in DEFAULTS.items():
            if name not in self.objective.unused_keys and getattr(self, name) is None:
                object.__setattr__(self, name, default)
        if "filter" not in self.objective.unused_keys:
            object.__setattr__(self, "filter", self._own_filter())
        if self.is_vector:
            object.__setattr__(self, "channels", COMPONENTS[self.sample_space])
        if not self.formats and not self.engines:
            object.__setattr__(self, "formats", (DEFAULT_FORMAT.get(self.encoding, "png"),))

    def _own_filter(self) -> AnySpaceTime:
        """The filter in the form that the texture takes: of frames one in space and time."""
        own = self.filter or DEFAULT_FILTERS[self.frames is not None, self.is_vector]
        if self.frames is not None or self.is_vector or len(self.size) == 3:
            own = blurred_space(own)
        if self.frames is not None:
            own = (own if isinstance(own, SpaceTimeFilter) else SpaceTimeFilter(own)).resolved
        return without_values(own) if self.is_vector else own

    @classmethod
    def unchecked(cls, name: str, values: dict[str, Any]) -> "TextureSpec":
        """One whose values have the right types, but may not fit together: to ask `key_problems` about."""
        spec = object.__new__(cls)
        for each in fields(cls):
            object.__setattr__(spec, each.name, values.get(each.name, each.default))
        object.__setattr__(spec, "name", name)
        return spec

    @classmethod
    def decoded(cls, name: str, values: dict[str, Any]) -> "TextureSpec":
        """One whose values a decoder has read by the annotations, and of which `key_problems` finds nothing wrong."""
        spec = cls.unchecked(name, values)
        spec.fill_in()
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
        if self.layers is not None or self.frames is not None:
            return "array"
        return "volume" if len(self.size) == 3 else "2d"

    @property
    def slices(self) -> int:
        """Layers or frames of an array, depth of a volume, else 1."""
        return self.array_length or (*self.size, 1)[2]

    @property
    def array_length(self) -> int | None:
        """Layers or frames of an array, else None."""
        return self.layers or self.frames

    @property
    def is_vector(self) -> bool:
        """Whether a texel is one sample with several components, not a number for each channel."""
        return self.sample_space != "scalar"

    @property
    def masks(self) -> int:
        """How many permutations each slice holds: one for each channel; of vectors one, of the points of a set."""
        return 1 if self.is_vector else self.channels

    @property
    def storage(self) -> Storage:
        return STORAGES[self.encoding, self.bits]

    @property
    def layout(self) -> Layout:
        """The layout of its texels as they are made."""
        return Layout((self.slices, self.size[1], self.size[0], self.channels), self.storage, self.kind)

    def content(self) -> dict[str, Any]:
        """Everything the texels depend on, as plain JSON data: all but the name and what is made of them."""
        plain = canonical_form(self)
        assert isinstance(plain, dict)
        unsaid = {"name", "formats", "engines", "shaders", "shader_files", "dds_header", "require"}
        if self.encoding == "unorm":
            unsaid.add("encoding")  # as keys were before there were floats
        if not self.is_vector:
            unsaid.add("sample_space")  # as they were before there were vectors
        return {name: value for name, value in plain.items() if name not in unsaid and value is not None}

    def key(self) -> str:
        """The SHA-256, in hex, of the content and of the algorithm's version."""
        return key_of(self.content())


def misplaced_keys(objective: Objective) -> dict[str, str]:
    """The keys that have no meaning under an objective, with what to tell who sets them."""
    return dict.fromkeys(objective.unused_keys, f"has no effect with the {objective.tag()} objective")


def key_problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a texture's keys beside each other: the key, what is wrong with it, and a hint."""
    yield from _array_problems(spec)
    yield from _vector_problems(spec)
    yield from _channel_problems(spec)
    unfit = axes_problem(space_of(spec.filter or ()), len(spec.size))
    if unfit is not None:
        yield "filter", unfit, ""
    held = [bits for encoding, bits in STORAGES if encoding == spec.encoding]
    nearest = min(held, key=lambda bits: abs(bits - spec.bits))
    if spec.bits not in held:
        other = " or encoding: float" if spec.bits == 32 else ""
        text = f"encoding: {spec.encoding} has {held[0]} or {held[1]} bits, not {spec.bits}"
        yield "bits", text, f"write bits: {nearest}{other}"
    channels = COMPONENTS[spec.sample_space] if spec.is_vector else spec.channels
    layout = Layout((spec.slices, *spec.size[1::-1], channels), STORAGES[spec.encoding, nearest], spec.kind)
    legacy: Variant | None = "legacy" if spec.dds_header == "legacy" else None
    unfit_format = registry.choice_problem(spec.formats, layout, legacy, fill=spec.is_vector)
    if unfit_format is not None:
        yield "formats", *unfit_format


def _channel_problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What does not go with weights of the channels."""
    threshold = spec.objective.threshold if isinstance(spec.objective, Sum) else spec.objective
    weights = threshold.channel_weights if isinstance(threshold, Threshold) else None
    if weights is None or spec.is_vector:
        return
    if spec.frames is not None:
        yield "objective", "channel_weights has no effect on frames, whose channels count alike", "remove it"
    elif len(weights) != spec.channels:
        text = f"channel_weights has {len(weights)} weights and the texture {spec.channels} channels"
        yield "objective", text, "give each channel one"


def _array_problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What does not go with layers and frames."""
    if spec.layers is not None and spec.frames is not None:
        text = "layers are independent of each other, frames follow each other in time: an array has one or the other"
        yield "layers", text, "remove one of them"
    for name, count in (("layers", spec.layers), ("frames", spec.frames)):
        if count is not None and len(spec.size) == 3:
            other = "; `filter: {axes: [...]}` is a filter for each axis" if name == "frames" else ""
            yield name, f"a volume has no {name}", f"give it two sides, or leave `{name}` out{other}"
        elif count is not None and spec.texel_count * count > MAX_TEXELS:
            yield name, f"{count} {name} of {spec.texel_count} texels are more than 2^28", "make them smaller"
    if spec.frames is not None and not isinstance(spec.objective, Threshold):
        text = f"has no effect with the {spec.objective.tag()} objective"
        yield "frames", text, "remove it, or the objective; `layers` makes an array of independent slices"
    if not isinstance(spec.filter, SpaceTimeFilter):
        return
    if spec.frames is None:
        yield "filter", "a filter in time needs frames", "add `frames: 32`, or write the filter in space alone"
        return
    if spec.filter.combine == "product" and spec.filter.time is None:
        yield "filter", "combine: product needs a filter in time", "add `time: {ema: 0.1}`"
    if spec.filter.combine == "product" and spec.filter.weight != DEFAULT_SHARE:
        yield "filter", "`weight` has no effect with combine: product", "remove it"


def _vector_problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What does not go with a sample space of vectors."""
    if spec.importance is not None and spec.sample_space != "vec2":
        hint = "add `sample_space: vec2`" if not spec.is_vector else "remove it"
        yield "importance", f"an importance map is for vec2, not for {spec.sample_space}", hint
    if not spec.is_vector:
        return
    components = COMPONENTS[spec.sample_space]
    if spec.channels not in {1, components}:
        yield "channels", f"a {spec.sample_space} has {components} components, not {spec.channels}", "remove it"
    if len(spec.size) == 3:
        yield "sample_space", f"a volume holds scalars, no {spec.sample_space}", "give it two sides and `frames`"
    if not isinstance(spec.objective, Threshold):
        text = f"the {spec.objective.tag()} objective is for scalars, not for {spec.sample_space}"
        yield "objective", text, "remove it"
    elif spec.objective != DEFAULT_OBJECTIVE:
        yield "objective", f"a weight of channels has no effect on {spec.sample_space}", "remove it"
    if spec.distribution != DEFAULT_DISTRIBUTION:
        yield "distribution", f"has no effect on {spec.sample_space}, which is uniform in its own measure", "remove it"
    space = space_of(spec.filter or ())
    if any(part.values for part in space) and space not in NAMED_SPACES:
        yield "filter", f"`values` has no effect on {spec.sample_space}", "remove it"
