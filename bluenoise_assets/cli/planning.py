"""From the paths that were typed to manifests and plans; a plan in words."""

import contextlib
import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from bluenoise_assets.builder.cache.settings import DEFAULT_SECONDS, MOST_SECONDS, CacheSettings
from bluenoise_assets.builder.plan import Place, Plan, Selection, TexturePlan, make_plan
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import ManifestError, Problem, UsageError
from bluenoise_assets.manifest import Manifest, read_paths
from bluenoise_assets.manifest.input_files import is_pattern
from bluenoise_assets.spec.interpreter import suggestion

if TYPE_CHECKING:
    from bluenoise_assets.builder.executors import Cluster

GROUPS_SHOWN = 3


def default_paths(given: list[Path]) -> list[Path]:
    """The paths to look at when none is given: manifests/, or else the current folder."""
    if given:
        return given
    folder = Path("manifests")
    return [folder if os.path.isdir(folder) else Path()]  # noqa: PTH112 - Path.is_dir raises where it may not look


def load(options: Namespace) -> list[Manifest]:
    loaded = read_paths(default_paths(options.paths), options.set)
    if loaded.problems:
        raise ManifestError(list(loaded.problems))
    return list(loaded.manifests)


def plans(options: Namespace) -> list[Plan]:
    manifests = load(options)
    return make_plan(manifests, options.output, selection(options, manifests))


def selection(options: Namespace, manifests: Sequence[Manifest]) -> Selection | None:
    """The textures of `--only`, and of these the share of `--shard`; None for all."""
    shard = getattr(options, "shard", None)
    if shard is None and options.only is None:
        return None
    textures = [(manifest, spec) for manifest in manifests for spec in manifest.textures]
    if options.only is not None:
        chosen = named([spec.name for _, spec in textures], options.only)
        textures = [(manifest, spec) for manifest, spec in textures if spec.name in chosen]
    if shard is not None:
        from bluenoise_assets.builder.shard import share

        mine = share([spec for _, spec in textures], shard)
        textures = list(compress(textures, mine))
    return frozenset((manifest.path, spec.name) for manifest, spec in textures)


def named(names: Sequence[str], patterns: Sequence[str]) -> set[str]:
    """The names that are listed or match a pattern. Raises `UsageError` for one that none is or matches."""
    chosen = set()
    for pattern in patterns:
        found = {name for name in names if name == pattern or fnmatchcase(name, pattern)}
        if not found:
            is_path = os.path.exists(pattern)  # noqa: PTH110 - Path.exists raises where it may not look
            hint = "paths stand before --only" if is_path else suggestion(pattern, list(dict.fromkeys(names)))
            what = f"no texture matches {pattern!r}" if is_pattern(pattern) else f"there is no texture {pattern!r}"
            raise UsageError(f"--only: {what}{hint and f'; {hint}'}")
        chosen |= found
    return chosen


def cache_of(options: Namespace) -> Path | None:
    """The cache's folder; None if it is turned off or there is no home folder."""
    from bluenoise_assets.builder.cache.user_folder import user_cache_folder

    if options.cache == Path("off"):
        return None
    given: Path | None = options.cache
    return given or user_cache_folder()


REMOTE_VARIABLE, WRITE_VARIABLE = "BLUENOISE_REMOTE_CACHE", "BLUENOISE_CACHE_WRITE"
SECONDS_VARIABLE = "BLUENOISE_REMOTE_TIMEOUT"


def cache_settings_of(options: Namespace) -> CacheSettings:
    """What options and environment say of the cache. Raises `UsageError`."""
    folder = cache_of(options)
    typed = options.remote_cache
    remote = os.environ.get(REMOTE_VARIABLE, "").strip() if typed is None else typed.strip()
    if typed is not None and not remote:  # a shell variable that is not set
        raise UsageError("--remote-cache: the URL is empty")
    text = os.environ.get(WRITE_VARIABLE, "").strip()
    if text not in {"", "0", "1"}:
        raise UsageError(f"{WRITE_VARIABLE}: {text!r} is neither 1 nor 0")
    may_write = getattr(options, "remote_write", False)
    if folder is None or remote in {"", "off"}:
        if may_write:
            raise UsageError("--remote-write: there is no remote cache; name it with --remote-cache URL")
        return CacheSettings(folder)
    if "://" not in remote:
        remote = os.path.abspath(remote)  # noqa: PTH100 - other processes may be elsewhere
    return CacheSettings(folder, remote, may_write or text == "1", _seconds())


EXECUTOR_VARIABLE, SCHEDULER_VARIABLE = "BLUENOISE_EXECUTOR", "BLUENOISE_SCHEDULER"


def executor_of(options: Namespace) -> tuple[str, str | None]:
    """The executor that options or variables name, and a scheduler's address. Raises `UsageError`."""
    name = options.executor or os.environ.get(EXECUTOR_VARIABLE, "").strip()
    if name not in {"", "local", "dask"}:
        raise UsageError(f"{EXECUTOR_VARIABLE}: {name!r} is neither local nor dask")
    if options.scheduler is not None:
        if not options.scheduler.strip():  # a shell variable that is not set
            raise UsageError("--scheduler: the address is empty")
        if options.executor == "local":
            raise UsageError("--scheduler: --executor local asks no scheduler")
        name = "dask"
    scheduler = (options.scheduler or os.environ.get(SCHEDULER_VARIABLE, "")).strip() or None
    return name or ("dask" if scheduler else "local"), scheduler


@contextlib.contextmanager
def cluster_of(options: Namespace) -> "Iterator[Cluster | None]":
    """Who makes the textures, for as long as the context; None for this process. Raises `UsageError`."""
    name, scheduler = executor_of(options)
    if name == "local":
        yield None
        return
    from bluenoise_assets.builder.executors.dask_cluster import DaskCluster

    cluster = DaskCluster(scheduler)
    try:
        yield cluster
    except KeyboardInterrupt:  # the process ends at once, and what it started with it
        raise
    except BaseException:
        cluster.close()
        raise
    cluster.close()


def _seconds() -> float:
    """How long a build may wait for the remote cache in all."""
    text = os.environ.get(SECONDS_VARIABLE, "").strip()
    try:
        seconds = float(text) if text else DEFAULT_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_SECONDS:  # also what is not a number
        raise UsageError(f"{SECONDS_VARIABLE}: {text!r} is not a number of seconds from 0 to {MOST_SECONDS:g}")
    return seconds


def say_orphans(plan: Plan, reporter: Reporter) -> None:
    for orphan in plan.orphans:
        path = plan.output / orphan
        text = f"{near(path)}: no manifest defines it any more (`bluenoise-assets clean --orphans` removes it)"
        reporter.say(text, event="orphan", file=str(path))


def distinct(textures: Iterable[TexturePlan]) -> dict[Place, list[TexturePlan]]:
    """The same texture's plans together: it has one in each output folder with files of it."""
    found: dict[Place, list[TexturePlan]] = {}
    for texture in textures:
        found.setdefault(texture.place, []).append(texture)
    return found


def why_stale(textures: Sequence[TexturePlan]) -> Problem:
    """Where a texture stands, and why its files are stale: `a.png: seed: 1 -> 2`, or `3 files: not built yet`."""
    by_reasons: dict[tuple[str, ...], list[str]] = {}
    for file in (file for texture in textures for file in texture.files if file.reasons):
        by_reasons.setdefault(file.reasons, []).append(file.file)
    groups = [f"{counted(files)}: {'; '.join(reasons)}" for reasons, files in by_reasons.items()]
    more = len(groups) - GROUPS_SHOWN
    text = "; ".join(groups[:GROUPS_SHOWN]) + (f"; and for {more} more reasons" if more > 0 else "")
    return textures[0].manifest.problem(textures[0].spec.name, text)


def sum_of(stale: str, under_bar: int, total: int, fresh: str) -> str:
    """What was found, in words: `stale`, if anything is, how many textures are under a bar; or else `fresh`."""
    missing = f"under the bar of `require`: {under_bar} of {total} textures" if under_bar else ""
    return "; ".join(filter(None, (stale, missing))) or fresh


def counted(files: Sequence[str]) -> str:
    """One file by its name, more by their number: engines make them many."""
    return files[0] if len(files) == 1 else f"{len(files)} files"
