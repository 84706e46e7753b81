"""What a texture costs that comes from a remote cache, beside one from the local cache and one that is made; and what a
miss costs at a latency. S3's API on loopback (moto's server, s3fs), behind a proxy that adds the latency.

Run: python tests/bench/bench_remote.py [--textures 100] [--size 64] [--rounds 3]
"""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.fault_proxy import FaultProxy  # noqa: E402
from support.remote_faults import as_user  # noqa: E402
from support.s3 import BUCKET, s3_server  # noqa: E402

from bluenoise_assets import build_manifests, load_manifest  # noqa: E402
from bluenoise_assets.builder.cache_settings import CacheSettings  # noqa: E402

MANIFEST = """\
schema: 1
output: out
defaults: {{size: {size}}}
textures:
  t_{{seed}}:
    matrix: {{seed: {first}..{last}}}
    seed: "{{seed}}"
"""
LATENCIES = 0.0, 0.05


class Bench:
    """Builds of one manifest; a remote's name is new each time, so that each build opens its connections anew."""

    def __init__(self, folder, textures, size):
        self.folder, self.textures, self.size, self.first, self.count = folder, textures, size, 1, 0

    def manifest(self, *, new):
        """Of textures that were made before, or of new ones."""
        self.first += self.textures * new
        path = self.folder / "game.yaml"
        last = self.first + self.textures - 1
        path.write_text(MANIFEST.format(size=self.size, first=self.first, last=last))
        return load_manifest(path)

    def build(self, how, *, new=False, cache="cache", **more):
        """The seconds that a build of all textures takes, which must all come to be in this way."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        told = []
        settings = CacheSettings(self.folder / cache, **more)
        began = time.perf_counter()
        build_manifests(self.manifest(new=new), cache=settings, listener=told.append)
        seconds = time.perf_counter() - began
        made = [event.reused for event in told if event.event == "built"]
        assert made == [how] * self.textures, made
        assert not [event for event in told if event.event == "warning"]
        return seconds

    def fresh(self):
        self.count += 1
        return f"cache-{self.count}"

    def least(self, rounds, *arguments, **options):
        return min(self.build(*arguments, cache=self.fresh(), **options) for _ in range(rounds))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--textures", type=int, default=100)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    with tempfile.TemporaryDirectory() as name, s3_server() as port, contextlib.ExitStack() as stack:
        bench = Bench(Path(name), options.textures, options.size)
        bench.build(None)  # compiles
        many = options.textures
        print(
            f"{many} textures of {options.size}x{options.size}, the least of {options.rounds} builds each, all of one process"
        )

        def row(what, seconds):
            print(f"{what:58} {seconds:7.2f} s {seconds / many * 1e3:8.1f} ms a texture")

        row("made, no remote", made := bench.least(options.rounds, None, new=True))
        bench.build(None, cache="full", new=True)
        row("from the local cache", min(bench.build("cache", cache="full") for _ in range(options.rounds)))
        for latency in LATENCIES:
            proxy = FaultProxy(port)
            proxy.latency = latency
            stack.callback(proxy.close)
            stack.enter_context(as_user(proxy.port))
            remote = f"s3://{BUCKET}/latency-{latency:g}"
            with as_user(port):
                bench.build("cache", cache="full", remote=remote, write=True)
            bench.build("remote", cache=bench.fresh(), remote=remote)  # connects
            at = f"latency {latency * 1e3:.0f} ms"
            row(f"from the remote, {at}", bench.least(options.rounds, "remote", remote=remote))
            first = bench.first
            missed = bench.least(options.rounds, None, remote=remote, new=True)
            bench.first = first
            row(f"not in the remote, so made, {at}", missed)
            print(f"{'':10}a miss costs {(missed - made) / many * 1e3:.1f} ms a texture")
    return 0


if __name__ == "__main__":
    sys.exit(main())
