"""Paths as people read them: from where they stand, if that is shorter."""

import os
import re
from pathlib import Path


def near(path: str | Path) -> str:
    """A path relative to the current folder, if that is shorter than from the root; else absolute."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - a link keeps its name
    try:
        relative = os.path.relpath(absolute)
    except (ValueError, OSError):  # another drive; a folder that is gone
        return absolute
    return relative if len(relative) < len(absolute) else absolute


def shortened(text: str) -> str:
    """A text in which paths below the current folder begin there."""
    try:
        here = os.getcwd()  # noqa: PTH109 - letters are all that is wanted
    except OSError:
        return text
    if here == os.path.dirname(here):  # noqa: PTH120 - the root: any path is below it
        return text
    return re.sub(rf"(?<![^\s'\"(]){re.escape(here + os.sep)}", "", text)
