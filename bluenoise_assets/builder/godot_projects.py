"""Other engines' folders in a Godot project: hidden from Godot, which would import them, and given free again.

The empty files that do it are hidden themselves, so that no lock lists them.
"""

import contextlib
from pathlib import Path

from bluenoise_assets.builder.atomic_files import check_inside, reason_of, write_atomic
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.engines.godot.project import IGNORE, ignore_files
from bluenoise_assets.errors import BuildError


def hide_folders(plan: Plan) -> None:
    """Hide those of a plan that are there. Raises `BuildError` for a file that cannot be written, or read."""
    outputs = (file.output for texture in plan.textures for file in texture.files)
    try:
        for file in ignore_files(plan.output, outputs):
            if file.parent.is_dir() and not file.exists():
                write_atomic(file, b"", inside=plan.output)
    except OSError as error:
        raise BuildError(f"{plan.output}: the Godot project around it cannot be read: {reason_of(error)}") from error


def free_folder(folder: Path, output: Path) -> None:
    """Remove what hides a folder that holds nothing else."""
    check_inside(output, folder / IGNORE)
    with contextlib.suppress(OSError):
        if [path.name for path in folder.iterdir()] == [IGNORE] and not (folder / IGNORE).stat().st_size:
            (folder / IGNORE).unlink()
