"""The bars of `require`: what figures miss them, and how that is told."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluenoise_assets.errors import BuildError
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.requirement import FigureName, number

if TYPE_CHECKING:
    from bluenoise_assets.builder.events import Failed, Listener
    from bluenoise_assets.builder.plan import Place, Plan, TexturePlan
    from bluenoise_assets.builder.summary import Summary


def failures(spec: TextureSpec, quality: Sequence[Figures] | None) -> tuple[str, ...]:
    """A sentence for each figure that is beyond a bar, of each channel; none where figures are not known (None)."""
    if spec.require is None or quality is None:
        return ()
    found = []
    for figure, bar in spec.require.bars():
        for channel, figures in enumerate(quality, 1):
            value = _value(figures, figure)
            what = f"{figure} of channel {channel}" if len(quality) > 1 else str(figure)
            if value is None:
                found.append(f"{what} is not measured, and require says {bar}")
            elif (side := bar.miss(value)) is not None:
                found.append(f"{what} is {number(value)}, and require says {side}")
    return tuple(found)


def _value(figures: Figures, figure: FigureName) -> float | None:
    value: Any = getattr(figures, figure.figure)
    found: float | None = value if figure.name is None else value.get(figure.name)
    return found


class UnderBarError(BuildError):
    """A texture was made, and its figures miss a bar: it must not be written."""

    def __init__(self, sentences: Sequence[str], quality: Sequence[Figures]) -> None:
        super().__init__("; ".join(sentences))
        self.quality = tuple(quality)


def check_bars(spec: TextureSpec, quality: Sequence[Figures]) -> None:
    """Raise `UnderBarError` if figures miss a bar."""
    missed = failures(spec, quality)
    if missed:
        raise UnderBarError(missed, quality)


def failed(texture: "TexturePlan", output: Path, error: UnderBarError, whole: float | None = None) -> "Failed":
    """What is told of a texture that is under a bar, with the place where that is required."""
    from bluenoise_assets.builder.events import Failed  # what a build with nothing to do shall not pay for

    problem = texture.manifest.requirement_problem(texture.spec.name, str(error))
    place = problem.file, problem.line, problem.column
    return Failed(problem.where, str(output), problem.text, whole, error.quality, *place)


def known(plan: "Plan") -> Iterator[tuple["TexturePlan", UnderBarError]]:
    """The textures of a plan whose figures are known and miss a bar."""
    for texture in plan.textures:
        if texture.failures:
            yield texture, UnderBarError(texture.failures, texture.quality or ())


def all_known(plans: "Sequence[Plan]") -> "list[Failed]":
    """What a build of several folders would tell of such, each texture once."""
    found: dict[Place, Failed] = {}
    for plan in plans:
        for texture, error in known(plan):
            found.setdefault(texture.place, failed(texture, plan.output, error))
    return list(found.values())


class UnderBar:
    """The textures of a run that are under a bar: told once each, in however many folders they have files."""

    def __init__(self, summary: "Summary", listener: "Listener") -> None:
        self._summary, self._listener = summary, listener
        self._found: set[Place] = set()

    def __contains__(self, texture: "TexturePlan") -> bool:
        return texture.place in self._found

    def add(self, texture: "TexturePlan", output: Path, error: UnderBarError, whole: float | None = None) -> None:
        """Take note of one, and tell it, if it is not known yet."""
        self._summary.count(*texture.place, "failed")
        if texture not in self:
            self._found.add(texture.place)
            self._listener(failed(texture, output, error, whole))

    def add_known(self, plan: "Plan") -> None:
        """Those of a plan whose figures are known: nothing will be written of them."""
        for texture, error in known(plan):
            self.add(texture, plan.output, error)
