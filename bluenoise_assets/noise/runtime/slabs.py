"""One texture on several devices: each has a slab, some rows of the first axis of space, and its neighbours' edges.

A function of a state that is spread out so (`put`) is compiled for all devices at once (`compiled.call`), and then sees
its own slab alone: what lies beyond it comes from `halo`, where the slab begins is `first_row`, and what all slabs have
to agree on goes through `lax.psum` and the like along `AXIS`. Without devices to spread over (`slabs` is 1) nothing of
this is in a program.

The devices may belong to several processes that all do the same. `put` then brings each its own rows, and `on_host`
every process the whole.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from bluenoise_assets.errors import Cancelled
from bluenoise_assets.noise.runtime import processes

AXIS = "slab"
"""The name of the one axis of all meshes."""

LEAST_TEXELS = 1 << 20
"""Textures of fewer texels stay on one device: measured, see `threshold.md`."""

POLL_SECONDS = 0.1

_running = threading.Lock()

_spec: Callable[..., PartitionSpec] = PartitionSpec  # jax leaves these untyped
_described: Callable[..., Any] = jax.ShapeDtypeStruct
_psum: Callable[..., Any] = lax.psum
_ppermute: Callable[..., Any] = lax.ppermute


def devices() -> list[Any]:
    """The devices that a texture may be spread over: all, but if the host has chosen one, that alone."""
    chosen = jax.config.jax_default_device  # type: ignore[attr-defined] # jax declares its settings as it runs
    there: list[Any] = jax.local_devices()
    return processes.devices() if chosen is None else there[:1]


def mesh_for(parts: int, rows: int, least_rows: int, texels: int) -> Mesh | None:
    """The devices for a texture of so many texels, whose first axis of space is `rows` long; None for one device.

    As many as divide its `parts`, which stay whole, and give each at least `least_rows` rows.
    """
    if texels < LEAST_TEXELS:
        return None
    there = devices()
    fitting = [n for n in range(2, len(there) + 1) if parts % n == 0 and rows // n >= least_rows]
    return _mesh(*there[: max(fitting)]) if fitting else None


@cache
def _mesh(*of: Any) -> Mesh:
    return Mesh(np.array(of), (AXIS,))


def count(mesh: Mesh | None) -> int:
    """How many slabs there are."""
    return 1 if mesh is None else mesh.size


@contextmanager
def all_devices(mesh: Mesh | None, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Have the devices for oneself while a texture is made: two programs that wait for each other's would never end.

    Nothing to wait for without a mesh. Raises `Cancelled` while waiting. Who is inside must not wait for others.
    """
    if mesh is None:
        yield
        return
    while not _running.acquire(timeout=POLL_SECONDS):
        if cancelled():
            raise Cancelled
    try:
        with processes.together(mesh):
            yield
    finally:
        _running.release()


def put(mesh: Mesh | None, shape: tuple[int, ...], axis: int, rows_at: Callable[[Any], npt.NDArray[Any]]) -> Any:
    """An array spread by slabs along an axis. `rows_at(index)` gives the part at a tuple of slices; no device has all.

    On one device, `rows_at` of everything: an array on the host.
    """
    if mesh is None:
        return rows_at((slice(None),) * len(shape))
    return jax.make_array_from_callback(shape, _sharding(mesh, axis), rows_at)


def described(mesh: Mesh | None, shape: tuple[int, ...], axis: int, dtype: Any) -> Any:
    """In place of such an array, what is enough to compile for it."""
    if mesh is None:
        return np.broadcast_to(np.zeros((), dtype), shape)
    return _described(shape, dtype, sharding=_sharding(mesh, axis))


def _sharding(mesh: Mesh, axis: int) -> NamedSharding:
    return NamedSharding(mesh, _spec(*[None] * axis, AXIS))


def on_host(array: Any) -> npt.NDArray[Any]:
    """The whole array, in every process. Devices of other processes send theirs slab by slab: none holds all of it."""
    if not isinstance(array, jax.Array) or mesh_of(array) is None:
        return np.asarray(array)
    if array.is_fully_replicated:
        return np.asarray(array.addressable_data(0))
    whole = np.empty(array.shape, array.dtype)
    if array.is_fully_addressable:
        for shard in array.addressable_shards:
            whole[shard.index] = shard.data
        return whole
    mesh, axis = array.sharding.mesh, list(array.sharding.spec).index(AXIS)  # type: ignore[attr-defined]
    rows = array.shape[axis] // mesh.size
    one_slab = _sent_to_all(mesh, axis)
    for slab in range(mesh.size):
        place = (*[slice(None)] * axis, slice(slab * rows, (slab + 1) * rows))
        whole[place] = one_slab(array, np.int32(slab)).addressable_data(0)
    return whole


@cache
def _sent_to_all(mesh: Mesh, axis: int) -> Any:
    def sent(array: jax.Array, slab: jax.Array) -> jax.Array:
        part: jax.Array = _psum(jnp.where(lax.axis_index(AXIS) == slab, array, jnp.zeros_like(array)), AXIS)
        return part

    specs = (_spec(*[None] * axis, AXIS), _spec())
    return jax.jit(jax.shard_map(sent, mesh=mesh, in_specs=specs, out_specs=_spec(), check_vma=False))


def mesh_of(arguments: Any) -> Mesh | None:
    """The mesh over which any of the arguments is spread."""
    for leaf in jax.tree.leaves(arguments):
        sharding = getattr(leaf, "sharding", None)
        if isinstance(sharding, NamedSharding) and sharding.mesh.axis_names == (AXIS,):
            mesh = sharding.mesh
            return mesh if isinstance(mesh, Mesh) else None
    return None


def specs_of(arguments: Any) -> Any:
    """Of each array, how it is spread; what comes from the host is the same everywhere."""

    def spec(leaf: Any) -> PartitionSpec:
        sharding = getattr(leaf, "sharding", None)
        names = list(sharding.spec) if isinstance(sharding, NamedSharding) else []
        return _spec(*names[: names.index(AXIS) + 1] if AXIS in names else ())

    return jax.tree.map(spec, arguments)


def layout(arguments: Any) -> tuple[str, ...]:
    """What tells apart programs for arguments that are spread differently; empty if none is."""
    mesh = mesh_of(arguments)
    return () if mesh is None else (str([d.id for d in mesh.devices.flat]), str(jax.tree.leaves(specs_of(arguments))))


def spread(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Callable[..., Any]:
    """The function as it runs on all devices over which its arguments are spread; itself, if they are not.

    Its result is spread as the first argument, a state, is.
    """
    mesh = mesh_of(arguments)
    if mesh is None:
        return function
    specs = specs_of(arguments)
    return jax.shard_map(function, mesh=mesh, in_specs=specs, out_specs=specs[0], check_vma=False)


def halo(array: jax.Array, axis: int, before: int, after: int, slabs: int = 1) -> jax.Array:
    """A slab with so many rows of its neighbours on each side, as the texture goes on; it wraps around.

    `axis` is the one that is spread, or any with one slab, the whole. No slab may have fewer rows than are asked for.
    """
    if slabs == 1:
        pads = [(before, after) if a == axis else (0, 0) for a in range(array.ndim)]
        return jnp.pad(array, pads, mode="wrap")
    side = array.shape[axis]
    assert max(before, after) <= side
    ring = [(slab, (slab + 1) % slabs) for slab in range(slabs)]
    parts = [array]
    if before:
        last = lax.slice_in_dim(array, side - before, side, axis=axis)
        parts.insert(0, _ppermute(last, AXIS, ring))
    if after:
        first = lax.slice_in_dim(array, 0, after, axis=axis)
        parts.append(_ppermute(first, AXIS, [(to, of) for of, to in ring]))
    return jnp.concatenate(parts, axis=axis)


def wrapped(array: jax.Array, pads: Sequence[tuple[int, int]], axis: int, slabs: int) -> jax.Array:
    """A slab as the texture goes on, padded on all axes; along `axis`, which is spread, with `halo`."""
    if slabs > 1:
        array = halo(array, axis, *pads[axis], slabs)
        pads = [(0, 0) if a == axis else pad for a, pad in enumerate(pads)]
    return jnp.pad(array, pads, mode="wrap")


def index(slabs: int) -> jax.Array:
    """Which slab this is, int32."""
    return jnp.int32(0) if slabs == 1 else lax.axis_index(AXIS)


def over_all(reduce: Callable[..., Any], value: jax.Array, slabs: int) -> jax.Array:
    """`lax.psum`, `lax.pmin` or `lax.pmax` of a value over all slabs."""
    result: jax.Array = value if slabs == 1 else reduce(value, AXIS)
    return result


def of_first(value: jax.Array, slabs: int) -> jax.Array:
    """The first slab's value, int32, for all."""
    return value if slabs == 1 else _psum(jnp.where(lax.axis_index(AXIS) == 0, value, 0), AXIS)
