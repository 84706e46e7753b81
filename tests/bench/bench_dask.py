"""What dask's workers gain, and what a task costs, beside threads of this process in the same run.

    python tests/bench/bench_dask.py [TEXTURES] [SIZE] [EFFORT]

Two worker processes behind a scheduler, as manifests/farm.md starts them; every run makes other textures, with
programs that are compiled already; shown is the quickest of three.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.farm import Farm
from support.projects import project

from bluenoise_assets import build_manifests, load_manifest
from bluenoise_assets.builder.executors.dask_cluster import DaskCluster

TINY, REPEATS = 24, 3


def seconds(folder: Path, seeds: range, what: str, **options) -> float:
    """How long a build of textures with these seeds takes."""
    listed = ", ".join(map(str, seeds))
    text = f'schema: 1\noutput: out\ntextures: {{"t_{{n}}": {{matrix: {{n: [{listed}]}}, seed: "{{n}}", {what}}}}}\n'
    manifest = load_manifest(project(folder, text))
    began = time.perf_counter()
    assert build_manifests(manifest, force=True, **options).built == len(seeds)
    return time.perf_counter() - began


def main(count: int, size: int, effort: str) -> None:
    what, tiny = f"size: {size}, effort: {effort}", "size: 4, effort: fast"
    folder = Path(tempfile.mkdtemp())
    farm = Farm(folder / "farm", workers=1, options=())
    times, overheads = {}, {}
    try:
        for workers in (1, 2):
            if workers == 2:
                farm.add("second")
            cluster = DaskCluster(farm.address)
            while cluster.session(print, lambda: False).fleet.threads < workers:
                time.sleep(0.1)
            ways = {"local": {"jobs": workers}, "dask": {"cluster": cluster}}
            for options in ways.values():
                seconds(folder, range(8), what, **options)  # warm
                seconds(folder, range(8), tiny, **options)
            for repeat in range(REPEATS):
                for name, options in ways.items():
                    first = 1000 * (repeat + 1)
                    now = seconds(folder, range(first, first + count), what, **options)
                    times[name, workers] = min(now, times.get((name, workers), now))
                    now = seconds(folder, range(first, first + TINY), tiny, **options) / TINY
                    overheads[name, workers] = min(now, overheads.get((name, workers), now))
            cluster.close()
    finally:
        farm.close()
    print(f"{count} textures of {size}x{size}, effort {effort}")
    for name in ("local", "dask"):
        one, two = times[name, 1], times[name, 2]
        print(f"  {name}: 1 job or worker {one:6.2f} s, 2 {two:6.2f} s: {one / two:.2f} times as fast")
    more = (overheads["dask", 1] - overheads["local", 1]) * 1000
    both = "; ".join(f"{name} {value * 1000:.1f} ms" for (name, number), value in overheads.items() if number == 1)
    print(f"a texture of 4x4: {both}: a task costs {more:.1f} ms more")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 24, int(given[1]) if given[1:] else 128, given[2] if given[2:] else "good")
