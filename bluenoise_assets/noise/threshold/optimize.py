"""The threshold objective, from a spec to ranks: a greedy start, then exchanges. Integers throughout.

What is derived, and from whom, is in `threshold.md` beside this file.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from jax.sharding import Mesh

from bluenoise_assets.noise.runtime import Progress, compiled, slabs
from bluenoise_assets.noise.runtime.chunked_loop import ChunkedLoop
from bluenoise_assets.noise.runtime.counter_hash import mix, stream
from bluenoise_assets.noise.threshold import greedy, rank_exchange, schedule
from bluenoise_assets.noise.threshold.tables import MaskTables, mask_tables
from bluenoise_assets.spec import TextureSpec

START, EXCHANGES, ANNEALING, FINISH = range(16, 20)  # purposes of random numbers

MOLTEN = 1.05
"""So much larger is an error that is no trade for what else is minimised."""

BATCH_COST = (0.09, 1.2)
"""A batch of the start takes so much of a round of exchanges of one channel, and so much divided by the batches' share
more: measured from 128x128 to 1024x1024, at all efforts."""

Ranks = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint32]


def optimize_threshold(
    specs: Sequence[TextureSpec],
    progress: Progress = lambda _share, _error: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ranks:
    """The ranks of textures that differ in nothing but their seeds, int32 `[texture, channel, *shape]`.

    Each slice holds each of 0..N-1 once. The ranks depend on nothing but the spec: not on the other textures of the
    batch, the processor, the device or the number of threads. Raises `Cancelled` soon after `cancelled()` turns true.
    """
    tables, seeds = mask_tables(specs[0]), [spec.seed for spec in specs]
    mesh = mesh_of(tables)
    with slabs.all_devices(mesh, cancelled):
        return _optimized(tables, seeds, mesh, progress, cancelled)


def mesh_of(tables: MaskTables) -> Mesh | None:
    """The devices that masks are spread over, whole bands to each; None if they stay on one."""
    least = greedy.least_rows(_separation(tables), greedy.taps_of(tables.sigmas, tables.shape), tables.shape)
    return slabs.mesh_for(
        tables.bands, tables.shape[0], max(least, tables.radius[1]), tables.channels * math.prod(tables.shape)
    )


def _optimized(
    tables: MaskTables, seeds: list[int], mesh: Mesh | None, progress: Progress, cancelled: Callable[[], bool]
) -> Ranks:
    effort = tables.effort
    exchanges = len(tables.own.weights) > 0
    annealing = effort.annealing
    rounds = effort.rounds + (annealing + effort.finish if annealing else 0) if exchanges else 0
    batches = _batches(tables)
    loop = ChunkedLoop(batches * _batch_cost(tables) + rounds * tables.channels, progress, cancelled)
    if exchanges:
        _prepare(tables, seeds, mesh)
    ranks = start(tables, seeds, loop, batches, mesh)
    if not exchanges:
        return ranks
    spread = (7, 3)  # strides from N/128 to N/2048
    ranks = _exchange(tables, _keys(seeds, EXCHANGES), ranks, loop, effort.rounds, spread, mesh)
    if annealing:
        annealed = _exchange(tables, _keys(seeds, ANNEALING), ranks, loop, annealing, (7, 7), mesh, hot=True)
        annealed = _exchange(tables, _keys(seeds, FINISH), annealed, loop, effort.finish, (6, 3), mesh)
        ranks = np.stack([_better(tables, *pair) for pair in zip(ranks, annealed, strict=True)])
    return ranks


def _better(tables: MaskTables, before: Ranks, annealed: Ranks) -> Ranks:
    """A texture's annealed masks, `[channel, *shape]`, but where annealing has molten them, those from before."""
    errors = [tables.relative_error(ranks[None]) for ranks in (before, annealed)]
    return before if errors[1] > MOLTEN * errors[0] else annealed


def _prepare(tables: MaskTables, seeds: list[int], mesh: Mesh | None) -> None:
    """Compile the programs beside each other, the start's first."""
    shape = (len(seeds), tables.channels, *tables.shape)
    compiled.prepare(
        start_job(tables, seeds, greedy.described(shape, mesh), mesh),
        exchange_job(tables, seeds, rank_exchange.described(shape, tables.bands, mesh), mesh),
    )


def start_job(tables: MaskTables, seeds: list[int], state: greedy.State, mesh: Mesh | None) -> compiled.Job:
    """The program of the start, and what it gets."""
    static = (_separation(tables), slabs.count(mesh))
    return greedy.step, static, (state, start_params(tables, seeds), np.int32(1))


def exchange_job(tables: MaskTables, seeds: list[int], state: rank_exchange.State, mesh: Mesh | None) -> compiled.Job:
    """The program of the exchanges, and what it gets."""
    params = exchange_params(tables, _keys(seeds, EXCHANGES), 1, (7, 3), hot=False)
    return rank_exchange.step, (tables.radius, slabs.count(mesh)), (state, params, np.int32(1))


def _keys(seeds: list[int], purpose: int) -> Keys:
    return np.array([stream(seed, purpose) for seed in seeds], np.uint32)


def _batches(tables: MaskTables) -> int:
    """About how many batches the start takes."""
    half = max(1, math.prod(tables.shape) // 2)
    return tables.channels * 2 * (min(half, tables.effort.share) + math.ceil(tables.effort.share * math.log(half + 1)))


def _batch_cost(tables: MaskTables) -> float:
    return BATCH_COST[0] + BATCH_COST[1] / tables.effort.share


def _separation(tables: MaskTables) -> int:
    """A void is the lowest within so many texels."""
    return max(1, round(2 * min(tables.sigmas)))


def start_params(tables: MaskTables, seeds: list[int]) -> greedy.Params:
    """What the greedy start needs."""
    return greedy.Params(
        taps=greedy.taps_of(tables.sigmas, tables.shape),
        radius=greedy.radius_of(tables.sigmas),
        cross=tables.cross,
        share=np.int32(tables.effort.share),
        least=np.int32(max(1, math.prod(tables.shape) >> 14)),
        key=_keys(seeds, START),
    )


def start(tables: MaskTables, seeds: list[int], loop: ChunkedLoop, batches: int, mesh: Mesh | None = None) -> Ranks:
    """The ranks of the greedy start, which takes about so many batches."""
    texels, params = math.prod(tables.shape), start_params(tables, seeds)

    def step(state: greedy.State, count: np.int32) -> greedy.State:
        return compiled.call(greedy.step, (_separation(tables), slabs.count(mesh)), state, params, count)

    def full(state: greedy.State) -> bool:
        return bool(slabs.on_host(state.filled).min() == texels)

    state = greedy.init((len(seeds), tables.channels, *tables.shape), mesh)
    state = loop.run(step, state, batches, lambda _state: None, full, _batch_cost(tables))
    while not full(state):  # the estimate was too low: a tiny tile
        state = step(state, np.int32(batches))
    return greedy.ranks(state)


def masks_start(spec: TextureSpec, channels: int, seed: int) -> Ranks:
    """The greedy start alone, of masks that avoid each other's first points; int32 `[channel, *shape]`.

    Only its sparse ends are of use: measured by the distance of their points, a blur from 0.8 texels on is best.
    """
    tables = mask_tables(TextureSpec(size=spec.size, effort="good", filter={"gaussian": 0.8}), channels)
    batches = _batches(tables)
    ranks = start(tables, [seed], ChunkedLoop(batches, lambda _share, _figure: None, lambda: False), batches)
    return np.asarray(ranks[0])


def exchange_params(
    tables: MaskTables, key: Keys, rounds: int, spread: tuple[int, int], *, hot: bool
) -> rank_exchange.Params:
    """What a run of `rounds` rounds needs, at a temperature if `hot`."""
    return rank_exchange.Params(
        stencil=tables.stencil,
        means=tables.means,
        dense=tables.dense,
        value_dense=tables.value_dense,
        value_weight=np.int32(tables.value_weight),
        damping=np.int32(tables.damping),
        shares=tables.shares,
        centre=np.int32(tables.one.centre),
        key=key,
        near_offsets=schedule.near_offsets(tables.shape),
        near_share=np.int32(128 if hot else 0),
        strides=schedule.strides(*spread, math.prod(tables.shape) // tables.bands),
        temperatures=schedule.temperatures(tables.hottest) if hot else np.zeros(schedule.ENTRIES, np.int32),
        rounds=np.int32(rounds),
        noise_table=rank_exchange.exponential_noise(),
    )


def _exchange(
    tables: MaskTables,
    key: Keys,
    ranks: Ranks,
    loop: ChunkedLoop,
    rounds: int,
    spread: tuple[int, int],
    mesh: Mesh | None,
    *,
    hot: bool = False,
) -> Ranks:
    bands = tables.bands
    for part in range(2 if bands > 1 else 1):  # in bands, and then in bands half a band further
        count = (rounds + part) // 2 if bands > 1 else rounds
        shift = part * tables.shape[0] // bands // 2
        params = exchange_params(tables, mix(key + np.uint32(part)) if part else key, count, spread, hot=hot)
        state = loop.run(
            lambda state, count, params=params: compiled.call(  # type: ignore[misc]
                rank_exchange.step, (tables.radius, slabs.count(mesh)), state, params, count
            ),
            rank_exchange.init(np.roll(ranks, -shift, 2), bands, mesh),
            count,
            lambda state: tables.error(rank_exchange.ranks_of(state)),
            cost=tables.channels,
        )
        ranks = np.roll(rank_exchange.ranks_of(state), shift, 2)
    return ranks
