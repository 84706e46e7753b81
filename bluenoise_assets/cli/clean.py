"""`clean`: removes what was built, unless somebody changed it."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.clean import clean
from bluenoise_assets.cli.arguments import add_only, add_paths
from bluenoise_assets.cli.codes import DONE, FAILED
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.planning import plans
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import UsageError


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    parser.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    parser.add_argument("--orphans", action="store_true", help="only what no manifest defines any more")
    add_only(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    if options.orphans and options.only:
        raise UsageError("--only names textures of manifests, and --orphans are of none: give one of them")
    code = DONE
    for plan in plans(options):
        if plan.lock_problem is not None:
            reporter.problem(plan.lock_problem)
            code = DONE if plan.lock else FAILED  # nobody knows any more what was built
        removed, kept = clean(plan, orphans_only=options.orphans, dry_run=options.dry_run)
        verb = "would remove" if options.dry_run else "removed"
        for file in (str(plan.output / file) for file in removed):
            reporter.say(f"{verb} {near(file)}", event="removed", file=file)
        for file in (str(plan.output / file) for file in kept):
            reporter.say(f"kept {near(file)}: it was changed since it was built", event="kept", file=file)
    return code
