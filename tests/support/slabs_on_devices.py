"""Textures made in slabs, in a process that has four devices: `found()` runs one and gives what it found.

Bands, samples and tiles are made small, so that textures of a few thousand texels are cut as large ones are, and rounds
few: many processors' worth of devices on one of them take turns at each.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from support.paths import ROOT, TESTS

from bluenoise_assets.cli.run import PATIENT_DEVICES

LIMITS = {"BAND_TEXELS": 1 << 8, "SAMPLE_TEXELS": 1 << 8, "TILE_TEXELS": 1 << 7, "TOGETHER_TEXELS": 1 << 9}
BANDS = {"size": (16, 128), "channels": 2, "effort": "good"}
"""Annealed, in eight bands of 16 rows; a slab needs 16."""
USED = [
    ((16, 128), "balanced"),
    ((16, 96), "balanced"),
    ((16, 96), "smooth"),
    ((16, 64), "smooth"),
    ((8, 64), "smooth"),
]
"""Sizes and filters: 8 bands; 6, a slab needs 16 rows; 6, and 24; 4, and 24; 2, and 32, since the sample has so many."""


def found(programs):
    """What `_all` says, of a process of its own."""
    environment = os.environ | {"XLA_FLAGS": f"{PATIENT_DEVICES} --xla_force_host_platform_device_count=4"}
    environment["PYTHONPATH"] = os.pathsep.join([str(TESTS), str(ROOT)])
    command = [sys.executable, "-m", "support.slabs_on_devices", str(programs)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def _all(programs):
    import jax
    import numpy as np
    from support import golden_masks

    from bluenoise_assets import Cancelled, TextureSpec
    from bluenoise_assets.noise import use_program_cache
    from bluenoise_assets.noise.runtime import compiled, slabs
    from bluenoise_assets.noise.threshold import greedy, optimize, rank_exchange, tables

    def of(count, keys, **more):
        """Which slabs a texture was made in, and its hash, with so many devices there."""
        slabs.devices = lambda: jax.devices()[:count]
        spec = TextureSpec("t", seed=7, **keys)
        ranks = optimize.optimize_threshold([spec], **more)
        digest = hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16]
        return slabs.count(optimize.mesh_of(tables.mask_tables(spec))), digest

    def used(count):
        """How many slabs there are with so many devices, of each of USED."""
        slabs.devices = lambda: jax.devices()[:count]
        made = [TextureSpec("t", size=size, filter=filters) for size, filters in USED]
        return [slabs.count(optimize.mesh_of(tables.mask_tables(spec))) for spec in made]

    def in_threads():
        """Two at once, which must not wait for each other's devices; a third one gives up while it waits."""
        results, begun = {}, threading.Event()

        def texture(name, **more):
            try:
                results[name] = of(4, BANDS, **more)
            except Cancelled:
                results[name] = "cancelled"

        def progress(_share, _figure):
            begun.set()

        threads = [threading.Thread(target=texture, args=(i,), kwargs={"progress": progress}) for i in range(2)]
        for thread in threads:
            thread.start()
        begun.wait(60)
        texture("late", cancelled=lambda: True)
        for thread in threads:
            thread.join()
        return [results[name] for name in (0, 1, "late")]

    def cancelled():
        """One that is cancelled in the middle, and whether the devices are free again."""
        told = []
        with contextlib.suppress(Cancelled):
            of(4, BANDS, progress=lambda share, _: told.append(share), cancelled=lambda: bool(told))
        with slabs.all_devices(object(), lambda: True):
            return 0 < told[-1] < 1

    def halos():
        """Where a slab's surroundings are not the texture's: the cases of random shapes, all of which are right."""
        random, wrong = np.random.default_rng(0), []
        for _ in range(8):
            count, rows = int(random.integers(2, 5)), int(random.integers(3, 9))
            before, after = (int(n) for n in random.integers(0, rows + 1, 2))
            array = random.integers(0, 1 << 15, (2, count * rows, 3)).astype(np.uint16)
            mesh = slabs._mesh(*jax.devices()[:count])
            spread = slabs.put(mesh, array.shape, 1, array.__getitem__)
            result = compiled.call(_halo, (before, after, count), spread)
            parts = slabs.on_host(result).reshape(2, count, -1, 3)
            whole = np.pad(array, [(0, 0), (rows, rows), (0, 0)], mode="wrap")
            for slab in range(count):
                first = rows * (slab + 1) - before
                expected = whole[:, first : first + before + rows + after]
                if not np.array_equal(parts[:, slab], expected):
                    wrong.append((count, rows, before, after))
        return wrong

    def _halo(before, after, count, array):
        return slabs.halo(array, 1, before, after, count)

    slabs.LEAST_TEXELS = 1
    result = {"golden": of(4, golden_masks.CASES["in bands"])}
    tables.BAND_TEXELS, rank_exchange.TOGETHER_TEXELS = LIMITS["BAND_TEXELS"], LIMITS["TOGETHER_TEXELS"]
    greedy.SAMPLE_TEXELS, greedy.TILE_TEXELS = LIMITS["SAMPLE_TEXELS"], LIMITS["TILE_TEXELS"]
    tables.EFFORTS["good"] = tables.Effort(share=4, rounds=6, annealing=24, finish=6, cut=0.003)
    tables._tables.cache_clear()
    use_program_cache(programs)
    result["bands"] = {count: of(count, BANDS) for count in (1, 2, 4)}
    compilations = []
    jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: compilations.append(name))
    compiled._programs.clear()  # as in a new process
    result["again"] = of(4, BANDS)
    result["compilations"] = [name for name in compilations if "backend_compile" in name]
    result["threads"], result["cancelled"], result["halos"] = in_threads(), cancelled(), halos()
    result["used"] = {count: used(count) for count in (1, 2, 3, 4)}
    return result


if __name__ == "__main__":
    print(json.dumps(_all(Path(sys.argv[1]))))
