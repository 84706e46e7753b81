"""`build`: makes what is stale; or lists, for a build system, what it would read and write."""

import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bluenoise_assets.builder import build_manifests
from bluenoise_assets.cli import github
from bluenoise_assets.cli.arguments import add_building, add_only, add_paths, add_shard, path
from bluenoise_assets.cli.codes import DONE, FAILED
from bluenoise_assets.cli.planning import cache_settings_of, cluster_of, executor_of, load, selection
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import UsageError

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)
    add_building(parser)
    hint = "make textures anew although they are fresh, without what is on disk or in the cache"
    parser.add_argument("--force", action="store_true", help=hint)
    hint = "write what the outputs depend on, for Make or Ninja"
    parser.add_argument("--depfile", type=path, metavar="FILE", help=hint)
    hint = "make all outputs newer than their inputs, also fresh ones"
    parser.add_argument("--touch", action="store_true", help=hint)
    lists = parser.add_mutually_exclusive_group()
    lists.add_argument("--list-outputs", action="store_true", help="print the files that it writes; build nothing")
    lists.add_argument("--list-inputs", action="store_true", help="print the files that it reads; build nothing")
    parser.add_argument("--sha256sums", action="store_true", help="write SHA256SUMS into each output folder")
    add_shard(parser)
    hint = "make large textures together with the other processes that run this command; see farm.md"
    parser.add_argument("--distributed", action="store_true", help=hint)


def run(options: Namespace, reporter: Reporter) -> int:
    if not options.distributed:
        return _run(options, reporter)
    if executor_of(options)[0] == "dask":
        raise UsageError("--distributed: dask's workers make textures by themselves; take one or the other")
    from bluenoise_assets.cli.distributed import joined

    with joined(reporter) as is_first:
        return _run(options, reporter) if is_first else DONE


def _run(options: Namespace, reporter: Reporter) -> int:
    began = time.time_ns()
    manifests = load(options)
    only = selection(options, manifests)
    if options.list_outputs or options.list_inputs:
        from bluenoise_assets.builder import depfile
        from bluenoise_assets.cli.terminal import write_listing

        outputs = depfile.outputs(manifests, options.output, only)
        write_listing(depfile.listed(outputs if options.list_outputs else depfile.inputs(manifests)))
        return DONE
    told: list[Event] = []

    def listen(event: "Event") -> None:
        reporter.event(event)
        if event.event in {"built", "failed"}:
            told.append(event)

    with cluster_of(options) as cluster:
        summary = build_manifests(
            manifests,
            options.output,
            only=only,
            force=options.force,
            jobs=options.jobs,
            cache=cache_settings_of(options),
            listener=listen,
            cluster=cluster,
        )
    if not summary.failed:
        if options.sha256sums:
            from bluenoise_assets.builder.checksums import write_sums
            from bluenoise_assets.builder.lock import LOCK_NAME

            for folder in sorted({folder for one in manifests for folder in one.within(options.output).all_folders}):
                if (folder / LOCK_NAME).is_file():
                    write_sums(folder)
        if options.touch or options.depfile is not None:
            from bluenoise_assets.builder import depfile

            depfile.tell_build_system(
                manifests, options.output, only, options.depfile, began if options.touch else None
            )
    reporter.say(summary.sentence(), event="done", **summary.as_json())
    if github.is_github():
        github.append_summary(github.build_summary(summary.sentence(), told))
    return FAILED if summary.failed else DONE
