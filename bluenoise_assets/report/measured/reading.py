"""Reads a texture file, or a folder of numbered frames; what it is tells its content, not its name."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bluenoise_assets.formats import exr, ktx2, png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured.exr_files import read_exr
from bluenoise_assets.report.measured.numbers import read_npy, stored
from bluenoise_assets.report.measured.pictures import read_picture, read_png
from bluenoise_assets.report.measured.slicing import Slicing, sliced
from bluenoise_assets.report.measured.surfaces import read_dds, read_ktx2
from bluenoise_assets.report.measured.texture_file import MAX_BYTES, Decoded, TextureFile, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError, read_whole

READ = "PNG, EXR, DDS, KTX2, npy, JPEG, TGA, BMP, TIFF, WebP and GIF are"
SUFFIXES = {
    "png": ("png",),
    "dds": ("dds",),
    "ktx2": ("ktx2",),
    "exr": ("exr",),
    "npy": ("npy",),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "bmp": ("bmp", "dib"),
    "tiff": ("tif", "tiff"),
    "gif": ("gif",),
    "webp": ("webp",),
    "tga": ("tga", "icb", "vda", "vst"),
}
"""Of each format's files."""
FORMAT_OF = {suffix: form for form, suffixes in SUFFIXES.items() for suffix in suffixes}
MAX_FILES = 4096
MAX_DIGITS = 9

READERS: tuple[tuple[bytes, Callable[[bytes], Decoded]], ...] = (
    (png.SIGNATURE, read_png),
    (b"DDS ", read_dds),
    (ktx2.IDENTIFIER, read_ktx2),
    (exr.MAGIC, read_exr),
    (b"\x93NUMPY", read_npy),
    (b"\xff\xd8\xff", lambda data: read_picture(data, "JPEG")),
    (b"BM", lambda data: read_picture(data, "BMP")),
    (b"GIF8", lambda data: read_picture(data, "GIF")),
    (b"II*\0", lambda data: read_picture(data, "TIFF")),
    (b"MM\0*", lambda data: read_picture(data, "TIFF")),
    (b"RIFF", lambda data: read_picture(data, "WEBP")),
)
"""By how a file begins. TGA files begin in any way, and go by their suffix."""

_NUMBERED = re.compile(r"(.*?)(\d+)(\D*)", re.DOTALL)


@dataclass(frozen=True)
class Unreadable:
    """A file, or a folder, that is not measured, and why."""

    path: Path
    text: str


def read_textures(path: Path, slicing: Slicing | None = None) -> Iterator[TextureFile | Unreadable]:
    """The texture in a file, or those in a folder, by name: each series of numbered files is one, of frames.

    Numbers count as a series' where at most half of them are missing, and the files are of one size and type.
    """
    try:
        if os.path.isdir(path):  # noqa: PTH112 - without an error where a folder may not be entered
            for series in _series(path):
                yield from _read_series(path, series, slicing)
        else:
            yield sliced(_read_file(path), slicing)
    except UnreadableFileError as error:
        yield Unreadable(path, str(error))


def decoded(data: bytes, suffix: str = "") -> Decoded:
    """What a file holds, of which `suffix` is in lower case, without a dot. Raises `UnreadableFileError`."""
    if not data:
        raise UnreadableFileError("the file is empty")
    if data.startswith(b"version https://git-lfs.github.com/spec/v1\n"):
        raise UnreadableFileError("this is a Git LFS pointer, not the file", "`git lfs pull` fetches it")
    read = next((read for magic, read in READERS if data.startswith(magic)), None)
    if read is None and FORMAT_OF.get(suffix) == "tga":
        return read_picture(data, "TGA")
    if read is None:
        raise UnreadableFileError("this is no texture of a format that is read", READ)
    try:
        found = read(data)
    except UnreadableFileError:
        raise
    except ValueError as error:  # our own readers'
        raise UnreadableFileError(str(error)) from error
    stored(found.image.texels)  # refuses what is not finite
    return found


def _read_file(path: Path) -> TextureFile:
    suffix = path.suffix.lower().removeprefix(".")
    found = decoded(read_whole(path, MAX_BYTES, "a texture that is measured"), suffix)
    form, notes = found.facts.format, found.notes
    if FORMAT_OF.get(suffix, form) != form:
        notes = (f"its name says {suffix}, its content is {form}", *notes)
    return TextureFile(path, found.image, found.facts, notes=notes)


def _series(folder: Path) -> list[dict[int, Path]]:
    """The textures in a folder, files by number; what is of no series is one by itself."""
    try:
        paths = sorted(entry for entry in folder.iterdir() if entry.suffix.lower()[1:] in FORMAT_OF)
    except OSError as error:
        raise UnreadableFileError(f"the folder cannot be read: {error.strerror}") from error
    if not paths:
        raise UnreadableFileError("there is no texture in this folder", READ)
    found: dict[tuple[str, ...], dict[int, Path]] = {}
    for path in paths:
        numbered = _NUMBERED.fullmatch(path.stem)
        key = (path.name,) if numbered is None else (numbered[1], numbered[3], path.suffix)
        number = 0 if numbered is None or len(numbered[2]) > MAX_DIGITS else int(numbered[2])
        if number in found.get(key, {}):  # 1 and 01
            key = (path.name,)
        found.setdefault(key, {})[number] = path
    series = []
    for files in found.values():
        is_one = max(files) - min(files) < 2 * len(files) <= 2 * MAX_FILES
        series += [dict(sorted(files.items()))] if is_one else [{0: path} for path in files.values()]
    return series


def _read_series(folder: Path, series: dict[int, Path], slicing: Slicing | None) -> Iterator[TextureFile | Unreadable]:
    """The frames of a series, or the textures in its files where they are none."""
    files: list[TextureFile] = []
    for path in series.values():
        try:
            files.append(_read_file(path))
            height, width = files[-1].image.texels.shape[1:3]
            check_size(width, height, len(files))
        except UnreadableFileError as error:
            yield Unreadable(path, str(error))
    if not files:
        return
    first = files[0]
    is_array = len(files) > 1 and {file.image.layout for file in files} == {first.image.layout}
    if is_array and first.image.kind == "2d":
        texels = np.concatenate([file.image.texels for file in files])
        notes = tuple(dict.fromkeys(note for file in files for note in file.notes))
        missing = tuple(sorted({*range(min(series), max(series))} - {*series}))
        name = "*".join(_NUMBERED.fullmatch(first.path.stem).groups()[::2])  # type: ignore[union-attr]
        path = folder / (name + first.path.suffix)
        files = [TextureFile(path, TexelImage(texels, "array"), first.facts, notes=notes, missing=missing)]
    for file in files:
        try:
            yield sliced(file, slicing)
        except UnreadableFileError as error:
            yield Unreadable(file.path, str(error))
