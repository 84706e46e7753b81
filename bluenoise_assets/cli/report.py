"""`report`: writes a page about the textures, and the same as JSON, into their output folder."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from bluenoise_assets.cli.arguments import add_only, add_paths
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.planning import load, selection
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.manifest import Manifest


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    from bluenoise_assets.report.page import STATES, collect, read_earlier, summary, write_report

    manifests = load(options)
    only = selection(options, manifests)
    by_folder: dict[Path, list[Manifest]] = {}
    for manifest in manifests:
        by_folder.setdefault(manifest.within(options.output).resolved.output, []).append(manifest)
    for folder, group in by_folder.items():
        report = collect(group, options.output, only, earlier=read_earlier(folder))
        for problem in report.problems:
            reporter.problem(problem)
        page, data = write_report(report)
        counts = report.count()
        reporter.say(
            f"{near(page)}: {summary(report)}",
            event="report",
            file=str(page),
            data=str(data),
            output=str(folder),
            textures=len(report.textures),
            **{state: counts[state] for state in STATES},
            failed=len(report.failing),
            changed_texels=len(report.changed),
        )
    return DONE
