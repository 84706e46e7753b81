"""The lock: readable, mergeable, and never trusted blindly."""

import dataclasses
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets import BuildError, ManifestError
from bluenoise_assets.builder import record as record_module
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, lock_text, read_lock
from bluenoise_assets.builder.record import Record
from bluenoise_assets.quality.figures import Figures

ENTRY = Entry(
    "../game.yaml", "a", "texture", "k" * 64, {"size": [8, 8]}, "f" * 64, 1, "t" * 64, (Figures(low_frequency_db=-1.5),)
)


def read(folder, text):
    (folder / LOCK_NAME).write_text(text, encoding="utf-8")
    return read_lock(folder)


def test_a_lock_comes_back_as_it_was_written(tmp_path):
    lock = {
        "b.png": ENTRY,
        "a/é.glsl": dataclasses.replace(ENTRY, kind="shader", algorithm=None, texels=None, quality=None),
    }
    assert read(tmp_path, lock_text(lock)) == lock


def test_the_text_is_sorted_json_with_a_line_a_field_and_no_time_stamps():
    text = lock_text({"b.png": ENTRY, "a.png": ENTRY})
    assert list(json.loads(text)["files"]) == ["a.png", "b.png"]
    assert lock_text({"a.png": ENTRY, "b.png": ENTRY}) == text
    assert text.splitlines()[:6] == [
        "{",
        '"lock": 1,',
        '"files": {',
        ' "a.png": {',
        '  "algorithm": 1,',
        f'  "key": "{"k" * 64}",',
    ]
    assert text.isascii()
    assert "\r" not in text


def test_no_lock_is_an_empty_lock(tmp_path):
    assert read_lock(tmp_path) == {}
    assert read_lock(tmp_path / "nowhere") == {}
    assert json.loads(lock_text({})) == {"lock": 1, "files": {}}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("{\n<<<<<<< HEAD\n=======\n>>>>>>> x\n}", 2, 1, "the lock is no valid JSON"),
        ('{"lock": 1,\n"files": {,}}', 2, 11, "the lock is no valid JSON"),
        ("", 1, 1, "the lock is no valid JSON"),
        ('{"lock": 2, "files": {}}', 1, 1, "the lock has version 2"),
        ("[]", 1, 1, "the lock is damaged"),
        ('{"lock": 1}', 1, 1, "the lock is damaged"),
        ('{"lock": 1, "files": {"a.png": {}}}', 1, 1, "the lock is damaged: 'a.png': it has no key"),
        ("[" * 100_000, 1, 1, "the lock is no valid JSON"),
    ],
)
def test_a_bad_lock_is_one_clear_line(tmp_path, text, line, column, message):
    with pytest.raises(ManifestError) as raised:
        read(tmp_path, text)
    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / LOCK_NAME), line, column)
    assert problem.text == message
    assert problem.hint


@pytest.mark.parametrize(
    "file",
    [
        *("../x.png", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "", "a//b", "./a"),
        *(".git/config", ".github/workflows/x.h", "unity/.x.png", "a\0.png", "a\x1b[2J.png", "\ud800.png"),
        *("a" * 70_000 + ".png", "a/" * 5000 + "x.png"),
    ],
    ids=lambda file: repr(file[:12]),
)
def test_a_lock_that_points_out_of_its_folder_is_refused(tmp_path, file):
    """`clean` removes what the lock lists: a forged one must not reach other files."""
    with pytest.raises(ManifestError) as raised:
        read(tmp_path, lock_text({file: ENTRY}))
    (problem,) = raised.value.problems
    assert problem.text.startswith("the lock is damaged: ")
    assert len(str(problem)) < 400
    assert str(problem).isprintable()


def plain_lock(version=1, extra=None, **fields):
    """The text of a lock with one entry, some of whose fields are replaced; None removes one."""
    entry = json.loads(lock_text({"a.png": ENTRY}))["files"]["a.png"] | fields
    files = {"a.png": {name: value for name, value in entry.items() if value is not None}}
    return json.dumps({"lock": version, "files": files} | (extra or {}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (plain_lock(frames=3), "the lock has the unknown field 'frames'"),
        (plain_lock(extra={"farm": {}}), "the lock has the unknown field 'farm'"),
        (plain_lock(version=2, frames=3), "the lock has version 2"),
        (plain_lock(version=10**30), "the lock has version 10000000000000000000"),
    ],
    ids=str,
)
def test_a_newer_lock_says_so(tmp_path, text, message):
    """It was called damaged once, and whoever deleted it lost what the newer version had written."""
    with pytest.raises(ManifestError) as raised:
        read(tmp_path, text)
    (problem,) = raised.value.problems
    assert problem.text == message
    assert problem.hint.startswith("a newer bluenoise-assets wrote it")


def nested(levels):
    return {"x": nested(levels - 1)} if levels else 0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (plain_lock(manifest=None), "it has no manifest"),
        (plain_lock(manifest="\0"), "its manifest"),
        (plain_lock(manifest="\ud800.yaml"), "its manifest"),
        (plain_lock(manifest="m" * 70_000), "its manifest"),
        (plain_lock(manifest=["m"]), "its manifest"),
        (plain_lock(texture=1), "its texture"),
        (plain_lock(kind={}), "its kind"),
        (plain_lock(key=1.5), "its key"),
        (plain_lock(sha256=True), "its sha256"),
        (plain_lock(held=[1]), "its held"),
        (plain_lock(algorithm="1"), "its algorithm"),
        (plain_lock(algorithm=True), "its algorithm"),
        (plain_lock(figures="new"), "its figures"),
        (plain_lock(texels=1), "its texels"),
        (plain_lock(spec=[]), "its spec"),
        (plain_lock(spec=nested(40)), "its spec"),
        (plain_lock(spec=nested(700)), "its spec"),
        (plain_lock(spec={"x": [[[]]] * 3 + [nested(50)]}), "its spec"),
        (plain_lock(quality=3), "its quality"),
        (plain_lock(quality={"low_frequency_db": 1}), "its quality"),
        (plain_lock(quality=[{"low_frequency_db": "x"}]), "its quality"),
        ('{"lock": 1, "files": {"a.png": []}}', ""),
        ('{"lock": 1, "files": []}', ""),
        ('{"lock": true, "files": {}}', ""),
        ('{"lock": "1", "files": {}}', ""),
        ('{"files": {}}', ""),
        ("null", ""),
    ],
    ids=lambda text: text[-60:],
)
def test_wrong_types_and_monsters_are_one_clear_line(tmp_path, text, wrong):
    with pytest.raises(ManifestError) as raised:
        read(tmp_path, text)
    (problem,) = raised.value.problems
    assert problem.text.startswith(f"the lock is damaged: 'a.png': {wrong}" if wrong else "the lock is damaged")
    assert problem.hint == "`bluenoise-assets build` writes it anew"


def test_manifests_with_any_name_of_posix_are_known_by_it(tmp_path):
    """Python stands lone surrogates for bytes that are no UTF-8."""
    lock = {"a.png": dataclasses.replace(ENTRY, manifest="../m\udcff\n\x1b.yaml")}
    assert read(tmp_path, lock_text(lock)) == lock


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX's")
def test_a_lock_that_is_no_file_or_endless_is_one_clear_line(tmp_path):
    path = tmp_path / LOCK_NAME
    os.mkfifo(path)
    with pytest.raises(ManifestError, match="the lock cannot be read: it is a pipe or a device"):
        read_lock(tmp_path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ManifestError, match="the lock cannot be read: it is a pipe or a device"):
        read_lock(tmp_path)
    path.unlink()
    path.touch()
    os.truncate(path, 2**40)
    with pytest.raises(ManifestError, match="the lock cannot be read: it is larger than"):
        read_lock(tmp_path)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_lock_or_a_problem(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("lock")
    (folder / LOCK_NAME).write_bytes(data)
    try:
        read_lock(folder)
    except ManifestError as error:
        assert len(error.problems) == 1


@pytest.mark.parametrize(("seconds", "most"), [(0.0, 100), (2.0, 5)])
def test_a_long_lock_is_written_less_often(seconds, most, tmp_path, monkeypatch):
    """Of the 50 seconds in which 500 textures are finished a tenth goes into writing; of a short one next to nothing."""
    now, written = [0.0], []

    def slow_text(lock):
        now[0] += seconds
        written.append(len(lock))
        return lock_text(lock)

    record = Record(tmp_path, {})
    monkeypatch.setattr(record_module, "lock_text", slow_text)
    monkeypatch.setattr(record_module.time, "monotonic", lambda: now[0])
    record._next = 0.5
    for index in range(500):
        now[0] += 0.1
        record[f"t_{index}.png"] = ENTRY
    assert 3 <= len(written) <= most
    record.close()
    assert written[-1] == 500
    assert len(read_lock(tmp_path)) == 500


def test_a_lock_that_nobody_could_read_again_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(record_module, "LOCK_BYTES", 1000)
    record = Record(tmp_path, {})
    record["a.png"] = ENTRY
    record.close()
    for name in "bcdef":
        record[f"{name}.png"] = ENTRY
    with pytest.raises(BuildError, match=r"its lock of 6 files would be larger than .* give some textures an output"):
        record.close()
    assert read_lock(tmp_path) == {"a.png": ENTRY}
