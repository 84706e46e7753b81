"""`check`: says what is stale, missing, changed by hand or under its bar. What --rebuild makes is only compared."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.checksums import SUMS_NAME, sums_problem
from bluenoise_assets.builder.gates import all_known
from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.cli import github, rebuilding
from bluenoise_assets.cli.arguments import add_only, add_paths, add_shard, path
from bluenoise_assets.cli.codes import DONE, FAILED, STALE
from bluenoise_assets.cli.planning import distinct, plans, say_orphans, sum_of, why_stale
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import Problem


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)
    hint = "write a JUnit report, which CI systems show: each texture is a test"
    parser.add_argument("--junit", type=path, metavar="FILE", help=hint)
    add_shard(parser)
    rebuilding.arguments(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    rebuilding.check_options(options)
    options.paths = [*getattr(options, "more_paths", []), *options.paths]
    stale: list[tuple[str, str, str]] = []
    planned = plans(options)
    for plan in planned if reporter.as_json else ():
        for texture in plan.stale:
            for file in texture.files:
                for reason in file.reasons:
                    path = str(plan.output / file.file)
                    reporter.say(event="stale", texture=texture.spec.name, file=path, reason=reason)
    total = len(distinct(texture for plan in planned for texture in plan.textures))
    problems = [why_stale(found) for found in distinct(texture for plan in planned for texture in plan.stale).values()]
    for problem in problems:
        stale.append((problem.where, f"{problem.file}:{problem.line}", problem.text))
        if not reporter.as_json:
            reporter.problem(problem)
    under_bar = all_known(planned)
    for event in under_bar:
        reporter.event(event)
    for plan in planned:
        wrong = sums_problem(plan.output, plan.lock)
        if wrong is not None:
            hint = "`bluenoise-assets build --sha256sums` writes it"
            reporter.problem(Problem(str(plan.output / SUMS_NAME), 1, 1, "check", wrong, hint))
            stale.append(("", SUMS_NAME, wrong))
        if plan.lock_problem is not None:
            reporter.problem(plan.lock_problem)
            stale.append(("", LOCK_NAME, plan.lock_problem.text))
        say_orphans(plan, reporter)
    rebuilt = rebuilding.rebuild(options, planned, reporter)
    if options.junit is not None:
        from bluenoise_assets.cli import junit

        junit.write(options.junit, planned, rebuilt.wrong)
    count = len(problems)
    text = f"{count} of {total} textures are stale; `bluenoise-assets build` makes them" if stale else ""
    text = "; ".join(filter(None, (sum_of(text, len(under_bar), total, "all fresh"), rebuilt.sentence)))
    reporter.say(text, event="checked", textures=total, stale=count, failed=len(under_bar), **rebuilt.as_json())
    if github.is_github():
        github.append_summary(
            github.check_summary(stale, total, under_bar, list(rebuilt.wrong.values()), rebuilt.sentence)
        )
    return FAILED if under_bar or rebuilt.wrong else STALE if stale else DONE
