"""The command line as a user meets it: texts, JSON, exit codes, mistakes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT
from support.processes import shown
from support.projects import MANIFEST, contents, project, run_cli, run_cli_process, stamps

from bluenoise_assets import __version__
from bluenoise_assets.cli import main

QUIET = ("--cache", "off")


@pytest.fixture
def game(tmp_path, monkeypatch):
    # or a busy machine tells of its progress
    monkeypatch.setattr("bluenoise_assets.cli.terminal.PROGRESS_LINE_SECONDS", 600)
    monkeypatch.chdir(tmp_path)
    return project(tmp_path)


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    shown(" ".join(map(str, arguments)), code, captured.out, captured.err)
    return code, captured.out, captured.err


def test_build_check_plan_clean(game, capsys):
    assert run(capsys, "check", "game.yaml")[0] == 3
    code, out, err = run(capsys, "build", "game.yaml", *QUIET)
    assert code == 0
    assert out.splitlines()[-1] == "3 built"
    assert "built a: 3 files in out, low frequencies -" in out
    assert err == ""
    assert run(capsys, "build", "game.yaml") == (0, "nothing to do: 3 textures, all fresh\n", "")
    assert run(capsys, "check", "game.yaml") == (0, "all fresh\n", "")
    assert run(capsys, "plan", "game.yaml") == (0, "nothing to do: 3 textures, all fresh\n", "")

    game.write_text(MANIFEST.replace("seed: 1", "seed: 2"))
    planned = "game.yaml:5:3: a: a.png: seed: 1 -> 2\n1 of 3 textures to build\n"
    assert run(capsys, "plan", "game.yaml") == (0, planned, "")
    code, out, err = run(capsys, "check", "game.yaml")
    assert (code, err) == (3, "game.yaml:5:3: error: a: a.png: seed: 1 -> 2\n")
    assert out == "1 of 3 textures are stale; `bluenoise-assets build` makes them\n"

    code, out, _ = run(capsys, "clean", "game.yaml", "--dry-run")
    assert code == 0
    assert out.count("would remove") == 7
    assert f"would remove {Path('out', 'a.png')}\n" in out
    assert run(capsys, "clean", "game.yaml")[0] == 0
    assert not (game.parent / "out").exists()


def test_quiet_prints_nothing_when_all_is_well(game, capsys):
    for command in ("build", "check", "plan", "clean"):
        assert run(capsys, command, "game.yaml", "--quiet") == (0, "", "")


def test_json_is_one_object_a_line(game, capsys):
    code, out, err = run(capsys, "build", "game.yaml", "--json", *QUIET)
    events = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert {event["event"] for event in events} == {"begun", "started", "progress", "built", "done"}
    assert events[-1] == {"event": "done", "built": 3, "failed": 0, "fresh": 0, "orphans": 0, "cancelled": False}
    game.write_text(MANIFEST.replace("seed", "sead"))
    code, out, err = run(capsys, "build", "game.yaml", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out) == {
        "event": "problem",
        "file": "game.yaml",
        "line": 5,
        "column": 16,
        "where": "a",
        "text": "unknown key 'sead'",
        "hint": "did you mean 'seed'?",
    }


def test_json_of_check_and_plan(game, capsys):
    code, out, _ = run(capsys, "check", "game.yaml", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 3
    assert [(event["texture"], event["reason"]) for event in events[:2]] == [("a", "not built yet")] * 2
    assert {event["file"] for event in events[:3]} >= {str(game.parent / "out" / name) for name in ("a.png", "a.glsl")}
    assert events[-1] == {"event": "checked", "textures": 3, "stale": 3, "failed": 0}
    code, out, _ = run(capsys, "plan", "game.yaml", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1]) == {"event": "planned", "textures": 3, "stale": 3, "failed": 0}


def test_one_bad_manifest_stops_the_build_of_all(game, capsys):
    project(game.parent, "schema: 1\ntextures: {x: {size: 0}}\n", "bad.yaml")
    code, out, err = run(capsys, "build", ".", "--output", "elsewhere")
    assert (code, out) == (2, "")
    assert err == "bad.yaml:2:22: error: x.size: a side of 0 texels is not between 1 and 16384\n"
    assert not (game.parent / "elsewhere").exists()


def test_output_keeps_the_source_tree_clean(game, capsys):
    before = contents(game.parent)
    elsewhere = game.parent.parent / "elsewhere"
    assert run(capsys, "build", "game.yaml", "--output", elsewhere, "--quiet", *QUIET)[0] == 0
    assert contents(game.parent) == before
    assert "a.glsl" in contents(elsewhere)
    assert run(capsys, "check", "game.yaml", "--output", elsewhere)[0] == 0
    assert run(capsys, "check", "game.yaml")[0] == 3


def test_the_default_is_the_manifests_folder_or_else_this_one(game, capsys, monkeypatch):
    assert run(capsys, "plan")[1].endswith("3 of 3 textures to build\n")
    (game.parent / "manifests").mkdir()
    code, _, err = run(capsys, "plan")
    assert code == 2
    assert err.startswith("manifests:1:1: error: manifest: the folder holds no manifest (*.yaml, *.yml)")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["biuld"], "invalid choice: 'biuld'"),
        (["build", "--jobs", "0"], "'0' is not a whole number above 0"),
        (["build", "--output", ""], "the path is empty"),
        (["build", ""], "the path is empty"),
        (["build", "--cache", ""], "the path is empty"),
        (["build", "--depfile"], "expected one argument"),
        (["build", "--list-outputs", "--list-inputs"], "not allowed with argument"),
        (["build", "--shard", "3/2"], "'3/2' is not a share like 2/4"),
        (["build", "--shard", "0/2"], "'0/2' is not a share like 2/4"),
        (["check", "--shard", "half"], "'half' is not a share like 2/4"),
        (["check", "--touch"], "unrecognized arguments"),
        (["merge", "part"], "the following arguments are required: --output"),
        (["build", "--out", "x"], "unrecognized arguments"),  # no abbreviations: they would change meaning later
    ],
)
def test_wrong_usage_is_exit_code_2(arguments, text, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert text in capsys.readouterr().err


def test_a_path_that_does_not_exist(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in ("build", "check", "plan", "clean"):
        code, out, err = run(capsys, command, "nope.yaml")
        assert (code, out) == (2, "")
        assert (
            err == "nope.yaml:1:1: error: manifest: there is no such file; `bluenoise-assets init` writes a first one\n"
        )


def test_version(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"bluenoise-assets {__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_init_writes_a_manifest_that_builds_and_overwrites_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "init")
    assert code == 0
    assert ".gitattributes" in out
    assert sorted(contents(tmp_path)) == ["manifests/bluenoise.schema.json", "manifests/bluenoise.yaml"]
    assert run(capsys, "plan")[0] == 0
    before = stamps(tmp_path)
    code, _, err = run(capsys, "init")
    assert code == 2
    assert "manifests/bluenoise.yaml:1:1: error: init: the file exists already" in err.replace("\\", "/")
    assert stamps(tmp_path) == before


def test_schema_prints_the_committed_schema(capsys):
    code, out, _ = run(capsys, "schema")
    assert code == 0
    assert json.loads(out)["title"] == "bluenoise-assets manifest"


def test_a_failed_texture_is_exit_code_1(game, capsys, monkeypatch):
    def fail(*_args, **_options):
        raise MemoryError

    monkeypatch.setattr("bluenoise_assets.noise.optimize_work_item", fail)
    code, out, err = run(capsys, "build", "game.yaml", *QUIET)
    assert code == 1
    assert out.splitlines()[-1] == "3 failed"
    assert "bluenoise-assets: error: a: there is not enough memory" in err


def test_a_bug_of_ours_is_exit_code_4_and_says_so(game, capsys, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr("bluenoise_assets.cli.planning.make_plan", broken)
    code, _, err = run(capsys, "plan", "game.yaml")
    assert code == 4
    assert err.endswith("this is a bug in bluenoise-assets; please report the lines above\n")


def test_orphans_are_listed_by_check_and_plan(game, capsys):
    run(capsys, "build", "game.yaml", *QUIET)
    game.write_text(MANIFEST.replace("  a: {size: 8, seed: 1}\n", ""))
    for command in ("check", "plan", "build"):
        code, out, _ = run(capsys, command, "game.yaml")
        assert code == 0
        assert (f"{Path('out', 'a.png')}: no manifest defines it any more" in out) == (command != "build")
    assert run(capsys, "clean", "game.yaml", "--orphans", "--quiet")[0] == 0
    assert "a.png" not in contents(game.parent / "out")


def test_a_no_op_build_loads_neither_jax_nor_numpy(tmp_path):
    game = project(tmp_path)
    assert run_cli("build", game, *QUIET, cwd=tmp_path).returncode == 0
    done = run_cli_process("build", game, cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert done.stdout == "nothing to do: 3 textures, all fresh\n"
    loaded = set(re.findall(r"\|\s+(\S+)$", done.stderr, re.MULTILINE))
    assert "yaml" in loaded  # the profile is really there
    assert not {name.split(".")[0] for name in loaded} & {"jax", "jaxlib", "numpy", "imageio", "watchdog", "filelock"}
    slow = {"difflib", "shutil", "subprocess", "concurrent.futures", "importlib.metadata", "ctypes", "decimal"}
    assert not loaded & {*slow, "bluenoise_assets.builder.folder", "bluenoise_assets.builder.events"}


def test_only_the_command_line_sets_up_the_process(game, capsys, monkeypatch):
    """A GPU's memory is not taken whole, unless the user says so."""
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "true")
    run(capsys, "plan")
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "true"
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE")
    run(capsys, "plan")
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


@pytest.mark.parametrize(
    ("variable", "value"), [("JAX_NUM_CPU_DEVICES", "2"), ("XLA_FLAGS", "--xla_force_host_platform_device_count=2")]
)
def test_several_devices_of_a_processor_wait_for_each_other(game, capsys, monkeypatch, variable, value):
    """XLA's patience of a minute would end the process."""
    monkeypatch.setenv("XLA_FLAGS", "")
    run(capsys, "plan")
    assert os.environ["XLA_FLAGS"] == ""
    monkeypatch.setenv(variable, value)
    run(capsys, "plan")
    assert os.environ["XLA_FLAGS"].startswith("--xla_cpu_collective_call_terminate_timeout_seconds=")
    assert variable != "XLA_FLAGS" or os.environ["XLA_FLAGS"].endswith(value)


def test_output_into_a_closed_pipe_is_no_traceback(tmp_path):
    game = project(tmp_path)
    command = [sys.executable, "-m", "bluenoise_assets", "plan", str(game)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ.copy())
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()


def test_the_process_waits_for_its_threads_and_writes_what_is_buffered(tmp_path):
    """It ends without taking itself apart, but not before a program that is being compiled is kept."""
    code = (
        "import numpy, sys, threading, time\n"
        "from pathlib import Path\n"
        "from bluenoise_assets import __main__ as entry\n"
        "settling, settle = threading.Event(), entry._settle\n"
        "entry._settle = lambda: (settling.set(), settle())\n"
        "def work(): settling.wait(60); time.sleep(0.5); Path('kept').touch(); print('late', end='')\n"
        "threading.Thread(target=work).start()\n"
        "sys.argv[1:] = ['schema']\n"
        "entry.main()\n"
        "print('not reached')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert (tmp_path / "kept").exists()
    assert done.stdout.endswith("}\nlate")
