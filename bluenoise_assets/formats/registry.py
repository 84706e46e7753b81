"""The formats: what each holds, and where the code is that writes and reads it, which is imported when it is needed."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from bluenoise_assets.formats.layout import FormatName, Kind, Layout, Variant

if TYPE_CHECKING:
    from bluenoise_assets.formats.image import TexelImage

MAX_SIDE = 16384
MAX_VOLUME_SIDE = 2048
"""Direct3D's and most graphics cards' limits for the sides of a texture, and of a volume."""

MAX_LAYERS = 2048
"""Direct3D's and Vulkan's limit for an array."""

MAX_SOURCE_VALUES = 2**22
"""What compilers take as source code: gcc 12 needs 2.5 s and 250 MB of memory for each million of them (measured)."""


class Format(NamedTuple):
    """A file format: its module, and what it holds.

    The module has a function `encoder(image, **options)` that gives bytes, and `read(data, layout)`, which finds in the
    file itself what it holds; `layout` is what is expected, and says what the file does not. `kinds` are those that a
    file can be; one that is always `2d` holds the slices of others as a strip. What `is_source` has options of its own,
    see `encode`.
    """

    module: str
    encoder: str = "encode"
    channels: tuple[int, ...] = (1, 2, 3, 4)
    encodings: tuple[str, ...] = ("unorm", "float")
    kinds: tuple[Kind, ...] = ("2d", "array", "volume")
    max_sides: Mapping[Kind, int] = MappingProxyType({})
    is_source: bool = False
    variants: tuple[Variant, ...] = ()


GPU_CHANNELS = (1, 2, 4)
"""Graphics cards have no textures of three channels of 8 or 16 bits."""
DIRECT3D_SIDES: dict[Kind, int] = {"2d": MAX_SIDE, "array": MAX_SIDE, "volume": MAX_VOLUME_SIDE}

FORMATS: dict[FormatName, Format] = {
    "png": Format("png", encodings=("unorm",), kinds=("2d",)),
    "dds": Format("dds", channels=GPU_CHANNELS, max_sides=DIRECT3D_SIDES, variants=("legacy",)),
    "ktx2": Format("ktx2", channels=GPU_CHANNELS),
    "exr": Format("exr", encodings=("float",), kinds=("2d",)),
    "raw": Format("raw"),
    "h": Format("source_code", "encode_c", is_source=True),
    "cs": Format("source_code", "encode_csharp", is_source=True),
    "npy": Format("npy"),
}


def filled_channels(name: FormatName, channels: int) -> int:
    """How many channels a format's file has that holds so many, filled up where it needs more."""
    return min(count for count in FORMATS[name].channels if count >= channels)


def problem(name: FormatName, layout: Layout, variant: Variant | None = None) -> tuple[str, str] | None:
    """Why a format does not hold texels of a layout, and what helps beside another format; or None.

    A variant counts for those formats alone that have it.
    """
    form = FORMATS[name]
    slices, height, width, channels = layout.shape
    if channels not in form.channels:
        more = next((count for count in form.channels if count > channels), None)
        text = f"{name} holds {_either([str(count) for count in form.channels])} channels, not {channels}"
        return text, f", or channels: {more}" if more else ""
    if layout.encoding not in form.encodings:
        able = form.encodings[0]
        return f"{name} holds {able}, not {layout.encoding}", f", or encoding: {able}"
    if variant == "legacy" and variant in form.variants and (layout.dtype != "uint8" or layout.kind == "array"):
        found = "an array" if layout.kind == "array" else f"{8 * layout.item_bytes} bits {layout.encoding}"
        return f"a legacy {name} holds 8 bits unorm, 2D or a volume, not {found}", f", or {name}_header: dx10"
    side, most = max(height, width, slices if layout.kind == "volume" else 1), form.max_sides.get(layout.kind)
    what = f"a {name} {'texture' if layout.kind == '2d' else layout.kind}"
    if most is not None and side > most:
        return f"{what} has at most {most} texels on a side, not {side}", ", or make it smaller"
    if most is not None and slices > MAX_LAYERS:
        return f"{what} has at most {MAX_LAYERS} slices, not {slices}", ", or make it smaller"
    if form.is_source and layout.value_count > MAX_SOURCE_VALUES:
        return f"source code holds {MAX_SOURCE_VALUES} values, not {layout.value_count}", ", or make it smaller"
    return None


def choice_problem(
    names: Sequence[FormatName], layout: Layout, variant: Variant | None = None, *, fill: bool = False
) -> tuple[str, str] | None:
    """What is wrong with these formats for a texture, and a hint that names others; or None.

    With `fill` a format that lacks the texture's number of channels holds it with more of them.
    """

    def found(name: FormatName) -> tuple[str, str] | None:
        slices, height, width, channels = layout.shape
        held = filled_channels(name, channels) if fill else channels
        return problem(name, layout._replace(shape=(slices, height, width, held)), variant)

    for name in names:
        unfit = found(name)
        if unfit is not None:
            able = [other for other in FORMATS if found(other) is None]
            return unfit[0], f"write {_either(able)}{unfit[1]}"
    return None


def check(name: FormatName, layout: Layout, variant: Variant | None = None) -> None:
    """Raise `ValueError` where there is a `problem`: for encoders."""
    unfit = choice_problem([name], layout, variant)
    if unfit is not None:
        raise ValueError(": ".join(unfit))


def encode(name: FormatName, image: "TexelImage", /, **options: Any) -> bytes:
    """The file of an image. `legacy` is an option of dds, `name`, an identifier, and `directions`, whether
    texels are unit vectors, of source code.

    Raises `ValueError` for what the format does not hold.
    """
    data: bytes = getattr(_module(name), FORMATS[name].encoder)(image, **options)
    return data


def read(name: FormatName, data: bytes, layout: Layout | None = None) -> "TexelImage":
    """The image in a file of this format, whoever wrote it, arranged as `layout` says.

    Raises `ValueError` for what is no such file, cannot be read without loss, or does not have the layout. Raw texels
    and source code do not say their layout, and an array in `.npy` not what its axes are: for these it must be given.
    """
    image: TexelImage = _module(name).read(data, layout)
    return image


def _module(name: FormatName) -> Any:
    return import_module(f"bluenoise_assets.formats.{FORMATS[name].module}")


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
