"""A texture file that was read, as data: its texels, and what the file says of itself beside them."""

from dataclasses import dataclass
from pathlib import Path

from bluenoise_assets.formats.image import TexelImage


@dataclass(frozen=True)
class FileFacts:
    """What a file says of itself beside its texels.

    `format` is what its content is, whatever its suffix: png, dds, ktx2, exr, npy, jpeg, ... `is_srgb`: it says that its
    values are sRGB (PNG's chunks, `VK_FORMAT_*_SRGB`, `DXGI_FORMAT_*_SRGB`), or that they are not; None: it says nothing.
    `compression` is a lossy one: JPEG, BC1, BC7, ETC2, ... `is_premultiplied`: colours are said to be multiplied by
    alpha, or not to be. `mip_levels` counts the first, which alone is read.
    """

    format: str
    is_srgb: bool | None = None
    compression: str | None = None
    is_premultiplied: bool | None = None
    mip_levels: int = 1


@dataclass(frozen=True, eq=False)
class TextureFile:
    """A file, or a folder of numbered frames, and the texels in it; slices in `image.kind`'s sense."""

    path: Path
    image: TexelImage
    facts: FileFacts
