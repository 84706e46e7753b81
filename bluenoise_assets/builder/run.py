"""Builds manifests: plans, takes the output folders that need work, one after the other, and builds in each."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bluenoise_assets.builder.cache.settings import CacheSettings
from bluenoise_assets.builder.gates import UnderBar
from bluenoise_assets.builder.mend import mend
from bluenoise_assets.builder.plan import Plan, Selection, make_plan
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.manifest import Manifest

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Listener
    from bluenoise_assets.builder.executors import Cluster, Executor


def build_manifests(
    manifests: Manifest | Sequence[Manifest],
    output: Path | None = None,
    *,
    only: Selection | None = None,
    force: bool = False,
    jobs: int | None = None,
    cache: Path | CacheSettings | None = None,
    listener: "Listener" = lambda _event: None,
    cancelled: Callable[[], bool] = lambda: False,
    cluster: "Cluster | None" = None,
) -> Summary:
    """Build what is stale of a manifest, or of several. A texture that fails keeps its old file and stops no other.

    `output` replaces the manifests' own folders; `only` leaves other textures alone; `force` makes also fresh ones
    anew, without a look at what is on disk or in the cache; `jobs` is the number of textures, or channels of one,
    optimised at once (default: the processors this process may use); `cache` is a folder for textures that may be
    wanted again, or says more of where they are kept. With a cache compiled programs are kept, too, always in the
    user's own cache folder: they are code, and must not come from a shared place. `cluster` makes the textures in place
    of this process's threads, `jobs` at once if that is given; its owner closes it. A lock that is damaged, or that git
    could not merge, costs a warning. Raises `ManifestError` and `BuildError` as `make_plan` does, and `BuildError` for
    a folder that cannot be written.
    """
    manifests = [manifests] if isinstance(manifests, Manifest) else manifests
    summary = Summary()
    stale: list[Plan] = []
    fresh: list[Plan] = []
    under_bar = UnderBar(summary, listener)
    plans = make_plan(manifests, output, only, force=force)
    for plan in plans:
        under_bar.add_known(plan)
    for plan in plans:
        if plan.lock_problem is not None:
            from bluenoise_assets.builder.events import Warned

            found = plan.lock_problem
            listener(Warned(f"{found.file}:{found.line}:{found.column}: {found.text}; it is written anew"))
        if any(texture not in under_bar for texture in plan.to_do):
            stale.append(plan)
        else:
            fresh.append(plan)
            for texture in (one for one in plan.textures if one not in under_bar):
                summary.count(*texture.place, "fresh")
            summary.orphans += len(plan.orphans)
            mend(plan)
    if not stale:
        return summary
    # what a build with nothing to do shall not pay for
    from bluenoise_assets.builder.cache.user_folder import user_cache_folder
    from bluenoise_assets.builder.events import Waiting, Warned
    from bluenoise_assets.builder.executors.local import LocalExecutor
    from bluenoise_assets.builder.folder import FolderBuild, Options
    from bluenoise_assets.builder.locks import build_lock
    from bluenoise_assets.builder.schedule import processors
    from bluenoise_assets.builder.work import Work
    from bluenoise_assets.builder.writer import IntactFile

    def warn(text: str) -> None:
        listener(Warned(text))

    settings = cache if isinstance(cache, CacheSettings) else CacheSettings(cache)
    if cluster is None:
        programs = None if settings.folder is None else user_cache_folder() or settings.folder
        executor: Executor = LocalExecutor(jobs or processors(), programs)
    else:
        executor = cluster.executor(jobs, settings, warn, cancelled, force=force)
    options = Options(
        executor=executor,
        cache=settings.open(warn),
        listener=listener,
        cancelled=cancelled,
        work=Work(stale, listener),
        under_bar=under_bar,
    )
    # a texture with files in several folders is made once
    elsewhere = {
        key: IntactFile(plan.output, file, plan.lock[file])
        for plan in fresh
        for key, file in plan.reusable_files.items()
    }
    try:
        for plan in stale:
            told = Waiting(output=str(plan.output))
            with build_lock(plan.output, cancelled, partial(listener, told), warn) as held:
                if not held:
                    summary.cancelled = True
                    return summary
                now = plan.again()  # while waiting, another may have done it
                build = FolderBuild(now, summary, options, elsewhere)
                build.run()
                elsewhere |= build.intact_files
        if options.cache is not None:
            options.cache.finish(cancelled)
    finally:
        if options.cache is not None:
            options.cache.close()
    return summary
