"""A texture's texels as a file stores them: another type, more channels, slices stacked; and back."""

from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import Layout, StorageLayout

ALPHA = 3
"""The channel that is 1, not 0, where it holds no noise."""


def convert(image: TexelImage, storage: StorageLayout) -> TexelImage:
    """What a file with this storage holds of a texture. Raises `ValueError` where one cannot become the other."""
    texels = _typed(image.texels, storage.storage)
    channels = texels.shape[3]
    if storage.channels < channels:
        raise ValueError(f"{channels} channels do not fit into {storage.channels}")
    filled = np.zeros((*texels.shape[:3], storage.channels), texels.dtype)
    filled[..., ALPHA:] = 1 if texels.dtype.kind == "f" else np.iinfo(texels.dtype).max
    filled[..., :channels] = texels
    return TexelImage(filled.reshape(storage.applied(image.layout).shape), storage.kind)


def restore(image: TexelImage, layout: Layout, storage: StorageLayout) -> TexelImage:
    """The inverse of `convert`, for a texture of this layout. Raises `ValueError` for what `convert` does not give."""
    texels = image.texels[..., : layout.shape[3]].reshape(layout.shape)
    with np.errstate(all="ignore"):  # whatever comes of damaged numbers is not what was stored
        if texels.dtype == np.float32 and layout.dtype in {"uint8", "uint16"}:
            levels = np.float32(256 if layout.dtype == "uint8" else 65536)
            texels = np.nan_to_num(np.clip(np.floor(texels * levels), 0, levels - 1))  # the 1/2 falls off
        result = TexelImage(np.ascontiguousarray(texels.astype(layout.dtype)), layout.kind)
    if not convert(result, storage).equals(image):
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
