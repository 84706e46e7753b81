"""Importance maps: a picture whose brightness is the density of a texture's samples."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from bluenoise_assets.spec.input_file import InputFile


@dataclass(frozen=True)
class Importance(InputFile):
    """A PNG picture; `quality.importance.density` decodes it."""

    what: ClassVar[str] = "an importance map"
    suffixes: ClassVar[tuple[str, ...]] = (".png",)

    def problem(self) -> tuple[str, str] | None:
        return _problem(self)


@lru_cache(maxsize=16)
def _problem(importance: Importance) -> tuple[str, str] | None:
    from bluenoise_assets.formats.brightness import decode  # loads numpy, for manifests with a picture alone

    try:
        found = decode(importance.data)
    except ValueError as error:
        return f"{error}: {importance.file}", "save it as PNG, of at most 2^24 texels"
    if not found.any():
        return f"the picture is black everywhere: {importance.file}", "its brightness is the density of the samples"
    return None
