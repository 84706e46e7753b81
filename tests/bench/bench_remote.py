"""What a texture costs that comes from a remote cache, beside one from the local cache and one that is made; and what a
miss costs at a latency. S3's API on loopback (moto's server, s3fs), behind a proxy that adds the latency.

Run: python tests/bench/bench_remote.py [--textures 100] [--size 64] [--rounds 3]
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.remote_faults import as_user  # noqa: E402
from support.s3 import BUCKET, s3_server  # noqa: E402

from bluenoise_assets import build_manifests, load_manifest  # noqa: E402
from bluenoise_assets.builder.cache.remote import remote as remote_module  # noqa: E402
from bluenoise_assets.builder.cache.settings import CacheSettings  # noqa: E402

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


PROXY = """
import sys, time
from support.fault_proxy import FaultProxy
proxy = FaultProxy(int(sys.argv[1]))
proxy.latency = float(sys.argv[2])
print(proxy.port, flush=True)
time.sleep(1e6)
"""


@contextlib.contextmanager
def delayed(port, latency):
    """The port of a proxy, in a process of its own, that makes every answer late."""
    command = [sys.executable, "-c", PROXY, str(port), str(latency)]
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(ROOT / "tests")}, stdout=subprocess.PIPE
    ) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


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
        """The seconds, and those of processor time, of a build of all textures, which must all come to be in this way."""
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        told = []
        settings = CacheSettings(self.folder / cache, **more)
        began = time.perf_counter(), time.process_time()
        build_manifests(self.manifest(new=new), cache=settings, listener=told.append)
        seconds = time.perf_counter() - began[0], time.process_time() - began[1]
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
            each, processor = (one / many * 1e3 for one in seconds)
            print(
                f"{what:45} {seconds[0]:7.2f} s {each:8.1f} ms a texture, {processor:6.1f} ms of the processors",
                flush=True,
            )

        row("made, no remote", made := bench.least(options.rounds, None, new=True))
        bench.build(None, cache="full", new=True)
        row("from the local cache", min(bench.build("cache", cache="full") for _ in range(options.rounds)))
        for latency in LATENCIES:
            stack.enter_context(as_user(stack.enter_context(delayed(port, latency)) if latency else port))
            remote = f"s3://{BUCKET}/latency-{latency:g}"
            with as_user(port):
                bench.build("cache", cache="full", remote=remote, write=True)
            bench.build("remote", cache=bench.fresh(), remote=remote)  # connects
            at = f"latency {latency * 1e3:.0f} ms"
            row(f"from the remote, {at}", bench.least(options.rounds, "remote", remote=remote))
            first = bench.first
            missed = bench.least(options.rounds, None, remote=remote, new=True)
            row(f"not in the remote, so made, {at}", missed)
            patience = remote_module._processes[remote, False].patience
            before = patience.left()
            bench.build(None, cache=bench.fresh(), remote=remote, new=True)
            waited = (before - patience.left()) / many * 1e3
            bench.first = first
            wall, processor = ((one - other) / many * 1e3 for one, other in zip(missed, made, strict=True))
            print(
                f"{'':8} a miss costs {wall:.1f} ms a texture, {processor:.1f} ms of the processors; waited for {waited:.1f} ms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
