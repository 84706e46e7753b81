"""Environments of Python that hold what is asked for and nothing else, made of what is installed here, without a net."""

import os
import re
import sys
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def closure(names: list[str]) -> set[str]:
    """The packages that are installed here of those named and all that they require, by their own names."""
    found: dict[str, str] = {}
    left = list(names)
    while left:
        text = left.pop()
        name = re.match(r"[\w.-]+", text)[0]
        try:
            installed = distribution(name)
        except PackageNotFoundError:  # as for another system or version of Python
            continue
        own = re.sub(r"[-_.]+", "-", name).lower()
        if own not in found:
            found[own] = name
            left += [line for line in installed.requires or () if "extra ==" not in line]
    return set(found.values())


def environment(folder: Path, *requirements: str) -> Path:
    """A virtual environment with these packages, and what they require, as links; the path of its Python."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for name in closure(list(requirements)):
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or () if file.parts[0] not in {"..", "__pycache__"}}:
            target = Path(str(installed.locate_file(top)))
            if target.exists() and not os.path.lexists(site / top):
                (site / top).symlink_to(target, target_is_directory=target.is_dir())
    return folder / "bin" / "python" if sys.platform != "win32" else folder / "Scripts" / "python.exe"
