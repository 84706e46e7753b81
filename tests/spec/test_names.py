"""Names must be files on every system, and identifiers in every shader language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.spec.names import folded, identifier, is_hidden, name_problem


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "dither_64",
        "ui/dither 64",
        "grün",
        "霧",
        "a.b",
        "a-b",
        "~",
        "no",
        "010",
        "console",
        "com10",
        "a/nulls",
        "{x",
    ],
)
def test_good_names(name):
    assert name_problem(name) is None
    assert not is_hidden(name)


@pytest.mark.parametrize("name", [".a", ".grain_{n}", ".a.b", ". a", ".5", ".\n"])
def test_hidden_names(name):
    """None of them could be a file's name, so that no texture is left out by mistake."""
    assert is_hidden(name)
    assert name_problem(name) is not None


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "./a", "..a", ".git/a", "a/.b", "a."])
def test_names_that_are_just_wrong(name):
    assert not is_hidden(name)
    assert name_problem(name) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "empty"),
        ("/a", "absolute"),
        ("c:/a", "absolute"),
        ("\\\\server\\a", "has the character '\\'"),
        ("..", "leaves the output folder"),
        ("a/..", "leaves the output folder"),
        (".", "a dot or a space"),
        (" a", "a dot or a space"),
        ("a/b./c", "a dot or a space at the start or end of 'b.'"),
        ("a/", "an empty folder name"),
        ("con", "reserved on Windows"),
        ("LPT9.final/a", "reserved on Windows"),
        ("aux .x", "reserved on Windows"),
        ("com\u00b9", "reserved on Windows"),
        ("a\x7fb", "has the character U+007F"),
        ("a\u2028b", "has the character U+2028"),
        ("a?", "has the character '?'"),
        (LOCK_NAME + "/a", "a file of bluenoise-assets"),
        ("é" * 101, "longer than 200 bytes"),  # two bytes each in UTF-8
        ("/".join(["a" * 150] * 6), "longer than 800 bytes"),
    ],
)
def test_bad_names(name, text):
    problem = name_problem(name)
    assert problem is not None
    assert text in problem[0]


def test_disks_that_take_two_names_for_one():
    assert folded("Fog.png") == folded("fOG.PNG")
    assert folded("caf\u00e9") == folded("cafe\u0301")
    assert folded("a-b") != folded("a_b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dither_64", "dither_64"),
        ("ui/Dither-64", "ui_dither_64"),
        ("64x64", "noise_64x64"),  # no identifier begins with a digit
        ("gl_fog", "noise_gl_fog"),  # GLSL keeps gl_ for itself
        ("a__b", "a_b"),  # and two underscores
        ("café", "cafe"),
        ("霧", "u9727"),
        ("!", "noise"),
    ],
)
def test_identifiers(name, expected):
    assert identifier(name) == expected


@given(st.text(min_size=1))
def test_any_name_gives_an_identifier(name):
    assert re.fullmatch(r"(?!gl_)[a-z](_?[a-z0-9])*", identifier(name))
