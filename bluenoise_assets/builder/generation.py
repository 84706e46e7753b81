"""One texture as an array, without a manifest or a file."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bluenoise_assets.builder.memory import check_memory
from bluenoise_assets.quality.quantization import Texels, texels_of_ranks
from bluenoise_assets.spec import TextureSpec


def generate_ranks(
    spec: TextureSpec,
    progress: Callable[[float, float | None], None] = lambda _share, _figure: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks of a texture, int32 `[channel, *shape]`: in each channel each of 0..N-1 once.

    With layers `[channel, layer, *shape]`. `progress` is called with the share that is done and the objective's
    figure in dB (see `noise.optimize_part`); when `cancelled()` turns true, `Cancelled` is raised within a moment.
    `BuildError` if the memory does not suffice.
    """
    from bluenoise_assets.noise import optimize_part, part_count

    check_memory(spec)
    parts = part_count(spec)

    def told(part: int) -> Callable[[float, float | None], None]:
        return lambda share, figure: progress((part + share) / parts, figure)

    return joined(spec, [optimize_part(spec, part, told(part), cancelled) for part in range(parts)])


def joined(spec: TextureSpec, parts: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """A texture's ranks `[channel, (layer,) *shape]` from those of its parts, `[channel, *shape]` each, in order."""
    ranks = np.concatenate(parts)
    if spec.layers is None:
        return ranks
    return np.moveaxis(ranks.reshape(spec.layers, spec.channels, *spec.shape), 0, 1)


def generate(spec: TextureSpec) -> Texels:
    """The stored texels of a texture, `[height, width]` or `[height, width, channel]`.

    uint8 or uint16, or with `encoding="float"` float16 or float32. A volume is `[depth, height, width(, channel)]`,
    an array `[layer, height, width(, channel)]`. These are the texels that a build of the same spec writes.
    """
    return texels_of_ranks(generate_ranks(spec), spec)
