"""Where a user's caches are."""

import os
import sys
from pathlib import Path


def user_cache_folder() -> Path | None:
    """The platform's folder for this user's caches, for this program; None where there is no home."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "bluenoise-assets"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "bluenoise-assets"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "bluenoise-assets"
