"""One large mask, or frames, over 1, 2 and 4 devices: what each of them holds, and what it takes.

Run: python tests/bench/bench_slabs.py [--size SIDE...] [--frames WxHxF...] [--devices N...] [--time SIDE...] [--rounds N]
Without GPUs the devices are JAX's own division of the processor (JAX_NUM_CPU_DEVICES), a process for each number.
Memory is of the programs as XLA plans it (arguments, results and what they need meanwhile) and of the state's arrays
as they lie on the devices. Times are of effort `fast`, warm, the least of some rounds in which the numbers of devices
take turns; only their ratios mean much.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time

MIB = 2**20


def memory(sides):
    """MiB for each device: of both programs, and of the arrays of the state."""
    import jax
    import numpy as np

    from bluenoise_assets import TextureSpec
    from bluenoise_assets.noise.runtime import compiled, slabs
    from bluenoise_assets.noise.threshold import greedy, optimize, rank_exchange
    from bluenoise_assets.noise.threshold.tables import mask_tables

    tables = mask_tables(TextureSpec("t", sides, effort="fast"))
    mesh, shape = optimize.mesh_of(tables), (1, 1, *tables.shape)
    jobs = {
        "start": optimize.start_job(tables, [0], greedy.described(shape, mesh), mesh),
        "exchanges": optimize.exchange_job(tables, [0], rank_exchange.described(shape, tables.bands, mesh), mesh),
    }
    found = {}
    for name, job in jobs.items():
        planned = compiled.program_of(*job[:2], *job[2]).memory_analysis()
        sizes = (planned.argument_size_in_bytes, planned.output_size_in_bytes, planned.temp_size_in_bytes)
        found[name] = (sum(sizes) - planned.alias_size_in_bytes) / MIB
    ranks = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    state = rank_exchange.init(ranks, tables.bands, mesh)
    held = {device.id: 0.0 for device in jax.devices()}
    for array in jax.tree.leaves(state):
        for shard in getattr(array, "addressable_shards", []):
            held[shard.device.id] += shard.data.nbytes / MIB
    if mesh is None:  # it goes to the first device as it is needed
        held[0] = sum(leaf.nbytes for leaf in jax.tree.leaves(state)) / MIB
    return {**found, "state": [held[i] for i in range(slabs.count(mesh))]}


def frames(sides):
    """MiB for each device: of the descent of `width, height, frames`, and of the arrays of its state."""
    import numpy as np

    from bluenoise_assets import TextureSpec
    from bluenoise_assets.noise.frames import descent
    from bluenoise_assets.noise.frames.tables import frame_tables
    from bluenoise_assets.noise.runtime import compiled, slabs

    tables = frame_tables(TextureSpec("t", sides[:2], frames=sides[2], effort="fast"))
    shape = (1, sides[2], sides[1], sides[0])
    mesh = descent.mesh_for(tables.structure, shape)
    arrays = [slabs.described(mesh, shape, descent.ROWS, dtype) for dtype in (np.int32, np.int32, np.int8)]
    structure = tables.structure._replace(slabs=slabs.count(mesh))
    job = (descent.step, (structure,), descent.State(*arrays, np.int32(0)), tables.params, np.int32(1))
    planned = compiled.program_of(*job).memory_analysis()
    sizes = (planned.argument_size_in_bytes, planned.output_size_in_bytes, planned.temp_size_in_bytes)
    state = sum(array.dtype.itemsize * np.prod(shape) for array in arrays) / MIB / slabs.count(mesh)
    return {"descent": (sum(sizes) - planned.alias_size_in_bytes) / MIB, "state": [state] * slabs.count(mesh)}


def timed(sides, rounds):
    """The least wall-clock and processor seconds of some rounds, the hash, the peak of the process's memory in MiB."""
    from bluenoise_assets import TextureSpec, generate_ranks

    spec, times = TextureSpec("t", sides, effort="fast"), []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        ranks = generate_ranks(spec)
        times.append((time.perf_counter() - began, time.process_time() - used))
    digest = hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": min(w for w, _ in times), "cpu": min(c for _, c in times), "hash": digest, "peak": peak}


def in_process(devices, *arguments):
    environment = os.environ | {"JAX_NUM_CPU_DEVICES": str(devices)}
    command = [sys.executable, __file__, "--child", *map(str, arguments)]
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout)


def shown(sides):
    return "x".join(map(str, sides))


def sides_of(text):
    sides = tuple(int(side) for side in text.split("x"))
    return sides if len(sides) > 1 else sides * 2


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=sides_of, nargs="*", default=[(4096, 4096)])
    parser.add_argument("--frames", type=sides_of, nargs="*", default=[(256, 256, 32), (512, 512, 64)])
    parser.add_argument("--devices", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--time", type=sides_of, nargs="*", default=[(1024, 1024), (2048, 2048)])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--child", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what, sides, *rest = options.child
        print(json.dumps({"memory": memory, "frames": frames, "timed": timed}[what](sides_of(sides), *map(int, rest))))
        sys.exit()
    for sides in options.size:
        print(f"{shown(sides)}: MiB on each device")
        for devices in options.devices:
            found = in_process(devices, "memory", shown(sides))
            state = ", ".join(f"{one:.0f}" for one in found["state"])
            print(
                f"  {devices} devices: start {found['start']:.0f}, exchanges {found['exchanges']:.0f}; state {state}",
                flush=True,
            )
    for sides in options.frames:
        print(f"{shown(sides)} as frames: MiB on each device")
        for devices in options.devices:
            found = in_process(devices, "frames", shown(sides))
            print(f"  {devices} devices: descent {found['descent']:.0f}; state {found['state'][0]:.0f}", flush=True)
    for sides in options.time:
        print(f"{shown(sides)}, effort fast")
        turns = [{n: in_process(n, "timed", shown(sides), 2) for n in options.devices} for _ in range(options.rounds)]
        for devices in options.devices:
            wall, cpu, peak = (min(turn[devices][key] for turn in turns) for key in ("wall", "cpu", "peak"))
            ratio = wall / min(turn[options.devices[0]]["wall"] for turn in turns)
            print(
                f"  {devices} devices: {wall:.2f} s ({ratio:.2f}), {cpu:.2f} s of processor, peak {peak:.0f} MiB, "
                f"{turns[0][devices]['hash']}",
                flush=True,
            )
