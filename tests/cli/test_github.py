"""What GitHub Actions is told, in the form that its documentation gives."""

import re

import pytest
from support.projects import MANIFEST, project, run_cli

from bluenoise_assets import Problem
from bluenoise_assets.builder.events import Failed, Started
from bluenoise_assets.cli.github import MAX_ROWS, annotation, build_summary, check_summary, plain_annotation

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
COMMAND = re.compile(r"::(error|warning|notice)(?: ((?:\w+=[^,:\n]*,?)+))?::([^\n\r]*)")


def read(line):
    """A line as the runner reads it: level, properties, text."""
    level, properties, text = COMMAND.fullmatch(line).groups()

    def plain(value):
        for escaped, letter in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            value = value.replace(escaped, letter)
        return value

    found = dict(item.split("=", 1) for item in properties.split(","))
    return level, {name: plain(value) for name, value in found.items()}, plain(text)


def test_an_annotation_names_the_line(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (tmp_path / "textures").mkdir()
    problem = Problem("textures/a,b: 100%.yaml", 7, 5, "dither", "unknown key 'sead'", "did you mean\n'seed'?")
    level, properties, text = read(annotation(problem))
    assert level == "error"
    assert properties == {"file": "textures/a,b: 100%.yaml", "line": "7", "col": "5", "title": "bluenoise-assets"}
    assert text == "dither: unknown key 'sead'; did you mean\\n'seed'?"
    absolute = Problem(str(tmp_path / "x.yaml"), 1, 1, "manifest", "bad")
    assert read(annotation(absolute))[1]["file"] == "x.yaml"
    monkeypatch.chdir(tmp_path / "textures")
    assert read(annotation(Problem("../x.yaml", 1, 1, "manifest", "bad")))[1]["file"] == "x.yaml"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert read(annotation(absolute))[1]["file"] == absolute.file


def test_an_error_without_a_place():
    assert read(plain_annotation("50% full\ndisk")) == ("error", {"title": "bluenoise-assets"}, "50% full\\ndisk")


@pytest.fixture
def github(tmp_path):
    """The environment of a step."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }


def annotations(text):
    return [read(line) for line in text.splitlines() if line.startswith("::")]


def test_check_and_build_annotate_and_summarise(tmp_path, github):
    game, summary = project(tmp_path), tmp_path / "summary.md"
    done = run_cli("check", "game.yaml", cwd=tmp_path, **github)
    assert done.returncode == 3
    told = annotations(done.stdout)
    assert len(told) == 3  # one a texture
    assert told[0][1] | {"title": ""} == {"file": "game.yaml", "line": "5", "col": "3", "title": ""}
    assert told[0][2] == "a: 3 files: not built yet"
    assert "3 of 3 textures are stale" in summary.read_text()
    assert "| a | game.yaml:5 | 3 files: not built yet |" in summary.read_text()

    done = run_cli("build", "game.yaml", cwd=tmp_path, **github)
    assert (done.returncode, annotations(done.stdout)) == (0, [])
    assert "3 built" in summary.read_text()
    assert "| ui/c | 3 files | low frequencies " in summary.read_text()
    assert run_cli("check", "game.yaml", cwd=tmp_path, **github).returncode == 0
    assert summary.read_text().endswith("All 3 textures are fresh.\n\n")

    game.write_text(MANIFEST.replace("size: 6", "sise: 6"))
    done = run_cli("check", "game.yaml", cwd=tmp_path, **github)
    assert done.returncode == 2
    (problem,) = {(found[1]["line"], found[2]) for found in annotations(done.stdout) if "sise" in found[2]}
    assert problem == ("7", "ui/c: unknown key 'sise'; did you mean 'size'?")
    assert "game.yaml:7:" in done.stderr  # the log has the plain line, too

    game.write_text(MANIFEST)
    (tmp_path / "out" / "a.png").unlink()
    (tmp_path / "out" / "a.png").mkdir()
    done = run_cli("build", "game.yaml", cwd=tmp_path, **github)
    assert done.returncode == 1
    assert annotations(done.stdout)[0][2].startswith("a: ")
    assert "a.png: cannot be written: Is a directory" in annotations(done.stdout)[0][2]


def test_of_many_errors_the_first_ten_are_annotated_and_one_line_says_how_many_more(tmp_path, github):
    """GitHub shows ten a step; log and summary have all."""
    project(tmp_path, f"schema: 1\ntextures:\n  noise_{{n}}: {{matrix: {{n: {list(range(13))}}}, size: 4}}\n")
    done = run_cli("check", "game.yaml", cwd=tmp_path, **github)
    *told, last = annotations(done.stdout)
    assert [level for level, *_ in told] == ["error"] * 10
    assert (last[0], last[2]) == ("notice", "and 3 more: the step's log and its summary have all")
    assert done.stderr.count("not built yet") == 13
    assert (tmp_path / "summary.md").read_text().count("not built yet") == 13

    (tmp_path / "summary.md").unlink()
    wrong = "".join(f"  a{n}: {{sise: 4}}\n" for n in range(12))
    project(tmp_path, f"schema: 1\ntextures:\n{wrong}")
    done = run_cli("build", "game.yaml", cwd=tmp_path, **github)
    levels = [level for level, *_ in annotations(done.stdout)]
    assert levels == ["error"] * 10 + ["notice"]
    assert "| game.yaml:14 | a11 | unknown key 'sise'; did you mean 'size'? |" in (tmp_path / "summary.md").read_text()

    project(tmp_path, f"schema: 1\ntextures:\n  noise_{{n}}: {{matrix: {{n: {list(range(10))}}}, size: 4}}\n")
    told = annotations(run_cli("check", "game.yaml", cwd=tmp_path, **github).stdout)
    assert [level for level, *_ in told] == ["error"] * 10


def test_json_stays_json(tmp_path, github):
    project(tmp_path, MANIFEST.replace("size: 6", "sise: 6"))
    done = run_cli("check", "game.yaml", "--json", cwd=tmp_path, **github)
    assert all(line.startswith("{") for line in done.stdout.splitlines())


def test_elsewhere_there_are_no_annotations(tmp_path):
    project(tmp_path)
    assert "::" not in run_cli("check", "game.yaml", cwd=tmp_path).stdout


def test_a_summary_that_cannot_be_written_stops_nothing(tmp_path, github):
    project(tmp_path)
    github["GITHUB_STEP_SUMMARY"] = str(tmp_path / "no" / "such" / "folder")
    assert run_cli("check", "game.yaml", cwd=tmp_path, **github).returncode == 3


def test_tables_are_bounded_and_cells_cannot_break_them():
    rows = [(f"t{index}", "a|b\n<script>", "why & how") for index in range(MAX_ROWS + 5)]
    text = check_summary(rows, 1000)
    assert "... and 5 more" in text
    lines = [line for line in text.splitlines() if re.match(r"\| t\d", line)]
    assert len(lines) == MAX_ROWS
    assert lines[0] == "| t0 | a\\|b &lt;script> | why &amp; how |"
    events = [Failed("x", "out", "no"), Started("y", "out", {})]
    assert "| x |  | failed: no |" in build_summary("1 failed", events)
