"""`plan`: shows what `build` would do, and why."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.cli.arguments import add_paths, add_shard
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.planning import plans, say_orphans, why_stale
from bluenoise_assets.cli.reporter import Reporter


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_shard(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    total = stale = 0
    for plan in plans(options):
        total += len(plan.textures)
        stale += len(plan.stale)
        for texture in plan.stale:
            name = texture.spec.name
            if not reporter.as_json:
                at = texture.manifest.problem(name, why_stale(texture))
                reporter.say(f"{at.file}:{at.line}:{at.column}: {at.where}: {at.text}")
                continue
            for file in texture.files:
                if file.reasons:
                    path = str(plan.output / file.file)
                    reporter.say(event="stale", texture=name, file=path, reasons=file.reasons)
        say_orphans(plan, reporter)
    text = f"{stale} of {total} textures to build" if stale else f"nothing to do: {total} textures, all fresh"
    reporter.say(text, event="planned", textures=total, stale=stale)
    return DONE
