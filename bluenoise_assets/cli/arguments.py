"""What may be typed: commands, options, and what is wrong with their values."""

import argparse
import os
from pathlib import Path
from typing import Any

from bluenoise_assets import __version__
from bluenoise_assets.builder.shard import Shard
from bluenoise_assets.cli.codes import EXIT_CODES


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` is the name of a command."""
    whole = argparse.ArgumentParser(
        prog="bluenoise-assets",
        description="Blue-noise textures and dither shaders from YAML manifests.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"bluenoise-assets {__version__}")
    commands = whole.add_subparsers(required=True, dest="command", metavar="COMMAND")

    def command(name: str, text: str, *, paths: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES, allow_abbrev=False)
        if paths:
            hint = "manifests, or folders of them (default: manifests/ if it exists, else the current folder)"
            sub.add_argument("paths", nargs="*", type=_path, metavar="PATH", help=hint)
            sub.add_argument("--output", type=_path, metavar="DIR", help="write here, not where the manifests say")
            sub.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
            sub.add_argument("--quiet", action="store_true", help="print problems only")
        return sub

    for name, text in (
        ("build", "build what is stale"),
        ("watch", "build what is stale, again at every change of a manifest"),
    ):
        sub = command(name, text)
        jobs_hint = "channels optimised at once (default: the number of processors)"
        sub.add_argument("--jobs", type=_positive, metavar="N", help=jobs_hint)
        cache_hint = "keep textures here that may be wanted again (default: the user's cache folder), or keep nothing"
        sub.add_argument("--cache", type=_path, metavar="DIR|off", help=cache_hint)
        (_build_options if name == "build" else _watch_options)(sub)
    check = command("check", "build nothing; exit 3 if anything is stale, missing or changed by hand")
    plan = command("plan", "show what build would do, and why")
    for sub in (check, plan):
        _shard_option(sub)
    clean = command("clean", "remove what the lock lists and nobody changed since")
    clean.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    clean.add_argument("--orphans", action="store_true", help="only what no manifest defines any more")
    merge = command("merge", "join the output folders that several machines built with --shard", paths=False)
    merge.add_argument("parts", nargs="+", type=_path, metavar="PART", help="an output folder")
    merge.add_argument("--output", type=_path, metavar="DIR", required=True, help="where to: the manifests' own folder")
    merge.add_argument("--sha256sums", action="store_true", help="write SHA256SUMS there")
    cache = command("cache", "show what is cached, or remove it", paths=False)
    cache.add_argument("--clear", action="store_true", help="remove it all")
    cache.add_argument("--cache", type=_path, metavar="DIR", help="this folder (default: the user's cache folder)")
    for sub in (merge, cache):
        sub.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    integration = command("integration", "print the folder of a build system's files, or an engine's", paths=False)
    integration.add_argument("name", nargs="?", metavar="NAME", help="cmake, unity...; without it, list them")
    command("schema", "print the JSON Schema of manifests", paths=False)
    init = command("init", "write a first manifest and its schema", paths=False)
    init.add_argument("path", nargs="?", type=_path, default=Path("manifests/bluenoise.yaml"), metavar="FILE")
    return whole


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
        from bluenoise_assets.builder.watch import POLL_SECONDS, poll_seconds

        namespace.poll, namespace.more_paths = POLL_SECONDS, []
        try:
            if value is not None:
                namespace.poll = poll_seconds(value)
        except ValueError as error:
            if not os.path.exists(value):  # noqa: PTH110 - Path.exists raises where it may not look
                parser.error(f"argument --poll: {error}")
            namespace.more_paths = [Path(value)]


def _exec(text: str) -> list[str]:
    from bluenoise_assets.builder.watch import split_command

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
