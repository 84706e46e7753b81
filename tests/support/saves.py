"""The ways in which programs save a file, `watch` in a process of its own, and rows of saves under a watch.

Shared by tests/watch/ and tests/soak/.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.paths import ROOT
from support.projects import run_cli

from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX

WARM_UP = 400
MOST_GROWTH_KIB = 8 * 1024

TIMEOUT = 180
"""Seconds; only against hanging: machines are busy."""


def until(condition):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


class Watching:
    """`bluenoise-assets watch --json` in a process of its own, and the events it has told."""

    def __init__(self, folder, *arguments, **environment):
        command = [sys.executable, "-m", "bluenoise_assets", "watch", *map(str, arguments or (folder,)), "--json"]
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            [*command, "--cache", "off"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": paths} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines = []
        self.events = []
        self.seen = 0
        self.told = threading.Condition()
        self.err = ""
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_err)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            with self.told:
                self.lines.append(line)
                self.events.append(event)
                self.told.notify_all()

    def _read_err(self):
        for line in self.process.stderr:
            self.err += line

    def wait_for(self, name, **wanted):
        """The next event of a name, with these values, after the last one waited for."""
        limit = time.monotonic() + TIMEOUT
        with self.told:
            while True:
                for index in range(self.seen, len(self.events)):
                    event = self.events[index]
                    if event["event"] == name and all(event.get(key) == value for key, value in wanted.items()):
                        self.seen = index + 1
                        return event
                heard = self.told.wait(max(0, limit - time.monotonic()))
                assert heard, f"no {name} {wanted} in {self.events[-20:]} {self.err}"

    def silent(self, seconds=0.7):
        """Nothing is told for a while: longer than an event takes to settle. Progress is not counted."""
        before = len(self.events)
        time.sleep(seconds)
        return [event for event in self.events[before:] if event["event"] != "progress"] == []

    def end(self, number=signal.SIGINT):
        """End it, as Ctrl-C does; return its exit code, its stderr and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(TIMEOUT)
        seconds = time.monotonic() - began
        for reader in self.readers:
            reader.join(TIMEOUT)
        return code, self.err, seconds

    def kill(self):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(TIMEOUT)
        self.process.stdout.close()
        self.process.stderr.close()


@pytest.fixture
def start():
    """Starts a `Watching`; ends them all with the test."""
    running = []

    def starter(*arguments, **environment):
        running.append(Watching(*arguments, **environment))
        return running[-1]

    yield starter
    for watching in running:
        watching.kill()


def write(path, text):
    path.write_text(text, encoding="utf-8")


def write_in_two_parts(path, text):
    with path.open("w") as file:
        file.write(text[:40])
        file.flush()
        time.sleep(0.03)
        file.write(text[40:])


def save_atomically(path, text):
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text)
    temporary.replace(path)


def save_like_vim(path, text):
    (path.parent / "4913").write_text("")
    (path.parent / "4913").unlink()
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    path.write_text(text)
    backup.unlink()


def save_like_emacs(path, text):
    """Through a link as its lock, with a backup that is a copy."""
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("somebody@somewhere.1:1")
    path.with_name(f"{path.name}~").write_bytes(path.read_bytes())
    path.write_text(text)
    lock.unlink()


def save_from_elsewhere(path, text):
    """A file that comes from another folder by a rename: only a bare `created` tells of it."""
    elsewhere = path.parent / ".elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / path.name).write_text(text)
    (elsewhere / path.name).rename(path)


def delete_and_write(path, text):
    path.unlink()
    path.write_text(text)


WAYS = (
    write,
    write_in_two_parts,
    save_atomically,
    save_like_vim,
    save_like_emacs,
    save_from_elsewhere,
    delete_and_write,
)

SOAK_MANIFEST = "schema: 1\ninclude: [../common.yaml]\noutput: ../out\ntextures: {{a: {{seed: {}}}, b: {{}}}}\n"
SOAK_COMMON = "schema: 1\ndefaults: {{size: 8, effort: fast, seed: {}}}\n"


def assert_flat(rows):
    """Print what a soak returned; memory, files and threads of a watch stay as they are once it is warm."""
    print("\nsaves  RSS KiB  files  threads")
    for saves, memory, files, threads in rows:
        print(f"{saves:5}  {memory:7}  {files:5}  {threads:7}")
    warm = [row for row in rows if row[0] >= WARM_UP]
    assert len({row[2:] for row in warm}) == 1
    assert warm[-1][1] - warm[0][1] < MOST_GROWTH_KIB


def soak(folder, saves, every=100, *options, begin=lambda watching: None):
    """Save that many times under one watch, and wait for each build.

    Every 7th save is of the included file, every 20th first breaks the manifest. Returns the rows
    (saves, RSS in KiB, file descriptors, threads), one for each `every` saves. A command runs after each build.
    `options` are more of the watch's; `begin` is called with it before the first save.
    """
    inside, out = folder / "manifests", folder / "out"
    inside.mkdir()
    game, common = inside / "game.yaml", folder / "common.yaml"
    write(game, SOAK_MANIFEST.format(0))
    write(common, SOAK_COMMON.format(0))
    watching = Watching(folder, inside, "--exec", "true", *options)
    rows = []
    try:
        begin(watching)
        assert watching.wait_for("done")["built"] == 2
        for count in range(1, saves + 1):
            save = WAYS[count % len(WAYS)]
            if count % 20 == 0:
                save(game, SOAK_MANIFEST.format(count).replace("seed", "sead"))
                watching.wait_for("problem")
                watching.wait_for("done", ok=False)
            if count % 7 == 0 and count % 20 != 0:
                save(common, SOAK_COMMON.format(count))
            else:
                save(game, SOAK_MANIFEST.format(count))
            done = watching.wait_for("done", ok=True)
            assert done["built"] >= 1, (count, done)
            watching.events.clear()
            watching.lines.clear()
            watching.seen = 0
            if count % every == 0:
                rows.append((count, *usage(watching.process.pid)))
        code, err, _ = watching.end()
    finally:
        watching.kill()
    assert (code, err) == (130, "")
    assert run_cli("check", inside, cwd=folder).returncode == 0
    assert not list(folder.rglob(f"{TEMPORARY_PREFIX}*"))
    assert sorted(file.name for file in out.iterdir() if file.suffix) == ["a.png", "b.png", "bluenoise.lock.json"]
    return rows


def usage(pid):
    """Memory in KiB, open files and threads of a process, as Linux tells: the least of a moment.

    A watch that has told of its build still has to end the build's threads.
    """
    return tuple(map(min, zip(*(_usage(pid) for _ in range(10)), strict=True)))


def _usage(pid):
    time.sleep(0.02)
    process = Path("/proc") / str(pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]), len(list((process / "fd").iterdir())), int(status["Threads"])
