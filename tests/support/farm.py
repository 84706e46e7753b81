"""A dask cluster of processes on this machine, each started by its own command and again whenever it ends."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from support.paths import ROOT
from support.projects import QUICK, contents, project
from support.tools import require, require_module

from bluenoise_assets import build_manifests, load_manifest
from bluenoise_assets.builder.executors.dask_cluster import DaskCluster
from bluenoise_assets.noise import work_item_count

INSTALL = 'python -m pip install "bluenoise-assets[dask]"'
PRELOAD = Path(__file__).with_name("farm_preload.py")
LONG = 240.0
"""Seconds that a test waits at most for what takes one."""


def until(true, what: str, seconds: float = LONG):
    """Wait until something is true; return what it gave."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(0.05)
    return found


class Farm:
    """`restart` the scheduler, `kill` a worker: loops of a shell start workers again, as a farm's own services do."""

    def __init__(
        self, folder: Path, workers: int, seconds: float = 0.0, options=("--no-nanny",), protocol="tcp", **env
    ):
        require_module("distributed", INSTALL)
        self.folder, self.options = folder, options
        folder.mkdir(exist_ok=True)
        self.log, self.file = folder / "made.txt", folder / "scheduler.json"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"{protocol}://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "BLUENOISE_TEST_LOG": str(self.log),
            "BLUENOISE_TEST_SECONDS": str(seconds),
            "DASK_TEMPORARY_DIRECTORY": str(folder),
            **env,
        }
        self.loops: list[subprocess.Popen] = []
        self.scheduler = self._scheduler()
        for number in range(workers):
            self.add(f"w{number}")

    def _scheduler(self) -> subprocess.Popen:
        command = [require("dask", INSTALL), "scheduler", "--host", self.address.rpartition(":")[0]]
        command += ["--port", str(self.port), "--no-dashboard", "--scheduler-file", str(self.file)]
        command += ["--idle-timeout", "600"]  # where a test is killed, nothing stays behind
        log = (self.folder / "scheduler.log").open("a")
        # without our package: a scheduler needs dask alone
        environment = {name: value for name, value in self.environment.items() if name != "PYTHONPATH"}
        with log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.folder)

    def add(self, name: str, kind: str = "") -> subprocess.Popen:
        """Start a worker, now and whenever it has ended."""
        command = f"{require('dask', INSTALL)} worker {self.address} --nthreads 1 --no-dashboard --name {name}"
        command += f" --preload {PRELOAD} {' '.join(self.options)}"
        with (self.folder / f"{name}.log").open("a") as log:
            loop = subprocess.Popen(
                ["sh", "-c", f"while kill -0 {os.getpid()}; do {command}; sleep 0.2; done"],
                stdout=log,
                stderr=log,
                env=self.environment | {"BLUENOISE_TEST_WORKER": kind},
                cwd=self.folder,
                start_new_session=True,
            )
        self.loops.append(loop)
        return loop

    def restart(self) -> None:
        """End the scheduler as a power cut does, and start another one at its address."""
        self.scheduler.kill()
        self.scheduler.wait()
        self.scheduler = self._scheduler()

    def end(self, loop: subprocess.Popen) -> None:
        if loop in self.loops:
            self.loops.remove(loop)
            os.killpg(loop.pid, signal.SIGKILL)
            loop.wait()

    def close(self) -> None:
        for loop in list(self.loops):
            self.end(loop)
        self.scheduler.kill()
        self.scheduler.wait()

    def notes(self, what: str = "") -> list[tuple[float, int, str, str]]:
        """What workers have noted: when, which process, what, and of which texture (and work item)."""
        try:
            lines = self.log.read_text().splitlines()
        except FileNotFoundError:
            return []
        words = [line.split(" ", 3) for line in lines]
        return [(float(at), int(process), did, key) for at, process, did, key in words if what in ("", did)]

    def busy(self) -> int:
        """The process of a worker that is making something now."""
        last = {process: did for _, process, did, _ in self.notes()}
        makes = [process for process, did in last.items() if did == "makes" and Path(f"/proc/{process}").exists()]
        return makes[0] if makes else 0

    def made_after_stored(self) -> list[str]:
        """Textures that a worker has begun to make although they were stored before."""
        stored: dict[str, float] = {}
        for at, _, did, key in self.notes():
            if did == "stored":
                stored.setdefault(key, at)
        return [key for at, _, did, key in self.notes("makes") if at > stored.get(key.split()[0], at)]


FARM_MANIFEST = """\
schema: 1
output: out
defaults: {{size: {size}, {how}}}
textures:
  t_{{n}}:
    matrix: {{n: [{numbers}]}}
    seed: "{{n}}"
  channels: {{channels: 2}}
"""


def build_with_faults(folder: Path, farm: Farm, count: int, size: int = 8, how: str = QUICK) -> str:
    """Build `count` textures, kill a busy worker after a quarter of them and restart the scheduler after a half.

    All must be there, as a build of this process makes them, and none made again after it was stored.
    """
    numbers = ", ".join(map(str, range(1, count)))
    manifest = load_manifest(project(folder, FARM_MANIFEST.format(size=size, how=how, numbers=numbers)))
    built, killed, told = [], [], []

    def faults():
        until(lambda: len(built) >= count // 4, "a quarter of the textures")
        until(farm.busy, "a busy worker")
        killed.append(farm.busy())
        os.kill(killed[0], signal.SIGKILL)
        until(lambda: len(built) >= count // 2, "a half of the textures")
        farm.restart()

    def listen(event):
        told.append(event)
        if event.event == "built":
            built.append(event.texture)

    trouble = threading.Thread(target=faults)
    trouble.start()
    cluster = DaskCluster(farm.address)
    began = time.monotonic()
    try:
        summary = build_manifests(manifest, folder / "dask", cache=folder / "store", listener=listen, cluster=cluster)
    finally:
        cluster.close()
        trouble.join()
    seconds = time.monotonic() - began
    assert (summary.built, summary.failed) == (count, 0), told
    assert any("is lost; trying again" in event.text for event in told if event.event == "warning")
    assert build_manifests(manifest, folder / "local", jobs=2).built == count
    assert contents(folder / "dask") == contents(folder / "local")
    assert farm.made_after_stored() == []
    begun, stored = farm.notes("makes"), {key for *_, key in farm.notes("stored")}
    alone = {spec.key() for spec in manifest.textures if work_item_count(spec) == 1}
    assert stored == alone  # others are joined, and stored, here
    again = len(begun) - sum(map(work_item_count, manifest.textures))
    return f"{count} textures in {seconds:.1f} s; {again} work items were begun again, none after it was stored"
