"""Takes away what was built and nobody has changed since."""

import contextlib
from pathlib import Path

from bluenoise_assets.builder.atomic_files import check_inside, file_sha256, remove_file, remove_strays, write_atomic
from bluenoise_assets.builder.checksums import remove_sums, renew_sums
from bluenoise_assets.builder.claims import can_be_output
from bluenoise_assets.builder.godot_projects import free_folder
from bluenoise_assets.builder.lock import LOCK_NAME, lock_text, unused_libraries
from bluenoise_assets.builder.locks import build_lock
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.builder.report_files import has_report, remove_report
from bluenoise_assets.spec.names import folded


def clean(plan: Plan, *, orphans_only: bool = False, dry_run: bool = False) -> tuple[list[str], list[str]]:
    """Remove the files of a plan that the lock lists and nobody has changed since, or only its orphans.

    A plan of some textures keeps the orphans.

    Returns the files removed (or, with `dry_run`, that would be) and the files kept: they were changed, or have names
    that no build gives. Entries of other manifests stay. Raises `BuildError` for a file that cannot be removed.
    """
    is_left_alone = plan.lock or orphans_only or plan.only is not None or not has_report(plan.output)
    if dry_run or (is_left_alone and not _candidates(plan, orphans_only=orphans_only)):
        return _sort_out(plan, orphans_only=orphans_only)[:2]
    with build_lock(plan.output):
        plan = plan.again()  # another build may have written while this one waited
        removed, kept, respelt = _sort_out(plan, orphans_only=orphans_only)
        for file in removed:
            _remove(plan.output / file, plan.output)
        remove_strays(plan.output, plan.lock)
        lock = {file: entry for file, entry in plan.lock.items() if file not in {*removed, *respelt}}
        if lock:
            write_atomic(plan.output / LOCK_NAME, lock_text(lock).encode("ascii"), inside=plan.output)
            renew_sums(plan.output, lock)
            return removed, kept
        remove_sums(plan.output, plan.lock)
        remove_report(plan.output)
        remove_file(plan.output / LOCK_NAME, plan.output)
    with contextlib.suppress(OSError):  # nothing of ours is left: leave no trace of the folder either
        plan.output.rmdir()
    return removed, kept


def _candidates(plan: Plan, *, orphans_only: bool) -> list[str]:
    orphans = plan.orphans if orphans_only or plan.only is None else ()
    mine = {*orphans, *(() if orphans_only else plan.files)}
    left = {file for file in plan.lock if file not in mine}
    unused = unused_libraries(plan.lock, left)
    return [file for file, entry in plan.lock.items() if file in (unused if entry.kind == "library" else mine)]


def _sort_out(plan: Plan, *, orphans_only: bool) -> tuple[list[str], list[str], list[str]]:
    """The files to remove, those to keep, and those that only their entries go: `A.png` was renamed to `a.png`."""
    removed: list[str] = []
    kept: list[str] = []
    respelt: list[str] = []
    mine = set(plan.files)
    for file in _candidates(plan, orphans_only=orphans_only):
        entry = plan.lock[file]
        if file not in mine and _is_one_of(plan.output / file, mine, plan.output):
            respelt.append(file)  # a disk that ignores case
            continue
        check_inside(plan.output, plan.output / file)
        on_disk = file_sha256(plan.output / file, behind_pointer=True)
        is_ours = on_disk == entry.sha256 and can_be_output(file, entry.kind)
        (removed if is_ours or on_disk is None else kept).append(file)
    wanted = {plan.lock[file].spec.get("library") for file in kept}
    return [file for file in removed if file not in wanted], kept, respelt


def _is_one_of(path: Path, files: set[str], output: Path) -> bool:
    """Whether a path is another spelling of one of the files."""
    alike = (output / file for file in files if folded(file) == folded(path.relative_to(output).as_posix()))
    return any(path.exists() and other.exists() and path.samefile(other) for other in alike)


def _remove(path: Path, output: Path) -> None:
    remove_file(path, output)
    for folder in path.parents:  # folders that were made for names with a slash, and for engines
        if folder == output:
            return
        free_folder(folder, output)
        try:
            folder.rmdir()
        except OSError:
            return
