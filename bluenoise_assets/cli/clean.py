"""`clean`: removes what was built, unless somebody changed it."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.clean import clean
from bluenoise_assets.cli.arguments import add_paths
from bluenoise_assets.cli.codes import DONE
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.planning import plans
from bluenoise_assets.cli.reporter import Reporter


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    parser.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    parser.add_argument("--orphans", action="store_true", help="only what no manifest defines any more")


def run(options: Namespace, reporter: Reporter) -> int:
    for plan in plans(options):
        removed, kept = clean(plan, orphans_only=options.orphans, dry_run=options.dry_run)
        verb = "would remove" if options.dry_run else "removed"
        for file in (str(plan.output / file) for file in removed):
            reporter.say(f"{verb} {near(file)}", event="removed", file=file)
        for file in (str(plan.output / file) for file in kept):
            reporter.say(f"kept {near(file)}: it was changed since it was built", event="kept", file=file)
    return DONE
