"""From the paths that were typed to manifests and plans; a plan in words."""

import os
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from bluenoise_assets.builder.plan import Plan, Selection, TexturePlan, make_plan
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import ManifestError, Problem
from bluenoise_assets.manifest import Manifest, read_paths

GROUPS_SHOWN = 3


def default_paths(given: list[Path]) -> list[Path]:
    """The paths to look at when none is given: manifests/, or else the current folder."""
    if given:
        return given
    folder = Path("manifests")
    return [folder if os.path.isdir(folder) else Path()]  # noqa: PTH112 - Path.is_dir raises where it may not look


def load(options: Namespace) -> list[Manifest]:
    loaded = read_paths(default_paths(options.paths))
    if loaded.problems:
        raise ManifestError(list(loaded.problems))
    return list(loaded.manifests)


def plans(options: Namespace) -> list[Plan]:
    manifests = load(options)
    return make_plan(manifests, options.output, selection(options, manifests))


def selection(options: Namespace, manifests: Sequence[Manifest]) -> Selection | None:
    """The textures of `--shard`; None for all."""
    if getattr(options, "shard", None) is None:
        return None
    from bluenoise_assets.builder.shard import share

    textures = [(manifest, spec) for manifest in manifests for spec in manifest.textures]
    chosen = share([spec for _, spec in textures], options.shard)
    return frozenset((m.path, spec.name) for (m, spec), mine in zip(textures, chosen, strict=True) if mine)


def cache_of(options: Namespace) -> Path | None:
    """The cache's folder; None if it is turned off or there is no home folder."""
    from bluenoise_assets.builder.cache_folder import user_cache_folder

    if options.cache == Path("off"):
        return None
    given: Path | None = options.cache
    return given or user_cache_folder()


def say_orphans(plan: Plan, reporter: Reporter) -> None:
    for orphan in plan.orphans:
        path = plan.output / orphan
        text = f"{near(path)}: no manifest defines it any more (`bluenoise-assets clean --orphans` removes it)"
        reporter.say(text, event="orphan", file=str(path))


def distinct(textures: Iterable[TexturePlan]) -> dict[tuple[Path, str], list[TexturePlan]]:
    """The same texture's plans together: it has one in each output folder with files of it."""
    found: dict[tuple[Path, str], list[TexturePlan]] = {}
    for texture in textures:
        found.setdefault((texture.manifest.path, texture.spec.name), []).append(texture)
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


def counted(files: Sequence[str]) -> str:
    """One file by its name, more by their number: engines make them many."""
    return files[0] if len(files) == 1 else f"{len(files)} files"
