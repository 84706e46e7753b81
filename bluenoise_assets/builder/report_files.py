"""The files of a report in an output folder: which names they have, whose they are, and how they go."""

import contextlib
from pathlib import Path

from bluenoise_assets.builder.atomic_files import read_regular, reason_of, remove_file
from bluenoise_assets.errors import BuildError

PAGE_NAME = "report.html"
DATA_NAME = "report.json"

NAMES = (PAGE_NAME, DATA_NAME)

GENERATOR = "bluenoise-assets report"
"""Both name it near their beginning, by which they are told from files of others that are called so."""

HEAD_BYTES = 1024

REPORT_BYTES = 2**28


def is_ours(folder: Path, name: str) -> bool:
    """Whether there is a report's file that may be replaced. Raises `OSError` if none can be read."""
    return f'"{GENERATOR}"'.encode("ascii") in read_regular(folder / name, REPORT_BYTES)[:HEAD_BYTES]


def check_replaceable(folder: Path) -> None:
    """Raise `BuildError` if one of the names belongs to a file of somebody else's, or to no file."""
    for name in NAMES:
        path = folder / name
        try:
            ours = is_ours(folder, name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise BuildError(f"{path}: cannot be replaced: {reason_of(error)}") from error
        if not ours:
            raise BuildError(f"{path}: it is no report of bluenoise-assets; move it away, or give `--output`")


def has_report(folder: Path) -> bool:
    """Whether a report of ours is there, or a part of one."""
    return bool(_own_files(folder))


def remove_report(folder: Path) -> None:
    """Remove a folder's report; what others called so stays. Raises `BuildError`."""
    for name in _own_files(folder):
        remove_file(folder / name, folder)


def _own_files(folder: Path) -> list[str]:
    found = []
    for name in NAMES:
        with contextlib.suppress(OSError):
            found += [name] if is_ours(folder, name) else []
    return found
