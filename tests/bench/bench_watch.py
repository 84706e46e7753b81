"""From a save to the texture on disk in a warm watch, beside optimising the same texture and nothing else.

Run: python tests/bench/bench_watch.py
"""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from bluenoise_assets import load_manifest
from bluenoise_assets.builder.watch import watch
from bluenoise_assets.noise import optimize_work_item

SAVES = 20
TEXT = "schema: 1\ntextures: {{a: {{size: 64, seed: {}}}}}\n"


def main():
    with tempfile.TemporaryDirectory() as name:
        manifest = Path(name) / "game.yaml"
        texture = Path(name) / "bluenoise" / "a.png"
        manifest.write_text(TEXT.format(0))
        ended = threading.Event()
        options = {"listener": lambda _event: None, "stop": ended.is_set}
        watching = threading.Thread(target=watch, args=([manifest],), kwargs=options)
        watching.start()
        while not texture.exists():
            time.sleep(0.01)
        time.sleep(1)
        latencies, alone = [], []
        for seed in range(1, SAVES + 1):
            before = texture.stat().st_ino
            began = time.perf_counter()
            temporary = manifest.with_name(".save")
            temporary.write_text(TEXT.format(seed))
            temporary.replace(manifest)
            while texture.stat().st_ino == before:
                time.sleep(0.002)
            latencies.append(time.perf_counter() - began)
            time.sleep(0.3)
            spec = load_manifest(manifest).textures[0]
            began = time.perf_counter()
            optimize_work_item(spec, 0)
            alone.append(time.perf_counter() - began)
        ended.set()
        watching.join()
    median, reference = statistics.median(latencies), statistics.median(alone)
    print(f"save to disk, 64x64, warm: median {median:.3f} s, worst {max(latencies):.3f} s of {SAVES}")
    print(f"optimising it alone:       median {reference:.3f} s; ratio {median / reference:.2f}")


if __name__ == "__main__":
    main()
