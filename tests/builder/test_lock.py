"""The lock: readable, mergeable, and never trusted blindly."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets import ManifestError
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, lock_text, read_lock
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
        ("{\n<<<<<<< HEAD\n=======\n>>>>>>> x\n}", 2, 1, "the lock has merge conflict markers"),
        ('{"lock": 1,\n"files": {,}}', 2, 11, "the lock is no valid JSON"),
        ("", 1, 1, "the lock is no valid JSON"),
        ('{"lock": 2, "files": {}}', 1, 1, "the lock has version 2"),
        ("[]", 1, 1, "the lock is damaged"),
        ('{"lock": 1}', 1, 1, "the lock is damaged"),
        ('{"lock": 1, "files": {"a.png": {}}}', 1, 1, "the lock is damaged"),
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


@pytest.mark.parametrize("file", ["../x.png", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "", "a//b", "./a"])
def test_a_lock_that_points_out_of_its_folder_is_refused(tmp_path, file):
    """`clean` removes what the lock lists: a forged one must not reach other files."""
    with pytest.raises(ManifestError):
        read(tmp_path, lock_text({file: ENTRY}))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_lock_or_a_problem(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("lock")
    (folder / LOCK_NAME).write_bytes(data)
    try:
        read_lock(folder)
    except ManifestError as error:
        assert len(error.problems) == 1
