"""Watch mode against a real file system: every way to save, and nothing that ends it but Ctrl-C."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from support.paths import ROOT
from support.projects import FILES, MANIFEST, QUICK, contents, lock_of, project, run_cli_process, stamps
from support.saves import TIMEOUT, WAYS, save_atomically, soak, start, until, write

from bluenoise_assets.builder.events import Done, ProblemFound, Watching
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME
from bluenoise_assets.builder.watch import cycle, loop, watch
from bluenoise_assets.builder.watch import folders as folders_module
from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage

__all__ = ["start"]  # a fixture

ONE = f"schema: 1\ntextures: {{a: {{size: 4, {QUICK}}}}}\n"


def seeded(seed):
    return MANIFEST.replace("seed: 1", f"seed: {seed}")


def test_every_way_to_save_and_every_change_of_the_folder(start, tmp_path):
    """One watch through a working day; the process starts once since that is the slow part."""
    game, out = project(tmp_path), tmp_path / "out"
    watching = start(tmp_path)
    assert watching.wait_for("watching")["files"] == [str(game)]
    assert watching.wait_for("done")["built"] == 3

    for seed, save in enumerate(WAYS, 2):
        save(game, seeded(seed))
        watching.wait_for("done", built=1)  # a busy machine may let it see half of a save first
        assert lock_of(out)["a.png"]["spec"]["seed"] == seed, save

    before = stamps(out)
    game.touch()
    for _ in range(20):
        game.read_bytes()
    assert watching.silent()
    assert stamps(out) == before

    save_atomically(game, seeded(3).replace("size: 6", "sise: 6"))
    problem = watching.wait_for("problem")
    assert (problem["line"], problem["text"], problem["hint"]) == (7, "unknown key 'sise'", "did you mean 'size'?")
    assert watching.wait_for("done", problems=1, ok=False)["built"] == 0
    save_atomically(game, seeded(seed))
    assert watching.wait_for("done", problems=0, ok=True)["built"] == 0  # an editor takes its marks away

    other = project(tmp_path, f"schema: 1\noutput: other\ntextures: {{x: {{size: 4, {QUICK}}}}}\n", "other.yml")
    assert watching.wait_for("watching")["files"] == [str(game), str(other)]
    assert watching.wait_for("done", built=1) == {
        "event": "done",
        "built": 1,
        "failed": 0,
        "fresh": 3,
        "orphans": 0,
        "cancelled": False,
        "problems": 0,
        "ok": True,
    }
    save_atomically(game, "schema: 1\n")  # a bad manifest does not stop the good one
    watching.wait_for("done", ok=False)
    save_atomically(other, other.read_text().replace("size: 4", "size: 5"))
    assert watching.wait_for("done", ok=False)["built"] == 1

    before = contents(tmp_path / "other")
    other.unlink()
    assert Path(watching.wait_for("orphan")["file"]).name == "x.png"
    watching.wait_for("done", ok=False)
    assert contents(tmp_path / "other") == before

    save_atomically(game, seeded(seed))
    assert watching.wait_for("done", ok=True)["built"] == 0
    before = (out / "a.png").stat().st_mtime_ns
    game.rename(tmp_path / "renamed.yaml")
    done = watching.wait_for("done")
    assert done["built"] == 3
    assert (out / "a.png").stat().st_mtime_ns == before  # only the lock names another manifest
    assert lock_of(out)["a.png"]["manifest"] == "../renamed.yaml"

    code, err, _ = watching.end()
    assert code == 130
    assert err == ""
    assert not [name for name in contents(tmp_path) if "tmp" in name]


def test_includes(start, tmp_path):
    """An included file in another folder, one that is missing, its folder missing too, and one that is broken."""
    inside, shared = tmp_path / "in", tmp_path / "shared"
    inside.mkdir()
    text = f"schema: 1\ninclude: [../shared/a.yaml]\noutput: ../out\ntextures: {{x: {{size: 4, {QUICK}}}}}\n"
    project(inside, text)
    watching = start(tmp_path, inside)
    assert watching.wait_for("watching")["files"] == [str(inside / "game.yaml"), str(shared / "a.yaml")]
    assert "there is no such file" in watching.wait_for("problem")["text"]
    watching.wait_for("done", ok=False)

    shared.mkdir()
    project(shared, "schema: 1\ndefaults: {seed: 5}\n", "a.yaml")
    assert watching.wait_for("done", ok=True)["built"] == 1
    assert lock_of(tmp_path / "out")["x.png"]["spec"]["seed"] == 5

    project(shared, "schema: 1\ndefaults: {seed: 6}\n", "a.yaml")
    assert watching.wait_for("done")["built"] == 1
    project(shared, "schema: 1\ninclude: b.yaml\n", "a.yaml")
    problem = watching.wait_for("problem")
    assert problem["file"] == str(shared / "a.yaml")
    watching.wait_for("done", ok=False)
    project(shared, "schema: 1\ndefaults: {seed: 7}\n", "b.yaml")
    assert watching.wait_for("done", ok=True)["built"] == 1
    project(shared, "schema: 1\ndefaults: {sead: 8}\n", "b.yaml")
    assert watching.wait_for("problem")["file"] == str(shared / "b.yaml")
    watching.wait_for("done", ok=False)
    project(shared, "schema: 1\ndefaults: {seed: 8}\n", "b.yaml")
    assert watching.wait_for("done", ok=True)["built"] == 1
    project(shared, "nobody includes this", "c.yaml")
    assert watching.silent()


def test_a_picture_that_comes_and_changes(start, tmp_path):
    """An importance map in another folder: a watch waits for it, and looks again when its bytes change."""
    inside, shared = tmp_path / "in", tmp_path / "shared"
    inside.mkdir()
    entry = ".map: {sample_space: vec2, importance: ../shared/map.png}"
    project(inside, f"schema: 1\noutput: ../out\ntextures: {{{entry}, x: {{size: 4, {QUICK}}}}}\n")
    watching = start(tmp_path, inside)
    assert watching.wait_for("watching")["files"] == [str(inside / "game.yaml"), str(shared / "map.png")]
    problem = watching.wait_for("problem")
    assert (problem["where"], problem["line"]) == (".map.importance", 3)
    watching.wait_for("done", ok=False)

    shared.mkdir()
    (shared / "map.png").write_bytes(png.encode(TexelImage(np.full((1, 2, 2, 1), 255, np.uint8))))
    assert watching.wait_for("done", ok=True)["built"] == 1
    (shared / "map.png").write_bytes(png.encode(TexelImage(np.full((1, 2, 2, 1), 254, np.uint8))))
    assert watching.wait_for("done", ok=True)["built"] == 0  # what depends on it would be
    (shared / "map.png").write_bytes(b"half")
    assert "this is not a PNG file" in watching.wait_for("problem")["text"]
    watching.wait_for("done", ok=False)
    (shared / "other.png").write_bytes(b"of no manifest")
    assert watching.silent()


def test_several_folders_and_files_that_overlap(start, tmp_path):
    """Two folders, one of them also by another name, and a file in a third; each change builds what it must."""
    texts = {}
    for name in ("one", "two", "three"):
        folder = tmp_path / name
        folder.mkdir()
        texts[name] = f"schema: 1\noutput: ../out\ntextures: {{{name}: {{size: 4, {QUICK}}}}}\n"
        project(folder, texts[name])
    project(tmp_path / "three", texts["three"].replace("three:", "unseen:"), "unseen.yaml")
    (tmp_path / "link").symlink_to("one", target_is_directory=True)
    paths = ["one", "one/game.yaml", "link", tmp_path / "two" / ".." / "two", "three/game.yaml"]
    watching = start(tmp_path, *paths)
    assert watching.wait_for("done")["built"] == 3
    for name, text in texts.items():
        project(tmp_path / name, text.replace("size: 4", "size: 5"))
        assert watching.wait_for("done")["built"] == 1
        assert lock_of(tmp_path / "out")[f"{name}.png"]["spec"]["size"] == [5, 5]
    project(tmp_path / "three", texts["three"].replace("three:", "unseen:") + "\n", "unseen.yaml")
    assert watching.silent()
    assert sorted(lock_of(tmp_path / "out")) == ["one.png", "three.png", "two.png"]


def test_a_manifest_behind_symbolic_links(start, tmp_path):
    """Its target may change, or the link, or a link further on (as a mounted Kubernetes ConfigMap does it)."""
    for name, size in (("v1", 4), ("v2", 5), ("v3", 7)):
        (tmp_path / "data" / name).mkdir(parents=True)
        text = f"schema: 1\noutput: {tmp_path / 'out'}\ntextures: {{a: {{size: {size}, {QUICK}}}}}\n"
        project(tmp_path / "data" / name, text)
    (tmp_path / "data" / "now").symlink_to("v1")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "game.yaml").symlink_to("../data/now/game.yaml")
    watching = start(tmp_path, "in")
    assert watching.wait_for("done")["built"] == 1

    def size():
        return lock_of(tmp_path / "out")["a.png"]["spec"]["size"][0]

    assert size() == 4
    (tmp_path / "data" / "new").symlink_to("v2")
    (tmp_path / "data" / "new").replace(tmp_path / "data" / "now")
    shutil.rmtree(tmp_path / "data" / "v1")
    assert watching.wait_for("done")["built"] == 1
    assert size() == 5
    real = tmp_path / "data" / "v2" / "game.yaml"
    write(real, real.read_text().replace("size: 5", "size: 6"))
    assert watching.wait_for("done")["built"] == 1
    assert size() == 6
    (tmp_path / "in" / "game.yaml").unlink()
    (tmp_path / "in" / "game.yaml").symlink_to("../data/v3/game.yaml")
    shutil.rmtree(tmp_path / "data" / "v2")
    assert watching.wait_for("done")["built"] == 1
    assert size() == 7


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
    assert contents(tmp_path / "out").keys() == {*FILES, "bluenoise.lock.json"}


def test_going_back_during_a_build_is_told_to_its_end(start, tmp_path):
    game = project(tmp_path)
    watching = start(tmp_path)
    watching.wait_for("done", built=3)
    write(game, MANIFEST.replace("steps: 8", "steps: 10000000"))
    watching.wait_for("started")
    write(game, MANIFEST)
    watching.wait_for("cancelled")
    assert watching.wait_for("done", ok=True)["built"] == 0


def test_it_waits_for_a_build_of_another_process(start, tmp_path):
    game = project(tmp_path)
    long = project(tmp_path, MANIFEST.replace("steps: 8", "steps: 10000000"), "long.yaml.txt")
    command = [sys.executable, "-m", "bluenoise_assets", "build", str(long), "--cache", "off", "--json"]
    paths = {"PYTHONPATH": str(ROOT)}
    other = subprocess.Popen(command, cwd=tmp_path, env=os.environ | paths, stdout=subprocess.PIPE, text=True)
    with other:
        try:
            assert '"begun"' in other.stdout.readline()
            assert '"started"' in other.stdout.readline()
            watching = start(tmp_path, game)
            waiting = watching.wait_for("waiting")
            assert waiting["output"] == str(tmp_path / "out")
            assert watching.silent()
            write(game, seeded(2))  # a change while it waits
            watching.wait_for("cancelled")
            watching.wait_for("waiting")
        finally:
            other.kill()  # the system frees what it held
    assert watching.wait_for("done")["built"] == 3
    assert lock_of(tmp_path / "out")["a.png"]["spec"]["seed"] == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_in_a_long_build(start, tmp_path, number):
    project(tmp_path, MANIFEST.replace("steps: 8", "steps: 10000000"))
    watching = start(tmp_path)
    watching.wait_for("started")
    time.sleep(1)
    code, err, seconds = watching.end(number)
    assert code == 128 + number
    assert seconds < 60  # promised: one second; here only against hanging
    assert err == ""
    assert not [name for name in contents(tmp_path) if "tmp" in name]


def test_it_ends_when_nobody_listens_any_more(tmp_path):
    """An editor that dies leaves no watch behind for ever."""
    game = project(tmp_path, ONE)
    command = [sys.executable, "-m", "bluenoise_assets", "watch", "game.yaml", "--json", "--cache", "off"]
    paths = {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | paths, **pipes) as watching:
        while '"done"' not in watching.stdout.readline():
            pass
        watching.stdout.close()
        write(game, ONE.replace("size: 4", "seed: 5, size: 4"))
        try:
            assert watching.wait(TIMEOUT) == 1
        finally:
            watching.kill()
        assert watching.stderr.read() == ""


def test_a_path_that_does_not_exist_is_refused_at_the_start(start, tmp_path):
    watching = start(tmp_path, "nope.yaml")
    assert watching.wait_for("problem")["text"] == "no such file or folder"
    assert watching.process.wait(TIMEOUT) == 2


def test_polling_by_the_option_and_by_the_environment(start, tmp_path):
    """Also without a number before a path."""
    game = project(tmp_path, ONE)
    watchings = [
        start(tmp_path, "--poll=0.2", "--output", "one"),
        start(tmp_path, "--output", "two", BLUENOISE_POLL="0.2"),
        start(tmp_path, "--output", "three", "--poll", game),
        start(tmp_path, "--output", "four", "--poll=0", BLUENOISE_POLL="5"),
    ]
    assert [watching.wait_for("watching")["poll"] for watching in watchings] == [0.2, 0.2, 1.0, None]
    for watching in watchings:
        assert watching.wait_for("done")["built"] == 1
    write(game, ONE.replace("size: 4", "seed: 5, size: 4"))  # nothing new to compile
    for watching in watchings:
        assert watching.wait_for("done")["built"] == 1
        code, err, seconds = watching.end()
        assert (code, err) == (130, "")
        assert seconds < 60


def test_once(tmp_path):
    """One round, and the exit code of `build`."""
    game = project(tmp_path, ONE)
    arguments = ("watch", ".", "--once", "--cache", "off")
    done = run_cli_process(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "1 built"
    done = run_cli_process(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "nothing to do: 1 texture, all fresh\n")

    other = project(tmp_path, "schema: 1\ntextures: {b: {size: 0}}\n", "other.yaml")
    write(game, ONE.replace("size: 4", "seed: 5, size: 4"))
    done = run_cli_process(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("other.yaml:2:")
    assert "1 built" in done.stdout  # the good one
    other.unlink()

    shutil.rmtree(tmp_path / "bluenoise")
    (tmp_path / "bluenoise").write_text("a file where the folder should be")
    done = run_cli_process(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


class Told:
    """Collects what a watch tells in this process: texts, problems, and the names of other events."""

    def __init__(self):
        self.events = []

    def __call__(self, event):
        if isinstance(event, ProblemFound):
            self.events.append(str(event.problem))
        elif not isinstance(event, Watching) and (not isinstance(event, Done) or event.ok or event.built):
            self.events.append(getattr(event, "text", None) or event.event)

    def count(self, what):
        return sum(event == what for event in self.events)


@pytest.fixture
def in_process(tmp_path):
    """`watch` in a thread; ends with the test."""
    told, ended = Told(), threading.Event()
    threads = []

    def starter(*paths, **options):
        options |= {"listener": told, "stop": ended.is_set}
        threads.append(threading.Thread(target=watch, args=(list(paths),), kwargs=options))
        threads[0].start()
        return told

    yield starter
    ended.set()
    for thread in threads:
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def test_once_warm_a_save_compiles_nothing(tmp_path, in_process):
    import jax

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, _seconds, **_more: compiled.append(name) if "backend_compile" in name else None
    )
    text = "schema: 1\ntextures: {a: {size: [65, 63], seed: 0, objective: {spectrum: {cutoff: 0.25}}}, b: {size: [65, 63], seed: 8}}\n"
    game = project(tmp_path, text)
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    assert compiled  # the listener hears
    compiled.clear()
    text = text.replace("seed: 0", "seed: 1").replace("cutoff: 0.25", "cutoff: 0.2")
    write(game, text.replace("seed: 8", "seed: 9, effort: fast, distribution: triangular"))
    until(lambda: told.count("done") == 2)
    assert compiled == []


@pytest.mark.parametrize("poll", [None, 0.1])
def test_a_folder_that_is_deleted_or_moved_and_made_again(tmp_path, in_process, monkeypatch, poll):
    monkeypatch.setattr(loop, "FOLDER_LOOK_SECONDS", 0.2)
    folder = tmp_path / "in"
    text = f"schema: 1\noutput: ../out\ntextures: {{a: {{size: 4, {QUICK}}}}}\n"
    folder.mkdir()
    project(folder, text)
    told = in_process(folder, poll=poll)
    until(lambda: told.count("done") == 1)

    def gone():
        return sum("no such" in event for event in told.events)

    for count, remove in enumerate((shutil.rmtree, lambda folder: folder.rename(tmp_path / "away")), 1):
        remove(folder)
        until(lambda count=count: gone() == count)
        folder.mkdir()
        until(lambda count=count: any("holds no manifest" in event for event in told.events[-1:]))
        project(folder, text.replace("size: 4", f"size: {count + 10}"))
        until(lambda count=count: told.count("done") == 2 * count)
        project(folder, text.replace("size: 4", f"size: {count + 20}"))
        until(lambda count=count: told.count("done") == 2 * count + 1)
    assert lock_of(tmp_path / "out")["a.png"]["spec"]["size"] == [22, 22]


def test_a_failing_build_is_tried_again_at_the_next_save_and_not_for_ever(tmp_path, in_process, monkeypatch):
    monkeypatch.setattr(loop, "SAFETY_LOOK_SECONDS", 0.1)
    game = project(tmp_path, ONE)
    (tmp_path / "bluenoise").write_text("a file where the folder should be")
    told = in_process(game)
    until(lambda: told.events)
    time.sleep(1)
    (only,) = told.events
    assert "the output folder cannot be written" in only
    (tmp_path / "bluenoise").unlink()
    write(game, ONE)  # the same again
    until(lambda: told.count("done") == 1)


def test_a_save_is_one_look(tmp_path, in_process, monkeypatch):
    """Also with an included file in another folder."""
    looks = []
    read = cycle.read_paths
    monkeypatch.setattr(cycle, "read_paths", lambda *given: looks.append(given) or read(*given))
    (tmp_path / "in").mkdir()
    project(tmp_path, "schema: 1\ndefaults: {seed: 1}\n", "common.yaml")
    game = project(tmp_path / "in", ONE.replace("textures", "include: ../common.yaml\ntextures"))
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    time.sleep(0.3)
    before = len(looks)
    game.touch()
    until(lambda: len(looks) > before)
    time.sleep(1)
    assert len(looks) == before + 1


def test_a_row_of_saves_is_one_build_of_the_last(tmp_path, in_process, monkeypatch):
    """With a longer moment of quiet than the machine may need for one save."""
    monkeypatch.setattr(loop, "QUIET_SECONDS", 2)
    monkeypatch.setattr(loop, "LONGEST_SETTLING_SECONDS", TIMEOUT)
    game = project(tmp_path, ONE)
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    for seed in range(20):
        write(game, ONE.replace("{size: 4, ", f"{{size: 4, seed: {seed}, "))
        time.sleep(0.05)
    until(lambda: told.count("done") > 1)
    assert lock_of(game.parent / "bluenoise")["a.png"]["spec"]["seed"] == 19
    assert told.count("built") == 2
    assert told.count("done") == 2


def test_a_file_that_a_pattern_means_comes_and_goes(tmp_path, in_process):
    """Also where there was no folder at first."""
    game = project(tmp_path, ONE.replace("textures", "include: ['common/*.yaml']\ntextures"))
    told = in_process(game)
    until(lambda: any("there is no such folder" in event for event in told.events))
    (tmp_path / "common").mkdir()
    until(lambda: any("no manifest matches" in event for event in told.events))
    for count, seed in enumerate((5, 6), 1):
        project(tmp_path / "common", f"schema: 1\ndefaults: {{seed: {seed}}}\n", f"{seed}.yaml")
        until(lambda count=count: told.count("done") == count)
        assert lock_of(tmp_path / "bluenoise")["a.png"]["spec"]["seed"] == seed
    (tmp_path / "common" / "6.yaml").unlink()
    until(lambda: told.count("done") == 3)
    assert lock_of(tmp_path / "bluenoise")["a.png"]["spec"]["seed"] == 5


def test_a_newer_version_s_lock_is_seen_to_be_gone(tmp_path, in_process):
    game = project(tmp_path, ONE)
    (tmp_path / "bluenoise").mkdir()
    lock = tmp_path / "bluenoise" / "bluenoise.lock.json"
    lock.write_text('{"lock": 2, "files": {}}')
    told = in_process(game)
    until(lambda: any("the lock has version 2" in event for event in told.events))
    time.sleep(0.3)
    lock.unlink()
    until(lambda: told.count("done") == 1)


def test_a_lock_that_git_could_not_merge_is_mended(tmp_path, in_process):
    game = project(tmp_path, ONE)
    (tmp_path / "bluenoise").mkdir()
    lock = tmp_path / "bluenoise" / "bluenoise.lock.json"
    lock.write_text("<<<<<<< ours\n")
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    assert any("git could not merge the lock" in event for event in told.events)
    assert "a.png" in lock.read_text()


def test_outputs_that_somebody_deletes_are_made_again(tmp_path, in_process, monkeypatch):
    """A file, one in a folder below, the whole folder and the one above it: without the look every 30 seconds."""
    monkeypatch.setattr(loop, "SAFETY_LOOK_SECONDS", 10 * TIMEOUT)
    game = project(tmp_path, ONE.replace("schema: 1", "schema: 1\noutput: above/out").replace("{a:", "{sub/a:"))
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    above = tmp_path / "above"
    before = contents(above)
    assert "out/sub/a.png" in before
    for count, path in enumerate((above / "out/sub/a.png", above / "out/sub", above / "out", above), 2):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        until(lambda count=count: told.count("done") == count)
        assert contents(above) == before
    assert told.count("done") == 5


def test_what_somebody_writes_into_a_file_is_found_by_the_look_every_30_seconds(tmp_path, in_process, monkeypatch):
    """And what others put beside it, as engines do, builds nothing."""
    monkeypatch.setattr(loop, "SAFETY_LOOK_SECONDS", 0.2)
    told = in_process(project(tmp_path, ONE))
    until(lambda: told.count("done") == 1)
    (tmp_path / "bluenoise" / "a.png.meta").touch()
    with (tmp_path / "bluenoise" / "a.png").open("ab") as file:
        file.write(b"more")
    until(lambda: told.count("done") == 2)
    assert told.count("built") == 2


def test_a_bug_does_not_end_it(tmp_path, in_process, monkeypatch):
    def broken(*_given):
        raise RuntimeError("oh")

    read = cycle.read_paths
    monkeypatch.setattr(cycle, "read_paths", broken)
    monkeypatch.setattr(loop, "SAFETY_LOOK_SECONDS", 0.1)
    told = in_process(project(tmp_path, ONE))
    until(lambda: told.events)
    time.sleep(0.5)
    assert told.events == ["a bug in bluenoise-assets: RuntimeError: oh"]  # once
    monkeypatch.setattr(cycle, "read_paths", read)
    until(lambda: told.count("done") == 1)


@pytest.mark.parametrize("where", ["schedule", "__init__"])
def test_without_inotify_watches_it_polls(tmp_path, in_process, monkeypatch, where):
    """The limit of watches is met when a folder is added, that of instances at the very start."""
    import errno

    def exhausted(*_arguments, **_options):
        raise OSError(errno.ENOSPC if where == "schedule" else errno.EMFILE, "No more of it")

    monkeypatch.setattr(folders_module, "Observer", type("Exhausted", (folders_module.Observer,), {where: exhausted}))
    game = project(tmp_path, ONE)
    told = in_process(game)
    until(lambda: told.count("done") == 1)
    limit = "max_user_watches" if where == "schedule" else "max_user_instances"
    assert f"fs.inotify.{limit}" in told.events[0]
    time.sleep(0.1)
    write(game, ONE.replace("size: 4", "size: 5"))
    until(lambda: told.count("done") == 2)


def test_the_output_inside_the_watched_folder_starts_no_loop(tmp_path, in_process):
    game = project(tmp_path, MANIFEST.replace("output: out", "output: ."))
    told = in_process(tmp_path)
    until(lambda: told.count("done") == 1)
    before = list(told.events)
    time.sleep(1)
    assert told.events == before
    assert game.exists()


def test_a_cancelled_build_leaves_nothing_behind(tmp_path, in_process):
    """Cancelled while it waits for the folder, and while it optimises: no temporary file, and the folder is free."""
    out = tmp_path / "out"
    out.mkdir()
    game = project(tmp_path, MANIFEST.replace("steps: 8", "steps: 10000000"))
    with FileLock(out / BUILD_LOCK_NAME):
        told = in_process(game)
        until(lambda: told.count("waiting") == 1)
        write(game, MANIFEST.replace("steps: 8", "steps: 9999999"))
        until(lambda: told.count("waiting") == 2)
    until(lambda: told.count("progress") > 3)
    write(game, "schema: 1\n")
    until(lambda: told.count("cancelled") == 2)
    until(lambda: any("textures" in event for event in told.events[-1:]))
    assert contents(out) == {}
    with FileLock(out / BUILD_LOCK_NAME).acquire(timeout=0):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_100_saves_leave_memory_files_and_threads_as_they_were(tmp_path):
    """tests/soak/soak_watch.py runs 2,000."""
    rows = soak(tmp_path, 100, every=25)
    print(rows)
    assert len({row[2:] for row in rows}) == 1, rows
