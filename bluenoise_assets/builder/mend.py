"""What kills, full disks and merges leave in a folder that has nothing stale: found cheaply, and put right."""

from bluenoise_assets.builder.atomic_files import names_in, remove_strays, strays, write_atomic
from bluenoise_assets.builder.checksums import SUMS_NAME, renew_sums, sums_problem
from bluenoise_assets.builder.lock import LOCK_NAME, lock_text
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME, FileLock
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.builder.salvage import found_lock


def mend(plan: Plan) -> None:
    """Remove temporary files and a lock that nobody holds, and write wrong checksums and what was a damaged lock anew.

    Where a build is at work, it does that itself. Raises `BuildError` for what cannot be written.
    """
    names = names_in(plan.output)
    wrong = plan.lock_problem is not None or (SUMS_NAME in names and sums_problem(plan.output, plan.lock) is not None)
    if not wrong and BUILD_LOCK_NAME not in names and not strays(plan.output, plan.files):
        return
    lock = FileLock(plan.output / BUILD_LOCK_NAME)
    try:
        if not lock.acquire():
            return
    except OSError:  # we may not write here: nothing can be removed, and the checksums say so themselves
        pass
    try:
        remove_strays(plan.output, plan.files)
        if wrong:
            entries, problem = found_lock(plan.output)
            if problem is not None:
                write_atomic(plan.output / LOCK_NAME, lock_text(entries).encode("ascii"), inside=plan.output)
            renew_sums(plan.output, entries)
    finally:
        lock.release()
