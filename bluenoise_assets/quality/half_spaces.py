"""What frames of vectors are worth: the errors of `temporal`, of patterns that a half-space makes, {x : x.d < o}.

As thresholds do scalars, half-spaces tell vectors apart: by Cauchy and Crofton the share of all those that part two
points is proportional to their distance. Of `HALF_SPACES` of them the directions d are normal random numbers,
normalised. Offsets o are uniform over the projection of the sample space on d: of the unit cube, or of a solid
hemisphere's shell; on the circle and the sphere o = 0, great circles, which measure the distance by arc. Caps are
{x : x.d < o} with o uniform in (-1, 1): small and large ones, which great circles do not see. Of white noise H1, ST
and EMA are .1031, .0240 and .0849 (vec2), .1012, .0235 and .0833 (cosine hemisphere), .1410, .0328 and .1162 (sphere).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluenoise_assets.quality.temporal import Patterns, Ranks, accumulated_rms, batches, single_rms
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS, SampleSpace

HALF_SPACES = 256
FEW_HALF_SPACES = 64
"""So many, the first of all, tell a build what its vectors are worth: within some percent, alike for every texture."""

SEED = 7
SINGLE_FRAMES = 4

Vectors = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HalfSpaces:
    """The half-spaces x.d < o: directions float64 `[half-space, component]`, unit vectors, and offsets."""

    directions: Vectors
    offsets: npt.NDArray[np.float64]

    def first(self, count: int) -> "HalfSpaces":
        return HalfSpaces(self.directions[:count], self.offsets[:count])


def projection(space: SampleSpace, directions: Vectors) -> tuple[Vectors, Vectors]:
    """The least and the largest x.d over a sample space for each direction; (0, 0) on the circle and the sphere."""
    match space:
        case "circle" | "sphere":
            return np.zeros(len(directions)), np.zeros(len(directions))
        case "hemisphere" | "cosine_hemisphere":
            rim, up = np.hypot(directions[:, 0], directions[:, 1]), directions[:, 2] > 0
            return np.where(up, -rim, -1.0), np.where(up, 1.0, rim)
    return np.minimum(directions, 0).sum(axis=1), np.maximum(directions, 0).sum(axis=1)


def half_spaces(space: SampleSpace) -> HalfSpaces:
    """The `HALF_SPACES` by which vectors of a sample space are measured."""
    directions, uniform = _random(COMPONENTS[space])
    low, high = projection(space, directions)
    return HalfSpaces(directions, low + uniform * (high - low))


def caps(space: SampleSpace) -> HalfSpaces:
    """As many caps, for spaces of directions in three dimensions."""
    directions, uniform = _random(COMPONENTS[space])
    return HalfSpaces(directions, 2 * uniform - 1)


def _random(components: int) -> tuple[Vectors, npt.NDArray[np.float64]]:
    generator = np.random.default_rng(SEED)
    directions = generator.normal(size=(HALF_SPACES, components))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True), generator.random(HALF_SPACES)


def half_space_patterns(points: Vectors, indices: Ranks, chosen: HalfSpaces) -> Iterator[Patterns]:
    """The patterns of frames, int32 `[frame, height, width]`, whose texels are points of a list, in batches."""
    for rows in batches(len(chosen.offsets), indices[0].size):
        inside = chosen.directions[rows] @ points.T < chosen.offsets[rows, None]
        yield lambda frame, inside=inside: np.take(inside, indices[frame], axis=1)  # type: ignore[misc]


def half_space_rms(points: Vectors, indices: Ranks, chosen: HalfSpaces) -> dict[str, float]:
    """`temporal.KEYS` of looping frames, under these half-spaces; of a single frame its `H1` alone."""
    frames, *shape = indices.shape
    single = half_space_patterns(points, indices, chosen)
    found = {"H1": single_rms(single, min(frames, SINGLE_FRAMES), tuple(shape))}
    if frames == 1:
        return found
    return found | accumulated_rms(half_space_patterns(points, indices, chosen), frames, tuple(shape))


def vector_rms(points: Vectors, indices: Ranks, space: SampleSpace, count: int = HALF_SPACES) -> dict[str, float]:
    """`temporal.KEYS` of looping frames of vectors, of a single frame its `H1`; `caps` is H1 under caps.

    `points` is float64 `[point, component]`, `indices` int32 `[frame, height, width]`, texels' places among them.
    `count` of the half-spaces are taken. Only directions in three dimensions have caps.
    """
    found = half_space_rms(points, indices, half_spaces(space).first(count))
    if space not in DIRECTIONS or space == "circle":
        return found
    single = half_space_patterns(points, indices, caps(space).first(count))
    frames, *shape = indices.shape
    return found | {"caps": single_rms(single, min(frames, SINGLE_FRAMES), tuple(shape))}
