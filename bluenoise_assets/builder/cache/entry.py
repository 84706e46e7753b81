"""One entry of the cache as bytes: the SHA-256 of all that follows, a line of JSON, and the texels."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluenoise_assets.quality import figures
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.spec import ALGORITHM, TextureSpec

if TYPE_CHECKING:
    from bluenoise_assets.quality.quantization import Texels

LITTLE_ENDIAN = {"uint8": "<u1", "uint16": "<u2", "float16": "<f2", "float32": "<f4"}

MOST_HEAD_BYTES = 2**20


@dataclass(frozen=True)
class Content:
    """A texture's stored texels, `[*shape(, channel)]`, in any of their types, and its channels' figures."""

    texels: "Texels"
    quality: Sequence[Figures]


class OlderEntryError(ValueError):
    """An entry of a version that said less of what is inside, or measured otherwise: it counts as absent."""


def entry_bytes(spec: TextureSpec, made: Content) -> bytes:
    """An entry for what was made of a texture's content."""
    from bluenoise_assets.formats.image import to_bytes

    head = _head(spec) | {"quality": [channel.as_json() for channel in made.quality]}
    body = json.dumps(head, sort_keys=True).encode("ascii") + b"\n" + to_bytes(made.texels)
    return hashlib.sha256(body).digest() + body


def entry_limit(spec: TextureSpec) -> int:
    """The most bytes that an entry for a texture's content can have."""
    return spec.texel_count * (spec.array_length or 1) * spec.channels * 4 + MOST_HEAD_BYTES


def content_of_entry(spec: TextureSpec, data: bytes) -> Content:
    """The inverse. Raises `ValueError` for anything but an entry of this very content."""
    import numpy as np

    if hashlib.sha256(memoryview(data)[32:]).digest() != data[:32]:
        raise ValueError("its checksum is wrong")
    line, _, rest = data[32:].partition(b"\n")
    try:
        head = json.loads(line)
    except RecursionError:
        head = None
    if not isinstance(head, dict):
        raise ValueError("it has no head")  # noqa: TRY004 - one error for all that is no entry
    if "key" not in head or head.get("figures") != figures.VERSION:
        raise OlderEntryError
    wanted = json.loads(json.dumps(_head(spec)))
    if wrong := [name for name, value in wanted.items() if head.get(name) != value]:
        raise ValueError(f"it is of another texture: its {wrong[0]} differs")
    quality = head.get("quality")
    if not isinstance(quality, list) or len(quality) != spec.masks:
        raise ValueError("its figures are not those of its channels")
    dtype: Any = LITTLE_ENDIAN[spec.storage]
    texels = np.frombuffer(rest, dtype).reshape(wanted["shape"])
    return Content(texels.astype(texels.dtype.newbyteorder("=")), tuple(map(Figures.from_json, quality)))


def _head(spec: TextureSpec) -> dict[str, Any]:
    """What binds an entry to what it is made of. `shape` is that of the texels."""
    slices = () if spec.array_length is None else (spec.array_length,)
    channels = () if spec.channels == 1 else (spec.channels,)
    return {
        "key": spec.key(),
        "spec": spec.content(),
        "algorithm": ALGORITHM,
        "figures": figures.VERSION,
        "dtype": spec.storage,
        "shape": (*slices, *spec.shape, *channels),
    }
