"""A share of the textures for one of several machines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bluenoise_assets.noise import method_of
from bluenoise_assets.spec import TextureSpec

_SHARD = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


@dataclass(frozen=True)
class Shard:
    """Share `index` of `count`; counted from 1."""

    index: int
    count: int

    @staticmethod
    def parse(text: str) -> "Shard":
        """`2/4`. Raises `ValueError` with a text for the user."""
        found = _SHARD.fullmatch(text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError(f"{text!r} is not a share like 2/4, from 1/4 to 4/4")
        return Shard(int(found[1]), int(found[2]))


def cost(spec: TextureSpec) -> int:
    """About how long a texture takes, in units of one texel at effort `fast`."""
    return spec.texel_count * spec.masks * (spec.array_length or 1) * method_of(spec).work(spec)


def share(specs: Sequence[TextureSpec], shard: Shard) -> list[bool]:
    """Which textures belong to a share: each to exactly one, and all shares about equally long.

    The longest first, each to the share with the least to do (Graham, 1969: at most 4/3 of the best division). It
    depends on the order and content of the textures alone, so that all machines agree.
    """
    loads = [0] * shard.count
    chosen = [False] * len(specs)
    costs = [cost(spec) for spec in specs]
    for index in sorted(range(len(specs)), key=lambda index: (-costs[index], index)):
        least = loads.index(min(loads))
        loads[least] += costs[index]
        chosen[index] = least == shard.index - 1
    return chosen
