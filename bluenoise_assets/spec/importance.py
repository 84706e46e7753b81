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
        found = _problem(self)
        return None if found is None else (f"{found[0]}: {self.file}", found[1])


@lru_cache(maxsize=16)
def _problem(importance: Importance) -> tuple[str, str] | None:
    """What is wrong with a picture's bytes, whatever its name."""
    from bluenoise_assets.formats.brightness import decode  # loads numpy, for manifests with a picture alone

    try:
        found = decode(importance.data)
    except ValueError as error:
        return str(error), "save it as PNG, of at most 2^24 texels"
    if not found.any():
        return "the picture is black everywhere", "its brightness is the density of the samples"
    return None
