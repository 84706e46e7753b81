"""`check --rebuild`: a sample of the fresh textures made again, and what of them is not what the lock says."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bluenoise_assets.builder.plan import Place, Plan
from bluenoise_assets.cli.arguments import MayHaveValue, add_jobs, seed
from bluenoise_assets.cli.planning import counted
from bluenoise_assets.cli.reporter import Reporter
from bluenoise_assets.errors import Problem, UsageError

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Event
    from bluenoise_assets.builder.rebuild import Difference
    from bluenoise_assets.builder.sample import Sample

SHOWN = 16
"""Digits of a hash: as many as tell two apart; `--json` has all."""


@dataclass
class Rebuilding:
    """What was found: of how many textures, and what is wrong with which."""

    asked: bool = False
    seed: int = 0
    count: int = 0
    fresh: int = 0
    different: dict[Place, Problem] = field(default_factory=dict)
    uncertain: dict[Place, Problem] = field(default_factory=dict)
    failed: dict[Place, Problem] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[Place, Problem]:
        """A problem for each texture that the lock does not tell the truth about, or that cannot be made."""
        return self.different | self.failed

    @property
    def sentence(self) -> str:
        """For people; empty if nothing was asked."""
        if not self.asked:
            return ""
        if not self.count:
            return "no fresh texture to make again"
        parts = (
            (self.count - len(self.wrong | self.uncertain), "the same"),
            (len(self.different), "different"),
            (len(self.uncertain), "not comparable"),
            (len(self.failed), "failed"),
        )
        found = ", ".join(f"{number} {word}" for number, word in parts if number)
        return f"made again {self.count} of {_textures(self.fresh)} (--seed {self.seed}): {found}"

    def as_json(self) -> dict[str, Any]:
        """Fields for `checked`; none if nothing was asked."""
        if not self.asked:
            return {}
        counts = {"different": self.different, "uncertain": self.uncertain, "not_made": self.failed}
        return {"rebuilt": self.count, **{name: len(found) for name, found in counts.items()}, "seed": self.seed}


def arguments(parser: ArgumentParser) -> None:
    hint = (
        "make a random sample of the fresh textures again on this machine, without any cache, and compare: a share as "
        "5%%, which is the default, or a number of textures; at least one"
    )
    parser.add_argument("--rebuild", action=MayHaveValue, const=None, read=_sample, metavar="SHARE", help=hint)
    hint = "of --rebuild: choose the sample that was chosen by this number, which it prints"
    parser.add_argument("--seed", type=seed, metavar="N", help=hint)
    add_jobs(parser)


def check_options(options: Namespace) -> None:
    """Raise `UsageError` for options that say nothing without --rebuild."""
    if hasattr(options, "rebuild"):
        return
    for name in ("seed", "jobs"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name} says how --rebuild makes textures, and without that none is made")


def rebuild(options: Namespace, plans: Sequence[Plan], reporter: Reporter) -> Rebuilding:
    """Do it, if it is asked for, and tell what is wrong as soon as it is known."""
    result = Rebuilding(asked=hasattr(options, "rebuild"))
    if not result.asked:
        return result
    from bluenoise_assets.builder.sample import DEFAULT_SAMPLE, draw

    result.seed = int.from_bytes(os.urandom(4)) if options.seed is None else options.seed
    chosen, result.fresh = draw(plans, options.rebuild or DEFAULT_SAMPLE, result.seed)
    result.count = len(chosen)
    if not chosen:
        return result
    from bluenoise_assets.builder.events import Failed, Warned
    from bluenoise_assets.builder.rebuild import rebuild as make_again

    text = f"making {len(chosen)} of {_textures(result.fresh)} again (--seed {result.seed})"
    reporter.say(text, event="rebuilding", textures=len(chosen), fresh=result.fresh, seed=result.seed)

    textures = {(str(plan.output), texture.spec.name): texture for plan in plans for texture in plan.textures}

    def listen(event: "Event") -> None:
        if isinstance(event, Failed):
            texture = textures[event.output, event.texture]
            result.failed[texture.place] = event.problem or texture.manifest.problem(event.texture, event.text)
        reporter.event(event)

    def found(difference: "Difference") -> None:
        place, problem = difference.texture.place, _problem(difference)
        if place in result.different or place in result.uncertain:
            return  # it is told already, of another folder
        if difference.is_exact:
            result.different[place] = problem
            reporter.problem(problem)
        else:
            result.uncertain[place] = problem
            why = "its objective is in floating point, which differs between kinds of processors: this proves nothing"
            reporter.event(Warned(f"{problem.file}:{problem.line}: {problem.where}: {problem.text}; {why}"))

    make_again(plans, chosen, jobs=options.jobs, listener=listen, found=found)
    return result


def _problem(difference: "Difference") -> Problem:
    texture, files = difference.texture, counted(difference.files)
    here, locked = difference.texels[:SHOWN], (difference.locked or "")[:SHOWN]
    if here == locked:
        text = f"{files}: made again here, this does not hold the texels {here} that the lock names"
    else:
        text = f"{files}: made again here, its texels are {here}, and the lock says {locked or 'nothing'}"
    name = texture.spec.name
    anew = f"`bluenoise-assets build --force --only {name}` makes both anew"
    hint = f"its cache entry was wrong, or other code made it: {anew}"
    return texture.manifest.problem(name, text, hint)


def _sample(text: str) -> "Sample":
    from bluenoise_assets.builder.sample import Sample

    return Sample.parse(text)


def _textures(count: int) -> str:
    return f"{count} fresh {'texture' if count == 1 else 'textures'}"
