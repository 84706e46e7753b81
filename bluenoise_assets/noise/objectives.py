"""The registry of objectives: how each is optimised, and what that takes.

A new objective is a class in `spec`, a row here with the module that optimises it, and a section of the manual; a
test fails if a class of `spec` has no row. Nothing outside this file asks which objective a texture has in order to
optimise it. Imports no jax: whoever shares out work or memory asks here, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bluenoise_assets.noise.runtime import Progress
from bluenoise_assets.spec import Choice, Spectrum, Sum, TextureSpec, Threshold

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EFFORT = {"fast": 1, "good": 3, "best": 40}
_FRAMES_EFFORT = {"fast": 2, "good": 8, "best": 40}
_COMPONENTS_EFFORT = {"fast": 3, "good": 11, "best": 50}
"""Of vectors with two components."""
_STEPS = 60
"""Steps of the spectrum objective that take as long as a texel's `fast`."""


@dataclass(frozen=True)
class Method:
    """How textures of one objective are optimised.

    `optimize(specs, channel, progress, cancelled)` returns ranks, int32 `[slice, *shape]`, each of 0..N-1 once in a
    slice: the slices of all `specs` (they differ in their seeds alone; one if not `batches`), each with all its
    channels, or with the one that is named if each channel is a work item of its own (`by_channel`). It raises
    `Cancelled` soon after `cancelled()` turns true.
    """

    optimize: "Callable[[Sequence[TextureSpec], int, Progress, Callable[[], bool]], npt.NDArray[np.int32]]"
    work: Callable[[TextureSpec], int]
    """How long a texel of one channel takes, in units of the threshold objective's at effort `fast`."""
    bytes_per_texel: Callable[[TextureSpec], int]
    """Peak of optimising, measuring and writing one mask."""
    figure: Literal["error_db", "low_frequency_db"]
    """What the second number is that `progress` gets."""
    by_channel: bool = False
    batches: bool = False
    is_exact: bool = True
    """Whether all processors give the same ranks: integers do, floating point does not."""


def _threshold(
    specs: Sequence[TextureSpec], _channel: int, progress: Progress, cancelled: Callable[[], bool]
) -> "npt.NDArray[np.int32]":
    from bluenoise_assets.noise.threshold.optimize import optimize_threshold

    return optimize_threshold(specs, progress, cancelled).reshape(-1, *specs[0].shape)


def _frames(
    specs: Sequence[TextureSpec], _channel: int, progress: Progress, cancelled: Callable[[], bool]
) -> "npt.NDArray[np.int32]":
    from bluenoise_assets.noise.frames.optimize import optimize_frames

    return optimize_frames(specs[0], progress, cancelled)


def _vectors(
    specs: Sequence[TextureSpec], _channel: int, progress: Progress, cancelled: Callable[[], bool]
) -> "npt.NDArray[np.int32]":
    from bluenoise_assets.noise.vectors.optimize import optimize_vectors

    points = optimize_vectors(specs[0], progress, cancelled)
    return points[None] if specs[0].frames else points


def _spectrum(
    specs: Sequence[TextureSpec], channel: int, progress: Progress, cancelled: Callable[[], bool]
) -> "npt.NDArray[np.int32]":
    from bluenoise_assets.noise.spectrum.optimize import optimize_spectrum

    return optimize_spectrum(specs[0], channel, progress, cancelled)[None]


def _combined(
    specs: Sequence[TextureSpec], _channel: int, progress: Progress, cancelled: Callable[[], bool]
) -> "npt.NDArray[np.int32]":
    from bluenoise_assets.noise.combined import optimize_combined

    return optimize_combined(specs[0], progress, cancelled)


def _threshold_work(spec: TextureSpec) -> int:
    return _EFFORT[spec.effort or "good"]


def _frames_work(spec: TextureSpec) -> int:
    return _FRAMES_EFFORT[spec.effort or "good"]


def _vectors_work(spec: TextureSpec) -> int:
    return _COMPONENTS_EFFORT[spec.effort or "good"] * spec.channels // 2


def _spectrum_work(spec: TextureSpec) -> int:
    return max(1, (spec.optimizer.steps if spec.optimizer else 0) // _STEPS)


METHODS: dict[type[Choice], Method] = {
    Threshold: Method(
        _threshold, _threshold_work, lambda _: 110, "error_db", batches=True
    ),  # measured: 77, at 4096x4096
    Spectrum: Method(
        _spectrum, _spectrum_work, lambda _: 200, "low_frequency_db", by_channel=True, is_exact=False
    ),  # 155, at 2048x2048
    Sum: Method(_combined, lambda spec: 10 * _threshold_work(spec), lambda _: 110, "error_db", is_exact=False),
}

FRAMES = Method(_frames, _frames_work, lambda _: 140, "error_db")  # measured: 91 to 130, at 256x256x32 and x64
VECTORS = Method(_vectors, _vectors_work, lambda spec: 45 * spec.channels, "error_db")  # 82, 120, 160 for 2, 3, 4
"""How the threshold objective is minimised over frames, and where texels are vectors."""


def method_of(spec: TextureSpec) -> Method:
    """How a texture is optimised."""
    if spec.is_vector:
        return VECTORS
    if spec.frames is not None:
        return FRAMES
    return METHODS[type(spec.objective)]
