"""How far a whole build is: the shares of its textures, each with a weight by what it costs."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from bluenoise_assets.builder.events import Begun, Listener
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.builder.shard import cost
from bluenoise_assets.noise import method_of
from bluenoise_assets.spec import TextureSpec

MEASURING = 0.3
"""Measuring and writing a texel takes about as long as optimising so much of one at effort `fast`."""

START = 100_000
"""What it costs to load, or to compile, the optimiser for a texture, in the same unit."""

SETTINGS = 100
"""What a texture counts whose texels are there already."""


@dataclass(frozen=True)
class Stages:
    """What a texture's stages cost, in the unit of `cost`."""

    optimising: float
    measuring: float

    @classmethod
    def of(cls, spec: TextureSpec) -> "Stages":
        work = cost(spec)
        return cls(work, MEASURING * work / method_of(spec).work(spec))

    @property
    def total(self) -> float:
        return START + self.optimising + self.measuring

    def share(self, optimised: float, measured: float = 0.0) -> float:
        """The share of all that is done when so much of each is."""
        return (START + self.optimising * optimised + self.measuring * measured) / self.total


class Work:
    """Thread-safe. Tells `begun` when it is known what there is to do, and when another build has changed that."""

    def __init__(self, plans: Sequence[Plan], listener: Listener) -> None:
        self._listener = listener
        self._guard = threading.Lock()
        self._counts: dict[str, int] = {}
        self._weights: dict[tuple[str, str], float] = {}
        self._shares: dict[tuple[str, str], float] = {}
        for plan in plans:
            self._take(plan)
        self._tell()

    def update(self, plan: Plan) -> None:
        """Take a folder's plan in place of the one before."""
        output = str(plan.output)
        before = self._counts[output]
        with self._guard:
            self._weights = {name: weight for name, weight in self._weights.items() if name[0] != output}
            self._take(plan)
        if self._counts[output] != before:
            self._tell()

    def reach(self, output: str, texture: str, share: float) -> float:
        """Note how far a texture is; how far the whole is, 0 to 1."""
        with self._guard:
            self._shares[output, texture] = share
            done = sum(weight * self._shares.get(name, 0.0) for name, weight in self._weights.items())
            return round(min(1.0, done / sum(self._weights.values())), 4)

    def _take(self, plan: Plan) -> None:
        output = str(plan.output)
        self._counts[output] = len(plan.stale)
        for texture in plan.stale:
            weight = Stages.of(texture.spec).total if texture.image_is_stale else SETTINGS
            self._weights[output, texture.spec.name] = weight

    def _tell(self) -> None:
        self._listener(Begun(sum(self._counts.values())))
