"""Objects of a store by fsspec: read, looked for, and replaced whole."""

import contextlib
import errno
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from typing import Any

from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX
from bluenoise_assets.builder.cache.remote.url import protocol_of

OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oci", "oss"}
"""Where an object is there as a whole or not at all, and renaming is copying."""

KINDS = {
    "forbidden": "access is denied, or there are no valid credentials",
    "full": "there is no more room",
    "late": "it did not answer in its own time",
    "server": "it reports an error of its own",
    "damaged": "its own checksum of it is wrong",
    "absent": "there is no such bucket, container or folder",
    "down": "it cannot be reached, or the connection breaks off",
}
"""What can be wrong with a store. Its own words are never shown: they hold addresses, keys, signed requests."""

_ERRNOS = {
    errno.ENOSPC: "full",
    getattr(errno, "EDQUOT", errno.ENOSPC): "full",
    errno.EFBIG: "full",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.EROFS: "forbidden",
}
_STATUSES = {401: "forbidden", 403: "forbidden", 407: "forbidden", 408: "late", 413: "full", 429: "server", 507: "full"}

_TALKATIVE = ("asyncio", "fsspec", "s3fs", "gcsfs", "adlfs", "aiobotocore", "botocore", "aiohttp", "azure", "paramiko")


class StoreError(Exception):
    """A store could not do what it was asked; `kind` is one of `KINDS`."""

    def __init__(self, kind: str) -> None:
        super().__init__(KINDS[kind])
        self.kind = kind


class Store:
    """The objects below a URL. May be used by several threads; any call may take for ever, also the first."""

    def __init__(self, url: str, *, write: bool) -> None:
        self._url, self._write = url, write
        self._is_local = protocol_of(url) in {"file", "local"}
        self._guard = threading.Lock()
        self._shared: Any = None
        self._own = threading.local()
        for name in _TALKATIVE:  # without this Python shows their warnings, and with them a store's own words
            logging.getLogger(name).addHandler(logging.NullHandler())

    def load(self) -> None:
        """Import what the store needs. Raises `ImportError`."""
        import fsspec

        fsspec.get_filesystem_class(protocol_of(self._url))

    def read(self, name: str, limit: int) -> bytes | None:
        """An object, of a larger one the first `limit` + 1 bytes; None if there is none. Raises `StoreError`."""
        with _our_words():
            files, root = self._files()
            try:
                return bytes(files.cat_file(f"{root}/{name}", start=0, end=limit + 1))
            except Exception as error:
                if _is_missing(error):
                    if self._is_absent(root, error):
                        raise StoreError("absent") from None
                    return None
                if 416 in _statuses(error):  # it is empty: not even its first byte can be had
                    return b""
                raise

    def _is_absent(self, root: str, error: BaseException) -> bool:
        """Whether not only an object is missing, but all that could hold it; a new folder is made by who may write."""
        if self._is_local:
            return not self._write and not os.path.isdir(root)  # noqa: PTH112 - fsspec has strings
        return "NoSuchBucket" in {_code(each) for each in _chain(error)}

    def write(self, name: str, data: bytes) -> None:
        """Add an object, or replace it: at every moment it is absent, the old or the new one. Raises `StoreError`."""
        with _our_words():
            files, root = self._files()
            path = f"{root}/{name}"
            if protocol_of(self._url) in OBJECT_STORES:
                files.pipe_file(path, data)
                return
            folder, _, _ = path.rpartition("/")
            temporary = f"{folder}/{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
            files.makedirs(folder, exist_ok=True)
            try:
                files.pipe_file(temporary, data)
                (os.replace if self._is_local else files.mv)(temporary, path)
            except Exception:
                with contextlib.suppress(Exception):
                    files.rm_file(temporary)
                raise

    def _files(self) -> tuple[Any, str]:
        """The file system and the path of our folder in it: one for all threads, or one for each that needs its own."""
        if self._shared is None and not hasattr(self._own, "files"):
            with self._guard:
                if self._shared is None:
                    import fsspec

                    files, root = fsspec.url_to_fs(self._url, skip_instance_cache=True)
                    self._own.files = files, root.rstrip("/")
                    if files.async_impl:
                        self._shared = self._own.files
        found: tuple[Any, str] = self._shared or self._own.files
        return found


@contextlib.contextmanager
def _our_words() -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - every store raises its own
        raise StoreError(_kind(error)) from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _code(error: BaseException) -> str:
    """What S3 calls an error."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code")) if isinstance(response, dict) else ""


def _statuses(error: BaseException) -> set[int]:
    """The status codes of HTTP that an error and its causes speak of."""
    found = set()
    for each in _chain(error):
        response = getattr(each, "response", None)
        if isinstance(response, dict):  # of botocore
            found.add(response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
        found |= {getattr(each, name, None) for name in ("status", "status_code", "code")}
    return {int(one) for one in found if isinstance(one, int | str) and str(one).isdecimal()}


def _is_missing(error: BaseException) -> bool:
    return isinstance(error, FileNotFoundError | NotADirectoryError) or 404 in _statuses(error)


def _kind(error: BaseException) -> str:
    if _is_missing(error):
        return "absent"
    for status in _statuses(error):
        if status in _STATUSES or 500 <= status < 600:
            return _STATUSES.get(status, "server")
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _ERRNOS:
            return _ERRNOS[each.errno]
        if isinstance(each, PermissionError) or "Credential" in type(each).__name__:
            return "forbidden"
        if "Checksum" in type(each).__name__:  # botocore compares those of S3, where an object has one
            return "damaged"
        if isinstance(each, TimeoutError) or "Timeout" in type(each).__name__:
            return "late"
    return "down"
