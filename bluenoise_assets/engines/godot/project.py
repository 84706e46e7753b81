"""What Godot makes of a folder in its project: other engines' files there are pictures and shaders to it, to import.

It would put an `.import` file beside each of their pictures, and complain of every `.glsl`. The folders that it passes
over are those with a file of the name `.gdignore`, which is empty.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluenoise_assets.engines.outputs import Output

IGNORE = ".gdignore"
PROJECT = "project.godot"

_VERSION = re.compile(r"^config_version=(\d+)", re.MULTILINE)
_ENGINES = {"4": "godot3", "5": "godot"}
"""Whose files a project can use, by the version of its settings' format."""


def ignore_files(output_folder: Path, outputs: Iterable["Output"]) -> list[Path]:
    """The files that keep Godot from importing what is other engines' in an output folder: in folders of their names.

    Raises `OSError` for a Godot project that cannot be read.
    """
    engines = dict.fromkeys(output.group for output in outputs if output.asset is not None and not output.engine_apart)
    found = (ignore_file(output_folder / engine, engine) for engine in engines)
    return [file for file in found if file is not None]


def ignore_file(folder: Path, engine: str) -> Path | None:
    """The empty file that keeps Godot from importing an engine's folder; None where that is not necessary.

    It is necessary where the folder lies in a Godot project, in no folder that is passed over anyway, and the engine is
    another than the project's. `folder` need not be there yet. Raises `OSError` for a project that cannot be read.
    """
    for parent in (folder, *folder.parents):
        project = parent / PROJECT
        if project.is_file():
            version = _VERSION.search(project.read_text(encoding="utf-8", errors="replace"))
            mine = engine == _ENGINES.get(version[1], "godot") if version else engine in _ENGINES.values()
            return None if mine else folder / IGNORE
        if (parent / IGNORE).exists() or parent.name.startswith("."):
            return None
    return None
