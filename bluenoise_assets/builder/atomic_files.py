"""Files on disk: read whole and only if they are files; written whole or not at all, and never out of their folder."""

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bluenoise_assets.errors import BuildError

TEMPORARY_PREFIX = ".bluenoise-tmp-"

TEXTURE_BYTES = 2**33
"""More than any file of a texture has."""

TEXT_BYTES = 2**22
"""More than any shader, snippet or import settings have."""

_POINTER_BYTES = 1024
"""A Git LFS pointer is shorter."""

_POINTER_BEGIN = b"version https://git-lfs.github.com/spec/v1\n"
_POINTER_REST = rb"oid sha256:([0-9a-f]{64})\nsize (?:0|[1-9][0-9]*)\n"
"""As https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md has it, without extensions, which change the bytes."""

POINTER = "it is a Git LFS pointer; `git lfs pull` fetches the file"

_LINK_OUT = "a symbolic link leads out of the output folder"

_BINARY: int = getattr(os, "O_BINARY", 0)
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
_FOLDER: int = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_HAS_FOLDER_DESCRIPTORS = os.open in os.supports_dir_fd and os.name == "posix"

_PROCESS = os.urandom(4).hex()
"""Beside its number: machines and containers that write into one folder count their processes each from 1."""

_temporaries: set[Path] = set()
"""What this process is writing now."""


def reason_of(error: OSError) -> str:
    """An operating system's error in a few words."""
    return error.strerror or str(error)


def sha256_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def _check_name(path: Path) -> None:
    """Raise `OSError` for a path that this file system cannot even spell, for which Python has other errors."""
    try:
        spelled = os.fsencode(path)
    except ValueError:  # a lone surrogate, a letter beyond the file system's encoding
        spelled = b"\0"
    if b"\0" in spelled:
        raise OSError(errno.EILSEQ, "the file system cannot store this name")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A regular file, to be read: a pipe or a device is refused, never waited for. Raises `OSError`."""
    _check_name(path)
    descriptor = os.open(path, os.O_RDONLY | _NO_WAIT | _BINARY)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")
        yield descriptor
    finally:
        os.close(descriptor)


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises `OSError` for anything else, and never waits."""
    with _opened(path) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(limit + 1) if os.fstat(descriptor).st_size <= limit else None
    if data is None or len(data) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit} bytes")
    return data


def file_sha256(path: Path, *, behind_pointer: bool = False) -> str | None:
    """The SHA-256, in hex, of a file's bytes; None if there is no such file. Raises `BuildError` if unreadable.

    With `behind_pointer`, where git has checked out a Git LFS pointer in a file's place, the hash of the file itself.
    """
    try:
        with _opened(path) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as file:
            if behind_pointer and os.fstat(descriptor).st_size < _POINTER_BYTES:
                data = file.read()
                return pointer_oid(data) or sha256_of(data)
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {reason_of(error)}") from error


def pointer_oid(data: bytes) -> str | None:
    """The SHA-256, in hex, of the file that a Git LFS pointer stands for; None if these bytes are no pointer."""
    if len(data) >= _POINTER_BYTES or not data.startswith(_POINTER_BEGIN):  # compiling the rest is for those that are
        return None
    found = re.fullmatch(_POINTER_REST, data.removeprefix(_POINTER_BEGIN))
    return None if found is None else found[1].decode("ascii")


def write_atomic(
    path: Path,
    data: bytes,
    verify: Callable[[bytes], None] | None = None,
    *,
    inside: Path | None = None,
    durable: bool = True,
) -> bool:
    """Write a file so that at every moment it is either the old one or the new one, also after a power cut.

    (After a power cut only if `durable`, which waits for the disk.)

    The bytes go to a temporary file in the same folder, are read back from it and given to `verify`, which raises
    `BuildError` if they are not what was meant; then it replaces the file. Returns False, and touches nothing, if the
    file already has these bytes. Raises `BuildError` if it cannot be written, or lies out of the folder `inside`,
    whatever links are put there meanwhile.
    """
    if inside is not None:
        check_inside(inside, path)
    try:
        _check_name(path)
        with contextlib.suppress(OSError):
            if path.stat().st_size == len(data) and read_regular(path, len(data)) == data:
                return False
        with _held_folder(path, inside) as (name, folder):
            own = f"{TEMPORARY_PREFIX}{os.getpid()}-{_PROCESS}-{sha256_of(os.fsencode(path.name))[:12]}"
            temporary = own if folder is not None else str(path.with_name(own))
            _temporaries.add(path.with_name(own))
            try:
                with contextlib.suppress(FileNotFoundError):  # a thread's that could not end
                    os.unlink(temporary, dir_fd=folder)
                _write_new(temporary, folder, data, durable=durable)
                back = _read_back(temporary, folder)
                if back != data:
                    raise BuildError(f"{path}: reading the file back gave other bytes")
                if verify is not None:
                    verify(back)
                if folder is None and inside is not None:
                    check_inside(inside, path)
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                _temporaries.discard(path.with_name(own))
            if durable and folder is not None:
                with contextlib.suppress(OSError):
                    os.fsync(folder)  # makes the rename durable
    except OSError as error:
        raise BuildError(f"{path}: cannot be written: {reason_of(error)}") from error
    return True


def remove_file(path: Path, inside: Path) -> None:
    """Remove a file, if it is there, from below the folder `inside`. Raises `BuildError`, also if a link leads out."""
    check_inside(inside, path)
    try:
        with _held_folder(path, inside, make=False) as (name, folder):
            os.unlink(name, dir_fd=folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise BuildError(f"{path}: cannot be removed: {reason_of(error)}") from error


@contextlib.contextmanager
def _held_folder(path: Path, inside: Path | None, *, make: bool = True) -> Iterator[tuple[str, int | None]]:
    """A file's name, and its folder held open, so that nobody can put another in its place; made if it is missing.

    Below `inside` no link is followed on the way: those that were there have been resolved. Where a system has no
    such thing the whole path comes back as the name, and None.
    """
    parent = path.parent if inside is None else path.parent.resolve()
    if inside is not None and not parent.is_relative_to(inside):
        raise OSError(errno.ELOOP, _LINK_OUT)
    if not _HAS_FOLDER_DESCRIPTORS:
        if make:
            parent.mkdir(parents=True, exist_ok=True)
        yield str(path), None
        return
    if make:
        (inside or parent).mkdir(parents=True, exist_ok=True)
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY) if inside is None else os.open(inside, _FOLDER)
    try:
        for part in () if inside is None else parent.relative_to(inside).parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            below = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield path.name, descriptor
    finally:
        os.close(descriptor)


def _write_new(name: str, folder: int | None, data: bytes, *, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
    with os.fdopen(os.open(name, flags, 0o666, dir_fd=folder), "wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def _read_back(name: str, folder: int | None) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY | _NO_LINK | _BINARY, dir_fd=folder), "rb") as file:
        return file.read()


def remove_own_temporaries() -> None:
    """Remove what this process was about to write; for one that ends without waiting for its threads."""
    for temporary in list(_temporaries):
        with contextlib.suppress(OSError):
            temporary.unlink()


def is_inside(folder: Path, path: Path) -> bool:
    """Whether a file's folder lies below `folder`, not behind a symbolic link that leads out of it."""
    try:
        return path.parent == folder or path.parent.resolve().is_relative_to(folder)
    except (ValueError, OSError, RuntimeError):  # a name that cannot be; a loop of links
        return False


def check_inside(folder: Path, path: Path) -> None:
    """Raise `BuildError` if a file's folder is reached through a symbolic link that leads out of `folder`."""
    try:
        _check_name(path)
    except OSError as error:
        raise BuildError(f"{path}: {reason_of(error)}") from None
    if not is_inside(folder, path):
        raise BuildError(f"{path.parent}: {_LINK_OUT}; remove the link, or set `output`")


def strays(output: Path, files: Iterable[str]) -> list[Path]:
    """The temporary files of killed builds in an output folder, and beside files that belong there."""
    folders = [output / name for name in sorted({"", *(file.rpartition("/")[0] for file in files)})]
    found = [(folder, name) for folder in folders if is_inside(output, folder / "any") for name in names_in(folder)]
    return [folder / name for folder, name in found if name.startswith(TEMPORARY_PREFIX)]


def names_in(folder: Path) -> list[str]:
    """What is in a folder; nothing if it cannot be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted, of many files
    except (OSError, ValueError):
        return []


def remove_strays(output: Path, files: Iterable[str]) -> None:
    """Remove them. Call it only while holding the build lock."""
    for stray in strays(output, files):
        with contextlib.suppress(OSError):
            stray.unlink()
