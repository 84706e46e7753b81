"""What may be typed: the options that several commands share, and what is wrong with their values."""

import os
from argparse import SUPPRESS, Action, ArgumentParser, ArgumentTypeError, HelpFormatter, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bluenoise_assets import __version__
from bluenoise_assets.cli.codes import EXIT_CODES
from bluenoise_assets.cli.verbs import VERBS, verb
from bluenoise_assets.errors import printable

if TYPE_CHECKING:
    from bluenoise_assets.builder.shard import Shard


PROGRAM = "bluenoise-assets"


class _Parser(ArgumentParser):
    """Its errors are one line, whatever was typed, or a shell put in place of `*`."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))

    def _get_formatter(self) -> HelpFormatter:
        # with a width argparse does not import shutil, and it asks at every option
        try:
            columns = int(os.environ.get("COLUMNS") or os.get_terminal_size().columns)
        except (OSError, ValueError):
            columns = 80
        return HelpFormatter(self.prog, width=columns - 2)


def parse(arguments: Sequence[str]) -> Namespace:
    """The options of a command line, and as `command` the command's name. Ends the process for what is wrong."""
    whole = _Parser(
        prog=PROGRAM,
        description="Blue-noise textures and dither shaders from YAML manifests.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"bluenoise-assets {__version__}")
    commands = whole.add_subparsers(required=True, dest="command", metavar="COMMAND", prog=PROGRAM)
    typed = [name for name in arguments[:1] if name in VERBS]
    for name in typed or VERBS:  # where one is typed nobody reads of the others
        text = VERBS[name]
        sub = commands.add_parser(name, help=text, description=text, epilog=EXIT_CODES, allow_abbrev=False)
        if typed:
            verb(name).arguments(sub)
    return whole.parse_args(arguments)


def add_paths(parser: ArgumentParser) -> None:
    """What the commands that read manifests have in common."""
    hint = "manifests, or folders of them (default: manifests/ if it exists, else the current folder)"
    parser.add_argument("paths", nargs="*", type=path, metavar="PATH", help=hint)
    parser.add_argument("--output", type=path, metavar="DIR", help="write here, not where the manifests say")
    hint = "the value of a variable that a manifest declares; once for each variable"
    parser.add_argument("--set", action=_Set, type=_setting, default={}, metavar="NAME=VALUE", dest="set", help=hint)
    add_json(parser)
    parser.add_argument("--quiet", action="store_true", help="print problems only")


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line on stdout")


def add_building(parser: ArgumentParser) -> None:
    """What the commands that build have in common."""
    add_jobs(parser, "the number of processors, or what a dask scheduler's workers can do")
    hint = "keep textures here that may be wanted again (default: the user's cache folder), or keep nothing"
    parser.add_argument("--cache", type=path, metavar="DIR|off", help=hint)
    add_remote(parser)
    hint = "write what is made here into the remote cache (also the environment variable BLUENOISE_CACHE_WRITE=1)"
    parser.add_argument("--remote-write", action="store_true", help=hint)
    hint = "who makes textures: this process, or dask's processes (also the environment variable BLUENOISE_EXECUTOR)"
    parser.add_argument("--executor", choices=("local", "dask"), help=hint)
    hint = "dask's scheduler, as tcp://host:8786, or its file (also BLUENOISE_SCHEDULER); without one dask starts here"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=hint)


def add_remote(parser: ArgumentParser) -> None:
    hint = "look here for what other machines made: any URL that fsspec knows (also BLUENOISE_REMOTE_CACHE), or off"
    parser.add_argument("--remote-cache", metavar="URL|off", help=hint)


def add_jobs(parser: ArgumentParser, default: str = "the number of processors") -> None:
    hint = f"channels optimised at once (default: {default})"
    parser.add_argument("--jobs", type=_positive, metavar="N", help=hint)


def add_only(parser: ArgumentParser) -> None:
    hint = "only textures of these names, or that match these patterns, as 'ui/*'; after the PATHs"
    parser.add_argument("--only", action="extend", nargs="+", metavar="NAME", help=hint)


def add_shard(parser: ArgumentParser) -> None:
    hint = "only the I-th of N shares of the textures, for one of N machines; see merge"
    parser.add_argument("--shard", type=_shard, metavar="I/N", help=hint)


def path(text: str) -> Path:
    if not text:  # a shell variable that is not set; as a path it would be the current folder
        raise ArgumentTypeError("the path is empty")
    return Path(text)


class MayHaveValue(Action):
    """`--poll[=SECONDS]`, `--rebuild[=SHARE]`. What argparse takes for the value of a bare option may be a path.

    `const` is the value of a bare one; `read` makes a value of what was typed, or raises `ValueError`.
    """

    def __init__(self, option_strings: Sequence[str], dest: str, *, read: Callable[[str], Any], **more: Any) -> None:
        super().__init__(option_strings, dest, nargs="?", default=SUPPRESS, **more)
        self.read = read

    def __call__(self, parser: ArgumentParser, namespace: Any, value: Any, option: str | None = None) -> None:
        setattr(namespace, self.dest, self.const)
        try:
            if isinstance(value, str):
                setattr(namespace, self.dest, self.read(value))
        except ValueError as error:
            if not os.path.exists(value):  # noqa: PTH110 - Path.exists raises where it may not look
                parser.error(f"argument {option}: {error}")
            namespace.more_paths = [*getattr(namespace, "more_paths", []), Path(value)]


class _Set(Action):
    """Gathers names and values; of a name that is given twice the last value counts."""

    def __call__(self, parser: ArgumentParser, namespace: Any, value: Any, option: str | None = None) -> None:
        del parser, option
        namespace.set = {**namespace.set, value[0]: value[1]}


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentTypeError(f"{text!r} is not a name and a value, as platform=switch")
    return name, value


def _shard(text: str) -> "Shard":
    from bluenoise_assets.builder.shard import Shard

    try:
        return Shard.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def seed(text: str) -> int:
    """The number that makes a random choice again."""
    if not text.isdecimal() or len(text) > 18:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
