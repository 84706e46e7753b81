"""How far a whole build is: the shares of its textures, each with a weight by what it costs."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bluenoise_assets.builder.events import Begun, Listener
from bluenoise_assets.builder.plan import Plan
from bluenoise_assets.builder.shard import cost
from bluenoise_assets.noise import method_of
from bluenoise_assets.spec import TextureSpec

MEASURING = 0.3
"""Measuring and writing a texel takes about as long as optimising so much of one at effort `fast`."""

START = 100_000
"""What it costs to load, or to compile, the optimiser for a texture, in the same unit."""

WRITING = 10_000
"""What its files cost, however small it is; and all that a texture costs whose texels are there, or will be."""


@dataclass(frozen=True)
class Stages:
    """What a texture's stages cost, in the unit of `cost`."""

    optimising: float
    measuring: float

    @classmethod
    def of(cls, spec: TextureSpec) -> "Stages":
        work = cost(spec)
        return cls(work, WRITING + MEASURING * work / method_of(spec).work(spec))

    @property
    def total(self) -> float:
        return START + self.optimising + self.measuring

    def share(self, optimised: float, measured: float = 0.0) -> float:
        """The share of all that is done when so much of each is. Programs are compiled while the first ones run."""
        return ((START + self.optimising) * optimised + self.measuring * measured) / self.total


class Work:
    """Thread-safe. Tells `begun` when the first folder is at hand, and when another build changes what is to do.

    `update` has to come before `reach`.
    """

    def __init__(self, plans: Sequence[Plan], listener: Listener) -> None:
        self._listener = listener
        self._guard = threading.Lock()
        self._plans = {plan.output: plan for plan in plans}
        self._weights: dict[tuple[str, str], float] = {}
        self._shares: dict[tuple[str, str], float] = {}
        self._total = self._done = 0.0
        self._count = 0

    def update(self, plan: Plan) -> None:
        """Take a folder's plan in place of the one before."""
        self._plans[plan.output] = plan
        weights: dict[tuple[str, str], float] = {}
        names, keys = set(), set()
        for one in self._plans.values():
            for texture in one.to_do:
                names.add(texture.place)
                is_new = texture.image_is_stale and texture.spec.key() not in keys
                keys.add(texture.spec.key())
                weights[str(one.output), texture.spec.name] = Stages.of(texture.spec).total if is_new else WRITING
        with self._guard:
            self._weights = weights
            self._total = sum(weights.values())
            self._done = sum(weight * self._shares.get(name, 0.0) for name, weight in weights.items())
        if len(names) != self._count:
            self._count = len(names)
            self._listener(Begun(self._count))

    def reach(self, output: Path, texture: str, share: float) -> float:
        """Note how far a texture is; how far the whole is, 0 to 1."""
        with self._guard:
            name = str(output), texture
            before, self._shares[name] = self._shares.get(name, 0.0), share
            self._done += self._weights.get(name, 0.0) * (share - before)
            return round(min(1.0, self._done / self._total), 4)
