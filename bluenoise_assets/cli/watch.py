"""`watch`: builds what is stale, and again at every change of a manifest."""

import os
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from bluenoise_assets.builder.events import Event, Ran
from bluenoise_assets.builder.watch import POLL_SECONDS, poll_seconds, split_command, watch
from bluenoise_assets.cli.arguments import add_building, add_paths
from bluenoise_assets.cli.codes import DONE, FAILED, WRONG
from bluenoise_assets.cli.planning import cache_of, default_paths
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.cli.terminal import Terminal
from bluenoise_assets.errors import UsageError

STDERR = 2
"""Where the command's output goes when stdout is a stream of events."""


class _Poll(Action):
    """`--poll[=SECONDS]`. What argparse takes for the seconds of a bare `--poll` may be a path."""

    def __call__(self, parser: ArgumentParser, namespace: Any, value: Any, _option: str | None = None) -> None:
        namespace.poll, namespace.more_paths = POLL_SECONDS, []
        try:
            if value is not None:
                namespace.poll = poll_seconds(value)
        except ValueError as error:
            if not os.path.exists(value):  # noqa: PTH110 - Path.exists raises where it may not look
                parser.error(f"argument --poll: {error}")
            namespace.more_paths = [Path(value)]


def _exec(text: str) -> list[str]:
    try:
        return split_command(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_building(parser)
    hint = (
        "look at the folders every second, or so many, where a disk tells of no changes: network drives, containers, "
        "WSL (also the environment variable BLUENOISE_POLL)"
    )
    parser.add_argument("--poll", nargs="?", action=_Poll, metavar="SECONDS", help=hint)
    hint = "run this after each build that changed files and in which nothing failed, with their paths added"
    parser.add_argument("--exec", type=_exec, default=(), metavar="COMMAND", help=hint)
    parser.add_argument("--once", action="store_true", help="one cycle, without waiting for changes; then end")


def run(options: Namespace, reporter: Reporter) -> int:
    if not hasattr(options, "more_paths"):  # no --poll
        try:
            options.poll = poll_seconds(os.environ.get("BLUENOISE_POLL") or "0")
        except ValueError as error:
            raise UsageError(f"BLUENOISE_POLL: {error}") from None
    if isinstance(reporter, Terminal) and not options.once:
        reporter.ending = "; watching"

    def listen(event: Event) -> None:
        if isinstance(event, Ran) and not event.text:
            count = len(event.command) - len(options.exec)
            given = f"{count} {'file' if count == 1 else 'files'}"
            reporter.say(f"ran {event.command[0]}, given {given}", **event.as_json())
        else:
            reporter.event(event)

    last = watch(
        default_paths([*getattr(options, "more_paths", []), *options.paths]),
        options.output,
        variables=options.set,
        jobs=options.jobs,
        cache=cache_of(options),
        poll=options.poll,
        command=options.exec,
        command_output=STDERR if options.json else None,
        once=options.once,
        listener=listen,
    )
    if last.problems:
        return WRONG
    return FAILED if last.failed or last.command_failed else DONE
