"""The files that are shipped beside the code: shader sources and the manifest's JSON Schema."""

from pathlib import Path

from bluenoise_assets.errors import BuildError

PACKAGE = Path(__file__).resolve().parents[1]


def path(name: str) -> Path:
    """Where `shaders/bluenoise.glsl`, `bluenoise.schema.json`... lies. Raises `BuildError` if it is missing."""
    # A wheel's own copy comes first: beside an installed package lie other packages' folders.
    root = PACKAGE.parent
    places = (PACKAGE / "_resources" / name, root / name, root / "manifests" / name)
    for place in places:
        if place.is_file():
            return place
    raise BuildError(f"{name} is missing from the installation in {PACKAGE}; install bluenoise-assets again")


def text(name: str) -> str:
    """The text of such a file; LF line endings. Raises `BuildError` if the installation lacks it."""
    place = path(name)
    try:
        return place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"cannot read {place}: {error}; install bluenoise-assets again") from error
