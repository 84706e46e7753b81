"""Frames made in slabs, in a process that has four devices: `found()` runs one and gives what it found."""

import json
import os
import subprocess
import sys

from support.paths import ROOT, TESTS

from bluenoise_assets.cli.run import PATIENT_DEVICES

IN_FOUR = {"size": (10, 16), "frames": 3, "filter": "denoised"}
"""Four rows for each device, three of which its neighbours need."""

USED = [((32, 64), "taa"), ((32, 28), "taa"), ((32, 24), "taa"), ((32, 24), "denoised"), ((32, 17), "denoised")]
"""Sizes and filters. At 64 rows `taa` needs 7 rows, which is what a fourth of 28 rows has, and half of 24."""


def found():
    """What `_all` says, of a process of its own."""
    environment = os.environ | {"XLA_FLAGS": f"{PATIENT_DEVICES} --xla_force_host_platform_device_count=4"}
    environment["PYTHONPATH"] = os.pathsep.join([str(TESTS), str(ROOT)])
    command = [sys.executable, "-m", "support.frames_on_devices"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def _all():
    import jax
    import numpy as np
    from support import golden_frames

    from bluenoise_assets import TextureSpec
    from bluenoise_assets.noise.frames import descent
    from bluenoise_assets.noise.frames.tables import frame_tables
    from bluenoise_assets.noise.runtime import compiled, slabs

    slabs.LEAST_TEXELS = 1

    def used(count):
        """How many slabs there are with so many devices, of each of USED."""
        slabs.devices = lambda: jax.devices()[:count]
        made = [TextureSpec("t", size, frames=4, filter=filters, effort="fast") for size, filters in USED]
        return [slabs.count(descent.mesh_for(frame_tables(spec).structure, (1, 4, *spec.shape))) for spec in made]

    def stepped(count):
        """Six steps from where nothing is even, over some devices; the device that holds most, in bytes."""
        slabs.devices = lambda: jax.devices()[:count]
        tables = frame_tables(TextureSpec("t", effort="fast", **IN_FOUR))
        ranks = np.random.default_rng(1).permuted(np.arange(3 * 160, dtype=np.int32) % 160).reshape(1, 3, 16, 10)
        mesh = descent.mesh_for(tables.structure, ranks.shape)
        structure = tables.structure._replace(slabs=slabs.count(mesh))
        state = descent.init(ranks, ranks % 7 > 0, mesh)
        state = compiled.call(descent.step, (structure,), state, tables.params, np.int32(6))
        most = max(shard.data.nbytes for shard in state.latent.addressable_shards)
        return [slabs.on_host(state.latent).tolist(), slabs.on_host(state.momentum).tolist(), most]

    slabs.devices = lambda: jax.devices()[:2]
    return {
        "golden": golden_frames.digest("taa"),  # 16 rows, and eight of them count for one
        "steps": {count: stepped(count) for count in (1, 4)},
        "used": {count: used(count) for count in (1, 2, 3, 4)},
    }


if __name__ == "__main__":
    print(json.dumps(_all()))
