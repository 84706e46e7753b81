"""Why a file is stale, value by value, in words."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from bluenoise_assets.builder.lock import Entry
from bluenoise_assets.quality import figures
from bluenoise_assets.spec import ALGORITHM

NEW = "not built yet"
MISSING = "the file is missing"
FORCED = "forced"
EDITED = "the file was changed since it was built"

MOST_VALUES = 40
"""Of one file; a lock can hold anything."""

MOST_CHARACTERS = 200


class Origin(NamedTuple):
    """The manifest of a file: how the lock names it now, and all names by which it knows these manifests."""

    reference: str
    names: Mapping[str, str]


OF_ALL = Origin("", {"": ""})
"""A library's: it belongs to no manifest."""


def reasons(
    entry: Entry | None, key: str, content: dict[str, Any], on_disk: str | None, origin: Origin
) -> Iterator[str]:
    """Why a file is not what a build would leave there; nothing if it is.

    `key` and `content` are what it should be made of, `on_disk` is the hash of what is there: None if there is
    nothing, and with a space in it a sentence why it cannot be read.
    """
    if entry is None:
        yield NEW
        return
    if entry.key != key:
        if entry.algorithm is not None and entry.algorithm != ALGORITHM:
            yield f"algorithm: {entry.algorithm} -> {ALGORITHM}"
        yield from islice(differences(entry.spec, content), MOST_VALUES)
    yield from reasons_around(entry, on_disk, origin)


def reasons_around(entry: Entry, on_disk: str | None, origin: Origin) -> Iterator[str]:
    """Those that have nothing to do with what the file is made of."""
    if origin.names.get(entry.manifest) != origin.reference:
        yield f"manifest: {entry.manifest} -> {origin.reference}"
    if on_disk is None:
        yield MISSING
    elif " " in on_disk:
        yield f"the file {on_disk}"
    elif on_disk != entry.sha256:
        yield EDITED


def reasons_of_texels(entry: Entry | None, held: str | None, required: int = 0) -> Iterator[str]:
    """Why a file of the right texels is still not right: how an engine gets them, how they were measured.

    `required` is of how many channels figures are needed.
    """
    if entry is not None and entry.held != held:
        yield f"held as: {entry.held or 'made'} -> {held or 'made'}"
    if entry is not None and entry.quality is not None and entry.figures != figures.VERSION:
        yield f"figures: version {entry.figures} -> {figures.VERSION}"
    elif entry is not None and required and len(entry.quality or ()) != required:
        yield f"figures: not known -> version {figures.VERSION}"


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """The values that differ between two plain JSON values, as `objective.spectrum.cutoff: 0.25 -> 0.2`."""
    if isinstance(old, dict) and isinstance(new, dict) and (not path or set(old) == set(new)):
        for name in sorted({*old, *new}):
            inside = f"{path}.{name}" if path else name
            if name not in old:
                yield f"{inside}: now {show(new[name])}"
            elif name not in new:
                yield f"{inside}: was {show(old[name])}"
            else:
                yield from differences(old[name], new[name], inside)
    elif old != new:
        yield f"{path}: {show(old)} -> {show(new)}"


def show(value: Any) -> str:
    """A plain JSON value, short, much as a manifest spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inside = ", ".join(f"{name}: {show(item)}" for name, item in value.items())
        return f"{{{inside}}}" if inside else "{}"
    if isinstance(value, list):
        items = [show(item) for item in value[:8]] + (["..."] if len(value) > 8 else [])
        return f"[{', '.join(items)}]"
    text = str(value)
    if len(text) == 64:  # a hash
        return text[:12]
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}..."
