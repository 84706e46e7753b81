"""Files that manifests name besides other manifests: where they are, read once, and what to say where they are not."""

import os
from collections.abc import Collection
from pathlib import Path

from bluenoise_assets.spec.input_file import InputFile, UnreadableFileError
from bluenoise_assets.spec.interpreter import nearest


class InputFiles:
    """Files that textures are made of, each path read once, however many manifests name it."""

    def __init__(self) -> None:
        self._known: dict[tuple[type[InputFile], str], InputFile | UnreadableFileError] = {}

    def get(self, path: Path, kind: type[InputFile]) -> InputFile | UnreadableFileError:
        """The file, or why it cannot be read."""
        if (kind, str(path)) not in self._known:
            try:
                self._known[kind, str(path)] = kind.read(path)
            except UnreadableFileError as error:
                self._known[kind, str(path)] = error
        return self._known[kind, str(path)]


def is_file_name(text: str) -> bool:
    """Whether a text can be a path at all."""
    return bool(text.strip()) and text.isprintable()


def reached(folder: Path, text: str) -> Path:
    """The path that a file in `folder` names, as short as it can be."""
    path = folder / text
    short = Path(os.path.normpath(path))
    # Behind a link to a folder, `..` is not the folder before it.
    return short if os.path.realpath(short) == os.path.realpath(path) else path


def hint_for(path: Path, text: str, suffixes: Collection[str]) -> str:
    """What somebody probably meant by a path, written as `text`, that leads to no file; those meant end in a suffix."""
    if set(text) & set("*?["):
        return "name each file: patterns are not expanded"
    if "\\" in text and os.sep == "/":
        return "write / between folders"
    if os.path.isfile(text):  # noqa: PTH113 - never raises
        return "a path is relative to the file that names it"
    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in suffixes)
    except OSError:
        return "" if os.path.lexists(path.parent) else f"there is no folder {path.parent}"
    close = nearest(path.name, names)
    return "" if close is None else f"did you mean '{text.removesuffix(path.name)}{close}'?"
