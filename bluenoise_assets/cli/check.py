"""`check`: builds nothing, and says what is stale, missing or changed by hand."""

from argparse import ArgumentParser, Namespace

from bluenoise_assets.builder.checksums import SUMS_NAME, sums_problem
from bluenoise_assets.cli import github
from bluenoise_assets.cli.arguments import add_paths, add_shard
from bluenoise_assets.cli.codes import DONE, STALE
from bluenoise_assets.cli.planning import plans, say_orphans, why_stale
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import Problem


def arguments(parser: ArgumentParser) -> None:
    add_paths(parser)
    add_shard(parser)


def run(options: Namespace, reporter: Reporter) -> int:
    stale: list[tuple[str, str, str]] = []
    total = count = 0
    for plan in plans(options):
        total += len(plan.textures)
        count += len(plan.stale)
        for texture in plan.stale:
            name = texture.spec.name
            problem = texture.manifest.problem(name, why_stale(texture))
            stale.append((name, f"{problem.file}:{problem.line}", problem.text))
            if not reporter.as_json:
                reporter.problem(problem)
                continue
            for file in texture.files:
                for reason in file.reasons:
                    path = str(plan.output / file.file)
                    reporter.say(event="stale", texture=name, file=path, reason=reason)
        wrong = sums_problem(plan.output, plan.lock)
        if wrong is not None:
            hint = "`bluenoise-assets build --sha256sums` writes it"
            reporter.problem(Problem(str(plan.output / SUMS_NAME), 1, 1, "check", wrong, hint))
            stale.append(("", SUMS_NAME, wrong))
        say_orphans(plan, reporter)
    text = f"{count} of {total} textures are stale; `bluenoise-assets build` makes them" if stale else "all fresh"
    reporter.say(text, event="checked", textures=total, stale=count)
    if github.is_github():
        github.append_summary(github.check_summary(stale, total))
    return STALE if stale else DONE
