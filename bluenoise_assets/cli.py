"""The command line: a thin shell over the API. Exit codes: see `EXIT_CODES`."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bluenoise_assets import __version__, resources
from bluenoise_assets.console import Console
from bluenoise_assets.errors import BuildError, ManifestError, Problem
from bluenoise_assets.manifest import Manifest, find_manifests, load_manifests
from bluenoise_assets.plan import Plan, make_plan
from bluenoise_assets.store import user_cache_folder, write_atomic

DONE, FAILED, WRONG, STALE, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 130

EXIT_CODES = """\
exit codes: 0 done; 1 a build failed; 2 a manifest or the usage is wrong; 3 stale, under check;
4 a bug in bluenoise-assets; 130 interrupted"""

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
        code: int = options.command(options, console)
        sys.stdout.flush()
    except ManifestError as error:
        for problem in error.problems:
            console.problem(problem)
        return WRONG
    except BuildError as error:
        console.error(str(error))
        return FAILED
    except KeyboardInterrupt:
        return _interrupted(console)
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception:  # noqa: BLE001 - the last resort: say that it is our fault
        traceback.print_exc()
        console.error("this is a bug in bluenoise-assets; please report the lines above")
        return BUG
    return code


def _interrupted(console: Console) -> int:
    """End at once: a worker may still be inside a long computation, and every file is whole at any moment."""
    console.error("interrupted")
    sys.stdout.flush()
    sys.stderr.flush()
    if "jax" in sys.modules:
        os._exit(INTERRUPTED)
    return INTERRUPTED


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
            sub.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=hint)
            sub.add_argument("--output", type=Path, metavar="DIR", help="write here, not where the manifests say")
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
        sub.add_argument("--cache", choices=["off"], help="keep no compiled programs between runs")
    command("check", _check, "build nothing; exit 3 if anything is stale, missing or changed by hand")
    command("plan", _plan, "show what build would do, and why")
    clean = command("clean", _clean, "remove what the lock lists and nobody changed since")
    clean.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    clean.add_argument("--orphans", action="store_true", help="only what no manifest defines any more")
    command("schema", _schema, "print the JSON Schema of manifests", paths=False)
    init = command("init", _init, "write a first manifest and its schema", paths=False)
    init.add_argument("path", nargs="?", type=Path, default=Path("manifests/bluenoise.yaml"), metavar="FILE")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def default_paths(given: list[Path]) -> list[Path]:
    """The paths to look at when none is given: manifests/, or else the current folder."""
    if given:
        return given
    folder = Path("manifests")
    return [folder if folder.is_dir() else Path()]


def _load(options: argparse.Namespace) -> list[Manifest]:
    manifests, problems = load_manifests(find_manifests(default_paths(options.paths)))
    if problems:
        raise ManifestError(problems)
    return manifests


def _plans(options: argparse.Namespace) -> list[Plan]:
    return make_plan(_load(options), options.output)


def cache_of(options: argparse.Namespace) -> Path | None:
    """The folder for compiled programs, or None if it is turned off or there is no home folder."""
    return None if options.cache == "off" else user_cache_folder()


def _build(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.build import build_manifests

    summary = build_manifests(
        _load(options), options.output, jobs=options.jobs, cache=cache_of(options), listener=console.event
    )
    console.say(summary.sentence(), event="done", **summary.as_json())
    return FAILED if summary.failed else DONE


def _watch(options: argparse.Namespace, console: Console) -> int:
    from bluenoise_assets.watch import watch

    watch(
        default_paths(options.paths),
        options.output,
        jobs=options.jobs,
        cache=cache_of(options),
        console=console,
    )
    return DONE


def _check(options: argparse.Namespace, console: Console) -> int:
    stale = 0
    plans = _plans(options)
    for plan in plans:
        for texture in plan.stale:
            stale += 1
            for file in texture.files:
                for reason in file.reasons:
                    data = {"event": "stale", "texture": texture.spec.name, "file": str(plan.output / file.file)}
                    problem = texture.manifest.problem(texture.spec.name, f"{file.file}: {reason}")
                    if console.as_json:
                        console.say("", **data, reason=reason)
                    else:
                        console.problem(problem)
        _say_orphans(plan, console)
    total = sum(len(plan.textures) for plan in plans)
    text = f"{stale} of {total} textures are stale; `bluenoise-assets build` makes them" if stale else "all fresh"
    console.say(text, event="checked", textures=total, stale=stale)
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
