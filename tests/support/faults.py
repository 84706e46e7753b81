"""Builds that are killed, crowded and disturbed, and what must be true afterwards. Shared by the suite and tests/soak/."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from support.paths import ROOT
from support.projects import MANIFEST as SMALL
from support.projects import QUICK, contents

from bluenoise_assets import BluenoiseError, load_manifest, make_plan
from bluenoise_assets.builder import build_manifests
from bluenoise_assets.builder.atomic_files import TEMPORARY_PREFIX
from bluenoise_assets.builder.lock import read_lock
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME
from bluenoise_assets.formats import png

PROGRESS = re.compile(r"^\S+: +[0-9]+%.*\n", re.MULTILINE)
"""What a build prints that takes more than 5 s, as it may on a busy machine."""

TEXTURES = 24
MANIFEST = """\
schema: 1
output: out
defaults: {optimizer: {steps: 200}, objective: {spectrum: {fine_tuning: 50}}, formats: [png], engines: [unity]}
textures:
  n_{i}:
    matrix: {i: [%s]}
    size: 24
    seed: "{i}"
shaders: [glsl]
"""


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a command wrote to stderr, without its progress."""
    return PROGRESS.sub("", done.stderr)


def killed_builds(folder: Path, kills: int, seed: int = 0) -> int:
    """Kill that many builds; return how many died between the first temporary file and the last lock's replacement."""
    rng = random.Random(seed)
    manifest = folder / "game.yaml"
    manifest.write_text(MANIFEST % ", ".join(map(str, range(TEXTURES))))
    out, cache = folder / "out", folder / "cache"
    command = [sys.executable, "-m", "bluenoise_assets", "build", str(manifest), "--quiet", "--jobs", "1"]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(cache)}

    def start():
        return subprocess.Popen(command, env=environment)

    def wait_for_files(process, count):
        """Until the build has put so many files in place; by files, not by a clock, since machines are busy."""
        while process.poll() is None:
            if sum(not Path(file).name.startswith(".") for file in contents_or_nothing(out)) >= count:
                return
            time.sleep(0.0005)
        raise AssertionError("the build ended before it was seen to write")

    assert start().wait() == 0  # fills the cache of compiled programs
    reference = contents(out)
    inside = 0
    for _ in range(kills):
        shutil.rmtree(out)
        if rng.random() < 0.5:  # the others are served from the cache, or from what the last kill left of it
            shutil.rmtree(cache / "bluenoise-assets" / "textures")
        process = start()
        wait_for_files(process, rng.randrange(1, len(reference) - 2))
        time.sleep(rng.uniform(0, 0.01))
        process.kill()
        process.wait()
        inside += is_inside(out, reference)
        check_whole(out, reference)
        complete(manifest, out, reference)
    return inside


def is_inside(out: Path, reference: dict[str, bytes]) -> bool:
    """Whether a build that has begun to write has not yet put its last lock in place."""
    lock = out / "bluenoise.lock.json"
    return not lock.exists() or lock.read_bytes() != reference["bluenoise.lock.json"]


def check_whole(out: Path, reference: dict[str, bytes]) -> None:
    """Every file under its own name is whole, and what the lock says is true."""
    lock = read_lock(out)
    found = contents(out)
    for file, data in found.items():
        if file in {"bluenoise.lock.json", BUILD_LOCK_NAME} or Path(file).name.startswith(TEMPORARY_PREFIX):
            continue
        assert data == reference[file], f"{file} is torn"
        if file.endswith(".png"):
            png.read(data)
    assert set(lock) <= set(found)


def complete(manifest: Path, out: Path, reference: dict[str, bytes]) -> None:
    """The next build makes everything, leaves no temporary file nor lock, and `check` agrees."""
    told = []
    build_manifests([load_manifest(manifest)], jobs=2, listener=lambda event: told.append(event.as_json()))
    assert [event for event in told if event["event"] == "failed"] == []
    assert contents(out) == reference
    (plan,) = make_plan([load_manifest(manifest)])
    assert not plan.stale


def events_of(processes: list[subprocess.Popen]) -> list[list[dict]]:
    """Wait for `--json` processes, which must all succeed; what each told."""
    told = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), told
    return [[json.loads(line) for line in text.splitlines()] for text in told]


def builders(folders: list[Path], *options: str, start: random.Random | None = None) -> list[subprocess.Popen]:
    """One build of game.yaml in each folder, all at once, or each after a random moment."""
    command = [sys.executable, "-m", "bluenoise_assets", "build", "game.yaml", "--json", "--jobs", "1", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = []
    for folder in folders:
        processes.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True))
        if start is not None:
            time.sleep(start.uniform(0, 0.2))
    return processes


CROWD = f"""\
schema: 1
output: out
defaults: {{{QUICK}}}
textures:
  n_{{i}}: {{matrix: {{i: [1, 2, 3, 4, 5, 6, 7, 8]}}, size: 16, seed: "{{i}}"}}
shaders: [glsl]
"""


def concurrent_builders(folder: Path, count: int, seed: int = 0) -> int:
    """So many builds of one output folder at once; return how many of them had to wait."""
    (folder / "game.yaml").write_text(CROWD)
    told = events_of(builders([folder] * count, "--cache", "off", start=random.Random(seed)))
    built = [event["texture"] for events in told for event in events if event["event"] == "built"]
    assert sorted(built) == [f"n_{i}" for i in range(1, 9)], "each texture once"
    names = {f"n_{i}.{suffix}" for i in range(1, 9) for suffix in ("png", "glsl")}
    assert set(contents(folder / "out")) == names | {"bluenoise.lock.json", "bluenoise_common.glsl"}
    (plan,) = make_plan([load_manifest(folder / "game.yaml")])
    assert not plan.stale
    return sum(any(event["event"] == "waiting" for event in events) for events in told)


def builders_of_one_cache(folder: Path, count: int) -> dict[str, int]:
    """So many projects that want the same textures at once; return how often each texture was optimised."""
    projects = [folder / f"p{index}" for index in range(count)]
    for place in projects:
        place.mkdir()
        (place / "game.yaml").write_text(CROWD)
    told = events_of(builders(projects, "--cache", str(folder / "cache")))
    optimised = [
        event["texture"] for events in told for event in events if event["event"] == "built" and "reused" not in event
    ]
    first = contents(projects[0] / "out")
    assert all(contents(place / "out") == first for place in projects)
    assert [file for file in contents(folder / "cache") if "tmp" in file or "locks" in file] == []
    return {name: optimised.count(name) for name in sorted(set(optimised))}


def random_edits(folder: Path, edits: int, seed: int = 0) -> int:
    """Edit manifest, outputs and lock while builds run, until that many edits fell into one; return all edits."""
    rng = random.Random(seed)
    game, out, cache = folder / "game.yaml", folder / "out", folder / "cache"
    building, ended = threading.Event(), threading.Event()
    crashes: list[BaseException] = []

    def build_again_and_again() -> None:
        while not ended.is_set():
            try:
                manifests = [load_manifest(game)]
                building.set()
                build_manifests(manifests, jobs=2, cache=cache)
            except BluenoiseError:
                pass  # a broken manifest or lock
            except BaseException as error:  # noqa: BLE001 - shown by the test
                crashes.append(error)
                return
            finally:
                building.clear()

    def good() -> str:
        return SMALL.replace("seed: 1", f"seed: {rng.randrange(10**9)}").replace(
            "size: 6", f"size: {rng.randrange(4, 12)}"
        )

    def save_good() -> None:
        game.write_text(good())

    def save_atomically() -> None:
        temporary = folder / ".game.tmp"
        temporary.write_text(good())
        temporary.replace(game)

    def save_broken() -> None:
        text = good()
        game.write_text(text[: rng.randrange(len(text))])

    def remove_the_manifest() -> None:
        game.unlink(missing_ok=True)

    def some_output() -> Path | None:
        files = [out / file for file in contents_or_nothing(out)]
        return rng.choice(files) if files else None

    def remove_an_output() -> None:
        file = some_output()
        if file is not None:
            file.unlink(missing_ok=True)

    def damage_an_output() -> None:
        file = some_output()
        if file is not None:
            file.write_bytes(b"<<<<<<< ours" if rng.random() < 0.3 else rng.randbytes(20))

    def check_all_is_well() -> None:
        game.write_text(good())
        lock = out / "bluenoise.lock.json"
        lock.unlink(missing_ok=True)  # it may have been damaged
        told = []
        build_manifests([load_manifest(game)], jobs=2, cache=cache, listener=lambda event: told.append(event.as_json()))
        assert [event for event in told if event["event"] == "failed"] == []
        (plan,) = make_plan([load_manifest(game)])
        assert not plan.stale
        build_manifests([load_manifest(game)], folder / "reference", jobs=2)
        found, wanted = contents(out), contents(folder / "reference")
        shutil.rmtree(folder / "reference")
        found = {file: data for file, data in found.items() if not file.endswith("lock.json")}
        wanted = {file: data for file, data in wanted.items() if not file.endswith("lock.json")}
        assert found == wanted

    kinds = [save_good, save_good, save_good, save_atomically, save_atomically, save_broken, remove_the_manifest]
    kinds += [remove_an_output, damage_an_output]
    save_good()
    inside = total = 0
    while inside < edits:
        ended.clear()
        builder = threading.Thread(target=build_again_and_again)
        builder.start()
        for _ in range(50):
            building.wait(0.05)
            time.sleep(rng.uniform(0, 0.03))
            total += 1
            inside += building.is_set()
            rng.choice(kinds)()
            if inside == edits:
                break
            if rng.random() < 0.7:
                save_good()
        ended.set()
        builder.join()
        assert not crashes, crashes
        check_all_is_well()
    return total


def contents_or_nothing(folder: Path) -> list[str]:
    """The files below a folder where builds are at work."""
    try:
        return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    except OSError:
        return []
