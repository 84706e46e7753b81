"""A texture file that was read, as data: its texels, and what the file says of itself beside them."""

from dataclasses import dataclass
from pathlib import Path

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.spec.input_file import UnreadableFileError

MAX_BYTES = 2**30
MAX_TEXELS = 2**25
"""Of all slices: 1024x1024 and 32 frames. More takes minutes and gigabytes."""
MAX_SLICE_TEXELS = 2**24
"""Of a slice, or a volume: 4096x4096, 256x256x256."""


@dataclass(frozen=True)
class FileFacts:
    """What a file says of itself beside its texels.

    `format` is what its content is, whatever its suffix: png, dds, ktx2, exr, npy, jpeg, ... `is_srgb`: it says that
    its values are sRGB (PNG's chunks, `VK_FORMAT_*_SRGB`, `DXGI_FORMAT_*_SRGB`), or that they are not; None: it says
    nothing. `compression` is a lossy one: JPEG, BC1, BC7, ETC2, ... `is_premultiplied`: colours are said to be
    multiplied by alpha, or not to be. `mip_levels` counts the first, which alone is read.
    """

    format: str
    is_srgb: bool | None = None
    compression: str | None = None
    is_premultiplied: bool | None = None
    mip_levels: int = 1


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a file's bytes hold; `notes` are sentences about how it was read."""

    image: TexelImage
    facts: FileFacts
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TextureFile:
    """A file, or a folder of numbered frames, and the texels in it.

    The slices of an array are `frames`, which follow each other in time, or layers, which do not. `notes` say what was
    assumed of the file, a sentence each. `missing` are the numbers that a folder's frames leave out.
    """

    path: Path
    image: TexelImage
    facts: FileFacts
    frames: bool = False
    notes: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()


def check_size(width: int, height: int, slices: int, kind: str = "2d") -> None:
    """Raise `UnreadableFileError` for more texels than are read, before they take memory."""
    if min(width, height, slices) < 1:
        raise UnreadableFileError(f"it says that it has {width} x {height} texels: it is damaged")
    whole, most = width * height * slices, MAX_SLICE_TEXELS if kind == "volume" else MAX_TEXELS
    size = f"{width} x {height}" + (f" x {slices}" if slices > 1 else "")
    if whole > most:
        raise UnreadableFileError(f"{size} texels are more than 2^{most.bit_length() - 1}, too many to measure")
