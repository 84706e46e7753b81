"""What killed builds and full disks leave in a folder that has nothing stale: found cheaply, and put right."""

from bluenoise_assets.builder.atomic_files import names_in, remove_strays, strays
from bluenoise_assets.builder.checksums import SUMS_NAME, renew_sums, sums_problem
from bluenoise_assets.builder.lock import read_lock
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME, FileLock
from bluenoise_assets.builder.plan import Plan


def mend(plan: Plan) -> None:
    """Remove temporary files and a lock that nobody holds, and write wrong checksums anew.

    Where a build is at work, it does that itself. Raises `BuildError` for checksums that cannot be written.
    """
    names = names_in(plan.output)
    wrong = SUMS_NAME in names and sums_problem(plan.output, plan.lock) is not None
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
            renew_sums(plan.output, read_lock(plan.output))
    finally:
        lock.release()
