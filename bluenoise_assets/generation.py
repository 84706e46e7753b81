"""One texture as an array, without a manifest or a file."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.values import Texels, texels_of_ranks


def generate_ranks(
    spec: TextureSpec,
    progress: Callable[[float, float | None], None] = lambda _share, _low: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.int32]:
    """The ranks of a texture, int32 `[channel, height, width]`: in each channel each of 0..N-1 once.

    `progress` is called with the share that is done and the power below the cut-off in dB; when `cancelled()` turns
    true, `Cancelled` is raised within a moment.
    """
    from bluenoise_assets.noise import optimize_channel

    def told(channel: int) -> Callable[[float, float | None], None]:
        return lambda share, low: progress((channel + share) / spec.channels, low)

    return np.stack([optimize_channel(spec, channel, told(channel), cancelled) for channel in range(spec.channels)])


def generate(spec: TextureSpec) -> Texels:
    """The stored texels of a texture, uint8 or uint16, `[height, width]` or `[height, width, channel]`.

    These are the texels that a build of the same spec writes.
    """
    return texels_of_ranks(generate_ranks(spec), spec.distribution, spec.bits)
