"""The bars of `require`: what figures miss them, and how that is told."""

from collections.abc import Sequence

from bluenoise_assets.errors import BuildError
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.requirement import FigureName, number


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
    value = getattr(figures, figure.figure)
    return value if figure.name is None else value.get(figure.name)


class UnderBarError(BuildError):
    """A texture was made, and its figures miss a bar: it must not be written."""

    def __init__(self, sentences: Sequence[str], quality: Sequence[Figures]) -> None:
        super().__init__("; ".join(sentences))
        self.quality = tuple(quality)


def check(spec: TextureSpec, quality: Sequence[Figures]) -> None:
    """Raise `UnderBarError` if figures miss a bar."""
    missed = failures(spec, quality)
    if missed:
        raise UnderBarError(missed, quality)
