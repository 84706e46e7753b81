"""Watch mode against a real file system: every way to save, and nothing that ends it but Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from projects import MANIFEST, QUICK, contents, lock_of, project, stamps

from bluenoise_assets import watch as watch_module
from bluenoise_assets.console import Console
from bluenoise_assets.watch import watch

TIMEOUT = 30


class Watching:
    """`bluenoise-assets watch --json` in a process of its own, and the events it has told."""

    def __init__(self, folder, *paths):
        command = [sys.executable, "-m", "bluenoise_assets", "watch", *map(str, paths or (folder,)), "--json"]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        self.process = subprocess.Popen(
            [*command, "--cache", "off"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.events = []
        self.seen = 0
        self.told = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] != "progress":
                with self.told:
                    self.events.append(event)
                    self.told.notify_all()

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
                assert self.told.wait(max(0, limit - time.monotonic())), f"no {name} {wanted} in {self.events}"

    def silent(self, seconds=0.7):
        """Nothing is told for a while: longer than an event takes to settle."""
        before = len(self.events)
        time.sleep(seconds)
        return self.events[before:] == []

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            _, err = self.process.communicate(timeout=TIMEOUT)
        except ValueError:  # stdout is being read by the thread
            self.process.wait(TIMEOUT)
            err = self.process.stderr.read()
        return self.process.returncode, err


@pytest.fixture
def start():
    running = []

    def starter(folder, *paths):
        running.append(Watching(folder, *paths))
        return running[-1]

    yield starter
    for watching in running:
        watching.process.kill()
        watching.process.wait()
        watching.process.stdout.close()
        watching.process.stderr.close()


def seeded(seed):
    return MANIFEST.replace("seed: 1", f"seed: {seed}")


def write(path, text):
    path.write_text(text)


def write_in_two_parts(path, text):
    with path.open("w") as file:
        file.write(text[:40])
        file.flush()
        time.sleep(0.03)
        file.write(text[40:])


def save_atomically(path, text):
    temporary = path.with_name(".game.yaml.tmp")
    temporary.write_text(text)
    temporary.replace(path)


def save_like_vim(path, text):
    (path.parent / "4913").write_text("")
    (path.parent / "4913").unlink()
    backup = path.with_name("game.yaml~")
    path.rename(backup)
    path.write_text(text)
    backup.unlink()


def test_every_way_to_save_and_every_change_of_the_folder(start, tmp_path):
    """One watch through a working day; the process starts once since that is the slow part."""
    game, out = project(tmp_path), tmp_path / "out"
    watching = start(tmp_path)
    assert watching.wait_for("done")["built"] == 3

    for seed, save in enumerate((write, write_in_two_parts, save_atomically, save_like_vim), 2):
        save(game, seeded(seed))
        assert watching.wait_for("done")["built"] == 1, save
        assert lock_of(out)["a.png"]["spec"]["seed"] == seed

    before = stamps(out)
    game.touch()
    for _ in range(20):
        game.read_bytes()
    assert watching.silent()
    assert stamps(out) == before

    for seed in range(100, 120):  # 20 saves in a second: one build, of the last
        write(game, seeded(seed))
        time.sleep(0.05)
    done = watching.wait_for("done")
    assert done["built"] == 1
    assert lock_of(out)["a.png"]["spec"]["seed"] == 119
    assert watching.silent()

    write(game, seeded(3).replace("size: 6", "sise: 6"))
    problem = watching.wait_for("problem")
    assert (problem["line"], problem["text"], problem["hint"]) == (7, "unknown key 'sise'", "did you mean 'size'?")
    write(game, seeded(4))
    assert watching.wait_for("done")["built"] == 1

    other = project(tmp_path, f"schema: 1\noutput: other\ntextures: {{x: {{size: 4, {QUICK}}}}}\n", "other.yml")
    assert watching.wait_for("done") | {"fresh": 0} == {
        "event": "done",
        "built": 1,
        "failed": 0,
        "fresh": 0,
        "orphans": 0,
        "cancelled": False,
    }
    write(game, "schema: 1\n")  # a bad manifest does not stop the good one
    watching.wait_for("problem")
    write(other, other.read_text().replace("size: 4", "size: 5"))
    assert watching.wait_for("done")["built"] == 1

    before = contents(tmp_path / "other")
    other.unlink()
    assert Path(watching.wait_for("orphan")["file"]).name == "x.png"
    assert contents(tmp_path / "other") == before

    write(game, seeded(4))
    assert watching.silent(1.0)  # it is what was built last
    before = (out / "a.png").stat().st_mtime_ns
    game.rename(tmp_path / "renamed.yaml")
    done = watching.wait_for("done")
    assert done["built"] == 3
    assert (out / "a.png").stat().st_mtime_ns == before  # only the lock names another manifest
    assert lock_of(out)["a.png"]["manifest"] == "../renamed.yaml"

    code, err = watching.end()
    assert code == 130
    assert "Traceback" not in err
    assert not [name for name in contents(tmp_path) if "tmp" in name]


def test_an_edit_during_a_build_starts_anew(start, tmp_path):
    game = project(tmp_path, MANIFEST.replace("steps: 8", "steps: 10000000"))
    watching = start(tmp_path, "game.yaml")
    watching.wait_for("started")
    time.sleep(0.5)
    game.touch()  # changes nothing: the build goes on
    assert watching.silent()
    write(game, MANIFEST)
    watching.wait_for("cancelled")
    assert watching.wait_for("done")["built"] == 3
    assert sorted(contents(tmp_path / "out")) == [
        "a.glsl",
        "a.png",
        "b.glsl",
        "b.png",
        "bluenoise.lock.json",
        "ui/c.glsl",
        "ui/c.png",
    ]


def test_ctrl_c_ends_a_long_build_at_once(start, tmp_path):
    project(tmp_path, MANIFEST.replace("steps: 8", "steps: 10000000"))
    watching = start(tmp_path)
    watching.wait_for("started")
    time.sleep(1)
    began = time.monotonic()
    code, err = watching.end()
    assert code == 130
    assert time.monotonic() - began < 5  # promised: one second; here only against hanging
    assert "Traceback" not in err
    assert not [name for name in contents(tmp_path) if "tmp" in name]


def test_a_path_that_does_not_exist_is_refused_at_the_start(start, tmp_path):
    watching = start(tmp_path, "nope.yaml")
    assert watching.wait_for("problem")["text"] == "no such file or folder"
    assert watching.process.wait(TIMEOUT) == 2


class Quietly(Console):
    """Collects events in this process."""

    def __init__(self):
        super().__init__()
        self.events = []

    def event(self, event):
        self.events.append(event["event"])

    def say(self, _text, **data):
        self.events.append(data.get("event"))

    def problem(self, problem):
        self.events.append(str(problem))

    def error(self, text):
        self.events.append(text)

    def count(self, what):
        return sum(event == what for event in self.events)


@pytest.fixture
def in_process(tmp_path):
    """`watch` in a thread; ends with the test."""
    console, ended = Quietly(), threading.Event()
    threads = []

    def starter(*paths):
        options = {"console": console, "stop": ended.is_set}
        threads.append(threading.Thread(target=watch, args=(list(paths),), kwargs=options))
        threads[0].start()
        return console

    yield starter
    ended.set()
    for thread in threads:
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def until(condition):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_once_warm_a_save_compiles_nothing(tmp_path, in_process):
    import jax

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _seconds, **_more: compiled.append(name) if "backend_compile" in name else None
    )
    text = "schema: 1\ntextures: {a: {size: [65, 63], seed: 0, objective: {spectrum: {cutoff: 0.25}}}, b: {size: [65, 63], seed: 8}}\n"
    game = project(tmp_path, text)
    console = in_process(game)
    until(lambda: console.count("done") == 1)
    assert compiled  # the listener hears
    compiled.clear()
    text = text.replace("seed: 0", "seed: 1").replace("cutoff: 0.25", "cutoff: 0.2")
    write(game, text.replace("seed: 8", "seed: 9, effort: fast, distribution: triangular"))
    until(lambda: console.count("done") == 2)
    assert compiled == []


def test_a_folder_that_is_deleted_and_made_again(tmp_path, in_process, monkeypatch):
    monkeypatch.setattr(watch_module, "MISSING_FOLDER_LOOK_SECONDS", 0.2)
    folder = tmp_path / "in"
    folder.mkdir()
    text = f"schema: 1\noutput: ../out\ntextures: {{a: {{size: 4, {QUICK}}}}}\n"
    project(folder, text)
    console = in_process(folder)
    until(lambda: console.count("done") == 1)
    (folder / "game.yaml").unlink()
    folder.rmdir()
    until(lambda: any("there is no such file" in event or "no such" in event for event in console.events if event))
    folder.mkdir()
    project(folder, text.replace("size: 4", "size: 5"))
    until(lambda: console.count("done") == 2)
    time.sleep(0.5)
    project(folder, text.replace("size: 4", "size: 6"))
    until(lambda: console.count("done") == 3)


def test_a_failing_build_is_tried_again_at_the_next_save_and_not_for_ever(tmp_path, in_process, monkeypatch):
    monkeypatch.setattr(watch_module, "SAFETY_LOOK_SECONDS", 0.1)
    text = f"schema: 1\ntextures: {{a: {{size: 4, {QUICK}}}}}\n"
    game = project(tmp_path, text)
    (tmp_path / "bluenoise").write_text("a file where the folder should be")
    console = in_process(game)
    until(lambda: console.events)
    time.sleep(1)
    (only,) = console.events
    assert "the output folder cannot be written" in only
    (tmp_path / "bluenoise").unlink()
    write(game, text + "\n")
    until(lambda: console.count("done") == 1)


def test_without_inotify_watches_it_polls(tmp_path, in_process, monkeypatch):
    import errno

    class Exhausted(watch_module.Observer):
        def schedule(self, *_args, **_options):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(watch_module, "Observer", Exhausted)
    text = f"schema: 1\ntextures: {{a: {{size: 4, {QUICK}}}}}\n"
    game = project(tmp_path, text)
    console = in_process(game)
    until(lambda: console.count("done") == 1)
    assert "fs.inotify.max_user_watches" in console.events[0]
    time.sleep(0.1)
    write(game, text.replace("size: 4", "size: 5"))
    until(lambda: console.count("done") == 2)


def test_the_output_inside_the_watched_folder_starts_no_loop(tmp_path, in_process):
    game = project(tmp_path, MANIFEST.replace("output: out", "output: ."))
    console = in_process(tmp_path)
    until(lambda: console.count("done") == 1)
    before = list(console.events)
    time.sleep(1)
    assert console.events == before
    assert game.exists()
