"""`measure`: what texture files are worth, anybody's, beside noise of known making."""

import glob
import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bluenoise_assets.cli.arguments import add_json, path
from bluenoise_assets.cli.codes import DONE, FAILED, WRONG
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.spec.sample_space import SampleSpace

if TYPE_CHECKING:
    from bluenoise_assets.report.measured.slicing import Slicing


def arguments(parser: ArgumentParser) -> None:
    hint = "textures, or folders of them; numbered files in a folder are frames"
    parser.add_argument("files", nargs="+", type=path, metavar="FILE", help=hint)
    slices = parser.add_mutually_exclusive_group()
    slices.add_argument("--one", action="store_true", help="a file is one picture, not a strip")
    for name, text in (
        ("frames", "frames in time"),
        ("layers", "independent layers"),
        ("volume", "slices of a volume"),
    ):
        slices.add_argument(f"--{name}", type=_count, metavar="N", help=f"a file holds N {text}")
    hint = "what the vectors in the channels are (default: as far as they tell; scalar: none)"
    parser.add_argument("--sample-space", choices=get_args(SampleSpace), metavar="SPACE", help=hint)
    parser.add_argument("--strict", action="store_true", help="exit 1 where something is wrong with a texture")
    add_json(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    from bluenoise_assets.cli.figures_table import described, tables
    from bluenoise_assets.report.measured.measurement import measured
    from bluenoise_assets.report.measured.reading import Unreadable, read_textures
    from bluenoise_assets.report.measured.summary import Summary, faults_of
    from bluenoise_assets.spec.input_file import UnreadableFileError

    code, found = DONE, []
    for file in (file for one in _expanded(options.files) for file in read_textures(one, _slicing(options))):
        if isinstance(file, Unreadable):
            reporter.error(f"{near(file.path)}: {file.text}")
            code = WRONG
            continue
        try:
            figures = measured(file, options.sample_space)
        except UnreadableFileError as error:
            reporter.error(f"{near(file.path)}: {error}")
            code = WRONG
            continue
        summary = Summary(near(file.path), file, figures, faults_of(file))
        if summary.faults and options.strict and code == DONE:
            code = FAILED
        reporter.say(*described(summary), **{"event": "measured"} | summary.as_json())
        found.append(summary)
    reporter.say(*tables(found))
    return code


def _expanded(paths: list[Path]) -> Iterator[Path]:
    """Paths, and the files of patterns: Windows' shells leave those to programs."""
    for one in paths:
        is_there = os.path.lexists(one)  # without an error where a folder may not be entered
        matching = [] if is_there else sorted(glob.glob(str(one)))  # noqa: PTH207 - of an absolute one, too
        yield from [Path(name) for name in matching] or [one]


def _slicing(options: Namespace) -> "Slicing | None":
    from bluenoise_assets.report.measured.slicing import Slicing

    if options.one:
        return Slicing("one")
    counts = {"frames": options.frames, "layers": options.layers, "volume": options.volume}
    return next((Slicing(kind, count) for kind, count in counts.items() if count), None)  # type: ignore[arg-type]


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 2**20:
        raise ArgumentTypeError(f"{text!r} is not a number of slices")
    return int(text)
