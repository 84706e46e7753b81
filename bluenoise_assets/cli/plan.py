"""`plan`: shows what `build` would do, and why."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.gates import all_known
from bluenoise_assets.cli.arguments import add_only, add_paths, add_shard
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.planning import distinct, plans, say_orphans, sum_of, why_stale
from bluenoise_assets.cli.reporter import Reporter


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)
    add_shard(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    planned = plans(options)
    for plan in planned if reporter.as_json else ():
        for texture in plan.stale:
            for file in texture.files:
                if file.reasons:
                    path = str(plan.output / file.file)
                    reporter.say(event="stale", texture=texture.spec.name, file=path, reasons=file.reasons)
    total = len(distinct(texture for plan in planned for texture in plan.textures))
    found = distinct(texture for plan in planned for texture in plan.stale)
    for why in map(why_stale, () if reporter.as_json else found.values()):
        reporter.say(f"{why.file}:{why.line}:{why.column}: {why.where}: {why.text}")
    under_bar = all_known(planned)
    for event in under_bar:
        line = f"{event.file}:{event.line}:{event.column}: {event.texture}: {event.text}"
        reporter.say(line, **event.as_json())
    for plan in planned:
        if plan.lock_problem is not None:
            reporter.problem(plan.lock_problem)
        say_orphans(plan, reporter)
    stale = len(found)
    text = f"{stale} of {total} textures to build" if stale else ""
    text = sum_of(text, len(under_bar), total, f"nothing to do: {total} textures, all fresh")
    reporter.say(text, event="planned", textures=total, stale=stale, failed=len(under_bar))
    return DONE
