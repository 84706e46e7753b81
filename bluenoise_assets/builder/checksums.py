"""SHA256SUMS: the hashes of all artifacts of an output folder, as `sha256sum --check` reads them."""

from pathlib import Path

from bluenoise_assets.builder.atomic_files import file_sha256, read_regular, remove_file, write_atomic
from bluenoise_assets.builder.lock import LOCK_NAME, Lock, read_lock
from bluenoise_assets.builder.locks import build_lock

SUMS_NAME = "SHA256SUMS"

SUMS_BYTES = 2**27


def sums_text(output: Path, lock: Lock) -> str:
    """A line for each file that the lock lists, and for the lock itself, as it is on disk.

    Of a file in whose place is its Git LFS pointer it is the file's own hash. Not for import settings: engines add to
    them what they like.
    """
    hashes = {file: entry.sha256 for file, entry in lock.items() if entry.kind != "sidecar"}
    own = file_sha256(output / LOCK_NAME)
    if own is not None:
        hashes[LOCK_NAME] = own
    return "".join(f"{value}  {file}\n" for file, value in sorted(hashes.items()))


def write_sums(output: Path) -> Path:
    """Write a folder's SHA256SUMS, from its lock; later builds keep it true.

    Raises as `read_lock` does, and `BuildError` if it cannot be written.
    """
    with build_lock(output):
        write_atomic(output / SUMS_NAME, sums_text(output, read_lock(output)).encode("utf-8"))
    return output / SUMS_NAME


def renew_sums(output: Path, lock: Lock) -> None:
    """Bring a folder's SHA256SUMS up to date if it has one. Call it while holding the build lock."""
    if (output / SUMS_NAME).is_file():
        write_atomic(output / SUMS_NAME, sums_text(output, lock).encode("utf-8"), inside=output)


def remove_sums(output: Path, lock: Lock) -> None:
    """Remove a folder's SHA256SUMS if it is what this lock gives."""
    if sums_problem(output, lock) is None:
        remove_file(output / SUMS_NAME, output)


def sums_problem(output: Path, lock: Lock) -> str | None:
    """What is wrong with a folder's SHA256SUMS; None if it is right, or not there."""
    try:
        found = read_regular(output / SUMS_NAME, SUMS_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "it cannot be read"
    return None if found == sums_text(output, lock).encode("utf-8") else "it is not what the lock says"
