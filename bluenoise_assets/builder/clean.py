"""Takes away what was built and nobody has changed since."""

import contextlib
from pathlib import Path

from bluenoise_assets.builder.atomic_files import (
    build_lock,
    check_inside,
    file_sha256,
    reason_of,
    remove_strays,
    write_atomic,
)
from bluenoise_assets.builder.checksums import remove_sums, renew_sums
from bluenoise_assets.builder.lock import LOCK_NAME, lock_text
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.errors import BuildError
from bluenoise_assets.spec.names import folded


def clean(plan: Plan, *, orphans_only: bool = False, dry_run: bool = False) -> tuple[list[str], list[str]]:
    """Remove the files of a plan that the lock lists and nobody has changed since, or only its orphans.

    Returns the files removed (or, with `dry_run`, that would be) and the files kept because they were changed.
    Entries of other manifests stay. Raises `BuildError` for a file that cannot be removed.
    """
    mine = {file.file for texture in plan.textures for file in texture.files}
    candidates = [file for file in plan.lock if file in plan.orphans or (not orphans_only and file in mine)]
    removed: list[str] = []
    kept: list[str] = []
    if not candidates:
        return removed, kept
    lock = dict(plan.lock)
    holding = contextlib.nullcontext(True) if dry_run else build_lock(plan.output, lambda: False, lambda: None)
    with holding:
        for file in candidates:
            if file not in mine and _is_one_of(plan.output / file, mine, plan.output):
                lock.pop(file)  # a disk that ignores case: `A.png` was renamed to `a.png`
                continue
            check_inside(plan.output, file)
            on_disk = file_sha256(plan.output / file)
            if on_disk is not None and on_disk != plan.lock[file].sha256:
                kept.append(file)
                continue
            removed.append(file)
            if not dry_run:
                _remove(plan.output / file, plan.output)
                del lock[file]
        if dry_run:
            return removed, kept
        remove_strays(plan.output, plan.lock)
        if lock:
            text = lock_text(lock)
            write_atomic(plan.output / LOCK_NAME, text.encode("ascii"))
            renew_sums(plan.output, lock, text)
            return removed, kept
        remove_sums(plan.output, plan.lock)
        _remove(plan.output / LOCK_NAME, plan.output)
    with contextlib.suppress(OSError):  # nothing of ours is left: leave no trace of the folder either
        plan.output.rmdir()
    return removed, kept


def _is_one_of(path: Path, files: set[str], output: Path) -> bool:
    """Whether a path is another spelling of one of the files."""
    alike = (output / file for file in files if folded(file) == folded(path.relative_to(output).as_posix()))
    return any(path.exists() and other.exists() and path.samefile(other) for other in alike)


def _remove(path: Path, output: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BuildError(f"{path}: cannot be removed: {reason_of(error)}") from error
    for folder in path.parents:  # folders that were made for names with a slash
        if folder == output:
            return
        try:
            folder.rmdir()
        except OSError:
            return
