"""Where a build's cache is, as data: what a process needs to open it, also one on another machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluenoise_assets.builder.cache import Cache


@dataclass(frozen=True)
class CacheSettings:
    """`folder` is the local one, without which there is no cache at all; `remote` a URL, written only with `write`."""

    folder: Path | None
    remote: str | None = None
    write: bool = False

    def open(self, warn: Callable[[str], None]) -> "Cache | None":
        """The cache, which tells `warn` what goes wrong; None if there is none. Raises `UsageError`."""
        if self.folder is None:
            return None
        from bluenoise_assets.builder.cache import Cache

        return Cache(self.folder, warn)
