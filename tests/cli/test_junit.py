"""`check --junit`: a report that other programs read, whatever names and locks hold."""

import json
import os
from xml.etree import ElementTree as ET

import pytest
from support.projects import MANIFEST, build, project, run_cli
from support.tools import require_module

from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.cli import main


def check(folder, *paths, code):
    """Run it; the report as another library reads it."""
    report = folder / "reports" / "textures.xml"
    assert main(["check", *map(str, paths), "--junit", str(report), "--quiet"]) == code
    (suite,) = require_module("junitparser", "pip install junitparser").JUnitXml.fromfile(str(report))
    assert (suite.tests, suite.failures) == (len(list(suite)), sum(bool(case.result) for case in suite))
    return {case.name: case for case in suite}


def test_each_texture_is_a_test_and_its_files_are_why_it_fails(tmp_path):
    game = project(tmp_path)
    build(game)
    assert not any(case.result for case in check(tmp_path, game, code=0).values())
    game.write_text(MANIFEST.replace("size: 8, seed: 1", "size: 4, seed: 2"))
    (tmp_path / "out" / "ui" / "c.glsl").unlink()
    cases = check(tmp_path, game, code=3)
    assert set(cases) == {"a", "b", "ui/c"}
    assert {case.classname for case in cases.values()} == {game.as_posix()}
    (failure,) = cases["a"].result
    png, glsl = failure.text.splitlines()
    assert png == f"{game}:5:3: a.png: seed: 1 -> 2; size: [8, 8] -> [4, 4]"
    assert glsl.startswith(f"{game}:5:3: a.glsl: ")
    assert failure.message == f"{png}; and 1 more"
    assert not cases["b"].result
    (failure,) = cases["ui/c"].result
    assert failure.text == failure.message == f"{game}:7:3: ui/c.glsl: the file is missing"


def test_locks_and_sums_that_are_wrong_are_tests_too(tmp_path):
    game = project(tmp_path)
    build(game)
    (tmp_path / "out" / LOCK_NAME).write_text("{")
    (tmp_path / "out" / "SHA256SUMS").write_text("mine\n")
    cases = check(tmp_path, game, code=3)
    assert cases[LOCK_NAME].result[0].text == "the lock is no valid JSON"
    assert cases["SHA256SUMS"].result[0].text == "it is not what the lock says"


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
def test_what_no_xml_can_hold_is_escaped(tmp_path):
    hostile = "\x1b[2J\x00]]><&\"'\ud800\ufffe"
    game = project(tmp_path, MANIFEST, "<&\x01\udcff>.yaml")
    build(game)
    lock = tmp_path / "out" / LOCK_NAME
    plain = json.loads(lock.read_text())
    plain["files"]["a.png"] |= {"key": "0" * 64, "spec": {hostile: hostile}}
    lock.write_text(json.dumps(plain))
    cases = check(tmp_path, game, code=3)
    assert "\\x1b[2J\\x00]]><&\"'\\ud800\\ufffe" in cases["a"].result[0].text
    assert cases["a"].classname.endswith("<&\\x01\\udcff>.yaml")
    for element in ET.parse(tmp_path / "reports" / "textures.xml").iter():
        assert all(line.isprintable() for line in (element.text or "").splitlines())


def test_a_report_that_cannot_be_written_is_one_line(tmp_path):
    game = project(tmp_path)
    build(game)
    (tmp_path / "report").mkdir()
    done = run_cli("check", game, "--junit", "report", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
