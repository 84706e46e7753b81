"""The command line: a thin shell over the API. Exit codes: see `EXIT_CODES`."""

import argparse
import contextlib
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bluenoise_assets import __version__, ci, resources
from bluenoise_assets.console import Console
from bluenoise_assets.errors import BuildError, ManifestError, Problem, UsageError
from bluenoise_assets.interrupts import exit_code, signals_as_interrupts
from bluenoise_assets.manifest import Manifest, find_manifests, load_manifests
from bluenoise_assets.plan import Plan, Selection, make_plan
from bluenoise_assets.remember import remember
from bluenoise_assets.shard import Shard, share
from bluenoise_assets.store import remove_own_temporaries, user_cache_folder, write_atomic

DONE, FAILED, WRONG, STALE, BUG = 0, 1, 2, 3, 4

EXIT_CODES = """\
exit codes: 0 done; 1 a build failed; 2 a manifest or the usage is wrong; 3 stale, under check;
4 a bug in bluenoise-assets; 130 interrupted (143 by SIGTERM, 129 by a closed terminal)"""

FIRST_MANIFEST = """\
# yaml-language-server: $schema=./bluenoise.schema.json
schema: 1
output: ../build/bluenoise  # relative to this file
textures:
  dither_64:
    size: 64
shaders: [hlsl, glsl]
"""

GITATTRIBUTES = """\
if you commit what is built, add to .gitattributes:
  *.hlsl text eol=lf
  *.glsl text eol=lf
  *.png binary
  bluenoise.lock.json text eol=lf"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = _parser().parse_args(arguments)
    console = Console(as_json=getattr(options, "json", False), quiet=getattr(options, "quiet", False))
    try:
        with signals_as_interrupts():
            code: int = options.command(options, console)
            sys.stdout.flush()
    except ManifestError as error:
        for problem in error.problems:
            console.problem(problem)
        return WRONG
    except UsageError as error:
        console.error(str(error))
        return WRONG
    except BuildError as error:
        console.error(str(error))
        return FAILED
    except KeyboardInterrupt as interrupt:
        return _interrupted(console, exit_code(interrupt))
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception:  # noqa: BLE001 - the last resort: say that it is our fault
        traceback.print_exc()
        console.error("this is a bug in bluenoise-assets; please report the lines above")
        return BUG
    return code


def _interrupted(console: Console, code: int) -> int:
    """End at once: a worker may still be inside a long computation, and every file is whole at any moment."""
    with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
        console.error("interrupted")
        sys.stdout.flush()
        sys.stderr.flush()
    if "jax" in sys.modules:
        remove_own_temporaries()
        os._exit(code)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bluenoise-assets",
        description="Blue-noise textures and dither shaders from YAML manifests.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bluenoise-assets {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Any, text: str, *, paths: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES, allow_abbrev=False)
        sub.set_defaults(command=function)
        if paths:
            hint = "manifests, or folders of them (default: manifests/ if it exists, else the current folder)"
            sub.add_argument("paths", nargs="*", type=_path, metavar="PATH", help=hint)
            sub.add_argument("--output", type=_path, metavar="DIR", help="write here, not where the manifests say")
            sub.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
            sub.add_argument("--quiet", action="store_true", help="print problems only")
        return sub

    for name, function, text in (
        ("build", _build, "build what is stale"),
        ("watch", _watch, "build what is stale, again at every change of a manifest"),
    ):
        sub = command(name, function, text)
        jobs_hint = "channels optimised at once (default: the number of processors)"
        sub.add_argument("--jobs", type=_positive, metavar="N", help=jobs_hint)
        cache_hint = "keep textures here that may be wanted again (default: the user's cache folder), or keep nothing"
        sub.add_argument("--cache", type=_path, metavar="DIR|off", help=cache_hint)
        (_build_options if name == "build" else _watch_options)(sub)
    check = command("check", _check, "build nothing; exit 3 if anything is stale, missing or changed by hand")
    plan = command("plan", _plan, "show what build would do, and why")
    for sub in (check, plan):
        _shard_option(sub)
    clean = command("clean", _clean, "remove what the lock lists and nobody changed since")
    clean.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    clean.add_argument("--orphans", action="store_true", help="only what no manifest defines any more")
    merge = command("merge", _merge, "join the output folders that several machines built with --shard", paths=False)
    merge.add_argument("parts", nargs="+", type=_path, metavar="PART", help="an output folder")
    merge.add_argument("--output", type=_path, metavar="DIR", required=True, help="where to: the manifests' own folder")
    merge.add_argument("--sha256sums", action="store_true", help="write SHA256SUMS there")
    cache = command("cache", _cache, "show what is cached, or remove it", paths=False)
    cache.add_argument("--clear", action="store_true", help="remove it all")
    cache.add_argument("--cache", type=_path, metavar="DIR", help="this folder (default: the user's cache folder)")
    for sub in (merge, cache):
        sub.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    integration = command("integration", _integration, "print the folder of a build system's files", paths=False)
    integration.add_argument("name", nargs="?", metavar="NAME", help="cmake, meson...; without it, list them")
    command("schema", _schema, "print the JSON Schema of manifests", paths=False)
    init = command("init", _init, "write a first manifest and its schema", paths=False)
    init.add_argument("path", nargs="?", type=_path, default=Path("manifests/bluenoise.yaml"), metavar="FILE")
    return parser


def _build_options(build: argparse.ArgumentParser) -> None:
    build.add_argument(
        "--depfile", type=_path, metavar="FILE", help="write what the outputs depend on, for Make or Ninja"
    )
    build.add_argument("--touch", action="store_true", help="make all outputs newer than their inputs, also fresh ones")
    lists = build.add_mutually_exclusive_group()
    lists.add_argument("--list-outputs", action="store_true", help="print the files that it writes; build nothing")
    lists.add_argument("--list-inputs", action="store_true", help="print the files that it reads; build nothing")
    build.add_argument("--sha256sums", action="store_true", help="write SHA256SUMS into each output folder")
    _shard_option(build)


def _watch_options(watch: argparse.ArgumentParser) -> None:
    poll_hint = (
        "look at the folders every second, or so many, where a disk tells of no changes: network drives, containers, "
        "WSL (also the environment variable BLUENOISE_POLL)"
    )
    watch.add_argument("--poll", nargs="?", action=_Poll, metavar="SECONDS", help=poll_hint)
    exec_hint = "run this after each build that changed files and in which nothing failed, with their paths added"
    watch.add_argument("--exec", type=_exec, default=(), metavar="COMMAND", help=exec_hint)
    watch.add_argument("--once", action="store_true", help="one round, without waiting for changes; then end")


class _Poll(argparse.Action):
    """`--poll[=SECONDS]`. What argparse takes for the seconds of a bare `--poll` may be a path."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, value: Any, _option: str | None = None) -> None:
        from bluenoise_assets.watch import POLL_SECONDS, poll_seconds

        namespace.poll, namespace.more_paths = POLL_SECONDS, []
        try:
            if value is not None:
                namespace.poll = poll_seconds(value)
        except ValueError as error:
            if not os.path.exists(value):  # noqa: PTH110 - Path.exists raises where it may not look
                parser.error(f"argument --poll: {error}")
            namespace.more_paths = [Path(value)]


def _exec(text: str) -> list[str]:
    from bluenoise_assets.watch import split_command

    try:
        return split_command(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _shard_option(command: argparse.ArgumentParser) -> None:
    hint = "only the I-th of N shares of the textures, for one of N machines; see merge"
    command.add_argument("--shard", type=_shard, metavar="I/N", help=hint)


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _path(text: str) -> Path:
    if not text:  # a shell variable that is not set; as a path it would be the current folder
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def default_paths(given: list[Path]) -> list[Path]:
    """The paths to look at when none is given: manifests/, or else the current folder."""
    if given:
        return given
    folder = Path("manifests")
    return [folder if os.path.isdir(folder) else Path()]  # noqa: PTH112 - Path.is_dir raises where it may not look


def _load(options: argparse.Namespace) -> list[Manifest]:
    manifests, problems = load_manifests(find_manifests(default_paths(options.paths)))
    if problems:
        raise ManifestError(problems)
    return manifests


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
    from bluenoise_assets import build, depfile

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

    summary = build.build_manifests(
        manifests, options.output, only=only, jobs=options.jobs, cache=cache_of(options), listener=listen
    )
    if not summary.failed:
        for folder in sorted({(options.output or manifest.output).resolve() for manifest in manifests}):
            if options.sha256sums:
                build.write_sums(folder)
        if options.touch:
            depfile.touch(outputs, manifests, began)
        if options.depfile is not None:
            write_atomic(options.depfile, os.fsencode(depfile.depfile_text(outputs, depfile.inputs(manifests))))
    console.say(summary.sentence(), event="done", **summary.as_json())
    if not (summary.built or summary.failed or summary.orphans):
        text = "" if options.quiet else summary.sentence()
        remember(options.paths, options.output, manifests, text, summary.untouched)
    if ci.is_github():
        ci.append_summary(ci.build_summary(summary.sentence(), events))
    return FAILED if summary.failed else DONE


def _watch(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.watch import poll_seconds, watch

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
    from bluenoise_assets.build import SUMS_NAME, sums_problem

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
    if not stale:
        remember(options.paths, options.output, manifests, "" if options.quiet else text, plans)
    if ci.is_github():
        ci.append_summary(ci.check_summary(stale, total))
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
    from bluenoise_assets.build import clean

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
    from bluenoise_assets.build import merge, write_sums

    changed = merge(options.parts, options.output)
    if options.sha256sums:
        write_sums(options.output)
    text = f"merged {len(options.parts)} folders into {options.output}: {len(changed)} files changed"
    console.say(text, event="merged", output=str(options.output), changed=changed)
    return DONE


def _cache(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.cache import LIMIT_VARIABLE, clear, size_limit, survey

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
    folder = resources.PACKAGE / "integrations"
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
    sys.stdout.write(resources.text("bluenoise.schema.json"))
    return DONE


def _init(options: argparse.Namespace, console: Console) -> int:
    path: Path = options.path
    if path.exists():
        text = "the file exists already"
        raise ManifestError([Problem(str(path), 1, 1, "init", text, "remove it, or name another file")])
    schema = path.with_name("bluenoise.schema.json")
    write_atomic(path, FIRST_MANIFEST.encode())
    write_atomic(schema, resources.text("bluenoise.schema.json").encode())
    console.say(f"wrote {path} and {schema}; now run: bluenoise-assets build {path}")
    console.say(GITATTRIBUTES)
    return DONE
