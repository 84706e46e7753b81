"""Files that a texture is made of: read once, whole and with a cap, and told apart by their bytes alone."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self


class UnreadableFileError(ValueError):
    """A file's bytes are not to be had: `text` says why, `hint` what to do about it; `is_missing`: there is none."""

    def __init__(self, text: str, hint: str = "", *, is_missing: bool = False) -> None:
        super().__init__(f"{text}; {hint}" if hint else text)
        self.text = text
        self.hint = hint
        self.is_missing = is_missing


def read_whole(path: Path | str, limit: int, what: str, hint: str = "") -> bytes:
    """What a regular file holds; a pipe or a device in its place is refused, whenever it came there.

    `what` is the file's kind, as `a manifest`, and `hint` tells what to do about one of more than `limit` bytes, a
    number of MiB. Raises `UnreadableFileError`.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            data = file.read(limit + 1) if stat.S_ISREG(status.st_mode) else None
    except IsADirectoryError:
        raise UnreadableFileError("this is a folder, not a file") from None
    except FileNotFoundError:
        raise UnreadableFileError("there is no such file", is_missing=True) from None
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # noqa: PTH112 - Windows has one error for all that it may not open
            raise UnreadableFileError("this is a folder, not a file") from None
        if isinstance(error, OSError) and error.errno == errno.ENXIO:
            raise UnreadableFileError("this is not a regular file") from None  # a socket
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UnreadableFileError(f"the file cannot be read: {reason}") from None
    if data is None:
        raise UnreadableFileError("this is not a regular file")
    if len(data) > limit:
        size = max(status.st_size, len(data)) / 2**20
        raise UnreadableFileError(f"the file has {size:.1f} MiB; {what} has at most {limit // 2**20} MiB", hint)
    return data


def _open_without_waiting(path: str, flags: int) -> int:
    """As usual, but a named pipe is opened at once, and not only when somebody writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@dataclass(frozen=True)
class InputFile:
    """A file's bytes as they were read, and their SHA-256 in hex; two with the same bytes are equal.

    `file` is its path as it was reached. Manifests write the path, relative to the manifest in which it stands;
    Python writes it relative to the current folder. Raises `ValueError` for another file's hash.
    """

    file: str = field(compare=False)
    sha256: str
    data: bytes = field(compare=False, repr=False)

    what: ClassVar[str] = "a file"
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Of the files that are suggested for one that is not there."""
    max_bytes: ClassVar[int] = 64 * 2**20

    def __post_init__(self) -> None:
        if self.sha256 != hashlib.sha256(self.data).hexdigest():
            raise ValueError(f"sha256: {self.sha256} is not the hash of the data")

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """Read a file. Raises `UnreadableFileError`."""
        data = read_whole(path, cls.max_bytes, cls.what)
        if data.startswith(b"version https://git-lfs.github.com/spec/v1\n"):
            raise UnreadableFileError("this is a Git LFS pointer, not the file", "`git lfs pull` fetches it")
        return cls(str(path), hashlib.sha256(data).hexdigest(), data)

    def problem(self) -> tuple[str, str] | None:
        """What is wrong with the content, and a hint; None for a good one."""
        return None
