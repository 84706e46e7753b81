"""`plan`: shows what `build` would do, and why."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.cli.arguments import add_only, add_paths, add_shard
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.planning import plans, say_orphans
from bluenoise_assets.cli.reporter import Reporter


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)
    add_shard(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    total = stale = 0
    for plan in plans(options):
        if plan.lock_problem is not None:
            reporter.problem(plan.lock_problem)
        total += len(plan.textures)
        stale += len(plan.stale)
        for texture in plan.stale:
            for file in texture.files:
                if file.reasons:
                    path = str(plan.output / file.file)
                    data = {"event": "stale", "texture": texture.spec.name, "file": path}
                    reporter.say(path, *(f"  {reason}" for reason in file.reasons), **data, reasons=file.reasons)
        say_orphans(plan, reporter)
    text = f"{stale} of {total} textures to build" if stale else f"nothing to do: {total} textures, all fresh"
    reporter.say(text, event="planned", textures=total, stale=stale)
    return DONE
