"""Where a build's cache is, as data: what a process needs to open it, also one on another machine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluenoise_assets.builder.cache.cache import Cache


DEFAULT_SECONDS = 30.0
MOST_SECONDS = 86_400.0


@dataclass(frozen=True)
class CacheSettings:
    """`folder` is the local one, without which there is no cache at all.

    `remote` is the URL, or a folder, of what other machines made, written only with `write`; a build waits for it for
    `seconds` in all. Raises `UsageError`, which does not repeat it, for a URL that holds credentials.
    """

    folder: Path | None
    remote: str | None = None
    write: bool = False
    seconds: float = DEFAULT_SECONDS

    def __post_init__(self) -> None:
        if self.remote is not None:
            from bluenoise_assets.builder.cache.remote.url import check_url

            check_url(self.remote, write=self.write)

    def check(self) -> None:
        """Raise `UsageError` if the remote needs what is not installed."""
        if self.remote is not None and self.folder is not None:
            from bluenoise_assets.builder.cache.remote.url import check_installed

            check_installed(self.remote)

    def open(self, warn: Callable[[str], None]) -> "Cache | None":
        """The cache, which tells `warn` what goes wrong; None if there is none. `close` it. Raises `UsageError`."""
        if self.folder is None:
            return None
        from bluenoise_assets.builder.cache.cache import Cache

        if self.remote is None:
            return Cache(self.folder, warn)
        self.check()
        from bluenoise_assets.builder.cache.remote.remote import Remote

        return Cache(self.folder, warn, remote=Remote(self.remote.rstrip("/"), warn, self.seconds, write=self.write))
