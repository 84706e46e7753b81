"""One of a texture's files from its texels, and back: where specs, outputs and formats meet."""

from typing import Any, cast

import numpy.typing as npt

from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.formats import raw, registry
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import FormatName
from bluenoise_assets.formats.storage import convert, restore
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.names import identifier
from bluenoise_assets.spec.sample_space import DIRECTIONS


def image_of(texels: npt.NDArray[Any], spec: TextureSpec) -> TexelImage:
    """The image of a texture's texels `[slice, height, width, channel]`, axes of length one dropped or not."""
    return TexelImage(texels.reshape(spec.layout.shape), spec.kind)


def texels_of(image: TexelImage) -> npt.NDArray[Any]:
    """The inverse: a plain texture's slice axis, and a single channel's axis, are dropped."""
    texels = image.texels if image.kind != "2d" else image.texels[0]
    return texels if texels.shape[-1] > 1 else texels[..., 0]


def encode(output: Output, spec: TextureSpec, image: TexelImage) -> bytes:
    """The bytes of one of a texture's files; those of a description, too, which depend on its texels' hash."""
    shown = image if output.storage_layout is None else convert(image, output.storage_layout)
    if output.kind == "description":
        directions = spec.sample_space in DIRECTIONS
        return raw.describe(shown, output.described, frames=spec.frames is not None, directions=directions)
    options: dict[str, Any] = {"legacy": True} if output.variant == "legacy" else {}
    if registry.FORMATS[_format(output)].is_source:
        options |= {"name": identifier(spec.name), "directions": spec.sample_space in DIRECTIONS}
    return registry.encode(_format(output), shown, **options)


def decode(output: Output, spec: TextureSpec, data: bytes) -> TexelImage:
    """The texture's image in one of its files. Raises `ValueError` if it is not there."""
    if output.storage_layout is None:
        return registry.read(_format(output), data, spec.layout)
    shown = registry.read(_format(output), data, output.storage_layout.applied(spec.layout))
    return restore(shown, spec.layout, output.storage_layout)


def _format(output: Output) -> FormatName:
    return cast("FormatName", output.what)
