"""`--executor` and `--scheduler`: what is typed wrongly, missing or not there is one line."""

import pytest
from support.farm import INSTALL
from support.projects import contents, project
from support.tools import require_module

from bluenoise_assets.builder.executors import dask_cluster
from bluenoise_assets.cli import main


@pytest.fixture
def game(tmp_path):
    return project(tmp_path, "schema: 1\noutput: out\ntextures: {a: {size: 4, effort: fast}}\n")


def run(capsys, *arguments):
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--scheduler", "tcp://user:secret@host:8786"], "--scheduler: an address holds no user or password"),
        (["--scheduler", "nonsense"], "'nonsense' is neither an address like tcp://host:8786, nor a scheduler file"),
        (["--scheduler", "tcp://host:99999"], "neither an address"),
        (["--scheduler", "none.json"], "none.json: No such file or directory"),
        (["--scheduler", ""], "--scheduler: the address is empty"),
        (["--scheduler", "host:1", "--executor", "local"], "--executor local asks no scheduler"),
    ],
)
def test_what_can_be_no_scheduler(game, capsys, options, text):
    require_module("distributed", INSTALL)
    code, out, err = run(capsys, "build", game, *options)
    assert (code, out) == (2, "")
    assert text in err
    assert "secret" not in err
    assert len(err.splitlines()) == 1


def test_without_dask_nothing_is_built(game, capsys, monkeypatch):
    monkeypatch.setattr(dask_cluster, "find_spec", lambda name: None)
    code, _, err = run(capsys, "build", game, "--executor", "dask")
    assert code == 2
    assert err == (
        "bluenoise-assets: error: the executor dask needs a package that is not installed: "
        'python -m pip install "bluenoise-assets[dask]"\n'
    )
    assert list(contents(game.parent)) == ["game.yaml"]


def test_a_scheduler_that_is_not_there(game, capsys, monkeypatch):
    require_module("distributed", INSTALL)
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 1.0)
    code, _, err = run(capsys, "build", game, "--scheduler", "tcp://127.0.0.1:9", "--cache", "off", "--quiet")
    assert code == 1
    assert err == "bluenoise-assets: error: no dask scheduler answers at tcp://127.0.0.1:9, for 1 s\n"


def test_environment_variables_are_read_and_options_come_first(game, capsys, monkeypatch):
    monkeypatch.setenv("BLUENOISE_EXECUTOR", "slurm")
    code, _, err = run(capsys, "build", game)
    assert (code, "BLUENOISE_EXECUTOR: 'slurm' is neither local nor dask" in err) == (2, True)
    monkeypatch.delenv("BLUENOISE_EXECUTOR")
    monkeypatch.setenv("BLUENOISE_SCHEDULER", "nonsense")
    assert run(capsys, "build", game)[0] == 2
    assert run(capsys, "build", game, "--executor", "local")[0] == 0
