"""Files that manifests name besides other manifests: where they are, read once, and what to say where they are not."""

import os
import re
from collections.abc import Collection
from pathlib import Path

from bluenoise_assets.manifest.source import SUFFIXES
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


def path_problem(text: str, kind: str = "file") -> tuple[str, str] | None:
    """What is wrong with a path as a manifest has it, whatever is on disk, and a hint; None for a good one."""
    if not text.strip() or not text.isprintable():
        return f"'{text}' is not a {kind}'s name", ""
    if text.startswith("~") and "~" in {text, *re.split(r"[/\\]", text)[:1]}:
        return "a manifest's ~ is not the home folder", "write a path that is relative to this file, or the whole one"
    # the pattern takes longer to compile than all else takes
    found = re.search(_ENVIRONMENT, text) if "$" in text or "%" in text else None
    return environment_problem(found[0]) if found else None


def environment_problem(text: str) -> tuple[str, str]:
    """What to tell who writes a variable of a shell or of a build system, as `${BUILD}`."""
    name = re.sub("[^A-Za-z0-9_]", "", text)
    return (
        f"{text} is not filled in: manifests know no variables of the environment",
        f"write {{{name}}}, declare `variables: {{{name}: ...}}` and build with --set {name}=...",
    )


_ENVIRONMENT = r"\$\{[A-Za-z_]\w*\}|\$\([A-Za-z_]\w*\)|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%"


def is_pattern(text: str) -> bool:
    """Whether a text can mean several files."""
    return not {"*", "?", "["}.isdisjoint(text)


def manifests_in(folder: Path) -> list[Path]:
    """The manifests that a folder stands for, by name: its *.yaml and *.yml, not below. Raises `OSError`."""
    return sorted(
        entry for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")
    )


def reached(folder: Path, text: str) -> Path:
    """The path that a file in `folder` names, as short as it can be."""
    path = folder / text
    short = Path(os.path.normpath(path))
    # Behind a link to a folder, `..` is not the folder before it.
    return short if os.path.realpath(short) == os.path.realpath(path) else path


def hint_for(path: Path, text: str, suffixes: Collection[str]) -> str:
    """What somebody probably meant by a path, written as `text`, that leads to no file; those meant end in a suffix."""
    if is_pattern(text):
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
