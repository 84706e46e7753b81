"""What each command does with its options; each returns an exit code."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.builder.cache_folder import user_cache_folder
from bluenoise_assets.builder.plan import Plan, Selection, make_plan
from bluenoise_assets.builder.shard import Shard, share
from bluenoise_assets.cli import github
from bluenoise_assets.cli.codes import DONE, FAILED, STALE, WRONG
from bluenoise_assets.cli.console import Console
from bluenoise_assets.errors import ManifestError, Problem, UsageError
from bluenoise_assets.manifest import Manifest, find_manifests, read_manifests
from bluenoise_assets.manifest.schema import json_schema_text

FIRST_MANIFEST = """\
# yaml-language-server: $schema=./bluenoise.schema.json
schema: 1
output: ../build/bluenoise  # relative to this file
textures:
  dither_64:
    size: 64
    # engines: [unity]  # or unreal, godot, bevy, threejs: a folder with all that the engine needs
shaders: [hlsl, glsl]
"""

GITATTRIBUTES = """\
if you commit what is built, add to .gitattributes:
  *.hlsl text eol=lf
  *.glsl text eol=lf
  *.png binary
  *.dds binary
  *.ktx2 binary
  *.exr binary
  *.raw binary
  *.npy binary
  bluenoise.lock.json text eol=lf"""


def default_paths(given: list[Path]) -> list[Path]:
    """The paths to look at when none is given: manifests/, or else the current folder."""
    if given:
        return given
    folder = Path("manifests")
    return [folder if os.path.isdir(folder) else Path()]  # noqa: PTH112 - Path.is_dir raises where it may not look


def _load(options: argparse.Namespace) -> list[Manifest]:
    loaded = read_manifests(find_manifests(default_paths(options.paths)))
    if loaded.problems:
        raise ManifestError(list(loaded.problems))
    return list(loaded.manifests)


def _plans(options: argparse.Namespace) -> list[Plan]:
    manifests = _load(options)
    return make_plan(manifests, options.output, _selection(options, manifests))


def _selection(options: argparse.Namespace, manifests: Sequence[Manifest]) -> Selection | None:
    """The textures of `--shard`; None for all."""
    shard: Shard | None = getattr(options, "shard", None)
    if shard is None:
        return None
    textures = [(manifest, spec) for manifest in manifests for spec in manifest.textures]
    chosen = share([spec for _, spec in textures], shard)
    return frozenset((m.path, spec.name) for (m, spec), mine in zip(textures, chosen, strict=True) if mine)


def cache_of(options: argparse.Namespace) -> Path | None:
    """The cache's folder; None if it is turned off or there is no home folder."""
    if options.cache == Path("off"):
        return None
    return options.cache or user_cache_folder()


def _build(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets import builder
    from bluenoise_assets.builder import depfile

    began = time.time_ns()
    manifests = _load(options)
    only = _selection(options, manifests)
    outputs = depfile.outputs(manifests, options.output, only)
    if options.list_outputs or options.list_inputs:
        console.listing(depfile.listed(outputs if options.list_outputs else depfile.inputs(manifests)))
        return DONE
    events: list[dict[str, Any]] = []

    def listen(event: dict[str, Any]) -> None:
        console.event(event)
        if event["event"] in {"built", "failed"}:
            events.append(event)

    summary = builder.build_manifests(
        manifests, options.output, only=only, jobs=options.jobs, cache=cache_of(options), listener=listen
    )
    if not summary.failed:
        for folder in sorted({(options.output or manifest.output).resolve() for manifest in manifests}):
            if options.sha256sums:
                builder.write_sums(folder)
        if options.touch:
            depfile.touch(outputs, manifests, began)
        if options.depfile is not None:
            write_atomic(options.depfile, os.fsencode(depfile.depfile_text(outputs, depfile.inputs(manifests))))
    console.say(summary.sentence(), event="done", **summary.as_json())
    if github.is_github():
        github.append_summary(github.build_summary(summary.sentence(), events))
    return FAILED if summary.failed else DONE


def _watch(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.builder.watch import poll_seconds, watch

    if not hasattr(options, "more_paths"):  # no --poll
        try:
            options.poll = poll_seconds(os.environ.get("BLUENOISE_POLL") or "0")
        except ValueError as error:
            console.error(f"BLUENOISE_POLL: {error}")
            return WRONG
    last = watch(
        default_paths([*getattr(options, "more_paths", []), *options.paths]),
        options.output,
        jobs=options.jobs,
        cache=cache_of(options),
        poll=options.poll,
        command=options.exec,
        once=options.once,
        console=console,
    )
    if last.problems:
        return WRONG
    return FAILED if last.failed or last.command_failed else DONE


def _check(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.builder import SUMS_NAME, sums_problem

    stale: list[tuple[str, str, str]] = []
    manifests = _load(options)
    plans = make_plan(manifests, options.output, _selection(options, manifests))
    for plan in plans:
        for texture in plan.stale:
            for file in texture.files:
                if file.reasons:
                    stale.append((texture.spec.name, file.file, "; ".join(file.reasons)))
                for reason in file.reasons:
                    data = {"event": "stale", "texture": texture.spec.name, "file": str(plan.output / file.file)}
                    problem = texture.manifest.problem(texture.spec.name, f"{file.file}: {reason}")
                    if console.as_json:
                        console.say("", **data, reason=reason)
                    else:
                        console.problem(problem)
        wrong = sums_problem(plan.output, plan.lock)
        if wrong is not None:
            hint = "`bluenoise-assets build --sha256sums` writes it"
            console.problem(Problem(str(plan.output / SUMS_NAME), 1, 1, "check", wrong, hint))
            stale.append(("", SUMS_NAME, wrong))
        _say_orphans(plan, console)
    total = sum(len(plan.textures) for plan in plans)
    count = sum(len(plan.stale) for plan in plans)
    text = f"{count} of {total} textures are stale; `bluenoise-assets build` makes them" if stale else "all fresh"
    console.say(text, event="checked", textures=total, stale=count)
    if github.is_github():
        github.append_summary(github.check_summary(stale, total))
    return STALE if stale else DONE


def _plan(options: argparse.Namespace, console: Console) -> int:
    plans = _plans(options)
    for plan in plans:
        for texture in plan.stale:
            for file in texture.files:
                if file.reasons:
                    path = plan.output / file.file
                    lines = [str(path), *(f"  {reason}" for reason in file.reasons)]
                    data = {"event": "stale", "texture": texture.spec.name, "file": str(path)}
                    console.say("\n".join(lines), **data, reasons=list(file.reasons))
        _say_orphans(plan, console)
    total, stale = sum(len(plan.textures) for plan in plans), sum(len(plan.stale) for plan in plans)
    text = f"{stale} of {total} textures to build" if stale else f"nothing to do: {total} textures, all fresh"
    console.say(text, event="planned", textures=total, stale=stale)
    return DONE


def _say_orphans(plan: Plan, console: Console) -> None:
    for orphan in plan.orphans:
        path = plan.output / orphan
        text = f"{path}: no manifest defines it any more (`bluenoise-assets clean --orphans` removes it)"
        console.say(text, event="orphan", file=str(path))


def _clean(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.builder import clean

    for plan in _plans(options):
        removed, kept = clean(plan, orphans_only=options.orphans, dry_run=options.dry_run)
        for file in removed:
            verb = "would remove" if options.dry_run else "removed"
            console.say(f"{verb} {plan.output / file}", event="removed", file=str(plan.output / file))
        for file in kept:
            text = f"kept {plan.output / file}: it was changed since it was built"
            console.say(text, event="kept", file=str(plan.output / file))
    return DONE


def _merge(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.builder import merge, write_sums

    changed = merge(options.parts, options.output)
    if options.sha256sums:
        write_sums(options.output)
    folders, files = (
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in ((len(options.parts), "folder"), (len(changed), "file"))
    )
    text = f"merged {folders} into {options.output}: {files} changed"
    console.say(text, event="merged", output=str(options.output), changed=changed)
    return DONE


def _cache(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.builder.cache import LIMIT_VARIABLE, clear, size_limit, survey

    folder = options.cache or user_cache_folder()
    if folder is None:
        raise UsageError("there is no home folder for a cache; name one with --cache DIR")
    if options.clear:
        clear(folder)
        console.say(f"cleared {folder}", event="cleared", folder=str(folder))
        return DONE
    count, size, programs = survey(folder)
    limit = size_limit()
    what = "1 texture" if count == 1 else f"{count} textures"
    lines = [
        str(folder),
        f"  {what}: {size / 2**20:.1f} MiB, of at most {limit / 2**20:.0f} ({LIMIT_VARIABLE})",
        f"  compiled programs: {programs / 2**20:.1f} MiB",
    ]
    data = {"folder": str(folder), "textures": count, "bytes": size, "limit": limit, "programs_bytes": programs}
    console.say("\n".join(lines), event="cache", **data)
    return DONE


def _integration(options: argparse.Namespace, console: Console) -> int:
    folder = Path(__file__).resolve().parents[1] / "integrations"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_"))
    if options.name is None:
        for name in names:
            console.say(name)
        return DONE
    if options.name not in names:
        raise UsageError(f"there is no integration {options.name!r}; there are {', '.join(names)}")
    console.listing(f"{(folder / options.name).as_posix()}\n")
    return DONE


def _schema(_options: argparse.Namespace, _console: Console) -> int:
    sys.stdout.write(json_schema_text())
    return DONE


def _init(options: argparse.Namespace, console: Console) -> int:
    path: Path = options.path
    if path.exists():
        text = "the file exists already"
        raise ManifestError([Problem(str(path), 1, 1, "init", text, "remove it, or name another file")])
    schema = path.with_name("bluenoise.schema.json")
    write_atomic(path, FIRST_MANIFEST.encode())
    write_atomic(schema, json_schema_text().encode())
    console.say(f"wrote {path} and {schema}; now run: bluenoise-assets build {path}")
    console.say(GITATTRIBUTES)
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace, Console], int]] = {
    "build": _build,
    "watch": _watch,
    "check": _check,
    "plan": _plan,
    "clean": _clean,
    "merge": _merge,
    "cache": _cache,
    "integration": _integration,
    "schema": _schema,
    "init": _init,
}
