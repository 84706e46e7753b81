"""`watch`: builds what is stale, and again at every change of a manifest."""

import contextlib
import gc
import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from bluenoise_assets.builder.events import Event, Listener, Ran, Serving
from bluenoise_assets.builder.watch import POLL_SECONDS, poll_seconds, split_command, watch
from bluenoise_assets.cli.arguments import MayHaveValue, add_building, add_paths
from bluenoise_assets.cli.codes import DONE, FAILED, WRONG
from bluenoise_assets.cli.planning import cache_settings_of, cluster_of, default_paths
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.cli.terminal import Terminal
from bluenoise_assets.errors import UsageError

DEFAULT_PORT = 8583
GARBAGE_THRESHOLDS = 700, 10, 10
"""Python's own, in place of what a short run has: garbage of many builds would keep its memory for hours."""

STDERR = 2
"""Where the command's output goes when stdout is a stream of events."""


def _exec(text: str) -> list[str]:
    try:
        return split_command(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError(f"{text!r} is not a port, from 1 to 65535, or 0 for any that is free")
    return int(text)


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_building(parser)
    hint = (
        "look at the folders every second, or so many, where a disk tells of no changes: network drives, containers, "
        "WSL (also the environment variable BLUENOISE_POLL)"
    )
    parser.add_argument(
        "--poll", action=MayHaveValue, const=POLL_SECONDS, read=poll_seconds, metavar="SECONDS", help=hint
    )
    hint = (
        f"show what is made on a page for your browser, at 127.0.0.1 and port {DEFAULT_PORT} or another; 0: a free one"
    )
    parser.add_argument("--serve", action=MayHaveValue, const=DEFAULT_PORT, read=_port, metavar="PORT", help=hint)
    hint = "run this after each build that changed files and in which nothing failed, with their paths added"
    parser.add_argument("--exec", type=_exec, default=(), metavar="COMMAND", help=hint)
    parser.add_argument("--once", action="store_true", help="one cycle, without waiting for changes; then end")


def run(options: Namespace, reporter: Reporter) -> int:
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    if options.once and hasattr(options, "serve"):
        raise UsageError("--serve: with --once there is no watch to serve; `report` writes the page")
    if not hasattr(options, "poll"):
        try:
            options.poll = poll_seconds(os.environ.get("BLUENOISE_POLL") or "0")
        except ValueError as error:
            raise UsageError(f"BLUENOISE_POLL: {error}") from None
    if isinstance(reporter, Terminal) and not options.once:
        reporter.ending = "; watching"

    settings = cache_settings_of(options)
    settings.check()
    paths = default_paths([*getattr(options, "more_paths", []), *options.paths])
    listeners: list[Listener] = []

    def listen(event: Event) -> None:
        for one in listeners:
            one(event)
        if isinstance(event, Ran) and not event.text:
            count = len(event.command) - len(options.exec)
            given = f"{count} {'file' if count == 1 else 'files'}"
            reporter.say(f"ran {event.command[0]}, given {given}", **event.as_json())
        else:
            reporter.event(event)

    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(cluster_of(options))
        if hasattr(options, "serve"):
            from bluenoise_assets.report.live import serving

            page = stack.enter_context(serving(options.serve, paths, options.output, options.set))
            listeners.append(page.listener)
            reporter.event(Serving(page.url))
        last = watch(
            paths,
            options.output,
            variables=options.set,
            jobs=options.jobs,
            cache=settings,
            cluster=cluster,
            poll=options.poll,
            command=options.exec,
            command_output=STDERR if options.json else None,
            once=options.once,
            listener=listen,
        )
    if last.problems:
        return WRONG
    return FAILED if last.failed or last.command_failed else DONE
