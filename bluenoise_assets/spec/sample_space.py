"""Sample spaces: what a texel holds."""

from typing import Literal

SampleSpace = Literal["scalar", "vec2", "vec3", "vec4", "circle", "sphere", "hemisphere", "cosine_hemisphere"]

COMPONENTS: dict[SampleSpace, int] = {
    "scalar": 1,
    "vec2": 2,
    "vec3": 3,
    "vec4": 4,
    "circle": 2,
    "sphere": 3,
    "hemisphere": 3,
    "cosine_hemisphere": 3,
}
"""How many channels a sample takes."""

DIRECTIONS = frozenset[SampleSpace]({"circle", "sphere", "hemisphere", "cosine_hemisphere"})
"""The spaces of unit vectors, whose components are -1 to 1; those of all others are 0 to 1."""
