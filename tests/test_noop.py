"""The remembered answer: given while nothing has changed, and never else."""

import contextlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import QUICK, build, run_cli

import bluenoise_assets
from bluenoise_assets import __main__ as entry
from bluenoise_assets import cli, noop
from bluenoise_assets.manifest import find_manifests, load_manifest
from bluenoise_assets.plan import make_plan
from bluenoise_assets.remember import remember

PACKAGE = Path(bluenoise_assets.__file__).parent

GAME = """\
schema: 1
include: [../shared/common.yaml]
output: ../out
textures:
  a: {size: 8, seed: 1}
  b: {extends: .base, size: [8, 4]}
shaders: [glsl, hlsl]
"""
COMMON = f"""\
schema: 1
defaults: {{{QUICK}}}
textures:
  .base: {{channels: 2, bits: 16}}
"""
MENU = f"""\
schema: 1
output: ../out
defaults: {{{QUICK}}}
textures:
  ui/c: {{size: 6, seed: 7}}
"""
BROKEN = "schema: 1\ntextures: {x: {size: 0}}\n"
BUILT = "nothing to do: 3 textures, all fresh\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """manifests/game.yaml, which includes shared/common.yaml, and manifests/menu.yaml, both built into out/."""
    root = tmp_path_factory.mktemp("built")
    for name, text in (("manifests/game", GAME), ("manifests/menu", MENU), ("shared/common", COMMON)):
        path = root / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    build(*find_manifests([root / "manifests"]))
    return root


@contextlib.contextmanager
def place(built):
    """A copy of the project, which is the current folder, and a cache folder beside it."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder), "project")
        shutil.copytree(built, root)
        patch.setenv("XDG_CACHE_HOME", str(root.parent / "cache"))
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
        patch.setattr(noop._State, "path", None)
        patch.chdir(root)
        yield root
        os.chdir(root.parent.parent)  # Windows removes no current folder


@pytest.fixture
def project(built):
    with place(built) as root:
        yield root


def fast(*arguments):
    """Exit code (None: a full run is needed) and what was printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = noop.answer(arguments)
    return code, out.getvalue()


def full(*arguments):
    """The same from the full run, which records its answer if `fast` was asked just before."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = cli.main(list(arguments))
    return code, out.buffer.getvalue().decode()


def learn(*arguments):
    """Ask in vain, run in full, and be answered at once."""
    assert fast(*arguments) == (None, "")
    said = full(*arguments)
    assert fast(*arguments) == said
    return said


def records():
    return sorted(Path(os.environ["XDG_CACHE_HOME"], "bluenoise-assets", "noop").glob("*"))


def edit(path, old, new):
    """Change a file's bytes, but neither its size nor its times."""
    status = path.stat()
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)


def flip_last_byte(path):
    data = path.read_bytes()
    edit(path, data[-9:], data[-9:-1] + bytes([data[-1] ^ 1]))


def link(path, target, *, folder=False):
    try:
        path.symlink_to(target, target_is_directory=folder)
    except OSError:  # Windows, without the right to
        pytest.skip("no symbolic links here")


COMMANDS = [
    ("build",),
    ("check",),
    ("build", "manifests"),
    ("build", "manifests/game.yaml"),
    ("build", "manifests/game.yaml", "manifests/menu.yaml", "--jobs", "2", "--cache=elsewhere"),
    ("check", "--quiet"),
    ("build", "--quiet", "manifests"),
    ("check", "--output", "out"),
    ("check", f"manifests{os.sep}..{os.sep}manifests", "--output=manifests/../out"),
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_same_answer_as_the_full_run(project, arguments):
    code, said = learn(*arguments)
    assert code == 0
    count = 2 if "manifests/game.yaml" in arguments and "manifests/menu.yaml" not in arguments else 3
    text = "all fresh\n" if arguments[0] == "check" else BUILT.replace("3", str(count))
    assert said == ("" if "--quiet" in arguments else text)
    assert len(records()) == 1


def test_nothing_is_written_while_the_answer_stays(project):
    learn("check")
    (record,) = records()
    before = record.stat().st_mtime_ns, record.stat().st_ino
    full("check")
    assert (record.stat().st_mtime_ns, record.stat().st_ino) == before


def change_output(root):
    flip_last_byte(root / "out" / "a.png")


def change_output_in_a_folder(root):
    flip_last_byte(root / "out" / "ui" / "c.png")


def change_shader_file(root):
    edit(root / "out" / "b.hlsl", b"blue", b"bule")


def truncate_output(root):
    os.truncate(root / "out" / "a.png", 10)


def delete_output(root):
    (root / "out" / "b.png").unlink()


def output_becomes_a_folder(root):
    (root / "out" / "b.glsl").unlink()
    (root / "out" / "b.glsl").mkdir()


def delete_output_folder(root):
    shutil.rmtree(root / "out")


def delete_lock(root):
    (root / "out" / "bluenoise.lock.json").unlink()


def change_lock(root):
    edit(root / "out" / "bluenoise.lock.json", b'"seed": 1', b'"seed": 2')


def change_hash_in_lock(root):
    lock = root / "out" / "bluenoise.lock.json"
    at = lock.read_bytes().index(b'"sha256": "') + 11
    old = lock.read_bytes()[at : at + 64]
    edit(lock, old, old[::-1])


def conflict_in_lock(root):
    lock = root / "out" / "bluenoise.lock.json"
    lock.write_text(lock.read_text().replace("{", "{\n<<<<<<< ours\n", 1))


def change_manifest(root):
    edit(root / "manifests" / "game.yaml", b"seed: 1", b"seed: 2")


def change_other_manifest(root):
    edit(root / "manifests" / "menu.yaml", b"seed: 7", b"seed: 8")


def change_included_manifest(root):
    edit(root / "shared" / "common.yaml", b"bits: 16", b"bits: 8 ")


def break_manifest(root):
    edit(root / "manifests" / "game.yaml", b"size: 8", b"size: 0")


def add_manifest(root):
    (root / "manifests" / "more.yml").write_text(MENU.replace("ui/c", "ui/d"))


def add_broken_manifest(root):
    (root / "manifests" / "MORE.YAML").write_text(BROKEN)


def delete_manifest(root):
    (root / "manifests" / "menu.yaml").unlink()


def rename_manifest(root):
    (root / "manifests" / "menu.yaml").rename(root / "manifests" / "menus.yaml")


def delete_included_manifest(root):
    (root / "shared" / "common.yaml").unlink()


def wrong_sums(root):
    (root / "out" / "SHA256SUMS").write_text("wrong\n")


CHANGES = {
    change_output: 3,
    change_output_in_a_folder: 3,
    change_shader_file: 3,
    truncate_output: 3,
    delete_output: 3,
    output_becomes_a_folder: 3,
    delete_output_folder: 3,
    delete_lock: 3,
    change_lock: 0,  # the spec in a lock only explains; the key decides
    change_hash_in_lock: 3,
    conflict_in_lock: 2,
    change_manifest: 3,
    change_included_manifest: 3,
    break_manifest: 2,
    add_manifest: 3,
    add_broken_manifest: 2,
    delete_manifest: 0,  # orphans are told, and are no fault
    rename_manifest: 3,
    delete_included_manifest: 2,
    wrong_sums: 3,
}


@pytest.mark.parametrize("arguments", [("check",), ("check", "--quiet", "manifests")], ids=" ".join)
@pytest.mark.parametrize(("change", "code"), CHANGES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_any_change_takes_a_full_run(project, change, code, arguments):
    _, said = learn(*arguments)
    change(project)
    assert fast(*arguments) == (None, "")
    again = full(*arguments)
    assert again[0] == code
    if change is delete_manifest and "--quiet" not in arguments:
        assert "no manifest defines it any more" in again[1]
    elif code == 0:
        assert again == (0, said)


def test_a_change_undone_is_answered_again(project):
    learn("check")
    change_manifest(project)
    assert full("check")[0] == 3
    edit(project / "manifests" / "game.yaml", b"seed: 2", b"seed: 1")
    assert fast("check") == (0, "all fresh\n")


def test_touching_files_changes_nothing(project):
    learn("build")
    for path in (project / "manifests" / "game.yaml", project / "out" / "a.png", project / "out"):
        os.utime(path, (1, 1))
    assert fast("build") == (0, BUILT)


def test_what_is_stale_is_never_recorded(project):
    delete_output(project)
    for _ in range(2):
        assert fast("check") == (None, "")
        assert full("check")[0] == 3
    assert not records()


def test_orphans_are_told_every_time(project):
    delete_manifest(project)
    for _ in range(2):
        assert fast("build") == (None, "")
        assert full("build") == (0, "nothing to do: 2 textures, all fresh, 1 without a manifest\n")


def test_another_manifests_files_in_the_same_folder(project):
    """They may change without making this one stale, but without their manifest they are orphans."""
    arguments = ("check", "manifests/game.yaml")
    said = learn(*arguments)
    change_output_in_a_folder(project)
    assert fast(*arguments) == said == full(*arguments)
    (project / "out" / "ui" / "c.png").unlink()
    assert fast(*arguments) == said == full(*arguments)
    delete_manifest(project)
    assert fast(*arguments) == (None, "")
    assert "no manifest defines it any more" in full(*arguments)[1]


def test_the_default_folder(project, monkeypatch):
    """Without a path it is manifests/ if that is a folder, else the current one."""
    monkeypatch.chdir("manifests")
    assert learn("build") == (0, BUILT)
    Path("manifests").mkdir()
    assert fast("build") == (None, "")
    assert full("build")[0] == 2  # there is no manifest in it
    Path("manifests").rmdir()
    assert fast("build") == (0, BUILT)


def test_two_folders_with_the_same_names(project, monkeypatch):
    """Relative paths mean other files elsewhere."""
    learn("check", "manifests")
    other = project.parent / "other"
    shutil.copytree(project, other)
    monkeypatch.chdir(other)
    learn("check", "manifests")
    change_output(other)
    assert fast("check", "manifests") == (None, "")
    assert full("check", "manifests")[0] == 3
    monkeypatch.chdir(project)
    assert fast("check", "manifests") == (0, "all fresh\n")
    assert len(records()) == 2


def test_another_folder_in_the_place_of_this_one(project):
    learn("check", str(project / "manifests"))
    project.rename(project.parent / "aside")
    shutil.copytree(project.parent / "aside", project)
    change_output(project)
    os.chdir(project)
    assert fast("check", str(project / "manifests")) == (None, "")


def test_output_folder_behind_a_link(project):
    """Texts and files are the same, but the folder is another one."""
    shutil.move("out", "first")
    link(project / "out", "first", folder=True)
    assert learn("check") == (0, "all fresh\n")
    shutil.copytree("first", "elsewhere/second")
    Path("out").unlink()
    link(project / "out", "elsewhere/second", folder=True)
    assert fast("check") == (None, "")
    assert full("check")[0] == 3  # other paths to the manifests


def test_output_option_behind_a_link(project):
    link(project / "way", "out", folder=True)
    learn("check", "--output", "way")
    shutil.copytree("out", "second")
    delete_output_of(project / "second")
    Path("way").unlink()
    link(project / "way", "second", folder=True)
    assert fast("check", "--output", "way") == (None, "")
    assert full("check", "--output", "way")[0] == 3


def delete_output_of(folder):
    (folder / "a.png").unlink()


def test_manifest_behind_a_link(project):
    """A link that leads to another file of the same content: its paths mean other files."""
    shutil.copytree("manifests", "deeper/manifests")
    shutil.copytree("shared", "deeper/shared")
    link(project / "game.yaml", "manifests/game.yaml")
    Path("manifests/game.yaml").write_text(GAME.replace("../", "./"))  # relative to the link
    assert full("check", "game.yaml")[0] == 0
    learn("check", "game.yaml")
    Path("deeper/manifests/game.yaml").write_text(GAME.replace("../", "./"))
    Path("game.yaml").unlink()
    link(project / "game.yaml", "deeper/manifests/game.yaml")
    assert fast("check", "game.yaml") == (None, "")
    assert full("check", "game.yaml")[0] == 3


def test_second_name_of_a_manifest(project):
    """A link beside the manifest that it leads to adds nothing, until it leads to another one."""
    link(project / "manifests" / "same.yaml", "menu.yaml")
    learn("check", "manifests")
    (project / "more.yaml").write_text(MENU.replace("ui/c", "ui/d").replace("../out", "out"))
    Path("manifests/same.yaml").unlink()
    link(project / "manifests" / "same.yaml", "../more.yaml")
    assert fast("check", "manifests") == (None, "")
    assert full("check", "manifests")[0] == 3


def test_include_behind_a_link(project):
    link(project / "way", "shared", folder=True)
    game = project / "manifests" / "game.yaml"
    game.write_text(game.read_text().replace("../shared", "../way"))
    learn("check")
    shutil.copytree("shared", "second")
    edit(project / "second" / "common.yaml", b"bits: 16", b"bits: 8 ")
    Path("way").unlink()
    link(project / "way", "second", folder=True)
    assert fast("check") == (None, "")
    assert full("check")[0] == 3


def test_include_whose_way_becomes_a_link(project):
    """`sub/../` is nothing while sub is a folder, and may be anything when it is a link."""
    Path("sub").mkdir()
    game = project / "manifests" / "game.yaml"
    game.write_text(game.read_text().replace("../shared", "../sub/../shared"))
    learn("check")
    shutil.copytree("shared", "far/shared")
    Path("far/sub").mkdir()
    edit(project / "far" / "shared" / "common.yaml", b"bits: 16", b"bits: 8 ")
    Path("sub").rmdir()
    link(project / "sub", "far/sub", folder=True)
    assert fast("check") == (None, "")
    assert full("check")[0] == 3


def test_names_of_all_kinds(project):
    """Spaces, quotes, other scripts, and on Unix what is no text at all."""
    name = "a b#$'é霧.yaml"
    Path("manifests", "game.yaml").rename(Path("manifests", name))
    assert full("build", "--cache", "off")[0] == 0  # only the lock names the manifest anew
    learn("build")
    learn("check", f"manifests/{name}")
    edit(project / "manifests" / name, b"seed: 1", b"seed: 2")
    assert fast("build") == (None, "")
    assert fast("check", f"manifests/{name}") == (None, "")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("plan",),
        ("watch",),
        ("clean",),
        ("--version",),
        ("build", "--json"),
        ("check", "--json"),
        ("build", "--depfile", "x.d"),
        ("build", "--depfile=x.d"),
        ("build", "--touch"),
        ("build", "--list-outputs"),
        ("build", "--list-inputs"),
        ("build", "--sha256sums"),
        ("check", "--shard", "1/2"),
        ("check", "--help"),
        ("check", "-h"),
        ("check", "--", "manifests"),
        ("build", "--cache", "off"),
        ("build", "--cache=off"),
        ("build", "--jobs", "1", "--cache", "off", "manifests"),
    ],
    ids=" ".join,
)
def test_command_lines_that_do_more_are_not_remembered(project, arguments):
    assert fast(*arguments) == (None, "")
    assert not noop.is_waiting()
    with contextlib.suppress(SystemExit):
        if arguments not in {("watch",), ("clean",), ()}:
            assert full(*arguments)[0] == 0
    assert not records()


def test_wrong_command_lines_are_not_remembered(project):
    for arguments in (("build", "--jobs", "0"), ("build", "--output"), ("check", "--cache", "x"), ("build", "--jobs=")):
        assert fast(*arguments) == (None, "")
        with pytest.raises(SystemExit) as caught:
            full(*arguments)
        assert caught.value.code == 2
    assert not records()


@pytest.mark.parametrize("name", ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"])
def test_a_run_that_also_tells_github(project, monkeypatch, name, tmp_path):
    learn("check")
    monkeypatch.setenv(name, "true" if name == "GITHUB_ACTIONS" else str(tmp_path / "summary.md"))
    assert fast("check") == (None, "")
    assert not noop.is_waiting()


def test_settings_of_the_environment(project, monkeypatch):
    learn("build")
    monkeypatch.setenv("BLUENOISE_CACHE_LIMIT", "nonsense")
    assert fast("build") == (None, "")
    assert full("build")[0] != 0
    monkeypatch.delenv("BLUENOISE_CACHE_LIMIT")
    assert fast("build") == (0, BUILT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "other-cache"))
    assert fast("build") == (None, "")


def test_another_python_or_path(project, monkeypatch):
    learn("check")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, "x"])
        assert fast("check") == (None, "")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "4.0")
        assert fast("check") == (None, "")
    assert fast("check") == (0, "all fresh\n")


def test_every_damage_of_a_record(project):
    said = learn("check")
    (record,) = records()
    whole = record.read_bytes()
    lengths = {0, 1, 63, 64, 65, 70, len(whole) // 2, len(whole) - 1}
    damaged = [whole[:length] for length in sorted(lengths)]
    damaged += [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in range(0, len(whole), 37)]
    damaged += [whole + b"\0", whole + whole, b"\xff" * 200]
    for data in damaged:
        record.write_bytes(data)
        assert fast("check") == (None, ""), data
    assert full("check") == said
    assert record.read_bytes() == whole
    record.unlink()
    record.mkdir()
    for _ in range(2):
        assert fast("check") == (None, "")
        assert full("check") == said
    assert [path.name for path in records()] == [record.name]


def test_a_sound_record_of_another_format(project):
    """Unknown kinds of facts, or a field too many: not understood, hence not believed."""
    import hashlib

    learn("check")
    (record,) = records()
    for body in (b"all fresh\0future\0x\0y", b"all fresh\0content", b"all fresh\0exists\0.\0True\0place"):
        record.write_bytes(hashlib.sha256(body).hexdigest().encode() + body)
        assert fast("check") == (None, "")


def test_a_cache_folder_that_cannot_be_used(project, monkeypatch):
    (project / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "file"))
    for _ in range(2):
        assert fast("check") == (None, "")
        assert full("check") == (0, "all fresh\n")


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_cache_folder_that_cannot_be_written(project):
    """Root may write anywhere, so this runs as an ordinary user."""
    full("check")  # imports what it needs: that user may not even read the clone
    for path in (project.parent, project, *project.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    cache = Path(os.environ["XDG_CACHE_HOME"])
    cache.mkdir(mode=0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        for _ in range(2):
            assert fast("check") == (None, "")
            assert full("check") == (0, "all fresh\n")
    finally:
        if root:
            os.seteuid(0)
        cache.chmod(0o755)
    assert not records()
    learn("check")


def test_no_home_folder(project, monkeypatch):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert noop.user_cache_folder() is None
    assert fast("check") == (None, "")
    assert not noop.is_waiting()


def test_a_relative_cache_folder_is_not_littered_around(project, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert fast("check") == (None, "")
    assert not noop.is_waiting()


def test_the_number_of_records_is_bounded(project, monkeypatch):
    monkeypatch.setattr(noop, "MAX_RECORDS", 3)
    kept = []
    for jobs in "12345":
        learn("build", "--jobs", jobs)
        kept.append(noop._State.path)
        os.utime(kept[-1], (int(jobs), int(jobs)))
    # the newest of all is the one just written, whatever its clock said
    assert [str(path) for path in records()] == sorted(kept[-3:])
    monkeypatch.setattr(noop, "MAX_BYTES", 2 * records()[0].stat().st_size)
    learn("build", "--jobs", "6")
    assert len(records()) <= 2


def change_listing(root):
    (root / "manifests" / "zzz.yaml").write_text(MENU.replace("ui/c", "ui/d"))


@pytest.mark.parametrize(
    "change",
    [
        change_manifest,
        change_other_manifest,
        change_included_manifest,
        change_hash_in_lock,
        delete_lock,
        change_listing,
        delete_manifest,
        wrong_sums,
    ],
    ids=lambda change: change.__name__,
)
def test_files_changed_while_a_run_was_at_it(project, change):
    """What was planned is fresh, but it is not what lies there now."""
    assert fast("check") == (None, "")
    manifests = [load_manifest(path) for path in find_manifests([Path("manifests")])]
    plans = make_plan(manifests)
    change(project)
    remember([], None, manifests, "all fresh", plans)
    assert not records()
    assert fast("check") == (None, "")


def test_an_output_changed_while_a_run_was_at_it(project):
    """It is recorded as the plan saw it, not as it is now."""
    assert fast("check") == (None, "")
    manifests = [load_manifest(path) for path in find_manifests([Path("manifests")])]
    plans = make_plan(manifests)
    change_output(project)
    remember([], None, manifests, "all fresh", plans)
    assert fast("check") == (None, "")


@pytest.mark.parametrize("change", [delete_output, delete_manifest], ids=lambda change: change.__name__)
def test_a_plan_with_something_to_say_is_refused(project, change):
    """Also if the caller did not look."""
    change(project)
    manifests = [load_manifest(path) for path in find_manifests([Path("manifests")])]
    assert fast("check") == (None, "")
    remember([], None, manifests, "all fresh", make_plan(manifests))
    assert not records()


def test_another_yaml_library(project, monkeypatch, tmp_path):
    library = tmp_path / "__init__.py"
    library.write_text("")
    monkeypatch.setattr(yaml, "__file__", str(library))
    learn("check")
    os.utime(library, (1, 1))
    assert fast("check") == (None, "")


def test_a_run_that_nobody_asked_about_records_nothing(project):
    assert full("check")[0] == 0
    assert not records()


EDITS = {
    "seed": ("manifests/game.yaml", GAME.replace("seed: 1", "seed: 3")),
    "broken": ("manifests/game.yaml", "schema: 1\n"),
    "no menu": ("manifests/menu.yaml", None),
    "menu": ("manifests/menu.yaml", MENU.replace("seed: 7", "seed: 8")),
    "common": ("shared/common.yaml", COMMON.replace("bits: 16", "bits: 8")),
    "a": ("out/a.png", "x"),
    "no b": ("out/b.png", None),
    "c": ("out/ui/c.png", "y"),
    "hlsl": ("out/b.hlsl", "z"),
    "no lock": ("out/bluenoise.lock.json", None),
    "more": ("manifests/more.yaml", MENU.replace("ui/c", "ui/d")),
    "sums": ("out/SHA256SUMS", "wrong\n"),
}
STEPS = st.lists(
    st.tuples(st.sampled_from([*sorted(EDITS), *["restore"] * 6]), st.integers(0, 3)), min_size=1, max_size=12
)
LINES = [("check",), ("build", "manifests/game.yaml", "--quiet"), ("check", "manifests/menu.yaml"), ("build",)]


@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_random_edits(built, steps):
    """Whenever an answer is remembered, the full run says the same; and one is remembered when all is as it was."""
    with place(built) as root:
        for name, line in steps:
            if name == "restore":
                for file, _ in EDITS.values():
                    original = built / file
                    if original.exists():
                        (root / file).write_bytes(original.read_bytes())
                    else:
                        (root / file).unlink(missing_ok=True)
            else:
                file, text = EDITS[name]
                (root / file).unlink(missing_ok=True)
                if text is not None:
                    (root / file).write_text(text)
            arguments = LINES[line]
            code, said = fast(*arguments)
            if arguments[0] == "build" and any(plan.stale for plan in plans_of(arguments)):
                assert code is None  # building is not what is tested here
                continue
            expected = full(*arguments)
            assert code is None or (code, said) == expected
            if name == "restore":
                assert expected[0] == 0
                assert fast(*arguments) == expected


def plans_of(arguments):
    paths = [Path(argument) for argument in arguments[1:] if not argument.startswith("-")] or [Path("manifests")]
    try:
        return make_plan([load_manifest(path) for path in find_manifests(paths)])
    except bluenoise_assets.BluenoiseError:
        return ()


def test_the_command_asks_first(project, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bluenoise-assets", "check"])
    assert entry.main() == 0
    monkeypatch.setattr(cli, "main", lambda: pytest.fail("a full run"))
    assert entry.main() == 0
    assert capsys.readouterr() == ("all fresh\n" * 2, "")


def modules_of(done):
    """What a process under `-X importtime` has imported."""
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_processes(project):
    """The same text and exit code, and next to nothing is imported."""
    for arguments, said in ((("check",), "all fresh\n"), (("build", "--quiet"), "")):
        runs = [run_cli(*arguments, cwd=project, PYTHONPROFILEIMPORTTIME="1") for _ in range(3)]
        assert [(run.returncode, run.stdout) for run in runs] == [(0, said)] * 3
        first, *later = map(modules_of, runs)
        assert "yaml" in first
        for loaded in later:
            own = {name for name in loaded if name.startswith("bluenoise_assets")}
            assert own == {"bluenoise_assets", "bluenoise_assets.noop"}
            heavy = {"yaml", "argparse", "json", "dataclasses", "pathlib", "typing", "re", "inspect", "numpy", "jax"}
            assert not loaded & heavy
    change_output(project)
    done = run_cli("check", cwd=project)
    assert done.returncode == 3
    assert "a.png: the file was changed since it was built" in done.stderr


def test_a_new_version_of_the_program(project, tmp_path):
    """A shader's source and code of the same size and time: the full run decides."""
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "bluenoise_assets", ignore=shutil.ignore_patterns("__pycache__"))
    if not (PACKAGE / "_resources").exists():
        shutil.copytree(PACKAGE.parent / "shaders", site / "shaders")
        shutil.copytree(PACKAGE.parent / "manifests", site / "manifests")
    (source,) = site.rglob("bluenoise.glsl")

    def check():
        # Python itself takes a compiled file of the same time and size for the new code's.
        only_sources = {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
        done = run_cli("check", cwd=project, PYTHONPROFILEIMPORTTIME="1", **only_sources)
        return done.returncode, "yaml" in modules_of(done)

    assert check() == (0, True)
    assert check() == (0, False)
    edit(source, b"float", b"flaot")
    assert check() == (3, True)
    edit(source, b"flaot", b"float")
    assert check() == (0, True)
    assert check() == (0, False)
    edit(site / "bluenoise_assets" / "spec.py", b"ALGORITHM = ", b"ALGORITHM =9")
    assert check() == (3, True)


def test_exports():
    """Every name is there, is listed, and comes from where type checkers see it."""
    code = (
        "import sys, bluenoise_assets as bn\n"
        "assert not {'dataclasses', 'yaml', 'typing', 'pathlib'} & set(sys.modules), sorted(sys.modules)\n"
        "assert set(bn.__all__) <= set(dir(bn))\n"
        "for name in bn.__all__: assert getattr(bn, name).__class__ and name in vars(bn), name\n"
        "assert not hasattr(bn, 'nonsense')\n"
        "from bluenoise_assets import *\n"
        "assert TextureSpec is bn.spec.TextureSpec and callable(measure)\n"
    )
    import ast
    import subprocess

    subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"], check=True)
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("bluenoise_assets."):
            seen |= {alias.name: node.module.split(".")[1] for alias in node.names}
    homes = {name: home for home, names in bluenoise_assets._HOMES.items() for name in names}
    assert seen == {name: homes.get(name, "spec") for name in bluenoise_assets.__all__}
