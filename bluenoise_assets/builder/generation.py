"""One texture as an array, without a manifest or a file."""

from collections.abc import Callable

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
    figure in dB (`noise.Method.figure`); when `cancelled()` turns true, `Cancelled` is raised within a moment.
    `BuildError` if the memory does not suffice.
    """
    from bluenoise_assets import noise

    check_memory(spec)
    count = noise.work_item_count(spec)

    def told(item: int) -> Callable[[float, float | None], None]:
        return lambda share, figure: progress((item + share) / count, figure)

    return noise.join(spec, [noise.optimize_work_item(spec, item, told(item), cancelled) for item in range(count)])


def generate(spec: TextureSpec) -> Texels:
    """The stored texels of a texture, `[height, width]` or `[height, width, channel]`.

    uint8 or uint16, or with `encoding="float"` float16 or float32. A volume is `[depth, height, width(, channel)]`,
    an array `[layer, height, width(, channel)]`. These are the texels that a build of the same spec writes.
    """
    return texels_of_ranks(generate_ranks(spec), spec)
