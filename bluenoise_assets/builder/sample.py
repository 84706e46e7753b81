"""A random sample of the textures that are fresh, the same on every machine for one seed."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bluenoise_assets.builder.plan import Place, Plan, Selection

_SIZE = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,7})?) ?(%?)")


@dataclass(frozen=True)
class Sample:
    """How many textures: a number of them, or a share of all."""

    number: Fraction
    is_share: bool

    @staticmethod
    def parse(text: str) -> "Sample":
        """`5%`, `0.5%`, `20`. Raises `ValueError` with a text for the user."""
        found = _SIZE.fullmatch(text)
        number = Fraction(found[1]) if found else Fraction(0)
        is_share = bool(found and found[2])
        if not number or (number > 100 if is_share else number.denominator > 1):
            raise ValueError(f"{text!r} is not a share like 5%, nor a number of textures like 20")
        return Sample(number / 100 if is_share else number, is_share)

    def count(self, total: int) -> int:
        """How many of so many: at least one, if there is one."""
        wanted = -(-total * self.number // 1) if self.is_share else self.number
        return min(total, int(wanted))


DEFAULT_SAMPLE = Sample(Fraction(1, 20), is_share=True)


def draw(plans: Sequence[Plan], sample: Sample, seed: int) -> tuple[Selection, int]:
    """A sample of the fresh textures, and how many there are.

    Each texture draws a lot by its content and its name: a seed chooses the same in every clone, and adding textures
    replaces few.
    """
    textures = [texture for plan in plans for texture in plan.textures]
    stale = {texture.place for texture in textures if texture.is_stale or texture.failures}
    lots: dict[Place, bytes] = {}
    for texture in textures:
        if texture.place not in stale and texture.place not in lots:
            text = f"{seed}/{texture.spec.key()}/{texture.spec.name}"
            lots[texture.place] = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    drawn = sorted(lots, key=lambda place: lots[place])
    return frozenset(drawn[: sample.count(len(lots))]), len(lots)
