"""Numbers of any type as texels that are measured, and NumPy's files of them."""

import io
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.report.measured.texture_file import Decoded, FileFacts, check_size
from bluenoise_assets.spec.input_file import UnreadableFileError

TEXEL_TYPES = (np.uint8, np.uint16, np.float16, np.float32)


def stored(numbers: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Numbers as texels of a type that textures have, and what was done to them.

    Integers of other types are taken for ranks, and spread over 0 to 1. Raises `UnreadableFileError` for numbers that
    are not finite, and for complex ones.
    """
    kind = numbers.dtype.kind
    if kind == "b":
        return numbers.astype(np.uint8) * np.uint8(255), ("stored with 1 bit",)
    if kind == "f" and not np.isfinite(numbers).all():
        bad = int(numbers.size - np.isfinite(numbers).sum())
        raise UnreadableFileError(f"{bad} of its {numbers.size} values are not finite numbers")
    native = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    if native.dtype in TEXEL_TYPES:
        return np.ascontiguousarray(native), ()
    if kind in "iu":
        low, high = int(native.min()), int(native.max())
        ranks = ((native.astype(np.float64) - low + 0.5) / (high - low + 1)).astype(np.float32)
        return ranks, (f"integers from {low} to {high}, taken for ranks",)
    if kind == "f":
        with np.errstate(over="ignore"):
            return stored(native.astype(np.float32))[0], (f"{8 * native.itemsize}-bit floats, rounded to 32 bits",)
    raise UnreadableFileError(f"its values are of type {numbers.dtype}, not real numbers")


def read_npy(data: bytes) -> Decoded:
    """An array of two to four axes: `[height, width]`, channels behind, slices in front.

    A third axis of up to 4 is the channels.
    """
    file = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers by Python 2
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, is_fortran, dtype = read(file)
    except Exception as error:  # a header is Python's syntax, and fails in as many ways
        raise UnreadableFileError("this .npy file is damaged: it has no header of an array") from error
    if dtype.kind not in "biuf":
        raise UnreadableFileError(f"its values are of type {dtype}, not real numbers")
    if not 2 <= len(shape) <= 4:
        raise UnreadableFileError(f"this .npy file has {len(shape)} axes, not 2 to 4")
    has_channels = len(shape) == 4 or (len(shape) == 3 and shape[2] <= 4)
    height, width, channels = shape[-3:] if has_channels else (*shape[-2:], 1)
    slices = shape[0] if len(shape) == 3 + has_channels else None
    if not 1 <= channels <= 4:
        raise UnreadableFileError(f"this .npy file has {channels} channels, not 1 to 4")
    check_size(width, height, 1 if slices is None else slices)
    wanted, found = width * height * channels * (slices or 1) * dtype.itemsize, len(data) - file.tell()
    if wanted != found:
        raise UnreadableFileError(
            f"this .npy file has {found} bytes of values, not {wanted}: it is cut off, or damaged"
        )
    numbers = np.frombuffer(data, dtype, offset=file.tell()).reshape(shape, order="F" if is_fortran else "C")
    texels, notes = stored(numbers.reshape(slices or 1, height, width, channels))
    return Decoded(TexelImage(texels, "2d" if slices is None else "array"), FileFacts("npy"), notes)
