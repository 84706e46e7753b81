"""The shaders' sources: in a clone the folder `shaders/` at the top, in an installed package a copy of its own."""

from pathlib import Path

from bluenoise_assets.errors import BuildError

PACKAGE = Path(__file__).resolve().parents[2]
OWN = "engines/shaders/_sources"
"""Where a wheel puts them, see pyproject.toml."""


def path(name: str) -> Path:
    """Where a source, as `bluenoise.glsl`, lies. Raises `BuildError` if it is missing."""
    # A wheel's own copy comes first: beside an installed package lie other packages' folders.
    for place in (PACKAGE / OWN / name, PACKAGE.parent / "shaders" / name):
        if place.is_file():
            return place
    raise BuildError(f"shaders/{name} is missing from the installation in {PACKAGE}; install bluenoise-assets again")


def text(name: str) -> str:
    """The text of a source; LF line endings. Raises `BuildError` if the installation lacks it."""
    place = path(name)
    try:
        return place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"cannot read {place}: {error}; install bluenoise-assets again") from error
