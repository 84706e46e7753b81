"""The work items of a texture, which can be optimised beside each other: layers, and channels that stand alone.

Small layers of one array go together: sixteen of 32x32 in one call take a third of the processor time that they take
one after the other, and each gets the same bytes. Separate textures of one shape do not: another number of them is
another program, which takes 3 s of processor time to compile, and saves 0.03 s for each 32x32.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from traceback import clear_frames
from typing import TYPE_CHECKING

from bluenoise_assets.errors import BuildError
from bluenoise_assets.noise.objectives import method_of
from bluenoise_assets.noise.runtime import Progress
from bluenoise_assets.spec import TextureSpec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LAYERS = 0x6C617965
"""Tells layers' seeds from all other uses of the counter hash."""

BATCH_TEXELS = 1 << 14
"""Layers go together up to so many texels in all their channels."""


def load() -> None:
    """Load the optimiser with all it needs, so that the first work item begins at once."""
    from bluenoise_assets.noise import combined  # noqa: F401 - which needs all others


def _layers_together(spec: TextureSpec) -> int:
    """How many layers an item has: the last one may lack some, the others are equal, so that one program serves all."""
    layers = spec.layers or 1
    most = max(1, BATCH_TEXELS // (spec.texel_count * spec.masks)) if method_of(spec).batches else 1
    return -(-layers // -(-layers // most))


def _channels_apart(spec: TextureSpec) -> int:
    return spec.channels if method_of(spec).by_channel else 1


def work_item_count(spec: TextureSpec) -> int:
    """How many work items a texture has."""
    return -(-(spec.layers or 1) // _layers_together(spec)) * _channels_apart(spec)


def item_slices(spec: TextureSpec) -> int:
    """How many slices, masks of layers or of frames, a work item of a texture has at most."""
    return _layers_together(spec) * (spec.frames or 1) * spec.masks // _channels_apart(spec)


def _layer(spec: TextureSpec, layer: int) -> TextureSpec:
    """One layer as a texture of its own, with a seed of its own; the first has the array's."""
    from bluenoise_assets.noise.runtime.counter_hash import stream

    return replace(spec, layers=None, seed=spec.seed if layer == 0 else int(stream(spec.seed, LAYERS, layer)))


def optimize_work_item(
    spec: TextureSpec,
    item: int,
    progress: Progress = lambda _share, _figure: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> "npt.NDArray[np.int32]":
    """The ranks of one work item, int32 `[slice, *shape]`, of frames `[mask, frame, *shape]`.

    Each slice holds each of 0..N-1 once; of vectors they are places in the set of points (`quality.sample_spaces`).

    `progress` is called with the share that is done and the objective's figure in dB (`Method.figure`). Raises
    `Cancelled` soon after `cancelled()` turns true, `BuildError` if the device fails. `join` puts items together.
    """
    import jax

    from bluenoise_assets.noise.runtime import processes

    group, channel = divmod(item, _channels_apart(spec))
    layers, together = spec.layers or 1, _layers_together(spec)
    first = group * together
    # the last item is filled up with a layer it has: another size would be another program to compile
    specs = [_layer(spec, min(layer, layers - 1)) for layer in range(first, first + together)]
    try:
        with processes.doing(lambda: {"content": spec.content(), "key": spec.key(), "item": item}):
            ranks = method_of(spec).optimize(specs, channel, progress, cancelled)
    except BaseException as error:
        # arrays that lived on in a traceback would be freed while the interpreter ends, by when XLA has gone
        clear_frames(error.__traceback__)
        if isinstance(error, jax.errors.JaxRuntimeError):  # as a rule: out of memory
            raise BuildError(f"the optimiser failed: {error}") from error
        raise
    return ranks[: min(together, layers - first) * (len(ranks) // together)]


def join(spec: TextureSpec, items: "Sequence[npt.NDArray[np.int32]]") -> "npt.NDArray[np.int32]":
    """A texture's ranks `[mask, (slice,) *shape]` from those of its work items, in order."""
    import numpy as np

    ranks = np.concatenate(items)
    if spec.layers is None:
        return ranks
    return np.moveaxis(ranks.reshape(spec.layers, spec.masks, *spec.shape), 0, 1)
