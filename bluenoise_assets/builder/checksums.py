"""SHA256SUMS: the hashes of all artifacts of an output folder, as `sha256sum --check` reads them."""

import contextlib
from pathlib import Path

from bluenoise_assets.builder.atomic_files import build_lock, sha256_of, write_atomic
from bluenoise_assets.builder.lock import LOCK_NAME, Lock, lock_text, read_lock

SUMS_NAME = "SHA256SUMS"


def sums_text(lock: Lock, text: str) -> str:
    """A line for each file that the lock lists, and for the lock itself, whose text is `text`.

    Not for import settings: engines add to them what they like.
    """
    hashes = {file: entry.sha256 for file, entry in lock.items() if entry.kind != "sidecar"}
    hashes[LOCK_NAME] = sha256_of(text.encode("ascii"))
    return "".join(f"{value}  {file}\n" for file, value in sorted(hashes.items()))


def write_sums(output: Path) -> Path:
    """Write a folder's SHA256SUMS, from its lock; later builds keep it true.

    Raises as `read_lock` does, and `BuildError` if it cannot be written.
    """
    with build_lock(output, lambda: False, lambda: None):
        lock = read_lock(output)
        write_atomic(output / SUMS_NAME, sums_text(lock, lock_text(lock)).encode("utf-8"))
    return output / SUMS_NAME


def renew_sums(output: Path, lock: Lock, text: str) -> None:
    """Bring a folder's SHA256SUMS up to date if it has one. Call it while holding the build lock."""
    if (output / SUMS_NAME).is_file():
        write_atomic(output / SUMS_NAME, sums_text(lock, text).encode("utf-8"))


def remove_sums(output: Path, lock: Lock) -> None:
    """Remove a folder's SHA256SUMS if it is what this lock gives."""
    if sums_problem(output, lock) is None:
        with contextlib.suppress(FileNotFoundError):
            (output / SUMS_NAME).unlink()


def sums_problem(output: Path, lock: Lock) -> str | None:
    """What is wrong with a folder's SHA256SUMS; None if it is right, or not there."""
    try:
        found = (output / SUMS_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return "it cannot be read"
    return None if found == sums_text(lock, lock_text(lock)).encode("utf-8") else "it is not what the lock says"
