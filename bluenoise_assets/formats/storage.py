"""A texture's texels as an engine's file holds them: another type, more channels, slices stacked; and back."""

from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.engines.engine import Holding
from bluenoise_assets.formats.image import Layout, Picture

ALPHA = 3
"""The channel that is 1, not 0, where it holds no noise."""


def held(picture: Picture, holding: Holding) -> Picture:
    """What a file with this holding holds of a texture. Raises `ValueError` where one cannot become the other."""
    texels = _typed(picture.texels, holding.storage)
    slices, height, width, channels = texels.shape
    if holding.channels < channels:
        raise ValueError(f"{channels} channels do not fit into {holding.channels}")
    filled = np.zeros((slices, height, width, holding.channels), texels.dtype)
    filled[..., ALPHA:] = 1 if texels.dtype.kind == "f" else np.iinfo(texels.dtype).max
    filled[..., :channels] = texels
    if holding.kind == "2d":
        filled = filled.reshape(1, slices * height, width, holding.channels)
    return Picture(filled, holding.kind)


def held_layout(layout: Layout, holding: Holding) -> Layout:
    """The layout of `held`'s result."""
    slices, height, width, _ = layout.shape
    shape = (1, slices * height, width) if holding.kind == "2d" else (slices, height, width)
    return Layout((*shape, holding.channels), holding.storage, holding.kind)


def freed(picture: Picture, layout: Layout, holding: Holding) -> Picture:
    """The inverse of `held`, for a texture of this layout. Raises `ValueError` for what `held` does not give."""
    channels = layout.shape[3]
    texels = picture.texels[..., :channels].reshape(layout.shape)
    with np.errstate(all="ignore"):  # whatever comes of damaged numbers is not what was held
        if texels.dtype == np.float32 and layout.dtype in {"uint8", "uint16"}:
            levels = np.float32(256 if layout.dtype == "uint8" else 65536)
            texels = np.nan_to_num(np.clip(np.floor(texels * levels), 0, levels - 1))  # the 1/2 falls off
        result = Picture(np.ascontiguousarray(texels.astype(layout.dtype)), layout.kind)
    if not held(result, holding).equals(picture):
        raise ValueError("these are not the texels of such a texture")
    return result


def _typed(texels: npt.NDArray[Any], storage: str) -> npt.NDArray[Any]:
    if texels.dtype.name == storage:
        return texels
    if texels.dtype in (np.uint8, np.uint16) and storage == "float32":
        levels = np.float32(2 ** (8 * texels.dtype.itemsize))
        return (texels.astype(np.float32) + np.float32(0.5)) / levels  # exact: 17 of 24 bits at most
    if texels.dtype == np.float16 and storage == "float32":
        return texels.astype(np.float32)
    raise ValueError(f"{texels.dtype} does not become {storage} without loss")
