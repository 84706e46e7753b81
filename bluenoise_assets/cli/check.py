"""`check`: builds nothing, and says what is stale, missing or changed by hand."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.checksums import SUMS_NAME, sums_problem
from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.cli import github
from bluenoise_assets.cli.arguments import add_only, add_paths, add_shard, path
from bluenoise_assets.cli.codes import DONE, STALE
from bluenoise_assets.cli.planning import plans, say_orphans
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import Problem


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_only(parser)
    hint = "write a JUnit report, which CI systems show: each texture is a test"
    parser.add_argument("--junit", type=path, metavar="FILE", help=hint)
    add_shard(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    stale: list[tuple[str, str, str]] = []
    total = count = 0
    found = plans(options)
    for plan in found:
        total += len(plan.textures)
        count += len(plan.stale)
        for texture in plan.stale:
            for file in texture.files:
                if file.reasons:
                    stale.append((texture.spec.name, file.file, "; ".join(file.reasons)))
                for reason in file.reasons:
                    data = {"event": "stale", "texture": texture.spec.name, "file": str(plan.output / file.file)}
                    if reporter.as_json:
                        reporter.say(**data, reason=reason)
                    else:
                        reporter.problem(texture.manifest.problem(texture.spec.name, f"{file.file}: {reason}"))
        wrong = sums_problem(plan.output, plan.lock)
        if wrong is not None:
            hint = "`bluenoise-assets build --sha256sums` writes it"
            reporter.problem(Problem(str(plan.output / SUMS_NAME), 1, 1, "check", wrong, hint))
            stale.append(("", SUMS_NAME, wrong))
        if plan.lock_problem is not None:
            reporter.problem(plan.lock_problem)
            stale.append(("", LOCK_NAME, plan.lock_problem.text))
        say_orphans(plan, reporter)
    if options.junit is not None:
        from bluenoise_assets.cli import junit

        junit.write(options.junit, found)
    text = f"{count} of {total} textures are stale; `bluenoise-assets build` makes them" if stale else "all fresh"
    reporter.say(text, event="checked", textures=total, stale=count)
    if github.is_github():
        github.append_summary(github.check_summary(stale, total))
    return STALE if stale else DONE
