"""`integration`: prints where the files for a build system or an engine are."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.cli.terminal import write_listing
from bluenoise_assets.errors import UsageError


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="cmake, unity...; without it, list them")


def run(options: Namespace, reporter: Reporter) -> int:
    folder = Path(__file__).resolve().parents[1] / "integrations"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_"))
    if options.name is None:
        reporter.say(*names)
        return DONE
    if options.name not in names:
        raise UsageError(f"there is no integration {options.name!r}; there are {', '.join(names)}")
    write_listing(f"{(folder / options.name).as_posix()}\n")
    return DONE
